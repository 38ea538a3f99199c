//! The promise, row by row: what a sceptical reader found in the engine, each as a history that is written down. Guard, identity,
//! reach and policy, whatever path a write takes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may"
)]

use directory::guard::GuardLimits;
use directory::policy::{IdsBySide, Policy, PolicyPreset};
use directory::{DeptId, Field, FieldValue, Kind, NativeId, Side};
use sandbox::world::{Act, PersonChanges};
use simulation::company::{InitialSize, dept_id, numbered_mobile, numbered_name};
use simulation::contacts::native_id;
use simulation::scripted::Scripted;
use simulation::world::WorldState;

const SMALL: InitialSize = InitialSize {
    people: 8,
    departments: 4,
};

/// 60 people: five removals a day, and 25 departments.
const LARGE: InitialSize = InitialSize {
    people: 60,
    departments: 25,
};

const HOUR_MS: i64 = 3_600_000;

/// Nobody waits for the end of a grace period.
fn policy_without_grace(preset: PolicyPreset) -> Policy {
    Policy {
        grace_days: 0,
        ..Policy::from_preset(preset)
    }
}

/// Fields may change as they like; removals are limited as usual.
fn policy_with_free_fields(preset: PolicyPreset) -> Policy {
    Policy {
        limits: GuardLimits {
            blanked_share: 1000,
            changed_share: 1000,
            fields_floor: 1000,
            ..GuardLimits::default()
        },
        ..policy_without_grace(preset)
    }
}

fn bound_company(policy: Policy, size: InitialSize) -> Scripted {
    let mut history = Scripted::new(1, policy, size, &[]);
    // Whoever the eHR brings to DingTalk is there, and referred to.
    history.advance_time(HOUR_MS);
    history.run_undisturbed_sweep();
    history.edit_world(|state| state.wakes.clear());
    history
}

/// Active records of the eHR, by number.
fn ehr_records(state: &WorldState, kind: Kind) -> Vec<(u32, NativeId)> {
    let of_kind = state
        .ehr
        .all()
        .filter(|stored| stored.record.kind == kind && stored.record.active);
    let mut all: Vec<_> = of_kind
        .filter_map(|stored| {
            let id = &stored.record.id;
            Some((state.oracle.number_of(Side::Ehr, kind, id)?, id.clone()))
        })
        .collect();
    all.sort_unstable();
    all
}

fn in_ehr(state: &WorldState, kind: Kind, number: u32) -> NativeId {
    let all = ehr_records(state, kind);
    let found = all.into_iter().find(|(of, _)| *of == number);
    found.expect("it is in the eHR").1
}

fn accounts(state: &WorldState) -> usize {
    state.dingtalk.company().people.len()
}

/// Employees whom no rule protects, the last ones.
fn leavers(state: &WorldState, count: usize) -> Vec<NativeId> {
    let people = ehr_records(state, Kind::Person);
    let ordinary = people.into_iter().filter(|(number, _)| *number > 1);
    ordinary.rev().take(count).map(|(_, id)| id).collect()
}

fn leave_in_ehr(history: &mut Scripted, id: &NativeId) {
    history.edit_world(|state| {
        state.hr_scripted("leaves", |state| {
            state
                .ehr
                .edit(Kind::Person, id, |record| record.active = false);
        });
    });
}

fn delete_in_ehr(history: &mut Scripted, id: &NativeId) {
    history.edit_world(|state| {
        state.hr_scripted("deleted", |state| state.ehr.delete(Kind::Person, id));
        if let Some(number) = state.oracle.number_of(Side::Ehr, Kind::Person, id) {
            state.oracle.deleted.insert((Kind::Person, number));
        }
    });
}

fn look(history: &mut Scripted, side: Side, kind: Kind, id: &NativeId) {
    history.begin_look(side, kind, id.clone());
    history.run_to_end();
}

/// A complete sweep, a while later.
fn sweep_after(history: &mut Scripted, hours: i64) {
    history.advance_time(hours * HOUR_MS);
    history.run_undisturbed_sweep();
}

