//! The fields of a form, as `widget/list` tells them.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::widget_kind::WidgetKind;

/// A form's fields. Dividers and query fields are not told by the interface.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormLayout {
    /// The fields that could be read.
    pub widgets: Vec<Widget>,
    /// How many could not.
    pub unreadable: usize,
    /// The stamp of the last change of any row: the cheap probe. Compared, never calculated with.
    pub data_modified: Option<String>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widget {
    /// What rows call it: the alias if one is set, otherwise `_widget_` and digits.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its kind.
    pub kind: WidgetKind,
    /// The options of a choice. UNCONFIRMED whether the interface tells them: empty is "not told".
    pub options: Vec<String>,
    /// The columns of a sub-form.
    pub columns: Vec<Widget>,
}

impl FormLayout {
    /// The field with this name.
    #[must_use]
    pub fn widget(&self, name: &str) -> Option<&Widget> {
        self.widgets.iter().find(|widget| widget.name == name)
    }

    /// Reads an answer; `None` unless it has a list of fields. One odd field is left out and counted.
    pub(crate) fn parse(answer: &RawValue) -> Option<Self> {
        let body: LayoutBody = serde_json::from_str(answer.get()).ok()?;
        let widgets: Vec<Widget> = body
            .widgets
            .iter()
            .filter_map(|raw| Widget::parse(raw))
            .collect();
        Some(Self {
            unreadable: body.widgets.len() - widgets.len(),
            widgets,
            data_modified: body.data_modify_time.and_then(|stamp| match stamp {
                Value::String(text) if !text.is_empty() => Some(text),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            }),
        })
    }
}

impl Widget {
    fn parse(raw: &RawValue) -> Option<Self> {
        let body: WidgetBody = serde_json::from_str(raw.get()).ok()?;
        let name = body
            .name
            .or(body.widget_name)
            .filter(|name| !name.is_empty())?;
        let columns = body.items.unwrap_or_default();
        Some(Self {
            label: body.label.unwrap_or_else(|| name.clone()),
            name,
            kind: body.kind,
            options: body
                .options
                .unwrap_or_default()
                .iter()
                .filter_map(option_text)
                .collect(),
            columns: columns.iter().filter_map(|raw| Self::parse(raw)).collect(),
        })
    }
}

fn option_text(option: &Value) -> Option<String> {
    let text = match option {
        Value::String(text) => Some(text.as_str()),
        Value::Object(fields) => fields.get("value").or_else(|| fields.get("text"))?.as_str(),
        _ => None,
    };
    text.map(str::to_owned)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LayoutBody {
    widgets: Vec<Box<RawValue>>,
    #[serde(default)]
    data_modify_time: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WidgetBody {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    widget_name: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(rename = "type")]
    kind: WidgetKind,
    #[serde(default)]
    options: Option<Vec<Value>>,
    #[serde(default)]
    items: Option<Vec<Box<RawValue>>>,
}
