//! Runs.

use directory::{Reason, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ChangeCounts, RecordLabel};

/// Records that a run saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeenRecords {
    /// People.
    pub people: u64,
    /// Departments.
    pub departments: u64,
}

/// Calls of one interface of DingTalk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InterfaceCalls {
    /// Its path.
    pub interface: String,
    /// How many.
    pub calls: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Both sides were read in full and everything was written.
    Complete,
    /// Something was not read: nothing was removed.
    Partial,
    /// It waits for a person.
    Waits,
    /// It stopped.
    Failed,
    /// It goes on now.
    Running,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// When it began.
    #[schema(value_type = i64)]
    pub began: Timestamp,
    /// When it ended; `None` while it runs, or if it was cut off.
    #[schema(value_type = Option<i64>)]
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Records created, updated, removed.
    pub counts: ChangeCounts,
    /// Records that did not get there.
    pub troubles: u64,
}

/// One record's trouble in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunTrouble {
    /// Whose; `None` where no link exists yet.
    pub record: Option<RecordLabel>,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunDetail {
    /// As in the list.
    pub row: RunRow,
    /// People and departments that were seen; `None` where the list broke off.
    pub seen: Option<SeenRecords>,
    /// Calls to DingTalk, by interface.
    pub calls: Vec<InterfaceCalls>,
    /// Throttled answers.
    pub throttled: u64,
    /// What went differently.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub notes: Vec<Reason>,
    /// Records that did not get there.
    pub troubles: Vec<RunTrouble>,
}
