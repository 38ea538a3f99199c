//! Records what people did and what the engine did to it. It observes the two sides, never the
//! engine.
//!
//! Every person and department has a number that stands in its name and in each of its unique
//! values. So a record is recognised on either side without a link, and a value that lands in a
//! wrong record is noticed.

mod read;
mod removal;
pub mod replaced_values;
mod value_lineage;
mod write_limits;

use std::collections::{BTreeMap, BTreeSet};

use directory::policy::{Ownership, Policy};
use directory::{Field, FieldValue, FieldValues, Kind, NativeId, Side};

pub use read::RecentReads;
pub use replaced_values::ReplacedValue;

/// A record, independent of the side.
pub type RecordNumber = (Kind, u32);

/// A value with numbers as references; `None` is empty.
pub type NumberedValue = Option<FieldValue>;

/// The active records of one side with their fields; references are numbers.
pub type SideSnapshot = BTreeMap<RecordNumber, BTreeMap<Field, NumberedValue>>;

/// From when to when a record was absent. An open end is the end of time.
pub(crate) type Absence = (i64, i64);

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Name of the rule.
    pub rule: &'static str,
    /// Description for people.
    pub what: String,
}

/// The memory of a history.
#[derive(Debug, Default)]
pub struct Oracle {
    numbers: BTreeMap<(Side, Kind, NativeId), u32>,
    names: u64,
    /// The last values that people wrote on a side, since the record was last created there.
    said: BTreeMap<(Side, RecordNumber, Field), NumberedValue>,
    /// Fields with a present value on a side that a person wrote by hand.
    by_hand: BTreeSet<(Side, RecordNumber, Field)>,
    absences: BTreeMap<(Side, RecordNumber), Vec<Absence>>,
    /// When the engine stored that a record exists, since it was first gone.
    sightings: BTreeMap<(Side, RecordNumber), Vec<i64>>,
    /// Records that were on a side at some time.
    been: BTreeSet<(Side, RecordNumber)>,
    /// Records that were linked at some time, as far as the table remembers.
    pub linked: BTreeSet<RecordNumber>,
    /// Whether the table was restored to an earlier state. Renames since then cannot be known.
    pub restored: bool,
    /// Departments that were created twice with good reason. A person renamed or moved them in
    /// DingTalk after the engine had created them and before it knew the id, or a list left them
    /// out meanwhile. The engine looks for them below their parent only.
    pub moved_early: BTreeSet<u32>,
    /// Departments that exist twice in DingTalk for one of these two reasons.
    pub doubled: BTreeSet<RecordNumber>,
    /// Values of people that the engine overwrote.
    pub replaced: Vec<ReplacedValue>,
    /// Violations so far.
    pub violations: Vec<Violation>,
    /// Administrators who left on the deciding side: their removal is held forever.
    pub admins_left: BTreeSet<u32>,
    /// People with a `userid` that was given to another person, and those other people.
    pub confused: BTreeSet<u32>,
    /// People with an account that was created with the mobile number of a person who had left, and
    /// the former owners of these numbers. DingTalk takes both for one; only the links know better.
    pub borrowed: BTreeSet<u32>,
    /// When a `userid` was given to this person, after another person had it.
    pub reused_at: BTreeMap<u32, i64>,
    /// Old accounts that a person restored by hand. The engine may create a new one at the same
    /// moment.
    pub taken_back: BTreeSet<NativeId>,
    /// Since when a person is an administrator.
    pub admin_since: BTreeMap<u32, i64>,
    /// Writes of the engine to each field since healing began.
    pub writes_healing: BTreeMap<(Side, RecordNumber, Field), u32>,
    /// Records that HR deleted. After a restore, their link is the one of the deleted record.
    pub deleted: BTreeSet<RecordNumber>,
    /// Fields that DingTalk showed empty or hidden for every person for a while.
    pub blanked: directory::FieldSet,
    /// Which value replaced which.
    lineage: value_lineage::Lineage,
    /// Every text that people wrote into a field on a side, in any record. Values are unique.
    written_by_hand: BTreeSet<(Side, Field, String)>,
    /// Counts that limit the engine's writes.
    conduct: write_limits::SweepTally,
    /// Writes of the engine that took effect.
    pub effects: Vec<replaced_values::EngineEffect>,
}

