//! A plan as a table: a row per field, before → after.

use std::collections::BTreeMap;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};
use desk::{PlanBody, PlannedItem, PlannedPart};
use directory::{FieldValue, LinkId, WriteAction};

use crate::language::{Language, text};

/// The table.
pub(super) fn build_table(body: &PlanBody, language: Language) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "#".to_owned(),
        text!(language, "plan-column-action"),
        text!(language, "plan-column-record"),
        text!(language, "plan-column-side"),
        text!(language, "plan-column-field"),
        text!(language, "plan-column-before"),
        text!(language, "plan-column-after"),
        text!(language, "plan-column-why"),
    ]);
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
    let catalogue = language.catalogue();
    let record = format!("{} {name}", catalogue.kind_name(item.kind));
    let first = [
        (index + 1).to_string(),
        text!(language, action_id(part.action)),
        record,
        catalogue.side_name(part.to),
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
        let [before, after] = [&change.before, &change.after]
            .map(|value| describe_value(value.as_ref(), labels, language));
        table.add_row(lead.into_iter().chain([
            format!("{}{mark}", change.field.key()),
            before,
            after,
            why,
        ]));
    }
}

fn describe_value(
    value: Option<&FieldValue>,
    labels: &BTreeMap<LinkId, String>,
    language: Language,
) -> String {
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
            language.join(&refs.iter().map(label).collect::<Vec<_>>())
        }
    }
}

fn action_id(action: WriteAction) -> &'static str {
    match action {
        WriteAction::Create => "plan-write-create",
        WriteAction::Update => "plan-write-update",
        WriteAction::Remove => "plan-write-remove",
        WriteAction::Restore => "plan-write-restore",
    }
}

/// Why an item is planned, without the code, which would fill the column.
fn why_item(item: &PlannedItem, language: Language) -> String {
    language.catalogue().sentence(&item.reason)
}
