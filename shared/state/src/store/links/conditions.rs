//! What a link's writes depend on, and what a refused condition means.

use directory::{Link, NativeId, RowVersion, Side};

use crate::error::{ExistingItem, StoreError};
use crate::store::item::{Item, binary_value};
use crate::store::link_item::{has_overflow, version_of};
use crate::store::transaction::WriteCondition;

const POINTER_FREE_OR_OURS: &str = "attribute_not_exists(pk) OR i = :i";
pub(super) const VERSION_UNCHANGED: &str = "r = :r";
pub(super) const VERSION_UNCHANGED_WITHOUT_OVERFLOW: &str = "r = :r AND attribute_not_exists(o)";

/// What a failed condition of a link's own item means.
pub(super) enum ConditionFailure {
    /// Our own write, of a try whose answer was lost.
    OwnWin,
    /// The version that was expected: only its overflow item is in the way.
    Overflow,
    /// Somebody else's.
    Other,
}

pub(super) fn classify_failure(
    stored: &Item,
    link: &Link,
    expected: Option<RowVersion>,
) -> Result<ConditionFailure, StoreError> {
    if stored.is_empty() {
        return Ok(ConditionFailure::Other);
    }
    let version = version_of(stored)?;
    if version == link.version {
        return Ok(ConditionFailure::OwnWin);
    }
    Ok(if Some(version) == expected && has_overflow(stored) {
        ConditionFailure::Overflow
    } else {
        ConditionFailure::Other
    })
}

pub(super) fn version_condition(expression: &'static str, version: RowVersion) -> WriteCondition {
    WriteCondition {
        expression,
        values: Item::from([(":r".to_owned(), binary_value(version.0.to_be_bytes()))]),
    }
}

pub(super) fn pointer_condition(link: &Link) -> WriteCondition {
    WriteCondition {
        expression: POINTER_FREE_OR_OURS,
        values: Item::from([(":i".to_owned(), binary_value(link.id.0))]),
    }
}

/// Which of `count` steps from `first` on had its condition refused, counted from `first`.
pub(super) fn first_refused(
    conditions: &[Option<Item>],
    first: usize,
    count: usize,
) -> Option<usize> {
    conditions
        .iter()
        .skip(first)
        .take(count)
        .position(Option::is_some)
}

pub(super) fn existing_item(
    added: &[(Side, NativeId)],
    conditions: &[Option<Item>],
) -> ExistingItem {
    let at = first_refused(conditions, 1, added.len());
    at.and_then(|at| added.get(at))
        .map_or(ExistingItem::Item, |(side, _)| ExistingItem::Native(*side))
}
