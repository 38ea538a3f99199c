//! From pairs to buckets: certain ones first, then class by class, then doubts, then nobody.

use std::collections::{BTreeMap, BTreeSet};

use directory::hash::HashKey;
use directory::reason::{Reason, ReasonCode};

use crate::departments::DepartmentMatches;
use crate::evidence::{Evidence, MatchKey};
use crate::humans::group_humans;
use crate::person_row::PersonRow;
use crate::planted::{self, Mistake};

use super::candidates::{Candidates, job_number_key, mobile_key, name_key, pair_key};
use super::{AdoptionReport, MatchClass, PersonMatch, QueuedPerson, UnmatchedPerson, fingerprint};

pub(super) fn sort_into_buckets(
    key: &HashKey,
    dingtalk: &[PersonRow],
    ehr: &[PersonRow],
    departments: &DepartmentMatches,
) -> AdoptionReport {
    let humans = group_humans(ehr);
    let mut sorting = Sorting {
        key,
        departments,
        found: Candidates::find(dingtalk, ehr, humans, departments),
        taken_accounts: BTreeSet::new(),
        taken_humans: BTreeSet::new(),
        report: AdoptionReport::default(),
    };
    for (pair, reason) in sorting.unambiguous(&|_, evidence| certain_reason(evidence)) {
        if let Some(matched) = sorting.take(pair, reason) {
            sorting.report.exact.push(matched);
        }
    }
    for class in MatchClass::ALL {
        let grade = |pair, evidence| {
            sorting
                .is_likely(class, pair, evidence)
                .then(|| class.reason())
        };
        for (pair, reason) in sorting.unambiguous(&grade) {
            if let Some(matched) = sorting.take(pair, reason) {
                sorting
                    .report
                    .likely
                    .entry(class)
                    .or_default()
                    .push(matched);
            }
        }
    }
    sorting.queue_or_create();
    sorting.report
}

/// Account and human, as places.
type Pair = (usize, usize);

struct Sorting<'a> {
    key: &'a HashKey,
    departments: &'a DepartmentMatches,
    found: Candidates<'a>,
    taken_accounts: BTreeSet<usize>,
    taken_humans: BTreeSet<usize>,
    report: AdoptionReport,
}

/// Whether the keys prove one person, and by which.
fn certain_reason(evidence: Evidence) -> Option<Reason> {
    let has = |key| evidence.has(key);
    let code = if has(MatchKey::Unionid) {
        ReasonCode::MatchUnionid
    } else if has(MatchKey::OtherUnionid) {
        return None;
    } else if has(MatchKey::KeptId)
        && (has(MatchKey::Name) || has(MatchKey::JobNumber) || has(MatchKey::Mobile))
    {
        ReasonCode::MatchKeptId
    } else if has(MatchKey::JobNumber) && has(MatchKey::Name) {
        ReasonCode::MatchJobNumberAndName
    } else if has(MatchKey::Mobile) && planted::is(Mistake::MobileAlone) {
        ReasonCode::MatchMobileOnly
    } else {
        return None;
    };
    Some(Reason::new(code))
}

