//! Tokens that are issued on schedule and on request.

use super::*;

#[tokio::test]
async fn the_schedule_gives_every_binding_a_token_and_renews_it_at_four_fifths() {
    let (world, deps) = world(&["a", "b"]).await;
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        (
            stored_token(&deps, "a").await.as_deref(),
            stored_token(&deps, "b").await.as_deref()
        ),
        (Some("token-1"), Some("token-2"))
    );
    world.advance_millis(95 * MINUTE);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        world.count_calls(),
        2,
        "an hour and a half of two is not four fifths"
    );
    world.advance_millis(2 * MINUTE);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-3"));
    let asked = world.asked.lock().unwrap();
    assert!(
        asked[0].contains("key-a") && asked[1].contains("key-b"),
        "each with its own credentials: {asked:?}"
    );
}

#[tokio::test]
async fn a_burst_of_reports_makes_one_call_and_an_old_hash_makes_none() {
    let (world, deps) = world(&["a"]).await;
    handle(&deps, &RefreshInput::Schedule).await;
    let heard = runtime::MetricRecorder::default();
    let burst = (0..5)
        .map(|n| refused_item(&n.to_string(), "a", "token-1"))
        .collect();
    assert!(report_refused(&deps, burst).await.is_empty());
    assert_eq!(
        (
            world.count_calls(),
            stored_token(&deps, "a").await.as_deref()
        ),
        (2, Some("token-2"))
    );
    assert!(
        report_refused(
            &deps,
            vec![
                refused_item("9", "a", "token-1"),
                refused_item("10", "a", "never-was")
            ]
        )
        .await
        .is_empty()
    );
    assert_eq!(world.count_calls(), 2);
    assert_eq!(
        heard.values_of(metrics::TOKENS_REFUSED),
        [1.0],
        "one refusal, however often it is reported"
    );
}

#[tokio::test]
async fn a_first_token_is_issued_on_request() {
    let (_, deps) = world(&["a"]).await;
    assert!(
        report_refused(&deps, vec![refused_item("1", "a", "there is none yet")])
            .await
            .is_empty()
    );
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-1"));
}

#[tokio::test]
async fn a_transient_error_goes_back_to_the_queue_and_stores_no_failure() {
    let (world, deps) = world(&["a"]).await;
    for _ in 0..3 {
        world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    }
    assert_eq!(
        report_refused(&deps, vec![refused_item("1", "a", "none")]).await,
        ["1"]
    );
    assert!(stored_failure(&deps, "a").await.is_none() && stored_token(&deps, "a").await.is_none());
    assert!(
        report_refused(&deps, vec![refused_item("1", "a", "none")])
            .await
            .is_empty()
    );
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-4"));
}

#[tokio::test]
async fn a_refusal_of_one_binding_does_not_stop_the_others() {
    let (world, deps) = world(&["a", "b", "c"]).await;
    deps.secrets
        .put_token(
            &BindingId::new("c").unwrap(),
            &TokenSecret {
                token: "good".into(),
                issued_at: Timestamp(START),
                expires_at: Timestamp(START + 120 * MINUTE),
            },
        )
        .await
        .unwrap();
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(stored_token(&deps, "a").await, None);
    assert_eq!(stored_token(&deps, "b").await.as_deref(), Some("token-2"));
    assert_eq!(stored_token(&deps, "c").await.as_deref(), Some("good"));
}

#[tokio::test]
async fn a_binding_that_is_gone_is_done_and_an_unreadable_report_goes_back() {
    let (_, deps) = world(&["a"]).await;
    let garbage = QueueItem {
        id: "2".into(),
        group: None,
        body: "{}".into(),
    };
    assert_eq!(
        report_refused(&deps, vec![refused_item("1", "gone", "t"), garbage]).await,
        ["2"]
    );
}
