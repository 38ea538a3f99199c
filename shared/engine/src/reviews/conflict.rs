//! A conflict: both sides changed a shared field. One value stands meanwhile, both are kept, and a person says which one is
//! right.

use directory::decide::ValueChange;
use directory::{Field, FieldValue, Kind, LinkId, LinkLifecycle, RunId, Side, Timestamp, hash};
use serde::{Deserialize, Serialize};
use state::seal::SealedValue;
use state::store::{ControlKind, StoredItem};
use state::{StoreError, WriteError};

use super::{ReviewStore, TRIES, ignore_stale};
use crate::Engine;
use crate::ports::JournalEntry;

/// Where a conflict stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictState {
    /// It waits for a person.
    Open,
    /// A person said which value is right.
    Resolved {
        /// Whose value stands.
        keep: Side,
        /// Who said so.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// The field has another value by now, or the record left: there is nothing to be decided any more.
    Moot {
        /// When that was seen.
        at: Timestamp,
    },
}

/// Both sides changed a shared field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Whose.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Which field.
    pub field: Field,
    /// DingTalk's value, sealed; `None` is empty.
    #[serde(default)]
    pub dingtalk: Option<SealedValue>,
    /// The eHR's value, sealed; `None` is empty.
    #[serde(default)]
    pub ehr: Option<SealedValue>,
    /// Whose value both sides got meanwhile: the owner of the lifecycle breaks the tie.
    pub won: Side,
    /// Since when it is open.
    pub since: Timestamp,
    /// When both sides last disagreed.
    pub at: Timestamp,
    /// The run that saw it last.
    pub run: RunId,
    /// How often both sides disagreed while it was open.
    pub times: u32,
    /// Where it stands.
    pub state: ConflictState,
}

/// The id of the one conflict that a field of a record can have.
#[must_use]
pub fn conflict_id(link: LinkId, field: Field) -> String {
    format!("{link}-{}", field.key())
}

impl Conflict {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        conflict_id(self.link, self.field)
    }

    /// Whose value stands on both sides now, as far as this conflict knows.
    #[must_use]
    pub fn standing_side(&self) -> Side {
        match self.state {
            ConflictState::Resolved { keep, .. } => keep,
            ConflictState::Open | ConflictState::Moot { .. } => self.won,
        }
    }

    /// One side's value, sealed.
    #[must_use]
    pub fn sealed(&self, side: Side) -> Option<&SealedValue> {
        match side {
            Side::DingTalk => self.dingtalk.as_ref(),
            Side::Ehr => self.ehr.as_ref(),
        }
    }
}

impl ReviewStore {
    /// All conflicts, open ones and those of the last half year.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_conflicts(&self) -> Result<Vec<StoredItem<Conflict>>, StoreError> {
        self.list_all(ControlKind::Conflict).await
    }

    /// A side's value in a conflict, opened.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it does not open.
    pub fn conflict_value(
        &self,
        conflict: &Conflict,
        side: Side,
    ) -> Result<Option<FieldValue>, StoreError> {
        self.open_value(&conflict.id(), side.key(), conflict.sealed(side))
    }

    pub(super) async fn put_conflict(
        &self,
        stored: &StoredItem<Conflict>,
    ) -> Result<(), WriteError> {
        let closed = match stored.body.state {
            ConflictState::Open => None,
            ConflictState::Resolved { at, .. } | ConflictState::Moot { at } => Some(at),
        };
        self.put(
            ControlKind::Conflict,
            &stored.id,
            &stored.body,
            Some(stored.version),
            closed,
        )
        .await
    }

    /// Writes down the conflicts of an entry, before the sides are written: what a read returned is not lost, whatever happens
    /// next. An open conflict of the same values is the same one.
    pub(crate) async fn note_conflicts(
        &self,
        run: &RunId,
        entry: &JournalEntry,
    ) -> Result<(), WriteError> {
        for change in entry.changes.iter().filter(|change| change.conflict) {
            self.note_conflict(run, entry, change).await?;
        }
        Ok(())
    }

    async fn note_conflict(
        &self,
        run: &RunId,
        entry: &JournalEntry,
        change: &ValueChange,
    ) -> Result<(), WriteError> {
        let id = conflict_id(entry.link, change.field);
        let (dingtalk, ehr) = match entry.side {
            Side::DingTalk => (change.before.as_ref(), change.after.as_ref()),
            Side::Ehr => (change.after.as_ref(), change.before.as_ref()),
        };
        for _ in 0..TRIES {
            let stored = self
                .get::<Conflict>(ControlKind::Conflict, &id)
                .await
                .map_err(WriteError::Store)?;
            let over = stored.as_ref().map(|stored| stored.version);
            let open = stored
                .map(|stored| stored.body)
                .filter(|conflict| conflict.state == ConflictState::Open);
            if let Some(open) = &open
                && self
                    .conflict_value(open, Side::DingTalk)
                    .is_ok_and(|value| value.as_ref() == dingtalk)
                && self
                    .conflict_value(open, Side::Ehr)
                    .is_ok_and(|value| value.as_ref() == ehr)
            {
                return Ok(());
            }
            let conflict = Conflict {
                link: entry.link,
                kind: entry.kind,
                field: change.field,
                dingtalk: self.seal_value(&id, Side::DingTalk.key(), dingtalk),
                ehr: self.seal_value(&id, Side::Ehr.key(), ehr),
                won: entry.side.other(),
                since: open.as_ref().map_or(entry.at, |open| open.since),
                at: entry.at,
                run: run.clone(),
                times: open.as_ref().map_or(0, |open| open.times).saturating_add(1),
                state: ConflictState::Open,
            };
            match self
                .put(ControlKind::Conflict, &id, &conflict, over, None)
                .await
            {
                Err(WriteError::Stale | WriteError::Exists { .. }) => {}
                done => return done,
            }
        }
        Err(WriteError::Stale)
    }

    /// Closes open conflicts about which there is nothing to be decided any more.
    pub(super) async fn close_moot_conflicts(&self, engine: &Engine) -> Result<(), StoreError> {
        for mut stored in self.list_conflicts().await? {
            if stored.body.state == ConflictState::Open
                && self.is_moot(engine, &stored.body).await?
            {
                stored.body.state = ConflictState::Moot {
                    at: engine.clock.now(),
                };
                ignore_stale(self.put_conflict(&stored).await)?;
            }
        }
        Ok(())
    }

    async fn is_moot(&self, engine: &Engine, conflict: &Conflict) -> Result<bool, StoreError> {
        let link = engine
            .links
            .get_link(&engine.corp, conflict.kind, conflict.link)
            .await?;
        let Some(link) = link.filter(|link| !matches!(link.lifecycle, LinkLifecycle::Left { .. }))
        else {
            return Ok(true);
        };
        // What is still under way, or was refused, has not replaced the value yet.
        if !link.intents.is_empty()
            || link
                .waits
                .iter()
                .any(|wait| wait.field.is_none_or(|of| of == conflict.field))
        {
            return Ok(false);
        }
        let value = self.conflict_value(conflict, conflict.standing_side())?;
        let stands = hash::hash_field(&engine.key, conflict.field, value.as_ref());
        Ok(link.base.hashes.get(&conflict.field) != Some(&stands))
    }
}
