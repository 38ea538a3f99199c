//! Plans and their items.

use directory::{Field, Reason, Side, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ChangeCounts, RecordLabel};

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanPhase {
    /// It is being made.
    Making,
    /// It waits for an approval.
    Open,
    /// It is approved.
    Approved,
    /// It is being applied.
    Applying,
    /// It was applied.
    Applied,
    /// A newer one took its place.
    Superseded,
    /// It could not be made.
    Failed,
}

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanRow {
    /// Its id.
    pub id: String,
    /// When it was made.
    #[schema(value_type = i64)]
    pub made: Timestamp,
    /// Where it stands.
    pub phase: PlanPhase,
    /// Records created, updated, removed.
    pub counts: ChangeCounts,
    /// What the guard held.
    pub held: u64,
    /// Who approved it.
    pub approved_by: Option<String>,
}

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlannedVerb {
    /// It is created.
    Create,
    /// Fields change.
    Update,
    /// It is marked as left, or closed.
    Remove,
    /// Only the link is stored.
    Link,
}

/// One field's change; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedChange {
    /// Which field.
    #[schema(value_type = String)]
    pub field: Field,
    /// The side that is written to.
    #[schema(value_type = String)]
    pub to: Side,
    /// What it has.
    pub before: Option<String>,
    /// What it gets.
    pub after: Option<String>,
}

/// A record of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanItemRow {
    /// Whose.
    pub record: RecordLabel,
    /// What is done.
    pub verb: PlannedVerb,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// Field by field.
    pub changes: Vec<PlannedChange>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanDetail {
    /// As in the list.
    pub row: PlanRow,
    /// Both lists arrived in full.
    pub is_complete: bool,
    /// Calls that applying it takes.
    pub calls: u64,
    /// Of these, calls that count against the monthly quota.
    pub metered: u64,
    /// Seconds that applying it takes.
    pub seconds: u64,
    /// Items that were applied; `None` before it is applied.
    pub applied: Option<u64>,
    /// Items in all.
    pub items_total: u64,
    /// A page of them.
    pub items: Vec<PlanItemRow>,
    /// The first item of the page.
    pub from: usize,
    /// What is held, with its reasons.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub held: Vec<Reason>,
}
