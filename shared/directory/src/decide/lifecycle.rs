//! One side has the record and the other one does not: who joins and leaves is decided by one side alone.

use super::fields::{agree_on_value, merged_fields, restore_in_ehr};
use super::{
    Decision, DecisionContext, EhrRecord, FreshRead, RecordPair, ValueChange, build_part,
    conclude_decision, is_another, observed_link, settle_decision, start_generation,
};
use crate::field::{Field, FieldSet};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{Kind, LinkId, NativeId, Side, Timestamp};
use crate::link::{Link, LinkLifecycle, LinkWait, WriteAction};
use crate::plan::{PlanItem, SettledLink};
use crate::planted::{self, Bug};
use crate::reason::{Reason, ReasonCode};
use crate::record::{FieldValues, Record};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The value of a wait for a field that the eHR leaves empty.
const NO_VALUE: FieldHash = [0; 12];

pub(super) fn only_in_dingtalk(
    pair: RecordPair<'_>,
    dingtalk: &Record,
    ehr: Option<EhrRecord<'_>>,
    context: DecisionContext<'_>,
) -> Decision {
    match (context.policy.lifecycle, ehr) {
        (Side::DingTalk, Some(ehr)) => restore_in_ehr(pair, dingtalk, ehr, context),
        (Side::DingTalk, None) => create_in_ehr(pair, dingtalk, context),
        // The eHR says in so many words that this one left; that is no absence.
        (Side::Ehr, Some(ehr)) if pair.stored.is_some() => {
            follow_leaving(pair, dingtalk, ehr, context)
        }
        // Whoever came back to DingTalk by hand, and whom the eHR knows no more, is new there and nobody's to remove.
        (Side::Ehr, None)
            if pair.stored.is_some() && pair.link.ehr.is_some() && is_present(pair.link) =>
        {
            Decision::Missing(Side::Ehr)
        }
        (Side::Ehr, _) => Decision::Unmatched(Side::DingTalk),
    }
}

pub(super) fn only_in_ehr(
    pair: RecordPair<'_>,
    ehr: EhrRecord<'_>,
    context: DecisionContext<'_>,
) -> Decision {
    match context.policy.lifecycle {
        Side::Ehr => create_in_dingtalk(pair, ehr, context),
        Side::DingTalk if has_left(pair) || planted::is(Bug::UnlinkedRemoved) => {
            mark_left_again(pair, ehr, context)
        }
        Side::DingTalk if pair.stored.is_some() && pair.link.dingtalk.is_some() => {
            Decision::Missing(Side::DingTalk)
        }
        Side::DingTalk => Decision::Unmatched(Side::Ehr),
    }
}

pub(super) fn decide_absent(
    pair: RecordPair<'_>,
    ehr: Option<EhrRecord<'_>>,
    context: DecisionContext<'_>,
) -> Decision {
    let known = pair.stored.is_some() && !matches!(pair.link.lifecycle, LinkLifecycle::Left { .. });
    match context.policy.lifecycle {
        _ if !known => Decision::Nothing,
        Side::DingTalk if pair.link.dingtalk.is_some() => Decision::Missing(Side::DingTalk),
        Side::DingTalk => Decision::Nothing,
        // The eHR has no record any more, which is an absence like any other: proven, or not believed.
        Side::Ehr if ehr.is_none() && pair.link.ehr.is_some() => Decision::Missing(Side::Ehr),
        // Nothing is left to be removed anywhere: the link alone says so.
        Side::Ehr => {
            let mut link = observed_link(pair, None, ehr.map(|ehr| ehr.record), context);
            link.lifecycle = LinkLifecycle::Left { at: context.now };
            link.waits.clear();
            Decision::Settle(Box::new(SettledLink {
                link,
                before: pair.stored_link(),
            }))
        }
    }
}

fn has_left(pair: RecordPair<'_>) -> bool {
    pair.stored.is_some()
        && pair.link.kind == Kind::Person
        && matches!(pair.link.lifecycle, LinkLifecycle::Left { .. })
}

/// The eHR took somebody back whom DingTalk, which decides, does not have: marked left once more.
fn mark_left_again(
    pair: RecordPair<'_>,
    ehr: EhrRecord<'_>,
    context: DecisionContext<'_>,
) -> Decision {
    let removal = RemovalRequest {
        side: Side::Ehr,
        ehr_version: Some(ehr.version),
        reason: Reason::new(ReasonCode::ChangeLeft).side("side", Side::DingTalk),
    };
    let item = plan_removal(pair.link, removal, context.now);
    Decision::Write(Box::new(PlanItem {
        needs_canary: true,
        ..item
    }))
}

fn is_present(link: &Link) -> bool {
    was_created(link) && !matches!(link.lifecycle, LinkLifecycle::Left { .. })
}

fn was_created(link: &Link) -> bool {
    !matches!(link.lifecycle, LinkLifecycle::Creating)
}

