//! Whether a record of DingTalk and one of the eHR are the same person or department. Anything that is
//! not certain waits for HR: two people with one mobile number are not one person.

use crate::field::Field;
use crate::ids::NativeId;
use crate::planted::{self, Bug};
use crate::reason::ReasonCode;
use crate::record::Record;

/// The judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityMatch {
    /// The same.
    Certain,
    /// Perhaps: a person decides, for the reason.
    Proposal(ReasonCode),
    /// Nothing says so.
    No,
}

/// Judges two records. `kept` is the DingTalk id that the eHR keeps with its record.
///
/// In this order: the id that the other side already stores, the `unionid`, the job number together with the name, then
/// mobile *and* name as a proposal. A job number alone, with another name, is a proposal too: numbers are given anew.
#[must_use]
pub fn match_records(dingtalk: &Record, ehr: &Record, kept: Option<&NativeId>) -> IdentityMatch {
    let same = |field| {
        let value = dingtalk.values.text(field);
        value.is_some() && value == ehr.values.text(field)
    };
    let unions = dingtalk.unionid.as_ref().zip(ehr.unionid.as_ref());
    match unions {
        Some((one, other)) if one == other => return IdentityMatch::Certain,
        Some(_) if kept == Some(&dingtalk.id) => {
            return IdentityMatch::Proposal(ReasonCode::IdentityUnionidDiffers);
        }
        None if kept == Some(&dingtalk.id) => return IdentityMatch::Certain,
        _ => {}
    }
    match (
        same(Field::JobNumber),
        same(Field::Name),
        same(Field::Mobile),
    ) {
        (true, true, _) => IdentityMatch::Certain,
        (true, false, _) => IdentityMatch::Proposal(ReasonCode::IdentityNameDiffers),
        (false, true, true) => IdentityMatch::Proposal(ReasonCode::IdentityJobNumberDiffers),
        (false, _, true) if planted::is(Bug::SameMobileIsSame) => IdentityMatch::Certain,
        (false, ..) => IdentityMatch::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Kind, UnionId};

    fn person(id: &str, name: &str, mobile: &str, job: &str) -> Record {
        let mut record = Record::new(Kind::Person, NativeId::new(id).unwrap());
        for (field, text) in [
            (Field::Name, name),
            (Field::Mobile, mobile),
            (Field::JobNumber, job),
        ] {
            record.values.show_text(field, Some(text.to_owned()));
        }
        record
    }

    #[test]
    fn stronger_evidence_decides_before_weaker() {
        let dingtalk = person("u1", "李娜", "+861", "7");
        let judge_by = |ehr: Record| match_records(&dingtalk, &ehr, None);
        assert_eq!(
            judge_by(person("e1", "李娜", "+862", "7")),
            IdentityMatch::Certain
        );
        assert!(matches!(
            judge_by(person("e1", "王伟", "+862", "7")),
            IdentityMatch::Proposal(_)
        ));
        assert!(matches!(
            judge_by(person("e1", "李娜", "+861", "8")),
            IdentityMatch::Proposal(_)
        ));
        assert_eq!(
            judge_by(person("e1", "王伟", "+861", "8")),
            IdentityMatch::No,
            "never on the mobile alone"
        );
        assert_eq!(
            judge_by(person("e1", "李娜", "+862", "")),
            IdentityMatch::No,
            "never on the name alone"
        );
    }

    #[test]
    fn a_stored_id_of_the_other_side_is_a_certain_match() {
        let mut dingtalk = person("u1", "李娜", "+861", "7");
        let mut ehr = person("e1", "李 娜", "+862", "8");
        assert_eq!(
            match_records(&dingtalk, &ehr, Some(&dingtalk.id)),
            IdentityMatch::Certain
        );
        dingtalk.unionid = UnionId::new("x").ok();
        ehr.unionid = UnionId::new("x").ok();
        assert_eq!(match_records(&dingtalk, &ehr, None), IdentityMatch::Certain);
        ehr.unionid = UnionId::new("y").ok();
        assert!(
            matches!(
                match_records(&dingtalk, &ehr, Some(&dingtalk.id)),
                IdentityMatch::Proposal(_)
            ),
            "the userid was given anew"
        );
    }

    #[test]
    fn two_missing_job_numbers_do_not_match() {
        assert_eq!(
            match_records(
                &person("u1", "李娜", "", ""),
                &person("e1", "李娜", "", ""),
                None
            ),
            IdentityMatch::No
        );
    }
}
