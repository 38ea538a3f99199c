//! 部门: the tree of departments, with actions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::language::PageLanguage;
use super::layout::{quoted_text, render_page};
use super::people::{department_choice, render_refusal};
use crate::http::server::ServerState;
use crate::world::{TruthDepartment, World};

/// Greatest number of departments that the tree shows.
const SHOWN_MAX: usize = 1000;

#[derive(Deserialize)]
pub(super) struct DepartmentsQuery {
    refused: Option<String>,
}

pub(super) async fn page(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
    Query(query): Query<DepartmentsQuery>,
) -> Response {
    let world = face.world.lock().await;
    let all = world.truth().departments;
    let mut children: BTreeMap<Option<i64>, Vec<&TruthDepartment>> = BTreeMap::new();
    for department in all.iter().take(SHOWN_MAX) {
        children
            .entry(department.department.parent_id)
            .or_default()
            .push(department);
    }
    children
        .values_mut()
        .for_each(|siblings| siblings.sort_by_key(|d| (d.department.order, d.department.dept_id)));
    let mut tree = String::new();
    render_branch(language, &children, None, &mut tree);
    if all.len() > SHOWN_MAX {
        let more = language.pick(
            format!("只画出前 {SHOWN_MAX} 个。"),
            format!("Only the first {SHOWN_MAX} are shown."),
        );
        let _ = write!(tree, "<p class=\"quiet\">{more}</p>");
    }
    let body = format!(
        "{}<div class=\"panel\">{tree}</div><h2>{}</h2><div class=\"grid\">{}</div>",
        render_refusal(language, query.refused.as_deref()),
        language.pick("让事情发生", "Make something happen"),
        render_forms(language, &world)
    );
    let count = all.len();
    let answer = language.pick(
        format!("<b>{count}</b> 个部门，数字是直属人数"),
        format!("<b>{count}</b> departments; each shows its number of direct members"),
    );
    render_page(
        language,
        "/__sandbox/page/departments",
        language.pick("公司分成哪些部门?", "Which departments are there?"),
        &answer,
        &body,
    )
}

/// Renders one form for each act on departments.
fn render_forms(language: PageLanguage, world: &World) -> String {
    let form = |act: &str, fields: &str, label: &str, class: &str| {
        format!(
            "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
             <input type=\"hidden\" name=\"act\" value=\"{act}\">{fields}<button class=\"{class}\">{label}</button></form></div>"
        )
    };
    let name = format!(
        "<label>{}<input name=\"name\" required maxlength=\"64\"></label>",
        language.pick("名称", "Name")
    );
    let choice = |label: &str, field: &str| {
        format!(
            "<label>{label}{}</label>",
            department_choice(world, field, None)
        )
    };
    let department = choice(language.pick("部门", "Department"), "dept");
    let parent = choice(language.pick("上级", "Parent"), "dept");
    let target = choice(language.pick("移到", "Move to"), "to");
    let ends = choice(language.pick("把", "Merge"), "dept");
    let stays = choice(language.pick("并入", "Into"), "to");
    let [create, rename, movement, merge, delete] = language.pick(
        ["新建", "改名", "移动", "合并", "删除"],
        ["Create", "Rename", "Move", "Merge", "Delete"],
    );
    [
        form(
            "create_department",
            &format!("{name}{parent}"),
            create,
            "main",
        ),
        form(
            "rename_department",
            &format!("{department}{name}"),
            rename,
            "main",
        ),
        form(
            "move_department",
            &format!("{department}{target}"),
            movement,
            "main",
        ),
        form(
            "merge_departments",
            &format!("{ends}{stays}"),
            merge,
            "main",
        ),
        form("delete_department", &department, delete, "danger"),
    ]
    .concat()
}

fn render_branch(
    language: PageLanguage,
    children: &BTreeMap<Option<i64>, Vec<&TruthDepartment>>,
    parent: Option<i64>,
    out: &mut String,
) {
    let Some(siblings) = children.get(&parent) else {
        return;
    };
    out.push_str(if parent.is_none() {
        "<ul class=\"tree top\">"
    } else {
        "<ul class=\"tree\">"
    });
    for department in siblings {
        let d = &department.department;
        let _ = write!(
            out,
            "<li>{} <small>{}{} · <code>{}</code></small>",
            quoted_text(&d.name),
            department.member_count,
            language.pick(" 人", " people"),
            d.dept_id
        );
        render_branch(language, children, Some(d.dept_id), out);
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}
