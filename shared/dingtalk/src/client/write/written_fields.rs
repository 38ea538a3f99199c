//! Which fields a write can carry, before anything is sent.

use directory::{Field, FieldSet, FieldValue, FieldValues, Kind};

/// Why a field is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnwritableReason {
    /// DingTalk lets nobody but the employee change it: the mobile number of an existing account.
    ByTheEmployee,
    /// Written through the heads of each department: whom a person leads.
    ThroughTheDepartment,
    /// Only an update takes it: the heads of a new department, who have to be in it first.
    AfterCreation,
    /// It can be changed and not emptied.
    NeverEmpty,
}

/// Whether a record is made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteMoment {
    /// The record is not there yet.
    Creation,
    /// It is.
    Update,
}

/// What of some values a write carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenFields {
    /// Sent.
    pub sent: FieldSet,
    /// Not sent, and why; in field order.
    pub left: Vec<(Field, UnwritableReason)>,
}

/// DingTalk knows no way to empty these of an ordinary account; of [`Field::HiredOn`] and [`Field::SourceIdentifier`] it
/// is not documented, and the latter is tried.
const NEVER_EMPTY: FieldSet = FieldSet::of_fields(&[
    Field::Name,
    Field::Mobile,
    Field::OrgEmail,
    Field::HiredOn,
    Field::Departments,
    Field::MainDepartment,
    Field::HideMobile,
    Field::Parent,
    Field::Order,
]);

/// What Smart HR's position management decides once it is switched on: a write of these is
/// refused with 12150, or taken and ignored.
const POSITIONS: FieldSet =
    FieldSet::of_fields(&[Field::Title, Field::Departments, Field::MainDepartment]);

impl WrittenFields {
    /// What a write of these values to a record of this kind would carry. At a creation an empty value is nothing to send.
    #[must_use]
    pub fn of(kind: Kind, moment: WriteMoment, values: &FieldValues) -> Self {
        let all = match kind {
            Kind::Person => FieldSet::PERSON,
            Kind::Department => FieldSet::DEPARTMENT,
        };
        let mut written = Self::default();
        for (field, value) in values.iter().filter(|(field, _)| all.contains(*field)) {
            match unwritable_reason(field, moment, value) {
                Some(why) => written.left.push((field, why)),
                None if value.is_none() && moment == WriteMoment::Creation => {}
                None => written.sent.insert(field),
            }
        }
        written
    }

    /// Sent fields that a later read does not show as intended. Somebody else may have changed them since, or DingTalk
    /// spells them otherwise, or ignored them.
    #[must_use]
    pub fn not_taken(&self, values: &FieldValues, read_back: &FieldValues) -> FieldSet {
        let differs = |field: &Field| {
            read_back.shown_fields().contains(*field) && values.get(*field) != read_back.get(*field)
        };
        self.sent
            .iter()
            .filter(differs)
            .fold(FieldSet::NONE, |mut fields, field| {
                fields.insert(field);
                fields
            })
    }

    /// Whether such a difference looks like position management: only title and departments stayed as they were.
    #[must_use]
    pub fn looks_managed_by_smart_hr(not_taken: FieldSet) -> bool {
        not_taken != FieldSet::NONE && not_taken.without(POSITIONS) == FieldSet::NONE
    }
}

fn unwritable_reason(
    field: Field,
    moment: WriteMoment,
    value: Option<&FieldValue>,
) -> Option<UnwritableReason> {
    match (field, moment) {
        (Field::Leads, _) => Some(UnwritableReason::ThroughTheDepartment),
        (Field::Mobile, WriteMoment::Update) => Some(UnwritableReason::ByTheEmployee),
        (Field::Heads, WriteMoment::Creation) => value.map(|_| UnwritableReason::AfterCreation),
        (_, WriteMoment::Update) if value.is_none() && NEVER_EMPTY.contains(field) => {
            Some(UnwritableReason::NeverEmpty)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(entries: &[(Field, Option<&str>)]) -> FieldValues {
        let mut values = FieldValues::new();
        for (field, text) in entries {
            match field.refers_to() {
                Some(_) => values.show_refs(*field, text.map(str::to_owned)),
                None => values.show_text(*field, text.map(str::to_owned)),
            }
        }
        values
    }

    #[test]
    fn an_update_names_what_it_cannot_carry() {
        let values = values(&[
            (Field::Name, None),
            (Field::Mobile, Some("+8613800000001")),
            (Field::Leads, Some("5")),
            (Field::Title, None),
            (Field::Parent, Some("1")),
        ]);
        let written = WrittenFields::of(Kind::Person, WriteMoment::Update, &values);
        assert_eq!(written.sent, FieldSet::of_fields(&[Field::Title]));
        let left = [
            (Field::Name, UnwritableReason::NeverEmpty),
            (Field::Mobile, UnwritableReason::ByTheEmployee),
            (Field::Leads, UnwritableReason::ThroughTheDepartment),
        ];
        assert_eq!(written.left, left);
        assert_eq!(
            WrittenFields::of(Kind::Person, WriteMoment::Creation, &values).sent,
            FieldSet::of_fields(&[Field::Mobile])
        );
    }

    #[test]
    fn heads_are_written_after_the_department_exists() {
        let values = values(&[
            (Field::Name, Some("研发")),
            (Field::Parent, Some("1")),
            (Field::Heads, Some("u")),
        ]);
        let written = WrittenFields::of(Kind::Department, WriteMoment::Creation, &values);
        assert_eq!(
            written.left,
            [(Field::Heads, UnwritableReason::AfterCreation)]
        );
        assert!(
            WrittenFields::of(Kind::Department, WriteMoment::Update, &values)
                .left
                .is_empty()
        );
    }

    #[test]
    fn only_ignored_titles_and_departments_look_managed_by_smart_hr() {
        let intended = values(&[(Field::Title, Some("总监")), (Field::Name, Some("张三"))]);
        let written = WrittenFields::of(Kind::Person, WriteMoment::Update, &intended);
        let ignored = values(&[(Field::Title, Some("专员")), (Field::Name, Some("张三"))]);
        let not_taken = written.not_taken(&intended, &ignored);
        assert_eq!(not_taken, FieldSet::of_fields(&[Field::Title]));
        assert!(WrittenFields::looks_managed_by_smart_hr(not_taken));
        let other = written.not_taken(&intended, &values(&[(Field::Name, Some("李四"))]));
        assert!(
            !WrittenFields::looks_managed_by_smart_hr(other)
                && !WrittenFields::looks_managed_by_smart_hr(FieldSet::NONE)
        );
    }
}
