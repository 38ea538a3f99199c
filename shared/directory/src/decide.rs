//! What is to be done about one record, given its link and what both sides say of it. Pure: it reads nothing.

mod fields;
mod lifecycle;

use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{NativeId, Side, Timestamp, UnionId};
use crate::link::{Base, Link, LinkLifecycle, RowVersion, WriteAction};
use crate::plan::{ItemPart, PlanItem, SettledLink};
use crate::planted::{self, Bug};
use crate::policy::Policy;
use crate::reason::{Reason, ReasonCode};
use crate::record::{FieldValue, FieldValues, Record};

pub(crate) use fields::revert_agreement;
pub use lifecycle::{RemovalBar, RemovalRequest, derive_userid, may_remove, plan_removal};

/// A killed invocation's write may still land this long after its intent was stored; until then what it would have
/// written is not taken for somebody's edit. Lambda's own limit for an invocation.
pub const LATE_WRITE_MS: i64 = 15 * 60 * 1000;

/// One field of one item: before → after, as the written side has and will have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueChange {
    /// Which field.
    pub field: Field,
    /// What the side shows now.
    pub before: Option<FieldValue>,
    /// What it is to show.
    pub after: Option<FieldValue>,
    /// What base had, to put back if the field is held.
    pub base_before: Option<FieldHash>,
    /// Somebody had changed the field on this side, which did not decide: the journal keeps what is overwritten.
    pub overwrites_edit: bool,
    /// Both sides had changed a shared field: `before` is the value that lost.
    #[serde(default)]
    pub conflict: bool,
}

/// What a fresh read of one side said.
#[derive(Debug, Clone, Copy)]
pub enum FreshRead<T> {
    /// The record.
    Here(T),
    /// "Not found". Alone it removes nothing.
    NotFound,
    /// Nothing: out of scope, or its id is not known yet. Nothing is concluded from it.
    Unseen,
}

/// What both sides say of one record; references are resolved to link ids.
#[derive(Debug, Clone, Copy)]
pub struct RecordPair<'a> {
    /// The link: the stored one, or a new one in [`LinkLifecycle::Creating`] with an empty base.
    pub link: &'a Link,
    /// The version under which it is stored; `None` if it is new.
    pub stored: Option<RowVersion>,
    /// DingTalk's record.
    pub dingtalk: FreshRead<&'a Record>,
    /// The eHR's record, if it has one.
    pub ehr: Option<EhrRecord<'a>>,
}

/// The eHR's record of somebody, and what it keeps beside the fields.
#[derive(Debug, Clone, Copy)]
pub struct EhrRecord<'a> {
    /// The record, its references resolved.
    pub record: &'a Record,
    /// Its version there.
    pub version: u64,
    /// The DingTalk id that the eHR keeps.
    pub dingtalk: Option<&'a NativeId>,
    /// It is dated ahead: its first day is still to come, and it has not left.
    pub not_yet: bool,
}

impl RecordPair<'_> {
    fn stored_link(&self) -> Option<Link> {
        self.stored.map(|_| self.link.clone())
    }
}

/// What is to be done.
#[derive(Debug)]
pub enum Decision {
    /// Everything agrees and base knows it.
    Nothing,
    /// Both sides agree; base catches up.
    Settle(Box<SettledLink>),
    /// A side is written to, or both are.
    Write(Box<PlanItem>),
    /// A person must look at it. The link is to be stored only where it is not quarantined yet.
    Quarantine(Box<SettledLink>),
    /// The side that decides who joins and leaves has it no more: a removal, if its absence is proven.
    Missing(Side),
    /// Only the side that does not decide has it, and it was never linked: left alone.
    Unmatched(Side),
    /// It waits for a person or for its day, and nothing else is to be done.
    Waits(Reason),
}

/// What DingTalk lets a program write, for one kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WritableFields {
    /// When the record is created.
    pub create: FieldSet,
    /// Afterwards. What is in `create` alone waits for a person (a mobile number, for its owner).
    pub update: FieldSet,
}

