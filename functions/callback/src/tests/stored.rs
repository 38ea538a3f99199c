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
async fn an_event_about_no_record_is_acknowledged_and_stores_no_wake() {
    let (world, deps) = world().await;
    let event = r#"{"EventType":"bpms_task_change","type":"start"}"#;
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push(event), NOW).await),
        "success"
    );
    assert!(world.received_messages().is_empty());
}

/// What it was about cannot be told, so that it asks for a look at everything.
#[tokio::test]
async fn an_event_that_cannot_be_read_is_acknowledged_and_asks_for_a_sweep() {
    for event in ["not json", ""] {
        let (world, deps) = world().await;
        assert_eq!(
            decrypt_reply(&send_push(&deps, &push(event), NOW).await),
            "success",
            "{event}"
        );
        assert_eq!(world.received_messages().len(), 1, "{event}");
    }
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

/// The targets of the wakes that an event leaves, after it was acknowledged.
async fn woken_targets(event: &str) -> Vec<WakeTarget> {
    let (world, deps) = world().await;
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push(event), NOW).await),
        "success"
    );
    let targets = world
        .received_messages()
        .into_iter()
        .map(|message| match message {
            FromCallback::Wake(message) => message.wake.target,
            other => panic!("{other:?}"),
        });
    targets.collect()
}

#[tokio::test]
async fn what_can_be_read_of_an_event_is_woken_and_the_rest_asks_for_a_sweep() {
    let person = |id: &str| WakeTarget::Person(NativeId::new(id).unwrap());
    for ids in [r#"["li.na",null]"#, r#"["li.na",""]"#, r#"["li.na",{}]"#] {
        let event = format!(r#"{{"EventType":"user_leave_org","UserId":{ids}}}"#);
        let mut targets = woken_targets(&event).await;
        targets.sort();
        assert_eq!(
            targets,
            [person("li.na"), WakeTarget::Everything],
            "{event}"
        );
    }
    let department = WakeTarget::Department(NativeId::new("2").unwrap());
    let event = r#"{"EventType":"org_dept_remove","DeptId":[2.0]}"#;
    assert_eq!(woken_targets(event).await, [department]);
    let ids: Vec<String> = (0..1001).map(|n| format!("u{n}")).collect();
    let event = serde_json::json!({"EventType": "user_modify_org", "UserId": ids}).to_string();
    assert_eq!(woken_targets(&event).await, [WakeTarget::Everything]);
}

#[tokio::test]
async fn an_authentic_event_that_cannot_be_read_asks_for_a_sweep() {
    for event in [
        "no JSON",
        "[]",
        "{}",
        r#"{"EventType":7.5,"UserId":["li.na"]}"#,
        r#"{"EventType":"user_leave_org","UserId":["li.na""#,
        r#"{"EventType":"user_leave_org","UserId":[]}"#,
        r#"{"EventType":"user_leave_org"}"#,
    ] {
        assert_eq!(
            woken_targets(event).await,
            [WakeTarget::Everything],
            "{event}"
        );
    }
}

#[tokio::test]
async fn timestamps_in_seconds_are_accepted_once_that_is_switched_on() {
    let seconds = Timestamp(NOW.millis() / 1_000);
    let push = push_from(&cipher("token1", KEY), LEAVES, APP_KEY, seconds);
    let (world, deps) = world().await;
    assert_eq!(send_push(&deps, &push, NOW).await.status, 403);
    let secrets = SecretStore::new(Arc::new(CallbackWorldHandle(Arc::clone(&world))), "test/");
    let id = BindingId::new("b1").unwrap();
    let mut secret = secrets.get_callback(&id).await.unwrap();
    secret.accepts_seconds = true;
    secrets.put_callback(&id, &secret).await.unwrap();
    let deps = CallbackDeps::new(secrets, Arc::new(CallbackWorldHandle(Arc::clone(&world))));
    assert_eq!(
        decrypt_reply(&send_push(&deps, &push, NOW).await),
        "success"
    );
    assert_eq!(world.received_messages().len(), 1);
    let milliseconds = super::push(LEAVES);
    assert_eq!(send_push(&deps, &milliseconds, NOW).await.status, 200);
    let late = NOW.plus_millis(5 * 60 * 1_000 + 1_001);
    assert_eq!(
        send_push(&deps, &push, late).await.status,
        403,
        "the window is the same"
    );
}
