//! The callback's own program under a Lambda Runtime API, with services that work, hang, are
//! missing or have another time. Whatever happens, an event that is not stored is never
//! acknowledged.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use bench::args::FloodArgs;
use bench::callback::{
    CallbackEnvironment, InstructionCounts, LambdaFunction, ServiceBehavior, build_plain,
    count_instructions, flood, measure_cold_start,
};
use runtime::SystemClock;
use tokio::net::TcpListener;

/// API Gateway gives up after three seconds and DingTalk sooner. Another test checks the budget
/// itself on a paused clock. This limit only distinguishes an answer from none, on a busy machine.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Returns the program that was built for tests.
fn built_program() -> PathBuf {
    let here = std::env::current_exe().expect("this program's path");
    let target = here
        .parent()
        .and_then(Path::parent)
        .expect("tests run in target/<profile>/deps");
    let program = target.join("callback");
    assert!(
        program.exists(),
        "build it first: cargo build --package callback"
    );
    program
}

async fn start_function() -> (CallbackEnvironment, LambdaFunction) {
    let stage = CallbackEnvironment::set_up().await.unwrap();
    let function = LambdaFunction::start(stage.our_command(&built_program()).unwrap())
        .await
        .unwrap();
    (stage, function)
}

/// Returns the status, and whether DingTalk would accept it as a success.
async fn invoke_function(
    stage: &CallbackEnvironment,
    function: &mut LambdaFunction,
    wire: String,
) -> (u64, bool) {
    let invoked = function.invoke(wire).await.unwrap();
    assert!(invoked.took < ANSWER_TIMEOUT, "{:?}", invoked.took);
    let answer: serde_json::Value = serde_json::from_str(&invoked.answer).unwrap();
    (
        answer["statusCode"].as_u64().unwrap(),
        stage.company.is_success(&invoked.answer),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_loses_no_event_and_accepts_no_forgery() {
    let (stage, function) = start_function().await;
    stage.sink.service_state().queue = ServiceBehavior::FailsSome("00");
    let args = FloodArgs {
        signed: 1_500,
        forged: 150,
        seconds: 1,
        program: None,
    };
    let flood = flood::push_events(&stage, function, &args).await.unwrap();
    assert_eq!(
        (flood.lost, flood.doubled, flood.forged_accepted),
        (0, 0, 0),
        "{flood:?}"
    );
    assert_eq!(
        (
            flood.acknowledged + flood.unacknowledged,
            flood.forged_refused
        ),
        (1_500, 150)
    );
    assert!(flood.acknowledged > 1_400, "{}", flood.acknowledged);
    assert!(
        stage.sink.service_state().repeated > 0,
        "some pushes should be repeated"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_queue_is_an_explicit_failure_and_the_next_push_is_stored() {
    let (stage, mut function) = start_function().await;
    assert_eq!(
        invoke_function(&stage, &mut function, stage.event().wire).await,
        (200, true)
    );
    for mood in [ServiceBehavior::Stalls, ServiceBehavior::Fails] {
        let push = stage.event();
        stage.sink.service_state().queue = mood;
        assert_eq!(
            invoke_function(&stage, &mut function, push.wire.clone()).await,
            (503, false),
            "{mood:?}"
        );
        assert!(!stage.sink.service_state().stored.contains_key(&push.mark));
        stage.sink.service_state().queue = ServiceBehavior::Well;
        assert_eq!(
            invoke_function(&stage, &mut function, push.wire).await,
            (200, true),
            "{mood:?}"
        );
        assert!(stage.sink.service_state().stored.contains_key(&push.mark));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_secrets_are_an_explicit_failure_until_they_are_read() {
    for mood in [ServiceBehavior::Stalls, ServiceBehavior::Fails] {
        let (stage, mut function) = start_function().await;
        stage.sink.service_state().vault = mood;
        let push = stage.event();
        assert_eq!(
            invoke_function(&stage, &mut function, push.wire.clone()).await,
            (503, false),
            "{mood:?}"
        );
        assert!(stage.sink.service_state().stored.is_empty());
        stage.sink.service_state().vault = ServiceBehavior::Well;
        assert_eq!(
            invoke_function(&stage, &mut function, push.wire).await,
            (200, true)
        );
        stage.sink.service_state().vault = mood;
        assert_eq!(
            invoke_function(&stage, &mut function, stage.event().wire).await,
            (200, true),
            "the answer should be usable"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stalled_handshakes_do_not_prevent_the_start() {
    let stage = CallbackEnvironment::set_up().await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut command = stage.our_command(&built_program()).unwrap();
    command.env(
        "AWS_ENDPOINT_URL",
        format!("https://localhost:{}", silent.local_addr().unwrap().port()),
    );
    let mut function = LambdaFunction::start(command).await.unwrap();
    assert_eq!(
        invoke_function(&stage, &mut function, stage.event().wire).await,
        (503, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ten_minute_clock_skew_is_refused_from_dingtalk_and_corrected_for_aws() {
    let (stage, mut function) = start_function().await;
    for minutes in [-10, 10] {
        let at = SystemClock.now().plus_millis(minutes * 60_000);
        let push = stage.company.event(1_000_000, at);
        assert_eq!(
            invoke_function(&stage, &mut function, push.wire).await,
            (403, false),
            "DingTalk {minutes} minutes away"
        );
    }
    assert!(stage.sink.service_state().stored.is_empty());
    for minutes in [-10, 10] {
        let (stage, mut function) = start_function().await;
        stage.sink.service_state().ahead_ms = minutes * 60_000;
        assert_eq!(
            invoke_function(&stage, &mut function, stage.event().wire).await,
            (200, true),
            "AWS {minutes} minutes away"
        );
        assert!(
            stage.sink.service_state().skewed > 0,
            "signatures of another time should be refused and made again"
        );
    }
}

/// The guard of the cold start, on the program as it is deployed: a first event with the entropy of AWS-LC in it takes 38 ms
/// and 420 million instructions.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_stays_within_its_instruction_budget() {
    let program = build_plain().await.unwrap();
    let stage = CallbackEnvironment::set_up().await.unwrap();
    let mut first = Duration::MAX;
    for _ in 0..5 {
        first = first.min(
            measure_cold_start(&stage, "ours", stage.our_command(&program).unwrap(), 0)
                .await
                .unwrap()
                .first,
        );
    }
    // A busy machine adds CPU time, so the least of five counts.
    assert!(
        first < Duration::from_millis(3),
        "the first event took {first:?} of CPU"
    );
    if std::process::Command::new("valgrind")
        .arg("--version")
        .output()
        .is_ok()
    {
        let InstructionCounts { init, first, warm } =
            count_instructions(&stage, &program).await.unwrap();
        assert!(
            first < 20_000_000,
            "the first event took {first} instructions"
        );
        assert!(
            init + first < 40_000_000,
            "a cold start took {} instructions",
            init + first
        );
        assert!(warm < 600_000, "a warm event took {warm} instructions");
    }
}
