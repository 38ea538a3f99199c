//! Where a link stands, in a byte.

use crate::link::{Link, LinkLifecycle};

/// What the link says of a record. One byte: of a row there are as many as the company has people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkStanding {
    /// On both sides, and nothing is pending: an agreeing row costs nothing more.
    Settled,
    /// On both sides when it was last seen.
    Active,
    /// Marked left: its absence is no news.
    Left,
    /// Begun.
    Creating,
    /// Waiting for a person to say who it is.
    Quarantined,
}

impl LinkStanding {
    pub(super) fn of_link(link: &Link) -> Self {
        match link.lifecycle {
            LinkLifecycle::Active if link.intents.is_empty() => Self::Settled,
            LinkLifecycle::Active
            | LinkLifecycle::Absent { .. }
            | LinkLifecycle::Leaving { .. } => Self::Active,
            LinkLifecycle::Left { .. } => Self::Left,
            LinkLifecycle::Creating => Self::Creating,
            LinkLifecycle::Quarantined { .. } => Self::Quarantined,
        }
    }
}
