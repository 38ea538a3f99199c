//! Both sides have the record: field by field.

use std::collections::BTreeSet;

use super::{Change, Context, Counterpart, Decision, Pair, begin_again, conclude, part, seen};
use crate::field::{Field, FieldSet};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{DeptId, Kind, LinkId, Side, Timestamp};
use crate::link::{Action, Intent, Lifecycle, Link, Wait};
use crate::merge::{self, Merged, Seen};
use crate::plan::Part;
use crate::planted::{self, Bug};
use crate::policy::Ownership;
use crate::record::{Record, Value, Values};

/// A wait for a person is brought up again after this long.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn both(pair: Pair<'_>, dingtalk: &Record, ehr: Counterpart<'_>, context: Context<'_>) -> Decision {
    let mut link = seen(pair, Some(dingtalk), Some(ehr.record), context);
    if pair.stored.is_some() && matches!(link.lifecycle, Lifecycle::Left { .. }) {
        begin_again(&mut link);
    }
    let adopted = link.base.is_empty();
    let writes = merge(&mut link, intents(pair), dingtalk, ehr.record, context);
    if !(planted::is(Bug::AbsenceNotReset) && matches!(link.lifecycle, Lifecycle::Absent { .. })) {
        link.lifecycle = Lifecycle::Active;
    }
    let reason = if adopted { "adopted" } else { reason(&writes) };
    let keeps = !context.policy.writes(Side::Ehr) || keeps_identity(dingtalk, ehr);
    conclude(pair, link, parts(writes, Action::Update, keeps), reason)
}

/// The eHR has it, marked left, and DingTalk decides that it is there: taken back, its fields merged.
pub(super) fn restore(pair: Pair<'_>, dingtalk: &Record, ehr: Counterpart<'_>, context: Context<'_>) -> Decision {
    let mut link = seen(pair, Some(dingtalk), Some(ehr.record), context);
    if pair.stored.is_some() && matches!(link.lifecycle, Lifecycle::Left { .. }) {
        begin_again(&mut link);
    }
    let mut writes = merge(&mut link, intents(pair), dingtalk, ehr.record, context);
    // First things first: a field that DingTalk refuses must not keep somebody away. What it is to be told, the next look
    // tells it.
    let untold = std::mem::take(&mut writes.dingtalk);
    untold.1.iter().for_each(|change| disagree(&mut link, change, Some(pair.link)));
    link.lifecycle = Lifecycle::Active;
    conclude(pair, link, parts(writes, Action::Restore, false), "in DingTalk again")
}

/// What was sent and never explained, however old.
fn intents(pair: Pair<'_>) -> &[Intent] {
    if planted::is(Bug::IntentsExpire) { &[] } else { &pair.link.intents }
}

/// Base keeps what it had of a field that is not written after all, and what was sent of it stays unexplained.
pub(crate) fn disagree(link: &mut Link, change: &Change, before: Option<&Link>) {
    match change.base_before {
        Some(hash) => _ = link.base.hashes.insert(change.field, hash),
        None => _ = link.base.hashes.remove(&change.field),
    }
    match change.field {
        Field::Departments => {
            link.base.departments = before.map(|link| link.base.departments.clone()).unwrap_or_default();
        }
        Field::Leads => link.base.leads = before.map(|link| link.base.leads.clone()).unwrap_or_default(),
        _ => {}
    }
    if planted::is(Bug::IntentsExpire) {
        return;
    }
    let sent = before.iter().flat_map(|link| &link.intents).filter(|intent| intent.fields.contains_key(&change.field));
    let sent: Vec<Intent> = sent.filter(|intent| !link.intents.contains(intent)).cloned().collect();
    link.intents.extend(sent);
    link.intents.sort_by_key(|intent| intent.at);
}

fn reason(writes: &Writes) -> &'static str {
    match (writes.ehr.1.is_empty(), writes.dingtalk.1.is_empty()) {
        (_, true) => "changed in DingTalk, which decides",
        (true, false) => "changed in the eHR, which decides",
        (false, false) => "changed on both sides, each in what it decides",
    }
}

/// What is to be shown to each side.
#[derive(Default)]
pub(super) struct Writes {
    ehr: (Values, Vec<Change>),
    dingtalk: (Values, Vec<Change>),
}

impl Writes {
    fn show(&mut self, to: Side, change: Change) {
        let (values, changes) = match to {
            Side::DingTalk => &mut self.dingtalk,
            Side::Ehr => &mut self.ehr,
        };
        values.show(change.field, change.after.clone());
        changes.push(change);
    }
}

