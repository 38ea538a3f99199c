//! How a command about records ended; with `--json` it is printed as it is.

use desk::{
    AuditView, ChangeView, ConflictView, HoldView, OrderView, QuarantineView, RecordIdentity,
    WaitingItem,
};
use directory::Field;
use serde::Serialize;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecordOutcome {
    /// Conflicts, newest first.
    Conflicts(Vec<ConflictView>),
    /// One conflict, as it is now.
    Conflict(Box<ConflictView>),
    /// Holds, newest first.
    Holds(Vec<HoldView>),
    /// One hold, as it is now.
    Hold {
        /// The hold.
        hold: Box<HoldView>,
        /// Its records.
        records: Vec<RecordIdentity>,
    },
    /// Quarantined records, newest first.
    Quarantined(Vec<QuarantineView>),
    /// One of them, as it is now.
    QuarantinedOne(Box<QuarantineView>),
    /// What waits.
    Waiting(Vec<WaitingItem>),
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
    /// The changes of a record and the orders about it, newest first.
    History {
        /// Whose.
        record: Box<RecordIdentity>,
        /// The changes.
        changes: Vec<ChangeView>,
        /// The orders.
        orders: Vec<OrderView>,
    },
    /// Orders, newest first.
    Orders(Vec<OrderView>),
    /// The journal, recomputed.
    Verified(AuditView),
}
