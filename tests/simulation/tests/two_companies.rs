//! Two companies of 1,000 people are edited on both sides at once while callbacks are lost. They
//! agree after two sweeps, the owners' values stand, and the journal holds every value that the
//! sync read and replaced.
#![allow(clippy::unwrap_used, reason = "a test may")]

use directory::policy::{Policy, PolicyPreset, SyncDirection};
use directory::{Field, FieldValue, Kind, Side};
use sandbox::world::{Act, PersonChanges};
use simulation::company::InitialSize;
use simulation::contacts::native_id;
use simulation::fault::Fault;
use simulation::scripted::Scripted;
use simulation::world::WorldState;

const SIZE: InitialSize = InitialSize {
    people: 1000,
    departments: 40,
};

/// Number of people with edited fields on each side. It is below the guard's limit (100 of 1,000).
const EDITED: u32 = 90;

/// DingTalk decides, except for what the eHR says about a person's work.
fn two_way_policy() -> Policy {
    let mut policy = Policy::from_preset(PolicyPreset::Custom);
    policy.direction = SyncDirection::Both;
    policy.lifecycle = Side::DingTalk;
    policy.grace_days = 0;
    for kind in [Kind::Person, Kind::Department] {
        for field in directory::FieldSet::of_kind(kind).iter() {
            policy.owners.assign_field(kind, field, Side::DingTalk);
        }
    }
    for field in [Field::Title, Field::Telephone, Field::WorkPlace] {
        policy.owners.assign_field(Kind::Person, field, Side::Ehr);
    }
    policy
}

/// Gives every person in this slice a name and a title on both sides. Each side decides one of the
/// two fields.
fn edit_slice(state: &mut WorldState, number: u32, token: u32) {
    let userid = format!("u{number}");
    let name = format!("人{number}·{token}");
    state
        .dingtalk_scripted(
            Act::Rename {
                userid: userid.clone(),
                name,
            },
            None,
        )
        .unwrap();
    let fields = PersonChanges {
        title: Some(format!("t{number}·{}", token + 1)),
        ..PersonChanges::default()
    };
    state
        .dingtalk_scripted(
            Act::Change {
                userid: userid.clone(),
                fields: Box::new(fields),
            },
            None,
        )
        .unwrap();
    let link = state
        .links
        .by_native(Kind::Person, Side::DingTalk, &native_id(&userid))
        .unwrap();
    let id = link.ehr.clone().unwrap();
    for (field, letter, token) in [
        (Field::Title, 't', token + 2),
        (Field::Name, '人', token + 3),
    ] {
        let value = FieldValue::Text(format!("{letter}{number}·{token}").as_str().into());
        state.hr_scripted("edits", |state| {
            state
                .ehr
                .edit(Kind::Person, &id, |r| r.values.show(field, Some(value)));
        });
    }
}

fn check_company(seed: u64) {
    let mut history = Scripted::new(seed, two_way_policy(), SIZE, &[Fault::EventLost]);
    // One sweep runs while the edits happen before, between and after its reads.
    history.begin_sweep();
    for round in 0..EDITED {
        _ = history.poll_times(40);
        history.edit_world(|state| edit_slice(state, 2 + round, 1_000_000 + 10 * round));
    }
    history.run_to_end();
    history.advance_time(60_000);
    history.allow_only(&[]);
    history.run_undisturbed_sweep();
    history.advance_time(60_000);
    history.run_undisturbed_sweep();
    let (replaced, read) = history.edit_world(|state| {
        let replaced = &state.oracle.replaced;
        (
            replaced.len(),
            replaced.iter().filter(|one| one.read).count(),
        )
    });
    assert!(
        replaced >= EDITED as usize && read > 0,
        "{replaced} values of people were replaced, {read} of them read"
    );
    let outcome = history.into_outcome();
    let first: Vec<_> = outcome.violations.iter().take(10).collect();
    assert!(
        first.is_empty(),
        "{} in all: {first:#?}",
        outcome.violations.len()
    );
}

#[test]
fn the_first_company_agrees_after_two_sweeps() {
    check_company(1);
}

#[test]
fn the_second_company_agrees_after_two_sweeps() {
    check_company(2);
}
