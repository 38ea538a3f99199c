//! One side has the record and the other one does not: who joins and leaves is decided by one side alone.

use super::fields::{agree, merged_fields, restore};
use super::{Change, Context, Counterpart, Decision, Pair, begin_again, conclude, part, seen};
use crate::field::{Field, FieldSet};
use crate::hash;
use crate::ids::{Kind, NativeId, Side, Timestamp};
use crate::link::{Action, Lifecycle, Link, Wait};
use crate::plan::{Item, Settled};
use crate::planted::{self, Bug};
use crate::record::{Record, Values};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn only_in_dingtalk(
    pair: Pair<'_>,
    dingtalk: &Record,
    ehr: Option<Counterpart<'_>>,
    context: Context<'_>,
) -> Decision {
    match (context.policy.lifecycle, ehr) {
        (Side::DingTalk, Some(ehr)) => restore(pair, dingtalk, ehr, context),
        (Side::DingTalk, None) => create_in_ehr(pair, dingtalk, context),
        // The eHR says in so many words that this one left; that is no absence.
        (Side::Ehr, Some(ehr)) if pair.stored.is_some() => leave(pair, dingtalk, ehr, context),
        // Whoever came back to DingTalk by hand, and whom the eHR knows no more, is new there and nobody's to remove.
        (Side::Ehr, None) if pair.stored.is_some() && pair.link.ehr.is_some() && is_present(pair.link) => {
            Decision::Missing(Side::Ehr)
        }
        (Side::Ehr, _) => Decision::Unmatched(Side::DingTalk),
    }
}

pub(super) fn only_in_ehr(pair: Pair<'_>, ehr: Counterpart<'_>, context: Context<'_>) -> Decision {
    match context.policy.lifecycle {
        Side::Ehr => create_in_dingtalk(pair, ehr, context),
        Side::DingTalk if has_left(pair) || planted::is(Bug::UnlinkedRemoved) => leave_again(pair, ehr, context),
        Side::DingTalk if pair.stored.is_some() && pair.link.dingtalk.is_some() => Decision::Missing(Side::DingTalk),
        Side::DingTalk => Decision::Unmatched(Side::Ehr),
    }
}

pub(super) fn nowhere(pair: Pair<'_>, ehr: Option<Counterpart<'_>>, context: Context<'_>) -> Decision {
    let known = pair.stored.is_some() && !matches!(pair.link.lifecycle, Lifecycle::Left { .. });
    match context.policy.lifecycle {
        _ if !known => Decision::Nothing,
        Side::DingTalk if pair.link.dingtalk.is_some() => Decision::Missing(Side::DingTalk),
        Side::DingTalk => Decision::Nothing,
        // The eHR has no record any more, which is an absence like any other: proven, or not believed.
        Side::Ehr if ehr.is_none() && pair.link.ehr.is_some() => Decision::Missing(Side::Ehr),
        // Nothing is left to be removed anywhere: the link alone says so.
        Side::Ehr => {
            let mut link = seen(pair, None, ehr.map(|ehr| ehr.record), context);
            link.lifecycle = Lifecycle::Left { at: context.now };
            link.waits.clear();
            Decision::Settle(Box::new(Settled { link, before: pair.before() }))
        }
    }
}

fn has_left(pair: Pair<'_>) -> bool {
    pair.stored.is_some() && pair.link.kind == Kind::Person && matches!(pair.link.lifecycle, Lifecycle::Left { .. })
}

/// The eHR took somebody back whom DingTalk, which decides, does not have: marked left once more.
fn leave_again(pair: Pair<'_>, ehr: Counterpart<'_>, context: Context<'_>) -> Decision {
    let removal =
        Removal { side: Side::Ehr, ehr_version: Some(ehr.version), reason: "left in DingTalk, which decides" };
    let item = gone(pair.link, removal, context.now);
    Decision::Write(Box::new(Item { needs_canary: true, ..item }))
}

fn is_present(link: &Link) -> bool {
    was_there(link) && !matches!(link.lifecycle, Lifecycle::Left { .. })
}

fn was_there(link: &Link) -> bool {
    !matches!(link.lifecycle, Lifecycle::Creating)
}

/// Everything that the side shows, for a side that has nothing yet.
fn all_fields(link: &mut Link, from: &Values, fields: FieldSet, context: Context<'_>) -> (Values, Vec<Change>) {
    let (mut values, mut changes) = (Values::new(), Vec::new());
    for field in fields.intersection(from.shown()).iter() {
        let after = from.get(field).cloned();
        let base_before = link.base.hashes.get(&field).copied();
        agree(link, field, hash::field(context.key, field, after.as_ref()), after.as_ref());
        if after.is_none() {
            continue;
        }
        values.show(field, after.clone());
        changes.push(Change { field, before: None, after, base_before, overwrites_edit: false, conflict: false });
    }
    (values, changes)
}

fn create_in_ehr(pair: Pair<'_>, dingtalk: &Record, context: Context<'_>) -> Decision {
    let mut link = seen(pair, Some(dingtalk), None, context);
    // It left and came back, or the eHR's copy was deleted: what DingTalk hides just now was agreed with another record.
    if pair.stored.is_some() && was_there(pair.link) && pair.link.ehr.is_some() {
        begin_again(&mut link);
    }
    let fields = merged_fields(&link, context);
    let (values, changes) = all_fields(&mut link, &dingtalk.values, fields, context);
    link.lifecycle = Lifecycle::Active;
    conclude(pair, link, vec![part(Side::Ehr, Action::Create, values, changes)], "new in DingTalk")
}

