//! What is left of an index when the lists have been compared with it.

use super::{BaseIndex, LinkStanding, find_position, native_hash, side_index};
use crate::hash::{FieldHash, HashKey};
use crate::ids::{LinkId, NativeId, Side};

/// Whose link it is that a native id belongs to: 48 bytes per link, and nothing of base. Links in quarantine are left out:
/// whose their ids are is what a person has to say.
#[derive(Debug)]
pub struct LinkIndex {
    key: HashKey,
    links: Vec<LinkId>,
    by_native: [Vec<(FieldHash, u32)>; 2],
}

impl LinkIndex {
    /// The link of a native id.
    #[must_use]
    pub fn find_link(&self, side: Side, native: &NativeId) -> Option<LinkId> {
        let at = find_position(
            &self.by_native[side_index(side)],
            native_hash(&self.key, side, native),
        )?;
        self.links.get(at).copied()
    }
}

impl From<BaseIndex> for LinkIndex {
    fn from(index: BaseIndex) -> Self {
        let BaseIndex {
            key,
            links,
            rows,
            mut by_native,
            ..
        } = index;
        let standing = |at: u32| rows.get(at as usize).map(|row| row.standing);
        by_native
            .iter_mut()
            .for_each(|ids| ids.retain(|(_, at)| standing(*at) != Some(LinkStanding::Quarantined)));
        Self {
            key,
            links,
            by_native,
        }
    }
}
