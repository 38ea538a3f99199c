//! Both sides have the record: field by field.

mod shared_members;

use std::collections::BTreeSet;

use shared_members::{merge_shared_members, write_merged_members};

use super::{
    Decision, DecisionContext, EhrRecord, RecordPair, ValueChange, build_part, conclude_decision,
    observed_link, start_generation,
};
use crate::field::{Field, FieldSet};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{DeptId, Kind, LinkId, Side, Timestamp};
use crate::link::{Link, LinkLifecycle, LinkWait, WriteAction, WriteIntent};
use crate::merge::{self, FieldObservation, MergeOutcome};
use crate::plan::ItemPart;
use crate::planted::{self, Bug};
use crate::policy::Ownership;
use crate::reason::{Reason, ReasonCode};
use crate::record::{FieldValue, FieldValues, Record};

/// A wait for a person is brought up again after this long.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn merge_pair(
    pair: RecordPair<'_>,
    dingtalk: &Record,
    ehr: EhrRecord<'_>,
    context: DecisionContext<'_>,
) -> Decision {
    let mut link = observed_link(pair, Some(dingtalk), Some(ehr.record), context);
    if pair.stored.is_some() && matches!(link.lifecycle, LinkLifecycle::Left { .. }) {
        start_generation(&mut link);
    }
    let adopted = link.base.is_empty();
    let writes = merge_fields(
        &mut link,
        unexplained_intents(pair),
        dingtalk,
        ehr.record,
        context,
    );
    if !(planted::is(Bug::AbsenceNotReset)
        && matches!(link.lifecycle, LinkLifecycle::Absent { .. }))
    {
        link.lifecycle = LinkLifecycle::Active;
    }
    let reason = if adopted {
        Reason::new(ReasonCode::ChangeAdopted)
    } else {
        update_reason(&writes)
    };
    let keeps = !context.policy.may_write(Side::Ehr) || keeps_identity(dingtalk, ehr);
    conclude_decision(
        pair,
        link,
        build_parts(writes, WriteAction::Update, keeps),
        reason,
    )
}

/// The eHR has it, marked left, and DingTalk decides that it is there: taken back, its fields merged.
pub(super) fn restore_in_ehr(
    pair: RecordPair<'_>,
    dingtalk: &Record,
    ehr: EhrRecord<'_>,
    context: DecisionContext<'_>,
) -> Decision {
    let mut link = observed_link(pair, Some(dingtalk), Some(ehr.record), context);
    if pair.stored.is_some() && matches!(link.lifecycle, LinkLifecycle::Left { .. }) {
        start_generation(&mut link);
    }
    let mut writes = merge_fields(
        &mut link,
        unexplained_intents(pair),
        dingtalk,
        ehr.record,
        context,
    );
    // First things first: a field that DingTalk refuses must not keep somebody away. What it is to be told, the next look
    // tells it.
    let untold = std::mem::take(&mut writes.dingtalk);
    untold
        .1
        .iter()
        .for_each(|change| revert_agreement(&mut link, change, Some(pair.link)));
    link.lifecycle = LinkLifecycle::Active;
    conclude_decision(
        pair,
        link,
        build_parts(writes, WriteAction::Restore, false),
        Reason::new(ReasonCode::ChangeAgain).side("side", Side::DingTalk),
    )
}

/// What was sent and never explained, however old.
fn unexplained_intents(pair: RecordPair<'_>) -> &[WriteIntent] {
    if planted::is(Bug::IntentsExpire) {
        &[]
    } else {
        &pair.link.intents
    }
}

/// Base keeps what it had of a field that is not written after all, and what was sent of it stays unexplained.
pub(crate) fn revert_agreement(link: &mut Link, change: &ValueChange, before: Option<&Link>) {
    match change.base_before {
        Some(hash) => _ = link.base.hashes.insert(change.field, hash),
        None => _ = link.base.hashes.remove(&change.field),
    }
    match change.field {
        Field::Departments => {
            link.base.departments = before
                .map(|link| link.base.departments.clone())
                .unwrap_or_default();
        }
        Field::Leads => {
            link.base.leads = before
                .map(|link| link.base.leads.clone())
                .unwrap_or_default();
        }
        _ => {}
    }
    if planted::is(Bug::IntentsExpire) {
        return;
    }
    let sent = before
        .iter()
        .flat_map(|link| &link.intents)
        .filter(|intent| intent.fields.contains_key(&change.field));
    let sent: Vec<WriteIntent> = sent
        .filter(|intent| !link.intents.contains(intent))
        .cloned()
        .collect();
    link.intents.extend(sent);
    link.intents.sort_by_key(|intent| intent.at);
}

