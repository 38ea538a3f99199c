//! Edits of the ledger, and its entries as people read them.

use directory::{Field, Kind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An edit in people's words: names and paths instead of ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditRequest {
    /// Person or department.
    pub kind: Kind,
    /// What is done.
    pub verb: EditVerb,
    /// Whatever names the entry; of a new one, nothing.
    pub who: Option<String>,
    /// The fields that are set: one text, or references by whatever names them; empty text empties a field.
    pub fields: Vec<(Field, Vec<String>)>,
    /// The day from which on it holds.
    pub on: Option<Date>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditVerb {
    /// Hired, created.
    Enter,
    /// Changed.
    Change,
    /// Left, closed.
    Leave,
    /// Hired or opened again.
    Return,
    /// What is dated ahead is taken back.
    Cancel,
}

/// A person or a department as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntryView {
    /// Person or department.
    pub kind: Kind,
    /// The ledger's id.
    pub id: String,
    /// Counts the writes.
    pub version: u64,
    /// `expected`, `active` or `left`.
    pub status: String,
    /// DingTalk's id, once linked.
    pub dingtalk: Option<String>,
    /// Fields that have a value: text, days, paths of departments, names of people.
    pub fields: Vec<(Field, Vec<String>)>,
    /// What is dated ahead, by day.
    pub upcoming: Vec<UpcomingView>,
}

/// Something that waits for its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpcomingView {
    /// Its day.
    pub on: Date,
    /// `entry`, `change` or `leaving`.
    pub what: String,
    /// Of a change, its fields.
    pub fields: Vec<Field>,
}

/// An entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerChangeView {
    /// Person or department.
    pub kind: Kind,
    /// The ledger's id.
    pub id: String,
    /// What was done.
    pub because: String,
    /// When, in milliseconds since the epoch.
    pub at: i64,
}
