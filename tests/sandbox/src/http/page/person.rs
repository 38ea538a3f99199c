//! One person: every field, what can happen to them, what they received.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::people::{departments, paths, refusal};
use super::shell::{button, escaped, moment, page as shell, said};
use crate::company::{Company, Person};
use crate::http::server::Face;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct Who {
    userid: String,
    refused: Option<String>,
}

pub(super) async fn page(State(face): State<Face>, Query(who): Query<Who>) -> Response {
    let world = face.world.lock().await;
    let company = world.company();
    let Some(person) = company.people.get(&who.userid) else {
        return shell("/", "这个人不在这里", "已经离职，或者从未入职。<a href=\"/\">看看有谁</a>", "");
    };
    let body = format!(
        "{}<div class=\"panel\">{}</div><h2>让事情发生</h2>{}<h2>收到的消息</h2>{}",
        refusal(who.refused.as_deref()),
        facts(company, person),
        acts(&world, person),
        inbox(&world, person)
    );
    shell("/", &escaped(&person.name), &paths(company, person), &body)
}

fn facts(company: &Company, person: &Person) -> String {
    let day = |ms: i64| directory::canonical::day(directory::Timestamp(ms)).map_or_else(String::new, |d| d.to_string());
    let manager = person.manager_userid.as_ref().and_then(|id| company.people.get(id));
    let text = |value: Option<&String>| value.map_or_else(|| "—".into(), |text| said(text));
    let rows = [
        ("userid", format!("<code>{}</code>", escaped(&person.userid))),
        ("unionid", format!("<code>{}</code>", escaped(&person.unionid))),
        ("手机", format!("+{} {}", escaped(&person.state_code), escaped(&person.mobile))),
        ("工号", said(&person.job_number)),
        ("职位", said(&person.title)),
        ("邮箱", said(&person.email)),
        ("企业邮箱", text(person.org_email.as_ref())),
        ("分机", said(&person.telephone)),
        ("办公地点", text(person.work_place.as_ref())),
        ("备注", text(person.remark.as_ref())),
        ("扩展字段", text(person.extension.as_ref())),
        ("入职日期", person.hired_date.map_or_else(|| "—".into(), day)),
        ("员工类型", person.employee_type.to_string()),
        ("直属主管", manager.map_or_else(|| "—".into(), |manager| said(&manager.name))),
        ("主部门", person.main_department.map_or_else(|| "—".into(), |id| said(&company.path(id)))),
    ];
    let shown = |value: &str| if value == "<bdi></bdi>" { "—".to_owned() } else { value.to_owned() };
    let rows: String = rows.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", shown(value))).collect();
    format!("<dl>{rows}</dl>")
}

fn acts(world: &World, person: &Person) -> String {
    let first = person.departments.first().map(|m| m.dept_id);
    let form = |act: &str, fields: &str, word: &str| {
        format!(
            "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
             <input type=\"hidden\" name=\"act\" value=\"{act}\"><input type=\"hidden\" name=\"userid\" value=\"{}\">\
             {fields}<button class=\"main\">{word}</button></form></div>",
            escaped(&person.userid)
        )
    };
    let field = |label: &str, name: &str, value: &str| {
        format!("<label>{label}<input name=\"{name}\" value=\"{}\"></label>", escaped(value))
    };
    let manager = person.manager_userid.clone().unwrap_or_default();
    format!(
        "<div class=\"grid\">{}{}{}{}{}{}<div class=\"panel\">{}</div></div>",
        form("rename", &field("姓名", "name", &person.name), "改名"),
        form("move", &format!("<label>部门{}</label>", departments(world, "dept", first)), "调岗"),
        form("promote", &field("新职位，并成为所在部门主管", "title", "总监"), "晋升"),
        form("change_mobile", &field("手机", "mobile", &person.mobile), "换手机"),
        form(
            "set_employment",
            &field(
                "员工类型：0 无 1 全职 2 兼职 3 实习 4 派遣 5 返聘 6 外包",
                "employee_type",
                &person.employee_type.to_string()
            ),
            "换员工类型"
        ),
        form("set_manager", &field("直属主管的 userid，空为没有", "manager", &manager), "换主管"),
        button("/__sandbox/page/act", &[("act", "leave"), ("userid", &person.userid)], "离职", "danger")
    )
}

fn inbox(world: &World, person: &Person) -> String {
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
                moment(*at),
                super::messages::preview(msg),
                if *read { " 已读" } else { "" }
            )
        })
        .collect();
    format!("<div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>")
}