fn update_reason(writes: &FieldWrites) -> Reason {
    let decided = |side| Reason::new(ReasonCode::ChangeDecided).side("side", side);
    match (writes.ehr.1.is_empty(), writes.dingtalk.1.is_empty()) {
        (_, true) => decided(Side::DingTalk),
        (true, false) => decided(Side::Ehr),
        (false, false) => Reason::new(ReasonCode::ChangeBothSides),
    }
}

/// What is to be shown to each side.
#[derive(Default)]
pub(super) struct FieldWrites {
    ehr: (FieldValues, Vec<ValueChange>),
    dingtalk: (FieldValues, Vec<ValueChange>),
}

impl FieldWrites {
    fn add_change(&mut self, to: Side, change: ValueChange) {
        let (values, changes) = match to {
            Side::DingTalk => &mut self.dingtalk,
            Side::Ehr => &mut self.ehr,
        };
        values.show(change.field, change.after.clone());
        changes.push(change);
    }
}

fn build_parts(writes: FieldWrites, to_ehr: WriteAction, keeps_identity: bool) -> Vec<ItemPart> {
    let mut parts = Vec::new();
    if !writes.dingtalk.1.is_empty() {
        parts.push(build_part(
            Side::DingTalk,
            WriteAction::Update,
            writes.dingtalk.0,
            writes.dingtalk.1,
        ));
    }
    if !writes.ehr.1.is_empty() || !keeps_identity {
        parts.push(build_part(Side::Ehr, to_ehr, writes.ehr.0, writes.ehr.1));
    }
    parts
}

/// Whether the eHR keeps the ids that the person has now: a re-hire brings new ones, and whoever gets the old `userid`
/// must not be found under it.
fn keeps_identity(dingtalk: &Record, ehr: EhrRecord<'_>) -> bool {
    let unionid = dingtalk.unionid.is_none() || ehr.record.unionid == dingtalk.unionid;
    unionid && ehr.dingtalk == Some(&dingtalk.id)
}

/// The fields that are merged: both sides can keep them, and their owner's value can be written to the other one.
pub(super) fn merged_fields(link: &Link, context: DecisionContext<'_>) -> FieldSet {
    let writable = context.writable.create.union(context.writable.update);
    let fields = FieldSet::of_kind(link.kind)
        .intersection(context.fields)
        .iter();
    fields
        .filter(|field| {
            context.policy.syncs_field(link.kind, *field)
                && (context.policy.field_owner(link.kind, *field)
                    == Ownership::Owned(Side::DingTalk)
                    || writable.contains(*field))
        })
        .collect()
}

/// Merges every field that both sides can keep; base catches up in `link`, what must be written is returned. `intents` are all
/// that were stored, also those that are too old to land: this is the read that explains them.
fn merge_fields(
    link: &mut Link,
    intents: &[WriteIntent],
    dingtalk: &Record,
    ehr: &Record,
    context: DecisionContext<'_>,
) -> FieldWrites {
    let mut writes = FieldWrites::default();
    let waited = std::mem::take(&mut link.waits);
    for field in merged_fields(link, context).iter() {
        let base = link.base.hashes.get(&field).copied();
        // A side that stores a value otherwise than it was sent shows another one without anybody's edit.
        let otherwise = waited.iter().any(|wait| wait.field == Some(field));
        let observe = |side, values| {
            let seen = observe_field(intents, side, field, values, context.key);
            if otherwise { seen.sent_as_edit() } else { seen }
        };
        let in_dingtalk = observe(Side::DingTalk, &dingtalk.values);
        let in_ehr = observe(Side::Ehr, &ehr.values);
        let (in_dingtalk, in_ehr) = order_interrupted_writes(intents, field, in_dingtalk, in_ehr);
        let owner = context.policy.field_owner(link.kind, field);
        if let Some(union) = merge_shared_members(link, field, owner, &dingtalk.values, &ehr.values)
        {
            write_merged_members(&mut writes, link, field, &union, (dingtalk, ehr), context);
            continue;
        }
        match merge::merge_field(base, in_dingtalk, in_ehr, owner, context.policy.lifecycle) {
            MergeOutcome::Undecided | MergeOutcome::Unchanged => {}
            MergeOutcome::Agreed(hash) => {
                agree_on_value(link, field, hash, dingtalk.values.get(field));
            }
            MergeOutcome::Write {
                to,
                value,
                overwrites_edit,
                conflict,
            } => {
                let (from, over) = match to {
                    Side::DingTalk => (&ehr.values, &dingtalk.values),
                    Side::Ehr => (&dingtalk.values, &ehr.values),
                };
                if !context.policy.may_write(to) || to == Side::DingTalk && is_root(link, dingtalk)
                {
                    continue;
                }
                if to == Side::DingTalk && !context.writable.update.contains(field) {
                    add_wait(link, field, value, &waited, context.now);
                    continue;
                }
                if is_retry_pending(link, field, value, &waited, context.now) {
                    continue;
                }
                let (before, after) = (over.get(field).cloned(), from.get(field).cloned());
                agree_on_value(link, field, value, after.as_ref());
                let overwrites_edit = overwrites_edit && before.is_some() && base.is_some();
                writes.add_change(
                    to,
                    ValueChange {
                        field,
                        before,
                        after,
                        base_before: base,
                        overwrites_edit,
                        conflict,
                    },
                );
            }
        }
    }
    link.waits
        .extend(waited.into_iter().filter(|wait| wait.field.is_none()));
    writes
}

