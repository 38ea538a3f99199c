//! `bench sync`: import, an unchanged sweep, the same in slices, a sweep after changes, and a wasteful client.
//!
//! Everything takes its real time. Where `--qps` is not DingTalk's 20, the figures are those of a DingTalk of that pace, which
//! `calls_per_second` tells; what does not shrink with it, such as the database's time, weighs more then, never less.

mod at_once;
pub mod measured;
mod served;
mod stage;
mod wasteful;

use engine::report::RunReport;
use sandbox::world::CallRecord;

use crate::args::SyncArgs;
use crate::figure::{Figures, Target};
use crate::floor::{self, Minimum, ratio};
use measured::{Measured, Units};
use stage::Stage;

/// `design.md` §10, of companies of 10,000 people and of smaller ones, in which the beginning and the end weigh more.
const FLOOR: Target = Target::AtLeast(0.95);
const FLOOR_SMALL: Target = Target::AtLeast(0.90);
const LARGE: u32 = 10_000;
/// The same, of calls over the minimum.
const CALLS: Target = Target::AtMost(1.02);
const NOTHING: Target = Target::Exactly(0.0);
/// The same, of memory above the process's baseline.
const MEMORY: Target = Target::AtMost(32.0);
/// `design.md` §5: write units of `directory` per changed person, where nothing is written to a side and where it is.
const UNITS_SETTLED: Target = Target::AtMost(1.05);
const UNITS_WRITTEN: Target = Target::AtMost(2.1);
/// What the issue asks of a sweep in slices, over the same in one piece.
const SLICED: Target = Target::AtMost(1.01);

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

/// A sweep, as it was measured in its processes, one per slice, and as the sandbox saw it.
struct Seen {
    slices: Vec<Measured>,
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
    let stage = match &args.keep {
        Some(kept) if kept.exists() => stage,
        keep => {
            if args.no_import {
                stage.import_at_once().await?;
            } else {
                imported(&mut figures, args, &stage.sweep(args.import_qps).await?);
            }
            match keep {
                Some(keep) => stage.keep(keep).await?,
                None => stage,
            }
        }
    };
    figures.ours("calls_per_second", f64::from(args.qps), "calls/s", Target::None);
    let whole = stage.sweep(args.qps).await?;
    unchanged(&mut figures, args, &whole);
    if args.slice_seconds > 0 {
        sliced(&mut figures, &whole, &stage.sweep_in_slices(args.qps, args.slice_seconds).await?);
    }
    let planted = stage.change_one_percent().await?;
    changed(&mut figures, args, &stage.sweep(args.qps).await?, planted);
    let planted = stage.agree_on_one_percent().await?;
    agreed(&mut figures, &stage.sweep(args.import_qps).await?, planted);
    let (log, members) = wasteful::run(&stage, args.qps).await?;
    let minimum = Minimum::of_lists(&members);
    figures.peer(
        "wasteful",
        "floor_over_actual",
        minimum.seconds(args.qps) / floor::elapsed(&log),
        "ratio",
        floor_of(args),
    );
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
    let Seen { log, minimum, .. } = seen;
    figures.ours(&own("seconds"), seen.seconds(), "s", Target::None);
    figures.ours(&own("floor_over_actual"), minimum.seconds(qps) / floor::elapsed(log), "ratio", Target::None);
    figures.ours(&format!("import_floor_seconds_at_{}_qps", args.qps), minimum.seconds(args.qps), "s", Target::None);
    #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
    figures.ours("import_calls", log.len() as f64, "calls", Target::None);
    figures.ours("import_calls_over_minimum", over(log, minimum), "ratio", Target::None);
    figures.ours(&own("cpu_per_person_and_side"), cpu(args, seen), "µs", Target::None);
    figures.ours(&own("memory_above_baseline"), seen.memory(), "MiB", Target::None);
}

