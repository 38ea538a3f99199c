//! Digests of rows, ids and places.

use super::{MemberPlace, RowDigest};
use crate::field::{Field, FieldSet};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{LinkId, NativeId, Side};
use crate::link::Base;

pub(super) fn native_hash(key: &HashKey, side: Side, native: &NativeId) -> FieldHash {
    hash::hash_bytes(key, side.key(), native.as_str().as_bytes())
}

/// Where the row of a native id is, among sorted ones.
pub(super) fn find_position(ids: &[(FieldHash, u32)], wanted: FieldHash) -> Option<usize> {
    let found = ids.binary_search_by(|(id, _)| id.cmp(&wanted)).ok()?;
    ids.get(found).map(|(_, at)| *at as usize)
}

pub(super) fn side_index(side: Side) -> usize {
    match side {
        Side::DingTalk => 0,
        Side::Ehr => 1,
    }
}

/// The hashes of the listed fields, all in one: each has its field in it and only who has the key can make one, so that no two
/// rows have the same sum by accident or by intent. A field that said nothing adds nothing.
pub(super) fn digest_fields(
    listed: FieldSet,
    hash_of: impl Fn(Field) -> Option<FieldHash>,
) -> RowDigest {
    let mut sum = RowDigest::default();
    for hash in listed.iter().filter_map(hash_of) {
        sum.iter_mut()
            .zip(hash)
            .for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

pub(super) fn shorten_hash([a, b, c, d, e, f, g, h, ..]: FieldHash) -> RowDigest {
    [a, b, c, d, e, f, g, h]
}

pub(super) fn sum_places(key: &HashKey, base: &Base) -> u64 {
    let place = |department: &LinkId| MemberPlace {
        department: *department,
        leads: base.leads.contains(department),
    };
    base.departments
        .iter()
        .map(|department| place(department).place_hash(key))
        .fold(0, u64::wrapping_add)
}

impl MemberPlace {
    pub(super) fn place_hash(self, key: &HashKey) -> u64 {
        let mut content = [0; 17];
        content[..16].copy_from_slice(&self.department.0);
        content[16] = u8::from(self.leads);
        u64::from_be_bytes(shorten_hash(hash::hash_bytes(key, "place", &content)))
    }
}
