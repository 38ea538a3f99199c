//! The base as a sweep keeps it in memory: a few dozen bytes per link, so that lists can nominate.
//!
//! Lists nominate, a fresh read decides: a list row is hashed in canonical form and compared with
//! what the base says that row should look like. 84 bytes per link hold a company of 200,000 in 17 MB.

use crate::field::FieldSet;
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{LinkId, NativeId, Side};
use crate::link::Link;
use crate::planted::{self, Bug};
use crate::record::FieldValues;

mod digests;
mod link_index;
mod link_standing;

use digests::{digest_fields, find_position, native_hash, side_index, sum_places};

use link_standing::LinkStanding;

pub use link_index::LinkIndex;

/// Which fields the lists of each side show, of those that both sides keep and whose permission is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedFields {
    /// By DingTalk's `user/list` or `department/listsub`.
    pub dingtalk: FieldSet,
    /// By the eHR's list.
    pub ehr: FieldSet,
    /// Of those, what is news even if nobody agreed on it yet: the eHR decides it and DingTalk can be told.
    pub ehr_news: FieldSet,
}

/// What a list row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nomination {
    /// No link knows this id.
    Unknown,
    /// The row is what base says it should be.
    Agrees(LinkId),
    /// Something differs, or the link waits for something: read it again from both sides.
    Differs(LinkId),
}

/// Where a list showed somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberPlace {
    /// The department whose list it was.
    pub department: LinkId,
    /// Shown as its leader.
    pub leads: bool,
}

/// 64 bits of a keyed hash: what tells whether one row changed. Whose an id is, is told by all 96.
type RowDigest = [u8; 8];

#[derive(Debug, Clone, Copy)]
struct LinkRow {
    digests: [RowDigest; 2],
    /// Fields that were ever agreed. The eHR shows others too, about which there is nothing to compare.
    agreed: FieldSet,
    /// Sum of the hashes of (department, leads it) that base has, less those that the lists showed so far.
    places_left: u64,
    seen: [bool; 2],
    standing: LinkStanding,
}

/// The index: built from all links of a corp, asked once per list row.
#[derive(Debug)]
pub struct BaseIndex {
    key: HashKey,
    listed: ListedFields,
    /// Whose each row is. Apart from the rows, which go when the lists have been compared.
    links: Vec<LinkId>,
    rows: Vec<LinkRow>,
    by_native: [Vec<(FieldHash, u32)>; 2],
    /// Positions of the rows, sorted by their links.
    by_link: Vec<u32>,
}

impl BaseIndex {
    /// An empty index.
    #[must_use]
    pub fn new(key: HashKey, listed: ListedFields) -> Self {
        let (links, rows) = (Vec::new(), Vec::new());
        Self {
            key,
            listed,
            links,
            rows,
            by_native: [Vec::new(), Vec::new()],
            by_link: Vec::new(),
        }
    }

    /// Adds one link. Call [`BaseIndex::freeze`] after the last.
    pub fn add_link(&mut self, link: &Link) {
        let Ok(at) = u32::try_from(self.rows.len()) else {
            return;
        };
        for side in [Side::DingTalk, Side::Ehr] {
            if let Some(native) = link.native_id(side) {
                self.by_native[side_index(side)].push((native_hash(&self.key, side, native), at));
            }
        }
        let agreed: FieldSet = link.base.hashes.keys().copied().collect();
        let digest = |side| {
            digest_fields(self.compared_fields(side, agreed), |field| {
                link.base.hashes.get(&field).copied()
            })
        };
        let row = LinkRow {
            digests: [digest(Side::DingTalk), digest(Side::Ehr)],
            agreed,
            places_left: sum_places(&self.key, &link.base),
            seen: [false; 2],
            standing: LinkStanding::of_link(link),
        };
        self.links.push(link.id);
        self.rows.push(row);
    }

    /// Sorts the index; lookups before this find nothing.
    pub fn freeze(&mut self) {
        self.by_native
            .iter_mut()
            .for_each(|ids| ids.sort_unstable());
        let links = &self.links;
        let link = |at: &u32| links.get(*at as usize);
        // `add` refuses what has no position of 32 bits.
        self.by_link = (0..u32::try_from(links.len()).unwrap_or(u32::MAX)).collect();
        self.by_link.sort_unstable_by_key(link);
    }

