//! Measures one sweep in its own process.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use engine::report::RunReport;
use local::machine::{Machine, MachineConfig};
use serde::{Deserialize, Serialize};
use state::WriteTally;
use state::queue::messages::SweepMessage;
use tokio::process::Command;

use super::SyncError;
use crate::args::SweepArgs;
use crate::process::{Usage, usage};

/// What a sweep did and used.
#[derive(Debug, Serialize, Deserialize)]
pub struct MeasuredSweep {
    /// Report of the sweep.
    pub report: RunReport,
    /// Usage when everything was connected and nothing had been read.
    pub before: Usage,
    /// Usage at the end.
    pub after: Usage,
    /// Write capacity units that the database reported.
    pub units: WriteUnits,
}

/// Write capacity units per table.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct WriteUnits {
    /// Units of links.
    pub directory: f64,
    /// Units of the binding and the run.
    pub control: f64,
    /// Units of the journal's entries and head.
    pub journal: f64,
    /// Units of the eHR's own records.
    pub ledger: f64,
}

impl From<WriteTally> for WriteUnits {
    fn from(tally: WriteTally) -> Self {
        let WriteTally {
            directory,
            control,
            journal,
            ledger,
        } = tally;
        Self {
            directory: directory.units,
            control: control.units,
            journal: journal.units,
            ledger: ledger.units,
        }
    }
}

impl MeasuredSweep {
    /// Returns the largest growth of memory between the two, in KiB.
    #[must_use]
    pub fn memory_kib(&self) -> u64 {
        self.after.peak_kib.saturating_sub(self.before.resident_kib)
    }

    /// Returns the CPU time between the two, in milliseconds.
    #[must_use]
    pub fn cpu_ms(&self) -> u64 {
        self.after.cpu_ms.saturating_sub(self.before.cpu_ms)
    }
}

/// Sweeps once in this process and prints [`MeasuredSweep`] as JSON.
///
/// # Errors
/// [`SyncError`] if the sweep fails.
pub async fn run(args: &SweepArgs) -> Result<(), SyncError> {
    let key = super::served::read_key(&args.data)
        .map_err(SyncError::setup_error("the key of the database"))?;
    let dynamodb = Some((args.dynamodb, key));
    let config = MachineConfig {
        data: args.data.clone(),
        dynamodb,
        allow_loopback: true,
    };
    let machine = Machine::start(&config)
        .await
        .map_err(SyncError::setup_error("the measured machine"))?;
    let deps = machine.full_sync();
    // The first use of the connections and of the binding's client belongs to the baseline.
    deps.corps
        .open_engine(&args.binding, engine::gate::WritePurpose::Follow)
        .await
        .map_err(SyncError::setup_error("the engine"))?;
    let before = usage().map_err(SyncError::setup_error("the process's usage"))?;
    let message = SweepMessage {
        binding: args.binding.clone(),
        corp: args.corp.clone(),
        run: args.run.clone(),
        because: "bench".to_owned(),
        at: deps.corps.clock.now(),
    };
    let written = machine.store.write_tally();
    let slice = args
        .slice_seconds
        .map(|seconds| i64::from(seconds) * 1000 + full_sync::MARGIN_MS);
    let deadline = slice.map(|slice| deps.corps.clock.now().plus_millis(slice));
    let report = full_sync::sweep_corp(&deps, &message, deadline, Arc::new(|_| {})).await;
    let report = report.map_err(SyncError::setup_error("the sweep"))?;
    let after = usage().map_err(SyncError::setup_error("the process's usage"))?;
    let units = WriteUnits::from(machine.store.write_tally() - written);
    let text = serde_json::to_string(&MeasuredSweep {
        report,
        before,
        after,
        units,
    })
    .map_err(SyncError::setup_error("the report"))?;
    writeln!(std::io::stdout(), "{text}").map_err(SyncError::setup_error("the report"))?;
    machine.stop().await;
    Ok(())
}

/// Starts this program again for one sweep.
pub(super) async fn measure_in_process(args: &SweepArgs) -> Result<MeasuredSweep, SyncError> {
    let program = std::env::current_exe().map_err(SyncError::setup_error("this program's path"))?;
    let output = sweep_command(&program, args)
        .output()
        .await
        .map_err(SyncError::setup_error("the measured process"))?;
    if !output.status.success() {
        return Err(SyncError::Sweep {
            why: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    serde_json::from_slice(&output.stdout)
        .map_err(SyncError::setup_error("the measured process's report"))
}

fn sweep_command(program: &Path, args: &SweepArgs) -> Command {
    let mut command = Command::new(program);
    command.arg("sweep-once").arg("--data").arg(&args.data);
    command.arg("--dynamodb").arg(args.dynamodb.to_string());
    command
        .arg("--binding")
        .arg(args.binding.as_str())
        .arg("--corp")
        .arg(args.corp.as_str());
    if let Some(run) = &args.run {
        command.arg("--run").arg(run.as_str());
    }
    if let Some(seconds) = args.slice_seconds {
        command.arg("--slice-seconds").arg(seconds.to_string());
    }
    command.kill_on_drop(true);
    command
}
