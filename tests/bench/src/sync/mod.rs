//! `bench sync`: import, an unchanged sweep, the same in slices, a sweep after changes, and a wasteful client.
//!
//! Everything takes its real time. Where `--qps` is not DingTalk's 20, the figures are those of a DingTalk of that pace, which
//! `calls_per_second` tells; what does not shrink with it, such as the database's time, weighs more then, never less.

mod bulk_import;
mod environment;
pub mod measured;
mod served;
mod wasteful;

use engine::report::RunReport;
use sandbox::world::CallRecord;

use crate::args::SyncArgs;
use crate::call_minimum::{self, CallMinimum, ratio};
use crate::figure::{FigureTarget, Figures};
use environment::SyncEnvironment;
use measured::{MeasuredSweep, WriteUnits};

/// `design.md` §10, of companies of 10,000 people and of smaller ones, in which the beginning and the end weigh more.
const FLOOR: FigureTarget = FigureTarget::AtLeast(0.95);
const FLOOR_SMALL: FigureTarget = FigureTarget::AtLeast(0.90);
const LARGE: u32 = 10_000;
/// The same, of calls over the minimum.
const CALLS: FigureTarget = FigureTarget::AtMost(1.02);
const NONE_AT_ALL: FigureTarget = FigureTarget::Exactly(0.0);
/// The same, of memory above the process's baseline.
const MEMORY: FigureTarget = FigureTarget::AtMost(32.0);
/// `design.md` §5: write units of `directory` per changed person, where nothing is written to a side and where it is.
const UNITS_SETTLED: FigureTarget = FigureTarget::AtMost(1.05);
const UNITS_WRITTEN: FigureTarget = FigureTarget::AtMost(2.1);
/// What the issue asks of a sweep in slices, over the same in one piece.
const SLICED: FigureTarget = FigureTarget::AtMost(1.01);

/// Part of the people who are deep-read in each sweep (`design.md` §4.3).
const DEEP_SHARE: f64 = 1.0 / 7.0;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
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

impl SyncError {
    fn setup_error<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        what: &'static str,
    ) -> impl Fn(E) -> Self {
        move |source| Self::Setup {
            what,
            source: source.into(),
        }
    }
}

/// A sweep, as it was measured in its processes, one per slice, and as the sandbox saw it.
struct ObservedSweep {
    slices: Vec<MeasuredSweep>,
    log: Vec<CallRecord>,
    minimum: CallMinimum,
}

/// Runs it and prints the figures; whether all of ours hold.
///
/// # Errors
/// [`Trouble`]; figures that were printed before stay valid.
pub async fn run(args: &SyncArgs) -> Result<bool, SyncError> {
    let stage = SyncEnvironment::set_up(args).await?;
    let mut figures = Figures::of("sync");
    let stage = match &args.keep {
        Some(kept) if kept.exists() => stage,
        keep => {
            if args.no_import {
                stage.import_in_bulk().await?;
            } else {
                print_import(
                    &mut figures,
                    args,
                    &stage.measure_sweep(args.import_qps).await?,
                );
            }
            match keep {
                Some(keep) => stage.keep_state(keep).await?,
                None => stage,
            }
        }
    };
    figures.ours(
        "calls_per_second",
        f64::from(args.qps),
        "calls/s",
        FigureTarget::None,
    );
    let whole = stage.measure_sweep(args.qps).await?;
    print_unchanged(&mut figures, args, &whole);
    if args.slice_seconds > 0 {
        print_sliced(
            &mut figures,
            &whole,
            &stage
                .measure_sliced_sweep(args.qps, args.slice_seconds)
                .await?,
        );
    }
    let planted = stage.change_one_percent().await?;
    print_changed(
        &mut figures,
        args,
        &stage.measure_sweep(args.qps).await?,
        planted,
    );
    let planted = stage.agree_on_one_percent().await?;
    print_agreed(
        &mut figures,
        &stage.measure_sweep(args.import_qps).await?,
        planted,
    );
    let (log, members) = wasteful::run(&stage, args.qps).await?;
    let minimum = CallMinimum::of_lists(&members);
    figures.peer(
        "wasteful",
        "floor_over_actual",
        minimum.seconds(args.qps) / call_minimum::elapsed_seconds(&log),
        "ratio",
        target_for(args),
    );
    figures.peer(
        "wasteful",
        "calls_over_minimum",
        calls_over_minimum(&log, &minimum),
        "ratio",
        CALLS,
    );
    stage.shut_down().await;
    Ok(figures.hold)
}

fn calls_over_minimum(log: &[CallRecord], minimum: &CallMinimum) -> f64 {
    ratio(log.len() as u64, minimum.calls())
}