/// Everything that the side shows, for a side that has nothing yet.
fn all_fields(
    link: &mut Link,
    from: &FieldValues,
    fields: FieldSet,
    context: DecisionContext<'_>,
) -> (FieldValues, Vec<ValueChange>) {
    let (mut values, mut changes) = (FieldValues::new(), Vec::new());
    for field in fields.intersection(from.shown_fields()).iter() {
        let after = from.get(field).cloned();
        let base_before = link.base.hashes.get(&field).copied();
        agree_on_value(
            link,
            field,
            hash::hash_field(context.key, field, after.as_ref()),
            after.as_ref(),
        );
        if after.is_none() {
            continue;
        }
        values.show(field, after.clone());
        changes.push(ValueChange {
            field,
            before: None,
            after,
            base_before,
            overwrites_edit: false,
            conflict: false,
        });
    }
    (values, changes)
}

fn create_in_ehr(
    pair: RecordPair<'_>,
    dingtalk: &Record,
    context: DecisionContext<'_>,
) -> Decision {
    let mut link = observed_link(pair, Some(dingtalk), None, context);
    // It left and came back, or the eHR's copy was deleted: what DingTalk hides just now was agreed with another record.
    if pair.stored.is_some() && was_created(pair.link) && pair.link.ehr.is_some() {
        start_generation(&mut link);
    }
    let fields = merged_fields(&link, context);
    let (values, changes) = all_fields(&mut link, &dingtalk.values, fields, context);
    link.lifecycle = LinkLifecycle::Active;
    conclude_decision(
        pair,
        link,
        vec![build_part(Side::Ehr, WriteAction::Create, values, changes)],
        Reason::new(ReasonCode::ChangeNew).side("side", Side::DingTalk),
    )
}

/// The `userid` of somebody whom we create in DingTalk, in a generation of their link: derived, so that a create that is repeated is the same one.
#[must_use]
pub fn derive_userid(link: LinkId, generation: u32) -> Option<NativeId> {
    let suffix = if generation > 1 {
        format!("-{generation}")
    } else {
        String::new()
    };
    NativeId::new(&format!("{link}{suffix}")).ok()
}

fn create_in_dingtalk(
    pair: RecordPair<'_>,
    ehr: EhrRecord<'_>,
    context: DecisionContext<'_>,
) -> Decision {
    let mut link = observed_link(pair, None, Some(ehr.record), context);
    // Somebody deleted the copy, or it left and was hired again: DingTalk gives a userid to one person only.
    let again = pair.stored.is_some() && was_created(pair.link) && pair.link.dingtalk.is_some();
    if again {
        start_generation(&mut link);
    }
    let needed: &[Field] = match link.kind {
        Kind::Person => &[Field::Name, Field::Mobile, Field::Departments],
        Kind::Department => &[Field::Name, Field::Parent],
    };
    if let Some(field) = needed
        .iter()
        .find(|field| ehr.record.values.get(**field).is_none())
    {
        return wait_for_required_field(pair, link, *field, context.now);
    }
    // Whoever had the userid before had the unionid; the new account may have another one.
    link.unionid = None;
    if link.kind == Kind::Person && (again || link.dingtalk.is_none()) {
        link.dingtalk = derive_userid(link.id, link.generation);
    } else if again {
        link.dingtalk = None;
    }
    let fields = merged_fields(&link, context).intersection(context.writable.create);
    let (values, changes) = all_fields(&mut link, &ehr.record.values, fields, context);
    link.lifecycle = LinkLifecycle::Active;
    let create = build_part(Side::DingTalk, WriteAction::Create, values, changes);
    let code = if again {
        ReasonCode::ChangeAgain
    } else {
        ReasonCode::ChangeNew
    };
    let reason = Reason::new(code).side("side", Side::Ehr);
    match conclude_decision(pair, link, vec![create], reason) {
        Decision::Write(mut item) => {
            // So does the eHR's word that DingTalk has them.
            item.needs_canary = again || ehr.dingtalk.is_some();
            Decision::Write(item)
        }
        other => other,
    }
}

/// Nobody is created without what DingTalk asks for.
fn wait_for_required_field(
    pair: RecordPair<'_>,
    mut link: Link,
    field: Field,
    now: Timestamp,
) -> Decision {
    let reason = Reason::new(ReasonCode::WaitFieldMissing)
        .kind("kind", link.kind)
        .field("field", field);
    if pair.stored.is_none() {
        return Decision::Waits(reason);
    }
    if !link
        .waits
        .iter()
        .any(|wait| is_required_field_wait(wait, field))
    {
        let next = Timestamp(now.millis().saturating_add(DAY_MS));
        link.waits.push(LinkWait {
            field: Some(field),
            value: NO_VALUE,
            reason,
            since: now,
            next,
        });
    }
    settle_decision(pair, link)
}

