//! 人员: search, pages, hiring, and who has left.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::layout::{button_form, escape_html, quoted_text, render_page as shell};
use crate::company::{Company, Person};
use crate::http::server::ServerState;
use crate::world::{World, percent_encode};

const ROWS: usize = 30;
const LEAVERS: usize = 20;

#[derive(Deserialize)]
pub(super) struct PeopleQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: usize,
    refused: Option<String>,
}

pub(super) async fn page(
    State(face): State<ServerState>,
    Query(search): Query<PeopleQuery>,
) -> Response {
    let world = face.world.lock().await;
    let company = world.company();
    let found: Vec<&Person> = company
        .people
        .values()
        .filter(|person| matches_query(person, &search.q))
        .collect();
    let rows: String = found
        .iter()
        .skip(search.page * ROWS)
        .take(ROWS)
        .map(|person| person_row(company, person))
        .collect();
    let answer = format!(
        "{}：<b>{}</b> 人在职，{} 人已离职，{} 个部门",
        quoted_text(&company.name),
        company.people.len(),
        company.left.len(),
        company.departments.len()
    );
    let list = if found.is_empty() {
        "<div class=\"panel\">没有找到。换一个词，或者在下面添加一个人。</div>".to_owned()
    } else {
        format!(
            "<div class=\"scroll\"><table><thead><tr><th>姓名</th><th>职位</th><th>部门</th><th class=\"wide\">手机</th>\
             <th class=\"wide\">userid</th></tr></thead><tbody>{rows}</tbody></table></div>{}",
            render_pager(&search, found.len())
        )
    };
    let body = format!(
        "{}<form class=\"row\" method=\"get\" action=\"/\" style=\"margin-bottom:16px\">\
         <label>姓名、手机、工号或 userid<input name=\"q\" value=\"{}\"></label><button>搜索</button></form>{list}{}{}{}",
        render_refusal(search.refused.as_deref()),
        escape_html(&search.q),
        render_hire_form(&world),
        render_invited(&world),
        render_leavers(company)
    );
    shell("/", "这家公司里有谁?", &answer, &body)
}

/// What DingTalk refused just now.
pub(super) fn render_refusal(text: Option<&str>) -> String {
    text.map(|text| {
        format!(
            "<div class=\"panel toast\"><b class=\"danger\">■ 钉钉拒绝了</b>：{}</div>",
            escape_html(text)
        )
    })
    .unwrap_or_default()
}

fn matches_query(person: &Person, q: &str) -> bool {
    let q = q.trim();
    q.is_empty()
        || [
            &person.name,
            &person.userid,
            &person.mobile,
            &person.job_number,
        ]
        .iter()
        .any(|text| text.contains(q))
}

/// Address of a person's page.
pub(super) fn person_url(userid: &str) -> String {
    format!("/__sandbox/page/person?userid={}", percent_encode(userid))
}

/// The departments of a person as paths.
pub(super) fn department_paths(company: &Company, person: &Person) -> String {
    let one = |m: &crate::company::Membership| {
        let path = quoted_text(&company.path(m.dept_id));
        if m.leader {
            format!("{path} <span class=\"care\">♛ 主管</span>")
        } else {
            path
        }
    };
    person
        .departments
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join("<br>")
}

fn person_row(company: &Company, person: &Person) -> String {
    format!(
        "<tr><td><a href=\"{}\">{}</a>{}</td><td>{}</td><td>{}</td><td class=\"wide t\">{}</td>\
         <td class=\"wide\"><code>{}</code></td></tr>",
        person_url(&person.userid),
        quoted_text(&person.name),
        if person.is_admin() {
            " <small>管理员</small>"
        } else {
            ""
        },
        quoted_text(&person.title),
        department_paths(company, person),
        escape_html(&person.mobile),
        escape_html(&person.userid)
    )
}

fn render_pager(search: &PeopleQuery, found: usize) -> String {
    let last = found.saturating_sub(1) / ROWS;
    let to = |page: usize, word: &str| {
        format!(
            "<a href=\"/?q={}&amp;page={page}\">{word}</a>",
            percent_encode(&search.q)
        )
    };
    let back = if search.page > 0 {
        to(search.page - 1, "← 上一页")
    } else {
        String::new()
    };
    let on = if search.page < last {
        to(search.page + 1, "下一页 →")
    } else {
        String::new()
    };
    format!(
        "<p class=\"pages\">{back}<span>第 {} / {} 页，共 {found} 人</span>{on}</p>",
        search.page + 1,
        last + 1
    )
}

fn render_hire_form(world: &World) -> String {
    format!(
        "<h2>入职</h2><div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
         <input type=\"hidden\" name=\"act\" value=\"hire\"><label>姓名<input name=\"name\" required maxlength=\"80\"></label>\
         <label>部门{}</label><button class=\"main\">入职</button></form></div>",
        department_choice(world, "dept", None)
    )
}

/// A choice of departments; at most 500 are offered, by path.
pub(super) fn department_choice(world: &World, name: &str, chosen: Option<i64>) -> String {
    let company = world.company();
    let option = |id: &i64| {
        let chosen = if Some(*id) == chosen { " selected" } else { "" };
        format!(
            "<option value=\"{id}\"{chosen}>{}</option>",
            escape_html(&company.path(*id))
        )
    };
    let options: String = company.departments.keys().take(500).map(option).collect();
    format!("<select name=\"{name}\">{options}</select>")
}

/// Whom an app invited: they agree or decline here.
fn render_invited(world: &World) -> String {
    let row = |person: &Person| {
        let answer = |act: &str, word: &str| {
            button_form(
                "/__sandbox/page/act",
                &[("act", act), ("userid", person.userid.as_str())],
                word,
                "",
            )
        };
        format!(
            "<tr><td>{}</td><td class=\"wide\"><code>{}</code></td><td><div class=\"row\">{}{}</div></td></tr>",
            quoted_text(&person.name),
            escape_html(&person.userid),
            answer("accept_invitation", "同意"),
            answer("decline_invitation", "拒绝")
        )
    };
    let rows: String = world.invited().values().take(LEAVERS).map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h2>已邀请，待本人同意</h2><div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>"
    )
}

fn render_leavers(company: &Company) -> String {
    let gone: Vec<_> = company
        .left
        .values()
        .filter(|leaver| leaver.rehired_as.is_none())
        .take(LEAVERS)
        .collect();
    if gone.is_empty() {
        return String::new();
    }
    let rows: String = gone
        .iter()
        .map(|leaver| {
            let back = |same: &str, word: &str| {
                let fields = [("act", "rehire"), ("userid", leaver.person.userid.as_str()), ("same", same)];
                button_form("/__sandbox/page/act", &fields, word, "")
            };
            format!(
                "<tr><td>{}</td><td class=\"wide\"><code>{}</code></td><td><div class=\"row\">{}{}</div></td></tr>",
                quoted_text(&leaver.person.name),
                escape_html(&leaver.person.userid),
                back("", "重新入职"),
                back("1", "沿用 userid")
            )
        })
        .collect();
    format!("<h2>已离职</h2><div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>")
}
