//! The guard: whatever path a write takes, no more than the budget of a day.

use directory::policy::PolicyPreset;
use directory::{DeptId, Field, FieldValue, Kind, Side};
use sandbox::world::Act;
use simulation::company::dept_id;
use simulation::contacts::native_id;

use crate::company::*;

/// Wakes took as many as there were events.
#[test]
pub(crate) fn wakes_remove_no_more_than_the_budget_of_a_day() {
    let policy = policy_without_grace(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, LARGE);
    let (before, gone) = history.edit_world(|state| (accounts(state), leavers(state, 30)));
    for id in &gone {
        leave_in_ehr(&mut history, id);
        look(&mut history, Side::Ehr, Kind::Person, id);
    }
    let after = history.edit_world(|state| accounts(state));
    assert!(
        before - after <= 5,
        "{} of {before} accounts were deleted by wakes",
        before - after
    );
}

/// The other way round: people are marked left in the eHR.
#[test]
pub(crate) fn wakes_mark_no_more_people_left_than_the_budget_of_a_day() {
    let policy = policy_without_grace(PolicyPreset::DingTalkIsMaster);
    let mut history = bound_company(policy, LARGE);
    let before = history.edit_world(|state| ehr_records(state, Kind::Person).len());
    for number in 20..50 {
        let userid = format!("u{number}");
        history.edit_world(|state| {
            let leave = Act::Leave {
                userid: userid.clone(),
            };
            state.dingtalk_scripted(leave, None).expect("they leave");
        });
        look(
            &mut history,
            Side::DingTalk,
            Kind::Person,
            &native_id(&userid),
        );
    }
    let after = history.edit_world(|state| ehr_records(state, Kind::Person).len());
    assert!(
        before - after <= 5,
        "{} of {before} people were marked left by wakes",
        before - after
    );
}

/// What two sweeps had held was written one by one by retries, events and what a pause had laid aside.
#[test]
pub(crate) fn what_a_sweep_held_is_held_for_wakes() {
    let policy = policy_without_grace(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, LARGE);
    let (before, gone) = history.edit_world(|state| (accounts(state), leavers(state, 20)));
    for id in &gone {
        delete_in_ehr(&mut history, id);
    }
    for _ in 0..3 {
        sweep_after(&mut history, 1);
    }
    assert_eq!(
        history.edit_world(|state| accounts(state)),
        before,
        "the sweeps hold all of them"
    );
    for id in &gone {
        look(&mut history, Side::Ehr, Kind::Person, id);
    }
    // Another day, another budget: what is held waits for a person all the same.
    history.advance_time(30 * HOUR_MS);
    for id in &gone {
        look(&mut history, Side::Ehr, Kind::Person, id);
    }
    assert_eq!(
        history.edit_world(|state| accounts(state)),
        before,
        "and so do the looks"
    );
}

/// Titles that became empty, one event at a time.
#[test]
pub(crate) fn wakes_blank_no_more_than_the_budget_of_a_day() {
    let policy = policy_without_grace(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, LARGE);
    let people = history.edit_world(|state| ehr_records(state, Kind::Person));
    for (_, id) in &people {
        history.edit_world(|state| {
            state.hr_scripted("blanks", |state| {
                state.ehr.edit(Kind::Person, id, |record| {
                    record.values.show(Field::Title, None);
                });
            });
        });
        look(&mut history, Side::Ehr, Kind::Person, id);
    }
    let blank = history.edit_world(|state| {
        let people = state.dingtalk.company().people.values();
        people.filter(|person| person.title.is_empty()).count()
    });
    assert!(blank <= 5, "{blank} titles were blanked by wakes");
}

/// Departments went without a guard.
#[test]
pub(crate) fn a_sweep_closes_no_more_departments_than_the_guard_lets() {
    let policy = policy_with_free_fields(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, LARGE);
    history.edit_world(|state| {
        let root = in_ehr(state, Kind::Department, 1);
        for (_, id) in ehr_records(state, Kind::Person) {
            let at = Some(FieldValue::Refs([root.to_string()].into()));
            state.hr_scripted("moves", |state| {
                state.ehr.edit(Kind::Person, &id, |record| {
                    record.values.show(Field::Departments, at);
                });
            });
        }
    });
    sweep_after(&mut history, 1);
    let before = history.edit_world(|state| state.dingtalk.company().departments.len());
    history.edit_world(|state| {
        for (number, id) in ehr_records(state, Kind::Department) {
            if number > 7 {
                state.hr_scripted("closes", |state| {
                    state
                        .ehr
                        .edit(Kind::Department, &id, |record| record.active = false);
                });
            }
        }
    });
    for _ in 0..8 {
        sweep_after(&mut history, 1);
    }
    let after = history.edit_world(|state| state.dingtalk.company().departments.len());
    assert!(
        before - after <= 5,
        "{} of {before} departments were deleted",
        before - after
    );
}

/// And by wakes.
#[test]
pub(crate) fn wakes_close_no_more_departments_than_the_guard_lets() {
    let policy = policy_with_free_fields(PolicyPreset::DingTalkIsMaster);
    let mut history = bound_company(policy, LARGE);
    history.edit_world(|state| {
        let people: Vec<String> = state.dingtalk.company().people.keys().cloned().collect();
        for userid in people {
            let to_root = Act::Move {
                userid,
                departments: vec![1],
            };
            state.dingtalk_scripted(to_root, None).expect("they move");
        }
    });
    sweep_after(&mut history, 1);
    let before = history.edit_world(|state| ehr_records(state, Kind::Department).len());
    for number in (8..=25).rev() {
        let closed = history.edit_world(|state| {
            let close = Act::DeleteDepartment {
                dept_id: dept_id(number),
            };
            state.dingtalk_scripted(close, None).is_ok()
        });
        assert!(closed, "department {number} is empty");
        let id = DeptId(dept_id(number)).into();
        look(&mut history, Side::DingTalk, Kind::Department, &id);
    }
    let after = history.edit_world(|state| ehr_records(state, Kind::Department).len());
    assert!(
        before - after <= 5,
        "{} of {before} departments were closed",
        before - after
    );
}

/// Five leavers an hour, each time below the limit of a sweep.
#[test]
pub(crate) fn leavers_below_the_limit_of_each_sweep_add_up() {
    let policy = policy_without_grace(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, LARGE);
    let (before, gone) = history.edit_world(|state| (accounts(state), leavers(state, 35)));
    // All within one day of Shanghai's.
    for five in gone.chunks(5).take(6) {
        for id in five {
            leave_in_ehr(&mut history, id);
        }
        sweep_after(&mut history, 1);
    }
    let after = history.edit_world(|state| accounts(state));
    assert!(
        before - after <= 5,
        "{} of {before} accounts went in six sweeps of a day",
        before - after
    );
}

/// Ordinary leavers are no disaster: they go on the day they leave.
#[test]
pub(crate) fn a_few_leavers_go_at_once() {
    let policy = policy_without_grace(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, LARGE);
    let (before, gone) = history.edit_world(|state| (accounts(state), leavers(state, 4)));
    for id in &gone {
        leave_in_ehr(&mut history, id);
        look(&mut history, Side::Ehr, Kind::Person, id);
        look(&mut history, Side::Ehr, Kind::Person, id);
    }
    assert_eq!(before - history.edit_world(|state| accounts(state)), 4);
    let outcome = history.heal_and_judge();
    assert!(
        outcome.violations.is_empty(),
        "{:#?}\n{}",
        outcome.violations,
        outcome.story.join("\n")
    );
}
