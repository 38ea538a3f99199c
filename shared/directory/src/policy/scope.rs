//! What is kept in step at all.

use std::collections::BTreeSet;

use crate::field::{Field, FieldSet};
use crate::ids::Kind;

/// The name that stands for every custom field there is.
pub const ALL_CUSTOM_FIELDS: &str = "*";

/// What is kept in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyScope {
    /// Departments only; people are left alone on both sides, also as heads of departments.
    OrganisationOnly,
    /// Departments and people, without DingTalk's custom fields.
    Employees,
    /// The same, and these custom fields by their name in DingTalk; no others, unless one of them is [`ALL_CUSTOM_FIELDS`]. Never
    /// empty.
    EmployeesAndCustom(BTreeSet<String>),
}

impl PolicyScope {
    /// The fields that are kept in step for a kind of record.
    #[must_use]
    pub fn synced_fields(&self, kind: Kind) -> FieldSet {
        match (kind, self) {
            (Kind::Department, Self::OrganisationOnly) => {
                FieldSet::DEPARTMENT.without(FieldSet::of_fields(&[Field::Heads]))
            }
            (Kind::Department, _) => FieldSet::DEPARTMENT,
            (Kind::Person, Self::OrganisationOnly) => FieldSet::NONE,
            (Kind::Person, Self::Employees) => {
                FieldSet::PERSON.without(FieldSet::of_fields(&[Field::Extension]))
            }
            (Kind::Person, Self::EmployeesAndCustom(_)) => FieldSet::PERSON,
        }
    }

    /// Whether people are kept in step.
    #[must_use]
    pub fn syncs_people(&self) -> bool {
        !matches!(self, Self::OrganisationOnly)
    }

    /// Whether a custom field is kept in step, by its name in DingTalk.
    #[must_use]
    pub fn syncs_custom_field(&self, name: &str) -> bool {
        matches!(self, Self::EmployeesAndCustom(names) if names.contains(name) || names.contains(ALL_CUSTOM_FIELDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wider_scope_syncs_more_fields() {
        let custom = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        let counts = [
            PolicyScope::OrganisationOnly,
            PolicyScope::Employees,
            custom.clone(),
        ]
        .map(|scope| {
            (
                scope.synced_fields(Kind::Department).len(),
                scope.synced_fields(Kind::Person).len(),
            )
        });
        assert_eq!(counts, [(4, 0), (5, 15), (5, 16)]);
        assert!(custom.syncs_custom_field("工牌号") && !custom.syncs_custom_field("车牌"));
        assert!(!PolicyScope::Employees.syncs_custom_field("工牌号"));
    }
}
