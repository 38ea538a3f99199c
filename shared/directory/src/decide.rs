//! What is to be done about one record, given its link and what both sides say of it. Pure: it reads nothing.

use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{LinkId, NativeId, Side, Timestamp};
use crate::link::{Action, Base, Lifecycle, Link, Version};
use crate::merge::{self, Merged, Seen};
use crate::plan::{Item, Settled};
use crate::policy::Policy;
use crate::record::{Record, Value, Values};

/// One field of one item: before → after, as the written side has and will have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which field.
    pub field: Field,
    /// What the side shows now.
    pub before: Option<Value>,
    /// What it is to show.
    pub after: Option<Value>,
    /// What base had, to put back if the field is held.
    pub base_before: Option<FieldHash>,
    /// Somebody had changed the field on the side that does not own it: the journal keeps what is overwritten.
    pub overwrites_edit: bool,
}

/// What both sides say of one record; references are resolved to link ids.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The link: the stored one, or a new one in [`Lifecycle::Creating`] with an empty base.
    pub link: &'a Link,
    /// The version under which it is stored; `None` if it is new.
    pub stored: Option<Version>,
    /// DingTalk's record. Its absence is decided elsewhere, with proof.
    pub dingtalk: &'a Record,
    /// The eHR's record, if it has one.
    pub ehr: Option<Counterpart<'a>>,
}

/// The eHR's record of somebody, and what it keeps beside the fields.
#[derive(Debug, Clone, Copy)]
pub struct Counterpart<'a> {
    /// The record, its references resolved.
    pub record: &'a Record,
    /// Its version there.
    pub version: u64,
    /// The DingTalk id that the eHR keeps.
    pub dingtalk: Option<&'a NativeId>,
}

impl<'a> Pair<'a> {
    fn ehr_record(&self) -> Option<&'a Record> {
        self.ehr.map(|ehr| ehr.record)
    }

    fn before(&self) -> Option<Link> {
        self.stored.map(|_| self.link.clone())
    }
}

/// What is to be done.
#[derive(Debug)]
pub enum Decision {
    /// Everything agrees and base knows it.
    Nothing,
    /// Both sides agree; base catches up.
    Settle(Box<Settled>),
    /// A side is written to.
    Write(Box<Item>),
    /// A person must look at it. The link is to be stored only where it is not quarantined yet.
    Quarantine(Box<Settled>),
}

/// What the engine knows besides the pair.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who decides what.
    pub policy: &'a Policy,
    /// The binding's hash key.
    pub key: &'a HashKey,
    /// Fields that both sides can keep.
    pub fields: FieldSet,
    /// The time.
    pub now: Timestamp,
}

/// Decides about a record that DingTalk shows.
///
/// A `userid` whose `unionid` changed belongs to another person and is quarantined (`design.md` §4.11). A record that
/// the eHR does not have is created there; one that it marked left is taken back; otherwise each field is merged.
#[must_use]
pub fn present(pair: Pair<'_>, context: Context<'_>) -> Decision {
    let unionid = pair.dingtalk.unionid.as_ref().map(|id| hash::bytes(context.key, "unionid", id.as_str().as_bytes()));
    let reused = pair.link.unionid.is_some() && unionid.is_some() && pair.link.unionid != unionid;
    let reused = reused && pair.link.dingtalk.as_ref() == Some(&pair.dingtalk.id);
    if reused {
        return quarantine(pair, "the userid now belongs to another unionid", context.now);
    }
    let mut link = pair.link.clone();
    link.unionid = unionid.or(link.unionid);
    link.protected = pair.dingtalk.protected;
    link.dingtalk = Some(pair.dingtalk.id.clone());
    let action = match pair.ehr_record() {
        None => Action::Create,
        Some(ehr) if !ehr.active => Action::Restore,
        Some(_) => Action::Update,
    };
    if let Some(ehr) = pair.ehr_record() {
        link.ehr = Some(ehr.id.clone());
    }
    if action != Action::Update && pair.stored.is_some() && matches!(link.lifecycle, Lifecycle::Left { .. }) {
        link.generation += 1;
        link.base = Base::default();
    }
    let (values, changes) = merge_fields(&mut link, pair, context);
    link.lifecycle = Lifecycle::Active;
    link.intents.clear();
    if action == Action::Update && changes.is_empty() && keeps_identity(pair) {
        return if Some(pair.link.version) == pair.stored && link == *pair.link {
            Decision::Nothing
        } else {
            Decision::Settle(Box::new(Settled { link, before: pair.before() }))
        };
    }
    Decision::Write(Box::new(Item {
        link,
        before: pair.before(),
        ehr_version: pair.ehr.map(|ehr| ehr.version),
        unionid: pair.dingtalk.unionid.clone(),
        to: Side::Ehr,
        action,
        values,
        changes,
        reason: reason(action, pair).to_owned(),
    }))
}

