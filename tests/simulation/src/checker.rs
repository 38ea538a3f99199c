//! The judgement: black box, from what the two sides, the links and the journal say at the end, and from what the oracle
//! saw on the way.

mod base;
mod journal;
mod sides;

use directory::policy::Ownership;
use directory::{Field, Kind, Side};

use crate::oracle::{NumberedValue, RecordNumber, SideSnapshot, compared_fields};
use crate::world::WorldState;

/// Writes of one field of one record that healing may need: a value, its read-back, and once more for a side that
/// normalises.
const WRITES_MAX: u32 = 12;

/// Judges a history that has healed. Everything that is wrong goes to the oracle's violations; returned is how many values
/// of shared fields were lost unseen, which is the residual risk of sharing and no violation.
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
        // A side that normalises is told once a day.
        let daily = state.habits.capitals.is_some_and(|(_, of)| of == *field);
        // What waits for a person goes to and fro until they come.
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

/// What is wrong: the rule and a sentence.
type Findings = Vec<(&'static str, String)>;

/// The picture of a side.
fn picture_of(pictures: &[SideSnapshot; 2], side: Side) -> &SideSnapshot {
    match side {
        Side::DingTalk => &pictures[0],
        Side::Ehr => &pictures[1],
    }
}

/// The fields that agree by the policy, of a kind.
fn state_fields(state: &WorldState, kind: Kind) -> Vec<(Field, Ownership)> {
    compared_fields(&state.policy, kind)
}

/// A value without references to records that are not on both sides, and in capitals where a side makes them.
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

/// Whether nobody judges a record: who it is cannot be told, or the policy keeps it out of reach.
fn is_exempt(state: &WorldState, who: RecordNumber) -> bool {
    is_confused(state, who) || state.is_out_of_reach(who)
}

/// Whether a record is out of judgement: its `userid` was given to somebody else, and a person has to say who is who.
fn is_confused(state: &WorldState, who: RecordNumber) -> bool {
    who.0 == Kind::Person && state.oracle.is_confused(who.1) || state.oracle.doubled.contains(&who)
}
