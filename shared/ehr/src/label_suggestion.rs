//! Which field of a form probably is which of ours, by its label.
//!
//! A suggestion is *taken* only if the label says one thing, no other field claims the same, and the kind of value fits.
//! Everything else is *proposed*, with the doubt, and waits for a person. A label in no list suggests nothing: a similar
//! word is often another thing (紧急联系人姓名 is not 姓名).

mod labels;

use std::collections::BTreeMap;

use directory::Field;

use crate::field_catalogue::{CatalogueField, FieldCatalogue, ValueKind};

/// What a field of a roster can mean to the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RosterSlot {
    /// One of our fields.
    Field(Field),
    /// The word that says whether somebody is here: 员工状态.
    Status,
    /// The day of leaving: 离职日期.
    LeavesOn,
    /// The DingTalk `userid`.
    DingTalkId,
    /// The DingTalk `unionid`.
    UnionId,
}

/// A suggestion for one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it would mean.
    pub slot: RosterSlot,
    /// The field's key.
    pub key: String,
    /// Why a person has to decide; `None`: taken.
    pub doubt: Option<Doubt>,
}

impl Suggestion {
    /// Whether it counts without a person.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.doubt.is_none()
    }
}

/// Why a suggestion is only proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The label is used for more than this one thing.
    Label,
    /// Another field claims the same.
    SeveralFields,
    /// The kind of value is not the usual one; a job number that is a number has lost its zeros.
    Kind,
    /// The field holds what needs more care.
    Sensitive,
}

/// What is suggested for a catalogue, in its order. Columns of tables are not suggested.
#[must_use]
pub fn suggest_slots(catalogue: &FieldCatalogue) -> Vec<Suggestion> {
    let mut suggestions: Vec<Suggestion> = catalogue
        .fields
        .iter()
        .filter_map(suggest_for_field)
        .collect();
    let mut claims: BTreeMap<RosterSlot, usize> = BTreeMap::new();
    for suggestion in &suggestions {
        *claims.entry(suggestion.slot).or_default() += 1;
    }
    for suggestion in &mut suggestions {
        if claims.get(&suggestion.slot).is_some_and(|count| *count > 1) {
            suggestion.doubt = Some(Doubt::SeveralFields);
        }
    }
    suggestions
}

/// What a label means, and whether it means only that; `None` for a label in no list. For whoever knows the label and no
/// kind of value, such as a sheet.
#[must_use]
pub fn meaning_of_label(label: &str) -> Option<(RosterSlot, bool)> {
    labels::slot_of_label(&fold_label(label))
}

fn suggest_for_field(field: &CatalogueField) -> Option<Suggestion> {
    let (slot, is_sure) = meaning_of_label(&field.label)?;
    let doubt = if field.sensitive {
        Some(Doubt::Sensitive)
    } else if !kind_fits(slot, &field.kind) {
        Some(Doubt::Kind)
    } else {
        (!is_sure).then_some(Doubt::Label)
    };
    Some(Suggestion {
        slot,
        key: field.key.clone(),
        doubt,
    })
}

/// The label without what people decorate it with: marks of required fields, a hint in brackets, spaces, the case.
fn fold_label(label: &str) -> String {
    let label = label.split(['(', '（', '【', '[']).next().unwrap_or(label);
    label
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊' | ':' | '：' | '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn kind_fits(slot: RosterSlot, kind: &ValueKind) -> bool {
    use ValueKind::{Choice, Day, Department, Departments, Phone, Reference, Text};
    match slot {
        RosterSlot::Field(Field::HiredOn) | RosterSlot::LeavesOn => matches!(kind, Day),
        RosterSlot::Field(Field::Mobile) => matches!(kind, Phone | Text),
        RosterSlot::Field(Field::Departments) => matches!(kind, Department | Departments),
        RosterSlot::Field(Field::MainDepartment) => matches!(kind, Department),
        RosterSlot::Field(Field::Manager) => matches!(kind, Reference),
        RosterSlot::Field(Field::Title | Field::WorkPlace | Field::Employment) => {
            matches!(kind, Text | Choice)
        }
        RosterSlot::Status => matches!(kind, Choice),
        RosterSlot::Field(Field::Telephone) => matches!(kind, Text | Phone),
        RosterSlot::Field(_) | RosterSlot::DingTalkId | RosterSlot::UnionId => {
            matches!(kind, Text)
        }
    }
}

#[cfg(test)]
mod tests;
