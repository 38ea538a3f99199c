//! The figures of `bench sync` and their targets.

use sandbox::world::CallRecord;

use super::ObservedSweep;
use super::measured::MeasuredSweep;
use crate::args::SyncArgs;
use crate::call_minimum::{self, CallMinimum, ratio};
use crate::figure::{FigureTarget, Figures};

/// Targets for the least time over the actual time, in companies of 10,000 people and in smaller ones,
/// where the start and the end weigh more.
const FLOOR: FigureTarget = FigureTarget::AtLeast(0.95);
const FLOOR_SMALL: FigureTarget = FigureTarget::AtLeast(0.90);
const LARGE: u32 = 10_000;
/// Target for calls over the minimum.
pub(super) const CALLS: FigureTarget = FigureTarget::AtMost(1.02);
const NONE_AT_ALL: FigureTarget = FigureTarget::Exactly(0.0);
/// Target for memory above the process's baseline, in MiB.
const MEMORY: FigureTarget = FigureTarget::AtMost(32.0);
/// Targets for write units of `directory` per changed person, without and with a write to a side.
const UNITS_SETTLED: FigureTarget = FigureTarget::AtMost(1.05);
const UNITS_WRITTEN: FigureTarget = FigureTarget::AtMost(2.1);
/// Target for a sweep in slices, relative to the same sweep in one piece.
const SLICED: FigureTarget = FigureTarget::AtMost(1.01);
/// Part of the people who are deep-read in each sweep.
const DEEP_SHARE: f64 = 1.0 / 7.0;

pub(super) fn calls_over_minimum(log: &[CallRecord], minimum: &CallMinimum) -> f64 {
    ratio(log.len() as u64, minimum.calls())
}

/// Reports the import without a target. If its pace was raised, the figure's name says so.
pub(super) fn print_import(figures: &mut Figures, args: &SyncArgs, seen: &ObservedSweep) {
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

pub(super) fn print_unchanged(figures: &mut Figures, args: &SyncArgs, seen: &ObservedSweep) {
    let ObservedSweep { log, minimum, .. } = seen;
    for (interface, calls, first, last) in call_minimum::interface_spans(log) {
        tracing::info!(target: "bangding", calls, "unchanged sweep: {interface} from {first:.2} s to {last:.2} s");
    }
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
    print_deep_reads(figures, args, seen);
    figures.ours(
        "cpu_per_person_and_side",
        cpu_per_person(args, seen),
        "µs",
        FigureTarget::None,
    );
    figures.ours("memory_above_baseline", seen.peak_memory(), "MiB", MEMORY);
}

/// Prints the share of people that were read one by one, and compares it with the rule.
fn print_deep_reads(figures: &mut Figures, args: &SyncArgs, seen: &ObservedSweep) {
    let (people, log) = (f64::from(args.people), &seen.log);
    // If every read that was made counted as needed, a client that reads every person would pass.
    // So the part that is read is compared with the rule. Hashes decide which records a part has,
    // hence three standard deviations.
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
}

/// Prints the same sweep in slices, which deep-reads the same part of the company.
pub(super) fn print_sliced(figures: &mut Figures, whole: &ObservedSweep, seen: &ObservedSweep) {
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

pub(super) fn print_changed(
    figures: &mut Figures,
    args: &SyncArgs,
    seen: &ObservedSweep,
    planted: u64,
) {
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

/// Prints a sweep after equal changes on both sides: no side is written, and each link is updated.
pub(super) fn print_agreed(figures: &mut Figures, seen: &ObservedSweep, planted: u64) {
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

pub(super) fn target_for(args: &SyncArgs) -> FigureTarget {
    if args.people < LARGE {
        FLOOR_SMALL
    } else {
        FLOOR
    }
}

/// Returns the CPU time of everything that the process did, per person and side, with HTTP and the
/// database's client.
fn cpu_per_person(args: &SyncArgs, seen: &ObservedSweep) -> f64 {
    ratio(
        seen.slices.iter().map(MeasuredSweep::cpu_ms).sum::<u64>() * 1000,
        2 * u64::from(args.people),
    )
}
