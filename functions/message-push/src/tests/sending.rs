//! At most once visible, whatever happens; and what is kept of it.

use std::collections::HashSet;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::Poll;

use directory::CorpId;
use directory::reason::{Reason, ReasonCode};
use runtime::batch::QueueBatch;
use serde_json::json;
use state::store::{ControlKind, PutCondition};

use super::world::*;
use crate::batch::OutboxPhase;
use crate::{ComposeError, MessageContent, handle};

#[tokio::test]
async fn everybody_sees_a_message_once_and_the_result_is_known() {
    let (world, deps) = world().await;
    assert_eq!(
        compose_batch(&deps, "m1", 250, "明天放假").await.unwrap(),
        3
    );
    drain_with_delays(&world, &deps).await;
    let seen = world.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 250);
    assert!(
        seen.values()
            .all(|texts| texts.len() == 1 && texts[0].starts_with("明天放假\n(")),
        "{:?}",
        seen.first_key_value()
    );
    assert_eq!(world.calls_of("asyncsend_v2"), 3);
    let OutboxPhase::Done { result, .. } = phase(&deps, "m1.0002").await else {
        panic!()
    };
    assert_eq!((result.reached, result.invalid.len()), (50, 0));
}

#[tokio::test]
async fn items_that_come_twice_send_once() {
    let (world, deps) = world().await;
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    let item = world.receive_item().unwrap();
    for _ in 0..4 {
        assert!(work_one(&world, &deps, item.clone()).await);
    }
    drain_with_delays(&world, &deps).await;
    assert!(
        work_one(&world, &deps, item).await,
        "also long after it is done"
    );
    assert_eq!(world.calls_of("asyncsend_v2"), 1);
}

#[tokio::test]
async fn composing_again_completes_a_message_without_repeating_it() {
    let (world, deps) = world().await;
    for _ in 0..3 {
        compose_batch(&deps, "m1", 120, "hello").await.unwrap();
    }
    drain_with_delays(&world, &deps).await;
    assert!(
        world
            .seen
            .lock()
            .unwrap()
            .values()
            .all(|texts| texts.len() == 1)
    );
    compose_batch(&deps, "m2", 120, "hello").await.unwrap();
    drain_with_delays(&world, &deps).await;
    for texts in world.seen.lock().unwrap().values() {
        assert_eq!(texts.len(), 2);
        assert_ne!(
            texts[0], texts[1],
            "DingTalk would drop the same words on the same day"
        );
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_unknown_and_never_sent_again() {
    let (world, deps) = world().await;
    world.plan_fate(Fate::Lost);
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    drain_with_delays(&world, &deps).await;
    assert!(matches!(
        phase(&deps, "m1.0000").await,
        OutboxPhase::Unknown { .. }
    ));
    assert_eq!(world.calls_of("asyncsend_v2"), 1);
}

#[tokio::test]
async fn a_crash_while_sending_is_unknown_and_a_copy_of_the_item_waits() {
    let (world, deps) = world().await;
    world.plan_fate(Fate::Hangs);
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    let item = world.receive_item().unwrap();
    let batch = QueueBatch {
        items: vec![item.clone()],
    };
    let killed = tokio::time::timeout(std::time::Duration::from_millis(700), handle(&deps, &batch));
    assert!(killed.await.is_err());
    assert!(matches!(
        phase(&deps, "m1.0000").await,
        OutboxPhase::Sending { .. }
    ));
    world.advance_seconds(10);
    assert!(
        work_one(&world, &deps, item).await,
        "a twin puts a delayed copy back"
    );
    assert!(matches!(
        phase(&deps, "m1.0000").await,
        OutboxPhase::Sending { .. }
    ));
    drain_with_delays(&world, &deps).await;
    assert!(matches!(
        phase(&deps, "m1.0000").await,
        OutboxPhase::Unknown { .. }
    ));
    assert_eq!(world.calls_of("asyncsend_v2"), 1);
}

#[tokio::test]
async fn a_kill_at_any_point_never_sends_twice() {
    let (world, deps) = world().await;
    let mut killed_at = HashSet::new();
    for polls in 1..60_u32 {
        let id = format!("m{polls}");
        compose_batch(&deps, &id, 1, "hello").await.unwrap();
        let item = world.receive_item().unwrap();
        let batch = QueueBatch {
            items: vec![item.clone()],
        };
        if !poll_times(handle(&deps, &batch), polls).await {
            put_back(&world, item);
            killed_at.insert(std::mem::discriminant(
                &phase(&deps, &format!("{id}.0000")).await,
            ));
        }
        drain_with_delays(&world, &deps).await;
        let end = phase(&deps, &format!("{id}.0000")).await;
        assert!(
            matches!(end, OutboxPhase::Done { .. } | OutboxPhase::Unknown { .. }),
            "killed at poll {polls}, it stays at {end:?}"
        );
        let seen = world
            .seen
            .lock()
            .unwrap()
            .remove("u00000")
            .unwrap_or_default();
        assert!(seen.len() <= 1, "killed at poll {polls}: {seen:?}");
    }
    assert!(
        killed_at.len() >= 2,
        "killed before sending and while sending: {}",
        killed_at.len()
    );
}

/// Polls so often and then drops; whether it was finished.
async fn poll_times(work: impl Future, mut polls: u32) -> bool {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(false);
        }
        polls -= 1;
        work.as_mut().poll(context).map(|_| true)
    })
    .await
}

