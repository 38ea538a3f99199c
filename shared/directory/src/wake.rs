//! A wake: "look again at this". Identity, never attributes, so that duplicates, reordering and replays cost one look.

use serde::{Deserialize, Serialize};

use crate::ids::{NativeId, Side};

/// Whom to look at again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WakeTarget {
    /// One person, by the id of the side that spoke.
    Person(NativeId),
    /// One department.
    Department(NativeId),
    /// Everybody: a sweep.
    Everything,
}

/// Why the engine should look again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wake {
    /// The side that spoke.
    pub side: Side,
    /// Whom to look at.
    pub target: WakeTarget,
    /// What was said, for the run's reason: an event type such as `user_leave_org`, or a command.
    pub because: String,
}

impl Wake {
    /// The queue group, after the corp: wakes about one record are worked one after the other.
    #[must_use]
    pub fn queue_group(&self) -> String {
        let side = self.side.key();
        match &self.target {
            WakeTarget::Person(id) => format!("{side}#person#{id}"),
            WakeTarget::Department(id) => format!("{side}#department#{id}"),
            WakeTarget::Everything => format!("{side}#everything"),
        }
    }
}
