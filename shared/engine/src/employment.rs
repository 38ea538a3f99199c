//! Kinds of employment: whom the policy means, where it names kinds.
//!
//! The kind that the eHR's record names counts; where it names none, DingTalk's roster is asked, which only then costs a
//! call: for up to a hundred people at once. What nobody names is unknown, and [`EmploymentTypes::covers`] says what that
//! means. A roster that must not be read says nothing: whoever only it could tell is neither in nor out, and left as they
//! are, so that a missing permission lets nobody in.
//!
//! [`EmploymentTypes::covers`]: directory::policy::EmploymentTypes::covers

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use dingtalk::client::ROSTER_MAX;
use dingtalk::client::RosterKinds;
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::decide::FreshRead;
use directory::policy::EmploymentType;
use directory::reason::{Reason, ReasonCode};
use directory::{Kind, NativeId, Side, UserId};

use crate::Run;
use crate::error_reach::ErrorReach as _;
use crate::observe::{LookError, ObservedRecord, RecordKey};
use crate::ports::DingTalk;

/// Calls that may fail before a run asks the roster no more: each of them was tried again by the client.
const FAILURES_MAX: u32 = 3;

/// What the roster says of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RosterAnswer {
    /// This kind, or that there is none.
    Kind(Option<EmploymentType>),
    /// It must not be read, or not about this person.
    Withheld,
}

/// DingTalk's roster, as far as a run has asked for it.
#[derive(Default)]
pub(crate) struct Roster {
    /// People about whom the run may ask: they fill up the next call.
    expected: Mutex<BTreeSet<UserId>>,
    /// One call at a time: whoever waits for it may find the own answer in it.
    told: futures::lock::Mutex<RosterState>,
}

#[derive(Default)]
struct RosterState {
    people: BTreeMap<UserId, RosterAnswer>,
    /// Nobody is told anything: the sentence has been said.
    refused: bool,
    failures: u32,
}

impl Roster {
    fn expect(&self, people: impl Iterator<Item = UserId>) {
        self.expected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(people);
    }

    /// Somebody, and whoever else is expected, up to what fits into one call.
    fn batch(&self, id: &UserId) -> Vec<UserId> {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let others = expected.iter().filter(|other| *other != id).cloned();
        std::iter::once(id.clone())
            .chain(others)
            .take(ROSTER_MAX)
            .collect()
    }

    /// What the roster says of somebody; a reason where it is refused, the first time.
    async fn ask_about(
        &self,
        dingtalk: &dyn DingTalk,
        id: &UserId,
    ) -> Result<(RosterAnswer, Option<Reason>), LookError> {
        let mut told = self.told.lock().await;
        if told.refused {
            return Ok((RosterAnswer::Withheld, None));
        }
        if let Some(said) = told.people.get(id) {
            return Ok((*said, None));
        }
        if told.failures >= FAILURES_MAX {
            return Err(LookError::not_yet(ReasonCode::LookRosterUnavailable));
        }
        let mut people = self.batch(id);
        let mut answer = dingtalk.read_employment_types(&people).await;
        if people.len() > 1
            && answer
                .as_ref()
                .is_err_and(|err| refusal_reach(err) == RefusalReach::ThesePeople)
        {
            // One of them is not to be asked about: that is nobody else's trouble.
            people.truncate(1);
            answer = dingtalk.read_employment_types(&people).await;
        }
        let err = match answer {
            Ok(RosterKinds { kinds, unreadable }) => {
                let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
                for person in people {
                    expected.remove(&person);
                    let said = if unreadable.contains(&person) {
                        RosterAnswer::Withheld
                    } else {
                        RosterAnswer::Kind(kinds.get(&person).copied())
                    };
                    told.people.insert(person, said);
                }
                return Ok((
                    told.people
                        .get(id)
                        .copied()
                        .unwrap_or(RosterAnswer::Withheld),
                    None,
                ));
            }
            Err(err) => err,
        };
        match refusal_reach(&err) {
            RefusalReach::No => {
                told.failures += 1;
                return Err(err.into());
            }
            RefusalReach::ThesePeople => _ = told.people.insert(id.clone(), RosterAnswer::Withheld),
            RefusalReach::Everybody => told.refused = true,
        }
        Ok((RosterAnswer::Withheld, Some(roster_unreadable(&err))))
    }
}

/// Who is refused an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefusalReach {
    /// Nobody: it may be answered later, or the whole run is over.
    No,
    /// Those who were asked about.
    ThesePeople,
    /// Everybody, until a person has done something.
    Everybody,
}