#[tokio::test]
async fn a_message_that_dingtalk_cannot_take_now_is_sent_later() {
    let (world, deps) = world().await;
    for _ in 0..4 {
        world.plan_fate(Fate::NoConnection);
    }
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    let begun = world.now.load(Ordering::SeqCst);
    drain_with_delays(&world, &deps).await;
    assert!(matches!(
        phase(&deps, "m1.0000").await,
        OutboxPhase::Done { .. }
    ));
    assert!(
        world.now.load(Ordering::SeqCst) - begun >= 60_000,
        "not at once"
    );
    assert!(
        world
            .seen
            .lock()
            .unwrap()
            .values()
            .all(|texts| texts.len() == 1)
    );
}

#[tokio::test]
async fn a_lasting_refusal_is_stored_with_its_code() {
    let (world, deps) = world().await;
    world.plan_fate(Fate::Says(
        200,
        r#"{"errcode":40056,"errmsg":"不合法的agentid"}"#,
    ));
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    drain_with_delays(&world, &deps).await;
    let OutboxPhase::Refused(refused) = phase(&deps, "m1.0000").await else {
        panic!()
    };
    assert_eq!(
        refused.reason,
        Reason::new(ReasonCode::DingTalkAgentRefused).text("code", "40056")
    );
    assert_eq!(world.calls_of("asyncsend_v2"), 1);
}

#[tokio::test]
async fn people_who_were_not_reached_are_stored_with_the_code() {
    let (world, deps) = world().await;
    *world.result.lock().unwrap() = Some(json!({
        "invalid_user_id_list": ["u00000"], "forbidden_user_id_list": ["u00001"], "failed_user_id_list": [],
        "read_user_id_list": ["u00002"], "unread_user_id_list": ["u00003", "u00004"],
        "forbidden_list": [{"code":"143106","count":1,"userid":"u00001"}]
    }));
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    drain_with_delays(&world, &deps).await;
    let OutboxPhase::Done { result, .. } = phase(&deps, "m1.0000").await else {
        panic!()
    };
    assert_eq!(result.invalid[0].as_str(), "u00000");
    assert_eq!(
        (
            result.forbidden[0].0.as_str(),
            result.forbidden[0].1.as_str()
        ),
        ("u00001", "143106")
    );
    assert_eq!(result.reached, 3);
}

#[tokio::test]
async fn a_result_that_never_comes_is_given_up_after_a_day() {
    let (world, deps) = world().await;
    *world.status.lock().unwrap() = 1;
    compose_batch(&deps, "m1", 5, "hello").await.unwrap();
    drain_with_delays(&world, &deps).await;
    assert!(matches!(
        phase(&deps, "m1.0000").await,
        OutboxPhase::NoResult { task: 1 }
    ));
    let looks = world.calls_of("getsendprogress");
    assert!((95..=110).contains(&looks), "{looks} looks in a day");
}

#[tokio::test]
async fn no_more_than_5000_people_a_minute() {
    let (world, deps) = world().await;
    let heard = runtime::MetricRecorder::default();
    compose_batch(&deps, "m1", 5_250, "hello").await.unwrap();
    drain(&world, &deps).await;
    let used = heard.values_of(runtime::metrics::QUOTA_USED);
    assert!(
        used.contains(&100.0) && used.iter().any(|percent| *percent > 100.0),
        "{used:?}"
    );
    assert_eq!(world.seen.lock().unwrap().len(), 5_000, "the rest waits");
    drain_with_delays(&world, &deps).await;
    let seen = world.seen.lock().unwrap();
    assert_eq!(seen.len(), 5_250);
    assert!(seen.values().all(|texts| texts.len() == 1));
}