impl Oracle {
    /// Assigns a number to an id.
    pub fn assign_number(&mut self, side: Side, kind: Kind, id: &NativeId, number: u32) {
        if self.numbers.insert((side, kind, id.clone()), number) != Some(number) {
            self.names += 1;
        }
    }

    /// Number that grows when a record gets another number.
    #[must_use]
    pub fn names_revision(&self) -> u64 {
        self.names
    }

    /// Whether the person's identity is unclear: their `userid` was given to another person, or the
    /// link that knew them is gone.
    #[must_use]
    pub fn is_confused(&self, number: u32) -> bool {
        self.confused.contains(&number) || self.restored && self.borrowed.contains(&number)
    }

    /// Returns the number of a record.
    #[must_use]
    pub fn number_of(&self, side: Side, kind: Kind, id: &NativeId) -> Option<u32> {
        self.numbers.get(&(side, kind, id.clone())).copied()
    }

    /// Returns a field's value with numbers as references. References to unknown records are left
    /// out.
    #[must_use]
    pub fn to_numbered(&self, side: Side, field: Field, values: &FieldValues) -> NumberedValue {
        let Some(kind) = field.refers_to() else {
            return values.get(field).cloned();
        };
        let ids = values.refs(field).filter_map(|id| NativeId::new(id).ok());
        let numbers: BTreeSet<String> = ids
            .filter_map(|id| self.number_of(side, kind, &id))
            .map(|number| number.to_string())
            .collect();
        (!numbers.is_empty()).then_some(FieldValue::Refs(numbers))
    }

    /// Compares two snapshots of a side around an act of people, and notes what they changed.
    pub fn note_people_edits(
        &mut self,
        side: Side,
        before: &SideSnapshot,
        after: &SideSnapshot,
        at: i64,
    ) {
        self.note_presence(side, before, after, at);
        for (who, fields) in after {
            let old = before.get(who);
            for (field, fact) in fields {
                if old.and_then(|old| old.get(field)) != Some(fact) {
                    if let Some(before) = old.and_then(|old| old.get(field)) {
                        self.lineage.note(side, *who, *field, (before, fact));
                    }
                    self.written_by_hand.extend(
                        value_lineage::comparable_text(fact).map(|text| (side, *field, text)),
                    );
                    self.said.insert((side, *who, *field), fact.clone());
                    self.by_hand.insert((side, *who, *field));
                }
            }
        }
        for who in before.keys().filter(|who| !after.contains_key(who)) {
            if side == Side::DingTalk {
                self.forget(side, *who);
            }
        }
    }

    /// Notes that people wrote at least one of these.
    pub(crate) fn note_people_values(
        &mut self,
        side: Side,
        facts: &BTreeMap<Field, NumberedValue>,
    ) {
        let texts = facts.iter().filter_map(|(field, fact)| {
            Some((side, *field, value_lineage::comparable_text(fact)?))
        });
        self.written_by_hand.extend(texts);
    }

    /// Whether people ever wrote this into this field on a side. A value that is no text cannot be
    /// told apart, and counts as written.
    #[must_use]
    pub fn was_written_by_hand(&self, side: Side, field: Field, fact: &NumberedValue) -> bool {
        value_lineage::comparable_text(fact)
            .is_none_or(|text| self.written_by_hand.contains(&(side, field, text)))
    }

    /// Forgets the values of a record that is gone for good.
    pub(crate) fn forget(&mut self, side: Side, who: RecordNumber) {
        self.said.retain(|(on, of, _), _| (*on, *of) != (side, who));
        self.by_hand.retain(|(on, of, _)| (*on, *of) != (side, who));
    }

