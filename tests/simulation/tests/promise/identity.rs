//! Identity: who is who, and who has left.

use directory::policy::PolicyPreset;
use directory::{Field, Kind, Side};
use sandbox::world::{Act, PersonChanges};
use simulation::company::{numbered_mobile, numbered_name};
use simulation::contacts::native_id;
use simulation::scripted::Scripted;
use simulation::world::WorldState;

use crate::company::*;

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

/// A wake skipped `Left` and not `Quarantined`.
#[test]
pub(crate) fn a_person_in_quarantine_is_not_marked_left_when_the_next_owner_of_the_userid_leaves() {
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

/// A wrong `userid` in HR's record made one person of two.
#[test]
pub(crate) fn a_wrong_kept_userid_overwrites_nothing() {
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

/// The same in the eHR's direction: an account is overwritten.
#[test]
pub(crate) fn a_wrong_kept_userid_overwrites_no_account() {
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

/// Somebody whose first day is put off has not left.
#[test]
pub(crate) fn a_record_that_becomes_not_yet_is_no_leaver() {
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
