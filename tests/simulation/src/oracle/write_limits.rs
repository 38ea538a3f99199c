//! Judges how the engine writes: not while it is paused, nothing that it has not read, and not too
//! much in one sweep or on one day.

use std::collections::{BTreeMap, BTreeSet};

use directory::guard::GuardLimits;
use directory::policy::{Ownership, Policy};
use directory::{Field, FieldSet, FieldValue, Kind, Side, WriteAction};

use super::replaced_values::EngineWrite;
use super::{Oracle, RecordNumber, format_value};

/// Fields that one side shows as empty and the other as a value, such as `false`.
const CANNOT_BE_EMPTY: FieldSet = FieldSet::of_fields(&[
    Field::HideMobile,
    Field::HiredOn,
    Field::Departments,
    Field::Manager,
]);

/// Records that a sweep looks at again by itself.
const LOOKED_AT_AGAIN: u64 = 2;

/// Counts of what sweeps removed and emptied so far.
#[derive(Debug, Default)]
pub(super) struct SweepTally {
    removed: BTreeMap<u32, BTreeSet<RecordNumber>>,
    emptied: BTreeMap<(u32, Field), BTreeSet<RecordNumber>>,
    /// Removals of a day, whoever made them: by side and kind.
    removed_on: BTreeMap<(i64, Side, Kind), BTreeSet<RecordNumber>>,
    emptied_on: BTreeMap<(i64, Field), BTreeSet<RecordNumber>>,
}

/// Writes that are on their way at midnight count for the day on which they land.
const AT_MIDNIGHT: u64 = 1;

impl Oracle {
    /// Judges a write that took effect.
    pub(super) fn judge_write(
        &mut self,
        policy: &Policy,
        write: &EngineWrite<'_>,
        who: RecordNumber,
    ) {
        if write.paused {
            self.report_violation(
                "paused",
                format!(
                    "{who:?} is written in {:?} by a run that began in a pause",
                    write.side
                ),
            );
        }
        if write.action == WriteAction::Update {
            self.check_founded(policy, write, who);
        }
        // A restore during a sweep changes the number of people that the table knows.
        if let Some(day) = write.unasked_on.filter(|_| !self.restored) {
            self.check_day(&policy.limits, write, who, day);
        }
        if write.sweeps && who.0 == Kind::Person && !self.restored {
            self.check_limits(&policy.limits, write, who, write.people);
        }
    }

    /// Checks that the deciding side showed the text when the invocation decided to write it to the
    /// other side.
    fn check_founded(&mut self, policy: &Policy, write: &EngineWrite<'_>, who: RecordNumber) {
        let Some(read) = write.owner_read else { return };
        for (field, value) in write.values.iter() {
            let texts = !matches!(value, Some(value) if !matches!(value, FieldValue::Text(_)));
            let compared = texts && field.refers_to().is_none() && field != Field::Extension;
            let owned = policy.field_owner(who.0, field) == Ownership::Owned(write.side.other());
            if !compared
                || !owned
                || matches!(field, Field::HideMobile | Field::HiredOn | Field::Order)
            {
                continue;
            }
            if !read.any_showed(field, value) {
                let said = read.describe_field(field);
                let value = format_value(&value.cloned());
                let what = format!(
                    "{} of {who:?} becomes {value} in {:?}, and its owner said {said}",
                    field.key(),
                    write.side
                );
                self.report_violation("unfounded", what);
            }
        }
    }

    /// Never too much in one day, whatever path the writes take.
    fn check_day(
        &mut self,
        limits: &GuardLimits,
        write: &EngineWrite<'_>,
        who: RecordNumber,
        day: i64,
    ) {
        if write.action == WriteAction::Remove {
            let size = match who.0 {
                Kind::Person => write.people,
                Kind::Department => write.everything,
            };
            let removed = self
                .conduct
                .removed_on
                .entry((day, write.side, who.0))
                .or_default();
            removed.insert(who);
            let count = removed.len() as u64;
            if count > removals_that_pass(limits, size) + AT_MIDNIGHT {
                let what = format!(
                    "{count} of {size} are removed from {:?} in one day, unasked",
                    write.side
                );
                self.report_violation("too_much", what);
            }
        }
        let emptied = write
            .values
            .iter()
            .filter(|(field, value)| value.is_none() && !CANNOT_BE_EMPTY.contains(*field))
            .map(|(field, _)| field);
        let blanks = write.action == WriteAction::Update && who.0 == Kind::Person;
        for field in emptied.filter(|_| blanks) {
            let emptied = self.conduct.emptied_on.entry((day, field)).or_default();
            emptied.insert(who);
            let count = emptied.len() as u64;
            let passes = limits
                .fields_floor
                .max(write.people * limits.blanked_share / 1000);
            if count > passes + LOOKED_AT_AGAIN {
                let what = format!(
                    "{} of {count} people is emptied in one day, unasked",
                    field.key()
                );
                self.report_violation("too_much", what);
            }
        }
    }

    fn check_limits(
        &mut self,
        limits: &GuardLimits,
        write: &EngineWrite<'_>,
        who: RecordNumber,
        people: u64,
    ) {
        if write.action == WriteAction::Remove {
            let removed = self.conduct.removed.entry(write.invocation).or_default();
            removed.insert(who);
            let count = removed.len() as u64;
            if count > removals_that_pass(limits, people) {
                self.report_violation(
                    "too_much",
                    format!("{count} of {people} people are removed in one sweep, unasked"),
                );
            }
        }
        let emptied =
            |(field, value): (Field, Option<&FieldValue>)| value.is_none().then_some(field);
        // At the end of a sweep a few records are looked at again, apart from the others. A switch
        // (true or false) is never empty.
        let fields = write
            .values
            .iter()
            .filter_map(emptied)
            .filter(|field| !CANNOT_BE_EMPTY.contains(*field));
        for field in fields.filter(|_| write.action == WriteAction::Update) {
            let emptied = self
                .conduct
                .emptied
                .entry((write.invocation, field))
                .or_default();
            emptied.insert(who);
            let count = emptied.len() as u64;
            let passes = limits
                .fields_floor
                .max(people * limits.blanked_share / 1000)
                + LOOKED_AT_AGAIN;
            if count > passes {
                let what = format!(
                    "{} of {count} of {people} people is emptied in one sweep, unasked",
                    field.key()
                );
                self.report_violation("too_much", what);
            }
        }
    }
}

/// Returns how many removals pass, by the documentation and not by the engine's code: more than
/// max(floor, share) are held, and so is every number from the largest share on.
fn removals_that_pass(limits: &GuardLimits, people: u64) -> u64 {
    let share = |per_mille: u64| people * per_mille;
    let most = share(limits.removals_share_max)
        .div_ceil(1000)
        .saturating_sub(1);
    most.min(
        limits
            .removals_floor
            .max(share(limits.removals_share) / 1000),
    )
}
