//! Kinds of employment, and which of them are in.
//!
//! Where both sides know somebody's kind, the eHR's counts: employing people is its business, and DingTalk's roster is
//! a copy that somebody fills in. What neither knows is unknown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A kind of employment, 员工类型. The kinds are DingTalk's Smart HR ones (`sys01-employeeType`),
/// which eHRs name alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmploymentType {
    /// 全职, 1.
    FullTime,
    /// 兼职, 2.
    PartTime,
    /// 实习, 3.
    Intern,
    /// 劳务派遣, 4.
    Dispatched,
    /// 退休返聘, 5.
    RehiredRetiree,
    /// 劳务外包, 6.
    Outsourced,
}

impl EmploymentType {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::FullTime,
        Self::PartTime,
        Self::Intern,
        Self::Dispatched,
        Self::RehiredRetiree,
        Self::Outsourced,
    ];

    /// The spelling in documents and JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::FullTime => "full_time",
            Self::PartTime => "part_time",
            Self::Intern => "intern",
            Self::Dispatched => "dispatched",
            Self::RehiredRetiree => "rehired_retiree",
            Self::Outsourced => "outsourced",
        }
    }

    /// From DingTalk's number; `None` for 0 (no type) and for numbers that are not documented.
    #[must_use]
    pub fn of_dingtalk(number: i64) -> Option<Self> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(at).copied()
    }

    /// The usual Chinese label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::FullTime => "全职",
            Self::PartTime => "兼职",
            Self::Intern => "实习",
            Self::Dispatched => "劳务派遣",
            Self::RehiredRetiree => "退休返聘",
            Self::Outsourced => "劳务外包",
        }
    }

    /// From the spelling in documents; `None` for any other.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// From the usual Chinese label; `None` for any other.
    #[must_use]
    pub fn of_label(label: &str) -> Option<Self> {
        let label = label.trim();
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }
}

/// Which kinds of employment are in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmploymentFilter {
    /// In. Where this is empty, every kind is in that is not excluded.
    pub include: BTreeSet<EmploymentType>,
    /// Out.
    pub exclude: BTreeSet<EmploymentType>,
}

impl EmploymentFilter {
    /// Whether kinds are named at all: otherwise everybody is in, and nobody's kind is asked for.
    #[must_use]
    pub fn names_kinds(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty()
    }

    /// Whether somebody is in. Where the kind is not known, only if no kind has to be named: a list of who is in must
    /// not let strangers in, and a list of who is out must not lose people over a field that a side does not show.
    #[must_use]
    pub fn covers(&self, employment: Option<EmploymentType>) -> bool {
        match employment {
            None => self.include.is_empty(),
            Some(kind) => {
                !self.exclude.contains(&kind)
                    && (self.include.is_empty() || self.include.contains(&kind))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_employment_type_is_parsed_from_its_key_and_label() {
        for (at, kind) in (1..).zip(EmploymentType::ALL) {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
            assert_eq!(EmploymentType::of_dingtalk(at), Some(kind));
            assert_eq!(EmploymentType::of_key(kind.key()), Some(kind));
            assert_eq!(EmploymentType::of_label(kind.label()), Some(kind));
        }
        assert_eq!(
            [0, 7, -1, i64::MIN].map(EmploymentType::of_dingtalk),
            [None; 4]
        );
        assert_eq!(
            EmploymentType::of_label(" 实习 "),
            Some(EmploymentType::Intern)
        );
    }

    #[test]
    fn an_unknown_employment_type_is_included_unless_types_are_named() {
        let mut types = EmploymentFilter::default();
        assert!(!types.names_kinds());
        assert!(types.covers(None) && types.covers(Some(EmploymentType::Intern)));
        types.exclude.insert(EmploymentType::Intern);
        assert!(types.names_kinds());
        assert!(types.covers(None) && !types.covers(Some(EmploymentType::Intern)));
        types.include.insert(EmploymentType::FullTime);
        assert!(!types.covers(None) && types.covers(Some(EmploymentType::FullTime)));
        assert!(!types.covers(Some(EmploymentType::PartTime)));
    }
}
