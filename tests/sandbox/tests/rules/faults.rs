//! Faults on request, in memory.

use sandbox::world::{Fault, FaultKind, Scope, TransportFault};
use serde_json::json;

use crate::world_harness::WorldHarness;

const LIST: &str = "/topapi/v2/user/list";

fn list_members(harness: &mut WorldHarness) -> sandbox::world::CallReply {
    harness.advance_clock(1000);
    let token = harness.log_in();
    let body = json!({"dept_id": 1, "cursor": 0, "size": 2});
    harness.send("POST", &format!("{LIST}?access_token={token}"), &body, None)
}

fn body_text(answer: &sandbox::world::CallReply) -> String {
    String::from_utf8(answer.response.body().to_vec()).unwrap()
}

#[test]
fn faults_hit_only_the_planned_call() {
    let mut harness = WorldHarness::new(20, 2);
    harness
        .world
        .arm(Fault::new(FaultKind::Error500).at(LIST).after(1).times(2));
    let statuses: Vec<u16> = (0..5)
        .map(|_| list_members(&mut harness).response.status().as_u16())
        .collect();
    assert_eq!(statuses, [200, 500, 500, 200, 200]);
    assert_eq!(harness.world.faults()[0].fired, 2);
    let hit = harness
        .world
        .log()
        .filter(|record| record.faults == [FaultKind::Error500])
        .count();
    assert_eq!(hit, 2);
}

#[test]
fn each_fault_kind_has_its_documented_effect() {
    let mut harness = WorldHarness::new(20, 2);
    let mut show = |fault: Fault| {
        harness.world.disarm(None);
        harness.world.arm(fault.at(LIST));
        list_members(&mut harness)
    };
    assert!(body_text(&show(Fault::new(FaultKind::Throttle))).contains("\"sub_code\":\"90018\""));
    assert!(body_text(&show(Fault::new(FaultKind::Empty200))).is_empty());
    assert!(body_text(&show(Fault::new(FaultKind::Html200))).starts_with("<!DOCTYPE html>"));
    assert!(
        serde_json::from_str::<serde_json::Value>(&body_text(&show(Fault::new(
            FaultKind::TruncatedJson
        ))))
        .is_err()
    );
    assert_eq!(
        show(Fault::new(FaultKind::LostConnection)).fault,
        Some(TransportFault::LostConnection)
    );
    assert_eq!(
        show(Fault::new(FaultKind::Hold)).fault,
        Some(TransportFault::Hold)
    );
    assert!(matches!(
        show(Fault::new(FaultKind::SlowBody)).fault,
        Some(TransportFault::SlowBody(_))
    ));
    assert!(body_text(&show(Fault::new(FaultKind::ExpireToken))).contains("40014"));
    assert!(!body_text(&show(Fault::new(FaultKind::HideMobile))).contains("mobile\":\""));
    assert!(body_text(&show(Fault::new(FaultKind::ShrinkScope))).contains("50004"));
    let narrow = Fault {
        scope: Some(Scope::whole()),
        ..Fault::new(FaultKind::ShrinkScope)
    };
    assert!(body_text(&show(narrow)).contains("\"errcode\":0"));
    assert!(body_text(&show(Fault::new(FaultKind::BanPage))).contains("1111"));
}

