//! Whether a record of DingTalk and one of the eHR are the same person or department (`design.md` §4.11). Anything that is
//! not certain waits for HR: two people with one mobile number are not one person.

use crate::field::Field;
use crate::ids::NativeId;
use crate::planted::{self, Bug};
use crate::record::Record;

/// The judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The same.
    Certain,
    /// Perhaps: a person decides, for the reason.
    Proposal(&'static str),
    /// Nothing says so.
    No,
}

/// Judges two records. `kept` is the DingTalk id that the eHR keeps with its record.
///
/// In this order: the id that the other side already stores, the `unionid`, the job number together with the name, then
/// mobile *and* name as a proposal. A job number alone, with another name, is a proposal too: numbers are given anew.
#[must_use]
pub fn judge(dingtalk: &Record, ehr: &Record, kept: Option<&NativeId>) -> Match {
    let same = |field| {
        let value = dingtalk.values.text(field);
        value.is_some() && value == ehr.values.text(field)
    };
    let unions = dingtalk.unionid.as_ref().zip(ehr.unionid.as_ref());
    match unions {
        Some((one, other)) if one == other => return Match::Certain,
        Some(_) if kept == Some(&dingtalk.id) => {
            return Match::Proposal("the userid is the same and the unionid is not: a person must say who this is");
        }
        None if kept == Some(&dingtalk.id) => return Match::Certain,
        _ => {}
    }
    match (same(Field::JobNumber), same(Field::Name), same(Field::Mobile)) {
        (true, true, _) => Match::Certain,
        (true, false, _) => {
            Match::Proposal("the job number is the same and the name is not: a person must say who this is")
        }
        (false, true, true) => {
            Match::Proposal("name and mobile are the same and the job number is not: a person must say who this is")
        }
        (false, _, true) if planted::is(Bug::SameMobileIsSame) => Match::Certain,
        (false, ..) => Match::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Kind, UnionId};

    fn person(id: &str, name: &str, mobile: &str, job: &str) -> Record {
        let mut record = Record::new(Kind::Person, NativeId::new(id).unwrap());
        for (field, text) in [(Field::Name, name), (Field::Mobile, mobile), (Field::JobNumber, job)] {
            record.values.show_text(field, Some(text.to_owned()));
        }
        record
    }

    #[test]
    fn the_order_of_evidence() {
        let dingtalk = person("u1", "李娜", "+861", "7");
        let judge_by = |ehr: Record| judge(&dingtalk, &ehr, None);
        assert_eq!(judge_by(person("e1", "李娜", "+862", "7")), Match::Certain);
        assert!(matches!(judge_by(person("e1", "王伟", "+862", "7")), Match::Proposal(_)));
        assert!(matches!(judge_by(person("e1", "李娜", "+861", "8")), Match::Proposal(_)));
        assert_eq!(judge_by(person("e1", "王伟", "+861", "8")), Match::No, "never on the mobile alone");
        assert_eq!(judge_by(person("e1", "李娜", "+862", "")), Match::No, "never on the name alone");
    }

    #[test]
    fn ids_that_a_side_keeps_are_certain() {
        let mut dingtalk = person("u1", "李娜", "+861", "7");
        let mut ehr = person("e1", "李 娜", "+862", "8");
        assert_eq!(judge(&dingtalk, &ehr, Some(&dingtalk.id)), Match::Certain);
        dingtalk.unionid = UnionId::new("x").ok();
        ehr.unionid = UnionId::new("x").ok();
        assert_eq!(judge(&dingtalk, &ehr, None), Match::Certain);
        ehr.unionid = UnionId::new("y").ok();
        assert!(matches!(judge(&dingtalk, &ehr, Some(&dingtalk.id)), Match::Proposal(_)), "the userid was given anew");
    }

    #[test]
    fn two_without_a_job_number_share_none() {
        assert_eq!(judge(&person("u1", "李娜", "", ""), &person("e1", "李娜", "", ""), None), Match::No);
    }
}
