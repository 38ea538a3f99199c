//! The command line of the benchmarks.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use directory::{BindingId, CorpId, RunId};

/// Measures figures and prints a line of JSON for each
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct BenchmarkArgs {
    /// The benchmark to run.
    #[command(subcommand)]
    pub bench: BenchmarkCommand,
}

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub enum BenchmarkCommand {
    /// Imports a company, sweeps it unchanged and changed, and runs a wasteful client beside it
    Sync(SyncArgs),
    /// Measures what a list row costs after it has arrived, without network and database
    Rows(RowsArgs),
    /// Measures a cold and a warm callback, its instructions, memory and zip, and the same written
    /// in Node and Python
    Callback(CallbackArgs),
    /// Sends 100,000 signed and 10,000 forged events in a minute to one callback process
    Flood(FloodArgs),
    /// Runs one sweep of a binding in this process, which `sync` measures
    #[command(hide = true)]
    SweepOnce(SweepArgs),
}

/// Arguments of `bench sync`.
#[derive(Debug, Clone, ClapArgs)]
pub struct SyncArgs {
    /// Number of people in the company
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub people: u32,
    /// Number of departments, with the root
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub departments: u32,
    /// Milliseconds that every answer takes
    #[arg(long, default_value_t = 30)]
    pub latency_ms: u64,
    /// Calls per second and interface
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub qps: u32,
    /// Calls per second during the import only, which makes one call per person. Give the value of
    /// --qps to measure a real one
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub import_qps: u32,
    /// Measure no import: store its result at once. Needed for 200,000 people
    #[arg(long)]
    pub no_import: bool,
    /// Seed of the company. The same seed makes the same company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds of a slice, for the sweep in slices; 0 leaves it out
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub slice_seconds: u32,
    /// File that keeps what the import stored. If it exists, the import is left out. It belongs to
    /// one size and seed
    #[arg(long)]
    pub keep: Option<PathBuf>,
}

/// Arguments of `bench rows`.
#[derive(Debug, Clone, ClapArgs)]
pub struct RowsArgs {
    /// Number of people in the pages
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub people: u32,
    /// Go through all lists this often, and measure nothing
    #[arg(long, hide = true)]
    pub passes: Option<u32>,
}

/// Arguments of `bench callback`.
#[derive(Debug, Clone, ClapArgs)]
pub struct CallbackArgs {
    /// Cold starts of each program; the programs take turns
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,
    /// Events after the first one, in each round
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub warm: u32,
    /// Measure this bootstrap instead of building one
    #[arg(long)]
    pub program: Option<PathBuf>,
}

/// Arguments of `bench flood`.
#[derive(Debug, Clone, ClapArgs)]
pub struct FloodArgs {
    /// Number of signed events
    #[arg(long, default_value_t = 100_000)]
    pub signed: u32,
    /// Number of forged events
    #[arg(long, default_value_t = 10_000)]
    pub forged: u32,
    /// Seconds in which they arrive
    #[arg(long, default_value_t = 60)]
    pub seconds: u32,
    /// Measure this bootstrap instead of building one
    #[arg(long)]
    pub program: Option<PathBuf>,
}

/// Arguments of `bench sweep-once`.
#[derive(Debug, Clone, ClapArgs)]
pub struct SweepArgs {
    /// Directory of the vault.
    #[arg(long)]
    pub data: PathBuf,
    /// Address of the database.
    #[arg(long)]
    pub dynamodb: SocketAddr,
    /// The binding to sweep.
    #[arg(long)]
    pub binding: BindingId,
    /// Its corp.
    #[arg(long)]
    pub corp: CorpId,
    /// Run to continue.
    #[arg(long)]
    pub run: Option<RunId>,
    /// Seconds from the start until the slice ends.
    #[arg(long)]
    pub slice_seconds: Option<u32>,
}