    /// Notes the records that appeared and disappeared between two snapshots, whatever the cause.
    pub fn note_presence(
        &mut self,
        side: Side,
        before: &SideSnapshot,
        after: &SideSnapshot,
        at: i64,
    ) {
        for who in after.keys().filter(|who| !before.contains_key(who)) {
            self.been.insert((side, *who));
            if let Some(open) = self
                .absences
                .get_mut(&(side, *who))
                .and_then(|all| all.last_mut())
                && open.1 == i64::MAX
            {
                open.1 = at;
            }
        }
        for who in before.keys().filter(|who| !after.contains_key(who)) {
            self.absences
                .entry((side, *who))
                .or_default()
                .push((at, i64::MAX));
        }
    }

    /// Notes that the engine knows that a record exists.
    pub fn note_engine_saw(&mut self, side: Side, who: RecordNumber, at: i64) {
        if self.absences.contains_key(&(side, who)) {
            self.sightings.entry((side, who)).or_default().push(at);
        }
    }

    /// Whether a record was ever on a side.
    #[must_use]
    pub fn has_been(&self, side: Side, who: RecordNumber) -> bool {
        self.been.contains(&(side, who))
    }

    /// Returns the last values that people wrote into a field on a side.
    pub fn values_said(
        &self,
        side: Side,
    ) -> impl Iterator<Item = (RecordNumber, Field, &NumberedValue)> {
        self.said
            .iter()
            .filter(move |((on, ..), _)| *on == side)
            .map(|((_, who, field), fact)| (*who, *field, fact))
    }

    /// Reports a broken rule.
    pub fn report_violation(&mut self, rule: &'static str, what: String) {
        self.violations.push(Violation { rule, what });
    }
}

/// Returns the fields that must agree under a policy, with their owners. This follows the
/// documentation, not the engine.
#[must_use]
pub fn compared_fields(policy: &Policy, kind: Kind) -> Vec<(Field, Ownership)> {
    const NEVER_IN_DINGTALK: [Field; 3] =
        [Field::MainDepartment, Field::Leads, Field::SourceIdentifier];
    let fields = directory::FieldSet::of_kind(kind)
        .iter()
        .filter(|field| policy.syncs_field(kind, *field));
    fields
        .map(|field| (field, policy.field_owner(kind, field)))
        .filter(|(field, owner)| match owner {
            Ownership::Owned(Side::DingTalk) => policy.may_write(Side::Ehr),
            Ownership::Owned(Side::Ehr) => {
                policy.may_write(Side::DingTalk) && !NEVER_IN_DINGTALK.contains(field)
            }
            Ownership::Shared => !NEVER_IN_DINGTALK.contains(field),
        })
        .collect()
}

/// Returns the number in a text of ours, for example 12 in `人12·7` or `t12·7`.
#[must_use]
pub fn number_in(text: &str) -> Option<u32> {
    let digits: String = text
        .split('·')
        .next()?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    text.contains('·').then(|| digits.parse().ok()).flatten()
}

/// Formats a value for readers of a story. All data is invented.
#[must_use]
pub fn format_value(fact: &NumberedValue) -> String {
    match fact {
        None => "nothing".to_owned(),
        Some(FieldValue::Text(text)) => text.expose().to_owned(),
        Some(FieldValue::Refs(refs)) => format!("{refs:?}"),
        Some(FieldValue::Day(day)) => day.to_string(),
        Some(FieldValue::Number(number)) => number.to_string(),
        Some(FieldValue::Flag(flag)) => flag.to_string(),
    }
}

/// Formats all values of a write for readers of a story.
#[must_use]
pub fn format_values(values: &FieldValues) -> String {
    let each = |(field, value): (Field, Option<&FieldValue>)| {
        format!("{}={}", field.key(), format_value(&value.cloned()))
    };
    values.iter().map(each).collect::<Vec<_>>().join(" ")
}
