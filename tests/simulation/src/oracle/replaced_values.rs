//! Records what the engine wrote and what it overwrote.

use std::collections::BTreeMap;

use directory::policy::{Ownership, Policy};
use directory::{Field, FieldValue, FieldValues, Kind, LinkId, Side, WriteAction};

use super::{
    NumberedValue, Oracle, RecentReads, RecordNumber, SideSnapshot, format_value, number_in,
};

/// A value that a person wrote and the engine replaced.
#[derive(Debug, Clone)]
pub struct ReplacedValue {
    /// Side of the value.
    pub side: Side,
    /// Record of the value.
    pub who: RecordNumber,
    /// Link that the engine named.
    pub link: LinkId,
    /// Field of the value.
    pub field: Field,
    /// The replaced value.
    pub value: NumberedValue,
    /// The new value.
    pub by: NumberedValue,
    /// Whether the invocation had read the value before it replaced it.
    pub read: bool,
    /// Whether both sides may write the field.
    pub shared: bool,
    /// Whether the author of the new value had not seen the replaced one.
    pub unseen_by_the_other: bool,
    /// Whether the author of the replaced value had seen the new one.
    pub reverted: bool,
}

/// A write of the engine that took effect.
#[derive(Debug, Clone)]
pub struct EngineEffect {
    /// Side of the write.
    pub side: Side,
    /// Link that the engine named.
    pub link: LinkId,
    /// Kind of the write.
    pub action: WriteAction,
    /// Fields that changed.
    pub fields: Vec<Field>,
    /// Fields that it emptied.
    pub emptied: Vec<Field>,
}

/// A write of the engine, as the port sees it.
#[derive(Debug, Clone)]
pub struct EngineWrite<'a> {
    /// Side of the write.
    pub side: Side,
    /// The record; `None` if it has no number yet.
    pub who: Option<RecordNumber>,
    /// Link that the engine named.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Kind of the write.
    pub action: WriteAction,
    /// The fields; references are ids of the side.
    pub values: &'a FieldValues,
    /// Number of the invocation.
    pub invocation: u32,
    /// Whether it belongs to a sweep, before people release what the sweep holds.
    pub sweeps: bool,
    /// The day on whose budget it counts; `None` if a person approved or released it.
    pub unasked_on: Option<i64>,
    /// Number of linked people, including those who left.
    pub people: u64,
    /// Number of linked departments, including those that are gone.
    pub everything: u64,
    /// When its invocation began, in milliseconds.
    pub began: i64,
    /// Whether the gate was closed before that and still is.
    pub paused: bool,
    /// What the invocation had read on the other side when it decided.
    pub owner_read: Option<&'a RecentReads>,
    /// What the invocation had read of this record.
    pub read: Option<&'a RecentReads>,
}

impl Oracle {
    /// Notes a write of the engine that took effect on a side, between these two snapshots.
    pub fn note_engine_write(
        &mut self,
        policy: &Policy,
        write: &EngineWrite<'_>,
        (before, after): (&SideSnapshot, &SideSnapshot),
        (at, healing): (i64, bool),
    ) {
        self.note_presence(write.side, before, after, at);
        let Some(who) = write.who else { return };
        // DingTalk has no conditional write. If the userid was given to another person during the
        // write, the engine cannot know.
        if self
            .reused_at
            .get(&who.1)
            .is_none_or(|at| *at < write.began)
            && !self.is_confused(who.1)
        {
            self.check_stray_values(write, who);
        }
        self.judge_write(policy, write, who);
        let (old, new) = (before.get(&who), after.get(&who));
        let changed: Vec<Field> = new.into_iter().flatten().map(|(field, _)| *field).collect();
        let changed: Vec<Field> = changed
            .into_iter()
            .filter(|field| {
                old.and_then(|old| old.get(field)) != new.and_then(|new| new.get(field))
            })
            .collect();
        let fields: Vec<Field> = changed
            .iter()
            .copied()
            .filter(|field| write.values.shown_fields().contains(*field))
            .collect();
        let emptied = fields
            .iter()
            .copied()
            .filter(|field| is_empty(write.values.get(*field)))
            .collect();
        self.effects.push(EngineEffect {
            side: write.side,
            link: write.link,
            action: write.action,
            fields,
            emptied,
        });
        if old.is_some() && new.is_some() && write.action == WriteAction::Update {
            self.note_overwrites(policy, write, who, old, &changed);
        }
        for field in write.values.shown_fields().iter().filter(|_| healing) {
            *self
                .writes_healing
                .entry((write.side, who, field))
                .or_default() += 1;
        }
        self.note_consequences(write.side, before, after);
        let anew = write.action == WriteAction::Create && old.is_none();
        if anew || write.side == Side::DingTalk && (old.is_none() || new.is_none()) {
            self.forget(write.side, who);
        }
        // A reference to a record without a number makes no visible change.
        let referred = write
            .values
            .shown_fields()
            .iter()
            .filter(|field| field.refers_to().is_some());
        for field in changed.into_iter().chain(referred) {
            self.by_hand.remove(&(write.side, who, field));
        }
    }

