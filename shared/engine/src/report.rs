//! What a run did, and a reason for everything that went differently.

use std::collections::{BTreeMap, BTreeSet};

use directory::plan::{ActionCounts, HeldItem};
use directory::reason::Reason;
use directory::{Kind, LinkId, NativeId, RunId, Side, Timestamp, WriteAction};
use serde::{Deserialize, Serialize};

use crate::employee_asks::EmployeeAsk;
use crate::observe::RecordKey;

/// A sweep's result, as it is stored, printed and returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// The run.
    pub id: RunId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Both sides were listed in full and nothing failed.
    pub complete: bool,
    /// People whom the eHR holds active at the end.
    pub people: u64,
    /// Departments that the eHR holds active at the end.
    pub departments: u64,
    /// Records created, updated and removed, people and departments together.
    #[serde(flatten)]
    pub counts: ActionCounts,
    /// What waits for a person.
    pub held: Vec<HeldItem>,
    /// Changes to either side and to the links; runs, tokens and journal apart.
    pub writes: u64,
    /// Calls to DingTalk by interface.
    pub calls: BTreeMap<String, u64>,
    /// Throttled answers.
    pub throttled: u64,
    /// One reason for everything that went differently. No personal data.
    pub notes: Vec<Reason>,
    /// Records that did not get there, each with its reason.
    pub troubles: Vec<RecordTrouble>,
    /// What the app may see is not what a person accepted: nothing is removed until somebody accepts it.
    #[serde(default)]
    pub scope_waits: bool,
    /// DingTalk's roster cannot be read, and whoever only it could tell is left as they are; the notes say what to do.
    #[serde(default)]
    pub roster_waits: bool,
    /// There is more to do than fitted: the continuation begins where base stands.
    pub continues: bool,
    /// The plan that this run made, or applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Nothing was written, because somebody has to open the way first; the notes say who.
    #[serde(default)]
    pub closed: bool,
}

impl RunReport {
    /// The report of a run that did nothing yet.
    #[must_use]
    pub fn empty(id: RunId, at: Timestamp) -> Self {
        Self {
            id,
            began_at: at,
            ended_at: at,
            complete: false,
            people: 0,
            departments: 0,
            counts: ActionCounts::default(),
            held: Vec::new(),
            writes: 0,
            calls: BTreeMap::new(),
            throttled: 0,
            notes: Vec::new(),
            troubles: Vec::new(),
            scope_waits: false,
            roster_waits: false,
            continues: false,
            plan: None,
            closed: false,
        }
    }

    /// The whole run, where `earlier` is what its slices before this one came to.
    #[must_use]
    pub fn merge_earlier(mut self, earlier: Self) -> Self {
        self.began_at = earlier.began_at.min(self.began_at);
        self.counts.created += earlier.counts.created;
        self.counts.updated += earlier.counts.updated;
        self.counts.removed += earlier.counts.removed;
        self.writes += earlier.writes;
        self.throttled += earlier.throttled;
        self.scope_waits |= earlier.scope_waits;
        self.roster_waits |= earlier.roster_waits;
        for (interface, calls) in earlier.calls {
            *self.calls.entry(interface).or_default() += calls;
        }
        self.held = join_unique(earlier.held, self.held);
        self.notes = join_unique(earlier.notes, self.notes);
        self.troubles = join_unique(earlier.troubles, self.troubles);
        self
    }

    /// Whose changes the guard held: they are in holds once those are stored.
    #[must_use]
    pub fn guarded_links(&self) -> Vec<LinkId> {
        let held = self.held.iter().filter(|held| held.fingerprint.is_some());
        held.map(|held| held.link).collect()
    }

    /// Wall time in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let millis = self
            .ended_at
            .millis()
            .saturating_sub(self.began_at.millis());
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run lasts minutes; 2^52 ms are 140,000 years"
        )]
        let millis = millis as f64;
        millis / 1000.0
    }
}

/// Both, the later ones behind, without saying anything twice.
fn join_unique<T: PartialEq>(mut earlier: Vec<T>, later: Vec<T>) -> Vec<T> {
    for one in later {
        if !earlier.contains(&one) {
            earlier.push(one);
        }
    }
    earlier
}

