//! One person: every field, the actions on them, and the messages they received.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::language::PageLanguage;
use super::layout::{button_form, escape_html, quoted_text, render_page, shanghai_time};
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
    Extension(language): Extension<PageLanguage>,
    Query(query): Query<PersonQuery>,
) -> Response {
    let world = face.world.lock().await;
    let company = world.company();
    let Some(person) = company.people.get(&query.userid) else {
        return render_page(
            language,
            "/",
            language.pick("这个人不在这里", "This person is not here"),
            language.pick(
                "已经离职，或者从未入职。<a href=\"/\">看看有谁</a>",
                "They have left, or never joined. <a href=\"/\">See all people</a>",
            ),
            "",
        );
    };
    let body = format!(
        "{}<div class=\"panel\">{}</div><h2>{}</h2>{}<h2>{}</h2>{}",
        render_refusal(language, query.refused.as_deref()),
        render_facts(language, company, person),
        language.pick("让事情发生", "Make something happen"),
        render_acts(language, &world, person),
        language.pick("收到的消息", "Received messages"),
        render_inbox(language, &world, person)
    );
    render_page(
        language,
        "/",
        &escape_html(&person.name),
        &department_paths(language, company, person),
        &body,
    )
}

/// Text of a fact without a value.
const NO_VALUE: &str = "—";

fn render_facts(language: PageLanguage, company: &Company, person: &Person) -> String {
    let rows: String = identity_facts(language, person)
        .into_iter()
        .chain(work_facts(language, company, person))
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>"))
        .collect();
    format!("<dl>{rows}</dl>")
}

fn text_or_dash(text: &str) -> String {
    if text.is_empty() {
        NO_VALUE.to_owned()
    } else {
        quoted_text(text)
    }
}

