//! A record in quarantine: it cannot be decided, or a side refuses it. It stops nobody else, and is tried again by itself or
//! when a person says so.

use std::collections::BTreeMap;

use directory::plan::HeldItem;
use directory::reason::{Reason, ReasonCode};
use directory::{Kind, Link, LinkId, LinkLifecycle, RunId, Side, Timestamp, Wake, WakeTarget};
use serde::{Deserialize, Serialize};
use state::links::PointerChanges;
use state::store::{ControlKind, StoredItem};
use state::{Binding, StoreError};

use super::resolve::{ResolveError, visibility_for_look};
use super::{ReviewStore, ignore_stale};
use crate::gate::WritePurpose;
use crate::report::{RecordTrouble, RunReport};
use crate::{CorpEngines, Engine, LookReport};

/// Why a record is in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineCause {
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
pub enum QuarantineState {
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
pub struct QuarantinedRecord {
    /// Whose.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Why.
    pub cause: QuarantineCause,
    /// Why, as a reason of a record or of the run.
    pub reason: Reason,
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
    pub state: QuarantineState,
}

/// What a run says of one record.
struct ReportedRecord<'a> {
    kind: Kind,
    reason: &'a Reason,
    tried: bool,
}

fn reported_records<'a>(
    held: &'a [HeldItem],
    troubles: &'a [RecordTrouble],
) -> BTreeMap<LinkId, ReportedRecord<'a>> {
    let mut all = BTreeMap::new();
    for one in held.iter().filter(|one| one.fingerprint.is_none()) {
        all.insert(
            one.link,
            ReportedRecord {
                kind: one.kind,
                reason: &one.reason,
                tried: false,
            },
        );
    }
    for trouble in troubles {
        if let Some(link) = trouble.link {
            all.insert(
                link,
                ReportedRecord {
                    kind: trouble.kind,
                    reason: &trouble.reason,
                    tried: true,
                },
            );
        }
    }
    all
}

/// What a link itself says: since when, why, and when it is tried again.
fn cause_in_link(link: &Link) -> Option<(QuarantineCause, Reason, Timestamp, Option<Timestamp>)> {
    if let LinkLifecycle::Quarantined { reason, since } = &link.lifecycle {
        return Some((QuarantineCause::Identity, reason.clone(), *since, None));
    }
    let wait = link.waits.iter().find(|wait| wait.field.is_none())?;
    Some((
        QuarantineCause::Refused,
        wait.reason.clone(),
        wait.since,
        Some(wait.next),
    ))
}

/// What an earlier version stored as a sentence is not stored anew as a code: nothing else changed.
fn is_same_reason(stored: &Reason, found: &Reason) -> bool {
    stored == found || stored.code() == Some(ReasonCode::StoredText)
}

impl ReviewStore {
    /// All quarantined records, those of the last half year that are none any more as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_quarantined(&self) -> Result<Vec<StoredItem<QuarantinedRecord>>, StoreError> {
        self.list_all(ControlKind::QuarantinedRecord).await
    }

    /// Writes down what a sweep found: holds, quarantined records, and what of both, and of conflicts, is over.
    ///
    /// # Errors
    /// [`StoreError`]; the next sweep writes it down.
    pub async fn save_sweep_findings(
        &self,
        engine: &Engine,
        report: &RunReport,
    ) -> Result<(), StoreError> {
        self.save_holds(engine, report).await?;
        self.close_moot_conflicts(engine).await?;
        let said = reported_records(&report.held, &report.troubles);
        self.save_reported(engine, &report.id, &said).await?;
        for stored in self.list_quarantined().await? {
            if !said.contains_key(&stored.body.link) {
                self.close_if_cause_gone(engine, stored, report.complete)
                    .await?;
            }
        }
        Ok(())
    }

    /// Writes down what a look at one record found.
    ///
    /// # Errors
    /// [`StoreError`]; the next sweep writes it down.
    pub async fn save_look_findings(
        &self,
        engine: &Engine,
        run: &RunId,
        looked: &LookReport,
    ) -> Result<(), StoreError> {
        self.save_reported(
            engine,
            run,
            &reported_records(&looked.held, &looked.troubles),
        )
        .await
    }

    async fn save_reported(
        &self,
        engine: &Engine,
        run: &RunId,
        said: &BTreeMap<LinkId, ReportedRecord<'_>>,
    ) -> Result<(), StoreError> {
        for (id, said) in said {
            let link = engine.links.get_link(&engine.corp, said.kind, *id).await?;
            let now = engine.clock.now();
            let found = match link.as_ref().and_then(cause_in_link) {
                Some(found) => found,
                // A field that waits is no quarantine, and what merely failed is tried by the next run.
                None if said.tried || link.is_none_or(|link| !link.waits.is_empty()) => continue,
                None => (QuarantineCause::Person, said.reason.clone(), now, None),
            };
            self.save_quarantined(*id, said, found, run).await?;
        }
        Ok(())
    }

    async fn save_quarantined(
        &self,
        link: LinkId,
        said: &ReportedRecord<'_>,
        (cause, reason, since, next): (QuarantineCause, Reason, Timestamp, Option<Timestamp>),
        run: &RunId,
    ) -> Result<(), StoreError> {
        let id = link.to_string();
        let stored = self
            .get::<QuarantinedRecord>(ControlKind::QuarantinedRecord, &id)
            .await?;
        let over = stored.as_ref().map(|stored| stored.version);
        let open = stored
            .map(|stored| stored.body)
            .filter(|one| one.state == QuarantineState::Waits);
        if let Some(open) = &open
            && !said.tried
            && (open.cause, open.next) == (cause, next)
            && is_same_reason(&open.reason, &reason)
        {
            return Ok(());
        }
        let tried = open.as_ref().map_or(0, |open| open.tries) + u32::from(said.tried);
        // Whatever is refused was tried, be it by somebody who kept no count.
        let tries = tried.max(u32::from(cause == QuarantineCause::Refused));
        let since = open.as_ref().map_or(since, |open| open.since);
        let (kind, run, state) = (said.kind, run.clone(), QuarantineState::Waits);
        let one = QuarantinedRecord {
            link,
            kind,
            cause,
            reason,
            since,
            tries,
            next,
            run,
            state,
        };
        ignore_stale(
            self.put(ControlKind::QuarantinedRecord, &id, &one, over, None)
                .await,
        )
    }

    /// Closes a record whose link says nothing any more. What only a run says is over when a complete one says nothing.
    async fn close_if_cause_gone(
        &self,
        engine: &Engine,
        mut stored: StoredItem<QuarantinedRecord>,
        complete: bool,
    ) -> Result<(), StoreError> {
        let QuarantinedRecord {
            link,
            kind,
            cause,
            state,
            ..
        } = &stored.body;
        if *state != QuarantineState::Waits {
            return Ok(());
        }
        let link = engine.links.get_link(&engine.corp, *kind, *link).await?;
        let over = link.as_ref().and_then(cause_in_link).is_none()
            && (*cause != QuarantineCause::Person || complete);
        if over {
            let at = engine.clock.now();
            stored.body.state = QuarantineState::Gone { at };
            let put = self.put(
                ControlKind::QuarantinedRecord,
                &stored.id,
                &stored.body,
                Some(stored.version),
                Some(at),
            );
            ignore_stale(put.await)?;
        }
        Ok(())
    }
}

