//! Pushes of events: due, repeated, failed, collected; the dialects; the check of a registration.

use directory::Timestamp;
use sandbox::world::{
    Delivery, DeliveryState, Dialect, EnvelopeOwner, EventPush, EventSubscription, FaultKind,
    PushOutcome, Settings, World,
};
use serde_json::{Value, json};

use crate::world_harness::WorldHarness;

const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

fn subscription_keys() -> EventSubscription {
    EventSubscription {
        url: "http://127.0.0.1:9/cb".into(),
        token: "tok".into(),
        aes_key: AES_KEY.into(),
        tags: vec![],
    }
}

fn subscribed_world(settings: Settings) -> WorldHarness {
    let mut harness = WorldHarness::with_settings(20, 4, settings);
    let check = harness
        .world
        .check_url(harness.now, subscription_keys(), EnvelopeOwner::AppKey);
    assert_eq!(check.push.plaintext, r#"{"EventType":"check_url"}"#);
    assert!(
        harness
            .world
            .record_url_check(check, &PushOutcome::Accepted)
    );
    harness
}

fn no_answer() -> PushOutcome {
    PushOutcome::Unreachable { why: "test".into() }
}

fn pushes_due(world: &mut World, at: Timestamp) -> Vec<EventPush> {
    world.due_pushes(at)
}

#[test]
fn a_push_is_retried_after_ten_and_thirty_seconds_and_then_listed_as_failed() {
    let mut harness = subscribed_world(Settings::default());
    let who = harness.world.hire(harness.now, "甲", &[1]).unwrap();
    let mut at = harness.now;
    for pause in [0, 10_000, 30_000] {
        assert!(pause == 0 || pushes_due(&mut harness.world, at.plus_millis(pause - 1)).is_empty());
        at = at.plus_millis(pause);
        let pushes = pushes_due(&mut harness.world, at);
        assert_eq!(pushes.len(), 1);
        assert!(pushes_due(&mut harness.world, at).is_empty(), "in flight");
        harness
            .world
            .record_push(pushes[0].delivery, no_answer(), at);
    }
    assert!(pushes_due(&mut harness.world, at.plus_millis(3_600_000)).is_empty());
    let list = "/call_back/get_call_back_failed_result";
    harness.now = at.plus_millis(100_000);
    assert_eq!(
        harness.post(list, Value::Null)["failed_list"],
        json!([]),
        "not yet"
    );
    harness.advance_clock(100_000);
    let failed = harness.post(list, Value::Null);
    assert_eq!(failed["failed_list"][0]["call_back_tag"], "user_add_org");
    assert_eq!(
        failed["failed_list"][0]["user_add_org"]["userid"],
        json!([who])
    );
    assert_eq!(failed["has_more"], false);
    assert_eq!(
        harness.post(list, Value::Null)["failed_list"],
        json!([]),
        "reading consumes"
    );
}

#[test]
fn the_failed_list_has_pages_of_two_hundred() {
    let mut harness = subscribed_world(Settings {
        retry_ms: [0, 0],
        failed_after_ms: 0,
        ..Settings::default()
    });
    let who = harness.ordinary_person();
    for n in 0..205 {
        harness
            .world
            .rename(harness.now, &who, &format!("名{n}"))
            .unwrap();
    }
    for _ in 0..3 {
        for push in pushes_due(&mut harness.world, harness.now) {
            harness
                .world
                .record_push(push.delivery, no_answer(), harness.now);
        }
    }
    let first = harness.post("/call_back/get_call_back_failed_result", Value::Null);
    assert_eq!(
        (
            first["failed_list"].as_array().unwrap().len(),
            first["has_more"].clone()
        ),
        (200, json!(true))
    );
    let second = harness.post("/call_back/get_call_back_failed_result", Value::Null);
    assert_eq!(
        (
            second["failed_list"].as_array().unwrap().len(),
            second["has_more"].clone()
        ),
        (5, json!(false))
    );
}

#[test]
fn the_three_dialects_carry_the_same_content() {
    for (dialect, kind, users) in [
        (Dialect::Captured, "EventType", "UserId"),
        (Dialect::Documented, "EventType", "userId"),
        (Dialect::Stream, "eventType", "userId"),
    ] {
        let mut harness = subscribed_world(Settings {
            dialect,
            ..Settings::default()
        });
        let who = harness.world.hire(harness.now, "乙", &[1]).unwrap();
        let push = pushes_due(&mut harness.world, harness.now).remove(0);
        let said: Value = serde_json::from_str(&push.plaintext).unwrap();
        assert_eq!(
            (said[kind].as_str(), &said[users]),
            (Some("user_add_org"), &json!([who]))
        );
        assert_eq!(push.owner, harness.world.company().credentials.app_key);
    }
}

#[test]
fn faults_repeat_delay_reorder_or_drop_events() {
    let state = |harness: &WorldHarness, at: usize| {
        harness
            .world
            .deliveries()
            .nth(at)
            .map(|d: &Delivery| d.state)
    };
    let mut harness = subscribed_world(Settings::default());
    let who = harness.ordinary_person();
    harness.world.disturb_next_event(FaultKind::EventTwice);
    harness.world.rename(harness.now, &who, "一").unwrap();
    let pushes = pushes_due(&mut harness.world, harness.now);
    assert_eq!(pushes.len(), 2);
    let ids: Vec<&str> = harness
        .world
        .deliveries()
        .map(|d| d.event.id.as_str())
        .collect();
    assert_eq!(ids[0], ids[1]);
    harness.world.disturb_next_event(FaultKind::EventLate);
    harness.world.rename(harness.now, &who, "二").unwrap();
    assert_eq!(
        state(&harness, 2),
        Some(DeliveryState::Waiting {
            due: harness.now.millis() + 2000
        })
    );
    harness.world.disturb_next_event(FaultKind::EventNever);
    harness.world.rename(harness.now, &who, "三").unwrap();
    assert_eq!(state(&harness, 3), Some(DeliveryState::Swallowed));
    harness.world.disturb_next_event(FaultKind::EventOutOfOrder);
    harness.world.rename(harness.now, &who, "四").unwrap();
    harness.world.rename(harness.now, &who, "五").unwrap();
    let (Some(DeliveryState::Waiting { due: fourth }), Some(DeliveryState::Waiting { due: fifth })) =
        (state(&harness, 4), state(&harness, 5))
    else {
        panic!("both wait");
    };
    assert!(fifth < fourth && fourth <= harness.now.millis() + 200);
}

#[test]
fn a_legacy_registration_is_saved_only_after_its_check_succeeds() {
    let mut harness = WorldHarness::new(3, 1);
    let token = harness.log_in();
    let path = format!("/call_back/register_call_back?access_token={token}");
    let body = json!({"call_back_tag": ["user_add_org"], "token": "tok123", "aes_key": AES_KEY, "url": "http://127.0.0.1:9/x"});
    let check = harness
        .send("POST", &path, &body, None)
        .check
        .expect("a check to make");
    assert_eq!(
        check.push.owner,
        harness.world.company().credentials.corp_id
    );
    let refused = harness
        .world
        .finish_registration(check, &no_answer())
        .expect("a refusal");
    assert_eq!(
        serde_json::from_slice::<Value>(refused.body()).unwrap()["errcode"],
        71012
    );
    assert!(harness.world.subscription().is_none());
    let check = harness
        .send("POST", &path, &body, None)
        .check
        .expect("a check to make");
    assert!(
        harness
            .world
            .finish_registration(check, &PushOutcome::Accepted)
            .is_none()
    );
    assert_eq!(
        harness.post("/call_back/get_call_back", Value::Null)["call_back_tag"],
        json!(["user_add_org"])
    );
    assert_eq!(
        harness.post("/call_back/register_call_back", body)["errcode"],
        71006
    );
    let who = harness.ordinary_person();
    harness.world.rename(harness.now, &who, "新名").unwrap();
    assert_eq!(
        harness.world.deliveries().next().unwrap().state,
        DeliveryState::Unsubscribed,
        "not among the tags"
    );
    assert_eq!(
        harness.post("/call_back/delete_call_back", Value::Null)["errcode"],
        0
    );
    assert_eq!(
        harness.post("/call_back/get_call_back", Value::Null)["errcode"],
        71007
    );
}