/// What the engine knows besides the pair.
#[derive(Debug, Clone, Copy)]
pub struct DecisionContext<'a> {
    /// Who decides what.
    pub policy: &'a Policy,
    /// The binding's hash key.
    pub key: &'a HashKey,
    /// Fields that both sides can keep.
    pub fields: FieldSet,
    /// What can be written to DingTalk.
    pub writable: WritableFields,
    /// The time.
    pub now: Timestamp,
}

/// Decides about a record from what both sides say of it.
///
/// A `userid` whose `unionid` changed belongs to another person and is quarantined. What one side has
/// and the other one lacks is created, taken back, removed or left alone as the owner of the lifecycle says; where
/// both have it, each field is merged.
#[must_use]
pub fn decide_pair(pair: RecordPair<'_>, context: DecisionContext<'_>) -> Decision {
    if let FreshRead::Here(dingtalk) = pair.dingtalk
        && is_reused(&pair, dingtalk, context.key)
    {
        let reason = Reason::new(ReasonCode::IdentityUseridReused);
        return quarantine_link(pair, reason, context.now);
    }
    // Nobody who is linked leaves because their first day was put off.
    if context.policy.lifecycle == Side::Ehr
        && pair.stored.is_some()
        && pair.ehr.is_some_and(|ehr| ehr.not_yet)
        && !planted::is(Bug::NotYetHasLeft)
    {
        return Decision::Nothing;
    }
    let decided = match (pair.dingtalk, pair.ehr) {
        (FreshRead::Here(dingtalk), Some(ehr)) if ehr.record.active => {
            fields::merge_pair(pair, dingtalk, ehr, context)
        }
        (FreshRead::Here(dingtalk), ehr) => {
            lifecycle::only_in_dingtalk(pair, dingtalk, ehr, context)
        }
        (FreshRead::NotFound, Some(ehr)) if ehr.record.active => {
            lifecycle::only_in_ehr(pair, ehr, context)
        }
        (FreshRead::NotFound, ehr) => lifecycle::decide_absent(pair, ehr, context),
        (FreshRead::Unseen, _) => Decision::Nothing,
    };
    match decided {
        Decision::Write(item) => refused_before(*item, context),
        other => other,
    }
}

/// An item that a side refused is tried again a day later, or when it is another one.
fn refused_before(item: PlanItem, context: DecisionContext<'_>) -> Decision {
    let print = item.fingerprint(context.key);
    let waits =
        |wait: &crate::link::LinkWait| wait.next > context.now || planted::is(Bug::RefusedForEver);
    let waiting =
        |wait: &&crate::link::LinkWait| wait.field.is_none() && wait.value == print && waits(wait);
    match (
        item.link.waits.iter().find(waiting),
        second_part_alone(&item),
    ) {
        (None, _) => Decision::Write(Box::new(item)),
        (Some(_), Some(alone)) => refused_before(alone, context),
        (Some(wait), None) => Decision::Waits(wait.reason.clone()),
    }
}

/// What one side refuses does not keep the other side from its part; the refused one is an item of its own afterwards.
fn second_part_alone(item: &PlanItem) -> Option<PlanItem> {
    let [first, second] = item.parts.as_slice() else {
        return None;
    };
    if item
        .parts
        .iter()
        .any(|part| part.action != WriteAction::Update)
    {
        return None;
    }
    let mut alone = PlanItem {
        parts: vec![second.clone()],
        ..item.clone()
    };
    first
        .changes
        .iter()
        .for_each(|change| revert_agreement(&mut alone.link, change, item.before.as_ref()));
    Some(alone)
}

/// All that the link waits for, as one reason; nothing is to be done without any.
fn decide_waiting(link: &Link) -> Decision {
    let reasons: Vec<_> = link.waits.iter().map(|wait| wait.reason.clone()).collect();
    Reason::all(reasons).map_or(Decision::Nothing, Decision::Waits)
}

/// What a link keeps of a `unionid`.
#[must_use]
pub fn unionid_hash(id: &UnionId, key: &HashKey) -> FieldHash {
    hash::hash_bytes(key, "unionid", id.as_str().as_bytes())
}

