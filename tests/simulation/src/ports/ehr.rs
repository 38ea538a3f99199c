//! Reads and writes the eHR.

use async_trait::async_trait;
use directory::{Field, FieldSet, Kind, LinkId, LinkLifecycle, NativeId, Side, WriteAction};
use ehr::{AlternateKey, Capabilities, Connector, EhrError, RecordWrite, StoredRecord};

use crate::fault::Fault;
use crate::oracle::replaced_values::EngineWrite;
use crate::oracle::{format_values, number_in};
use crate::trace::text_word;
use crate::world::{SharedWorld, WorldState};

use super::LATE_MAX_MS;

/// The eHR, as one invocation of the engine sees it.
pub(crate) struct EhrPort {
    pub(crate) shared: SharedWorld,
    pub(crate) invocation: u32,
}

/// A write that was sent and has not arrived.
#[derive(Debug, Clone)]
pub(crate) struct LateEhrWrite {
    due: i64,
    invocation: u32,
    began: i64,
    write: RecordWrite,
}

struct EhrWriteInFlight<'a> {
    shared: &'a SharedWorld,
    invocation: u32,
    write: Option<RecordWrite>,
}

impl Drop for EhrWriteInFlight<'_> {
    fn drop(&mut self) {
        let Some(write) = self.write.take() else {
            return;
        };
        let state = &mut *self.shared.lock_world();
        if state.fault_strikes(Fault::KilledInFlight) {
            state.land_late_in_ehr(self.invocation, write);
        }
    }
}

impl EhrPort {
    async fn read_world<T: Send>(
        &self,
        look: impl FnOnce(&mut WorldState) -> T + Send,
    ) -> Result<T, EhrError> {
        self.shared.yield_polls().await;
        let answer = {
            let state = &mut *self.shared.lock_world();
            if state.fault_strikes(Fault::EhrUnavailable) {
                Err(unavailable_error())
            } else {
                Ok(look(state))
            }
        };
        self.shared.yield_polls().await;
        answer
    }
}

fn unavailable_error() -> EhrError {
    EhrError::Unavailable("simulated".into())
}

#[async_trait]
impl Connector for EhrPort {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            person: FieldSet::PERSON,
            department: FieldSet::DEPARTMENT,
            person_listed: FieldSet::PERSON,
            department_listed: FieldSet::DEPARTMENT,
        }
    }

    fn id_for(&self, link: LinkId) -> Option<NativeId> {
        self.shared.lock_world().ehr.id_for(link)
    }

    async fn list_records(
        &self,
        kind: Kind,
        each: &mut (dyn FnMut(StoredRecord) + Send),
    ) -> Result<u64, EhrError> {
        self.shared.yield_polls().await;
        let (rows, cut) = {
            let state = &mut *self.shared.lock_world();
            let rows: Vec<StoredRecord> = state
                .ehr
                .all()
                .filter(|stored| stored.record.kind == kind)
                .cloned()
                .collect();
            (rows, state.fault_strikes(Fault::EhrUnavailable))
        };
        let count = if cut { rows.len() / 2 } else { rows.len() };
        rows.into_iter().take(count).for_each(each);
        self.shared.yield_polls().await;
        if cut {
            Err(unavailable_error())
        } else {
            Ok(count as u64)
        }
    }

    async fn read_record(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, EhrError> {
        self.read_world(|state| {
            let stored = state.ehr.get(kind, id).cloned();
            let (now, active) = (
                state.now,
                stored.as_ref().map(|stored| stored.record.active),
            );
            state.story.add_note(now, || {
                format!("#{} reads {id} in the eHR: {active:?}", self.invocation)
            });
            if let Some(stored) = &stored {
                let facts = state.numbered_values(Side::Ehr, &stored.record);
                state
                    .reads
                    .entry((self.invocation, Side::Ehr, kind, id.clone()))
                    .or_default()
                    .note(facts);
            }
            stored
        })
        .await
    }

    async fn find_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Option<StoredRecord>, EhrError> {
        self.read_world(|state| {
            let stored = state.ehr.find(kind, key).cloned();
            if let Some(stored) = &stored {
                let facts = state.numbered_values(Side::Ehr, &stored.record);
                let read = (self.invocation, Side::Ehr, kind, stored.record.id.clone());
                state.reads.entry(read).or_default().note(facts);
            }
            stored
        })
        .await
    }

    async fn write_record(&self, write: &RecordWrite) -> Result<StoredRecord, EhrError> {
        let mut on_its_way = EhrWriteInFlight {
            shared: &self.shared,
            invocation: self.invocation,
            write: Some(write.clone()),
        };
        self.shared.yield_polls().await;
        on_its_way.write = None;
        let answer = {
            let state = &mut *self.shared.lock_world();
            if state.fault_strikes(Fault::EhrUnavailable) {
                Err(unavailable_error())
            } else if state.fault_strikes(Fault::EhrLate) {
                state.land_late_in_ehr(self.invocation, write.clone());
                Err(EhrError::UnknownOutcome)
            } else {
                let written = state.write_ehr(self.invocation, write);
                if state.fault_strikes(Fault::EhrUnknown) {
                    Err(EhrError::UnknownOutcome)
                } else {
                    written
                }
            }
        };
        self.shared.yield_polls().await;
        answer
    }
}

