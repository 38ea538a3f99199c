//! A record in quarantine: it cannot be decided, or a side refuses it. It stops nobody else, and is tried again by itself or
//! when a person says so.

use std::collections::BTreeMap;

use directory::plan::Held;
use directory::{Kind, Lifecycle, Link, LinkId, RunId, Side, Target, Timestamp, Wake};
use serde::{Deserialize, Serialize};
use state::links::Pointers;
use state::store::{ControlKind, Stored};
use state::{Binding, StoreError};

use super::resolve::{NotResolved, sight};
use super::{Records, unless_stale};
use crate::gate::Purpose;
use crate::report::{RunReport, Trouble};
use crate::{Corps, Engine, Looked};

/// Why a record is in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It cannot be said whose record it is: a `userid` that belongs to another person now.
    Identity,
    /// A side refused the write.
    Refused,
    /// Only a person may do it: an administrator who is to be removed, a department that is not empty.
    Person,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantinedState {
    /// It waits.
    Waits,
    /// Its cause is gone.
    Gone {
        /// When that was seen.
        at: Timestamp,
    },
}

/// A record in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Whose.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Why.
    pub cause: Cause,
    /// Why, in a sentence without personal data.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Not tried again before, unless a person says so.
    #[serde(default)]
    pub next: Option<Timestamp>,
    /// The run that saw it first, or tried it last.
    pub run: RunId,
    /// Where it stands.
    pub state: QuarantinedState,
}

/// What a run says of one record.
struct Said<'a> {
    kind: Kind,
    reason: &'a str,
    tried: bool,
}

fn said<'a>(held: &'a [Held], troubles: &'a [Trouble]) -> BTreeMap<LinkId, Said<'a>> {
    let mut all = BTreeMap::new();
    for one in held.iter().filter(|one| one.fingerprint.is_none()) {
        all.insert(one.link, Said { kind: one.kind, reason: &one.reason, tried: false });
    }
    for trouble in troubles {
        if let Some(link) = trouble.link {
            all.insert(link, Said { kind: trouble.kind, reason: &trouble.reason, tried: true });
        }
    }
    all
}

/// What a link itself says: since when, why, and when it is tried again.
fn of_link(link: &Link) -> Option<(Cause, String, Timestamp, Option<Timestamp>)> {
    if let Lifecycle::Quarantined { reason, since } = &link.lifecycle {
        return Some((Cause::Identity, reason.clone(), *since, None));
    }
    let wait = link.waits.iter().find(|wait| wait.field.is_none())?;
    Some((Cause::Refused, wait.reason.clone(), wait.since, Some(wait.next)))
}

