//! A link: the pair of identities that is one person or department, with the base that both sides last agreed on.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::hash::FieldHash;
use crate::ids::{Kind, LinkId, NativeId, Side, Timestamp};
use crate::reason::Reason;

/// A row's version: random, so that a retry recognises its own win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowVersion(pub u128);

/// What both sides last agreed on: hashes, never values. Memberships keep link ids of departments, which are not
/// personal, so that they can be merged as sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base {
    /// One keyed hash per agreed field; a field that was never agreed has none.
    pub hashes: BTreeMap<Field, FieldHash>,
    /// Departments the person was in.
    pub departments: BTreeSet<LinkId>,
    /// Departments the person led.
    pub leads: BTreeSet<LinkId>,
}

impl Base {
    /// Whether nothing was agreed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

/// A remote write that was begun. It stays until a later read explains it: its outcome may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteIntent {
    /// The side that was written to.
    pub side: Side,
    /// What was to be true afterwards, per field.
    pub fields: BTreeMap<Field, FieldHash>,
    /// What was done, in one word: create, update, remove.
    pub action: WriteAction,
    /// When it was stored.
    pub at: Timestamp,
}

/// What a write does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteAction {
    /// The side has nothing yet.
    Create,
    /// Fields change.
    Update,
    /// The record is marked left (a person) or closed (a department).
    Remove,
    /// A record that was marked left is taken back.
    Restore,
}

impl WriteAction {
    /// The stored spelling.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Remove => "remove",
            Self::Restore => "restore",
        }
    }
}

/// Where a link is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkLifecycle {
    /// The record is being created on one side; there is no base until that is confirmed.
    Creating,
    /// On both sides.
    Active,
    /// Not in the complete snapshots of this many runs in a row; one more confirms a removal.
    Absent {
        /// Complete runs that missed it.
        runs: u32,
        /// When the first of them missed it.
        since: Timestamp,
    },
    /// Gone on the side that decides, and still on the other one until its grace period ends.
    Leaving {
        /// When that was seen.
        since: Timestamp,
    },
    /// Marked left, reversibly.
    Left {
        /// When.
        at: Timestamp,
    },
    /// Waits for a person.
    Quarantined {
        /// Why.
        reason: Reason,
        /// Since when.
        since: Timestamp,
    },
}

/// Something about a record that waits for a person or for its day: it stops nobody else and is retried at most daily.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkWait {
    /// The field; `None` where the whole record waits.
    pub field: Option<Field>,
    /// What waits: the hash of the field's value, or the fingerprint of the item. Another value is another wait.
    pub value: FieldHash,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// Not tried again before.
    pub next: Timestamp,
}

/// The pair of identities that is one person or department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its own id.
    pub id: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Grows with each re-hire; a new generation starts with an empty base.
    pub generation: u32,
    /// The version of this row; every put is conditional on the one that was read.
    pub version: RowVersion,
    /// DingTalk's id.
    pub dingtalk: Option<NativeId>,
    /// The eHR's id.
    pub ehr: Option<NativeId>,
    /// Keyed hash of the `unionid`: a reused `userid` shows by a change of it.
    pub unionid: Option<FieldHash>,
    /// Administrator or boss when DingTalk last showed the person: never removed by the sync.
    pub protected: bool,
    /// What both sides last agreed on.
    pub base: Base,
    /// Writes whose outcome no read has explained yet.
    pub intents: Vec<WriteIntent>,
    /// Where it is in its life.
    pub lifecycle: LinkLifecycle,
    /// What waits, each with its reason; usually nothing.
    pub waits: Vec<LinkWait>,
}

impl Link {
    /// The record's id on a side, if it is there.
    #[must_use]
    pub fn native_id(&self, side: Side) -> Option<&NativeId> {
        match side {
            Side::DingTalk => self.dingtalk.as_ref(),
            Side::Ehr => self.ehr.as_ref(),
        }
    }
}
