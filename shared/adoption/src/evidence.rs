//! Which keys of two people agree.

use std::fmt;

use directory::reason::{Reason, ReasonCode};

use crate::departments::DepartmentMatches;
use crate::name_likeness::{NameLikeness, compare_names, fold_name};
use crate::person_row::PersonRow;
use crate::planted::{self, Mistake};

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum MatchKey {
    /// The same `unionid`.
    Unionid,
    /// One side keeps the other side's id.
    KeptId,
    /// The same job number.
    JobNumber,
    /// The same mobile.
    Mobile,
    /// The same name.
    Name,
    /// Nearly the same name.
    NearName,
    /// The same e-mail address.
    Email,
    /// The same day of entry.
    HiredOn,
    /// A department in common.
    Department,
    /// Both have a `unionid`, and they differ.
    OtherUnionid,
    /// Both have a job number, and they differ.
    OtherJobNumber,
    /// Both have a mobile, and they differ.
    OtherMobile,
}

impl MatchKey {
    /// Every key.
    pub const ALL: [Self; 12] = [
        Self::Unionid,
        Self::KeptId,
        Self::JobNumber,
        Self::Mobile,
        Self::Name,
        Self::NearName,
        Self::Email,
        Self::HiredOn,
        Self::Department,
        Self::OtherUnionid,
        Self::OtherJobNumber,
        Self::OtherMobile,
    ];
}

/// The keys that agree, and those that contradict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Evidence(u16);

impl Evidence {
    /// Whether this key is among them.
    #[must_use]
    pub const fn has(self, key: MatchKey) -> bool {
        self.0 & (1 << key as u8) != 0
    }

    fn note(&mut self, key: MatchKey, holds: bool) {
        if holds {
            self.0 |= 1 << key as u8;
        }
    }

    /// The keys, strongest first.
    pub fn keys(self) -> impl Iterator<Item = MatchKey> {
        MatchKey::ALL.into_iter().filter(move |key| self.has(*key))
    }

    /// Whether a key agrees that few people share: enough to ask, never enough to link.
    #[must_use]
    pub fn shares_a_key(self) -> bool {
        let keys = [
            MatchKey::Unionid,
            MatchKey::KeptId,
            MatchKey::JobNumber,
            MatchKey::Name,
            MatchKey::Mobile,
            MatchKey::Email,
        ];
        keys.into_iter().any(|key| self.has(key))
    }

    /// How much speaks for one person: to order candidates, never to decide.
    #[must_use]
    pub fn weight(self) -> u32 {
        let weight = |key| match key {
            MatchKey::Unionid => 1000,
            MatchKey::KeptId => 300,
            MatchKey::JobNumber => 200,
            MatchKey::Mobile => 150,
            MatchKey::Name => 120,
            MatchKey::Email => 110,
            MatchKey::NearName => 50,
            MatchKey::HiredOn => 30,
            MatchKey::Department => 20,
            MatchKey::OtherUnionid | MatchKey::OtherJobNumber | MatchKey::OtherMobile => 0,
        };
        self.keys().map(weight).sum()
    }

    /// Why the two are perhaps one person and not surely: the strongest key that agrees.
    #[must_use]
    pub fn doubt(self) -> Reason {
        let has = |key| self.has(key);
        Reason::new(if has(MatchKey::OtherUnionid) {
            ReasonCode::MatchContradicted
        } else if has(MatchKey::KeptId) && !has(MatchKey::Name) {
            ReasonCode::MatchUseridReused
        } else if has(MatchKey::JobNumber) {
            ReasonCode::MatchJobNumberOnly
        } else if has(MatchKey::Name) && has(MatchKey::Mobile) {
            ReasonCode::MatchContradicted
        } else if has(MatchKey::Name) {
            ReasonCode::MatchNameOnly
        } else if has(MatchKey::Mobile) {
            ReasonCode::MatchMobileOnly
        } else if has(MatchKey::Email) {
            ReasonCode::MatchEmailOnly
        } else if has(MatchKey::NearName) {
            ReasonCode::MatchNearNameOnly
        } else {
            ReasonCode::MatchNoCandidate
        })
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

/// Compares a person of DingTalk with one of the eHR.
#[must_use]
pub fn weigh_evidence(
    dingtalk: &PersonRow,
    ehr: &PersonRow,
    departments: &DepartmentMatches,
) -> Evidence {
    let mut evidence = Evidence::default();
    compare_key(
        &mut evidence,
        &dingtalk.unionid,
        &ehr.unionid,
        MatchKey::Unionid,
        Some(MatchKey::OtherUnionid),
    );
    let kept = ehr.kept.as_ref() == Some(&dingtalk.id) || dingtalk.kept.as_ref() == Some(&ehr.id);
    evidence.note(MatchKey::KeptId, kept);
    compare_key(
        &mut evidence,
        &dingtalk.job_number,
        &ehr.job_number,
        MatchKey::JobNumber,
        Some(MatchKey::OtherJobNumber),
    );
    compare_key(
        &mut evidence,
        &dingtalk.mobile,
        &ehr.mobile,
        MatchKey::Mobile,
        Some(MatchKey::OtherMobile),
    );
    compare_key(
        &mut evidence,
        &dingtalk.email,
        &ehr.email,
        MatchKey::Email,
        None,
    );
    compare_key(
        &mut evidence,
        &dingtalk.hired_on,
        &ehr.hired_on,
        MatchKey::HiredOn,
        None,
    );
    if let (Some(one), Some(two)) = (&dingtalk.name, &ehr.name) {
        let likeness = compare_names(&fold_name(one.expose()), &fold_name(two.expose()));
        let near_is_equal = planted::is(Mistake::NearIsEqual) && likeness == NameLikeness::Near;
        evidence.note(
            MatchKey::Name,
            likeness == NameLikeness::Equal || near_is_equal,
        );
        evidence.note(MatchKey::NearName, likeness == NameLikeness::Near);
    }
    let mut shared = dingtalk
        .departments
        .iter()
        .filter_map(|id| departments.ehr_id(id));
    evidence.note(
        MatchKey::Department,
        shared.any(|id| ehr.departments.contains(id)),
    );
    evidence
}

fn compare_key<T: PartialEq>(
    evidence: &mut Evidence,
    one: &Option<T>,
    two: &Option<T>,
    equal: MatchKey,
    other: Option<MatchKey>,
) {
    if let (Some(one), Some(two)) = (one, two) {
        evidence.note(equal, one == two);
        if let Some(other) = other {
            evidence.note(other, one != two);
        }
    }
}
