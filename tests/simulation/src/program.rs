//! The program around the histories: figures as a line of JSON each on standard output, everything for people on standard
//! error.

mod figures;
#[cfg(feature = "planted")]
mod planted;
mod seeds;

use std::process::ExitCode;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// The engine, simulated.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct SimulationArgs {
    #[command(subcommand)]
    bench: SimulationBench,
}

#[derive(Debug, Subcommand)]
enum SimulationBench {
    /// Histories of the engine: what they broke, and how often each fault was met
    Simulation(SeedsArgs),
    /// Faults planted in the engine, each hunted until a history shows it
    #[cfg(feature = "planted")]
    Planted(PlantedArgs),
    /// The story of one seed
    Tell {
        /// Which
        seed: u64,
    },
}

/// `bench simulation`.
#[derive(Debug, Clone, ClapArgs)]
struct SeedsArgs {
    /// How many histories; from 200,000 on each fault has to be met 1,000 times
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first seed; chosen by chance and printed unless given
    #[arg(long)]
    first: Option<u64>,
    /// Threads; one per core unless given
    #[arg(long)]
    threads: Option<usize>,
}

/// `bench planted`.
#[cfg(feature = "planted")]
#[derive(Debug, Clone, ClapArgs)]
struct PlantedArgs {
    /// Only faults whose name holds this
    #[arg(long, default_value = "")]
    bug: String,
    /// Histories after which a fault counts as unseen
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Threads; one per core unless given
    #[arg(long)]
    threads: Option<usize>,
}

/// Runs it. Exit 1: something was broken, or not seen.
#[must_use]
pub fn run(args: &SimulationArgs) -> ExitCode {
    let good = match &args.bench {
        SimulationBench::Simulation(args) => seeds::run(args),
        #[cfg(feature = "planted")]
        SimulationBench::Planted(args) => planted::run(args),
        SimulationBench::Tell { seed } => seeds::print_trace(*seed),
    };
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// As many as asked for, or as there are cores.
fn thread_count(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}
