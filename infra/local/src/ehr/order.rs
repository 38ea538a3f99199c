//! What is asked of the desk and what it answers, as it also travels to a running `up`.

use directory::reason::Reason;
use directory::{Field, Kind};
use ehr::ledger::{EditOutcome, EditRefusal};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerOrder {
    /// An edit.
    Edit(EditRequest),
    /// Everybody, or every department.
    List {
        /// Which of them.
        kind: Kind,
        /// Those who left, too.
        all: bool,
    },
    /// One of them.
    Show {
        /// Person or department.
        kind: Kind,
        /// Whatever names it.
        who: String,
    },
    /// The change feed.
    Changes {
        /// An earlier cursor.
        after: Option<String>,
    },
}

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

/// What the desk answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerReply {
    /// The edit is stored.
    Edited(EditOutcome),
    /// Who was asked for.
    Entries(Vec<LedgerEntryView>),
    /// The feed.
    Changes {
        /// Oldest first.
        changes: Vec<LedgerChangeView>,
        /// Where to go on.
        cursor: String,
        /// Whether there is more at once.
        more: bool,
        /// Whether changes after the cursor that was given are no longer told.
        #[serde(default)]
        missed: bool,
    },
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

/// Why the desk did not do it. Nothing was written then, unless the reason says that this is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LedgerOrderError {
    /// It is refused.
    #[error("{0}")]
    Refused(EditRefusal),
    /// Nobody is called so.
    #[error("no {} in the ledger is called {who:?}", kind.key())]
    Unknown {
        /// Person or department.
        kind: Kind,
        /// What was typed.
        who: String,
    },
    /// More than one is called so.
    #[error("{count} in the ledger are called {who:?}; name the {} by its number or id", kind.key())]
    Ambiguous {
        /// Person or department.
        kind: Kind,
        /// What was typed.
        who: String,
        /// How many.
        count: usize,
    },
    /// There is no state.
    #[error("there is no state in {data}: run `bangding up` first, or give its --data")]
    NoState {
        /// Which directory.
        data: String,
    },
    /// Nothing is bound.
    #[error("no company is bound yet: run `bangding up` first")]
    Unbound,
    /// Somebody holds the directory and does not answer.
    #[error(
        "another bangding holds {data} and answers nobody: it may still be starting. Try again, or stop it"
    )]
    Held {
        /// Which directory.
        data: String,
    },
    /// State, secret, network.
    #[error("the ledger could not be used: {why}")]
    Unusable {
        /// Why.
        why: Reason,
    },
}
