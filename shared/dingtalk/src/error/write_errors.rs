//! What the codes of a refused write of contacts mean.

use directory::Field;

use super::{DingTalkErrorKind, UniqueField};

/// What a write is about; the same code means another thing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteSubject {
    Person,
    Department,
}

impl WriteSubject {
    /// `None` for an interface that is not about contacts.
    pub(crate) fn from_interface(interface: &str) -> Option<Self> {
        match interface.split_once('/')?.0 {
            "user" => Some(Self::Person),
            "department" => Some(Self::Department),
            _ => None,
        }
    }

    /// The meaning of a code that only writes get; `None` where reads get it too.
    pub(crate) fn write_error_kind(self, code: i64) -> Option<DingTalkErrorKind> {
        let text = code.to_string();
        if let Some(what) = taken_field(code) {
            return Some(DingTalkErrorKind::Taken { what, code: text });
        }
        if let Some(field) = field_of_code(code).or_else(|| self.refused_field(code)) {
            return Some(DingTalkErrorKind::FieldRefused { field, code: text });
        }
        Some(match code {
            12150 => DingTalkErrorKind::ManagedBySmartHr { code: text },
            40019 | 40020 | 40023 | 40024 | 60110 => DingTalkErrorKind::LimitReached { code: text },
            60005 | 60006 => DingTalkErrorKind::NotEmpty { code: text },
            60007 | 60018 => DingTalkErrorKind::Protected { code: text },
            _ => return None,
        })
    }

    fn refused_field(self, code: i64) -> Option<Field> {
        match (self, code) {
            // Of a person: one of the departments is missing, not the person.
            (Self::Person, 40009 | 60003) => Some(Field::Departments),
            _ => None,
        }
    }
}

fn taken_field(code: i64) -> Option<UniqueField> {
    match code {
        60102 => Some(UniqueField::Userid),
        60104 | 60107 => Some(UniqueField::Mobile),
        40101 | 60106 => Some(UniqueField::Email),
        40100 => Some(UniqueField::Telephone),
        60021 => Some(UniqueField::DepartmentName),
        _ => None,
    }
}

fn field_of_code(code: i64) -> Option<Field> {
    match code {
        60001 | 60009 | 60022 | 60112 => Some(Field::Name),
        40021 | 40022 | 40104 | 41054 | 60103 => Some(Field::Mobile),
        60105 => Some(Field::Email),
        40063 => Some(Field::Telephone),
        60123 => Some(Field::JobNumber),
        60119 => Some(Field::Title),
        40064 => Some(Field::WorkPlace),
        40065 => Some(Field::Remark),
        60122 => Some(Field::Extension),
        40066 => Some(Field::Departments),
        60128 => Some(Field::Manager),
        60002 | 60004 | 60010 => Some(Field::Parent),
        40011 => Some(Field::Order),
        40031 | 60068 => Some(Field::Heads),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_code_differs_between_people_and_departments() {
        let person = |code| {
            WriteSubject::from_interface("user/update")
                .unwrap()
                .write_error_kind(code)
        };
        let department = |code| {
            WriteSubject::from_interface("department/update")
                .unwrap()
                .write_error_kind(code)
        };
        assert!(matches!(
            person(60003),
            Some(DingTalkErrorKind::FieldRefused {
                field: Field::Departments,
                ..
            })
        ));
        assert!(
            department(60003).is_none(),
            "the department itself is not there, as for a read"
        );
        assert!(matches!(
            person(60104),
            Some(DingTalkErrorKind::Taken {
                what: UniqueField::Mobile,
                ..
            })
        ));
        assert!(matches!(
            department(60021),
            Some(DingTalkErrorKind::Taken {
                what: UniqueField::DepartmentName,
                ..
            })
        ));
        assert!(
            matches!(department(60006), Some(DingTalkErrorKind::NotEmpty { ref code }) if code == "60006")
        );
        assert!(matches!(
            person(12150),
            Some(DingTalkErrorKind::ManagedBySmartHr { .. })
        ));
        assert!(matches!(
            person(40024),
            Some(DingTalkErrorKind::LimitReached { .. })
        ));
        assert!(person(60121).is_none() && person(50002).is_none() && person(60011).is_none());
        assert!(
            WriteSubject::from_interface("corpconversation/asyncsend_v2").is_none()
                && WriteSubject::from_interface("x").is_none()
        );
    }
}
