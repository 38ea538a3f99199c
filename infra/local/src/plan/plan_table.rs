//! A plan as a table: a row per field, before → after.

use std::collections::BTreeMap;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};
use desk::{PlanBody, PlannedItem, PlannedPart};
use directory::{FieldValue, Kind, LinkId, Side, WriteAction};

use crate::language::Language;

/// The table.
pub(super) fn build_table(body: &PlanBody, language: Language) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(match language {
        Language::ZhCn | Language::ZhTw => {
            ["#", "动作", "对象", "写到", "字段", "之前", "之后", "原因"]
        }
        Language::En => [
            "#",
            "action",
            "record",
            "written to",
            "field",
            "before",
            "after",
            "why",
        ],
    });
    for (index, item) in body.items.iter().enumerate() {
        for part in &item.parts {
            rows(&mut table, (index, item), part, &body.labels, language);
        }
    }
    table
}

fn rows(
    table: &mut Table,
    (index, item): (usize, &PlannedItem),
    part: &PlannedPart,
    labels: &BTreeMap<LinkId, String>,
    language: Language,
) {
    let name = item
        .name
        .as_ref()
        .map_or_else(|| item.id.to_string(), |name| name.expose().to_owned());
    let record = format!("{} {name}", kind_name(item.kind, language));
    let first = [
        (index + 1).to_string(),
        action(part.action, language).to_owned(),
        record,
        side_name(part.to).to_owned(),
    ];
    if part.changes.is_empty() {
        let rest = ["", "", "", &why_item(item, language)].map(str::to_owned);
        table.add_row(first.into_iter().chain(rest));
        return;
    }
    for (nth, change) in part.changes.iter().enumerate() {
        let lead = if nth == 0 {
            first.clone()
        } else {
            Default::default()
        };
        let why = if nth == 0 {
            why_item(item, language)
        } else {
            String::new()
        };
        let mark = if change.overwrites_edit { "!" } else { "" };
        let [before, after] =
            [&change.before, &change.after].map(|value| text(value.as_ref(), labels));
        table.add_row(lead.into_iter().chain([
            format!("{}{mark}", change.field.key()),
            before,
            after,
            why,
        ]));
    }
}

fn text(value: Option<&FieldValue>, labels: &BTreeMap<LinkId, String>) -> String {
    match value {
        None => "—".to_owned(),
        Some(FieldValue::Text(text)) => text.expose().to_owned(),
        Some(FieldValue::Day(day)) => day.to_string(),
        Some(FieldValue::Number(number)) => number.to_string(),
        Some(FieldValue::Flag(flag)) => flag.to_string(),
        Some(FieldValue::Refs(refs)) => {
            let label = |id: &String| {
                id.parse()
                    .ok()
                    .and_then(|link| labels.get(&link))
                    .unwrap_or(id)
                    .clone()
            };
            refs.iter().map(label).collect::<Vec<_>>().join("；")
        }
    }
}

pub(super) fn kind_name(kind: Kind, language: Language) -> &'static str {
    match (kind, language) {
        (Kind::Person, Language::ZhCn | Language::ZhTw) => "人员",
        (Kind::Department, Language::ZhCn | Language::ZhTw) => "部门",
        (kind, Language::En) => kind.key(),
    }
}

fn action(action: WriteAction, language: Language) -> &'static str {
    match (action, language) {
        (WriteAction::Create, Language::ZhCn | Language::ZhTw) => "新增",
        (WriteAction::Update, Language::ZhCn | Language::ZhTw) => "更新",
        (WriteAction::Remove, Language::ZhCn | Language::ZhTw) => "移除",
        (WriteAction::Restore, Language::ZhCn | Language::ZhTw) => "恢复",
        (action, Language::En) => action.key(),
    }
}

/// What a side is called, in both languages.
pub(super) fn side_name(side: Side) -> &'static str {
    match side {
        Side::DingTalk => "钉钉",
        Side::Ehr => "eHR",
    }
}

/// Why an item is planned, without the code, which would fill the column.
fn why_item(item: &PlannedItem, language: Language) -> String {
    language.catalogue().sentence(&item.reason)
}