#[test]
fn codes_pages_and_odd_rows_are_as_the_fault_says() {
    let mut desk = WorldHarness::new(20, 2);
    let mut show = |fault: Fault| {
        desk.world.disarm(None);
        desk.world.arm(fault.at(LIST));
        let answer = list_members(&mut desk);
        (answer.response.status().as_u16(), body_text(&answer))
    };
    let (status, body) = show(Fault::new(FaultKind::ErrorCode).code("15", "isp.x"));
    assert_eq!(status, 200);
    assert!(
        body.contains("\"errcode\":15") && body.contains("\"sub_code\":\"isp.x\""),
        "{body}"
    );
    let (_, bare) = show(Fault::new(FaultKind::ErrorCode).code("88", ""));
    assert!(
        bare.contains("\"errcode\":88") && !bare.contains("sub_code"),
        "{bare}"
    );
    let (status, page) = show(Fault::new(FaultKind::HtmlPage).status(403));
    assert!(status == 403 && page.starts_with('<'));
    let rows = |body: &str| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body["result"]["list"].as_array().unwrap().clone()
    };
    let (_, plain) = show(Fault::new(FaultKind::OddField));
    let first = rows(&plain)[0]["userid"].as_str().unwrap().to_owned();
    let (_, odd) = show(Fault::odd_field("hired_date", json!("soon")).of_row(&first));
    assert_eq!(rows(&odd)[0]["hired_date"], "soon");
    assert_ne!(rows(&odd)[1]["hired_date"], "soon", "only in that row");
    let (_, null) = show(Fault::odd_field("userid", json!(null)));
    assert!(rows(&null).iter().all(|row| row["userid"].is_null()));
    let (_, without) = show(Fault::without_field("name"));
    assert!(rows(&without).iter().all(|row| row.get("name").is_none()));
    let (_, twice) = show(Fault::new(FaultKind::RepeatRow));
    assert_eq!(rows(&twice).len(), rows(&plain).len() + 1);
    let stored = serde_json::to_value(Fault::odd_field("userid", json!(null))).unwrap();
    assert_eq!(
        serde_json::from_value::<Fault>(stored).unwrap(),
        Fault::odd_field("userid", json!(null)),
        "null is a value"
    );
}

#[test]
fn a_userid_is_found_in_another_case_where_that_is_set() {
    let mut desk = WorldHarness::new(20, 2);
    let token = desk.log_in();
    let id = desk.world.truth().people[0].userid.clone();
    let body = json!({"userid": id.to_uppercase()});
    let path = format!("/topapi/v2/user/get?access_token={token}");
    let mut ask = |any: bool| {
        let change = serde_json::from_value(json!({"userids_any_case": any})).unwrap();
        let now = directory::Timestamp(0);
        desk.world.change_settings(now, &change).unwrap();
        body_text(&desk.send("POST", &path, &body, None))
    };
    if id != id.to_uppercase() {
        assert!(ask(false).contains("60121"));
    }
    assert!(
        ask(true).contains(&format!("\"userid\":\"{id}\"")),
        "as it is"
    );
}

#[test]
fn a_lost_page_looks_complete_and_a_repeated_cursor_repeats() {
    let mut harness = WorldHarness::new(20, 1);
    let whole = crate::world_harness::parse_body(&list_members(&mut harness))["result"].clone();
    assert_eq!(
        (
            whole["list"].as_array().unwrap().len(),
            whole["next_cursor"].clone()
        ),
        (2, json!(2))
    );
    harness.world.arm(Fault::new(FaultKind::LosePage).at(LIST));
    let lost = crate::world_harness::parse_body(&list_members(&mut harness))["result"].clone();
    assert_eq!(
        (
            lost["list"].as_array().unwrap().len(),
            lost["has_more"].clone()
        ),
        (1, json!(false))
    );
    assert!(lost.get("next_cursor").is_none());
    harness.world.arm(Fault::new(FaultKind::EmptyList).at(LIST));
    let empty = crate::world_harness::parse_body(&list_members(&mut harness))["result"].clone();
    assert_eq!(
        (&empty["list"], &empty["has_more"]),
        (&json!([]), &json!(false))
    );
    harness
        .world
        .arm(Fault::new(FaultKind::RepeatCursor).at(LIST));
    let repeated = crate::world_harness::parse_body(&list_members(&mut harness))["result"].clone();
    assert_eq!(
        (
            repeated["next_cursor"].clone(),
            repeated["has_more"].clone()
        ),
        (json!(0), json!(true))
    );
}

#[test]
fn one_seed_gives_the_same_faults() {
    let run = || {
        let mut harness = WorldHarness::new(20, 1);
        harness.world.arm(
            Fault {
                probability: 0.3,
                times: None,
                ..Fault::new(FaultKind::Error500)
            }
            .at(LIST),
        );
        (0..60)
            .map(|_| list_members(&mut harness).response.status().as_u16())
            .collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    let hits = first.iter().filter(|status| **status == 500).count();
    assert!((8..30).contains(&hits), "{hits}");
}
