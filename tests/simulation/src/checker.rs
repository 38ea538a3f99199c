//! Judges a history from outside: it compares both sides, the links and the journal at the end, and
//! what the oracle saw on the way.

mod base;
mod journal;
mod sides;

use directory::policy::Ownership;
use directory::{Field, Kind, Side};

use crate::oracle::{NumberedValue, RecordNumber, SideSnapshot, compared_fields};
use crate::world::WorldState;

/// Limit of writes to one field of one record during healing: a value, its read-back, and one more
/// for a side that normalises.
const WRITES_MAX: u32 = 12;

/// Judges a history that has healed. Violations go to the oracle. Returns how many values of shared
/// fields were lost unread: the residual risk of sharing, which is no violation.
pub fn judge_history(state: &mut WorldState) -> u64 {
    sides::find_doubled(state);
    let pictures =
        [Side::DingTalk, Side::Ehr].map(|side| state.side_snapshot(side).as_ref().clone());
    let mut found = Findings::new();
    if !state.stuck {
        found.extend(sides::check(state, &pictures));
        found.extend(base::check(state, &pictures));
    }
    let (lost, unseen) = journal::check(state);
    found.extend(lost);
    for ((side, who, field), writes) in &state.oracle.writes_healing {
        // A field that a side normalises is written again once a day.
        let daily = state.habits.capitals.is_some_and(|(_, of)| of == *field);
        // A field that waits for a person may be written to and fro until the person decides.
        if !state.stuck && *writes > if daily { 2 * WRITES_MAX } else { WRITES_MAX } {
            found.push((
                "echo",
                format!(
                    "{} of {who:?} was written {writes} times in {side:?}",
                    field.key()
                ),
            ));
        }
    }
    found
        .into_iter()
        .for_each(|(rule, what)| state.oracle.report_violation(rule, what));
    unseen
}

/// Violations: the rule and a sentence.
type Findings = Vec<(&'static str, String)>;

/// Returns the snapshot of a side.
fn picture_of(pictures: &[SideSnapshot; 2], side: Side) -> &SideSnapshot {
    match side {
        Side::DingTalk => &pictures[0],
        Side::Ehr => &pictures[1],
    }
}

/// Returns the fields of a kind that must agree under the policy.
fn state_fields(state: &WorldState, kind: Kind) -> Vec<(Field, Ownership)> {
    compared_fields(&state.policy, kind)
}

/// Returns a value without references to records that are missing on a side, and in capitals if a
/// side stores capitals.
fn comparable_value(
    state: &WorldState,
    pictures: &[SideSnapshot; 2],
    field: Field,
    fact: &NumberedValue,
) -> NumberedValue {
    use directory::FieldValue;
    match (field.refers_to(), fact) {
        (Some(kind), Some(FieldValue::Refs(numbers))) => {
            let both = |number: &&String| {
                let who = (kind, number.parse().unwrap_or(0));
                let twice = state.oracle.doubled.contains(&who);
                let reached = !state.is_out_of_reach(who);
                !twice && reached && pictures.iter().all(|picture| picture.contains_key(&who))
            };
            let kept: std::collections::BTreeSet<String> =
                numbers.iter().filter(both).cloned().collect();
            (!kept.is_empty()).then_some(FieldValue::Refs(kept))
        }
        (None, Some(FieldValue::Text(text)))
            if state.habits.capitals.is_some_and(|(_, of)| of == field) =>
        {
            Some(FieldValue::Text(
                text.expose().to_uppercase().as_str().into(),
            ))
        }
        (None, Some(FieldValue::Flag(false))) => None,
        _ => fact.clone(),
    }
}

/// Whether a record is not judged, because its identity is unclear or the policy keeps it out of
/// reach.
fn is_exempt(state: &WorldState, who: RecordNumber) -> bool {
    is_confused(state, who) || state.is_out_of_reach(who)
}

/// Whether a record's identity is unclear: its `userid` was given to another person, and a human
/// has to decide.
fn is_confused(state: &WorldState, who: RecordNumber) -> bool {
    who.0 == Kind::Person && state.oracle.is_confused(who.1) || state.oracle.doubled.contains(&who)
}
