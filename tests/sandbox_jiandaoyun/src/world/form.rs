//! Apps, forms, fields, rows, departments.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{AddressBookMode, Settings};

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widget {
    /// `_widget_` and digits, always.
    pub widget_name: String,
    /// What rows call it: the alias if one is set.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The kind.
    pub kind: String,
    /// The options of a choice.
    pub options: Vec<String>,
    /// The columns of a sub-form.
    pub items: Vec<Widget>,
}

impl Widget {
    /// A field without an alias, options or columns.
    #[must_use]
    pub fn new(number: u64, label: &str, kind: &str) -> Self {
        let widget_name = format!("_widget_{number}");
        Self {
            name: widget_name.clone(),
            widget_name,
            label: label.to_owned(),
            kind: kind.to_owned(),
            options: Vec::new(),
            items: Vec::new(),
        }
    }

    /// The same with an alias.
    #[must_use]
    pub fn alias(mut self, alias: &str) -> Self {
        alias.clone_into(&mut self.name);
        self
    }

    /// The same with options.
    #[must_use]
    pub fn options(mut self, options: &[&str]) -> Self {
        self.options = options.iter().map(|one| (*one).to_owned()).collect();
        self
    }

    /// The same with columns.
    #[must_use]
    pub fn items(mut self, items: Vec<Self>) -> Self {
        self.items = items;
        self
    }

    pub(crate) fn to_json(&self, settings: &Settings) -> Value {
        let mut shown = json!({
            "name": self.name,
            "widgetName": self.widget_name,
            "label": self.label,
            "type": self.kind,
        });
        if self.kind == "subform" {
            shown["items"] = self
                .items
                .iter()
                .map(|item| item.to_json(settings))
                .collect();
        }
        if settings.tells_options && !self.options.is_empty() {
            shown["options"] = json!(self.options);
        }
        shown
    }

    /// How a field reads that nobody has filled.
    fn empty_value(&self) -> Value {
        match self.kind.as_str() {
            "text" | "textarea" | "radiogroup" | "combo" | "sn" => json!(""),
            "checkboxgroup" | "combocheck" | "subform" | "usergroup" | "deptgroup" | "image"
            | "upload" => json!([]),
            "phone" => json!({ "phone": "" }),
            _ => Value::Null,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) forms: BTreeMap<String, Form>,
}

#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) app_id: String,
    pub(crate) entry_id: String,
    pub(crate) name: String,
    pub(crate) widgets: Vec<Widget>,
    pub(crate) rows: BTreeMap<String, StoredRow>,
    pub(crate) data_modified: i64,
}

/// A row: its values in read shape by the field's raw id, so that renaming an alias keeps them.
#[derive(Debug, Clone)]
pub(crate) struct StoredRow {
    pub(crate) id: String,
    pub(crate) values: Map<String, Value>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

impl Form {
    pub(crate) fn widget(&self, name: &str) -> Option<&Widget> {
        self.widgets.iter().find(|widget| widget.name == name)
    }

    /// A row as a read shows it.
    pub(crate) fn shown_row(&self, row: &StoredRow, settings: &Settings) -> Value {
        let mut shown = Map::from_iter([
            ("_id".to_owned(), json!(row.id)),
            ("appId".to_owned(), json!(self.app_id)),
            ("entryId".to_owned(), json!(self.entry_id)),
            ("createTime".to_owned(), json!(instant(row.created))),
            ("updateTime".to_owned(), json!(instant(row.updated))),
            ("deleteTime".to_owned(), Value::Null),
        ]);
        for widget in &self.widgets {
            match row.values.get(&widget.widget_name) {
                Some(value) => {
                    shown.insert(widget.name.clone(), value.clone());
                }
                None if settings.leaves_out_empty => {}
                None => {
                    shown.insert(widget.name.clone(), widget.empty_value());
                }
            }
        }
        Value::Object(shown)
    }
}

/// A department of the address book.
#[derive(Debug, Clone)]
pub(crate) struct Department {
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) parent: i64,
    pub(crate) order: i64,
}

impl Department {
    pub(crate) fn to_json(&self, mode: AddressBookMode) -> Value {
        let mut shown = json!({
            "dept_no": self.number,
            "name": self.name,
            "parent_no": self.parent,
            "seq": self.order,
            "type": 0,
            "status": 1,
        });
        if mode == AddressBookMode::Integration {
            // For DingTalk the vendor says that the two are equal.
            shown["integrate_id"] = json!(self.number.to_string());
        }
        shown
    }
}

/// An instant as the interface writes it.
pub(crate) fn instant(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}
