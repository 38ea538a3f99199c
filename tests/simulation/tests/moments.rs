//! Scripted histories in which something happens at every single await of an invocation. They
//! repeat, at all moments, what a seed once showed.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may")]

use directory::policy::{Policy, PolicyPreset};
use directory::{Field, FieldValue, Kind, NativeId, Side};
use sandbox::world::{Act, PersonChanges};
use simulation::company::{InitialSize, numbered_mobile, numbered_name};
use simulation::contacts::native_id;
use simulation::fault::Fault;
use simulation::history::HistoryOutcome;
use simulation::scripted::Scripted;
use simulation::world::WorldState;

const SIZE: InitialSize = InitialSize {
    people: 5,
    departments: 3,
};

/// More polls than any look here takes.
const MOMENTS: usize = 60;

/// Returns a policy with a grace period of zero.
fn policy_without_grace(preset: PolicyPreset) -> Policy {
    Policy {
        grace_days: 0,
        ..Policy::from_preset(preset)
    }
}

fn assert_good(outcome: &HistoryOutcome, moment: usize) {
    assert!(
        outcome.violations.is_empty(),
        "at {moment}: {:#?}\n{}",
        outcome.violations,
        outcome.story.join("\n")
    );
}

/// Returns the record of the eHR with this number.
fn in_ehr(state: &WorldState, kind: Kind, number: u32) -> NativeId {
    let of_kind = state
        .ehr
        .all()
        .filter(|stored| stored.record.kind == kind && stored.record.active);
    let mut ids = of_kind.map(|stored| stored.record.id.clone());
    ids.find(|id| state.oracle.number_of(Side::Ehr, kind, id) == Some(number))
        .expect("it is there")
}

fn make_department(state: &mut WorldState, parent: u32) -> NativeId {
    let parent = in_ehr(state, Kind::Department, parent);
    let number = state.next_number();
    let mut values = directory::FieldValues::new();
    values.show_text(
        Field::Name,
        Some(numbered_name(Kind::Department, number, 0)),
    );
    values.show_refs(Field::Parent, [parent.to_string()]);
    state.hr_scripted("makes a department", |state| {
        let id = state.ehr.create_by_hr(Kind::Department, values);
        state
            .oracle
            .assign_number(Side::Ehr, Kind::Department, &id, number);
        id
    })
}

