//! The buckets: exact, likely in classes, ambiguous, none.

mod buckets;
mod candidates;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use directory::NativeId;
use directory::hash::{FieldHash, HashKey, hash_bytes};
use directory::reason::{Reason, ReasonCode};

use crate::departments::DepartmentMatches;
use crate::evidence::Evidence;
use crate::person_row::PersonRow;

/// A class of likely matches. Each is shown with its count, looked at in samples, and accepted at once.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MatchClass {
    /// Name and mobile are equal, and the pair is unique on both sides.
    NameAndMobile,
    /// The names are nearly equal; mobile or job number is equal and unique on both sides, and one more key agrees.
    NearName,
    /// The name is equal and unique on both sides, a department and day of entry or e-mail agree, the mobile does not.
    NameWithoutMobile,
}

impl MatchClass {
    /// Every class, most certain first.
    pub const ALL: [Self; 3] = [Self::NameAndMobile, Self::NearName, Self::NameWithoutMobile];

    /// What it means.
    #[must_use]
    pub fn reason(self) -> Reason {
        Reason::new(match self {
            Self::NameAndMobile => ReasonCode::MatchNameAndMobile,
            Self::NearName => ReasonCode::MatchNearName,
            Self::NameWithoutMobile => ReasonCode::MatchNameWithoutMobile,
        })
    }
}

/// A pair: DingTalk's id and the eHR's id of the record that leads.
pub type MatchPair = (NativeId, NativeId);

/// Two records that are, or may be, one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMatch {
    /// DingTalk's id.
    pub dingtalk: NativeId,
    /// The eHR's id of the record that leads.
    pub ehr: NativeId,
    /// Further eHR records of the same human. They are not linked, and nobody is created for them.
    pub further: Vec<NativeId>,
    /// Why the record leads, where there are several.
    pub lead: Option<Reason>,
    /// What agrees.
    pub evidence: Evidence,
    /// Why it is a match, or why it is a doubt.
    pub reason: Reason,
    /// Keyed hash of everything that was compared, of all its records. It changes when one of them does.
    pub fingerprint: FieldHash,
}

impl PersonMatch {
    /// Its pair.
    #[must_use]
    pub fn pair(&self) -> MatchPair {
        (self.dingtalk.clone(), self.ehr.clone())
    }
}

/// A human who waits for a decision, with everybody who comes into question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedPerson {
    /// Whoever it is about: the eHR's id of a human, or DingTalk's id where the eHR has nobody who could be meant.
    pub ehr: Option<NativeId>,
    /// DingTalk's id, where the account is the one that waits.
    pub dingtalk: Option<NativeId>,
    /// Who comes into question, the likeliest first. It may name people who are matched to others.
    pub candidates: Vec<PersonMatch>,
    /// Why nobody but a person decides.
    pub reason: Reason,
}

/// A human whom the other side does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedPerson {
    /// The side's own id; of the record that leads.
    pub id: NativeId,
    /// Further eHR records of the same human: nobody is created for them.
    pub further: Vec<NativeId>,
    /// Who comes nearest, and what agrees; `None` if nobody comes near.
    pub nearest: Option<(NativeId, Evidence)>,
    /// Why the nearest is not the same.
    pub reason: Reason,
}

/// What was found about all people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdoptionReport {
    /// Linked without a question.
    pub exact: Vec<PersonMatch>,
    /// Likely matches by class.
    pub likely: BTreeMap<MatchClass, Vec<PersonMatch>>,
    /// Who waits for a decision.
    pub queue: Vec<QueuedPerson>,
    /// Humans of the eHR whom DingTalk does not have. Only active ones: nobody is created for a leaver.
    pub only_ehr: Vec<UnmatchedPerson>,
    /// Accounts of DingTalk whom the eHR does not have.
    pub only_dingtalk: Vec<UnmatchedPerson>,
}

/// Sorts the people of both sides into buckets. Of rows with the same id the first one counts, as when a page of a list
/// arrived twice.
#[must_use]
pub fn match_people(
    key: &HashKey,
    dingtalk: &[PersonRow],
    ehr: &[PersonRow],
    departments: &DepartmentMatches,
) -> AdoptionReport {
    let (dingtalk, ehr) = (without_repeats(dingtalk), without_repeats(ehr));
    buckets::sort_into_buckets(key, &dingtalk, &ehr, departments)
}

fn without_repeats(rows: &[PersonRow]) -> Cow<'_, [PersonRow]> {
    let mut seen = BTreeSet::new();
    if rows.iter().all(|row| seen.insert(&row.id)) {
        return Cow::Borrowed(rows);
    }
    let mut seen = BTreeSet::new();
    rows.iter()
        .filter(|row| seen.insert(&row.id))
        .cloned()
        .collect()
}

/// The keyed hash of what was compared.
fn fingerprint(key: &HashKey, rows: &[&PersonRow]) -> FieldHash {
    let mut content = Vec::new();
    let mut add = |part: &[u8]| {
        content.extend((part.len() as u64).to_be_bytes());
        content.extend(part);
    };
    for row in rows {
        add(row.id.as_str().as_bytes());
        add(row.kept.as_ref().map_or("", |id| id.as_str()).as_bytes());
        add(row.unionid.as_ref().map_or("", |id| id.as_str()).as_bytes());
        for text in [&row.name, &row.mobile, &row.job_number, &row.email] {
            add(text.as_ref().map_or("", |text| text.expose()).as_bytes());
        }
        add(row
            .hired_on
            .map(|day| day.to_string())
            .unwrap_or_default()
            .as_bytes());
        row.departments
            .iter()
            .for_each(|id| add(id.as_str().as_bytes()));
        add(&[u8::from(row.active)]);
    }
    hash_bytes(key, "adoption-match", &content)
}
