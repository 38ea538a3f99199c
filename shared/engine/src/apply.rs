//! Applying an approved plan: intent, write, read back, journal, base.

mod links;
mod read_back;
mod sides;

use std::collections::BTreeMap;

use directory::budget::BudgetCounts;
use directory::decide::ValueChange;
use directory::plan::{ApprovedPlan, ItemPart, PlanItem, SettledLink};
use directory::planted::{self, Bug};
use directory::policy::Ownership;
use directory::reason::{Reason, ReasonCode};
use directory::{Link, LinkId, Side};
use ehr::StoredRecord;
use futures::FutureExt as _;

use crate::observe::{LookError, RecordKey};
use crate::ports::JournalEntry;
use crate::{Run, concurrency};

/// How many items go through intent, write and base together; the journal gets them as one batch.
const BATCH: usize = 64;

/// What became of one item.
enum ItemOutcome {
    /// Every part was written; `under` is the version of the stored intent.
    Written(Box<WrittenItem>),
    /// A side refuses this record, or a person has to do something first; noted with its reason.
    Refused { item: Box<PlanItem>, reason: Reason },
    /// It failed; the intent stays if the outcome is unknown.
    Failed { item: Box<PlanItem>, err: LookError },
}

impl ItemOutcome {
    /// The item, unless certainly nothing of it was written.
    fn possibly_written(&self) -> Option<LinkId> {
        match self {
            Self::Written(done) => Some(done.item.link.id),
            Self::Refused { .. } => None,
            Self::Failed { item, err } => {
                let closed = matches!(err, LookError::Closed(_)) && item.parts.len() == 1;
                (!closed).then_some(item.link.id)
            }
        }
    }
}

/// What of the day's budget is reserved for items that are not written yet.
type Reserved = BTreeMap<LinkId, BudgetCounts>;

/// How an item begins.
enum BeginOutcome {
    /// Its intent is stored: its parts may be written.
    Ready(Box<WrittenItem>),
    /// Somebody else was here since the plan was made: look again.
    Moved(Box<Link>),
    /// It cannot be begun.
    Failed { item: Box<PlanItem>, err: LookError },
}

/// An item that was written.
struct WrittenItem {
    item: PlanItem,
    under: Link,
    /// The eHR's record, if it was written.
    ehr: Option<StoredRecord>,
    /// DingTalk's id, if it was written there.
    dingtalk: Option<directory::NativeId>,
    /// References that were left out because their record is not there yet.
    incomplete: bool,
}

