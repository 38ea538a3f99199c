//! What the codes of a refused write of contacts mean (`dingtalk-api.md` §3.2, §3.4, §9.4).

use directory::Field;

use super::{Trouble, Unique};

/// What a write is about; the same code means another thing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Person,
    Department,
}

impl Subject {
    /// `None` for an interface that is not about contacts.
    pub(crate) fn of(interface: &str) -> Option<Self> {
        match interface.split_once('/')?.0 {
            "user" => Some(Self::Person),
            "department" => Some(Self::Department),
            _ => None,
        }
    }

    /// The meaning of a code that only writes get; `None` where reads get it too.
    pub(crate) fn meaning(self, code: i64) -> Option<Trouble> {
        let text = code.to_string();
        if let Some(what) = taken(code) {
            return Some(Trouble::Taken { what, code: text });
        }
        if let Some(field) = field(code).or_else(|| self.field(code)) {
            return Some(Trouble::FieldRefused { field, code: text });
        }
        Some(match code {
            12150 => Trouble::ManagedBySmartHr { code: text },
            40019 | 40020 | 40023 | 40024 | 60110 => Trouble::LimitReached { code: text },
            60005 | 60006 => Trouble::NotEmpty { code: text },
            60007 | 60018 => Trouble::Protected { code: text },
            _ => return None,
        })
    }

    fn field(self, code: i64) -> Option<Field> {
        match (self, code) {
            // Of a person: one of the departments is missing, not the person.
            (Self::Person, 40009 | 60003) => Some(Field::Departments),
            _ => None,
        }
    }
}

fn taken(code: i64) -> Option<Unique> {
    match code {
        60102 => Some(Unique::Userid),
        60104 | 60107 => Some(Unique::Mobile),
        40101 | 60106 => Some(Unique::Email),
        40100 => Some(Unique::Telephone),
        60021 => Some(Unique::DepartmentName),
        _ => None,
    }
}

fn field(code: i64) -> Option<Field> {
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
    fn a_code_means_what_it_is_about() {
        let person = |code| Subject::of("user/update").unwrap().meaning(code);
        let department = |code| Subject::of("department/update").unwrap().meaning(code);
        assert!(matches!(person(60003), Some(Trouble::FieldRefused { field: Field::Departments, .. })));
        assert!(department(60003).is_none(), "the department itself is not there, as for a read");
        assert!(matches!(person(60104), Some(Trouble::Taken { what: Unique::Mobile, .. })));
        assert!(matches!(department(60021), Some(Trouble::Taken { what: Unique::DepartmentName, .. })));
        assert!(matches!(department(60006), Some(Trouble::NotEmpty { ref code }) if code == "60006"));
        assert!(matches!(person(12150), Some(Trouble::ManagedBySmartHr { .. })));
        assert!(matches!(person(40024), Some(Trouble::LimitReached { .. })));
        assert!(person(60121).is_none() && person(50002).is_none() && person(60011).is_none());
        assert!(Subject::of("corpconversation/asyncsend_v2").is_none() && Subject::of("x").is_none());
    }
}
