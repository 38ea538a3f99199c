//! The callback's own program under a Lambda Runtime API, with services that are well, silent, absent or of another time:
//! whatever happens, an event that is not stored is never acknowledged.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use bench::args::FloodArgs;
use bench::callback::{Counts, Function, Mood, Stage, built, count, flood, round};
use runtime::SystemClock;
use tokio::net::TcpListener;

/// API Gateway gives up after three seconds and DingTalk after less; the budget itself is tested on a paused clock. This
/// only tells an answer from none on a machine that is busy with other things.
const AN_ANSWER: Duration = Duration::from_secs(20);

/// The program that was built for tests.
fn program() -> PathBuf {
    let here = std::env::current_exe().expect("this program's path");
    let target = here.parent().and_then(Path::parent).expect("tests run in target/<profile>/deps");
    let program = target.join("callback");
    assert!(program.exists(), "build it first: cargo build --package callback");
    program
}

async fn stage() -> (Stage, Function) {
    let stage = Stage::set().await.unwrap();
    let function = Function::start(stage.ours(&program()).unwrap()).await.unwrap();
    (stage, function)
}

/// Status and whether DingTalk would take it for a success.
async fn answered(stage: &Stage, function: &mut Function, wire: String) -> (u64, bool) {
    let invoked = function.invoke(wire).await.unwrap();
    assert!(invoked.took < AN_ANSWER, "{:?}", invoked.took);
    let answer: serde_json::Value = serde_json::from_str(&invoked.answer).unwrap();
    (answer["statusCode"].as_u64().unwrap(), stage.company.is_success(&invoked.answer))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_loses_nothing_and_lets_nobody_in() {
    let (stage, function) = stage().await;
    stage.sink.seen().queue = Mood::FailsSome("00");
    let args = FloodArgs { signed: 1_500, forged: 150, seconds: 1, program: None };
    let flood = flood::pour(&stage, function, &args).await.unwrap();
    assert_eq!((flood.lost, flood.doubled, flood.forged_accepted), (0, 0, 0), "{flood:?}");
    assert_eq!((flood.acknowledged + flood.unacknowledged, flood.forged_refused), (1_500, 150));
    assert!(flood.acknowledged > 1_400, "{}", flood.acknowledged);
    assert!(stage.sink.seen().repeated > 0, "repeated pushes were among them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_silent_or_ill_is_an_explicit_failure_and_the_next_push_is_stored() {
    let (stage, mut function) = stage().await;
    assert_eq!(answered(&stage, &mut function, stage.event().wire).await, (200, true));
    for mood in [Mood::Stalls, Mood::Fails] {
        let push = stage.event();
        stage.sink.seen().queue = mood;
        assert_eq!(answered(&stage, &mut function, push.wire.clone()).await, (503, false), "{mood:?}");
        assert!(!stage.sink.seen().stored.contains_key(&push.mark));
        stage.sink.seen().queue = Mood::Well;
        assert_eq!(answered(&stage, &mut function, push.wire).await, (200, true), "{mood:?}");
        assert!(stage.sink.seen().stored.contains_key(&push.mark));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_out_of_reach_are_an_explicit_failure_until_they_are_read() {
    for mood in [Mood::Stalls, Mood::Fails] {
        let (stage, mut function) = stage().await;
        stage.sink.seen().vault = mood;
        let push = stage.event();
        assert_eq!(answered(&stage, &mut function, push.wire.clone()).await, (503, false), "{mood:?}");
        assert!(stage.sink.seen().stored.is_empty());
        stage.sink.seen().vault = Mood::Well;
        assert_eq!(answered(&stage, &mut function, push.wire).await, (200, true));
        stage.sink.seen().vault = mood;
        assert_eq!(answered(&stage, &mut function, stage.event().wire).await, (200, true), "what was read serves");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_never_shake_hands_keep_nobody_from_starting() {
    let stage = Stage::set().await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut command = stage.ours(&program()).unwrap();
    command.env("AWS_ENDPOINT_URL", format!("https://localhost:{}", silent.local_addr().unwrap().port()));
    let mut function = Function::start(command).await.unwrap();
    assert_eq!(answered(&stage, &mut function, stage.event().wire).await, (503, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_ten_minutes_off_refuses_and_never_pretends() {
    let (stage, mut function) = stage().await;
    for minutes in [-10, 10] {
        let at = SystemClock.now().plus_millis(minutes * 60_000);
        let push = stage.company.event(1_000_000, at);
        assert_eq!(answered(&stage, &mut function, push.wire).await, (403, false), "DingTalk {minutes} minutes away");
    }
    assert!(stage.sink.seen().stored.is_empty());
    for minutes in [-10, 10] {
        let (stage, mut function) = self::stage().await;
        stage.sink.seen().ahead_ms = minutes * 60_000;
        assert_eq!(
            answered(&stage, &mut function, stage.event().wire).await,
            (200, true),
            "AWS {minutes} minutes away"
        );
        assert!(stage.sink.seen().skewed > 0, "signatures of another time are refused, and made again");
    }
}

/// The guard of `design.md` §10, on the program as it is deployed: a first event with the entropy of AWS-LC in it takes 38 ms
/// and 420 million instructions.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_stays_cheap() {
    let program = built().await.unwrap();
    let stage = Stage::set().await.unwrap();
    let mut first = Duration::MAX;
    for _ in 0..5 {
        first = first.min(round(&stage, "ours", stage.ours(&program).unwrap(), 0).await.unwrap().first);
    }
    // CPU time, of which a busy machine adds some: the least of five.
    assert!(first < Duration::from_millis(3), "the first event took {first:?} of CPU");
    if std::process::Command::new("valgrind").arg("--version").output().is_ok() {
        let Counts { init, first, warm } = count(&stage, &program).await.unwrap();
        assert!(first < 20_000_000, "the first event took {first} instructions");
        assert!(init + first < 40_000_000, "a cold start took {} instructions", init + first);
        assert!(warm < 600_000, "a warm event took {warm} instructions");
    }
}
