//! Whether a record of DingTalk and one of the eHR are the same person or department. Anything that is
//! not certain waits for HR: two people with one mobile number are not one person.

use std::collections::BTreeSet;

use crate::field::Field;
use crate::hash::{self, HashKey};
use crate::ids::{NativeId, Side};
use crate::link::Link;
use crate::planted::{self, Bug};
use crate::reason::ReasonCode;
use crate::record::Record;

/// Something that two records have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKey {
    /// The `unionid`: one human, by DingTalk's word. Proof by itself.
    Union,
    /// A stored link, or the write that one began. Proof by itself.
    Link,
    /// Both are the root of their tree. Proof by itself.
    Root,
    /// The DingTalk id that the eHR keeps with its record: it may be mistyped.
    KeptId,
    /// The job number: numbers are given anew.
    JobNumber,
    /// The name.
    Name,
    /// The mobile number: two people may share one.
    Mobile,
    /// The parent department.
    Parent,
}

impl IdentityKey {
    fn is_proof(self) -> bool {
        matches!(self, Self::Union | Self::Link | Self::Root)
    }
}

/// Two records are one for certain, with the keys that agree: one proof, or two others. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityMatch {
    keys: BTreeSet<IdentityKey>,
}

impl IdentityMatch {
    fn of_keys(keys: BTreeSet<IdentityKey>) -> Option<Self> {
        let proven = keys.len() >= 2 || keys.iter().any(|key| key.is_proof());
        proven.then_some(Self { keys })
    }

    /// The root of one tree and the root of the other one.
    #[must_use]
    pub fn of_roots() -> Self {
        Self {
            keys: [IdentityKey::Root].into(),
        }
    }

    /// A department below the same parent with the same name: DingTalk allows no second one there.
    #[must_use]
    pub fn of_siblings() -> Self {
        Self {
            keys: [IdentityKey::Parent, IdentityKey::Name].into(),
        }
    }

    /// What a stored link knows: the other record's `unionid`, or what was sent when the record was made.
    #[must_use]
    pub fn of_link() -> Self {
        Self {
            keys: [IdentityKey::Link].into(),
        }
    }

    /// The keys that agree.
    pub fn keys(&self) -> impl Iterator<Item = IdentityKey> {
        self.keys.iter().copied()
    }
}

/// The judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityVerdict {
    /// The same.
    Same(IdentityMatch),
    /// Perhaps: a person decides, for the reason.
    Perhaps(ReasonCode),
    /// Nothing says so.
    Different,
}

impl IdentityVerdict {
    /// Whether it is the same for certain.
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }
}

/// Judges two people. `kept` is the DingTalk id that the eHR keeps with its record.
///
/// In this order: the `unionid`, the kept id together with a job number, name or mobile, the job number together with the
/// name, then mobile *and* name as a proposal. A job number alone, with another name, is a proposal too, and so is a kept id
/// with which nothing else agrees.
#[must_use]
pub fn match_people(dingtalk: &Record, ehr: &Record, kept: Option<&NativeId>) -> IdentityVerdict {
    let mut keys = agreeing_fields(dingtalk, ehr);
    let keeps = kept == Some(&dingtalk.id);
    if keeps {
        keys.insert(IdentityKey::KeptId);
    }
    match dingtalk.unionid.as_ref().zip(ehr.unionid.as_ref()) {
        Some((one, other)) if one == other => _ = keys.insert(IdentityKey::Union),
        Some(_) if keeps => {
            return IdentityVerdict::Perhaps(ReasonCode::IdentityUnionidDiffers);
        }
        _ => {}
    }
    if keys.contains(&IdentityKey::Union) || keeps {
        return judge_kept(keys);
    }
    let has = |key| keys.contains(&key);
    match (
        has(IdentityKey::JobNumber),
        has(IdentityKey::Name),
        has(IdentityKey::Mobile),
    ) {
        (true, true, _) => {
            IdentityMatch::of_keys(keys).map_or(IdentityVerdict::Different, IdentityVerdict::Same)
        }
        (true, false, _) => IdentityVerdict::Perhaps(ReasonCode::IdentityNameDiffers),
        (false, true, true) => IdentityVerdict::Perhaps(ReasonCode::IdentityJobNumberDiffers),
        (false, _, true) if planted::is(Bug::SameMobileIsSame) => {
            IdentityVerdict::Same(IdentityMatch::of_link())
        }
        (false, ..) => IdentityVerdict::Different,
    }
}

/// Judges two departments of which the eHR's keeps the other one's id. `same_parent`: the departments above them are linked with each
/// other.
#[must_use]
pub fn match_kept_department(
    dingtalk: &Record,
    ehr: &Record,
    same_parent: bool,
) -> IdentityVerdict {
    let mut keys = agreeing_fields(dingtalk, ehr);
    keys.insert(IdentityKey::KeptId);
    if same_parent {
        keys.insert(IdentityKey::Parent);
    }
    judge_kept(keys)
}

