//! What differs between two days.

use directory::{Field, FieldSet, FieldValue, LinkId, Side};

use crate::index::SnapshotIndex;
use crate::snapshot_record::SnapshotRecord;

/// Which records differ. Only these have to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexDifference {
    /// Only the later day has them.
    pub added: Vec<LinkId>,
    /// Only the earlier day has them.
    pub removed: Vec<LinkId>,
    /// Both have them, and they say something else.
    pub changed: Vec<LinkId>,
}

/// Compares the indexes of two days that were made under one hash key. One pass over both.
#[must_use]
pub fn diff_indexes(before: &SnapshotIndex, after: &SnapshotIndex) -> IndexDifference {
    let mut difference = IndexDifference::default();
    let (mut old, mut new) = (
        before.records().iter().peekable(),
        after.records().iter().peekable(),
    );
    loop {
        match (old.peek(), new.peek()) {
            (Some(one), Some(two)) if one.link == two.link => {
                if one.hash != two.hash {
                    difference.changed.push(one.link);
                }
                old.next();
                new.next();
            }
            (Some(one), two) if two.is_none_or(|two| one.link < two.link) => {
                difference.removed.push(one.link);
                old.next();
            }
            (_, Some(two)) => {
                difference.added.push(two.link);
                new.next();
            }
            _ => return difference,
        }
    }
}

/// A field of one side that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDifference {
    /// The side.
    pub side: Side,
    /// The field.
    pub field: Field,
    /// The value on the earlier day; `None` is *empty*.
    pub before: Option<FieldValue>,
    /// The value on the later day.
    pub after: Option<FieldValue>,
}

/// The fields that differ. A field that one of the days did not show says nothing, and neither does a side that one of them
/// did not have.
#[must_use]
pub fn diff_records(before: &SnapshotRecord, after: &SnapshotRecord) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    for side in [Side::DingTalk, Side::Ehr] {
        let (Some(old), Some(new)) = (before.values(side), after.values(side)) else {
            continue;
        };
        let both: FieldSet = old.shown_fields().intersection(new.shown_fields());
        for field in both
            .iter()
            .filter(|field| old.get(*field) != new.get(*field))
        {
            found.push(FieldDifference {
                side,
                field,
                before: old.get(field).cloned(),
                after: new.get(field).cloned(),
            });
        }
    }
    found
}