fn refusal_reach(err: &DingTalkError) -> RefusalReach {
    match &err.trouble {
        DingTalkErrorKind::PermissionMissing { .. }
        | DingTalkErrorKind::SmartHrClosed { .. }
        | DingTalkErrorKind::AgentRefused { .. }
        | DingTalkErrorKind::UnknownInterface => RefusalReach::Everybody,
        _ if err.is_transient() || err.concerns_everybody() => RefusalReach::No,
        _ => RefusalReach::ThesePeople,
    }
}

fn roster_unreadable(err: &DingTalkError) -> Reason {
    Reason::new(ReasonCode::RunRosterUnreadable).cause(Reason::from(err))
}

impl Run<'_> {
    /// Notes people who are looked at next, where the policy asks for kinds of employment.
    pub(crate) fn expect_employment<'p>(&self, people: impl Iterator<Item = &'p NativeId>) {
        if self.engine.policy.employment_types.names_kinds() {
            self.roster
                .expect(people.filter_map(|id| id.to_user_id().ok()));
        }
    }

    /// The same of records that are looked at next.
    pub(crate) fn expect_employment_of<'w>(&self, records: impl Iterator<Item = &'w RecordKey>) {
        let people =
            records.filter(|whose| whose.kind == Kind::Person && whose.side == Side::DingTalk);
        self.expect_employment(people.map(|whose| &whose.id));
    }

    /// Whether the policy takes people of this person's kind of employment.
    pub(crate) async fn takes_employment(
        &self,
        observed: &ObservedRecord,
    ) -> Result<bool, LookError> {
        let types = &self.engine.policy.employment_types;
        if observed.kind() != Kind::Person || !types.names_kinds() {
            return Ok(true);
        }
        let said = match observed
            .ehr
            .as_ref()
            .and_then(|stored| stored.record.employment_type())
        {
            Some(kind) => RosterAnswer::Kind(Some(kind)),
            // Nothing is decided about whom DingTalk does not show.
            None if matches!(observed.dingtalk, FreshRead::Unseen) => return Ok(true),
            None => self.ask_roster(observed).await?,
        };
        let takes = match said {
            RosterAnswer::Withheld => {
                self.note_left_alone(observed, |tally| &mut tally.withheld);
                return Ok(false);
            }
            RosterAnswer::Kind(None) if self.has_gone(observed) => true,
            RosterAnswer::Kind(kind) => types.covers(kind),
        };
        if !takes {
            self.note_left_alone(observed, |tally| &mut tally.employed_otherwise);
        }
        Ok(takes)
    }

    async fn ask_roster(&self, observed: &ObservedRecord) -> Result<RosterAnswer, LookError> {
        let id = match &observed.dingtalk {
            FreshRead::Here(record) => Some(&record.id),
            // The roster may still know who has left the contacts.
            FreshRead::NotFound if self.has_gone(observed) => observed
                .link
                .as_ref()
                .and_then(|link| link.dingtalk.as_ref()),
            FreshRead::NotFound | FreshRead::Unseen => None,
        };
        let Some(id) = id.and_then(|id| id.to_user_id().ok()) else {
            return Ok(RosterAnswer::Kind(None));
        };
        let (said, sentence) = self.roster.ask_about(&*self.engine.dingtalk, &id).await?;
        if let Some(sentence) = sentence {
            self.tally(|tally| tally.note(sentence));
        }
        Ok(said)
    }

    /// Somebody who was in step and is in DingTalk no more, which decides. Where nobody names a kind any more, they were in
    /// when they were bound; to be marked as left can be taken back, and to stay for ever as here would be wrong for certain.
    fn has_gone(&self, observed: &ObservedRecord) -> bool {
        let gone = self.deciding_side() == Side::DingTalk
            && matches!(observed.dingtalk, FreshRead::NotFound);
        gone && observed.link.is_some()
    }

    fn note_left_alone(
        &self,
        observed: &ObservedRecord,
        among: fn(&mut crate::report::RunTally) -> &mut BTreeSet<(Side, NativeId)>,
    ) {
        let dingtalk = match &observed.dingtalk {
            FreshRead::Here(record) => Some((Side::DingTalk, record.id.clone())),
            FreshRead::NotFound | FreshRead::Unseen => None,
        };
        let ehr = || {
            observed
                .ehr
                .as_ref()
                .map(|stored| (Side::Ehr, stored.record.id.clone()))
        };
        self.tally(|tally| among(tally).extend(dingtalk.or_else(ehr)));
    }
}

#[cfg(test)]
mod tests;
