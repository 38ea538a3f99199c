//! What people decided about matches, and what follows from it. Links are computed from the report and the decisions each
//! time; nothing else is kept, so that taking a decision back leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use directory::hash::FieldHash;
use directory::reason::{Reason, ReasonCode};
use directory::{NativeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::matching::{AdoptionReport, MatchClass, MatchPair, PersonMatch, UnmatchedPerson};
use crate::planted::{self, Mistake};

/// What somebody says about pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchVerdict {
    /// Each pair is one person.
    SamePerson,
    /// Each pair is two people.
    DifferentPeople,
}

/// One decision about one pair, or about a class of pairs at once. It covers the pairs as they were: a pair one of whose
/// records changed since is not covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchDecision {
    /// Its id: `match undo` names it.
    pub id: String,
    /// What was decided.
    pub verdict: MatchVerdict,
    /// The class, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<MatchClass>,
    /// The pairs with their fingerprints when the decision was made.
    pub members: Vec<DecidedPair>,
    /// When.
    pub at: Timestamp,
    /// Who: the id of the actor.
    pub by: String,
}

/// A pair as it was decided about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedPair {
    /// DingTalk's id.
    pub dingtalk: NativeId,
    /// The eHR's id.
    pub ehr: NativeId,
    /// [`PersonMatch::fingerprint`].
    pub fingerprint: FieldHash,
}

impl MatchDecision {
    /// A decision about these matches.
    #[must_use]
    pub fn about<'a>(
        id: impl Into<String>,
        verdict: MatchVerdict,
        class: Option<MatchClass>,
        matches: impl IntoIterator<Item = &'a PersonMatch>,
        (by, at): (&str, Timestamp),
    ) -> Self {
        let member = |matched: &PersonMatch| DecidedPair {
            dingtalk: matched.dingtalk.clone(),
            ehr: matched.ehr.clone(),
            fingerprint: matched.fingerprint,
        };
        Self {
            id: id.into(),
            verdict,
            class,
            members: matches.into_iter().map(member).collect(),
            at,
            by: by.to_owned(),
        }
    }
}

/// What follows from a report and the decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkPlan {
    /// Pairs to link. The first plan of a binding links and does nothing else.
    pub links: Vec<PersonMatch>,
    /// Pairs that still wait, each with the reason: `match-member-changed` where a decision does not cover them any more.
    pub waiting: Vec<(MatchPair, Reason)>,
    /// Humans of the eHR who may be created in DingTalk, with the nearest candidate and why it is not the same.
    pub create_in_dingtalk: Vec<UnmatchedPerson>,
    /// Accounts that may get a record in the eHR.
    pub create_in_ehr: Vec<UnmatchedPerson>,
}

/// Works the decisions, later ones over earlier ones about the same pair. Refused, and left waiting: an acceptance whose
/// account or human is linked by another one already, and every acceptance of a pair that changed since.
#[must_use]
pub fn settle_matches(report: &AdoptionReport, decisions: &[MatchDecision]) -> LinkPlan {
    let mut settling = Settling {
        said: collect_verdicts(decisions),
        accounts: BTreeSet::new(),
        records: BTreeSet::new(),
        plan: LinkPlan::default(),
    };
    for matched in &report.exact {
        if settling.verdict(matched) == Ok(Some(MatchVerdict::DifferentPeople)) {
            settling.wait(matched, matched.reason.clone());
        } else {
            settling.link(matched);
        }
    }
    for matched in report.likely.values().flatten() {
        settling.settle_likely(matched);
    }
    settling.settle_queue(report);
    settling.settle_creates(report);
    settling.plan
}

type Verdicts = BTreeMap<MatchPair, (MatchVerdict, FieldHash)>;

fn collect_verdicts(decisions: &[MatchDecision]) -> Verdicts {
    let mut ordered: Vec<&MatchDecision> = decisions.iter().collect();
    // Stable: of one moment the later in the list counts.
    ordered.sort_by_key(|decision| decision.at);
    let mut said = Verdicts::new();
    for decision in ordered {
        for member in &decision.members {
            let pair = (member.dingtalk.clone(), member.ehr.clone());
            said.insert(pair, (decision.verdict, member.fingerprint));
        }
    }
    said
}

struct Settling {
    said: Verdicts,
    accounts: BTreeSet<NativeId>,
    records: BTreeSet<NativeId>,
    plan: LinkPlan,
}

