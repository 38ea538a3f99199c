//! The command line around the histories. It prints each figure as a line of JSON on standard
//! output, and text for people on standard error.

mod figures;
#[cfg(feature = "planted")]
mod planted;
mod seeds;

use std::process::ExitCode;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Simulates the engine
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct SimulationArgs {
    #[command(subcommand)]
    bench: SimulationBench,
}

#[derive(Debug, Subcommand)]
enum SimulationBench {
    /// Runs histories of the engine: what they broke, and how often each fault was met
    Simulation(SeedsArgs),
    /// Plants mistakes in the engine and runs histories until one shows each
    #[cfg(feature = "planted")]
    Planted(PlantedArgs),
    /// Prints the story of one seed
    Tell {
        /// The seed
        seed: u64,
    },
}

/// Arguments of `bench simulation`.
#[derive(Debug, Clone, ClapArgs)]
struct SeedsArgs {
    /// How many histories. From 200,000 on, each fault should be met 1,000 times
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first seed; chosen by chance and printed unless given
    #[arg(long)]
    first: Option<u64>,
    /// Threads; one per core by default
    #[arg(long)]
    threads: Option<usize>,
}

/// Arguments of `bench planted`.
#[cfg(feature = "planted")]
#[derive(Debug, Clone, ClapArgs)]
struct PlantedArgs {
    /// Only mistakes with this text in their name
    #[arg(long, default_value = "")]
    bug: String,
    /// Histories after which a mistake counts as unseen
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Threads; one per core by default
    #[arg(long)]
    threads: Option<usize>,
}

/// Runs the command. Exit code 1 means that something was broken, or that a mistake was not found.
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

/// Returns the number of threads: as asked for, or one per core.
fn thread_count(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}
