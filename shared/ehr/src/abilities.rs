//! What an eHR can do and what it cannot, as data, so that nobody has to know which eHR it is.

use std::time::Duration;

use directory::Kind;

/// What a connector declares of its eHR. What it does not know it does not promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// What can be done with people.
    pub people: KindAbilities,
    /// What can be done with departments.
    pub departments: KindAbilities,
    /// What its list is like.
    pub listing: Listing,
    /// Its change feed.
    pub change_feed: ChangeFeed,
    /// Its notifications.
    pub push: Push,
    /// What a write is like.
    pub writing: Writing,
    /// How fast it may be asked.
    pub rates: CallRates,
    /// Whose the departments are.
    pub organisation: Organisation,
    /// Whether it keeps the DingTalk id of a person.
    pub keeps_dingtalk_id: bool,
    /// Whether a record that is missing in a complete list is gone. `false` asks for a read that says "not found".
    pub absence_means_gone: bool,
    /// Whether rows can hold tables.
    pub has_tables: bool,
}

impl Abilities {
    /// What can be done with a kind of record.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> &KindAbilities {
        match kind {
            Kind::Person => &self.people,
            Kind::Department => &self.departments,
        }
    }
}

/// What can be done with one kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindAbilities {
    /// It can be read.
    pub read: bool,
    /// It can be created.
    pub create: bool,
    /// It can be changed.
    pub update: bool,
    /// How it goes.
    pub removal: Removal,
}

/// How a record goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It cannot be removed through the interface, or the mapping does not say how.
    Impossible,
    /// It gets a status that says so and stays.
    ByStatus,
    /// It is deleted.
    Deletes,
}

/// What a list is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Records a page at most; `None` where the whole list is one answer.
    pub page_max: Option<u32>,
    /// Whether a stored token works in another process.
    pub resumable: bool,
    /// How long a token works; `None` without an end.
    pub token_life: Option<Duration>,
}

/// A change feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeFeed {
    /// None: changes are found by reading everything.
    None,
    /// A stamp says that something in a form changed, not what. One cheap call.
    FormStamp,
    /// Ids of what changed, without the sync's own writes.
    Ids,
}

/// Notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Push {
    /// Whether there are any.
    pub exists: bool,
    /// Whether changes to many rows at once are told.
    pub tells_batches: bool,
    /// Whether writes through the interface are told; `None` where only a third party says no.
    pub tells_own_writes: Option<bool>,
    /// How long an answer may take.
    pub answer_within: Option<Duration>,
}

/// What a write is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    /// Records that one write call takes.
    pub batch_max: u32,
    /// How long a repeated create is recognised by the eHR itself; `None` where it never is.
    pub create_recognised_for: Option<Duration>,
    /// What guards an update against an edit that nobody has read.
    pub guard: WriteGuard,
    /// Whether the eHR checks what is written: unique values, required fields, options.
    pub is_validated: bool,
}

/// What guards an update against an edit that nobody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteGuard {
    /// Nothing.
    None,
    /// A read just before. An edit between that read and the write is lost.
    ReadBefore,
    /// The eHR refuses the write by itself.
    Conditional,
}

/// How fast an eHR may be asked, calls in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRates {
    /// One interface that reads.
    pub reads: u32,
    /// One interface that writes.
    pub writes: u32,
    /// Everything together, all programs of the company counted.
    pub tenant: u32,
}

/// Whose the departments are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organisation {
    /// The eHR's own: they can be written.
    Own,
    /// A copy of DingTalk's, which the eHR does not let anybody write. Their owner can be DingTalk only.
    CopyOfDingTalk,
}