/// Whether the link waits for this field already; an earlier version stored a sentence as the reason.
fn is_required_field_wait(wait: &LinkWait, field: Field) -> bool {
    wait.field == Some(field) && wait.value == NO_VALUE
}

/// The eHR says that somebody left: DingTalk follows when the grace period is over.
fn follow_leaving(
    pair: RecordPair<'_>,
    dingtalk: &Record,
    ehr: EhrRecord<'_>,
    context: DecisionContext<'_>,
) -> Decision {
    let mut link = observed_link(pair, Some(dingtalk), Some(ehr.record), context);
    // Nothing is merged here: what was sent stays unexplained until they are back, or gone.
    link.intents.clone_from(&pair.link.intents);
    let since = match link.lifecycle {
        LinkLifecycle::Leaving { since } => since,
        _ => context.now,
    };
    link.lifecycle = LinkLifecycle::Leaving { since };
    if dingtalk.protected && !planted::is(Bug::AdminRemoved) {
        return Decision::Waits(Reason::new(ReasonCode::WaitAdministratorLeft));
    }
    // It says in so many words that it left, also of a link that is marked left.
    let bar = may_remove(
        pair.link,
        FreshRead::Here(dingtalk),
        Some(ehr.record),
        context.key,
    );
    match bar {
        None | Some(RemovalBar::Left) => {}
        Some(RemovalBar::Quarantined) => return Decision::Nothing,
        Some(RemovalBar::AnotherAccount) => {
            return Decision::Waits(Reason::new(ReasonCode::IdentityUseridReused));
        }
        Some(RemovalBar::AnotherRecord) => {
            return Decision::Waits(Reason::new(ReasonCode::IdentityRecordOfAnother));
        }
    }
    let grace = i64::from(context.policy.grace_days).saturating_mul(DAY_MS);
    let grace = if planted::is(Bug::NoGrace) { 0 } else { grace };
    if context.now.millis() < since.millis().saturating_add(grace) {
        return settle_decision(pair, link);
    }
    let removal = RemovalRequest {
        side: Side::DingTalk,
        ehr_version: Some(ehr.version),
        reason: Reason::new(ReasonCode::ChangeLeft).side("side", Side::Ehr),
    };
    let mut item = plan_removal(pair.link, removal, context.now);
    // A create whose answer never came is known by where it was found.
    item.link.dingtalk = Some(dingtalk.id.clone());
    Decision::Write(Box::new(item))
}

/// Why a record is not removed, whatever its absence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalBar {
    /// A person has to say whose it is first.
    Quarantined,
    /// It has left: its absence is no news.
    Left,
    /// The `userid` belongs to another human now.
    AnotherAccount,
    /// The eHR's record has another human's `unionid`.
    AnotherRecord,
}

/// Whether a record may be removed from either side; wakes, sweeps and plans ask this alone. `None`: it may.
#[must_use]
pub fn may_remove(
    link: &Link,
    dingtalk: FreshRead<&Record>,
    ehr: Option<&Record>,
    key: &HashKey,
) -> Option<RemovalBar> {
    match (&link.lifecycle, dingtalk) {
        (LinkLifecycle::Quarantined { .. }, _) if !planted::is(Bug::QuarantinedIsRemoved) => {
            Some(RemovalBar::Quarantined)
        }
        (LinkLifecycle::Left { .. }, _) => Some(RemovalBar::Left),
        (_, FreshRead::Here(record)) if is_another(link, record, key) => {
            Some(RemovalBar::AnotherAccount)
        }
        _ => {
            let another = ehr.is_some_and(|record| is_another(link, record, key));
            (another && !is_made_by_us(link)).then_some(RemovalBar::AnotherRecord)
        }
    }
}

/// Whether we created the account for the eHR's record: then the `unionid` that the eHR keeps is an older account's.
fn is_made_by_us(link: &Link) -> bool {
    link.dingtalk.is_some() && link.dingtalk == derive_userid(link.id, link.generation)
}

/// Why somebody is removed from one side, and under which version of the eHR's record.
#[derive(Debug, Clone)]
pub struct RemovalRequest {
    /// The side that is written to.
    pub side: Side,
    /// The version that the eHR's record must still have.
    pub ehr_version: Option<u64>,
    /// Why.
    pub reason: Reason,
}

/// Plans to remove a record from one side, once its absence on the other is proven or said: marked left in the eHR, deleted
/// in DingTalk.
#[must_use]
pub fn plan_removal(link: &Link, removal: RemovalRequest, now: Timestamp) -> PlanItem {
    let mut after = link.clone();
    after.lifecycle = LinkLifecycle::Left { at: now };
    after.waits.clear();
    PlanItem {
        link: after,
        before: Some(link.clone()),
        ehr_version: removal.ehr_version,
        unionid: None,
        parts: vec![build_part(
            removal.side,
            WriteAction::Remove,
            FieldValues::new(),
            Vec::new(),
        )],
        reason: removal.reason,
        needs_canary: false,
        carried: Vec::new(),
    }
}
