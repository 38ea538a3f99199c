//! The command line of the benchmarks.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use directory::{BindingId, CorpId, RunId};

/// Figures, a line of JSON each.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct BenchmarkArgs {
    /// Which.
    #[command(subcommand)]
    pub bench: BenchmarkCommand,
}

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub enum BenchmarkCommand {
    /// Import of a company, sweeps of it unchanged and changed, and a wasteful client beside them
    Sync(SyncArgs),
    /// What a list row costs once it has arrived, without network and database
    Rows(RowsArgs),
    /// A cold and a warm callback, its instructions, memory and zip; beside it what a user would write in Node and Python
    Callback(CallbackArgs),
    /// 100,000 signed and 10,000 forged events in a minute to one callback process
    Flood(FloodArgs),
    /// One sweep of a binding in this process: what `sync` measures
    #[command(hide = true)]
    SweepOnce(SweepArgs),
}

/// `bench sync`.
#[derive(Debug, Clone, ClapArgs)]
pub struct SyncArgs {
    /// People of the company
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub people: u32,
    /// Its departments, the root among them
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub departments: u32,
    /// How long every answer takes
    #[arg(long, default_value_t = 30)]
    pub latency_ms: u64,
    /// Calls a second and interface
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub qps: u32,
    /// The same during the import only, which takes a call per person. Give the value of --qps to measure a real one
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub import_qps: u32,
    /// Measure no import: store at once what one would have stored. What 200,000 people need
    #[arg(long)]
    pub no_import: bool,
    /// The same seed makes the same company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds of a slice, for the sweep in slices; 0 leaves it out
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub slice_seconds: u32,
    /// A file that keeps what the import stored: where it is there, the import is left out. It belongs to one size and seed
    #[arg(long)]
    pub keep: Option<PathBuf>,
}

/// `bench rows`.
#[derive(Debug, Clone, ClapArgs)]
pub struct RowsArgs {
    /// People in the pages
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub people: u32,
    /// Go through all lists this often, and measure nothing
    #[arg(long, hide = true)]
    pub passes: Option<u32>,
}

/// `bench callback`.
#[derive(Debug, Clone, ClapArgs)]
pub struct CallbackArgs {
    /// Cold starts of each program, one after the other in turn
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,
    /// Events after the first one, in each round
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub warm: u32,
    /// Another bootstrap than the one that is built here
    #[arg(long)]
    pub program: Option<PathBuf>,
}

/// `bench flood`.
#[derive(Debug, Clone, ClapArgs)]
pub struct FloodArgs {
    /// Signed events
    #[arg(long, default_value_t = 100_000)]
    pub signed: u32,
    /// Forged events
    #[arg(long, default_value_t = 10_000)]
    pub forged: u32,
    /// Seconds in which they arrive
    #[arg(long, default_value_t = 60)]
    pub seconds: u32,
    /// Another bootstrap than the one that is built here
    #[arg(long)]
    pub program: Option<PathBuf>,
}

/// `bench sweep-once`.
#[derive(Debug, Clone, ClapArgs)]
pub struct SweepArgs {
    /// Where the vault is.
    #[arg(long)]
    pub data: PathBuf,
    /// Where the tables are.
    #[arg(long)]
    pub dynamodb: SocketAddr,
    /// The binding to sweep.
    #[arg(long)]
    pub binding: BindingId,
    /// Its corp.
    #[arg(long)]
    pub corp: CorpId,
    /// The run to go on with.
    #[arg(long)]
    pub run: Option<RunId>,
    /// When the slice ends, in seconds from the begin.
    #[arg(long)]
    pub slice_seconds: Option<u32>,
}
