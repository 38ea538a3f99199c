//! `bench flood`: sends a minute of events to one process, with forged ones among them, while the
//! queue always refuses some.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::{CallbackEnvironment, CallbackError, LambdaFunction, ServiceBehavior, build_deployed};
use crate::args::FloodArgs;
use crate::figure::{FigureTarget, Figures};
use crate::process::{cpu_of, peak_kib_of};

/// One signed event in this many is pushed a second time, as DingTalk does if it missed an answer.
const REPEATED_EVERY: u32 = 50;

/// How the events were answered.
#[derive(Debug, Default)]
pub struct Flood {
    /// Signed events answered with success.
    pub acknowledged: u32,
    /// Signed events answered otherwise. DingTalk would push them again.
    pub unacknowledged: u32,
    /// Forged events answered with success.
    pub forged_accepted: u32,
    /// Forged events answered otherwise.
    pub forged_refused: u32,
    /// Acknowledged events without a wake in the queue.
    pub lost: u32,
    /// Wakes that are in the queue more than once.
    pub doubled: u32,
    /// Time from when an event was due until its answer, in the order of answers.
    pub took: Vec<Duration>,
    /// CPU time of the process for all events.
    pub cpu: Duration,
    /// Time from the first event to the last answer.
    pub elapsed: Duration,
    /// Largest resident memory, in KiB.
    pub peak_kib: u64,
}

/// Runs the flood and prints its figures; returns whether every figure holds.
///
/// # Errors
/// [`CallbackError`] if it cannot be run.
pub async fn run(args: &FloodArgs) -> Result<bool, CallbackError> {
    let program = match &args.program {
        Some(program) => program.clone(),
        None => build_deployed().await?,
    };
    let stage = CallbackEnvironment::set_up().await?;
    stage.sink.service_state().queue = ServiceBehavior::FailsSome("000");
    let function = LambdaFunction::start(stage.our_command(&program)?).await?;
    let flood = push_events(&stage, function, args).await?;
    let mut figures = Figures::of("flood");
    let events = args.signed + args.forged;
    let nothing = FigureTarget::Exactly(0.0);
    figures.ours("events", f64::from(events), "events", FigureTarget::None);
    figures.ours(
        "elapsed",
        flood.elapsed.as_secs_f64(),
        "s",
        FigureTarget::AtMost(f64::from(args.seconds) + 1.0),
    );
    figures.ours(
        "acknowledged",
        f64::from(flood.acknowledged),
        "events",
        FigureTarget::None,
    );
    figures.ours(
        "refused_by_the_queue_and_not_acknowledged",
        f64::from(flood.unacknowledged),
        "events",
        FigureTarget::None,
    );
    figures.ours(
        "acknowledged_and_not_queued",
        f64::from(flood.lost),
        "events",
        nothing,
    );
    figures.ours("queued_twice", f64::from(flood.doubled), "events", nothing);
    figures.ours(
        "forged_accepted",
        f64::from(flood.forged_accepted),
        "events",
        nothing,
    );
    figures.ours(
        "p99_from_due_to_answer",
        1e3 * percentile(&flood.took, 0.99),
        "ms",
        FigureTarget::AtMost(500.0),
    );
    figures.ours(
        "cpu_per_event",
        flood.cpu.as_secs_f64() * 1e6 / f64::from(events),
        "µs",
        FigureTarget::None,
    );
    #[expect(clippy::cast_precision_loss, reason = "a count of KiB")]
    figures.ours(
        "peak_memory",
        flood.peak_kib as f64 * 1024.0 / 1e6,
        "MB",
        FigureTarget::AtMost(128.0),
    );
    Ok(figures.hold)
}

/// Hands over each event when it is due, or as soon after as the process asks for work.
///
/// # Errors
/// [`CallbackError::Function`] if the process ends.
pub async fn push_events(
    stage: &CallbackEnvironment,
    mut function: LambdaFunction,
    args: &FloodArgs,
) -> Result<Flood, CallbackError> {
    let events = args.signed + args.forged;
    let every = Duration::from_secs(u64::from(args.seconds)) / events.max(1);
    let mut flood = Flood::default();
    let mut acknowledged = HashSet::new();
    let mut last = stage.event();
    let began = Instant::now();
    for n in 0..events {
        let due = began + every * n;
        // Timers are too coarse for shorter waits.
        if due > Instant::now() + Duration::from_millis(2) {
            tokio::time::sleep_until(due).await;
        }
        let kind = push_kind(n, args);
        let push = match kind {
            PushKind::Forged => stage.forged(),
            PushKind::Signed => stage.event(),
            PushKind::Repeated => last.clone(),
        };
        let invoked = function.invoke(push.wire.clone()).await?;
        let success = stage.company.is_success(&invoked.answer);
        flood.took.push(due.elapsed());
        if kind == PushKind::Forged {
            *(if success {
                &mut flood.forged_accepted
            } else {
                &mut flood.forged_refused
            }) += 1;
        } else if success {
            flood.acknowledged += 1;
            acknowledged.insert(push.mark.clone());
            last = push;
        } else {
            flood.unacknowledged += 1;
        }
    }
    flood.elapsed = began.elapsed();
    let pid = function.pid().ok_or(CallbackError::Function("it died"))?;
    flood.cpu =
        cpu_of(pid.cast_signed()).map_err(CallbackError::setup_error("the program's CPU time"))?;
    flood.peak_kib =
        peak_kib_of(pid).map_err(CallbackError::setup_error("the program's memory"))?;
    let seen = stage.sink.service_state();
    let missing = acknowledged
        .iter()
        .filter(|wake| !seen.stored.contains_key(*wake))
        .count();
    flood.lost = u32::try_from(missing).unwrap_or(u32::MAX);
    flood.doubled =
        u32::try_from(seen.stored.values().filter(|times| **times > 1).count()).unwrap_or(u32::MAX);
    Ok(flood)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PushKind {
    Signed,
    Repeated,
    Forged,
}

/// Forged events are spread evenly.
fn push_kind(n: u32, args: &FloodArgs) -> PushKind {
    let events = u64::from(args.signed + args.forged);
    let forged = |n: u64| n * u64::from(args.forged) / events;
    if forged(u64::from(n) + 1) > forged(u64::from(n)) {
        PushKind::Forged
    } else if n % REPEATED_EVERY == REPEATED_EVERY - 1 {
        PushKind::Repeated
    } else {
        PushKind::Signed
    }
}

fn percentile(took: &[Duration], share: f64) -> f64 {
    let mut seconds: Vec<f64> = took.iter().map(Duration::as_secs_f64).collect();
    seconds.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let at = (seconds.len() as f64 * share) as usize;
    seconds
        .get(at.min(seconds.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forged_and_signed_events_are_as_many_as_asked_for() {
        let args = FloodArgs {
            signed: 1_000,
            forged: 100,
            seconds: 1,
            program: None,
        };
        let kinds: Vec<PushKind> = (0..1_100).map(|n| push_kind(n, &args)).collect();
        let count = |kind: PushKind| kinds.iter().filter(|one| **one == kind).count();
        assert_eq!(count(PushKind::Forged), 100);
        assert!(count(PushKind::Repeated) > 10);
        assert_eq!(count(PushKind::Signed) + count(PushKind::Repeated), 1_000);
    }

    #[test]
    fn a_percentile_sorts_its_values_first() {
        let took: Vec<Duration> = (1..=100).rev().map(Duration::from_secs).collect();
        assert!((percentile(&took, 0.99) - 100.0).abs() < 1e-9);
        assert!((percentile(&took, 0.5) - 51.0).abs() < 1e-9);
    }
}