/// One record's trouble: its state and the reason, and it stops nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordTrouble {
    /// Person or department.
    pub kind: Kind,
    /// Its link, if it has one.
    pub link: Option<LinkId>,
    /// Why it did not get there.
    pub reason: Reason,
}

/// How far a run is; for a progress bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunProgress {
    /// Listing: departments and people seen so far.
    Listing {
        /// Departments.
        departments: u64,
        /// People.
        people: u64,
    },
    /// What the run will do, before it does it.
    Planned {
        /// Departments and people to create, records to read again, records that are missing.
        preview: SweepPreview,
    },
    /// Records worked, of how many.
    Working {
        /// Done.
        done: u64,
        /// Of.
        total: u64,
    },
}

/// The counts of a plan that lists made: what a fresh read may still take away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepPreview {
    /// Departments that the eHR does not have.
    pub departments_new: u64,
    /// Departments that differ from base.
    pub departments_changed: u64,
    /// People whom the eHR does not have.
    pub people_new: u64,
    /// People who differ from base.
    pub people_changed: u64,
    /// People who are missing in a complete list.
    pub people_missing: u64,
}

/// What a run counts while it works.
#[derive(Debug, Default)]
pub struct RunTally {
    pub(crate) counts: ActionCounts,
    pub(crate) by_kind: BTreeMap<Kind, i64>,
    /// Links that were made or that came back, less those that left.
    pub(crate) linked: BTreeMap<Kind, i64>,
    pub(crate) writes: u64,
    pub(crate) scope_waits: bool,
    /// The guard refused something: a sweep makes one hold of it.
    pub(crate) sweep_due: bool,
    pub(crate) held: Vec<HeldItem>,
    pub(crate) notes: Vec<Reason>,
    pub(crate) troubles: Vec<RecordTrouble>,
    /// Records that could not be worked in this run, for whatever reason.
    pub(crate) unfinished: u64,
    /// Records that somebody else wrote meanwhile, or that refer to somebody who was not there yet: looked at once more.
    pub(crate) again: BTreeSet<RecordKey>,
    /// Records that only the side that follows has, and that were never linked: left alone.
    pub(crate) unmatched: BTreeMap<Side, u64>,
    /// People whose kind of employment the policy leaves out, by the id on a side.
    pub(crate) employed_otherwise: BTreeSet<(Side, NativeId)>,
    /// People whose kind of employment only a roster could tell that cannot be read.
    pub(crate) withheld: BTreeSet<(Side, NativeId)>,
    /// People who are to be asked for what only they can change.
    pub(crate) asks: BTreeSet<EmployeeAsk>,
}

/// Different notes that a run keeps; a run in which everything fails says so in fewer.
const NOTES_MAX: usize = 100;

impl RunTally {
    /// A record that was not worked: the run is not complete, and says why.
    pub(crate) fn add_unfinished(&mut self, kind: Kind, link: Option<LinkId>, reason: Reason) {
        self.unfinished += 1;
        if self.troubles.len() < NOTES_MAX {
            self.add_trouble(kind, link, reason);
        }
    }

    pub(crate) fn add_unmatched(&mut self, side: Side) {
        *self.unmatched.entry(side).or_default() += 1;
    }

    pub(crate) fn add_applied(&mut self, kind: Kind, action: WriteAction) {
        self.counts.count_action(action);
        *self.by_kind.entry(kind).or_default() += match action {
            WriteAction::Create | WriteAction::Restore => 1,
            WriteAction::Remove => -1,
            WriteAction::Update => 0,
        };
    }

    pub(crate) fn note(&mut self, reason: Reason) {
        if self.notes.len() < NOTES_MAX && !self.notes.contains(&reason) {
            self.notes.push(reason);
        }
    }

    pub(crate) fn add_trouble(&mut self, kind: Kind, link: Option<LinkId>, reason: Reason) {
        self.troubles.push(RecordTrouble { kind, link, reason });
    }
}
