//! What authentic events leave in the queue.

use directory::wake::WakeTarget;
use directory::{NativeId, Side};

use super::*;

#[tokio::test]
async fn a_leave_event_stores_one_wake_and_is_acknowledged() {
    let (world, deps) = world().await;
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push(LEAVES), NOW).await),
        "success"
    );
    let [FromCallback::Wake(message)] = &world.received_messages()[..] else {
        panic!("{:?}", world.received_messages())
    };
    assert_eq!(
        message.wake.target,
        WakeTarget::Person(NativeId::new("li.na").unwrap())
    );
    assert_eq!(
        (message.wake.side, message.wake.because.as_str()),
        (Side::DingTalk, "user_leave_org")
    );
    assert_eq!(
        (message.binding.as_str(), message.corp.as_str()),
        ("b1", CORP)
    );
    let sent = world.sent.lock().unwrap();
    assert_eq!(
        sent[0].group.as_deref(),
        Some("ding241f334c339e175b#dt#person#li.na")
    );
}

#[tokio::test]
async fn a_repeated_delivery_keeps_its_deduplication_id() {
    let (world, deps) = world().await;
    let first = push(LEAVES);
    let later = push_from(&cipher("token1", KEY), LEAVES, APP_KEY, NOW.plus_millis(1));
    for delivery in [&first, &first, &later] {
        decrypt_reply(&send_push(&deps, delivery, NOW).await);
    }
    let ids: Vec<_> = world
        .sent
        .lock()
        .unwrap()
        .iter()
        .map(|sent| sent.deduplication.clone().unwrap())
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn an_event_about_more_than_64_people_stores_one_wake_for_everything() {
    for (people, expected) in [(3, 3), (64, 64), (65, 1), (400, 1)] {
        let (world, deps) = world().await;
        let ids: Vec<String> = (0..people).map(|n| format!("\"u{n}\"")).collect();
        let event = format!(
            r#"{{"EventType":"user_add_org","UserId":[{}]}}"#,
            ids.join(",")
        );
        assert_eq!(
            decrypt_reply(&send_push(&deps, &push(&event), NOW).await),
            "success"
        );
        assert_eq!(world.received_messages().len(), expected, "{people} people");
    }
}

#[tokio::test]
async fn a_verified_callback_address_is_reported_to_the_queue() {
    let (world, deps) = world().await;
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push(r#"{"EventType":"check_url"}"#), NOW).await),
        "success"
    );
    let [FromCallback::Verified(verified)] = &world.received_messages()[..] else {
        panic!("{:?}", world.received_messages())
    };
    assert_eq!(
        (
            verified.binding.as_str(),
            verified.corp.as_str(),
            verified.verified_at
        ),
        ("b1", CORP, NOW)
    );
}

#[tokio::test]
async fn a_suite_check_gets_its_random_text_back() {
    let (_, deps) = world().await;
    let event =
        r#"{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4x"}"#;
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push(event), NOW).await),
        "LPIdSnlF"
    );
}

#[tokio::test]
async fn an_unknown_event_is_acknowledged_and_stores_no_wake() {
    let (world, deps) = world().await;
    for event in [
        r#"{"EventType":"bpms_task_change","type":"start"}"#,
        r#"{"no":"type"}"#,
        "not json",
        "",
    ] {
        assert_eq!(
            decrypt_reply(&send_push(&deps, &push(event), NOW).await),
            "success",
            "{event}"
        );
    }
    assert!(world.received_messages().is_empty());
}

#[tokio::test]
async fn either_owner_key_and_the_previous_keys_are_accepted() {
    let (world, deps) = world().await;
    let by_corp = push_from(&cipher("token1", KEY), LEAVES, CORP, NOW);
    assert_eq!(
        decrypt_reply(&send_push(&deps, &by_corp, NOW).await),
        "success"
    );
    let before_the_change = push_from(&cipher("token0", OLD_KEY), LEAVES, APP_KEY, NOW);
    let answer = send_push(&deps, &before_the_change, NOW).await;
    let said = cipher("token0", OLD_KEY).open_reply(answer.body.as_bytes());
    assert_eq!(
        said.unwrap(),
        "success",
        "answered under the keys that DingTalk used"
    );
    assert_eq!(world.received_messages().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_not_stored_is_never_acknowledged() {
    let (world, deps) = world().await;
    for mood in [FakeMood::Fails, FakeMood::Hangs] {
        world.set_moods(mood, FakeMood::Well);
        let begun = tokio::time::Instant::now();
        let answer = send_push(&deps, &push(LEAVES), NOW).await;
        assert_eq!(answer, CallbackResponse::unavailable());
        assert!(
            begun.elapsed() < Duration::from_millis(1_200),
            "{:?}",
            begun.elapsed()
        );
    }
    world.set_moods(FakeMood::Well, FakeMood::Well);
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push(LEAVES), NOW).await),
        "success"
    );
}

#[tokio::test]
async fn requests_from_api_gateway_are_read() {
    let (world, deps) = world().await;
    let push = push(LEAVES);
    let text = String::from_utf8(push.body.clone()).unwrap();
    let wire = include_str!("../../tests/fixtures/gateway.json").replace("$QUERY", &push.query);
    let plain = wire
        .replace("$BODY", &text.replace('"', "\\\""))
        .replace("\"$BASE64\"", "false");
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(&push.body);
    let base64 = wire
        .replace("$BODY", &encoded)
        .replace("\"$BASE64\"", "true");
    for wire in [&plain, &base64] {
        let event: HttpEvent = serde_json::from_str(wire).unwrap();
        let answer =
            serde_json::to_value(handle_http(&deps, &event, NOW, Some([9; 32])).await).unwrap();
        assert_eq!(answer["statusCode"], 200, "{answer}");
        assert_eq!(answer["headers"]["content-type"], "application/json");
        assert_eq!(
            cipher("token1", KEY)
                .open_reply(answer["body"].as_str().unwrap().as_bytes())
                .unwrap(),
            "success"
        );
    }
    assert_eq!(world.received_messages().len(), 2);
    for broken in [
        plain.replace("POST", "GET"),
        plain.replace("/callback/", "/elsewhere/"),
        base64.replace("\"ey", "\"*"),
    ] {
        let event: HttpEvent = serde_json::from_str(&broken).unwrap();
        let answer =
            serde_json::to_value(handle_http(&deps, &event, NOW, Some([9; 32])).await).unwrap();
        assert_eq!(
            (&answer["statusCode"], &answer["body"]),
            (&403.into(), &REFUSED_BODY.into())
        );
    }
    let event: HttpEvent = serde_json::from_str(&plain).unwrap();
    let answer = serde_json::to_value(handle_http(&deps, &event, NOW, None).await).unwrap();
    assert_eq!(
        answer["statusCode"], 503,
        "without randomness nothing is encrypted"
    );
}

#[test]
fn the_binding_is_the_last_part_of_the_path() {
    for (path, binding) in [
        ("/callback/b1", Some("b1")),
        ("/prod/callback/b1/", Some("b1")),
        ("/lambda-url/callback/callback/b1", Some("b1")),
        ("/callback/", None),
        ("/b1", None),
        ("", None),
        ("/callback/b1/more", None),
    ] {
        assert_eq!(binding_in_path(path), binding, "{path}");
    }
}
