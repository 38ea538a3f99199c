//! `bench sync`: import, an unchanged sweep, a sweep after changes, and a wasteful client.

pub mod measured;
mod stage;
mod wasteful;

use engine::report::RunReport;
use sandbox::world::CallRecord;

use crate::args::SyncArgs;
use crate::figure::{Figures, Target};
use crate::floor::{self, Minimum, ratio};
use measured::Measured;
use stage::Stage;

/// What the issue asks of an unchanged sweep.
const FLOOR: Target = Target::AtLeast(0.90);
const CALLS: Target = Target::AtMost(1.02);
const NOTHING: Target = Target::Exactly(0.0);

/// Part of the people who are deep-read in each sweep (`design.md` §4.3).
const DEEP: f64 = 1.0 / 7.0;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The sandbox, the database or the binding.
    #[error("the benchmark could not be set up: {what}")]
    Setup {
        /// What did not start.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A sweep did not take place or did not come to its end: its figures would mean nothing.
    #[error("a sweep did not come to its end: {why}")]
    Sweep {
        /// What it said.
        why: String,
    },
}

impl Trouble {
    fn setup<E: Into<Box<dyn std::error::Error + Send + Sync>>>(what: &'static str) -> impl Fn(E) -> Self {
        move |source| Self::Setup { what, source: source.into() }
    }
}

/// A sweep, as it was measured in its process and as the sandbox saw it.
struct Seen {
    measured: Measured,
    log: Vec<CallRecord>,
    minimum: Minimum,
}

/// Runs it and prints the figures; whether all of ours hold.
///
/// # Errors
/// [`Trouble`]; figures that were printed before stay valid.
pub async fn run(args: &SyncArgs) -> Result<bool, Trouble> {
    let stage = Stage::set(args).await?;
    let mut figures = Figures::of("sync");
    imported(&mut figures, args, &stage.sweep(args.import_qps).await?);
    unchanged(&mut figures, args, &stage.sweep(args.qps).await?);
    let planted = stage.change_one_percent().await?;
    changed(&mut figures, args, &stage.sweep(args.qps).await?, planted);
    let (log, members) = wasteful::run(&stage, args.qps).await?;
    let minimum = Minimum::of_lists(&members);
    figures.peer("wasteful", "floor_over_actual", minimum.seconds(args.qps) / floor::elapsed(&log), "ratio", FLOOR);
    figures.peer("wasteful", "calls_over_minimum", over(&log, &minimum), "ratio", CALLS);
    stage.strike().await;
    Ok(figures.hold)
}

fn over(log: &[CallRecord], minimum: &Minimum) -> f64 {
    ratio(log.len() as u64, minimum.calls())
}

/// The import is reported, not judged. Where its pace was raised, the figure's name says so.
fn imported(figures: &mut Figures, args: &SyncArgs, seen: &Seen) {
    let qps = args.import_qps;
    let own =
        |name: &str| if qps == args.qps { format!("import_{name}") } else { format!("import_{name}_at_{qps}_qps") };
    let Seen { measured, log, minimum } = seen;
    figures.ours(&own("seconds"), measured.report.seconds(), "s", Target::None);
    figures.ours(&own("floor_over_actual"), minimum.seconds(qps) / floor::elapsed(log), "ratio", Target::None);
    figures.ours(&format!("import_floor_seconds_at_{}_qps", args.qps), minimum.seconds(args.qps), "s", Target::None);
    #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
    figures.ours("import_calls", log.len() as f64, "calls", Target::None);
    figures.ours("import_calls_over_minimum", over(log, minimum), "ratio", Target::None);
    figures.ours(&own("cpu_per_person_and_side"), cpu(args, measured), "µs", Target::None);
    figures.ours(&own("memory_above_baseline"), memory(measured), "MiB", Target::None);
}

fn unchanged(figures: &mut Figures, args: &SyncArgs, seen: &Seen) {
    let Seen { measured, log, minimum } = seen;
    for (interface, calls, first, last) in floor::spans(log) {
        tracing::info!(target: "bangding", calls, "unchanged sweep: {interface} from {first:.2} s to {last:.2} s");
    }
    let people = f64::from(args.people);
    figures.ours("floor_seconds", minimum.seconds(args.qps), "s", Target::None);
    figures.ours("actual_seconds", floor::elapsed(log), "s", Target::None);
    figures.ours("run_seconds", measured.report.seconds(), "s", Target::None);
    figures.ours("floor_over_actual", minimum.seconds(args.qps) / floor::elapsed(log), "ratio", FLOOR);
    figures.ours("calls_over_minimum", over(log, minimum), "ratio", CALLS);
    figures.ours("throttled", ratio(floor::throttled(log), 1), "answers", NOTHING);
    figures.ours("writes", ratio(measured.report.writes, 1), "writes", NOTHING);
    // Reads that are "needed" because they were made would hide a client that reads everybody: the part that is read
    // is held to the rule. Which records a part has is a matter of hashes, hence three standard deviations.
    let share = ratio(floor::distinct(log, floor::USER_GET), u64::from(args.people));
    let spread = 3.0 * (DEEP * (1.0 - DEEP) / people).sqrt();
    figures.ours("deep_read_share", share, "ratio", Target::Near(DEEP, spread));
    figures.ours("cpu_per_person_and_side", cpu(args, measured), "µs", Target::None);
    figures.ours("memory_above_baseline", memory(measured), "MiB", Target::AtMost(32.0));
}

fn changed(figures: &mut Figures, args: &SyncArgs, seen: &Seen, planted: u64) {
    let Seen { measured, log, minimum } = seen;
    figures.ours(
        "changed_found",
        ratio(measured.report.counts.updated, 1),
        "people",
        Target::Exactly(ratio(planted, 1)),
    );
    figures.ours("changed_floor_over_actual", minimum.seconds(args.qps) / floor::elapsed(log), "ratio", Target::None);
    figures.ours("changed_calls", ratio(log.len() as u64, 1), "calls", Target::None);
    figures.ours("changed_calls_over_minimum", over(log, minimum), "ratio", Target::None);
    figures.ours("changed_throttled", ratio(floor::throttled(log), 1), "answers", NOTHING);
    figures.ours("changed_writes_per_person", ratio(measured.report.writes, planted), "writes", Target::None);
}

/// Everything that the process did, HTTP and the database's client included, per person and side.
fn cpu(args: &SyncArgs, measured: &Measured) -> f64 {
    ratio(measured.cpu_ms() * 1000, 2 * u64::from(args.people))
}

fn memory(measured: &Measured) -> f64 {
    ratio(measured.after.peak_kib.saturating_sub(measured.before.resident_kib), 1024)
}

/// A run whose figures mean something came to its end and left nothing out.
fn finished(report: &RunReport) -> Result<(), Trouble> {
    if report.complete && report.held.is_empty() && report.troubles.is_empty() {
        return Ok(());
    }
    let first = report.troubles.first().map(|trouble| trouble.reason.clone());
    let sentences: Vec<String> = report.notes.iter().cloned().chain(first).collect();
    Err(Trouble::Sweep { why: format!("{} held, {}", report.held.len(), sentences.join("; ")) })
}