/// Row 1: wakes took as many as there were events.
#[test]
fn wakes_remove_no_more_than_the_budget_of_a_day() {
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

/// Row 1, the other way round: people are marked left in the eHR.
#[test]
fn wakes_mark_no_more_people_left_than_the_budget_of_a_day() {
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

/// Row 1: what two sweeps had held was written one by one by retries, events and what a pause had laid aside.
#[test]
fn what_a_sweep_held_is_held_for_wakes() {
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

/// Row 1: titles that became empty, one event at a time.
#[test]
fn wakes_blank_no_more_than_the_budget_of_a_day() {
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

/// Row 2: departments went without a guard.
#[test]
fn a_sweep_closes_no_more_departments_than_the_guard_lets() {
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

/// Row 2: and by wakes.
#[test]
fn wakes_close_no_more_departments_than_the_guard_lets() {
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

/// Row 8: five leavers an hour, each time below the limit of a sweep.
#[test]
fn leavers_below_the_limit_of_each_sweep_add_up() {
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
fn a_few_leavers_go_at_once() {
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

fn give_userid_to_another(state: &mut WorldState, old: u32) -> u32 {
    let number = state.next_number();
    let userid = format!("u{old}");
    state.oracle.confused.extend([old, number]);
    let leave = Act::Leave {
        userid: userid.clone(),
    };
    state.dingtalk_scripted(leave, None).expect("they leave");
    let fields = PersonChanges {
        mobile: Some(numbered_mobile(number, 7)),
        ..PersonChanges::default()
    };
    let hire = Act::Hire {
        name: numbered_name(Kind::Person, number, 7),
        departments: vec![1],
        fields: Box::new(fields),
        userid: Some(userid),
    };
    let newcomer = Some((Kind::Person, number));
    state.dingtalk_scripted(hire, newcomer).expect("they come");
    number
}

/// Row 6: a wake skipped `Left` and not `Quarantined`.
#[test]
fn a_person_in_quarantine_is_not_marked_left_when_the_next_owner_of_the_userid_leaves() {
    let policy = policy_without_grace(PolicyPreset::DingTalkIsMaster);
    let mut history = bound_company(policy, SMALL);
    history.edit_world(|state| give_userid_to_another(state, 3));
    look(&mut history, Side::DingTalk, Kind::Person, &native_id("u3"));
    history.edit_world(|state| {
        let leave = Act::Leave {
            userid: "u3".to_owned(),
        };
        state
            .dingtalk_scripted(leave, None)
            .expect("the second one leaves");
    });
    look(&mut history, Side::DingTalk, Kind::Person, &native_id("u3"));
    for _ in 0..3 {
        sweep_after(&mut history, 1);
    }
    history.edit_world(|state| {
        _ = in_ehr(state, Kind::Person, 3);
    });
}

/// Row 7: a wrong `userid` in HR's record made one person of two.
#[test]
fn a_wrong_kept_userid_overwrites_nothing() {
    let policy = policy_without_grace(PolicyPreset::DingTalkIsMaster);
    let mut history = bound_company(policy, SMALL);
    let (stranger, userid) = history.edit_world(|state| {
        let (in_ehr_only, in_dingtalk_only) = (state.next_number(), state.next_number());
        let stranger =
            state.hr_scripted("hires", |state| state.hire_in_ehr(in_ehr_only, 0, None, 1));
        let hire = Act::Hire {
            name: numbered_name(Kind::Person, in_dingtalk_only, 0),
            departments: vec![1],
            fields: Box::new(PersonChanges {
                mobile: Some(numbered_mobile(in_dingtalk_only, 0)),
                ..PersonChanges::default()
            }),
            userid: None,
        };
        let newcomer = Some((Kind::Person, in_dingtalk_only));
        let hired = state.dingtalk_scripted(hire, newcomer).expect("they come");
        let userid = native_id(&hired.userid.expect("a userid"));
        state
            .ehr
            .keep_dingtalk_id(Kind::Person, &stranger, userid.clone());
        (stranger, userid)
    });
    let name = |history: &mut Scripted| {
        history.edit_world(|state| {
            let stored = state.ehr.get(Kind::Person, &stranger).expect("it is there");
            let values = &stored.record.values;
            [Field::Name, Field::JobNumber, Field::Mobile]
                .map(|field| values.text(field).map(str::to_owned))
        })
    };
    let before = name(&mut history);
    look(&mut history, Side::DingTalk, Kind::Person, &userid);
    sweep_after(&mut history, 1);
    assert_eq!(name(&mut history), before, "another person's values");
}

/// Row 7: the same in the eHR's direction: an account is overwritten.
#[test]
fn a_wrong_kept_userid_overwrites_no_account() {
    let policy = policy_with_free_fields(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, SMALL);
    let (id, userid) = history.edit_world(|state| {
        let (employee, other) = (state.next_number(), state.next_number());
        let hire = Act::Hire {
            name: numbered_name(Kind::Person, other, 0),
            departments: vec![1],
            fields: Box::new(PersonChanges {
                mobile: Some(numbered_mobile(other, 0)),
                ..PersonChanges::default()
            }),
            userid: None,
        };
        let newcomer = Some((Kind::Person, other));
        let hired = state.dingtalk_scripted(hire, newcomer).expect("they come");
        let userid = hired.userid.expect("a userid");
        let at = in_ehr(state, Kind::Department, 1);
        let id = state.hr_scripted("hires", |state| {
            state.hire_in_ehr(employee, 0, Some(&at), 1)
        });
        state
            .ehr
            .keep_dingtalk_id(Kind::Person, &id, native_id(&userid));
        (id, userid)
    });
    let name = |history: &mut Scripted| {
        history.edit_world(|state| state.dingtalk.company().people[&userid].name.clone())
    };
    let before = name(&mut history);
    look(&mut history, Side::Ehr, Kind::Person, &id);
    sweep_after(&mut history, 1);
    assert_eq!(name(&mut history), before, "another person's name");
}

/// Row 11: somebody whose first day is put off has not left.
#[test]
fn a_record_that_becomes_not_yet_is_no_leaver() {
    let policy = policy_without_grace(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, SMALL);
    let (before, id) =
        history.edit_world(|state| (accounts(state), in_ehr(state, Kind::Person, 3)));
    history.edit_world(|state| {
        state.hr_scripted("puts off the first day", |state| {
            state.ehr.expect_later(Kind::Person, &id);
        });
    });
    look(&mut history, Side::Ehr, Kind::Person, &id);
    for _ in 0..3 {
        sweep_after(&mut history, 1);
    }
    assert_eq!(history.edit_world(|state| accounts(state)), before);
}

/// Row 5: somebody in A and in an excluded department lost that when HR moved them.
#[test]
fn a_membership_out_of_reach_survives_a_move() {
    let policy = policy_with_free_fields(PolicyPreset::EhrIsMaster);
    let mut history = bound_company(policy, SMALL);
    let account = |state: &WorldState, kind, number| {
        let id = in_ehr(state, kind, number);
        let link = state.links.by_native(kind, Side::Ehr, &id);
        let dingtalk = link.and_then(|link| link.dingtalk.clone());
        dingtalk.expect("it is linked")
    };
    let (person, excluded, to) = history.edit_world(|state| {
        let number = 6;
        let person = account(state, Kind::Person, number);
        let own = state.dingtalk.company().people[person.as_str()].departments[0].dept_id;
        let of = |number| account(state, Kind::Department, number);
        let above = |department: &NativeId| {
            let id = department.to_dept_id().expect("a department").0;
            state.dingtalk.company().chain(id)
        };
        // Neither department of the person may be below the excluded one.
        let others = || (2..=4).filter(|number| of(*number) != DeptId(own).into());
        let is_apart = |excluded: u32, to: u32| {
            let id = of(excluded).to_dept_id().expect("a department").0;
            let chains = [above(&of(to)), above(&DeptId(own).into())];
            excluded != to && chains.iter().all(|chain| !chain.contains(&id))
        };
        let pairs = others().flat_map(|one| others().map(move |other| (one, other)));
        let mut apart = pairs.filter(|(excluded, to)| is_apart(*excluded, *to));
        let (excluded, to) = apart.next().expect("two departments apart");
        let (excluded, to) = (
            (of(excluded), in_ehr(state, Kind::Department, excluded)),
            to,
        );
        let out = excluded.0.to_dept_id().expect("a department").0;
        let both = Act::Move {
            userid: person.to_string(),
            departments: vec![own, out],
        };
        state
            .dingtalk_scripted(both, None)
            .expect("a second department");
        state.policy.departments.exclude = IdsBySide {
            dingtalk: [excluded.0.clone()].into(),
            ehr: [excluded.1].into(),
        };
        let there = in_ehr(state, Kind::Department, to);
        let id = in_ehr(state, Kind::Person, number);
        state.hr_scripted("moves", |state| {
            state.ehr.edit(Kind::Person, &id, |record| {
                record
                    .values
                    .show_refs(Field::Departments, [there.to_string()]);
            });
        });
        let to = account(state, Kind::Department, to);
        ((person, id), out, to.to_dept_id().expect("a department").0)
    });
    look(&mut history, Side::Ehr, Kind::Person, &person.1);
    sweep_after(&mut history, 1);
    let departments: Vec<i64> = history.edit_world(|state| {
        let person = &state.dingtalk.company().people[person.0.as_str()];
        person.departments.iter().map(|at| at.dept_id).collect()
    });
    assert!(
        departments.contains(&excluded),
        "the excluded department is kept: {departments:?}"
    );
    assert!(
        departments.contains(&to),
        "and HR's is there: {departments:?}"
    );
}

/// Row 5: a department that is marked by DingTalk's id protects whoever disappears in DingTalk.
#[test]
fn a_mark_by_one_sides_id_protects_whoever_disappears_there() {
    let marked: NativeId = DeptId(dept_id(2)).into();
    let mut policy = policy_without_grace(PolicyPreset::DingTalkIsMaster);
    let size = SMALL;
    let mut history = bound_company(policy.clone(), size);
    // Everybody is linked; then the mark is set.
    policy.untouchable.departments = IdsBySide {
        dingtalk: [marked].into(),
        ehr: Default::default(),
    };
    let number = 8;
    history.edit_world(|state| {
        let there = Act::Move {
            userid: format!("u{number}"),
            departments: vec![dept_id(2)],
        };
        state.dingtalk_scripted(there, None).expect("they move");
    });
    sweep_after(&mut history, 1);
    history.edit_world(|state| {
        state.policy = policy;
        let leave = Act::Leave {
            userid: format!("u{number}"),
        };
        state.dingtalk_scripted(leave, None).expect("they leave");
    });
    let userid = native_id(&format!("u{number}"));
    look(&mut history, Side::DingTalk, Kind::Person, &userid);
    for _ in 0..3 {
        sweep_after(&mut history, 1);
    }
    history.edit_world(|state| {
        _ = in_ehr(state, Kind::Person, number);
    });
}

/// Each of these mistakes, planted in the engine, is seen by the history that is written down for it.
#[cfg(feature = "planted")]
#[test]
fn planted_mistakes_are_seen() {
    use directory::planted::{Bug, plant};

    let written_down: [(Bug, fn()); 8] = [
        (
            Bug::WakesUnguarded,
            wakes_remove_no_more_than_the_budget_of_a_day,
        ),
        (
            Bug::BudgetForgets,
            leavers_below_the_limit_of_each_sweep_add_up,
        ),
        (
            Bug::DepartmentsUnguarded,
            a_sweep_closes_no_more_departments_than_the_guard_lets,
        ),
        (Bug::KeptIdSuffices, a_wrong_kept_userid_overwrites_nothing),
        (
            Bug::QuarantinedIsRemoved,
            a_person_in_quarantine_is_not_marked_left_when_the_next_owner_of_the_userid_leaves,
        ),
        (Bug::HoldIgnored, what_a_sweep_held_is_held_for_wakes),
        (
            Bug::NotYetHasLeft,
            a_record_that_becomes_not_yet_is_no_leaver,
        ),
        (
            Bug::MembershipNotCarried,
            a_membership_out_of_reach_survives_a_move,
        ),
    ];
    let mut unseen = Vec::new();
    for (bug, history) in written_down {
        plant(Some(bug));
        let seen = std::panic::catch_unwind(history).is_err();
        plant(None);
        unseen.extend((!seen).then_some(bug.key()));
    }
    assert!(unseen.is_empty(), "{unseen:?} go unseen");
}