fn parts(writes: Writes, to_ehr: Action, keeps_identity: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    if !writes.dingtalk.1.is_empty() {
        parts.push(part(Side::DingTalk, Action::Update, writes.dingtalk.0, writes.dingtalk.1));
    }
    if !writes.ehr.1.is_empty() || !keeps_identity {
        parts.push(part(Side::Ehr, to_ehr, writes.ehr.0, writes.ehr.1));
    }
    parts
}

/// Whether the eHR keeps the ids that the person has now: a re-hire brings new ones, and whoever gets the old `userid`
/// must not be found under it.
fn keeps_identity(dingtalk: &Record, ehr: Counterpart<'_>) -> bool {
    let unionid = dingtalk.unionid.is_none() || ehr.record.unionid == dingtalk.unionid;
    unionid && ehr.dingtalk == Some(&dingtalk.id)
}

/// The fields that are merged: both sides can keep them, and their owner's value can be written to the other one.
pub(super) fn merged_fields(link: &Link, context: Context<'_>) -> FieldSet {
    let writable = context.writable.create.union(context.writable.update);
    let fields = FieldSet::of_kind(link.kind).intersection(context.fields).iter();
    fields
        .filter(|field| {
            context.policy.takes(link.kind, *field)
                && (context.policy.owner(link.kind, *field) == Ownership::Owned(Side::DingTalk)
                    || writable.contains(*field))
        })
        .collect()
}

/// Merges every field that both sides can keep; base catches up in `link`, what must be written is returned. `intents` are all
/// that were stored, also those that are too old to land: this is the read that explains them.
fn merge(link: &mut Link, intents: &[Intent], dingtalk: &Record, ehr: &Record, context: Context<'_>) -> Writes {
    let mut writes = Writes::default();
    let waited = std::mem::take(&mut link.waits);
    for field in merged_fields(link, context).iter() {
        let base = link.base.hashes.get(&field).copied();
        // A side that stores a value otherwise than it was sent shows another one without anybody's edit.
        let otherwise = waited.iter().any(|wait| wait.field == Some(field));
        let look = |side, values| match look(intents, side, field, values, context.key) {
            Seen::Sent(hash) if otherwise => Seen::Is(hash),
            seen => seen,
        };
        let in_dingtalk = look(Side::DingTalk, &dingtalk.values);
        let in_ehr = look(Side::Ehr, &ehr.values);
        let (in_dingtalk, in_ehr) = in_order(intents, field, in_dingtalk, in_ehr);
        let owner = context.policy.owner(link.kind, field);
        if let Some(union) = shared_set(link, field, owner, &dingtalk.values, &ehr.values) {
            merge_set(&mut writes, link, field, &union, (dingtalk, ehr), context);
            continue;
        }
        match merge::field(base, in_dingtalk, in_ehr, owner, context.policy.lifecycle) {
            Merged::Undecided | Merged::Unchanged => {}
            Merged::Agreed(hash) => agree(link, field, hash, dingtalk.values.get(field)),
            Merged::Write { to, value, overwrites_edit, conflict } => {
                let (from, over) = match to {
                    Side::DingTalk => (&ehr.values, &dingtalk.values),
                    Side::Ehr => (&dingtalk.values, &ehr.values),
                };
                // The company itself is no department that a program can change in DingTalk (60018).
                let root = dingtalk.id.to_dept_id() == Some(DeptId::ROOT) && link.kind == Kind::Department;
                if !context.policy.writes(to) || to == Side::DingTalk && root {
                    continue;
                }
                if to == Side::DingTalk && !context.writable.update.contains(field) {
                    wait(link, field, value, &waited, context.now);
                    continue;
                }
                if is_patient(link, field, value, &waited, context.now) {
                    continue;
                }
                // That the side stored an earlier value otherwise is known until this one is read back.
                link.waits
                    .extend(waited.iter().filter(|wait| wait.field == Some(field) && wait.value != value).cloned());
                let (before, after) = (over.get(field).cloned(), from.get(field).cloned());
                agree(link, field, value, after.as_ref());
                let overwrites_edit = overwrites_edit && before.is_some() && base.is_some();
                writes.show(to, Change { field, before, after, base_before: base, overwrites_edit, conflict });
            }
        }
    }
    link.waits.extend(waited.into_iter().filter(|wait| wait.field.is_none()));
    writes
}

