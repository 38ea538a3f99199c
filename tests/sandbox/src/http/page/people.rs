//! 人员: search, pages, hiring, and the people who have left.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::language::PageLanguage;
use super::layout::{button_form, escape_html, quoted_text, render_page};
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
    Extension(language): Extension<PageLanguage>,
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
        .map(|person| person_row(language, company, person))
        .collect();
    let body = format!(
        "{}{}{}{}{}{}",
        render_refusal(language, search.refused.as_deref()),
        render_hire_form(language, &world),
        render_search(language, &search),
        render_table(language, &rows, &search, found.len()),
        render_invited(language, &world),
        render_leavers(language, company)
    );
    let question = language.pick("这家公司里有谁?", "Who is in this company?");
    render_page(
        language,
        "/",
        question,
        &count_people(language, company),
        &body,
    )
}

fn count_people(language: PageLanguage, company: &Company) -> String {
    let name = quoted_text(&company.name);
    let (people, left) = (company.people.len(), company.left.len());
    let departments = company.departments.len();
    language.pick(
        format!("{name}：<b>{people}</b> 人在职，{left} 人已离职，{departments} 个部门"),
        format!("{name}: <b>{people}</b> people, {left} have left, {departments} departments"),
    )
}

fn render_search(language: PageLanguage, search: &PeopleQuery) -> String {
    let [keys, button] = language.pick(
        ["姓名、手机、工号或 userid", "搜索"],
        ["Name, mobile, job number or userid", "Search"],
    );
    format!(
        "<form class=\"row\" method=\"get\" action=\"/\" style=\"margin-bottom:16px\">\
         <label>{keys}<input name=\"q\" value=\"{}\"></label><button>{button}</button></form>",
        escape_html(&search.q)
    )
}

fn render_table(language: PageLanguage, rows: &str, search: &PeopleQuery, found: usize) -> String {
    if found == 0 {
        let none = language.pick(
            "没有找到。换一个词，或者在上面添加一个人。",
            "No person found. Try another word, or hire a person above.",
        );
        return format!("<div class=\"panel\">{none}</div>");
    }
    let [name, title, department, mobile] = language.pick(
        ["姓名", "职位", "部门", "手机"],
        ["Name", "Title", "Department", "Mobile"],
    );
    format!(
        "<div class=\"scroll\"><table><thead><tr><th>{name}</th><th>{title}</th><th>{department}</th>\
         <th class=\"wide\">{mobile}</th><th class=\"wide\">userid</th></tr></thead><tbody>{rows}</tbody></table></div>{}",
        render_pager(language, search, found)
    )
}

/// Renders the refusal of the last action, if there is one.
pub(super) fn render_refusal(language: PageLanguage, text: Option<&str>) -> String {
    text.map(|text| {
        format!(
            "<div class=\"panel toast\"><b class=\"danger\">■ {}</b>{}{}</div>",
            language.pick("钉钉拒绝了", "DingTalk refused"),
            language.pick("：", ": "),
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

/// Returns the address of a person's page.
pub(super) fn person_url(userid: &str) -> String {
    format!("/__sandbox/page/person?userid={}", percent_encode(userid))
}

/// Returns the departments of a person as paths.
pub(super) fn department_paths(
    language: PageLanguage,
    company: &Company,
    person: &Person,
) -> String {
    let one = |m: &crate::company::Membership| {
        let path = quoted_text(&company.path(m.dept_id));
        if m.leader {
            let head = language.pick("主管", "head");
            format!("{path} <span class=\"care\">♛ {head}</span>")
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

fn person_row(language: PageLanguage, company: &Company, person: &Person) -> String {
    format!(
        "<tr><td><a href=\"{}\">{}</a>{}</td><td>{}</td><td>{}</td><td class=\"wide t\">{}</td>\
         <td class=\"wide\"><code>{}</code></td></tr>",
        person_url(&person.userid),
        quoted_text(&person.name),
        if person.is_admin() {
            language.pick(" <small>管理员</small>", " <small>administrator</small>")
        } else {
            ""
        },
        quoted_text(&person.title),
        department_paths(language, company, person),
        escape_html(&person.mobile),
        escape_html(&person.userid)
    )
}

fn render_pager(language: PageLanguage, search: &PeopleQuery, found: usize) -> String {
    let last = found.saturating_sub(1) / ROWS;
    let to = |page: usize, label: &str| {
        format!(
            "<a href=\"/?q={}&amp;page={page}\">{label}</a>",
            percent_encode(&search.q)
        )
    };
    let back = if search.page > 0 {
        to(search.page - 1, language.pick("← 上一页", "← Previous"))
    } else {
        String::new()
    };
    let on = if search.page < last {
        to(search.page + 1, language.pick("下一页 →", "Next →"))
    } else {
        String::new()
    };
    let (page, pages) = (search.page + 1, last + 1);
    let position = language.pick(
        format!("第 {page} / {pages} 页，共 {found} 人"),
        format!("Page {page} of {pages}, {found} people"),
    );
    format!("<p class=\"pages\">{back}<span>{position}</span>{on}</p>")
}

fn render_hire_form(language: PageLanguage, world: &World) -> String {
    let [hire, name, department] =
        language.pick(["入职", "姓名", "部门"], ["Hire", "Name", "Department"]);
    format!(
        "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
         <input type=\"hidden\" name=\"act\" value=\"hire\"><label>{name}<input name=\"name\" required maxlength=\"80\"></label>\
         <label>{department}{}</label><button class=\"main\">{hire}</button></form></div>",
        department_choice(world, "dept", None)
    )
}

/// Renders a choice of departments by path. It offers at most 500.
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

/// Renders the people that an app has invited, with buttons to accept or decline.
fn render_invited(language: PageLanguage, world: &World) -> String {
    let row = |person: &Person| {
        let answer = |act: &str, label: &str| {
            button_form(
                "/__sandbox/page/act",
                &[("act", act), ("userid", person.userid.as_str())],
                label,
                "",
            )
        };
        format!(
            "<tr><td>{}</td><td class=\"wide\"><code>{}</code></td><td><div class=\"row\">{}{}</div></td></tr>",
            quoted_text(&person.name),
            escape_html(&person.userid),
            answer("accept_invitation", language.pick("同意", "Accept")),
            answer("decline_invitation", language.pick("拒绝", "Decline"))
        )
    };
    let rows: String = world.invited().values().take(LEAVERS).map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h2>{}</h2><div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>",
        language.pick("已邀请，待本人同意", "Invited, not accepted yet")
    )
}

fn render_leavers(language: PageLanguage, company: &Company) -> String {
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
            let rehire = |same: &str, label: &str| {
                let fields = [("act", "rehire"), ("userid", leaver.person.userid.as_str()), ("same", same)];
                button_form("/__sandbox/page/act", &fields, label, "")
            };
            format!(
                "<tr><td>{}</td><td class=\"wide\"><code>{}</code></td><td><div class=\"row\">{}{}</div></td></tr>",
                quoted_text(&leaver.person.name),
                escape_html(&leaver.person.userid),
                rehire("", language.pick("重新入职", "Hire again")),
                rehire("1", language.pick("沿用 userid", "With the same userid"))
            )
        })
        .collect();
    let left = language.pick("已离职", "Left the company");
    format!("<h2>{left}</h2><div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>")
}
