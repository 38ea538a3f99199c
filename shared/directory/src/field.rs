//! The canonical fields: what a person or a department can say of itself, whatever the side calls it.

use serde::{Deserialize, Serialize};

use crate::ids::Kind;

/// A canonical field. The discriminant is stored (position of the field's hash in a link): append, never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Field {
    /// Display name; of a person or a department.
    Name = 0,
    /// Mobile number, E.164.
    Mobile = 1,
    /// Personal e-mail address.
    Email = 2,
    /// Company mailbox.
    OrgEmail = 3,
    /// Extension or landline.
    Telephone = 4,
    /// Job number, 工号.
    JobNumber = 5,
    /// Title, 职位.
    Title = 6,
    /// Work place.
    WorkPlace = 7,
    /// Remark.
    Remark = 8,
    /// Day of entry, a civil date in Asia/Shanghai.
    HiredOn = 9,
    /// Custom fields of DingTalk's contact card: JSON object with sorted keys.
    Extension = 10,
    /// All departments the person is in.
    Departments = 11,
    /// The main department, where the side shows one.
    MainDepartment = 12,
    /// Departments that the person leads (主管).
    Leads = 13,
    /// Direct manager.
    Manager = 14,
    /// Parent department; empty for the root.
    Parent = 15,
    /// Sort order among the siblings, smaller first.
    Order = 16,
    /// Heads of the department (部门主管), people.
    Heads = 17,
    /// The eHR's id of the department, kept by DingTalk (`source_identifier`).
    SourceIdentifier = 18,
    /// Whether the phone number is hidden from colleagues.
    HideMobile = 19,
    /// Kind of employment, 员工类型, by its key. Of a person, and in no set of merged fields: it never merges, is never
    /// written to the other side and stands in no link. It decides whether the policy reaches somebody, nothing else.
    Employment = 20,
}

impl Field {
    /// Every field, in stored order.
    pub const ALL: [Self; 21] = [
        Self::Name,
        Self::Mobile,
        Self::Email,
        Self::OrgEmail,
        Self::Telephone,
        Self::JobNumber,
        Self::Title,
        Self::WorkPlace,
        Self::Remark,
        Self::HiredOn,
        Self::Extension,
        Self::Departments,
        Self::MainDepartment,
        Self::Leads,
        Self::Manager,
        Self::Parent,
        Self::Order,
        Self::Heads,
        Self::SourceIdentifier,
        Self::HideMobile,
        Self::Employment,
    ];

    /// The stored spelling, the same as in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mobile => "mobile",
            Self::Email => "email",
            Self::OrgEmail => "org_email",
            Self::Telephone => "telephone",
            Self::JobNumber => "job_number",
            Self::Title => "title",
            Self::WorkPlace => "work_place",
            Self::Remark => "remark",
            Self::HiredOn => "hired_on",
            Self::Extension => "extension",
            Self::Departments => "departments",
            Self::MainDepartment => "main_department",
            Self::Leads => "leads",
            Self::Manager => "manager",
            Self::Parent => "parent",
            Self::Order => "order",
            Self::Heads => "heads",
            Self::SourceIdentifier => "source_identifier",
            Self::HideMobile => "hide_mobile",
            Self::Employment => "employment",
        }
    }

    /// What kind of record a reference in this field points to; `None` for a plain value.
    #[must_use]
    pub fn refers_to(self) -> Option<Kind> {
        match self {
            Self::Departments | Self::MainDepartment | Self::Leads | Self::Parent => {
                Some(Kind::Department)
            }
            Self::Manager | Self::Heads => Some(Kind::Person),
            _ => None,
        }
    }
}

/// A set of fields, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldSet(u32);

impl FieldSet {
    /// No field.
    pub const NONE: Self = Self(0);

    /// What a person can have and both sides can be told.
    pub const PERSON: Self = Self::of_fields(&[
        Field::Name,
        Field::Mobile,
        Field::Email,
        Field::OrgEmail,
        Field::Telephone,
        Field::JobNumber,
        Field::Title,
        Field::WorkPlace,
        Field::Remark,
        Field::HiredOn,
        Field::Extension,
        Field::Departments,
        Field::MainDepartment,
        Field::Leads,
        Field::Manager,
        Field::HideMobile,
    ]);

    /// What a department can have.
    pub const DEPARTMENT: Self = Self::of_fields(&[
        Field::Name,
        Field::Parent,
        Field::Order,
        Field::Heads,
        Field::SourceIdentifier,
    ]);

    /// The set of these fields.
    #[must_use]
    pub const fn of_fields(fields: &[Field]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < fields.len() {
            bits |= 1 << fields[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    /// What records of this kind can have.
    #[must_use]
    pub const fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Person => Self::PERSON,
            Kind::Department => Self::DEPARTMENT,
        }
    }

    /// Whether `field` is in the set.
    #[must_use]
    pub const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field as u8) != 0
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many fields.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// In either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// In both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// In this one and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Adds a field.
    pub const fn insert(&mut self, field: Field) {
        self.0 |= 1 << field as u8;
    }

    /// The fields, in stored order.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(move |field| self.contains(*field))
    }
}

impl FromIterator<Field> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        fields.into_iter().fold(Self::NONE, |mut set, field| {
            set.insert(field);
            set
        })
    }
}

impl std::fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_order_is_the_discriminant() {
        for (at, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, at);
            assert_eq!(serde_json::to_value(field).unwrap(), field.key());
        }
    }

    #[test]
    fn the_employment_type_is_never_merged() {
        for kind in [Kind::Person, Kind::Department] {
            assert!(!FieldSet::of_kind(kind).contains(Field::Employment));
        }
    }

    #[test]
    fn a_set_contains_exactly_the_inserted_fields() {
        let set: FieldSet = [Field::Name, Field::HideMobile].into_iter().collect();
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [Field::Name, Field::HideMobile]
        );
        assert!(
            set.without(FieldSet::DEPARTMENT)
                .contains(Field::HideMobile)
        );
        assert_eq!(set.intersection(FieldSet::DEPARTMENT).len(), 1);
    }
}
