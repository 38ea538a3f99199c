//! Whether the roster says what `user/get` says: found out with a sample of people, again and again. Pure.
//!
//! It is asked about one field at a time, because a company may have one and not the other. What the roster says only ever
//! nominates people for a fresh read, so that a lie it was not yet caught in costs a look that was not needed, or a
//! change that the next full read finds; it is never written.

use std::collections::BTreeMap;

use directory::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{RosterRow, RosterValue};
use crate::client::people::is_same_userid;

/// People who must have the field, in `user/get`, before anything counts as proven. In a company with fewer: all of them.
const TELLING_MIN: usize = 3;
/// Of the people in a sample so many in a hundred may be missing in the roster.
const MISSING_MAX_PERCENT: usize = 50;
/// A refuted field is tried again after a day.
const RETRY_AFTER_MS: i64 = 24 * 3_600_000;

/// A field that the roster may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeepField {
    /// 直属主管.
    Manager,
    /// 主部门.
    MainDepartment,
}

/// Which part of a roster value is the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdPart {
    /// `value`.
    Value,
    /// `label`.
    Label,
}

/// One person of a sample, read both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledPerson {
    /// Who.
    pub person: UserId,
    /// The ids that `user/get` said, by field: an empty text is an empty field. What it did not show is missing.
    pub direct: BTreeMap<DeepField, String>,
    /// What the roster said; `None` where it has no row that can be read.
    pub roster: Option<RosterRow>,
}

/// Why the roster is not used for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterDoubt {
    /// Not tried yet, or no sample could show anything so far: too few people have the field.
    Untold,
    /// It says something else than `user/get`, and not for delay.
    Contradicted,
    /// It does not know too many people.
    PeopleMissing,
    /// DingTalk refuses it: no permission, or no 智能人事.
    Refused,
}

/// What one sample changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofNews {
    /// The roster is used for this field from now on.
    Proven(DeepField),
    /// It is not any more, and why.
    TurnedOff(DeepField, RosterDoubt),
}

/// What is known of the roster of one company. Kept with the binding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RosterProof {
    fields: BTreeMap<DeepField, FieldProof>,
    /// Samples so far, so that the next one has other people.
    rounds: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct FieldProof {
    /// Which part holds the id, once that is proven.
    proven: Option<IdPart>,
    doubt: Option<RosterDoubt>,
    /// When a refuted field may be tried again.
    not_before: i64,
    /// People about whom the roster was behind: what `user/get` said, and since when.
    behind: BTreeMap<UserId, (String, i64)>,
}

impl RosterProof {
    /// Of people in a stable order, those whom the next sample is about: everybody's turn comes. The people whom the roster
    /// was behind about come again each time.
    #[must_use]
    pub fn choose_sample(&self, people: &[UserId], size: usize) -> Vec<UserId> {
        let mut chosen: Vec<UserId> = self
            .fields
            .values()
            .flat_map(|field| field.behind.keys().cloned())
            .take(size)
            .collect();
        chosen.sort_unstable();
        chosen.dedup();
        if people.is_empty() {
            return chosen;
        }
        let rounds = usize::try_from(self.rounds % people.len() as u64).unwrap_or(0);
        let start = rounds.wrapping_mul(size) % people.len();
        let turn = people.iter().cycle().skip(start).take(people.len());
        for person in turn {
            if chosen.len() >= size {
                break;
            }
            if !chosen.contains(person) {
                chosen.push(person.clone());
            }
        }
        chosen
    }

    /// Whether the roster may be believed to nominate by this field.
    #[must_use]
    pub fn is_proven(&self, field: DeepField) -> bool {
        self.fields
            .get(&field)
            .is_some_and(|proof| proof.proven.is_some())
    }

    /// Why it may not; `None` where it may.
    #[must_use]
    pub fn doubt(&self, field: DeepField) -> Option<RosterDoubt> {
        match self.fields.get(&field) {
            Some(proof) if proof.proven.is_some() => None,
            Some(proof) => Some(proof.doubt.unwrap_or(RosterDoubt::Untold)),
            None => Some(RosterDoubt::Untold),
        }
    }