    /// Different linked records that DingTalk's lists showed so far.
    #[must_use]
    pub fn seen_in_dingtalk(&self) -> u64 {
        self.rows
            .iter()
            .filter(|row| row.seen[side_index(Side::DingTalk)])
            .count() as u64
    }

    /// Whether DingTalk's lists showed nobody whom a link knows, although somebody is linked: it may be another company's
    /// data. `left_too`: those who are marked left count as linked.
    #[must_use]
    pub fn shows_none_of_ours(&self, left_too: bool) -> bool {
        self.rows.iter().any(|row| {
            matches!(row.standing, LinkStanding::Settled | LinkStanding::Active) || left_too
        }) && !self.shows_any_of_ours(None)
    }

    /// Whether DingTalk's lists showed a record that a link knows, other than `this` one.
    #[must_use]
    pub fn shows_any_of_ours(&self, this: Option<&NativeId>) -> bool {
        let this = this.and_then(|id| self.find_link(Side::DingTalk, id));
        self.link_rows()
            .any(|(link, row)| row.seen[side_index(Side::DingTalk)] && Some(link) != this)
    }

    /// Whether a link of this id is stored, whomever it belongs to.
    #[must_use]
    pub fn has_link(&self, link: LinkId) -> bool {
        self.by_link
            .binary_search_by_key(&Some(&link), |at| self.links.get(*at as usize))
            .is_ok()
    }

    /// Records that are not marked left.
    #[must_use]
    pub fn count_present(&self) -> u64 {
        self.rows
            .iter()
            .filter(|row| row.standing != LinkStanding::Left)
            .count() as u64
    }

    /// How many links.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no link is known: the first run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The link of a native id.
    #[must_use]
    pub fn find_link(&self, side: Side, native: &NativeId) -> Option<LinkId> {
        self.row_position(side, native)
            .and_then(|at| self.links.get(at))
            .copied()
    }

    /// Compares one list row, its references already resolved to link ids, with base.
    pub fn compare_row(
        &mut self,
        side: Side,
        native: &NativeId,
        values: &FieldValues,
    ) -> Nomination {
        self.compare_listed_row(side, native, values, None)
    }

    /// The same of a row of a department's members in DingTalk, which also shows a place.
    pub fn compare_member_row(
        &mut self,
        native: &NativeId,
        values: &FieldValues,
        place: Option<MemberPlace>,
    ) -> Nomination {
        self.compare_listed_row(Side::DingTalk, native, values, place)
    }

    fn compare_listed_row(
        &mut self,
        side: Side,
        native: &NativeId,
        values: &FieldValues,
        place: Option<MemberPlace>,
    ) -> Nomination {
        let Some(at) = self.row_position(side, native) else {
            return Nomination::Unknown;
        };
        let Some(agreed) = self.rows.get(at).map(|row| row.agreed) else {
            return Nomination::Unknown;
        };
        let key = &self.key;
        let seen = digest_fields(self.compared_fields(side, agreed), |field| {
            values
                .shown_fields()
                .contains(field)
                .then(|| hash::hash_field(key, field, values.get(field)))
        });
        let place = place.map_or(0, |place| place.place_hash(key));
        let Some((link, row)) = self.row_mut(at) else {
            return Nomination::Unknown;
        };
        row.seen[side_index(side)] = true;
        row.places_left = row.places_left.wrapping_sub(place);
        if row.standing == LinkStanding::Settled
            && (seen == row.digests[side_index(side)] || planted::is(Bug::ListsNominateNobody))
        {
            Nomination::Agrees(link)
        } else {
            Nomination::Differs(link)
        }
    }

    /// Notes that a list showed a record as left. That agrees with a link that is marked left, and with no other.
    pub fn note_left(&mut self, side: Side, native: &NativeId) -> Nomination {
        let at = self.row_position(side, native);
        let Some((link, row)) = at.and_then(|at| self.row_mut(at)) else {
            return Nomination::Unknown;
        };
        row.seen[side_index(side)] = true;
        if row.standing == LinkStanding::Left {
            Nomination::Agrees(link)
        } else {
            Nomination::Differs(link)
        }
    }

