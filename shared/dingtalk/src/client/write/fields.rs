//! Which fields a write can carry, before anything is sent.

use directory::{Field, FieldSet, Kind, Value, Values};

/// Why a field is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unwritable {
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
pub enum Moment {
    /// The record is not there yet.
    Creation,
    /// It is.
    Update,
}

/// What of some values a write carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Sent.
    pub sent: FieldSet,
    /// Not sent, and why; in field order.
    pub left: Vec<(Field, Unwritable)>,
}

/// DingTalk knows no way to empty these of an ordinary account; of [`Field::HiredOn`] and [`Field::SourceIdentifier`] it
/// is not documented, and the latter is tried.
const NEVER_EMPTY: FieldSet = FieldSet::of(&[
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

/// What Smart HR's position management decides once it is switched on (`dingtalk-api.md` §4.6): a write of these is
/// refused with 12150, or taken and ignored.
const POSITIONS: FieldSet = FieldSet::of(&[Field::Title, Field::Departments, Field::MainDepartment]);

impl Written {
    /// What a write of these values to a record of this kind would carry. At a creation an empty value is nothing to send.
    #[must_use]
    pub fn of(kind: Kind, moment: Moment, values: &Values) -> Self {
        let all = match kind {
            Kind::Person => FieldSet::PERSON,
            Kind::Department => FieldSet::DEPARTMENT,
        };
        let mut written = Self::default();
        for (field, value) in values.iter().filter(|(field, _)| all.contains(*field)) {
            match why_not(field, moment, value) {
                Some(why) => written.left.push((field, why)),
                None if value.is_none() && moment == Moment::Creation => {}
                None => written.sent.insert(field),
            }
        }
        written
    }

    /// Sent fields that a later read does not show as intended. Somebody else may have changed them since, or DingTalk
    /// spells them otherwise, or ignored them.
    #[must_use]
    pub fn not_taken(&self, values: &Values, read_back: &Values) -> FieldSet {
        let differs = |field: &Field| read_back.shown().contains(*field) && values.get(*field) != read_back.get(*field);
        self.sent.iter().filter(differs).fold(FieldSet::NONE, |mut fields, field| {
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

fn why_not(field: Field, moment: Moment, value: Option<&Value>) -> Option<Unwritable> {
    match (field, moment) {
        (Field::Leads, _) => Some(Unwritable::ThroughTheDepartment),
        (Field::Mobile, Moment::Update) => Some(Unwritable::ByTheEmployee),
        (Field::Heads, Moment::Creation) => value.map(|_| Unwritable::AfterCreation),
        (_, Moment::Update) if value.is_none() && NEVER_EMPTY.contains(field) => Some(Unwritable::NeverEmpty),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(entries: &[(Field, Option<&str>)]) -> Values {
        let mut values = Values::new();
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
        let written = Written::of(Kind::Person, Moment::Update, &values);
        assert_eq!(written.sent, FieldSet::of(&[Field::Title]));
        let left = [
            (Field::Name, Unwritable::NeverEmpty),
            (Field::Mobile, Unwritable::ByTheEmployee),
            (Field::Leads, Unwritable::ThroughTheDepartment),
        ];
        assert_eq!(written.left, left);
        assert_eq!(Written::of(Kind::Person, Moment::Creation, &values).sent, FieldSet::of(&[Field::Mobile]));
    }

    #[test]
    fn heads_come_after_the_department() {
        let values = values(&[(Field::Name, Some("研发")), (Field::Parent, Some("1")), (Field::Heads, Some("u"))]);
        let written = Written::of(Kind::Department, Moment::Creation, &values);
        assert_eq!(written.left, [(Field::Heads, Unwritable::AfterCreation)]);
        assert!(Written::of(Kind::Department, Moment::Update, &values).left.is_empty());
    }

    #[test]
    fn what_only_position_management_explains_looks_like_it() {
        let intended = values(&[(Field::Title, Some("总监")), (Field::Name, Some("张三"))]);
        let written = Written::of(Kind::Person, Moment::Update, &intended);
        let ignored = values(&[(Field::Title, Some("专员")), (Field::Name, Some("张三"))]);
        let not_taken = written.not_taken(&intended, &ignored);
        assert_eq!(not_taken, FieldSet::of(&[Field::Title]));
        assert!(Written::looks_managed_by_smart_hr(not_taken));
        let other = written.not_taken(&intended, &values(&[(Field::Name, Some("李四"))]));
        assert!(!Written::looks_managed_by_smart_hr(other) && !Written::looks_managed_by_smart_hr(FieldSet::NONE));
    }
}
