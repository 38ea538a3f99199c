//! `bench simulation`: runs seeds, prints failing ones with their story, and counts faults.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::figures::{FigureTarget, cpu_time, print_figure, print_line, to_figure};
use super::{SeedsArgs, thread_count};
use crate::fault::Fault;
use crate::runs::{Totals, run_all};

/// From this many seeds on, every fault should be met often enough.
const ENOUGH_SEEDS: u64 = 200_000;
const EACH_FAULT: u64 = 1000;

/// Failing seeds for which the story is printed, and the number of lines.
const STORIES_MAX: usize = 2;
const LINES_MAX: usize = 60;

/// Failing seeds that are named.
const NAMED_MAX: usize = 50;

/// Figures for broken rules: which of the checker's rules each figure counts.
const RULES: [(&str, &[&str]); 4] = [
    (
        "divergence",
        &[
            "diverged",
            "missing",
            "remains",
            "twin",
            "stray",
            "crossed",
            "lifecycle",
            "base",
            "intent",
        ],
    ),
    (
        "lost_updates",
        &[
            "lost",
            "forgotten",
            "journal",
            "owner",
            "overwritten",
            "unfounded",
            "reverted",
            "unreported",
        ],
    ),
    (
        "wrong_removals",
        &[
            "removal",
            "grace",
            "administrator",
            "untouched",
            "too_much",
            "paused",
            "quarantine",
        ],
    ),
    ("echo_loops", &["echo", "restless", "livelock"]),
];

pub(super) fn run(args: &SeedsArgs) -> bool {
    let threads = thread_count(args.threads);
    let first = args.first.unwrap_or_else(random_first_seed);
    print_line(&format!(
        "seeds {first} to {}; the same again: --first {first} --seeds {}",
        first.saturating_add(args.seeds.saturating_sub(1)),
        args.seeds
    ));
    let shown = AtomicU64::new(0);
    let progress = |done: u64, bad: u64| {
        let step = if std::io::stderr().is_terminal() {
            500
        } else {
            10_000
        };
        if done / step > shown.fetch_max(done / step, Ordering::Relaxed) {
            print_line(&format!("{done} of {} histories, {bad} bad", args.seeds));
        }
        true
    };
    let totals = run_all(first..first.saturating_add(args.seeds), threads, &progress);
    print_faults(&totals);
    print_failures(&totals);
    print_figures(&totals, args, threads)
}

/// Returns a seed that nobody has run, from the randomness of a hash map. Histories that were
/// mended say nothing about others.
fn random_first_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one("first seed") >> 16
}

/// Prints how often each fault was met.
fn print_faults(totals: &Totals) {
    print_line(&format!("{:>12}  fault", "met"));
    for fault in Fault::ALL {
        let met = totals.faults.get(fault).copied().unwrap_or_default();
        print_line(&format!("{met:>12}  {}", fault.key()));
    }
}

fn print_failures(totals: &Totals) {
    for (seed, broken) in totals.broken.iter().take(NAMED_MAX) {
        for one in broken.iter().take(3) {
            print_line(&format!("seed {seed}: {}: {}", one.rule, one.what));
        }
    }
    for seed in totals.broken.keys().take(STORIES_MAX) {
        print_line(&format!(
            "— the end of the story of seed {seed}; all of it: bench tell {seed}"
        ));
        let outcome = crate::history::run_with_trace(*seed);
        let from = outcome.story.len().saturating_sub(LINES_MAX);
        outcome
            .story
            .iter()
            .skip(from)
            .for_each(|line| print_line(line));
    }
}

fn print_figures(totals: &Totals, args: &SeedsArgs, threads: usize) -> bool {
    let print = |name: &str, value: f64, unit: &str, target| {
        print_figure("simulation", name, value, unit, target)
    };
    let mut good = print(
        "histories",
        to_figure(totals.seeds),
        "histories",
        FigureTarget::AtLeast(args.seeds),
    );
    good &= print(
        "bad_histories",
        to_figure(totals.bad),
        "histories",
        FigureTarget::Exactly(0),
    );
    for (name, rules) in RULES {
        let broken = rules
            .iter()
            .filter_map(|rule| totals.rules.get(rule))
            .sum::<u64>();
        good &= print(
            name,
            to_figure(broken),
            "histories",
            FigureTarget::Exactly(0),
        );
    }
    print_activity(totals, threads);
    let least = if args.seeds >= ENOUGH_SEEDS {
        FigureTarget::AtLeast(EACH_FAULT)
    } else {
        FigureTarget::Any
    };
    let rarest = Fault::ALL
        .iter()
        .map(|fault| totals.faults.get(fault).copied().unwrap_or_default())
        .min();
    good &= print(
        "rarest_fault",
        to_figure(rarest.unwrap_or_default()),
        "times",
        least,
    );
    for (fault, met) in totals
        .seldom_met(EACH_FAULT)
        .into_iter()
        .filter(|_| args.seeds >= ENOUGH_SEEDS)
    {
        print_line(&format!("{} was met {met} times only", fault.key()));
    }
    good
}

/// Prints figures without a target: what happened, and how long it took.
fn print_activity(totals: &Totals, threads: usize) {
    let print = |name: &str, value: f64, unit: &str| {
        print_figure("simulation", name, value, unit, FigureTarget::Any)
    };
    print("edits", to_figure(totals.edits), "edits");
    print("invocations", to_figure(totals.invocations), "invocations");
    print("stuck_histories", to_figure(totals.stuck), "histories");
    print(
        "shared_values_lost_unseen",
        to_figure(totals.shared_unseen),
        "values",
    );
    print("wall", totals.took.as_secs_f64(), "s");
    if let Some(cpu) = cpu_time() {
        print(
            "histories_per_cpu_second",
            to_figure(totals.seeds) / cpu.as_secs_f64(),
            "histories/s",
        );
    }
    print("threads", to_figure(threads as u64), "threads");
}

/// Prints the story of one seed.
pub(super) fn print_trace(seed: u64) -> bool {
    let outcome = crate::history::run_with_trace(seed);
    outcome.story.iter().for_each(|line| print_line(line));
    print_line(&format!(
        "hash {:016x}, {} rounds of healing",
        outcome.hash, outcome.rounds
    ));
    outcome
        .violations
        .iter()
        .for_each(|broken| print_line(&format!("BROKEN {}: {}", broken.rule, broken.what)));
    outcome.violations.is_empty()
}
