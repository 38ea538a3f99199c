//! Credentials that are refused: kept with their reason, and tried again when there are others.

use super::*;

#[tokio::test]
async fn refused_credentials_are_kept_with_their_reason_and_tried_daily() {
    let (world, deps) = world(&["a"]).await;
    world.queue_answer(400, REFUSED);
    assert!(
        report_refused(&deps, vec![refused_item("1", "a", "none")])
            .await
            .is_empty(),
        "waiting in the queue would not help"
    );
    let kept = stored_failure(&deps, "a").await.unwrap();
    assert_eq!(
        (kept.reason.code(), kept.since),
        (
            Some(ReasonCode::DingTalkCredentialsRefused),
            Timestamp(START)
        )
    );
    assert!(
        !serde_json::to_string(&kept).unwrap().contains("canary"),
        "no secret in the state"
    );

    let heard = runtime::MetricRecorder::default();
    for _ in 0..20 {
        world.advance_millis(60 * MINUTE);
        handle(&deps, &RefreshInput::Schedule).await;
        report_refused(&deps, vec![refused_item("1", "a", "none")]).await;
    }
    assert_eq!(world.count_calls(), 1, "not asked again on the same day");
    assert_eq!(
        heard.values_of(metrics::QUARANTINED),
        [1.0; 20],
        "and waits for a person all day"
    );
    world.queue_answer(400, REFUSED);
    world.advance_millis(4 * 60 * MINUTE);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(world.count_calls(), 2);
    assert_eq!(
        stored_failure(&deps, "a").await.unwrap().since,
        Timestamp(START),
        "it is the same trouble"
    );
}

#[tokio::test]
async fn changed_credentials_are_tried_at_once_and_a_success_clears_the_failure() {
    let (world, deps) = world(&["a"]).await;
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert!(stored_failure(&deps, "a").await.is_some());
    add_binding(&deps, "a", "another-secret").await;
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        (
            world.count_calls(),
            stored_token(&deps, "a").await.as_deref()
        ),
        (2, Some("token-2"))
    );
    assert!(stored_failure(&deps, "a").await.is_none());
}

#[tokio::test]
async fn pending_and_then_previous_credentials_are_tried_after_a_refusal() {
    for (stage, word) in [
        (SecretStage::Pending, "after-secret"),
        (SecretStage::Previous, "before-secret"),
    ] {
        let (world, deps) = world(&["a"]).await;
        world.put_stage(&deps, stage, word).await;
        world.queue_answer(400, REFUSED);
        handle(&deps, &RefreshInput::Schedule).await;
        assert_eq!(
            (
                world.count_calls(),
                stored_token(&deps, "a").await.as_deref()
            ),
            (2, Some("token-2")),
            "{word}"
        );
        let asked = world.asked.lock().unwrap().clone();
        assert!(
            asked[0].contains("canary-secret") && asked[1].contains(word),
            "the current ones first: {asked:?}"
        );
        assert!(stored_failure(&deps, "a").await.is_none());
    }
}

#[tokio::test]
async fn other_credentials_are_tried_only_after_a_refusal() {
    let (world, deps) = world(&["a"]).await;
    world
        .put_stage(&deps, SecretStage::Pending, "after-secret")
        .await;
    world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    handle(&deps, &RefreshInput::Schedule).await;
    assert!(
        world
            .asked
            .lock()
            .unwrap()
            .iter()
            .all(|asked| asked.contains("canary-secret"))
    );
    handle(&deps, &RefreshInput::Schedule).await;
    assert!(
        world
            .asked
            .lock()
            .unwrap()
            .iter()
            .all(|asked| asked.contains("canary-secret"))
    );
    assert!(stored_token(&deps, "a").await.is_some());
}

#[tokio::test]
async fn one_failure_covers_all_refused_credentials_and_new_pending_ones_are_tried_at_once() {
    let (world, deps) = world(&["a"]).await;
    world
        .put_stage(&deps, SecretStage::Previous, "before-secret")
        .await;
    world
        .put_stage(&deps, SecretStage::Pending, "canary-secret")
        .await;
    world.queue_answer(400, REFUSED);
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        world.count_calls(),
        2,
        "the pending ones are the current ones: not asked twice"
    );
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(world.count_calls(), 2, "not again today");
    world
        .put_stage(&deps, SecretStage::Pending, "after-secret")
        .await;
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-4"));
    assert!(stored_failure(&deps, "a").await.is_none());
}