/// Whether this is the company itself, which is no department that a program can change in DingTalk (60018).
fn is_root(link: &Link, dingtalk: &Record) -> bool {
    link.kind == Kind::Department && dingtalk.id.to_dept_id() == Some(DeptId::ROOT)
}

/// Whether this value was sent before, came back otherwise, and is not to be sent again yet. Its wait stays until a write of
/// it is read back, or another value takes its place: that the side stored an earlier value otherwise is known until then.
fn is_retry_pending(
    link: &mut Link,
    field: Field,
    value: FieldHash,
    waited: &[LinkWait],
    now: Timestamp,
) -> bool {
    let (same, earlier): (Vec<&LinkWait>, Vec<&LinkWait>) = waited
        .iter()
        .filter(|wait| wait.field == Some(field))
        .partition(|wait| wait.value == value);
    if let Some(wait) = same.first() {
        link.waits.push((*wait).clone());
        if wait.next > now && !planted::is(Bug::NoPatience) {
            return true;
        }
    }
    link.waits.extend(earlier.into_iter().cloned());
    false
}

/// Notes that a field waits for a person; what waited already keeps its day.
fn add_wait(link: &mut Link, field: Field, value: FieldHash, waited: &[LinkWait], now: Timestamp) {
    let known = waited
        .iter()
        .find(|wait| wait.field == Some(field) && wait.value == value);
    link.waits.push(known.cloned().unwrap_or_else(|| LinkWait {
        field: Some(field),
        value,
        reason: Reason::new(ReasonCode::WaitEmployee).field("field", field),
        since: now,
        next: Timestamp(now.millis().saturating_add(DAY_MS)),
    }));
}

fn observe_field(
    intents: &[WriteIntent],
    side: Side,
    field: Field,
    values: &FieldValues,
    key: &HashKey,
) -> FieldObservation {
    if !values.shown_fields().contains(field) && !planted::is(Bug::HiddenIsEmpty) {
        return FieldObservation::Hidden;
    }
    let hash = hash::hash_field(key, field, values.get(field));
    let sent_to = |to: Side| {
        intents
            .iter()
            .any(|sent| sent.side == to && sent.fields.get(&field) == Some(&hash))
    };
    if sent_to(side) && !planted::is(Bug::EchoIsEdit) {
        FieldObservation::Ours(hash)
    } else if sent_to(side.other()) {
        FieldObservation::Sent(hash)
    } else {
        FieldObservation::Is(hash)
    }
}

/// Both values were being sent when writes of them were cut off: the later one was decided in sight of the other.
fn order_interrupted_writes(
    intents: &[WriteIntent],
    field: Field,
    dingtalk: FieldObservation,
    ehr: FieldObservation,
) -> (FieldObservation, FieldObservation) {
    let last = |to: Side, hash: FieldHash| {
        intents
            .iter()
            .rposition(|sent| sent.side == to && sent.fields.get(&field) == Some(&hash))
    };
    match (dingtalk, ehr) {
        (FieldObservation::Sent(there), FieldObservation::Sent(here))
            if last(Side::Ehr, there) > last(Side::DingTalk, here) =>
        {
            (FieldObservation::Is(there), ehr)
        }
        (FieldObservation::Sent(_), FieldObservation::Sent(here)) => {
            (dingtalk, FieldObservation::Is(here))
        }
        seen => seen,
    }
}

/// Base takes a value: both sides have it, or will once the write is read back.
pub(super) fn agree_on_value(
    link: &mut Link,
    field: Field,
    hash: FieldHash,
    value: Option<&FieldValue>,
) {
    link.base.hashes.insert(field, hash);
    let ids = || match value {
        Some(FieldValue::Refs(refs)) => refs
            .iter()
            .filter_map(|id| id.parse::<LinkId>().ok())
            .collect(),
        _ => BTreeSet::new(),
    };
    match field {
        Field::Departments => link.base.departments = ids(),
        Field::Leads => link.base.leads = ids(),
        _ => {}
    }
}