/// Sending, looking and asking whom it reached are metered; the alarm sounds above 80 % of what the binding has.
#[tokio::test]
async fn monthly_calls_are_counted_and_warn_before_the_quota_is_used_up() {
    let (world, deps) = world().await;
    let stored = deps
        .store
        .get_binding(&binding().id)
        .await
        .unwrap()
        .unwrap();
    let few = state::Binding {
        calls_per_month: 10,
        ..stored.body
    };
    deps.store
        .put_binding(&few, PutCondition::Version(stored.version))
        .await
        .unwrap();
    let heard = runtime::MetricRecorder::default();
    for message in ["m1", "m2", "m3"] {
        compose_batch(&deps, message, 1, "hello").await.unwrap();
        drain_with_delays(&world, &deps).await;
    }
    let calls = world.calls.lock().unwrap().values().sum::<usize>();
    assert_eq!(calls, 9, "three for each");
    let used = heard.values_of(runtime::metrics::QUOTA_USED);
    let of_the_month: Vec<f64> = used.into_iter().filter(|percent| *percent >= 1.0).collect();
    let expected: Vec<f64> = (1..=9_u8).map(|call| f64::from(call) * 10.0).collect();
    assert_eq!(
        of_the_month, expected,
        "the last one is above the alarm's 80"
    );
    // Another month begins at midnight in Shanghai, and with nothing.
    world.now.store(NEXT_MONTH, Ordering::SeqCst);
    compose_batch(&deps, "m4", 1, "hello").await.unwrap();
    drain(&world, &deps).await;
    assert!(
        heard
            .values_of(runtime::metrics::QUOTA_USED)
            .ends_with(&[10.0]),
        "{:?}",
        heard.values_of(runtime::metrics::QUOTA_USED)
    );
}

/// 2025-12-01T00:00:00 in Asia/Shanghai, in which November is still the month in UTC.
const NEXT_MONTH: i64 = 1_764_518_400_000;

#[tokio::test]
async fn a_message_beyond_dingtalks_limits_is_refused_while_composing() {
    let (world, deps) = world().await;
    let refused = |result: Result<usize, ComposeError>| result.unwrap_err().to_string();
    assert!(refused(compose_batch(&deps, "a.b", 1, "x").await).contains("message id"));
    assert!(refused(compose_batch(&deps, &"x".repeat(65), 1, "x").await).contains("message id"));
    assert!(refused(compose_batch(&deps, "m1", 0, "x").await).contains("people"));
    assert!(refused(compose_batch(&deps, "m1", 1, " \n").await).contains("words"));
    assert!(
        refused(compose_batch(&deps, "m1", 1, &"字".repeat(640)).await).contains("limit is 1900")
    );
    assert!(world.outbox.lock().unwrap().is_empty());
    compose_batch(&deps, "m1", 1, &"字".repeat(620))
        .await
        .unwrap();
    drain_with_delays(&world, &deps).await;
    assert!(
        matches!(phase(&deps, "m1.0000").await, OutboxPhase::Done { .. }),
        "what is accepted is small enough to send"
    );
}

#[tokio::test]
async fn content_is_sealed_in_the_store_and_absent_from_the_queue() {
    let (world, deps) = world().await;
    compose_batch(&deps, "m1", 1, "canary words").await.unwrap();
    let corp = CorpId::new("ding1").unwrap();
    let stored = deps
        .store
        .get_control::<serde_json::Value>(&corp, ControlKind::Message, "m1.0000")
        .await
        .unwrap();
    assert!(!stored.unwrap().body.to_string().contains("canary"));
    assert!(!world.outbox.lock().unwrap()[0].1.body.contains("canary"));
    let markdown = MessageContent::Markdown {
        title: "canary".into(),
        text: "canary".into(),
    };
    assert!(!format!("{markdown:?}").contains("canary"));
}

#[tokio::test]
async fn an_unreadable_item_goes_back_and_one_without_a_batch_is_done() {
    let (world, deps) = world().await;
    let item = |id: &str, body: &str| runtime::batch::QueueItem {
        id: id.into(),
        group: None,
        body: body.into(),
    };
    let nobody = r#"{"v":1,"binding":"b1","corp":"ding1","message":"none.0000"}"#;
    let outcome = handle(
        &deps,
        &QueueBatch {
            items: vec![item("1", "junk"), item("2", nobody)],
        },
    )
    .await;
    assert_eq!(outcome.failed_ids().collect::<Vec<_>>(), ["1"]);
    assert_eq!(world.calls_of("asyncsend_v2"), 0);
}
