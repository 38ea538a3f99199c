//! What is kept in step at all.

use std::collections::BTreeSet;

use crate::field::{Field, FieldSet};
use crate::ids::Kind;

/// The name that stands for every custom field there is.
pub const ALL_CUSTOM: &str = "*";

/// What is kept in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyScope {
    /// Departments only; people are left alone on both sides, also as heads of departments.
    OrganisationOnly,
    /// Departments and people, without DingTalk's custom fields.
    Employees,
    /// The same, and these custom fields by their name in DingTalk; no others, unless one of them is [`ALL_CUSTOM`]. Never
    /// empty.
    EmployeesAndCustom(BTreeSet<String>),
}

impl PolicyScope {
    /// The fields that are kept in step for a kind of record.
    #[must_use]
    pub fn fields(&self, kind: Kind) -> FieldSet {
        match (kind, self) {
            (Kind::Department, Self::OrganisationOnly) => FieldSet::DEPARTMENT.without(FieldSet::of(&[Field::Heads])),
            (Kind::Department, _) => FieldSet::DEPARTMENT,
            (Kind::Person, Self::OrganisationOnly) => FieldSet::NONE,
            (Kind::Person, Self::Employees) => FieldSet::PERSON.without(FieldSet::of(&[Field::Extension])),
            (Kind::Person, Self::EmployeesAndCustom(_)) => FieldSet::PERSON,
        }
    }

    /// Whether people are kept in step.
    #[must_use]
    pub fn takes_people(&self) -> bool {
        !matches!(self, Self::OrganisationOnly)
    }

    /// Whether a custom field is kept in step, by its name in DingTalk.
    #[must_use]
    pub fn takes_custom(&self, name: &str) -> bool {
        matches!(self, Self::EmployeesAndCustom(names) if names.contains(name) || names.contains(ALL_CUSTOM))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_takes_more() {
        let custom = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        let counts = [PolicyScope::OrganisationOnly, PolicyScope::Employees, custom.clone()]
            .map(|scope| (scope.fields(Kind::Department).len(), scope.fields(Kind::Person).len()));
        assert_eq!(counts, [(4, 0), (5, 15), (5, 16)]);
        assert!(custom.takes_custom("工牌号") && !custom.takes_custom("车牌"));
        assert!(!PolicyScope::Employees.takes_custom("工牌号"));
    }
}