fn identity_facts(language: PageLanguage, person: &Person) -> [(&'static str, String); 7] {
    let optional = |text: &Option<String>| text_or_dash(text.as_deref().unwrap_or_default());
    let code = |text: &str| format!("<code>{}</code>", escape_html(text));
    let mobile = format!(
        "+{} {}",
        escape_html(&person.state_code),
        escape_html(&person.mobile)
    );
    [
        ("userid", code(&person.userid)),
        ("unionid", code(&person.unionid)),
        (language.pick("手机", "Mobile"), mobile),
        (language.pick("邮箱", "E-mail"), text_or_dash(&person.email)),
        (
            language.pick("企业邮箱", "Company mailbox"),
            optional(&person.org_email),
        ),
        (language.pick("备注", "Remark"), optional(&person.remark)),
        (
            language.pick("扩展字段", "Custom fields"),
            optional(&person.extension),
        ),
    ]
}

fn work_facts(
    language: PageLanguage,
    company: &Company,
    person: &Person,
) -> [(&'static str, String); 8] {
    let first_day = person
        .hired_date
        .and_then(|ms| directory::canonical::shanghai_day(directory::Timestamp(ms)))
        .map_or_else(|| NO_VALUE.to_owned(), |day| day.to_string());
    let manager = person
        .manager_userid
        .as_ref()
        .and_then(|id| company.people.get(id))
        .map_or_else(|| NO_VALUE.to_owned(), |manager| quoted_text(&manager.name));
    let main_department = person
        .main_department
        .map_or_else(|| NO_VALUE.to_owned(), |id| quoted_text(&company.path(id)));
    let work_place = text_or_dash(person.work_place.as_deref().unwrap_or_default());
    [
        (
            language.pick("工号", "Job number"),
            text_or_dash(&person.job_number),
        ),
        (language.pick("职位", "Title"), text_or_dash(&person.title)),
        (
            language.pick("分机", "Extension"),
            text_or_dash(&person.telephone),
        ),
        (language.pick("办公地点", "Work place"), work_place),
        (language.pick("入职日期", "First working day"), first_day),
        (
            language.pick("员工类型", "Employment"),
            person.employee_type.to_string(),
        ),
        (language.pick("直属主管", "Manager"), manager),
        (language.pick("主部门", "Main department"), main_department),
    ]
}

fn render_acts(language: PageLanguage, world: &World, person: &Person) -> String {
    let forms = act_forms(language, world, person);
    let forms: String = forms
        .iter()
        .map(|(act, fields, label)| render_act(person, act, fields, label))
        .collect();
    let leave = button_form(
        "/__sandbox/page/act",
        &[("act", "leave"), ("userid", &person.userid)],
        language.pick("离职", "Leave"),
        "danger",
    );
    format!("<div class=\"grid\">{forms}<div class=\"panel\">{leave}</div></div>")
}

fn render_act(person: &Person, act: &str, fields: &str, label: &str) -> String {
    format!(
        "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
         <input type=\"hidden\" name=\"act\" value=\"{act}\"><input type=\"hidden\" name=\"userid\" value=\"{}\">\
         {fields}<button class=\"main\">{label}</button></form></div>",
        escape_html(&person.userid)
    )
}

/// Returns the name of each act in a form, its fields, and the label of its button.
fn act_forms(
    language: PageLanguage,
    world: &World,
    person: &Person,
) -> [(&'static str, String, &'static str); 6] {
    let first = person.departments.first().map(|m| m.dept_id);
    let field = |chinese: &str, english: &str, name: &str, value: &str| {
        format!(
            "<label>{}<input name=\"{name}\" value=\"{}\"></label>",
            language.pick(chinese, english),
            escape_html(value)
        )
    };
    let manager = person.manager_userid.as_deref().unwrap_or_default();
    let [rename, movement, promote, mobile, employment, head] = language.pick(
        ["改名", "调岗", "晋升", "换手机", "换员工类型", "换主管"],
        [
            "Rename",
            "Move",
            "Promote",
            "Change mobile",
            "Change employment",
            "Change manager",
        ],
    );
    let department = format!(
        "<label>{}{}</label>",
        language.pick("部门", "Department"),
        department_choice(world, "dept", first)
    );
    let title = field(
        "新职位，并成为所在部门主管",
        "New title, and head of the department",
        "title",
        language.pick("总监", "Director"),
    );
    let employee_type = field(
        "员工类型：0 无 1 全职 2 兼职 3 实习 4 派遣 5 返聘 6 外包",
        "Employment: 0 none 1 full time 2 part time 3 intern 4 dispatched 5 rehired retiree 6 outsourced",
        "employee_type",
        &person.employee_type.to_string(),
    );
    let manager = field(
        "直属主管的 userid，空为没有",
        "userid of the manager; empty for none",
        "manager",
        manager,
    );
    let name = field("姓名", "Name", "name", &person.name);
    let number = field("手机", "Mobile", "mobile", &person.mobile);
    [
        ("rename", name, rename),
        ("move", department, movement),
        ("promote", title, promote),
        ("change_mobile", number, mobile),
        ("set_employment", employee_type, employment),
        ("set_manager", manager, head),
    ]
}

fn render_inbox(language: PageLanguage, world: &World, person: &Person) -> String {
    let messages = world.inbox(&person.userid).messages;
    if messages.is_empty() {
        let none = language.pick(
            "还没有。工作通知会出现在这里。",
            "None yet. Work notifications appear here.",
        );
        return format!("<div class=\"panel\">{none}</div>");
    }
    let rows: String = messages
        .iter()
        .rev()
        .map(|(task, at, msg, read)| {
            format!(
                "<tr><td class=\"t\">{}</td><td>{}</td><td class=\"n\"><small>{task}{}</small></td></tr>",
                shanghai_time(*at),
                super::messages::message_preview(msg),
                if *read { language.pick(" 已读", " read") } else { "" }
            )
        })
        .collect();
    format!("<div class=\"scroll\"><table><tbody>{rows}</tbody></table></div>")
}
