//! Acts on departments: what DingTalk refuses, and what a merge keeps.

use sandbox::world::Act;
use serde_json::json;

use crate::acts::{event_kinds, perform_act, refusal_code};
use crate::world_harness::WorldHarness;

fn assert_refused(harness: &mut WorldHarness, act: Act, code: i64) {
    assert_eq!(refusal_code(perform_act(harness, act)), code);
}

#[test]
fn invalid_department_acts_get_documented_refusals() {
    let mut harness = WorldHarness::new(60, 8);
    let children: Vec<i64> = harness
        .world
        .company()
        .departments
        .values()
        .filter(|d| d.parent_id == Some(1))
        .map(|d| d.dept_id)
        .collect();
    let (a, b) = (children[0], children[1]);
    let name = harness.world.company().departments[&b].name.clone();
    let create = |name: &str, parent_id| Act::CreateDepartment {
        name: name.into(),
        parent_id,
    };
    assert_refused(&mut harness, create(&name, 1), 60021);
    assert_refused(&mut harness, create("a-b", 1), 60001);
    assert_refused(&mut harness, create("新部门", 5), 60004);
    let new = perform_act(&mut harness, create("新部门", a))
        .unwrap()
        .dept_id
        .unwrap();
    assert_refused(
        &mut harness,
        Act::MoveDepartment {
            dept_id: a,
            parent_id: new,
        },
        60010,
    );
    assert_refused(&mut harness, Act::DeleteDepartment { dept_id: 1 }, 60007);
    assert_refused(&mut harness, Act::DeleteDepartment { dept_id: b }, 60005);
    let below = perform_act(&mut harness, create("更小的部门", new))
        .unwrap()
        .dept_id
        .unwrap();
    assert_refused(&mut harness, Act::DeleteDepartment { dept_id: new }, 60006);
    perform_act(&mut harness, Act::DeleteDepartment { dept_id: below }).unwrap();
    perform_act(&mut harness, Act::DeleteDepartment { dept_id: new }).unwrap();
    assert_eq!(
        event_kinds(&harness),
        [
            "org_dept_create",
            "org_dept_create",
            "org_dept_remove",
            "org_dept_remove"
        ]
    );
}

#[test]
fn a_merge_keeps_all_members() {
    let mut harness = WorldHarness::new(80, 8);
    let children: Vec<i64> = harness
        .world
        .company()
        .departments
        .values()
        .filter(|d| d.parent_id == Some(1))
        .map(|d| d.dept_id)
        .collect();
    let (from, into) = (children[0], children[1]);
    let both: Vec<String> = harness
        .world
        .company()
        .people
        .values()
        .filter(|p| p.is_in(from) || p.is_in(into))
        .map(|p| p.userid.clone())
        .collect();
    perform_act(&mut harness, Act::MergeDepartments { from, into }).unwrap();
    let company = harness.world.company();
    assert!(!company.departments.contains_key(&from));
    assert!(
        company
            .departments
            .values()
            .all(|d| d.parent_id != Some(from))
    );
    for userid in &both {
        let places: Vec<i64> = company.people[userid]
            .departments
            .iter()
            .map(|m| m.dept_id)
            .collect();
        assert!(places.contains(&into) && places.iter().filter(|id| **id == into).count() == 1);
    }
    let listed = harness.post("/topapi/user/listid", json!({"dept_id": into}));
    assert_eq!(
        listed["result"]["userid_list"].as_array().unwrap().len(),
        both.len()
    );
    assert_eq!(
        event_kinds(&harness).last().map(String::as_str),
        Some("org_dept_remove")
    );
}