fn record_unionid_hash(record: &Record, key: &HashKey) -> Option<FieldHash> {
    record.unionid.as_ref().map(|id| unionid_hash(id, key))
}

/// Whether DingTalk's record is of another human than the link: both know a `unionid`, and not the same one.
#[must_use]
pub fn is_another(link: &Link, dingtalk: &Record, key: &HashKey) -> bool {
    let now = record_unionid_hash(dingtalk, key);
    link.unionid.is_some() && now.is_some() && link.unionid != now
}

fn is_reused(pair: &RecordPair<'_>, dingtalk: &Record, key: &HashKey) -> bool {
    let another = is_another(pair.link, dingtalk, key);
    another && !planted::is(Bug::ReusedUserid) && pair.link.dingtalk.as_ref() == Some(&dingtalk.id)
}

fn quarantine_link(pair: RecordPair<'_>, reason: Reason, now: Timestamp) -> Decision {
    let mut link = pair.link.clone();
    if !matches!(link.lifecycle, LinkLifecycle::Quarantined { .. }) {
        link.lifecycle = LinkLifecycle::Quarantined { reason, since: now };
    }
    Decision::Quarantine(Box::new(SettledLink {
        link,
        before: pair.stored_link(),
    }))
}

/// The link as it will be once both sides are what they are seen to be: who it is, in which generation.
fn observed_link(
    pair: RecordPair<'_>,
    dingtalk: Option<&Record>,
    ehr: Option<&Record>,
    context: DecisionContext<'_>,
) -> Link {
    let mut link = pair.link.clone();
    if let Some(dingtalk) = dingtalk {
        link.unionid = record_unionid_hash(dingtalk, context.key).or(link.unionid);
        link.protected = dingtalk.protected;
        link.dingtalk = Some(dingtalk.id.clone());
    }
    if let Some(ehr) = ehr {
        link.ehr = Some(ehr.id.clone());
    }
    let late_ms = if planted::is(Bug::IntentsExpire) {
        0
    } else {
        LATE_WRITE_MS
    };
    let late = |at: Timestamp| context.now.millis().saturating_sub(at.millis()) < late_ms;
    link.intents.retain(|intent| late(intent.at));
    link
}

/// A new life of a link: nothing is agreed any more.
fn start_generation(link: &mut Link) {
    if planted::is(Bug::OldLifeGoesOn) {
        return;
    }
    link.generation += 1;
    link.base = Base::default();
    link.waits.clear();
}

/// No side is written to: the link catches up, or nothing is to be done.
fn settle_decision(pair: RecordPair<'_>, mut link: Link) -> Decision {
    // Whatever was refused is no longer wanted.
    link.waits.retain(|wait| wait.field.is_some());
    if pair.stored.is_some() && link == *pair.link {
        return decide_waiting(&link);
    }
    Decision::Settle(Box::new(SettledLink {
        link,
        before: pair.stored_link(),
    }))
}

/// What becomes of parts: a write for this reason; without any, the link may still catch up.
fn conclude_decision(
    pair: RecordPair<'_>,
    link: Link,
    parts: Vec<ItemPart>,
    reason: Reason,
) -> Decision {
    if parts.is_empty() {
        return settle_decision(pair, link);
    }
    Decision::Write(Box::new(PlanItem {
        link,
        before: pair.stored_link(),
        ehr_version: pair.ehr.map(|ehr| ehr.version),
        unionid: match pair.dingtalk {
            FreshRead::Here(dingtalk) => dingtalk.unionid.clone(),
            FreshRead::NotFound | FreshRead::Unseen => None,
        },
        parts,
        reason,
        needs_canary: false,
        carried: Vec::new(),
    }))
}

/// A part that shows values to a side.
fn build_part(
    to: Side,
    action: WriteAction,
    values: FieldValues,
    changes: Vec<ValueChange>,
) -> ItemPart {
    ItemPart {
        to,
        action,
        values,
        changes,
    }
}

#[cfg(test)]
mod tests;