    /// The id in a row, where the field is proven; an empty text for an empty field.
    #[must_use]
    pub fn read_id<'a>(&self, field: DeepField, row: &'a RosterRow) -> Option<&'a str> {
        let part = self.fields.get(&field)?.proven?;
        Some(value_of(row, field).map_or("", |value| part_of(value, part)))
    }

    /// DingTalk refused the roster. It is tried again with the next sample.
    pub fn note_refusal(&mut self) -> Vec<ProofNews> {
        let mut news = Vec::new();
        for field in [DeepField::Manager, DeepField::MainDepartment] {
            let proof = self.fields.entry(field).or_default();
            if proof.proven.take().is_some() {
                news.push(ProofNews::TurnedOff(field, RosterDoubt::Refused));
            }
            proof.doubt = Some(RosterDoubt::Refused);
        }
        news
    }

    /// Takes a sample into account. `delay_ms` is how long the roster may be behind the contacts; `company` is how many
    /// people there are.
    pub fn note_sample(
        &mut self,
        sample: &[SampledPerson],
        company: usize,
        now: Timestamp,
        delay_ms: i64,
    ) -> Vec<ProofNews> {
        self.rounds = self.rounds.wrapping_add(1);
        let fields = [DeepField::Manager, DeepField::MainDepartment];
        let missing = sample.iter().filter(|one| one.roster.is_none()).count();
        let too_many = missing * 100 > sample.len() * MISSING_MAX_PERCENT;
        let mut news = Vec::new();
        for field in fields {
            let proof = self.fields.entry(field).or_default();
            let was = proof.proven;
            if too_many {
                proof.turn_off(RosterDoubt::PeopleMissing, now.millis());
            } else {
                let known = sample.iter().filter_map(|one| {
                    let direct = one.direct.get(&field)?;
                    Some((
                        &one.person,
                        direct.as_str(),
                        value_of(one.roster.as_ref()?, field),
                    ))
                });
                let known: Vec<_> = known.collect();
                let telling = TELLING_MIN.min(company).max(1);
                proof.note_people(&known, telling, now.millis(), delay_ms);
            }
            match (was, proof.proven) {
                (None, Some(_)) => news.push(ProofNews::Proven(field)),
                (Some(_), None) => {
                    let why = proof.doubt.unwrap_or(RosterDoubt::Untold);
                    news.push(ProofNews::TurnedOff(field, why));
                }
                _ => {}
            }
        }
        news
    }
}

/// A person, what `user/get` says, and the roster's value.
type ReadBothWays<'a> = (&'a UserId, &'a str, Option<&'a RosterValue>);

impl FieldProof {
    fn note_people(&mut self, known: &[ReadBothWays<'_>], telling: usize, now: i64, delay: i64) {
        match self.proven {
            Some(part) => self.check(known, part, now, delay),
            None if now >= self.not_before => self.prove(known, telling, now),
            None => {}
        }
    }

    /// Everybody in the sample agrees, and enough of them have something to agree about.
    fn prove(&mut self, known: &[ReadBothWays<'_>], telling: usize, now: i64) {
        let filled = known
            .iter()
            .filter(|(_, direct, _)| !direct.is_empty())
            .count();
        if filled < telling {
            self.doubt.get_or_insert(RosterDoubt::Untold);
            return;
        }
        let parts = [IdPart::Value, IdPart::Label];
        let fits = |part: &IdPart| known.iter().all(|one| agrees(one, *part));
        match parts.into_iter().find(fits) {
            Some(part) => {
                (self.proven, self.doubt) = (Some(part), None);
                self.behind.clear();
            }
            // Delay cannot be told from a lie yet: without proof it is not used, and tried again with the next sample.
            None => {
                self.doubt = Some(RosterDoubt::Contradicted);
                self.not_before = self.not_before.max(now);
            }
        }
    }

    /// One who disagrees is asked about again; who still does after the delay, while `user/get` says the same as then, is
    /// proof of a lie.
    fn check(&mut self, known: &[ReadBothWays<'_>], part: IdPart, now: i64, delay: i64) {
        for one in known {
            let (person, direct, _) = *one;
            if agrees(one, part) {
                self.behind.remove(person);
                continue;
            }
            let since = match self.behind.get(person) {
                Some((said, since)) if is_same_userid(said, direct) => *since,
                _ => {
                    self.behind.insert(person.clone(), (direct.to_owned(), now));
                    now
                }
            };
            if now - since >= delay && since != now {
                self.turn_off(RosterDoubt::Contradicted, now);
                return;
            }
        }
    }

    fn turn_off(&mut self, why: RosterDoubt, now: i64) {
        if self.proven.take().is_some() && why == RosterDoubt::Contradicted {
            self.not_before = now + RETRY_AFTER_MS;
        }
        self.doubt = Some(why);
        self.behind.clear();
    }
}

fn agrees((_, direct, said): &ReadBothWays<'_>, part: IdPart) -> bool {
    let said = said.map_or("", |value| part_of(value, part));
    is_same_userid(said, direct)
}

fn part_of(value: &RosterValue, part: IdPart) -> &str {
    match part {
        IdPart::Value => &value.value,
        IdPart::Label => &value.label,
    }
}

fn value_of(row: &RosterRow, field: DeepField) -> Option<&RosterValue> {
    match field {
        DeepField::Manager => row.manager.as_ref(),
        DeepField::MainDepartment => row.main_department.as_ref(),
    }
}

#[cfg(test)]
mod tests;