impl Records {
    /// All quarantined records, those of the last half year that are none any more as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantined(&self) -> Result<Vec<Stored<Quarantined>>, StoreError> {
        self.all(ControlKind::QuarantinedRecord).await
    }

    /// Writes down what a sweep found: holds, quarantined records, and what of both, and of conflicts, is over.
    ///
    /// # Errors
    /// [`StoreError`]; the next sweep writes it down.
    pub async fn keep(&self, engine: &Engine, report: &RunReport) -> Result<(), StoreError> {
        self.keep_holds(engine, report).await?;
        self.tidy_conflicts(engine).await?;
        let said = said(&report.held, &report.troubles);
        self.keep_said(engine, &report.id, &said).await?;
        for stored in self.quarantined().await? {
            if !said.contains_key(&stored.body.link) {
                self.tidy_quarantined(engine, stored, report.complete).await?;
            }
        }
        Ok(())
    }

    /// Writes down what a look at one record found.
    ///
    /// # Errors
    /// [`StoreError`]; the next sweep writes it down.
    pub async fn keep_looked(&self, engine: &Engine, run: &RunId, looked: &Looked) -> Result<(), StoreError> {
        self.keep_said(engine, run, &said(&looked.held, &looked.troubles)).await
    }

    async fn keep_said(
        &self,
        engine: &Engine,
        run: &RunId,
        said: &BTreeMap<LinkId, Said<'_>>,
    ) -> Result<(), StoreError> {
        for (id, said) in said {
            let link = engine.links.link(&engine.corp, said.kind, *id).await?;
            let now = engine.clock.now();
            let found = match link.as_ref().and_then(of_link) {
                Some(found) => found,
                // A field that waits is no quarantine, and what merely failed is tried by the next run.
                None if said.tried || link.is_none_or(|link| !link.waits.is_empty()) => continue,
                None => (Cause::Person, said.reason.to_owned(), now, None),
            };
            self.keep_one(*id, said, found, run).await?;
        }
        Ok(())
    }

    async fn keep_one(
        &self,
        link: LinkId,
        said: &Said<'_>,
        (cause, reason, since, next): (Cause, String, Timestamp, Option<Timestamp>),
        run: &RunId,
    ) -> Result<(), StoreError> {
        let id = link.to_string();
        let stored = self.get::<Quarantined>(ControlKind::QuarantinedRecord, &id).await?;
        let over = stored.as_ref().map(|stored| stored.version);
        let open = stored.map(|stored| stored.body).filter(|one| one.state == QuarantinedState::Waits);
        if let Some(open) = &open
            && !said.tried
            && (open.cause, &open.reason, open.next) == (cause, &reason, next)
        {
            return Ok(());
        }
        let tries = open.as_ref().map_or(0, |open| open.tries) + u32::from(said.tried);
        let since = open.as_ref().map_or(since, |open| open.since);
        let (kind, run, state) = (said.kind, run.clone(), QuarantinedState::Waits);
        let one = Quarantined { link, kind, cause, reason, since, tries, next, run, state };
        unless_stale(self.put(ControlKind::QuarantinedRecord, &id, &one, over, None).await)
    }

    /// Closes a record whose link says nothing any more. What only a run says is over when a complete one says nothing.
    async fn tidy_quarantined(
        &self,
        engine: &Engine,
        mut stored: Stored<Quarantined>,
        complete: bool,
    ) -> Result<(), StoreError> {
        let Quarantined { link, kind, cause, state, .. } = &stored.body;
        if *state != QuarantinedState::Waits {
            return Ok(());
        }
        let link = engine.links.link(&engine.corp, *kind, *link).await?;
        let over = link.as_ref().and_then(of_link).is_none() && (*cause != Cause::Person || complete);
        if over {
            let at = engine.clock.now();
            stored.body.state = QuarantinedState::Gone { at };
            let put =
                self.put(ControlKind::QuarantinedRecord, &stored.id, &stored.body, Some(stored.version), Some(at));
            unless_stale(put.await)?;
        }
        Ok(())
    }
}

impl Corps {
    /// Tries a quarantined record at once: its patience ends, and both sides are looked at afresh.
    ///
    /// # Errors
    /// [`NotResolved`]; `Closed` where its cause is gone.
    pub async fn retry(&self, binding: &Binding, one: &Quarantined) -> Result<Option<Quarantined>, NotResolved> {
        if one.state != QuarantinedState::Waits {
            return Err(NotResolved::Closed);
        }
        let records = self.records(binding).await?;
        let (_, engine) = self.engine(&binding.id, Purpose::Follow).await?;
        let link = engine.links.link(&engine.corp, one.kind, one.link).await?;
        let link = link.ok_or(NotResolved::Closed)?;
        let link = engine.end_patience(link).await?;
        let Some(wake) = wake(&engine, &link) else { return Err(NotResolved::Closed) };
        let run = self.new_run().ok_or(NotResolved::Run)?;
        let looked = engine.look(run.clone(), &wake, sight(binding, &engine).await?).await?;
        records.keep_looked(&engine, &run, &looked).await?;
        let id = one.link.to_string();
        if let Some(stored) = records.get::<Quarantined>(ControlKind::QuarantinedRecord, &id).await?
            && looked.held.is_empty()
        {
            records.tidy_quarantined(&engine, stored, true).await?;
        }
        let stored = records.get::<Quarantined>(ControlKind::QuarantinedRecord, &id).await?;
        Ok(stored.map(|stored| stored.body))
    }
}

impl Engine {
    /// What was refused is tried at the next look.
    async fn end_patience(&self, mut link: Link) -> Result<Link, NotResolved> {
        let now = self.clock.now();
        let patient = link.waits.iter_mut().filter(|wait| wait.next > now);
        let ended = patient.map(|wait| wait.next = now).count();
        if ended > 0 {
            let expected = link.version;
            link.version = directory::Version(u128::from_be_bytes(self.randomness.bytes()));
            self.links.put_link(&self.corp, &link, expected, &Pointers::none()).await?;
        }
        Ok(link)
    }
}

/// A wake for the record of a link, from the side that decides where it is known there.
fn wake(engine: &Engine, link: &Link) -> Option<Wake> {
    let decides = engine.policy.lifecycle;
    let on = |side: Side| link.native(side).map(|id| (side, id.clone()));
    let (side, id) = on(decides).or_else(|| on(decides.other()))?;
    let target = match link.kind {
        Kind::Person => Target::Person(id),
        Kind::Department => Target::Department(id),
    };
    Some(Wake { side, target, because: "retry".to_owned() })
}