/// The import is reported, not judged. Where its pace was raised, the figure's name says so.
fn print_import(figures: &mut Figures, args: &SyncArgs, seen: &ObservedSweep) {
    let qps = args.import_qps;
    let own = |name: &str| {
        if qps == args.qps {
            format!("import_{name}")
        } else {
            format!("import_{name}_at_{qps}_qps")
        }
    };
    let ObservedSweep { log, minimum, .. } = seen;
    figures.ours(&own("seconds"), seen.run_seconds(), "s", FigureTarget::None);
    figures.ours(
        &own("floor_over_actual"),
        minimum.seconds(qps) / call_minimum::elapsed_seconds(log),
        "ratio",
        FigureTarget::None,
    );
    figures.ours(
        &format!("import_floor_seconds_at_{}_qps", args.qps),
        minimum.seconds(args.qps),
        "s",
        FigureTarget::None,
    );
    #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
    figures.ours(
        "import_calls",
        log.len() as f64,
        "calls",
        FigureTarget::None,
    );
    figures.ours(
        "import_calls_over_minimum",
        calls_over_minimum(log, minimum),
        "ratio",
        FigureTarget::None,
    );
    figures.ours(
        &own("cpu_per_person_and_side"),
        cpu_per_person(args, seen),
        "µs",
        FigureTarget::None,
    );
    figures.ours(
        &own("memory_above_baseline"),
        seen.peak_memory(),
        "MiB",
        FigureTarget::None,
    );
}

fn print_unchanged(figures: &mut Figures, args: &SyncArgs, seen: &ObservedSweep) {
    let ObservedSweep { log, minimum, .. } = seen;
    for (interface, calls, first, last) in call_minimum::interface_spans(log) {
        tracing::info!(target: "bangding", calls, "unchanged sweep: {interface} from {first:.2} s to {last:.2} s");
    }
    let people = f64::from(args.people);
    figures.ours(
        "floor_seconds",
        minimum.seconds(args.qps),
        "s",
        FigureTarget::None,
    );
    figures.ours(
        "actual_seconds",
        call_minimum::elapsed_seconds(log),
        "s",
        FigureTarget::None,
    );
    figures.ours("run_seconds", seen.run_seconds(), "s", FigureTarget::None);
    figures.ours(
        "floor_over_actual",
        minimum.seconds(args.qps) / call_minimum::elapsed_seconds(log),
        "ratio",
        target_for(args),
    );
    figures.ours(
        "calls_over_minimum",
        calls_over_minimum(log, minimum),
        "ratio",
        CALLS,
    );
    figures.ours(
        "throttled",
        ratio(call_minimum::throttled_calls(log), 1),
        "answers",
        NONE_AT_ALL,
    );
    figures.ours(
        "writes",
        ratio(seen.last_report().writes, 1),
        "writes",
        NONE_AT_ALL,
    );
    let units = seen.write_units();
    figures.ours(
        "directory_write_units",
        units.directory,
        "units",
        NONE_AT_ALL,
    );
    figures.ours("ledger_write_units", units.ledger, "units", NONE_AT_ALL);
    figures.ours(
        "control_and_journal_write_units",
        units.control + units.journal,
        "units",
        FigureTarget::None,
    );
    // Reads that are "needed" because they were made would hide a client that reads everybody: the part that is read
    // is held to the rule. Which records a part has is a matter of hashes, hence three standard deviations.
    let share = ratio(
        call_minimum::distinct_subjects(log, call_minimum::USER_GET),
        u64::from(args.people),
    );
    let spread = 3.0 * (DEEP_SHARE * (1.0 - DEEP_SHARE) / people).sqrt();
    figures.ours(
        "deep_read_share",
        share,
        "ratio",
        FigureTarget::Near(DEEP_SHARE, spread),
    );
    figures.ours(
        "cpu_per_person_and_side",
        cpu_per_person(args, seen),
        "µs",
        FigureTarget::None,
    );
    figures.ours("memory_above_baseline", seen.peak_memory(), "MiB", MEMORY);
}

/// The same sweep in slices: the same part of the company is deep-read.
fn print_sliced(figures: &mut Figures, whole: &ObservedSweep, seen: &ObservedSweep) {
    figures.ours(
        "sliced_slices",
        ratio(seen.slices.len() as u64, 1),
        "slices",
        FigureTarget::AtLeast(3.0),
    );
    let extra = ratio(seen.log.len() as u64, whole.log.len() as u64);
    figures.ours("sliced_calls_over_whole", extra, "ratio", SLICED);
    figures.ours(
        "sliced_throttled",
        ratio(call_minimum::throttled_calls(&seen.log), 1),
        "answers",
        NONE_AT_ALL,
    );
    figures.ours(
        "sliced_writes",
        ratio(seen.last_report().writes, 1),
        "writes",
        NONE_AT_ALL,
    );
    figures.ours(
        "sliced_memory_above_baseline",
        seen.peak_memory(),
        "MiB",
        MEMORY,
    );
}

