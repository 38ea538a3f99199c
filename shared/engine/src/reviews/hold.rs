//! A hold: what the guard stopped for one reason. Releasing it lets exactly these changes pass at the next sweep.

mod groups;

use std::collections::BTreeSet;

use directory::budget::{HeldChange, HeldChanges};
use directory::guard::{self, ExceededLimit};
use directory::hash::FieldHash;
use directory::plan::HeldItem;
use directory::reason::{Reason, ReasonCode};
use directory::{FieldSet, Kind, LinkId, RunId, Timestamp, WriteAction};
use serde::{Deserialize, Serialize};
use state::store::{ControlKind, PutCondition, StoredItem};
use state::{StoreError, WriteError};

use groups::{HoldGroup, group_by_reason};

use super::{RETENTION_SECONDS, ReviewStore, ignore_stale};
use crate::Engine;
use crate::report::RunReport;

/// Records in one part of a hold: about 200 KB.
pub(super) const RECORDS_PER_PART: usize = 2000;

/// Where a hold stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// It waits for a person.
    Held,
    /// A person let it pass: the next sweep applies it.
    Released {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// It was released, and a complete sweep has passed since.
    Applied {
        /// That sweep.
        run: RunId,
        /// When it ended.
        at: Timestamp,
    },
    /// Nobody wants it any more: a complete sweep did not find it, or found something else in its place.
    Gone {
        /// That sweep.
        run: RunId,
        /// When it ended.
        at: Timestamp,
    },
}

/// What the guard stopped for one reason. Its id is its fingerprint: the same changes of the same records from the same
/// values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// People or departments.
    pub kind: Kind,
    /// What would have been done.
    pub action: WriteAction,
    /// What was too much, in numbers.
    #[serde(default)]
    pub too_much: Vec<ExceededLimit>,
    /// The same as a reason.
    pub reason: Reason,
    /// How many records.
    pub count: u64,
    /// Parts that their list is stored in.
    pub parts: u32,
    /// Since when it is held.
    pub since: Timestamp,
    /// The run that held it first; of a run in slices, the last one that did.
    pub run: RunId,
    /// Where it stands.
    pub state: HoldState,
}

impl Hold {
    /// What it holds of each of its records.
    fn held_change(&self) -> HeldChange {
        let removal = self.action == WriteAction::Remove;
        let fields = guard::held_fields(&self.too_much);
        HeldChange {
            removal,
            fields: if removal { FieldSet::NONE } else { fields },
            too_much: self.too_much.clone(),
            since: self.since,
        }
    }
}

/// What the holds of a corp say: what waits for a person, and what a person let pass.
#[derive(Debug, Clone, Default)]
pub struct HoldBook {
    /// What is held, by link.
    pub open: HeldChanges,
    /// Fingerprints of everything that a person released and no complete sweep has passed since.
    pub released: BTreeSet<FieldHash>,
}

/// One record that a hold is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRecord {
    /// Whose.
    pub link: LinkId,
    /// The fingerprint of what would be done.
    pub print: FieldHash,
}

/// Why a hold was not released, or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It is not held any more.
    #[error("the hold is not open any more")]
    Closed,
    /// It was not released.
    #[error("the hold was not released")]
    NotReleased,
    /// The state could not be written; `Stale`: somebody else changed the hold meanwhile.
    #[error("the hold could not be changed")]
    Write(#[from] WriteError),
}

impl From<&ReleaseError> for Reason {
    fn from(err: &ReleaseError) -> Self {
        match err {
            ReleaseError::Closed => Self::new(ReasonCode::RecordEntryClosed).text("queue", "hold"),
            ReleaseError::NotReleased => Self::new(ReasonCode::RecordNothingToUndo),
            ReleaseError::Write(WriteError::Stale) => Self::new(ReasonCode::RecordChangedElsewhere),
            ReleaseError::Write(err) => Self::new(ReasonCode::RecordNotNow).cause(Self::from(err)),
        }
    }
}

pub(super) fn part_id(hold: &str, part: u32) -> String {
    format!("{hold}-{part:04}")
}

