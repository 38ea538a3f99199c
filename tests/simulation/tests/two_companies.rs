//! Two companies of 1,000, edited on both sides at once while callbacks are lost: they agree after two sweeps, what owners
//! wrote is there, and what a read returned and the sync replaced is in the journal.
#![allow(clippy::unwrap_used, reason = "a test may")]

use directory::policy::{Direction, Policy, Preset};
use directory::{Field, Kind, Side, Value};
use sandbox::world::{Act, Changes};
use simulation::company::Size;
use simulation::contacts::native;
use simulation::fault::Fault;
use simulation::scripted::Scripted;
use simulation::world::State;

const SIZE: Size = Size { people: 1000, departments: 40 };

/// People whose fields are edited, on each side: below what the guard takes for a disaster (100 of 1,000).
const EDITED: u32 = 90;

/// DingTalk decides, but for what the eHR says about somebody's work.
fn both_ways() -> Policy {
    let mut policy = Policy::preset(Preset::Custom);
    policy.direction = Direction::Both;
    policy.lifecycle = Side::DingTalk;
    policy.grace_days = 0;
    for kind in [Kind::Person, Kind::Department] {
        for field in directory::FieldSet::of_kind(kind).iter() {
            policy.owners.give(kind, field, Side::DingTalk);
        }
    }
    for field in [Field::Title, Field::Telephone, Field::WorkPlace] {
        policy.owners.give(Kind::Person, field, Side::Ehr);
    }
    policy
}

/// Everybody in this slice gets a name and a title in DingTalk, and a title and a name in the eHR: each side decides one.
fn edit(state: &mut State, number: u32, token: u32) {
    let userid = format!("u{number}");
    let name = format!("人{number}·{token}");
    state.dingtalks_people(Act::Rename { userid: userid.clone(), name }, None).unwrap();
    let fields = Changes { title: Some(format!("t{number}·{}", token + 1)), ..Changes::default() };
    state.dingtalks_people(Act::Change { userid: userid.clone(), fields: Box::new(fields) }, None).unwrap();
    let link = state.links.by_native(Kind::Person, Side::DingTalk, &native(&userid)).unwrap();
    let id = link.ehr.clone().unwrap();
    for (field, letter, token) in [(Field::Title, 't', token + 2), (Field::Name, '人', token + 3)] {
        let value = Value::Text(format!("{letter}{number}·{token}").as_str().into());
        state.hr("edits", |state| state.ehr.edit(Kind::Person, &id, |r| r.values.show(field, Some(value))));
    }
}

fn company(seed: u64) {
    let mut history = Scripted::new(seed, both_ways(), SIZE, &[Fault::EventLost]);
    // One sweep is under way while the edits fall before, between and behind its reads.
    history.sweep();
    for round in 0..EDITED {
        _ = history.polls(40);
        history.people(|state| edit(state, 2 + round, 1_000_000 + 10 * round));
    }
    history.finish();
    history.wait(60_000);
    history.only(&[]);
    history.sweep_alone();
    history.wait(60_000);
    history.sweep_alone();
    let (replaced, read) = history.people(|state| {
        let replaced = &state.oracle.replaced;
        (replaced.len(), replaced.iter().filter(|one| one.read).count())
    });
    assert!(replaced >= EDITED as usize && read > 0, "{replaced} values of people were replaced, {read} of them read");
    let outcome = history.judge();
    let first: Vec<_> = outcome.violations.iter().take(10).collect();
    assert!(first.is_empty(), "{} in all: {first:#?}", outcome.violations.len());
}

#[test]
fn the_first_agrees_after_two_sweeps() {
    company(1);
}

#[test]
fn the_second_agrees_after_two_sweeps() {
    company(2);
}