    /// Notes that a record is there although no list shows it: the root department is in nobody's list.
    pub fn note_unlisted(&mut self, side: Side, native: &NativeId) -> Nomination {
        let at = self.row_position(side, native);
        let Some((link, row)) = at.and_then(|at| self.row_mut(at)) else {
            return Nomination::Unknown;
        };
        row.seen[side_index(side)] = true;
        if row.standing == LinkStanding::Settled {
            Nomination::Agrees(link)
        } else {
            Nomination::Differs(link)
        }
    }

    /// Notes that a record which DingTalk's list showed was read in full since: where it is, base knows. `false`: no link
    /// knows it.
    pub fn note_read(&mut self, native: &NativeId) -> bool {
        let at = self.row_position(Side::DingTalk, native);
        let Some(row) = at.and_then(|at| self.rows.get_mut(at)) else {
            return false;
        };
        row.seen[side_index(Side::DingTalk)] = true;
        row.places_left = 0;
        true
    }

    /// What DingTalk's lists showed so far, to go on from later: each link, and the sum of the places in which base has it and
    /// no list showed it. Sorted by link.
    #[must_use]
    pub fn progress_marks(&self) -> Vec<(LinkId, u64)> {
        let seen = |row: &LinkRow| row.seen[side_index(Side::DingTalk)];
        let mut marks = Vec::with_capacity(self.rows.iter().filter(|row| seen(row)).count());
        marks.extend(
            self.link_rows()
                .filter(|(_, row)| seen(row))
                .map(|(link, row)| (link, row.places_left)),
        );
        marks.sort_unstable();
        marks
    }

    /// Takes back what [`BaseIndex::progress_marks`] gave out, in its order. A link that is gone meanwhile is passed over.
    pub fn restore_marks(&mut self, marks: &[(LinkId, u64)]) {
        for (this, row) in self.links.iter().zip(&mut self.rows) {
            let found = marks.binary_search_by(|(link, _)| link.cmp(this)).ok();
            if let Some((_, left)) = found.and_then(|at| marks.get(at)) {
                row.seen[side_index(Side::DingTalk)] = true;
                row.places_left = *left;
            }
        }
    }

    /// People whom the lists showed in other places, or with another leader mark, than base has.
    pub fn displaced_links(&self) -> impl Iterator<Item = LinkId> {
        let seen = |row: &LinkRow| {
            row.seen[side_index(Side::DingTalk)] && row.standing != LinkStanding::Left
        };
        self.link_rows()
            .filter(move |(_, row)| seen(row) && row.places_left != 0)
            .map(|(link, _)| link)
    }

    /// Links whose record was not in the list of the side that follows: nominated, to be read again. Nothing is removed for
    /// it; who joins and leaves is decided on the other side.
    pub fn missing_copies(&self, decides: Side) -> impl Iterator<Item = LinkId> {
        self.unseen_links(decides.other())
    }

    /// Links that a side's list did not show although it should have.
    ///
    /// Only [`crate::snapshot::CompleteSnapshot`] gives this out: absence from a partial list says nothing.
    pub(crate) fn unseen_links(&self, side: Side) -> impl Iterator<Item = LinkId> {
        let unseen =
            move |row: &LinkRow| !row.seen[side_index(side)] && row.standing != LinkStanding::Left;
        self.link_rows()
            .filter(move |(_, row)| unseen(row))
            .map(|(link, _)| link)
    }

    fn link_rows(&self) -> impl Iterator<Item = (LinkId, &LinkRow)> {
        self.links.iter().copied().zip(&self.rows)
    }

    fn row_mut(&mut self, at: usize) -> Option<(LinkId, &mut LinkRow)> {
        self.links.get(at).copied().zip(self.rows.get_mut(at))
    }

    /// The fields of a row that are compared. A field that DingTalk lists and nobody agreed on yet is news; one that
    /// only the eHR shows is not, unless it is for DingTalk.
    fn compared_fields(&self, side: Side, agreed: FieldSet) -> FieldSet {
        match side {
            Side::DingTalk => self.listed.dingtalk,
            Side::Ehr => self
                .listed
                .ehr
                .intersection(agreed.union(self.listed.ehr_news)),
        }
    }

    fn row_position(&self, side: Side, native: &NativeId) -> Option<usize> {
        find_position(
            &self.by_native[side_index(side)],
            native_hash(&self.key, side, native),
        )
    }
}

#[cfg(test)]
pub(crate) mod tests;