/// Judges a record of the eHR that keeps the id of a link whose create was begun and cut off: it is that record if it has a name,
/// job number or mobile that was sent.
#[must_use]
pub fn match_begun_create(link: &Link, ehr: &Record, key: &HashKey) -> IdentityVerdict {
    let was_sent = |field: Field| {
        let hash = hash::hash_field(key, field, ehr.values.get(field));
        let sent = link
            .intents
            .iter()
            .filter(|intent| intent.side == Side::Ehr);
        ehr.values.get(field).is_some()
            && sent
                .filter_map(|intent| intent.fields.get(&field))
                .any(|sent| *sent == hash)
    };
    let mut keys: BTreeSet<IdentityKey> = COMPARED
        .into_iter()
        .filter(|(field, _)| was_sent(*field))
        .map(|(_, key)| key)
        .collect();
    keys.insert(IdentityKey::KeptId);
    judge_kept(keys)
}

const COMPARED: [(Field, IdentityKey); 3] = [
    (Field::JobNumber, IdentityKey::JobNumber),
    (Field::Name, IdentityKey::Name),
    (Field::Mobile, IdentityKey::Mobile),
];

fn agreeing_fields(dingtalk: &Record, ehr: &Record) -> BTreeSet<IdentityKey> {
    let same = |field| {
        let value = dingtalk.values.text(field);
        value.is_some() && value == ehr.values.text(field)
    };
    COMPARED
        .into_iter()
        .filter(|(field, _)| same(*field))
        .map(|(_, key)| key)
        .collect()
}

fn judge_kept(keys: BTreeSet<IdentityKey>) -> IdentityVerdict {
    match IdentityMatch::of_keys(keys) {
        Some(matched) => IdentityVerdict::Same(matched),
        None if planted::is(Bug::KeptIdSuffices) => IdentityVerdict::Same(IdentityMatch::of_link()),
        None => IdentityVerdict::Perhaps(ReasonCode::IdentityKeptIdAlone),
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

    fn keys(verdict: IdentityVerdict) -> Vec<IdentityKey> {
        match verdict {
            IdentityVerdict::Same(matched) => matched.keys().collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn stronger_evidence_decides_before_weaker() {
        let dingtalk = person("u1", "李娜", "+861", "7");
        let judge_by = |ehr: Record| match_people(&dingtalk, &ehr, None);
        assert_eq!(
            keys(judge_by(person("e1", "李娜", "+862", "7"))),
            [IdentityKey::JobNumber, IdentityKey::Name]
        );
        assert!(matches!(
            judge_by(person("e1", "王伟", "+862", "7")),
            IdentityVerdict::Perhaps(_)
        ));
        assert!(matches!(
            judge_by(person("e1", "李娜", "+861", "8")),
            IdentityVerdict::Perhaps(_)
        ));
        assert_eq!(
            judge_by(person("e1", "王伟", "+861", "8")),
            IdentityVerdict::Different,
            "never on the mobile alone"
        );
        assert_eq!(
            judge_by(person("e1", "李娜", "+862", "")),
            IdentityVerdict::Different,
            "never on the name alone"
        );
    }

    #[test]
    fn a_kept_id_needs_a_second_key() {
        let dingtalk = person("u1", "李娜", "+861", "7");
        let kept = Some(&dingtalk.id);
        for second in [
            person("e1", "李娜", "+862", "8"),
            person("e1", "王伟", "+861", "8"),
            person("e1", "王伟", "+862", "7"),
        ] {
            assert!(match_people(&dingtalk, &second, kept).is_same());
        }
        let nothing_else = person("e1", "王伟", "+862", "8");
        assert_eq!(
            match_people(&dingtalk, &nothing_else, kept),
            IdentityVerdict::Perhaps(ReasonCode::IdentityKeptIdAlone)
        );
    }

    #[test]
    fn an_equal_unionid_is_proof_and_another_one_is_doubt() {
        let mut dingtalk = person("u1", "李娜", "+861", "7");
        let mut ehr = person("e1", "王伟", "+862", "8");
        dingtalk.unionid = UnionId::new("x").ok();
        ehr.unionid = UnionId::new("x").ok();
        assert_eq!(
            keys(match_people(&dingtalk, &ehr, None)),
            [IdentityKey::Union]
        );
        ehr.unionid = UnionId::new("y").ok();
        assert!(
            matches!(
                match_people(&dingtalk, &ehr, Some(&dingtalk.id)),
                IdentityVerdict::Perhaps(_)
            ),
            "the userid was given anew"
        );
    }

    #[test]
    fn two_missing_job_numbers_do_not_match() {
        assert_eq!(
            match_people(
                &person("u1", "李娜", "", ""),
                &person("e1", "李娜", "", ""),
                None
            ),
            IdentityVerdict::Different
        );
    }

    #[test]
    fn a_department_with_a_kept_id_needs_its_name_or_its_parent() {
        let dingtalk = person("7", "销售", "", "");
        let (same, other) = (person("d1", "销售", "", ""), person("d1", "市场", "", ""));
        assert!(match_kept_department(&dingtalk, &same, false).is_same());
        assert!(match_kept_department(&dingtalk, &other, true).is_same());
        assert!(!match_kept_department(&dingtalk, &other, false).is_same());
    }
}
