//! What is left of an index when the lists have been compared with it.

use super::{BaseIndex, Short, native_hash, position, slot};
use crate::hash::HashKey;
use crate::ids::{LinkId, NativeId, Side};

/// Whose link it is that a native id belongs to: 40 bytes per link, and nothing of base.
#[derive(Debug)]
pub struct Linked {
    key: HashKey,
    links: Vec<LinkId>,
    by_native: [Vec<(Short, u32)>; 2],
}

impl Linked {
    /// The link of a native id.
    #[must_use]
    pub fn link(&self, side: Side, native: &NativeId) -> Option<LinkId> {
        let at = position(&self.by_native[slot(side)], native_hash(&self.key, side, native))?;
        self.links.get(at).copied()
    }
}

impl From<BaseIndex> for Linked {
    fn from(index: BaseIndex) -> Self {
        let BaseIndex { key, links, by_native, .. } = index;
        Self { key, links, by_native }
    }
}
