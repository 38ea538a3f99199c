//! What of an item may be written.

use std::collections::BTreeSet;

use directory::plan::PlanItem;
use directory::{FieldSet, Kind, NativeId, Side, WriteAction};

/// The rest of an item without held fields; `None` where nothing of it is left.
pub(super) fn without_fields(mut item: PlanItem, held: FieldSet) -> Option<PlanItem> {
    item.remove_fields(held);
    (!item.parts.is_empty()).then_some(item)
}

/// Whether it removes a department of the eHR that still has somebody.
pub(super) fn is_full(item: &PlanItem, occupied: &BTreeSet<NativeId>) -> bool {
    let removes = item.link.kind == Kind::Department
        && item
            .part_for(Side::Ehr)
            .is_some_and(|part| part.action == WriteAction::Remove);
    removes
        && item
            .link
            .ehr
            .as_ref()
            .is_some_and(|id| occupied.contains(id))
}
