//! One person: every field, what can happen to them, what they received.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::layout::{button_form, escape_html, quoted_text, render_page as shell, shanghai_time};
use super::people::{department_choice, department_paths, render_refusal};
use crate::company::{Company, Person};
use crate::http::server::ServerState;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct PersonQuery {
    userid: String,
    refused: Option<String>,
}

pub(super) async fn page(
    State(face): State<ServerState>,
    Query(who): Query<PersonQuery>,
) -> Response {
    let world = face.world.lock().await;
    let company = world.company();
    let Some(person) = company.people.get(&who.userid) else {
        return shell(
            "/",
            "这个人不在这里",
            "已经离职，或者从未入职。<a href=\"/\">看看有谁</a>",
            "",
        );
    };
    let body = format!(
        "{}<div class=\"panel\">{}</div><h2>让事情发生</h2>{}<h2>收到的消息</h2>{}",
        render_refusal(who.refused.as_deref()),
        render_facts(company, person),
        render_acts(&world, person),
        render_inbox(&world, person)
    );
    shell(
        "/",
        &escape_html(&person.name),
        &department_paths(company, person),
        &body,
    )
}

fn render_facts(company: &Company, person: &Person) -> String {
    let day = |ms: i64| {
        directory::canonical::shanghai_day(directory::Timestamp(ms))
            .map_or_else(String::new, |d| d.to_string())
    };
    let manager = person
        .manager_userid
        .as_ref()
        .and_then(|id| company.people.get(id));
    let text = |value: Option<&String>| value.map_or_else(|| "—".into(), |text| quoted_text(text));
    let rows = [
        (
            "userid",
            format!("<code>{}</code>", escape_html(&person.userid)),
        ),
        (
            "unionid",
            format!("<code>{}</code>", escape_html(&person.unionid)),
        ),
        (
            "手机",
            format!(
                "+{} {}",
                escape_html(&person.state_code),
                escape_html(&person.mobile)
            ),
        ),
        ("工号", quoted_text(&person.job_number)),
        ("职位", quoted_text(&person.title)),
        ("邮箱", quoted_text(&person.email)),
        ("企业邮箱", text(person.org_email.as_ref())),
        ("分机", quoted_text(&person.telephone)),
        ("办公地点", text(person.work_place.as_ref())),
        ("备注", text(person.remark.as_ref())),
        ("扩展字段", text(person.extension.as_ref())),
        (
            "入职日期",
            person.hired_date.map_or_else(|| "—".into(), day),
        ),
        ("员工类型", person.employee_type.to_string()),
        (
            "直属主管",
            manager.map_or_else(|| "—".into(), |manager| quoted_text(&manager.name)),
        ),
        (
            "主部门",
            person
                .main_department
                .map_or_else(|| "—".into(), |id| quoted_text(&company.path(id))),
        ),
    ];
    let shown = |value: &str| {
        if value == "<bdi></bdi>" {
            "—".to_owned()
        } else {
            value.to_owned()
        }
    };
    let rows: String = rows
        .iter()
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", shown(value)))
        .collect();
    format!("<dl>{rows}</dl>")
}

fn render_acts(world: &World, person: &Person) -> String {
    let first = person.departments.first().map(|m| m.dept_id);
    let form = |act: &str, fields: &str, word: &str| {
        format!(
            "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
             <input type=\"hidden\" name=\"act\" value=\"{act}\"><input type=\"hidden\" name=\"userid\" value=\"{}\">\
             {fields}<button class=\"main\">{word}</button></form></div>",
            escape_html(&person.userid)
        )
    };
    let field = |label: &str, name: &str, value: &str| {
        format!(
            "<label>{label}<input name=\"{name}\" value=\"{}\"></label>",
            escape_html(value)
        )
    };
    let manager = person.manager_userid.clone().unwrap_or_default();
    format!(
        "<div class=\"grid\">{}{}{}{}{}{}<div class=\"panel\">{}</div></div>",
        form("rename", &field("姓名", "name", &person.name), "改名"),
        form(
            "move",
            &format!(
                "<label>部门{}</label>",
                department_choice(world, "dept", first)
            ),
            "调岗"
        ),
        form(
            "promote",
            &field("新职位，并成为所在部门主管", "title", "总监"),
            "晋升"
        ),
        form(
            "change_mobile",
            &field("手机", "mobile", &person.mobile),
            "换手机"
        ),
        form(
            "set_employment",
            &field(
                "员工类型：0 无 1 全职 2 兼职 3 实习 4 派遣 5 返聘 6 外包",
                "employee_type",
                &person.employee_type.to_string()
            ),
            "换员工类型"
        ),
        form(
            "set_manager",
            &field("直属主管的 userid，空为没有", "manager", &manager),
            "换主管"
        ),
        button_form(
            "/__sandbox/page/act",
            &[("act", "leave"), ("userid", &person.userid)],
            "离职",
            "danger"
        )
    )
}

fn render_inbox(world: &World, person: &Person) -> String {
    let messages = world.inbox(&person.userid).messages;
    if messages.is_empty() {
        return "<div class=\"panel\">还没有。工作通知会出现在这里。</div>".into();
    }
    let rows: String = messages
        .iter()
        .rev()
        .map(|(task, at, msg, read)| {
            format!(
                "<tr><td class=\"t\">{}</td><td>{}</td><td class=\"n\"><small>{task}{}</small></td></tr>",
                shanghai_time(*at),
                super::messages::message_preview(msg),
                if *read { " 已读" } else { "" }
            )
        })
        .collect();
    format!("<div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>")
}
