//! Acts of people: what DingTalk refuses, and which events follow.

use sandbox::world::{Act, Delivery, EventSubject, PersonChanges, Refusal};
use serde_json::json;

use crate::world_harness::WorldHarness;

pub(crate) fn perform_act(
    harness: &mut WorldHarness,
    act: Act,
) -> Result<sandbox::world::ActOutcome, Refusal> {
    harness.advance_clock(1000);
    let now = harness.now;
    harness.world.act(now, act)
}

pub(crate) fn refusal_code(result: Result<sandbox::world::ActOutcome, Refusal>) -> i64 {
    result.err().map_or(0, |refusal| refusal.code)
}

pub(crate) fn event_kinds(harness: &WorldHarness) -> Vec<String> {
    harness
        .world
        .deliveries()
        .map(|d: &Delivery| d.event.kind.clone())
        .collect()
}

#[test]
fn a_hire_is_visible_at_once_and_emits_an_event() {
    let mut harness = WorldHarness::new(10, 3);
    let dept = *harness.world.company().departments.keys().nth(1).unwrap();
    let userid = harness.world.hire(harness.now, "陈新", &[dept]).unwrap();
    assert_eq!(
        harness.user(&userid)["result"]["dept_id_list"],
        json!([dept])
    );
    assert_eq!(event_kinds(&harness), ["user_add_org"]);
    assert_eq!(
        harness.world.deliveries().next().unwrap().event.about,
        EventSubject::Users(vec![userid])
    );
}

#[test]
fn a_leaver_disappears_and_returns_with_the_same_account() {
    let mut harness = WorldHarness::new(10, 3);
    let who = harness.ordinary_person();
    let before = harness.world.company().people[&who].clone();
    perform_act(
        &mut harness,
        Act::Leave {
            userid: who.clone(),
        },
    )
    .unwrap();
    assert_eq!(harness.user(&who)["errcode"], 60121);
    let back = Act::Rehire {
        userid: who.clone(),
        same_userid: false,
        departments: vec![],
    };
    let new = perform_act(&mut harness, back).unwrap().userid.unwrap();
    assert_ne!(new, who);
    let after = &harness.world.company().people[&new];
    assert_eq!(
        (&after.unionid, &after.mobile),
        (&before.unionid, &before.mobile)
    );
    assert_eq!(
        harness.world.company().left[&who].rehired_as.as_deref(),
        Some(new.as_str())
    );
    perform_act(
        &mut harness,
        Act::Leave {
            userid: new.clone(),
        },
    )
    .unwrap();
    let same = Act::Rehire {
        userid: new.clone(),
        same_userid: true,
        departments: vec![1],
    };
    assert_eq!(perform_act(&mut harness, same).unwrap().userid, Some(new));
}

#[test]
fn a_leaver_is_removed_as_manager_and_an_event_reports_it() {
    let mut harness = WorldHarness::new(60, 6);
    let people = &harness.world.company().people;
    let manager = people
        .values()
        .filter_map(|p| p.manager_userid.clone())
        .find(|m| people[m].sys_level != 1)
        .unwrap();
    perform_act(
        &mut harness,
        Act::Leave {
            userid: manager.clone(),
        },
    )
    .unwrap();
    assert!(
        harness
            .world
            .company()
            .people
            .values()
            .all(|p| p.manager_userid.as_ref() != Some(&manager))
    );
    assert!(event_kinds(&harness).contains(&"user_modify_org".to_owned()));
}

fn is_leader(harness: &WorldHarness, userid: &str, dept_id: i64) -> bool {
    let person = &harness.world.company().people[userid];
    person.membership(dept_id).unwrap().leader
}

#[test]
fn a_move_keeps_leadership_only_in_kept_departments() {
    let mut harness = WorldHarness::new(60, 6);
    let leader = harness
        .world
        .company()
        .people
        .values()
        .find(|p| p.departments.iter().any(|m| m.leader))
        .unwrap();
    let (who, old) = (leader.userid.clone(), leader.departments[0].dept_id);
    let new = *harness
        .world
        .company()
        .departments
        .keys()
        .find(|id| **id != old && **id != 1)
        .unwrap();
    perform_act(
        &mut harness,
        Act::Move {
            userid: who.clone(),
            departments: vec![old, new],
        },
    )
    .unwrap();
    assert!(is_leader(&harness, &who, old));
    perform_act(
        &mut harness,
        Act::Move {
            userid: who.clone(),
            departments: vec![new],
        },
    )
    .unwrap();
    assert!(!is_leader(&harness, &who, new));
    assert_eq!(
        refusal_code(perform_act(
            &mut harness,
            Act::Move {
                userid: who.clone(),
                departments: vec![]
            }
        )),
        40066
    );
    let dept = Some(new);
    perform_act(
        &mut harness,
        Act::Promote {
            userid: who.clone(),
            title: "总监".into(),
            dept_id: dept,
        },
    )
    .unwrap();
    assert!(is_leader(&harness, &who, new));
    assert_eq!(harness.user(&who)["result"]["title"], "总监");
}

#[test]
fn fields_can_be_changed_and_emptied() {
    let mut harness = WorldHarness::new(10, 2);
    let who = harness.ordinary_person();
    let other = harness
        .world
        .company()
        .people
        .values()
        .find(|p| p.userid != who)
        .unwrap()
        .mobile
        .clone();
    let fields: PersonChanges =
        serde_json::from_value(json!({"remark": null, "work_place": "月球", "hide_mobile": true}))
            .unwrap();
    perform_act(
        &mut harness,
        Act::Change {
            userid: who.clone(),
            fields: Box::new(fields),
        },
    )
    .unwrap();
    let row = harness.user(&who)["result"].clone();
    assert!(row.get("remark").is_none());
    assert_eq!(
        (row["work_place"].clone(), row["hide_mobile"].clone()),
        (json!("月球"), json!(true))
    );
    let taken = PersonChanges {
        mobile: Some(other),
        ..PersonChanges::default()
    };
    assert_eq!(
        refusal_code(perform_act(
            &mut harness,
            Act::Change {
                userid: who,
                fields: Box::new(taken)
            }
        )),
        60104
    );
}

#[test]
fn the_primary_administrator_cannot_leave() {
    let mut harness = WorldHarness::new(10, 2);
    let primary = harness
        .world
        .company()
        .people
        .values()
        .find(|p| p.sys_level == 1)
        .unwrap()
        .userid
        .clone();
    assert_ne!(
        refusal_code(perform_act(
            &mut harness,
            Act::Leave {
                userid: primary.clone()
            }
        )),
        0
    );
    assert!(harness.world.company().people.contains_key(&primary));
    let heir = harness.ordinary_person();
    perform_act(
        &mut harness,
        Act::SetAdmin {
            userid: heir.clone(),
            sys_level: 1,
        },
    )
    .unwrap();
    assert_eq!(harness.world.company().people[&primary].sys_level, 0);
    assert_eq!(
        harness
            .world
            .company()
            .people
            .values()
            .filter(|p| p.sys_level == 1)
            .count(),
        1
    );
}
