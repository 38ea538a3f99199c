//! Sets of departments and heads that both sides may change: merged, not overwritten.

use std::collections::BTreeSet;

use super::{FieldWrites, agree_on_value};
use crate::decide::{DecisionContext, ValueChange};
use crate::field::Field;
use crate::hash;
use crate::ids::{LinkId, Side};
use crate::link::Link;
use crate::planted::{self, Bug};
use crate::policy::Ownership;
use crate::record::{FieldValues, Record};

/// A shared membership merges as a set, member by member: added by either side, removed by either side.
pub(super) fn merge_shared_members(
    link: &Link,
    field: Field,
    owner: Ownership,
    dingtalk: &FieldValues,
    ehr: &FieldValues,
) -> Option<BTreeSet<LinkId>> {
    let base = match field {
        Field::Departments => &link.base.departments,
        Field::Leads => &link.base.leads,
        _ => return None,
    };
    let agreed = link.base.hashes.contains_key(&field);
    if planted::is(Bug::MembershipOverwritten)
        || owner != Ownership::Shared
        || !agreed
        || ![dingtalk, ehr]
            .iter()
            .all(|side| side.shown_fields().contains(field))
    {
        return None;
    }
    let set = |values: &FieldValues| {
        values
            .refs(field)
            .filter_map(|id| id.parse().ok())
            .collect::<BTreeSet<LinkId>>()
    };
    let (dingtalk, ehr) = (set(dingtalk), set(ehr));
    let kept = base
        .iter()
        .filter(|id| dingtalk.contains(*id) && ehr.contains(*id));
    let added = dingtalk.union(&ehr).filter(|id| !base.contains(*id));
    Some(kept.chain(added).copied().collect())
}

pub(super) fn write_merged_members(
    writes: &mut FieldWrites,
    link: &mut Link,
    field: Field,
    union: &BTreeSet<LinkId>,
    (dingtalk, ehr): (&Record, &Record),
    context: DecisionContext<'_>,
) {
    let base_before = link.base.hashes.get(&field).copied();
    let mut value = FieldValues::new();
    value.show_refs(field, union.iter().map(ToString::to_string));
    let after = value.get(field).cloned();
    let hash = hash::hash_field(context.key, field, after.as_ref());
    for (to, record) in [(Side::DingTalk, dingtalk), (Side::Ehr, ehr)] {
        let before = record.values.get(field).cloned();
        if before == after {
            continue;
        }
        let change = ValueChange {
            field,
            before,
            after: after.clone(),
            base_before,
            overwrites_edit: false,
            conflict: false,
        };
        writes.add_change(to, change);
    }
    agree_on_value(link, field, hash, after.as_ref());
}
