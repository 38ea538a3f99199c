//! Replies: what an order leads to, as values.

use directory::{Field, NativeId, RunId, Timestamp};
use ehr::ledger::EditOutcome;
use engine::plans::{PlanBody, PlanHead};
use serde::{Deserialize, Serialize};

use crate::ledger_views::{LedgerChangeView, LedgerEntryView};
use crate::paging::{Cursor, Page};
use crate::status::StatusView;
use crate::views::{
    AuditView, ChangeView, ConflictView, ExportRow, HoldView, OrderView, QuarantineView,
    RecordIdentity, WaitingItem,
};

/// What an order leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Where the binding stands.
    Status(Box<StatusView>),
    /// The work is queued; this plan's head says how far it is.
    PlanQueued(RunId),
    /// Plans, newest first.
    Plans(Page<PlanHead>),
    /// One plan.
    Plan(Box<PlanHead>),
    /// A plan and a page of its items, values masked.
    PlanItems {
        /// The head.
        head: Box<PlanHead>,
        /// Items, names, and, on the first page, what is held.
        body: Box<PlanBody>,
    },
    /// Plans that are being applied, or were cut off: their heads say whether they have stopped.
    Running(Vec<PlanHead>),
    /// Writing is stopped: this is stored. What is under way ends within moments; `Running` says when.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// Writing continues.
    Resumed {
        /// Plans that continue from where they stood.
        goes_on: Vec<RunId>,
    },
    /// Shadow mode is on or off.
    Shadow(bool),
    /// A policy is active.
    Policy(PolicyView),
    /// Conflicts, values masked.
    Conflicts(Page<ConflictView>),
    /// One conflict, as it is now.
    Conflict(Box<ConflictView>),
    /// Holds.
    Holds(Page<HoldView>),
    /// One hold, as it is now, and a page of its records.
    Hold {
        /// The hold.
        hold: Box<HoldView>,
        /// Its records, named.
        records: Vec<RecordIdentity>,
    },
    /// Quarantined records.
    Quarantined(Page<QuarantineView>),
    /// One of them, as it is now.
    QuarantinedOne(Box<QuarantineView>),
    /// What waits.
    Waiting(Page<WaitingItem>),
    /// The last change of a field.
    Why {
        /// Whose.
        record: Box<RecordIdentity>,
        /// Which field.
        field: Field,
        /// The last change that was written; `None` if the sync never wrote the field.
        changed: Option<Box<ChangeView>>,
        /// A later one that a side refused.
        refused: Option<Box<ChangeView>>,
    },
    /// A page of the changes of a record, and of the orders about it, newest first.
    History {
        /// Whose.
        record: Box<RecordIdentity>,
        /// The changes.
        changes: Vec<ChangeView>,
        /// The orders.
        orders: Vec<OrderView>,
        /// Where the next page begins.
        next: Option<Cursor>,
    },
    /// Orders, newest first.
    Orders(Page<OrderView>),
    /// The journal, recomputed.
    Verified(AuditView),
    /// The edit is stored.
    Edited(EditOutcome),
    /// Entries of the ledger, values masked.
    Entries(Page<LedgerEntryView>),
    /// One entry, all values as they are.
    Entry(Box<LedgerEntryView>),
    /// People of a page who have the name.
    Named(Page<NamedPerson>),
    /// The change feed.
    Changes(ChangeFeedView),
    /// People, all values as they are.
    Export(Page<ExportRow>),
}

/// The active policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyView {
    /// Its version; 0 is the one that `up` binds with.
    pub version: u64,
    /// It writes nothing before a plan under it was approved and applied.
    pub pending: bool,
    /// It was active before: nothing changed.
    pub same: bool,
    /// The document, with everything that holds written out.
    pub document: String,
}

/// Someone who was found by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPerson {
    /// The ledger's id.
    pub id: NativeId,
    /// Here, or expected; otherwise they left.
    pub is_here: bool,
}

/// A page of the ledger's change feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFeedView {
    /// Oldest first.
    pub changes: Vec<LedgerChangeView>,
    /// Where to continue.
    pub cursor: String,
    /// Whether there is more at once.
    pub more: bool,
    /// Whether changes after the cursor that was given are no longer kept.
    #[serde(default)]
    pub missed: bool,
}