/// The `userid` of somebody whom we create in DingTalk: derived, so that a create that is repeated is the same one.
fn userid(link: &Link) -> Option<NativeId> {
    let generation = if link.generation > 1 { format!("-{}", link.generation) } else { String::new() };
    NativeId::new(&format!("{}{generation}", link.id)).ok()
}

fn create_in_dingtalk(pair: Pair<'_>, ehr: Counterpart<'_>, context: Context<'_>) -> Decision {
    let mut link = seen(pair, None, Some(ehr.record), context);
    // Somebody deleted the copy, or it left and was hired again: DingTalk gives a userid to one person only.
    let again = pair.stored.is_some() && was_there(pair.link) && pair.link.dingtalk.is_some();
    if again {
        begin_again(&mut link);
    }
    let needed: &[Field] = match link.kind {
        Kind::Person => &[Field::Name, Field::Mobile, Field::Departments],
        Kind::Department => &[Field::Name, Field::Parent],
    };
    if let Some(field) = needed.iter().find(|field| ehr.record.values.get(**field).is_none()) {
        return lacks(pair, link, *field, context.now);
    }
    // Whoever had the userid before had the unionid; the new account may have another one.
    link.unionid = None;
    if link.kind == Kind::Person && (again || link.dingtalk.is_none()) {
        link.dingtalk = userid(&link);
    } else if again {
        link.dingtalk = None;
    }
    let fields = merged_fields(&link, context).intersection(context.writable.create);
    let (values, changes) = all_fields(&mut link, &ehr.record.values, fields, context);
    link.lifecycle = Lifecycle::Active;
    let create = part(Side::DingTalk, Action::Create, values, changes);
    match conclude(pair, link, vec![create], if again { "in the eHR again" } else { "new in the eHR" }) {
        Decision::Write(mut item) => {
            // So does the eHR's word that DingTalk has them.
            item.needs_canary = again || ehr.dingtalk.is_some();
            Decision::Write(item)
        }
        other => other,
    }
}

/// Nobody is created without what DingTalk asks for.
fn lacks(pair: Pair<'_>, mut link: Link, field: Field, now: Timestamp) -> Decision {
    let reason =
        format!("DingTalk creates nobody without {}, and the eHR has none (or nobody knows it yet)", field.key());
    if pair.stored.is_none() {
        return Decision::Waits(reason);
    }
    if !link.waits.iter().any(|wait| wait.reason == reason) {
        let next = Timestamp(now.millis().saturating_add(DAY_MS));
        link.waits.push(Wait { field: Some(field), value: [0; 12], reason, since: now, next });
    }
    conclude(pair, link, Vec::new(), "")
}

/// The eHR says that somebody left: DingTalk follows when the grace period is over.
fn leave(pair: Pair<'_>, dingtalk: &Record, ehr: Counterpart<'_>, context: Context<'_>) -> Decision {
    let mut link = seen(pair, Some(dingtalk), Some(ehr.record), context);
    // Nothing is merged here: what was sent stays unexplained until they are back, or gone.
    link.intents.clone_from(&pair.link.intents);
    let since = match link.lifecycle {
        Lifecycle::Leaving { since } => since,
        _ => context.now,
    };
    link.lifecycle = Lifecycle::Leaving { since };
    if dingtalk.protected && !planted::is(Bug::AdminRemoved) {
        return Decision::Waits("an administrator or boss left in the eHR; they are never removed".to_owned());
    }
    let grace = i64::from(context.policy.grace_days).saturating_mul(DAY_MS);
    let grace = if planted::is(Bug::NoGrace) { 0 } else { grace };
    if context.now.millis() < since.millis().saturating_add(grace) {
        return conclude(pair, link, Vec::new(), "");
    }
    let removal = Removal { side: Side::DingTalk, ehr_version: Some(ehr.version), reason: "left in the eHR" };
    let mut item = gone(pair.link, removal, context.now);
    // A create whose answer never came is known by where it was found.
    item.link.dingtalk = Some(dingtalk.id.clone());
    Decision::Write(Box::new(item))
}

/// Why somebody is removed from one side, and under which version of the eHR's record.
#[derive(Debug, Clone, Copy)]
pub struct Removal<'a> {
    /// The side that is written to.
    pub side: Side,
    /// The version that the eHR's record must still have.
    pub ehr_version: Option<u64>,
    /// The sentence for the journal.
    pub reason: &'a str,
}

/// Plans to remove a record from one side, once its absence on the other is proven or said: marked left in the eHR, deleted
/// in DingTalk.
#[must_use]
pub fn gone(link: &Link, removal: Removal<'_>, now: Timestamp) -> Item {
    let mut after = link.clone();
    after.lifecycle = Lifecycle::Left { at: now };
    after.waits.clear();
    Item {
        link: after,
        before: Some(link.clone()),
        ehr_version: removal.ehr_version,
        unionid: None,
        parts: vec![part(removal.side, Action::Remove, Values::new(), Vec::new())],
        reason: removal.reason.to_owned(),
        needs_canary: false,
    }
}