impl WorldState {
    fn land_late_in_ehr(&mut self, invocation: u32, write: RecordWrite) {
        self.faults.count_fault(Fault::EhrLate);
        let due = self.now + self.dice.between(1, LATE_MAX_MS);
        let began = self.began.get(&invocation).copied().unwrap_or(self.now);
        self.late_ehr.push(LateEhrWrite {
            due,
            invocation,
            began,
            write,
        });
    }

    /// Lands the writes that are due.
    pub(crate) fn land_due_ehr_writes(&mut self) {
        while let Some(at) = self.late_ehr.iter().position(|late| late.due <= self.now) {
            let LateEhrWrite {
                invocation,
                began,
                write,
                ..
            } = self.late_ehr.remove(at);
            let present = self.began.insert(invocation, began);
            _ = self.write_ehr(invocation, &write);
            if present.is_none() {
                self.began.remove(&invocation);
            }
        }
    }

    fn write_ehr(
        &mut self,
        invocation: u32,
        write: &RecordWrite,
    ) -> Result<StoredRecord, EhrError> {
        self.check_shown(invocation, Side::Ehr, write.link, &write.values);
        if write.action == WriteAction::Remove {
            self.check_quarantine(write.kind, write.link);
        }
        let before = self.side_snapshot(Side::Ehr);
        let known = write
            .id
            .as_ref()
            .and_then(|id| self.oracle.number_of(Side::Ehr, write.kind, id));
        let capitals = self
            .habits
            .capitals
            .filter(|(side, _)| *side == Side::Ehr)
            .map(|(_, field)| field);
        let written = self.ehr.apply(write, capitals);
        let id = write
            .id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let (now, words) = (
            self.now,
            [u64::from(invocation), write.action as u64, text_word(&id)],
        );
        self.story.record_event(now, "ehr", &words, || {
            let result = written.as_ref().map(|stored| stored.version);
            format!(
                "#{invocation} {:?} {:?} {id} {} {result:?}",
                write.action,
                write.kind,
                format_values(&write.values)
            )
        });
        let stored = match written {
            Ok(stored) => stored,
            Err(err) => {
                if matches!(err, EhrError::Stale) {
                    self.faults.count_fault(Fault::EhrConflict);
                }
                return Err(err);
            }
        };
        let number = known.or_else(|| write.values.text(Field::Name).and_then(number_in));
        if let Some(number) = number {
            self.oracle
                .assign_number(Side::Ehr, write.kind, &stored.record.id, number);
        }
        if capitals.is_some_and(|field| write.values.shown_fields().contains(field)) {
            self.faults.count_fault(Fault::Normalised);
        }
        self.note_ehr_effect(invocation, write, &stored, &before);
        Ok(stored)
    }

    /// A record whose owner nobody knows is not removed.
    pub(crate) fn check_quarantine(&mut self, kind: Kind, link: LinkId) {
        let lifecycle = self.links.get(kind, link).map(|link| &link.lifecycle);
        if matches!(lifecycle, Some(LinkLifecycle::Quarantined { .. })) {
            let what = format!("{link} is removed and waits for a person to say whose it is");
            self.oracle.report_violation("quarantine", what);
        }
    }

    fn note_ehr_effect(
        &mut self,
        invocation: u32,
        write: &RecordWrite,
        stored: &StoredRecord,
        before: &crate::oracle::SideSnapshot,
    ) {
        self.writes += 1;
        let id = &stored.record.id;
        self.check_mark(Side::Ehr, write.kind, id);
        let who = self
            .oracle
            .number_of(Side::Ehr, write.kind, id)
            .map(|number| (write.kind, number));
        let policy = self.policy.clone();
        // A person may return under another userid before the engine saw that they had left. The
        // next look brings them back.
        let people = &self.dingtalk.company().people;
        let there = write
            .dingtalk
            .as_ref()
            .is_some_and(|id| people.contains_key(id.as_str()));
        let removed =
            who.filter(|who| before.contains_key(who) && (there || who.0 == Kind::Department));
        if let (WriteAction::Remove, Some(who)) = (write.action, removed) {
            let began = self.began.get(&invocation).copied().unwrap_or(self.now);
            self.oracle
                .judge_removal(&policy, Side::Ehr, who, (began, self.now));
        }
        let after = self.side_snapshot(Side::Ehr);
        let read = self
            .decided
            .get(&(invocation, Side::Ehr, write.kind, id.clone()))
            .cloned();
        let other =
            who.and_then(|who| self.decided_by(invocation, Side::DingTalk, who, write.link));
        let engine_write = EngineWrite {
            side: Side::Ehr,
            who,
            link: write.link,
            kind: write.kind,
            action: write.action,
            values: &write.values,
            invocation,
            sweeps: self.sweeping.contains(&invocation) && !self.faults.healed,
            paused: self.closed.is_some()
                && self
                    .began
                    .get(&invocation)
                    .is_some_and(|began| self.closed_since < *began),
            people: self
                .links
                .all()
                .filter(|link| link.kind == Kind::Person)
                .count() as u64,
            everything: self.links.all().count() as u64,
            unasked_on: self.unasked_on(invocation),
            owner_read: other.as_ref(),
            began: self.began.get(&invocation).copied().unwrap_or(self.now),
            read: read.as_ref(),
        };
        let at = (self.now, self.faults.healed);
        self.oracle
            .note_engine_write(&policy, &engine_write, (before, &after), at);
        self.queue_ehr_change(write.kind, id);
    }
}