impl CorpEngines {
    /// Tries a quarantined record at once: its patience ends, and both sides are looked at afresh.
    ///
    /// # Errors
    /// [`ResolveError`]; `Closed` where its cause is gone.
    pub async fn retry_quarantined(
        &self,
        binding: &Binding,
        one: &QuarantinedRecord,
    ) -> Result<Option<QuarantinedRecord>, ResolveError> {
        if one.state != QuarantineState::Waits {
            return Err(ResolveError::Closed);
        }
        let records = self.review_store(binding).await?;
        let (_, engine) = self.open_engine(&binding.id, WritePurpose::Follow).await?;
        let link = engine
            .links
            .get_link(&engine.corp, one.kind, one.link)
            .await?;
        let link = link.ok_or(ResolveError::Closed)?;
        let link = engine.end_backoff(link).await?;
        let Some(wake) = wake_for_link(&engine, &link) else {
            return Err(ResolveError::Closed);
        };
        let run = self.new_run_id().ok_or(ResolveError::Run)?;
        let looked = engine
            .look_at_wake(
                run.clone(),
                &wake,
                visibility_for_look(binding, &engine).await?,
            )
            .await?;
        records.save_look_findings(&engine, &run, &looked).await?;
        let id = one.link.to_string();
        if let Some(stored) = records
            .get::<QuarantinedRecord>(ControlKind::QuarantinedRecord, &id)
            .await?
            && looked.held.is_empty()
        {
            records.close_if_cause_gone(&engine, stored, true).await?;
        }
        let stored = records
            .get::<QuarantinedRecord>(ControlKind::QuarantinedRecord, &id)
            .await?;
        Ok(stored.map(|stored| stored.body))
    }
}

impl Engine {
    /// What was refused is tried at the next look.
    async fn end_backoff(&self, mut link: Link) -> Result<Link, ResolveError> {
        let now = self.clock.now();
        let patient = link.waits.iter_mut().filter(|wait| wait.next > now);
        let ended = patient.map(|wait| wait.next = now).count();
        if ended > 0 {
            let expected = link.version;
            link.version = directory::RowVersion(u128::from_be_bytes(self.randomness.bytes()));
            self.links
                .put_link(&self.corp, &link, expected, &PointerChanges::none())
                .await?;
        }
        Ok(link)
    }
}

/// A wake for the record of a link, from the side that decides where it is known there.
fn wake_for_link(engine: &Engine, link: &Link) -> Option<Wake> {
    let decides = engine.policy.lifecycle;
    let on = |side: Side| link.native_id(side).map(|id| (side, id.clone()));
    let (side, id) = on(decides).or_else(|| on(decides.other()))?;
    let target = match link.kind {
        Kind::Person => WakeTarget::Person(id),
        Kind::Department => WakeTarget::Department(id),
    };
    Some(Wake {
        side,
        target,
        because: "retry".to_owned(),
    })
}
