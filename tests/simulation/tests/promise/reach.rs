//! Reach: what is excluded or marked stays as it is.

use directory::policy::{IdsBySide, PolicyPreset};
use directory::{DeptId, Field, Kind, NativeId, Side};
use sandbox::world::Act;
use simulation::company::dept_id;
use simulation::contacts::native_id;
use simulation::world::WorldState;

use crate::company::*;

/// Somebody in A and in an excluded department lost that when HR moved them.
#[test]
pub(crate) fn a_membership_out_of_reach_survives_a_move() {
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

/// A department that is marked by DingTalk's id protects whoever disappears in DingTalk.
#[test]
pub(crate) fn a_mark_by_one_sides_id_protects_whoever_disappears_there() {
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