fn unchanged(figures: &mut Figures, args: &SyncArgs, seen: &Seen) {
    let Seen { log, minimum, .. } = seen;
    for (interface, calls, first, last) in floor::spans(log) {
        tracing::info!(target: "bangding", calls, "unchanged sweep: {interface} from {first:.2} s to {last:.2} s");
    }
    let people = f64::from(args.people);
    figures.ours("floor_seconds", minimum.seconds(args.qps), "s", Target::None);
    figures.ours("actual_seconds", floor::elapsed(log), "s", Target::None);
    figures.ours("run_seconds", seen.seconds(), "s", Target::None);
    figures.ours("floor_over_actual", minimum.seconds(args.qps) / floor::elapsed(log), "ratio", floor_of(args));
    figures.ours("calls_over_minimum", over(log, minimum), "ratio", CALLS);
    figures.ours("throttled", ratio(floor::throttled(log), 1), "answers", NOTHING);
    figures.ours("writes", ratio(seen.report().writes, 1), "writes", NOTHING);
    let units = seen.units();
    figures.ours("directory_write_units", units.directory, "units", NOTHING);
    figures.ours("ledger_write_units", units.ledger, "units", NOTHING);
    figures.ours("control_and_journal_write_units", units.control + units.journal, "units", Target::None);
    // Reads that are "needed" because they were made would hide a client that reads everybody: the part that is read
    // is held to the rule. Which records a part has is a matter of hashes, hence three standard deviations.
    let share = ratio(floor::distinct(log, floor::USER_GET), u64::from(args.people));
    let spread = 3.0 * (DEEP * (1.0 - DEEP) / people).sqrt();
    figures.ours("deep_read_share", share, "ratio", Target::Near(DEEP, spread));
    figures.ours("cpu_per_person_and_side", cpu(args, seen), "µs", Target::None);
    figures.ours("memory_above_baseline", seen.memory(), "MiB", MEMORY);
}

/// The same sweep in slices: the same part of the company is deep-read.
fn sliced(figures: &mut Figures, whole: &Seen, seen: &Seen) {
    figures.ours("sliced_slices", ratio(seen.slices.len() as u64, 1), "slices", Target::AtLeast(3.0));
    let extra = ratio(seen.log.len() as u64, whole.log.len() as u64);
    figures.ours("sliced_calls_over_whole", extra, "ratio", SLICED);
    figures.ours("sliced_throttled", ratio(floor::throttled(&seen.log), 1), "answers", NOTHING);
    figures.ours("sliced_writes", ratio(seen.report().writes, 1), "writes", NOTHING);
    figures.ours("sliced_memory_above_baseline", seen.memory(), "MiB", MEMORY);
}

fn changed(figures: &mut Figures, args: &SyncArgs, seen: &Seen, planted: u64) {
    let Seen { log, minimum, .. } = seen;
    let (report, people) = (seen.report(), ratio(planted, 1));
    figures.ours("changed_found", ratio(report.counts.updated, 1), "people", Target::Exactly(people));
    let floor = minimum.seconds(args.qps) / floor::elapsed(log);
    figures.ours("changed_floor_over_actual", floor, "ratio", floor_of(args));
    figures.ours("changed_calls", ratio(log.len() as u64, 1), "calls", Target::None);
    figures.ours("changed_calls_over_minimum", over(log, minimum), "ratio", CALLS);
    figures.ours("changed_throttled", ratio(floor::throttled(log), 1), "answers", NOTHING);
    figures.ours("changed_writes_per_person", ratio(report.writes, planted), "writes", Target::None);
    let units = seen.units();
    figures.ours("changed_directory_units_per_person", units.directory / people, "units", UNITS_WRITTEN);
    figures.ours("changed_ledger_units_per_person", units.ledger / people, "units", Target::None);
    figures.ours("changed_journal_units_per_person", units.journal / people, "units", Target::None);
    figures.ours("changed_memory_above_baseline", seen.memory(), "MiB", MEMORY);
}

/// Changed on both sides alike: nothing is written to a side, and each link catches up.
fn agreed(figures: &mut Figures, seen: &Seen, planted: u64) {
    let units = seen.units();
    figures.ours("agreed_people", ratio(seen.report().writes, 1), "people", Target::Exactly(ratio(planted, 1)));
    figures.ours("agreed_ledger_units", units.ledger, "units", NOTHING);
    figures.ours("agreed_directory_units_per_person", units.directory / ratio(planted, 1), "units", UNITS_SETTLED);
}

fn floor_of(args: &SyncArgs) -> Target {
    if args.people < LARGE { FLOOR_SMALL } else { FLOOR }
}

impl Seen {
    /// The whole run's; the last slice's has those before in it.
    fn report(&self) -> &RunReport {
        &self.slices[self.slices.len() - 1].report
    }

    fn seconds(&self) -> f64 {
        self.report().seconds()
    }

    /// MiB, in the slice that took most.
    fn memory(&self) -> f64 {
        ratio(self.slices.iter().map(Measured::memory_kib).max().unwrap_or_default(), 1024)
    }

    fn units(&self) -> Units {
        self.slices.iter().fold(Units::default(), |sum, slice| Units {
            directory: sum.directory + slice.units.directory,
            control: sum.control + slice.units.control,
            journal: sum.journal + slice.units.journal,
            ledger: sum.ledger + slice.units.ledger,
        })
    }
}

/// Everything that the process did, HTTP and the database's client included, per person and side.
fn cpu(args: &SyncArgs, seen: &Seen) -> f64 {
    ratio(seen.slices.iter().map(Measured::cpu_ms).sum::<u64>() * 1000, 2 * u64::from(args.people))
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