impl ReviewStore {
    /// All holds, open ones and those of the last half year.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_holds(&self) -> Result<Vec<StoredItem<Hold>>, StoreError> {
        self.list_all(ControlKind::Hold).await
    }

    /// The records that a hold is about.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held_records(
        &self,
        hold: &StoredItem<Hold>,
    ) -> Result<Vec<HoldRecord>, StoreError> {
        let mut records = Vec::new();
        for part in 0..hold.body.parts {
            let id = part_id(&hold.id, part);
            if let Some(stored) = self
                .get::<Vec<HoldRecord>>(ControlKind::HoldRecords, &id)
                .await?
            {
                records.extend(stored.body);
            }
        }
        Ok(records)
    }

    /// What is held and what was released, from every hold that is not closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_holds(&self) -> Result<HoldBook, StoreError> {
        let mut book = HoldBook::default();
        for hold in self.list_holds().await? {
            match hold.body.state {
                HoldState::Held => {
                    let held = hold.body.held_change();
                    for record in self.held_records(&hold).await? {
                        let known = book.open.entry(record.link).or_default();
                        known.merge(&held);
                    }
                }
                HoldState::Released { .. } => {
                    let records = self.held_records(&hold).await?;
                    book.released
                        .extend(records.iter().map(|record| record.print));
                }
                HoldState::Applied { .. } | HoldState::Gone { .. } => {}
            }
        }
        Ok(book)
    }

    /// Lets a hold pass at the next sweep: exactly its changes, and nothing that came since.
    ///
    /// # Errors
    /// [`ReleaseError`].
    pub async fn release_hold(
        &self,
        mut hold: StoredItem<Hold>,
        by: &str,
        now: Timestamp,
    ) -> Result<StoredItem<Hold>, ReleaseError> {
        match hold.body.state {
            HoldState::Held => {
                hold.body.state = HoldState::Released {
                    by: by.to_owned(),
                    at: now,
                }
            }
            HoldState::Released { .. } => return Ok(hold),
            HoldState::Applied { .. } | HoldState::Gone { .. } => return Err(ReleaseError::Closed),
        }
        self.put(
            ControlKind::Hold,
            &hold.id,
            &hold.body,
            Some(hold.version),
            None,
        )
        .await?;
        Ok(hold)
    }

    /// Takes a release back, as long as no sweep has applied it.
    ///
    /// # Errors
    /// [`ReleaseError`].
    pub async fn take_back_release(
        &self,
        mut hold: StoredItem<Hold>,
    ) -> Result<StoredItem<Hold>, ReleaseError> {
        match hold.body.state {
            HoldState::Released { .. } => hold.body.state = HoldState::Held,
            HoldState::Held => return Err(ReleaseError::NotReleased),
            HoldState::Applied { .. } | HoldState::Gone { .. } => return Err(ReleaseError::Closed),
        }
        self.put(
            ControlKind::Hold,
            &hold.id,
            &hold.body,
            Some(hold.version),
            None,
        )
        .await?;
        Ok(hold)
    }

    /// Writes down what a sweep held, and closes what a complete one did not hold any more.
    pub(super) async fn save_holds(
        &self,
        engine: &Engine,
        report: &RunReport,
    ) -> Result<(), StoreError> {
        let mut held = BTreeSet::new();
        for mut group in group_by_reason(&report.held) {
            let id = group.id(engine);
            self.save_hold(&id, &group, report).await?;
            held.insert(id);
        }
        if !report.complete {
            return Ok(());
        }
        for stored in self.list_holds().await? {
            // Another slice of this very run held it.
            if held.contains(&stored.id) || stored.body.run == report.id {
                continue;
            }
            self.close_hold(stored, report).await?;
        }
        Ok(())
    }

    async fn close_hold(
        &self,
        mut stored: StoredItem<Hold>,
        report: &RunReport,
    ) -> Result<(), StoreError> {
        let (run, at) = (report.id.clone(), report.ended_at);
        stored.body.state = match stored.body.state {
            HoldState::Held => HoldState::Gone { run, at },
            // Whoever released it while the sweep went on is heard by the next one.
            HoldState::Released { at: released, .. } if released > report.began_at => return Ok(()),
            HoldState::Released { .. } => HoldState::Applied { run, at },
            HoldState::Applied { .. } | HoldState::Gone { .. } => return Ok(()),
        };
        let put = self
            .put(
                ControlKind::Hold,
                &stored.id,
                &stored.body,
                Some(stored.version),
                Some(at),
            )
            .await;
        ignore_stale(put)
    }

    async fn save_hold(
        &self,
        id: &str,
        group: &HoldGroup<'_>,
        report: &RunReport,
    ) -> Result<(), StoreError> {
        let stored = self.get::<Hold>(ControlKind::Hold, id).await?;
        let over = stored.as_ref().map(|stored| stored.version);
        let open = |hold: &Hold| matches!(hold.state, HoldState::Held | HoldState::Released { .. });
        if let Some(StoredItem { body, .. }) = stored.filter(|stored| open(&stored.body)) {
            // Only a run in slices has to know that it was this one.
            if report.continues && body.run != report.id {
                let body = Hold {
                    run: report.id.clone(),
                    ..body
                };
                return ignore_stale(self.put(ControlKind::Hold, id, &body, over, None).await);
            }
            return Ok(());
        }
        let mut parts = 0;
        for records in group.records.chunks(RECORDS_PER_PART) {
            self.put_hold_records(&part_id(id, parts), records, report.ended_at)
                .await?;
            parts += 1;
        }
        let HeldItem {
            kind,
            action,
            reason,
            too_much,
            ..
        } = group.first;
        let hold = Hold {
            kind: *kind,
            action: *action,
            too_much: too_much.clone(),
            reason: reason.clone(),
            count: group.records.len() as u64,
            parts,
            since: report.ended_at,
            run: report.id.clone(),
            state: HoldState::Held,
        };
        ignore_stale(self.put(ControlKind::Hold, id, &hold, over, None).await)
    }

    /// Parts expire by themselves, long after what they are about has changed.
    async fn put_hold_records(
        &self,
        id: &str,
        records: &[HoldRecord],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let expires = Some(at.millis() / 1000 + 2 * RETENTION_SECONDS);
        let put = self.store.put_control(
            &self.corp,
            ControlKind::HoldRecords,
            id,
            &records,
            PutCondition::Any,
            expires,
        );
        ignore_stale(put.await.map(|_| ()))
    }
}