/// Bug 2 of `directory::planted`, for departments: the create is killed, lands late, and the eHR closed it meanwhile.
#[test]
fn a_department_created_after_its_closing_is_removed() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(
            1,
            policy_without_grace(PolicyPreset::EhrIsMaster),
            SIZE,
            &[Fault::KilledInFlight],
        );
        let id = history.edit_world(|state| make_department(state, 1));
        history.begin_look(Side::Ehr, Kind::Department, id.clone());
        let ended = history.poll_times(moment);
        history.kill();
        history.edit_world(|state| {
            state.hr_scripted("closes it", |state| {
                state.ehr.edit(Kind::Department, &id, |r| r.active = false);
            });
        });
        history.begin_look(Side::Ehr, Kind::Department, id);
        history.run_to_end();
        history.advance_time(10 * 60_000);
        assert_good(&history.heal_and_judge(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

/// The create is killed and lands late, and meanwhile the eHR moves the department below another
/// one. The engine finds it where it was created, and does not create it again.
#[test]
fn a_department_moved_during_its_create_is_created_once() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(
            1,
            policy_without_grace(PolicyPreset::EhrIsMaster),
            SIZE,
            &[Fault::KilledInFlight],
        );
        let id = history.edit_world(|state| make_department(state, 1));
        history.begin_look(Side::Ehr, Kind::Department, id.clone());
        let ended = history.poll_times(moment);
        history.kill();
        history.advance_time(7 * 60_000);
        history.edit_world(|state| {
            let parent = in_ehr(state, Kind::Department, 2);
            state.hr_scripted("moves it", |state| {
                state.ehr.edit(Kind::Department, &id, |record| {
                    record.values.show_refs(Field::Parent, [parent.to_string()]);
                });
            });
        });
        history.begin_look(Side::Ehr, Kind::Department, id);
        history.run_to_end();
        assert_good(&history.heal_and_judge(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

/// Two looks at one newcomer. The second reads both sides before the first stores the link, and
/// reads the link afterwards. It must not conclude that the account of the first was deleted.
#[test]
fn a_link_stored_between_two_reads_causes_no_duplicate() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(
            1,
            policy_without_grace(PolicyPreset::EhrIsMaster),
            SIZE,
            &[],
        );
        let (number, id) = history.edit_world(|state| {
            let number = state.next_number();
            let at = in_ehr(state, Kind::Department, 1);
            (
                number,
                state.hr_scripted("hires", |state| {
                    state.hire_in_ehr(number, 0, Some(&at), number)
                }),
            )
        });
        history.begin_look(Side::Ehr, Kind::Person, id.clone());
        let ended = history.poll_times(moment);
        history.interleave(|history| {
            history.begin_look(Side::Ehr, Kind::Person, id.clone());
            history.run_to_end();
        });
        history.run_to_end();
        let accounts = history.edit_world(|state| {
            let people = state.dingtalk.company().people.keys();
            people
                .filter(|id| {
                    state
                        .oracle
                        .number_of(Side::DingTalk, Kind::Person, &native_id(id))
                        == Some(number)
                })
                .count()
        });
        assert_eq!(accounts, 1, "at {moment}");
        assert_good(&history.heal_and_judge(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

/// A `userid` is given to another person during a write to it. The engine must not store the new
/// `unionid` for the old person, and must write none of the old person's values once it can know.
#[test]
fn a_userid_reassigned_during_a_write_is_quarantined() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(
            1,
            policy_without_grace(PolicyPreset::EhrIsMaster),
            SIZE,
            &[],
        );
        let id = history.edit_world(|state| {
            let id = in_ehr(state, Kind::Person, 3);
            state.hr_scripted("promotes", |state| {
                state.ehr.edit(Kind::Person, &id, |r| {
                    r.values
                        .show(Field::Title, Some(FieldValue::Text("t3·99".into())));
                });
            });
            id
        });
        history.begin_look(Side::Ehr, Kind::Person, id.clone());
        let ended = history.poll_times(moment);
        history.edit_world(|state| give_to_somebody_else(state, 3));
        history.run_to_end();
        history.edit_world(|state| {
            state.hr_scripted("promotes again", |state| {
                state.ehr.edit(Kind::Person, &id, |r| {
                    r.values
                        .show(Field::Title, Some(FieldValue::Text("t3·100".into())));
                });
            });
        });
        history.begin_look(Side::Ehr, Kind::Person, id);
        history.run_to_end();
        assert_good(&history.heal_and_judge(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

fn give_to_somebody_else(state: &mut WorldState, old: u32) {
    let number = state.next_number();
    let people = &state.dingtalk.company().people;
    let has = |id: &&String| {
        state
            .oracle
            .number_of(Side::DingTalk, Kind::Person, &native_id(id))
            == Some(old)
    };
    let userid = people
        .keys()
        .find(has)
        .expect("they are in DingTalk")
        .clone();
    state.oracle.confused.extend([old, number]);
    state.oracle.reused_at.insert(number, state.now);
    state
        .dingtalk_scripted(
            Act::Leave {
                userid: userid.clone(),
            },
            None,
        )
        .expect("they leave");
    let fields = PersonChanges {
        mobile: Some(numbered_mobile(number, 7)),
        ..PersonChanges::default()
    };
    let name = numbered_name(Kind::Person, number, 7);
    let act = Act::Hire {
        name,
        departments: vec![1],
        fields: Box::new(fields),
        userid: Some(userid),
    };
    state
        .dingtalk_scripted(act, Some((Kind::Person, number)))
        .expect("they come");
}

/// An invocation may be killed at any await, with its write landing late. Nothing is lost, doubled
/// or left behind.
#[test]
fn a_sweep_killed_at_any_await_loses_nothing() {
    for (preset, lands) in [
        (PolicyPreset::EhrIsMaster, true),
        (PolicyPreset::EhrIsMaster, false),
        (PolicyPreset::DingTalkIsMaster, true),
    ] {
        for moment in (0..700).step_by(7) {
            let faults: &[Fault] = if lands { &[Fault::KilledInFlight] } else { &[] };
            let mut history = Scripted::new(2, policy_without_grace(preset), SIZE, faults);
            history.edit_world(|state| (0..12).for_each(|_| state.edit_any_side()));
            history.begin_sweep();
            let ended = history.poll_times(moment);
            history.kill();
            assert_good(&history.heal_and_judge(), moment);
            if ended {
                break;
            }
        }
    }
}
