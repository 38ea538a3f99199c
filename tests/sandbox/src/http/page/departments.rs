//! 部门: the tree, and what can happen to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::layout::{quoted_text, render_page as shell};
use super::people::{department_choice, render_refusal};
use crate::http::server::ServerState;
use crate::world::TruthDepartment;

/// Departments that the tree shows.
const SHOWN_MAX: usize = 1000;

#[derive(Deserialize)]
pub(super) struct DepartmentsQuery {
    refused: Option<String>,
}

pub(super) async fn page(
    State(face): State<ServerState>,
    Query(told): Query<DepartmentsQuery>,
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
    render_branch(&children, None, &mut tree);
    let more = if all.len() > SHOWN_MAX {
        format!("<p class=\"quiet\">只画出前 {SHOWN_MAX} 个。</p>")
    } else {
        String::new()
    };
    let form = |act: &str, fields: &str, word: &str, class: &str| {
        format!(
            "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/act\">\
             <input type=\"hidden\" name=\"act\" value=\"{act}\">{fields}<button class=\"{class}\">{word}</button></form></div>"
        )
    };
    let name = "<label>名称<input name=\"name\" required maxlength=\"64\"></label>";
    let choice = |label: &str, field: &str| {
        format!(
            "<label>{label}{}</label>",
            department_choice(&world, field, None)
        )
    };
    let body = format!(
        "{}<div class=\"panel\">{tree}{more}</div><h2>让事情发生</h2><div class=\"grid\">{}{}{}{}{}</div>",
        render_refusal(told.refused.as_deref()),
        form(
            "create_department",
            &format!("{name}{}", choice("上级", "dept")),
            "新建",
            "main"
        ),
        form(
            "rename_department",
            &format!("{}{name}", choice("部门", "dept")),
            "改名",
            "main"
        ),
        form(
            "move_department",
            &format!("{}{}", choice("部门", "dept"), choice("移到", "to")),
            "移动",
            "main"
        ),
        form(
            "merge_departments",
            &format!("{}{}", choice("把", "dept"), choice("并入", "to")),
            "合并",
            "main"
        ),
        form(
            "delete_department",
            &choice("部门", "dept"),
            "删除",
            "danger"
        )
    );
    let answer = format!("<b>{}</b> 个部门，数字是直属人数", all.len());
    shell(
        "/__sandbox/page/departments",
        "公司分成哪些部门?",
        &answer,
        &body,
    )
}

fn render_branch(
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
            "<li>{} <small>{} 人 · <code>{}</code></small>",
            quoted_text(&d.name),
            department.member_count,
            d.dept_id
        );
        render_branch(children, Some(d.dept_id), out);
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}