/// Plans to mark a record left, once its absence is proven.
#[must_use]
pub fn gone(link: &Link, ehr_version: Option<u64>, reason: &str, now: Timestamp) -> Item {
    let mut after = link.clone();
    after.lifecycle = Lifecycle::Left { at: now };
    after.intents.clear();
    Item {
        link: after,
        before: Some(link.clone()),
        ehr_version,
        unionid: None,
        to: Side::Ehr,
        action: Action::Remove,
        values: Values::new(),
        changes: Vec::new(),
        reason: reason.to_owned(),
    }
}

fn reason(action: Action, pair: Pair<'_>) -> &'static str {
    match action {
        Action::Create => "new in DingTalk",
        Action::Restore => "in DingTalk again",
        Action::Update if pair.link.base.is_empty() => "adopted",
        Action::Update => "changed in DingTalk, which decides",
        Action::Remove => "left",
    }
}

fn quarantine(pair: Pair<'_>, reason: &str, now: Timestamp) -> Decision {
    let mut link = pair.link.clone();
    if !matches!(link.lifecycle, Lifecycle::Quarantined { .. }) {
        link.lifecycle = Lifecycle::Quarantined { reason: reason.to_owned(), since: now };
    }
    Decision::Quarantine(Box::new(Settled { link, before: pair.before() }))
}

/// Whether the eHR keeps the ids that the person has now: a re-hire brings new ones, and whoever gets the old `userid`
/// must not be found under it.
fn keeps_identity(pair: Pair<'_>) -> bool {
    let Some(ehr) = pair.ehr else { return true };
    let unionid = pair.dingtalk.unionid.is_none() || ehr.record.unionid == pair.dingtalk.unionid;
    unionid && ehr.dingtalk == Some(&pair.dingtalk.id)
}

/// Merges every field that both sides can keep; base catches up in `link`, what must be written is returned.
fn merge_fields(link: &mut Link, pair: Pair<'_>, context: Context<'_>) -> (Values, Vec<Change>) {
    let mut values = Values::new();
    let mut changes = Vec::new();
    for field in FieldSet::of_kind(link.kind).intersection(context.fields).iter() {
        let dingtalk = seen(context.key, field, &pair.dingtalk.values);
        let ehr = match pair.ehr_record() {
            Some(record) => seen(context.key, field, &record.values),
            // Nothing there yet: every field of it is empty.
            None => Seen::Is(hash::field(context.key, field, None)),
        };
        let base = link.base.hashes.get(&field).copied();
        match merge::field(base, dingtalk, ehr, context.policy.owner(field)) {
            Merged::Undecided | Merged::Unchanged => {}
            Merged::Agreed(hash) => agree(link, field, hash, pair.dingtalk.values.get(field)),
            Merged::Write { value: hash, overwrites_edit, .. } => {
                let after = pair.dingtalk.values.get(field).cloned();
                let before = pair.ehr_record().and_then(|record| record.values.get(field)).cloned();
                agree(link, field, hash, after.as_ref());
                let overwrites_edit = overwrites_edit && before.is_some() && base.is_some();
                values.show(field, after.clone());
                changes.push(Change { field, before, after, base_before: base, overwrites_edit });
            }
        }
    }
    (values, changes)
}

fn seen(key: &HashKey, field: Field, values: &Values) -> Seen {
    if values.shown().contains(field) { Seen::Is(hash::field(key, field, values.get(field))) } else { Seen::Hidden }
}

fn agree(link: &mut Link, field: Field, hash: FieldHash, value: Option<&Value>) {
    link.base.hashes.insert(field, hash);
    let ids = || match value {
        Some(Value::Refs(refs)) => refs.iter().filter_map(|id| id.parse::<LinkId>().ok()).collect(),
        _ => std::collections::BTreeSet::new(),
    };
    match field {
        Field::Departments => link.base.departments = ids(),
        Field::Leads => link.base.leads = ids(),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