/// Whether this value was sent before, came back otherwise, and is not to be sent again yet. Its wait stays until a write of
/// it is read back, or another value takes its place.
fn is_patient(link: &mut Link, field: Field, value: FieldHash, waited: &[Wait], now: Timestamp) -> bool {
    let Some(wait) = waited.iter().find(|wait| wait.field == Some(field) && wait.value == value) else { return false };
    link.waits.push(wait.clone());
    wait.next > now && !planted::is(Bug::NoPatience)
}

/// Notes that a field waits for a person; what waited already keeps its day.
fn wait(link: &mut Link, field: Field, value: FieldHash, waited: &[Wait], now: Timestamp) {
    let known = waited.iter().find(|wait| wait.field == Some(field) && wait.value == value);
    link.waits.push(known.cloned().unwrap_or_else(|| Wait {
        field: Some(field),
        value,
        reason: format!("DingTalk lets only the employee change {}: it waits for them", field.key()),
        since: now,
        next: Timestamp(now.millis().saturating_add(DAY_MS)),
    }));
}

fn look(intents: &[Intent], side: Side, field: Field, values: &Values, key: &HashKey) -> Seen {
    if !values.shown().contains(field) && !planted::is(Bug::HiddenIsEmpty) {
        return Seen::Hidden;
    }
    let hash = hash::field(key, field, values.get(field));
    let sent_to = |to: Side| intents.iter().any(|sent| sent.side == to && sent.fields.get(&field) == Some(&hash));
    if sent_to(side) && !planted::is(Bug::EchoIsEdit) {
        Seen::Ours(hash)
    } else if sent_to(side.other()) {
        Seen::Sent(hash)
    } else {
        Seen::Is(hash)
    }
}

/// Both values were being sent when writes of them were cut off: the later one was decided in sight of the other.
fn in_order(intents: &[Intent], field: Field, dingtalk: Seen, ehr: Seen) -> (Seen, Seen) {
    let last = |to: Side, hash: FieldHash| {
        intents.iter().rposition(|sent| sent.side == to && sent.fields.get(&field) == Some(&hash))
    };
    match (dingtalk, ehr) {
        (Seen::Sent(there), Seen::Sent(here)) if last(Side::Ehr, there) > last(Side::DingTalk, here) => {
            (Seen::Is(there), ehr)
        }
        (Seen::Sent(_), Seen::Sent(here)) => (dingtalk, Seen::Is(here)),
        seen => seen,
    }
}

/// A shared membership merges as a set, member by member: added by either side, removed by either side.
fn shared_set(
    link: &Link,
    field: Field,
    owner: Ownership,
    dingtalk: &Values,
    ehr: &Values,
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
        || ![dingtalk, ehr].iter().all(|side| side.shown().contains(field))
    {
        return None;
    }
    let set = |values: &Values| values.refs(field).filter_map(|id| id.parse().ok()).collect::<BTreeSet<LinkId>>();
    let (dingtalk, ehr) = (set(dingtalk), set(ehr));
    let kept = base.iter().filter(|id| dingtalk.contains(*id) && ehr.contains(*id));
    let added = dingtalk.union(&ehr).filter(|id| !base.contains(*id));
    Some(kept.chain(added).copied().collect())
}

fn merge_set(
    writes: &mut Writes,
    link: &mut Link,
    field: Field,
    union: &BTreeSet<LinkId>,
    (dingtalk, ehr): (&Record, &Record),
    context: Context<'_>,
) {
    let base_before = link.base.hashes.get(&field).copied();
    let mut value = Values::new();
    value.show_refs(field, union.iter().map(ToString::to_string));
    let after = value.get(field).cloned();
    let hash = hash::field(context.key, field, after.as_ref());
    for (to, record) in [(Side::DingTalk, dingtalk), (Side::Ehr, ehr)] {
        let before = record.values.get(field).cloned();
        if before == after {
            continue;
        }
        let change =
            Change { field, before, after: after.clone(), base_before, overwrites_edit: false, conflict: false };
        writes.show(to, change);
    }
    agree(link, field, hash, after.as_ref());
}

/// Base takes a value: both sides have it, or will once the write is read back.
pub(super) fn agree(link: &mut Link, field: Field, hash: FieldHash, value: Option<&Value>) {
    link.base.hashes.insert(field, hash);
    let ids = || match value {
        Some(Value::Refs(refs)) => refs.iter().filter_map(|id| id.parse::<LinkId>().ok()).collect(),
        _ => BTreeSet::new(),
    };
    match field {
        Field::Departments => link.base.departments = ids(),
        Field::Leads => link.base.leads = ids(),
        _ => {}
    }
}