impl Settling {
    /// The verdict about a pair as it is now.
    ///
    /// Errors: the pair changed since.
    fn verdict(&self, matched: &PersonMatch) -> Result<Option<MatchVerdict>, Reason> {
        match self.said.get(&matched.pair()) {
            None => Ok(None),
            Some((verdict, seen))
                if *seen == matched.fingerprint || planted::is(Mistake::StaleMember) =>
            {
                Ok(Some(*verdict))
            }
            Some(_) => Err(Reason::new(ReasonCode::MatchMemberChanged)),
        }
    }

    fn link(&mut self, matched: &PersonMatch) {
        let records = std::iter::once(&matched.ehr).chain(&matched.further);
        let free = !self.accounts.contains(&matched.dingtalk)
            && records.clone().all(|id| !self.records.contains(id));
        if !free {
            self.wait(matched, Reason::new(ReasonCode::MatchTaken));
            return;
        }
        self.accounts.insert(matched.dingtalk.clone());
        self.records.extend(records.cloned());
        self.plan.links.push(matched.clone());
    }

    fn wait(&mut self, matched: &PersonMatch, reason: Reason) {
        self.plan.waiting.push((matched.pair(), reason));
    }

    fn settle_likely(&mut self, matched: &PersonMatch) {
        match self.verdict(matched) {
            Ok(Some(MatchVerdict::SamePerson)) => self.link(matched),
            Ok(_) => self.wait(matched, matched.reason.clone()),
            Err(changed) => self.wait(matched, changed),
        }
    }

    fn settle_queue(&mut self, report: &AdoptionReport) {
        for queued in &report.queue {
            let same = Ok(Some(MatchVerdict::SamePerson));
            let accepted = queued
                .candidates
                .iter()
                .find(|one| self.verdict(one) == same);
            if let Some(matched) = accepted {
                self.link(matched);
                continue;
            }
            let refused = Ok(Some(MatchVerdict::DifferentPeople));
            let open: Vec<&PersonMatch> = queued
                .candidates
                .iter()
                .filter(|one| self.verdict(one) != refused)
                .collect();
            if let [first, ..] = open.as_slice() {
                let reason = self
                    .verdict(first)
                    .err()
                    .unwrap_or_else(|| queued.reason.clone());
                self.wait(first, reason);
                continue;
            }
            let nearest = queued.candidates.first();
            let further = nearest.filter(|_| queued.ehr.is_some());
            let further = further.map(|one| one.further.clone()).unwrap_or_default();
            let unmatched = |id: &NativeId, nearest: Option<NativeId>| UnmatchedPerson {
                id: id.clone(),
                further: further.clone(),
                nearest: nearest.zip(queued.candidates.first().map(|one| one.evidence)),
                reason: queued.reason.clone(),
            };
            if let Some(ehr) = &queued.ehr {
                let nearest = nearest.map(|one| one.dingtalk.clone());
                self.plan.create_in_dingtalk.push(unmatched(ehr, nearest));
            } else if let Some(dingtalk) = &queued.dingtalk {
                let nearest = nearest.map(|one| one.ehr.clone());
                self.plan.create_in_ehr.push(unmatched(dingtalk, nearest));
            }
        }
    }

    /// Who has nobody on the other side. Their nearest candidate must not itself be waiting: it could turn out to be theirs.
    fn settle_creates(&mut self, report: &AdoptionReport) {
        let waits = |dingtalk: bool, id: &NativeId| {
            let side = |pair: &MatchPair| {
                if dingtalk {
                    pair.0 == *id
                } else {
                    pair.1 == *id
                }
            };
            self.plan.waiting.iter().any(|(pair, _)| side(pair))
        };
        let open = |dingtalk: bool, one: &&UnmatchedPerson| {
            one.nearest
                .as_ref()
                .is_none_or(|(id, _)| !waits(dingtalk, id))
        };
        let to_dingtalk: Vec<_> = report
            .only_ehr
            .iter()
            .filter(|one| open(true, one))
            .cloned()
            .collect();
        let to_ehr: Vec<_> = report
            .only_dingtalk
            .iter()
            .filter(|one| open(false, one))
            .cloned()
            .collect();
        self.plan.create_in_dingtalk.extend(to_dingtalk);
        self.plan.create_in_ehr.extend(to_ehr);
    }
}
