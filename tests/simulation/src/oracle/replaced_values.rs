//! What the engine wrote over, and what it wrote.

use std::collections::BTreeMap;

use directory::policy::{Ownership, Policy};
use directory::{Field, FieldValue, FieldValues, Kind, LinkId, Side, WriteAction};

use super::{
    NumberedValue, Oracle, RecentReads, RecordNumber, SideSnapshot, format_value, number_in,
};

/// A value that somebody wrote and the engine replaced.
#[derive(Debug, Clone)]
pub struct ReplacedValue {
    /// Where it stood.
    pub side: Side,
    /// Whose.
    pub who: RecordNumber,
    /// The link that the engine named.
    pub link: LinkId,
    /// Which field.
    pub field: Field,
    /// What it was.
    pub value: NumberedValue,
    /// What took its place.
    pub by: NumberedValue,
    /// Whether the invocation that replaced it had read it.
    pub read: bool,
    /// Whether both sides may write the field.
    pub shared: bool,
    /// Whoever wrote what took its place had not seen it.
    pub unseen_by_the_other: bool,
    /// Whoever wrote it had seen what took its place.
    pub reverted: bool,
}

/// A write of the engine that took effect.
#[derive(Debug, Clone)]
pub struct EngineEffect {
    /// Where.
    pub side: Side,
    /// The link that the engine named.
    pub link: LinkId,
    /// What.
    pub action: WriteAction,
    /// The fields that it changed there.
    pub fields: Vec<Field>,
    /// Those of them that it emptied.
    pub emptied: Vec<Field>,
}

/// A write of the engine, as the port sees it.
#[derive(Debug, Clone)]
pub struct EngineWrite<'a> {
    /// Where.
    pub side: Side,
    /// Whose; `None` where the record has no number yet.
    pub who: Option<RecordNumber>,
    /// The link that the engine named.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What.
    pub action: WriteAction,
    /// The fields; references are ids of the side.
    pub values: &'a FieldValues,
    /// Whose invocation.
    pub invocation: u32,
    /// It is a sweep's, before people release what it holds.
    pub sweeps: bool,
    /// A person neither approved nor released it: it counts for the budget of this day.
    pub unasked_on: Option<i64>,
    /// People who are linked, those that left among them.
    pub people: u64,
    /// The same with departments.
    pub everything: u64,
    /// When its invocation began.
    pub began: i64,
    /// The gate was closed before that, and still is.
    pub paused: bool,
    /// What the invocation had read on the other side when it decided.
    pub owner_read: Option<&'a RecentReads>,
    /// What the invocation had read of this record.
    pub read: Option<&'a RecentReads>,
}

impl Oracle {
    /// A write of the engine took effect on a side, between these two pictures of it.
    pub fn note_engine_write(
        &mut self,
        policy: &Policy,
        write: &EngineWrite<'_>,
        (before, after): (&SideSnapshot, &SideSnapshot),
        (at, healing): (i64, bool),
    ) {
        self.note_presence(write.side, before, after, at);
        let Some(who) = write.who else { return };
        // DingTalk has no conditional write: who got the userid while this was on its way cannot be told apart.
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
        // A reference to a record that has no number yet changes nothing to be seen.
        let referred = write
            .values
            .shown_fields()
            .iter()
            .filter(|field| field.refers_to().is_some());
        for field in changed.into_iter().chain(referred) {
            self.by_hand.remove(&(write.side, who, field));
        }
    }

    /// A value of somebody else's, or a record that was never on the other side.
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

    /// What a write changed besides: managers of who is gone, leads of whom heads name.
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

/// Whether a value says that there is nothing.
pub(crate) fn is_empty(value: Option<&FieldValue>) -> bool {
    value.is_none_or(|value| matches!(value, FieldValue::Refs(refs) if refs.is_empty()))
}
