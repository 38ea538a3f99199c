//! What is left of an index when the lists have been compared with it.

use super::{BaseIndex, Standing, native_hash, position, slot};
use crate::hash::{FieldHash, HashKey};
use crate::ids::{LinkId, NativeId, Side};

/// Whose link it is that a native id belongs to: 48 bytes per link, and nothing of base. Links in quarantine are left out:
/// whose their ids are is what a person has to say.
#[derive(Debug)]
pub struct Linked {
    key: HashKey,
    links: Vec<LinkId>,
    by_native: [Vec<(FieldHash, u32)>; 2],
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
        let BaseIndex { key, links, rows, mut by_native, .. } = index;
        let standing = |at: u32| rows.get(at as usize).map(|row| row.standing);
        by_native.iter_mut().for_each(|ids| ids.retain(|(_, at)| standing(*at) != Some(Standing::Quarantined)));
        Self { key, links, by_native }
    }
}
