//! How a record is named that is to be looked at.

use directory::{Kind, Link, NativeId, Side};
use serde::{Deserialize, Serialize};

/// A record, by the id that one side gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct RecordKey {
    pub(crate) kind: Kind,
    pub(crate) side: Side,
    pub(crate) id: NativeId,
}

impl RecordKey {
    pub(crate) fn new(kind: Kind, side: Side, id: NativeId) -> Self {
        Self { kind, side, id }
    }

    /// The record of a link, by the id that it has on the side that decides, or else on the other.
    pub(crate) fn of_link(link: &Link, decides: Side) -> Option<Self> {
        let on = |side| {
            link.native_id(side)
                .map(|id| Self::new(link.kind, side, id.clone()))
        };
        on(decides).or_else(|| on(decides.other()))
    }
}
