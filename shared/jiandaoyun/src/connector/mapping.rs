//! Which field of the form is which of ours: configuration of the binding, chosen by a person.

use std::collections::BTreeMap;

use directory::{Field, Reason, ReasonCode};
use serde::{Deserialize, Serialize};

use crate::wire::{FormLayout, WidgetKind};

/// The mapping of one binding. It holds no values of people and no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormMapping {
    /// The app.
    pub app_id: String,
    /// The form of people.
    pub entry_id: String,
    /// The form's field for each of ours.
    pub fields: BTreeMap<Field, MappedField>,
    /// The field that says who is here. Without it everybody is, and nobody can be marked as left.
    #[serde(default)]
    pub status: Option<StatusMapping>,
    /// The name of the field with the last working day, of kind `datetime`.
    #[serde(default)]
    pub last_day: Option<String>,
    /// The name of the text field that keeps the DingTalk `userid`.
    #[serde(default)]
    pub dingtalk_id: Option<String>,
    /// The name of the text field that keeps the `unionid`.
    #[serde(default)]
    pub union_id: Option<String>,
    /// The name of the text field that keeps the link's id: by it a create that was cut off is found again after the hour in
    /// which 简道云 recognises it.
    #[serde(default)]
    pub link_id: Option<String>,
    /// Whose the address book is.
    #[serde(default)]
    pub address_book: AddressBook,
    /// What a row means that does not have a field.
    #[serde(default)]
    pub absent: AbsentField,
}

/// One mapped field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedField {
    /// Its name in rows: the alias, or `_widget_` and digits.
    pub name: String,
    /// Its kind when it was mapped.
    pub kind: WidgetKind,
    /// The column, where the field is a sub-form.
    #[serde(default)]
    pub column: Option<MappedColumn>,
    /// The options of a choice, as far as they are known.
    #[serde(default)]
    pub options: Vec<String>,
}

/// A column of a sub-form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Its name in the sub-form's rows.
    pub name: String,
    /// Its kind.
    pub kind: WidgetKind,
}

/// The status field and what its words mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusMapping {
    /// Its name in rows.
    pub name: String,
    /// What each word means. A word that is not here, and no word, hold the record.
    pub words: BTreeMap<String, StatusMeaning>,
    /// The word that is written for somebody who is here; `None`: none can be.
    #[serde(default)]
    pub active_word: Option<String>,
    /// The word that is written for somebody who left; `None`: nobody can be marked as left.
    #[serde(default)]
    pub left_word: Option<String>,
}

/// What a word of the status field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusMeaning {
    /// Expected: 待入职.
    NotYet,
    /// Here: 在职, 试用, 待转正. A last working day in the past is left over from an earlier employment then.
    Active,
    /// Here, and absent for long: 停薪留职.
    OnLeave,
    /// Here until the last working day: 待离职.
    Leaving,
    /// Gone: 已离职.
    Left,
}

/// Whose the address book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressBook {
    /// The company keeps it in 简道云 (公共模式).
    #[default]
    Own,
    /// DingTalk's, copied into 简道云 (集成模式). It is not written.
    CopyOfDingTalk,
}

/// What a row means that does not have a field. UNCONFIRMED whether 简道云 leaves empty fields out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentField {
    /// Nothing: the field may be hidden from the key.
    #[default]
    Hidden,
    /// That it is empty. For a tenant where that was seen.
    Empty,
}

impl FormMapping {
    /// The mapped kind and what is wrong with it against the form as it is: a field that is gone, or of another kind, or
    /// mapped to something that it cannot hold. Empty: everything fits.
    #[must_use]
    pub fn find_problems(&self, layout: &FormLayout) -> Vec<Reason> {
        let fields = self.fields.iter();
        fields
            .filter_map(|(field, mapped)| find_problem(*field, mapped, layout))
            .chain(self.key_problems(layout))
            .collect()
    }

    fn key_problems<'a>(&'a self, layout: &'a FormLayout) -> impl Iterator<Item = Reason> + 'a {
        let status = self.status.as_ref().map(|status| &status.name);
        [status, self.last_day.as_ref(), self.dingtalk_id.as_ref()]
            .into_iter()
            .chain([self.union_id.as_ref(), self.link_id.as_ref()])
            .flatten()
            .filter(|name| layout.widget(name).is_none())
            .map(|name| Reason::new(ReasonCode::EhrMappedFieldMissing).text("key", name.as_str()))
    }
}

fn find_problem(field: Field, mapped: &MappedField, layout: &FormLayout) -> Option<Reason> {
    let key = |code| Reason::new(code).text("key", mapped.name.as_str());
    let Some(widget) = layout.widget(&mapped.name) else {
        return Some(key(ReasonCode::EhrFieldMissing).field("field", field));
    };
    let column = mapped.column.as_ref();
    let column_fits = column.is_none_or(|column| {
        let mut columns = widget.columns.iter();
        columns.any(|one| one.name == column.name && one.kind == column.kind)
    });
    if widget.kind != mapped.kind || !column_fits {
        let retyped = key(ReasonCode::EhrFieldRetyped).field("field", field);
        let retyped = retyped.text("found", widget.kind.word());
        return Some(retyped.text("expected", mapped.kind.word()));
    }
    let kind = column.map_or(&mapped.kind, |column| &column.kind);
    let fits = can_hold(kind, field) && (column.is_none() || field == Field::Departments);
    (!fits).then(|| key(ReasonCode::EhrValueInvalid))
}

/// Whether a field of the form of this kind can hold one of ours.
fn can_hold(kind: &WidgetKind, field: Field) -> bool {
    use WidgetKind::{Combo, DateTime, Dept, DeptGroup, Lookup, Phone, RadioGroup, Text};
    match field {
        Field::HiredOn => matches!(kind, DateTime),
        Field::Mobile => matches!(kind, Phone | Text),
        Field::Departments => matches!(kind, Dept | DeptGroup),
        Field::MainDepartment => matches!(kind, Dept),
        Field::Manager => matches!(kind, Lookup),
        Field::Employment => matches!(kind, RadioGroup | Combo | Text),
        Field::Name
        | Field::Email
        | Field::OrgEmail
        | Field::Telephone
        | Field::JobNumber
        | Field::Title
        | Field::WorkPlace
        | Field::Remark => matches!(
            kind,
            Text | WidgetKind::TextArea
                | WidgetKind::SerialNumber
                | WidgetKind::Number
                | RadioGroup
                | Combo
                | Phone
                | WidgetKind::AggregationText
        ),
        Field::Extension
        | Field::Leads
        | Field::Parent
        | Field::Order
        | Field::Heads
        | Field::SourceIdentifier
        | Field::HideMobile => false,
    }
}