impl Run<'_> {
    /// Applies a plan. Every item stands alone: one that fails or has moved stops nobody else.
    ///
    /// Returns how many had moved since the plan was made, which a later look settles.
    ///
    /// # Errors
    /// Only what concerns everybody: the state or the journal cannot be written.
    pub(crate) async fn apply_plan(
        &self,
        plan: ApprovedPlan,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, LookError> {
        self.tally(|tally| tally.held.extend_from_slice(plan.held()));
        if let Some(preview) = &self.preview {
            self.collect_plan(preview, &plan);
            return Ok(0);
        }
        if !plan.held().is_empty() && planted::is(Bug::HoldStopsAll) {
            return Err(LookError::Closed(Reason::new(
                ReasonCode::LookWriteUnfinished,
            )));
        }
        let mut reserved = plan.reserved().clone();
        let (settled, items) = plan.into_work();
        let applied = self
            .apply_work((settled, items), &mut reserved, progress)
            .await;
        self.give_back(reserved).await;
        applied
    }

    /// Takes out of `reserved` what was written, or may have been.
    async fn apply_work(
        &self,
        (settled, items): (Vec<SettledLink>, Vec<PlanItem>),
        reserved: &mut Reserved,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, LookError> {
        let mut moved = 0;
        for batch in settled.chunks(BATCH) {
            let settle = batch
                .iter()
                .map(|settled| self.settle_link(settled).boxed())
                .collect();
            for outcome in concurrency::run_all(settle).await {
                moved += u64::from(!outcome?);
            }
        }
        drop(settled);
        let mut items = items.into_iter();
        while items.len() > 0 {
            let batch: Vec<PlanItem> = items.by_ref().take(BATCH).collect();
            let size = batch.len() as u64;
            moved += self.apply_batch(batch, reserved).await?;
            progress(size);
        }
        Ok(moved)
    }

    /// Intents, then the journal, then the sides, then base. The journal comes before the writes, so that a value which is
    /// written over is kept even if this very invocation is killed a moment later; what is not written after all is
    /// said in a second entry.
    async fn apply_batch(
        &self,
        items: Vec<PlanItem>,
        reserved: &mut Reserved,
    ) -> Result<u64, LookError> {
        if let Some(reason) = self
            .engine
            .gate
            .closed_reason()
            .await?
            .filter(|_| !planted::is(Bug::PauseIgnored))
        {
            return Err(LookError::Closed(reason));
        }
        let mut troubles = BatchTroubles::default();
        let begins = items
            .into_iter()
            .map(|item| self.begin_item(item).boxed())
            .collect();
        let mut ready = Vec::new();
        for begun in concurrency::run_all(begins).await {
            match begun {
                BeginOutcome::Ready(done) => ready.push(*done),
                BeginOutcome::Moved(link) => troubles.add_moved(self, &link),
                BeginOutcome::Failed { item, err } => troubles.add_failed(self, &item, err),
            }
        }
        let entries: Vec<_> = ready
            .iter()
            .flat_map(|done| self.journal_entries(&done.item))
            .collect();
        let afterwards = if planted::is(Bug::JournalAfterwards) {
            entries.clone()
        } else {
            Vec::new()
        };
        if !planted::is(Bug::JournalAfterwards) {
            self.engine.journal.append(&self.id, entries).await?;
        }
        let writes = ready
            .into_iter()
            .map(|done| self.write_sides(done).boxed())
            .collect();
        let (mut written, mut unwritten) = (Vec::new(), Vec::new());
        for outcome in concurrency::run_all(writes).await {
            if let Some(link) = outcome.possibly_written() {
                reserved.remove(&link);
            }
            match outcome {
                ItemOutcome::Written(done) => written.push(*done),
                ItemOutcome::Refused { item, reason } => {
                    unwritten.push(self.unwritten_entry(&item, reason));
                }
                ItemOutcome::Failed { item, err } => troubles.add_failed(self, &item, err),
            }
        }
        self.engine.journal.append(&self.id, afterwards).await?;
        self.engine.journal.append(&self.id, unwritten).await?;
        let finish = written
            .iter()
            .map(|done| self.store_base(done).boxed())
            .collect();
        for outcome in concurrency::run_all(finish).await {
            troubles.moved += u64::from(!outcome?);
        }
        troubles.for_everybody.map_or(Ok(troubles.moved), Err)
    }

    fn journal_entries(&self, item: &PlanItem) -> Vec<JournalEntry> {
        item.parts
            .iter()
            .map(|part| self.journal_entry(item, part))
            .collect()
    }

    /// A side refused what the entry before says.
    fn unwritten_entry(&self, item: &PlanItem, reason: Reason) -> JournalEntry {
        JournalEntry {
            at: self.now(),
            side: item.parts.first().map_or(Side::Ehr, |part| part.to),
            link: item.link.id,
            kind: item.link.kind,
            action: item.main_action(),
            changes: Vec::new(),
            reason: Reason::new(ReasonCode::ChangeNotWritten).cause(reason),
            owner: Ownership::Owned(self.engine.policy.lifecycle),
            owners: Vec::new(),
        }
    }

    pub(crate) fn note_look_again_at(&self, link: &Link) {
        if let Some(whose) = RecordKey::of_link(link, self.deciding_side()) {
            self.tally(|tally| _ = tally.again.insert(whose));
        }
    }

    fn journal_entry(&self, item: &PlanItem, part: &ItemPart) -> JournalEntry {
        let overwrites = part.changes.iter().any(|change| change.overwrites_edit);
        JournalEntry {
            at: self.now(),
            side: part.to,
            link: item.link.id,
            kind: item.link.kind,
            action: part.action,
            changes: part
                .changes
                .iter()
                .filter(|change| is_kept(change))
                .cloned()
                .collect(),
            reason: if overwrites {
                Reason::new(ReasonCode::ChangeOverwritesEdit).cause(item.reason.clone())
            } else {
                item.reason.clone()
            },
            owner: self.owner_of(item, part),
            owners: part
                .changes
                .iter()
                .map(|change| self.engine.policy.field_owner(item.link.kind, change.field))
                .collect(),
        }
    }

    /// Whose values a part shows: the owner of its first field, or of the lifecycle where it has none.
    fn owner_of(&self, item: &PlanItem, part: &ItemPart) -> Ownership {
        let policy = &self.engine.policy;
        let first = part
            .changes
            .first()
            .map(|change| policy.field_owner(item.link.kind, change.field));
        first.unwrap_or(Ownership::Owned(policy.lifecycle))
    }
}

fn is_kept(change: &ValueChange) -> bool {
    !planted::is(Bug::LoserNotKept) || !change.overwrites_edit && !change.conflict
}

/// What did not go as planned in a batch.
#[derive(Default)]
struct BatchTroubles {
    moved: u64,
    for_everybody: Option<LookError>,
}

impl BatchTroubles {
    fn add_moved(&mut self, run: &Run<'_>, link: &Link) {
        self.moved += 1;
        run.note_look_again_at(link);
    }

    fn add_failed(&mut self, run: &Run<'_>, item: &PlanItem, err: LookError) {
        if err.concerns_everybody() {
            self.for_everybody = Some(err);
        } else if matches!(err, LookError::Ehr(ehr::EhrError::Stale)) {
            self.add_moved(run, &item.link);
        } else {
            run.tally(|tally| {
                tally.add_unfinished(item.link.kind, Some(item.link.id), Reason::from(&err));
            });
        }
    }
}