    /// Checks for values of another record, and for records that were never on the other side.
    fn check_stray_values(&mut self, write: &EngineWrite<'_>, who: RecordNumber) {
        for (field, value) in write.values.iter() {
            let Some(FieldValue::Text(text)) = value else {
                continue;
            };
            if let Some(number) = number_in(text.expose()).filter(|number| *number != who.1) {
                let what = format!(
                    "{who:?} gets {} of {number} in {:?}",
                    field.key(),
                    write.side
                );
                self.report_violation("stray", what);
            }
        }
        if !self.has_been(write.side.other(), who) {
            let what = format!(
                "{who:?} is written in {:?} and was never in the other side",
                write.side
            );
            self.report_violation("untouched", what);
        }
    }

    fn note_overwrites(
        &mut self,
        policy: &Policy,
        write: &EngineWrite<'_>,
        who: RecordNumber,
        old: Option<&BTreeMap<Field, NumberedValue>>,
        changed: &[Field],
    ) {
        for field in changed
            .iter()
            .copied()
            .filter(|field| write.values.shown_fields().contains(*field))
        {
            let owner = policy.field_owner(who.0, field);
            if owner == Ownership::Owned(write.side) {
                let what = format!(
                    "{} of {who:?} is written in {:?}, which decides it",
                    field.key(),
                    write.side
                );
                self.report_violation("owner", what);
            }
            let value = old.and_then(|old| old.get(&field)).cloned().flatten();
            if self.by_hand.contains(&(write.side, who, field)) && value.is_some() {
                let read = write
                    .read
                    .is_some_and(|read| read.always_showed(field, value.as_ref()));
                let unread = write
                    .read
                    .is_some_and(|read| !read.any_showed(field, value.as_ref()));
                let written = write.values.get(field).cloned();
                let unseen_by_the_other = !self.lineage.descends_from(who, field, &written, &value);
                let reverted =
                    unseen_by_the_other && self.lineage.descends_from(who, field, &value, &written);
                if write.side == Side::Ehr && unread {
                    let what = format!(
                        "{} of {who:?} in the eHR was {}, and nobody had read it",
                        field.key(),
                        format_value(&value)
                    );
                    self.report_violation("overwritten", what);
                }
                let (side, link) = (write.side, write.link);
                self.replaced.push(ReplacedValue {
                    side,
                    who,
                    link,
                    field,
                    value,
                    by: written,
                    read,
                    shared: owner == Ownership::Shared,
                    unseen_by_the_other,
                    reverted,
                });
            }
        }
    }

    /// Notes side effects of a write: the manager of people whose manager is gone, and the leader
    /// flags of named heads.
    fn note_consequences(&mut self, side: Side, before: &SideSnapshot, after: &SideSnapshot) {
        for ((on, who, field), said) in &mut self.said {
            let (Some(old), Some(new)) = (before.get(who), after.get(who)) else {
                continue;
            };
            if *on == side && field.refers_to().is_some() && old.get(field) != new.get(field) {
                *said = new.get(field).cloned().flatten();
            }
        }
    }
}

/// Whether a value means "nothing".
pub(crate) fn is_empty(value: Option<&FieldValue>) -> bool {
    value.is_none_or(|value| matches!(value, FieldValue::Refs(refs) if refs.is_empty()))
}
