//! `bench sync`: an import, an unchanged sweep, the same in slices, a sweep after changes, and a
//! wasteful client.
//!
//! Everything takes its real time. If `--qps` is not DingTalk's 20, the figures are for a DingTalk
//! of that pace, which the figure `calls_per_second` names. Parts that do not get shorter with it,
//! such as the database's time, then weigh more, never less.

mod bulk_import;
mod changes;
mod environment;
mod figures;
pub mod measured;
mod served;
mod wasteful;

use engine::report::RunReport;
use environment::SyncEnvironment;
use figures::{
    CALLS, calls_over_minimum, print_agreed, print_changed, print_import, print_sliced,
    print_unchanged, target_for,
};
use measured::{MeasuredSweep, WriteUnits};
use sandbox::world::CallRecord;

use crate::args::SyncArgs;
use crate::call_minimum::{self, CallMinimum, ratio};
use crate::figure::{FigureTarget, Figures};

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The sandbox, the database or the binding failed.
    #[error("the benchmark could not be set up: {what}")]
    Setup {
        /// What did not start.
        what: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A sweep did not start or did not finish, so its figures would mean nothing.
    #[error("a sweep did not finish: {why}")]
    Sweep {
        /// What it reported.
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

/// A sweep as measured in its processes, one per slice, and as the sandbox saw it.
struct ObservedSweep {
    slices: Vec<MeasuredSweep>,
    log: Vec<CallRecord>,
    minimum: CallMinimum,
}

/// Runs the benchmark and prints the figures; returns whether all of ours hold.
///
/// # Errors
/// [`SyncError`]. Figures that were printed before stay valid.
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

impl ObservedSweep {
    /// Returns the report of the whole run. The last slice's report includes those before.
    fn last_report(&self) -> &RunReport {
        &self.slices[self.slices.len() - 1].report
    }

    fn run_seconds(&self) -> f64 {
        self.last_report().seconds()
    }

    /// Returns the largest memory of a slice, in MiB.
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

/// Checks that a run finished and left nothing out, so that its figures mean something.
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