impl Sorting<'_> {
    fn is_free(&self, (account, human): Pair) -> bool {
        !self.taken_accounts.contains(&account) && !self.taken_humans.contains(&human)
    }

    /// Free pairs of a grade that have no rival of that grade on either side.
    fn unambiguous(&self, grade: &dyn Fn(Pair, Evidence) -> Option<Reason>) -> Vec<(Pair, Reason)> {
        let graded: Vec<(Pair, Reason)> = self
            .found
            .pairs
            .iter()
            .filter(|(pair, _)| self.is_free(**pair))
            .filter_map(|(pair, evidence)| Some((*pair, grade(*pair, *evidence)?)))
            .collect();
        let (mut accounts, mut humans) = (BTreeMap::new(), BTreeMap::new());
        for ((account, human), _) in &graded {
            *accounts.entry(*account).or_insert(0_usize) += 1;
            *humans.entry(*human).or_insert(0_usize) += 1;
        }
        let alone = |(account, human): &Pair| accounts[account] == 1 && humans[human] == 1;
        let any = planted::is(Mistake::FirstOfTwo);
        graded
            .into_iter()
            .filter(|(pair, _)| any || alone(pair))
            .collect()
    }

    fn is_likely(&self, class: MatchClass, (account, human): Pair, evidence: Evidence) -> bool {
        let has = |key| evidence.has(key);
        if has(MatchKey::OtherUnionid) || has(MatchKey::OtherJobNumber) {
            return false;
        }
        let row = &self.found.dingtalk[account];
        let any = planted::is(Mistake::FirstOfTwo);
        let unique = |key: Option<String>| any || key.is_some_and(|key| self.found.is_unique(&key));
        match class {
            MatchClass::NameAndMobile => {
                has(MatchKey::Name)
                    && has(MatchKey::Mobile)
                    && unique(pair_key(row))
                    && !self.is_shadowed(human)
            }
            MatchClass::NearName => {
                let by_mobile = has(MatchKey::Mobile) && unique(mobile_key(row));
                let by_number = has(MatchKey::JobNumber) && unique(job_number_key(row));
                let further =
                    has(MatchKey::Department) || has(MatchKey::HiredOn) || has(MatchKey::Email);
                has(MatchKey::NearName)
                    && (by_mobile && by_number || (by_mobile || by_number) && further)
            }
            MatchClass::NameWithoutMobile => {
                let further =
                    has(MatchKey::Department) && (has(MatchKey::HiredOn) || has(MatchKey::Email));
                has(MatchKey::Name) && (any || further) && unique(name_key(row))
            }
        }
    }

    /// Whether a human who left has a namesake who works here: perhaps the same one, back under another record.
    fn is_shadowed(&self, human: usize) -> bool {
        let rows = self.found.humans[human]
            .places
            .iter()
            .map(|place| &self.found.ehr[*place]);
        let (mut here, mut names) = (false, BTreeSet::new());
        for row in rows {
            here |= row.active;
            names.extend(name_key(row));
        }
        !here && names.iter().any(|name| self.found.count(name).1 > 1)
    }

    /// Takes a pair, unless one of them is taken or nothing says which record leads.
    fn take(&mut self, pair: Pair, reason: Reason) -> Option<PersonMatch> {
        if !self.is_free(pair) {
            return None;
        }
        let (matched, leads) = self.describe(pair, reason);
        if !leads {
            return None;
        }
        self.taken_accounts.insert(pair.0);
        self.taken_humans.insert(pair.1);
        Some(matched)
    }

    /// The pair as a match, and whether it is clear which record leads; if not, the match names the first record, and its
    /// reason is that.
    fn describe(&self, (account, human): Pair, reason: Reason) -> (PersonMatch, bool) {
        let row = &self.found.dingtalk[account];
        let records = &self.found.humans[human];
        let lead = records.find_lead(self.found.ehr, &row.departments, self.departments);
        let (place, why, unclear) = match lead {
            Ok((place, why)) => (place, why, None),
            Err(unclear) => (records.places[0], None, Some(unclear)),
        };
        let id = |place: &usize| self.found.ehr[*place].id.clone();
        let mut rows = vec![row];
        rows.extend(records.places.iter().map(|place| &self.found.ehr[*place]));
        let matched = PersonMatch {
            dingtalk: row.id.clone(),
            ehr: id(&place),
            further: records
                .places
                .iter()
                .filter(|other| **other != place)
                .map(id)
                .collect(),
            lead: why,
            evidence: self
                .found
                .pairs
                .get(&(account, human))
                .copied()
                .unwrap_or_default(),
            reason: unclear.clone().unwrap_or(reason),
            fingerprint: fingerprint(self.key, &rows),
        };
        (matched, unclear.is_none())
    }

    fn doubtful(&self, pair: Pair) -> PersonMatch {
        let evidence = self.found.pairs.get(&pair).copied().unwrap_or_default();
        self.describe(pair, evidence.doubt()).0
    }

    fn queue_or_create(&mut self) {
        let mut asked_about = BTreeSet::new();
        for human in 0..self.found.humans.len() {
            if self.taken_humans.contains(&human) {
                continue;
            }
            let active = self.is_active(human);
            let accounts = self.found.accounts.get(&human).cloned().unwrap_or_default();
            let (strong, weak): (Vec<usize>, Vec<usize>) = accounts
                .into_iter()
                .partition(|account| self.asks((*account, human), active));
            if !strong.is_empty() {
                asked_about.extend(strong.iter().copied());
                self.queue_human(human, &strong);
            } else if active {
                let unmatched = self.unmatched_human(human, &weak);
                self.report.only_ehr.push(unmatched);
            }
        }
        for account in 0..self.found.dingtalk.len() {
            if !self.taken_accounts.contains(&account) && !asked_about.contains(&account) {
                self.queue_or_report_account(account);
            }
        }
    }

    fn is_active(&self, human: usize) -> bool {
        let mut places = self.found.humans[human].places.iter();
        places.any(|place| self.found.ehr[*place].active)
    }

    /// Whether a person has to be asked if these two are one. An account that is taken counts as well: the human may be a
    /// second record of the one who has it. Of a leaver only a free account is asked about.
    fn asks(&self, (account, human): Pair, active: bool) -> bool {
        let Some(evidence) = self.found.pairs.get(&(account, human)) else {
            return false;
        };
        let free = !self.taken_accounts.contains(&account);
        if planted::is(Mistake::UncertainIsNew) || (!active && !free) {
            return false;
        }
        let twice = evidence.has(MatchKey::Department) && evidence.has(MatchKey::HiredOn);
        evidence.shares_a_key() || evidence.has(MatchKey::NearName) && (free || twice)
    }

    fn queue_human(&mut self, human: usize, accounts: &[usize]) {
        let candidates = accounts
            .iter()
            .map(|account| self.doubtful((*account, human)));
        let mut candidates: Vec<PersonMatch> = candidates.collect();
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.evidence.weight()));
        let ehr = candidates.first().map(|candidate| candidate.ehr.clone());
        let reason = queue_reason(&candidates);
        self.report.queue.push(QueuedPerson {
            ehr,
            dingtalk: None,
            candidates,
            reason,
        });
    }

    /// An account that no open human comes near: it may still be the second account of one who is matched.
    fn queue_or_report_account(&mut self, account: usize) {
        let humans = self
            .found
            .humans_of
            .get(&account)
            .cloned()
            .unwrap_or_default();
        let asking = |human: &usize| self.asks_of_account((account, *human));
        let mut candidates: Vec<PersonMatch> = humans
            .iter()
            .filter(|human| asking(human))
            .map(|human| self.doubtful((account, *human)))
            .collect();
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.evidence.weight()));
        let id = self.found.dingtalk[account].id.clone();
        if candidates.is_empty() {
            let nearest = humans.iter().map(|human| self.doubtful((account, *human)));
            let nearest = nearest.max_by_key(|candidate| candidate.evidence.weight());
            self.report.only_dingtalk.push(UnmatchedPerson {
                id,
                further: Vec::new(),
                reason: nearest_reason(nearest.is_some()),
                nearest: nearest.map(|candidate| (candidate.ehr, candidate.evidence)),
            });
            return;
        }
        let reason = queue_reason(&candidates);
        self.report.queue.push(QueuedPerson {
            ehr: None,
            dingtalk: Some(id),
            candidates,
            reason,
        });
    }

    fn asks_of_account(&self, (account, human): Pair) -> bool {
        let Some(evidence) = self.found.pairs.get(&(account, human)) else {
            return false;
        };
        let near = evidence.has(MatchKey::NearName)
            && evidence.has(MatchKey::Department)
            && evidence.has(MatchKey::HiredOn);
        !planted::is(Mistake::UncertainIsNew) && (near || evidence.shares_a_key())
    }

    fn unmatched_human(&self, human: usize, weak: &[usize]) -> UnmatchedPerson {
        let nearest = weak.iter().map(|account| self.doubtful((*account, human)));
        let nearest = nearest.max_by_key(|candidate| candidate.evidence.weight());
        let records = &self.found.humans[human];
        let lead = records.find_lead(self.found.ehr, &BTreeSet::new(), self.departments);
        let place = lead.map_or(records.places[0], |(place, _)| place);
        let others = records.places.iter().filter(|other| **other != place);
        UnmatchedPerson {
            id: self.found.ehr[place].id.clone(),
            further: others
                .map(|other| self.found.ehr[*other].id.clone())
                .collect(),
            reason: nearest_reason(nearest.is_some()),
            nearest: nearest.map(|candidate| (candidate.dingtalk, candidate.evidence)),
        }
    }
}

fn nearest_reason(near: bool) -> Reason {
    Reason::new(if near {
        ReasonCode::MatchTaken
    } else {
        ReasonCode::MatchNoCandidate
    })
}

fn queue_reason(candidates: &[PersonMatch]) -> Reason {
    let named = candidates
        .iter()
        .filter(|one| one.evidence.has(MatchKey::Name))
        .count();
    let reached = candidates
        .iter()
        .filter(|one| one.evidence.has(MatchKey::Mobile))
        .count();
    match candidates {
        _ if named > 1 => Reason::new(ReasonCode::MatchHomonyms).number("count", named),
        _ if reached > 1 => Reason::new(ReasonCode::MatchMobileShared).number("count", reached),
        [first, ..] => first.reason.clone(),
        [] => Reason::new(ReasonCode::MatchNoCandidate),
    }
}