fn print_changed(figures: &mut Figures, args: &SyncArgs, seen: &ObservedSweep, planted: u64) {
    let ObservedSweep { log, minimum, .. } = seen;
    let (report, people) = (seen.last_report(), ratio(planted, 1));
    figures.ours(
        "changed_found",
        ratio(report.counts.updated, 1),
        "people",
        FigureTarget::Exactly(people),
    );
    let floor = minimum.seconds(args.qps) / call_minimum::elapsed_seconds(log);
    figures.ours(
        "changed_floor_over_actual",
        floor,
        "ratio",
        target_for(args),
    );
    figures.ours(
        "changed_calls",
        ratio(log.len() as u64, 1),
        "calls",
        FigureTarget::None,
    );
    figures.ours(
        "changed_calls_over_minimum",
        calls_over_minimum(log, minimum),
        "ratio",
        CALLS,
    );
    figures.ours(
        "changed_throttled",
        ratio(call_minimum::throttled_calls(log), 1),
        "answers",
        NONE_AT_ALL,
    );
    figures.ours(
        "changed_writes_per_person",
        ratio(report.writes, planted),
        "writes",
        FigureTarget::None,
    );
    let units = seen.write_units();
    figures.ours(
        "changed_directory_units_per_person",
        units.directory / people,
        "units",
        UNITS_WRITTEN,
    );
    figures.ours(
        "changed_ledger_units_per_person",
        units.ledger / people,
        "units",
        FigureTarget::None,
    );
    figures.ours(
        "changed_journal_units_per_person",
        units.journal / people,
        "units",
        FigureTarget::None,
    );
    figures.ours(
        "changed_memory_above_baseline",
        seen.peak_memory(),
        "MiB",
        MEMORY,
    );
}

/// Changed on both sides alike: nothing is written to a side, and each link catches up.
fn print_agreed(figures: &mut Figures, seen: &ObservedSweep, planted: u64) {
    let units = seen.write_units();
    figures.ours(
        "agreed_people",
        ratio(seen.last_report().writes, 1),
        "people",
        FigureTarget::Exactly(ratio(planted, 1)),
    );
    figures.ours("agreed_ledger_units", units.ledger, "units", NONE_AT_ALL);
    figures.ours(
        "agreed_directory_units_per_person",
        units.directory / ratio(planted, 1),
        "units",
        UNITS_SETTLED,
    );
}

fn target_for(args: &SyncArgs) -> FigureTarget {
    if args.people < LARGE {
        FLOOR_SMALL
    } else {
        FLOOR
    }
}

impl ObservedSweep {
    /// The whole run's; the last slice's has those before in it.
    fn last_report(&self) -> &RunReport {
        &self.slices[self.slices.len() - 1].report
    }

    fn run_seconds(&self) -> f64 {
        self.last_report().seconds()
    }

    /// MiB, in the slice that took most.
    fn peak_memory(&self) -> f64 {
        ratio(
            self.slices
                .iter()
                .map(MeasuredSweep::memory_kib)
                .max()
                .unwrap_or_default(),
            1024,
        )
    }

    fn write_units(&self) -> WriteUnits {
        self.slices
            .iter()
            .fold(WriteUnits::default(), |sum, slice| WriteUnits {
                directory: sum.directory + slice.units.directory,
                control: sum.control + slice.units.control,
                journal: sum.journal + slice.units.journal,
                ledger: sum.ledger + slice.units.ledger,
            })
    }
}

/// Everything that the process did, HTTP and the database's client included, per person and side.
fn cpu_per_person(args: &SyncArgs, seen: &ObservedSweep) -> f64 {
    ratio(
        seen.slices.iter().map(MeasuredSweep::cpu_ms).sum::<u64>() * 1000,
        2 * u64::from(args.people),
    )
}

/// A run whose figures mean something came to its end and left nothing out.
fn check_finished(report: &RunReport) -> Result<(), SyncError> {
    if report.complete && report.held.is_empty() && report.troubles.is_empty() {
        return Ok(());
    }
    let first = report.troubles.first().map(|trouble| &trouble.reason);
    let reasons: Vec<String> = report
        .notes
        .iter()
        .chain(first)
        .map(ToString::to_string)
        .collect();
    Err(SyncError::Sweep {
        why: format!("{} held, {}", report.held.len(), reasons.join("; ")),
    })
}
