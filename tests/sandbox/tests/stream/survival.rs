//! Our client follows events, whatever becomes of its connections.

use std::time::{Duration, Instant};

use sandbox::world::FaultKind;
use serde_json::json;

use crate::stream_harness::StreamHarness;

const OPEN: &str = "/v1.0/gateway/connections/open";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_followed_within_half_a_second() {
    let harness = StreamHarness::follow().await;
    let began = Instant::now();
    let userid = harness.hire("陈一").await;
    harness.wait_for_event(&userid).await;
    assert!(
        began.elapsed() < Duration::from_millis(500),
        "{:?}",
        began.elapsed()
    );
    harness.wait_until_delivered().await;
    assert_eq!(harness.times_stored(&userid), 1);
}

/// The connection is killed at each of these points while somebody is hired: nothing is lost, and only an answer that got
/// lost makes an event come twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_killed_anywhere_loses_no_event() {
    let points = [
        (FaultKind::LostRequest, OPEN),
        (FaultKind::LostConnection, OPEN),
        (FaultKind::Error500, OPEN),
        (FaultKind::TruncatedJson, OPEN),
        (FaultKind::CutStream, "stream/handshake"),
        (FaultKind::CutStream, "stream/connected"),
        (FaultKind::CutStream, "stream/event"),
        (FaultKind::CutStream, "stream/sent"),
        (FaultKind::CutStream, "stream/answer"),
        (FaultKind::CutStream, "stream/answered"),
        (FaultKind::CutStream, "stream/leaving"),
    ];
    for (kind, point) in points {
        let harness = StreamHarness::follow().await;
        harness.arm(kind, point).await;
        if point == OPEN || point.ends_with("handshake") || point.ends_with("connected") {
            harness.post("stream/kill").await;
        }
        if point.ends_with("leaving") {
            harness.post("stream/disconnect").await;
        }
        let userid = harness.hire("周二").await;
        harness.wait_for_event(&userid).await;
        harness.wait_until_delivered().await;
        let fired = harness.server.world.lock().await.faults()[0].fired;
        assert_eq!(fired, 1, "{kind:?} at {point} did not happen");
        let times = harness.times_stored(&userid);
        let most = if matches!(point, "stream/sent" | "stream/answer") {
            2
        } else {
            1
        };
        assert!(times <= most, "{kind:?} at {point}: stored {times} times");
        let other = harness.hire("吴三").await;
        harness.wait_for_event(&other).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_at_a_ping_is_followed_by_another() {
    let mut harness = StreamHarness::serve().await;
    harness
        .change_settings(json!({"stream_ping_ms": 100}))
        .await;
    harness.start_client().await;
    harness.choose_stream().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        *harness.ledger.connections.lock().unwrap(),
        1,
        "pings are answered"
    );
    harness.arm(FaultKind::CutStream, "stream/ping").await;
    harness
        .wait_until("the next connection", async || {
            *harness.ledger.connections.lock().unwrap() == 2
        })
        .await;
    let userid = harness.hire("郑四").await;
    harness.wait_for_event(&userid).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_announced_end_is_followed_without_a_gap() {
    let harness = StreamHarness::follow().await;
    harness
        .change_settings(json!({"stream_leave_ms": 600}))
        .await;
    harness.post("stream/disconnect").await;
    harness
        .wait_until("the next connection", async || {
            harness.connections().await == 2
        })
        .await;
    let mut hired = Vec::new();
    for round in 0..12 {
        hired.push(harness.hire(&format!("王{round}")).await);
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    harness.wait_until_delivered().await;
    assert_eq!(harness.connections().await, 1, "the first one has ended");
    let world = harness.server.world.lock().await;
    let tries = world
        .deliveries()
        .map(|delivery| delivery.attempts.len())
        .max();
    assert_eq!(tries, Some(1), "every event arrived at once");
    drop(world);
    assert!(hired.iter().all(|userid| harness.times_stored(userid) == 1));
    assert_eq!(
        *harness.ledger.connections.lock().unwrap(),
        1,
        "it was never without one"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_stored_comes_again() {
    let harness = StreamHarness::follow().await;
    *harness.ledger.failures.lock().unwrap() = 2;
    let userid = harness.hire("冯五").await;
    harness.wait_for_event(&userid).await;
    harness.wait_until_delivered().await;
    let world = harness.server.world.lock().await;
    let tries = world
        .deliveries()
        .map(|delivery| delivery.attempts.len())
        .max();
    assert_eq!(tries, Some(3), "twice later, then stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_is_told_and_does_not_hammer() {
    let mut harness = StreamHarness::serve().await;
    harness.start_client_with("wrong".into());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        *harness.ledger.refusals.lock().unwrap(),
        ["credentials_refused"]
    );
    let world = harness.server.world.lock().await;
    assert_eq!(world.call_counts()[OPEN].0, 1);
}
