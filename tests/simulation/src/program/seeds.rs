//! `bench simulation`: seeds, failing ones with their story, faults with their counts.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::figures::{Target, count, cpu, figure, say};
use super::{SeedsArgs, threads};
use crate::fault::Fault;
use crate::runs::{Totals, run_all};

/// From here on every fault has to be met this often.
const ENOUGH_SEEDS: u64 = 200_000;
const EACH_FAULT: u64 = 1000;

/// Failing seeds whose story is told, and how much of it.
const STORIES_MAX: usize = 2;
const LINES_MAX: usize = 60;

/// Failing seeds that are named.
const NAMED_MAX: usize = 50;

/// Rules whose breaking has a figure of its own (issue 3): which of the checker's rules each figure counts.
const RULES: [(&str, &[&str]); 4] = [
    ("divergence", &["diverged", "missing", "remains", "twin", "stray", "crossed", "lifecycle", "base", "intent"]),
    ("lost_updates", &["lost", "forgotten", "journal", "owner", "overwritten", "unfounded", "reverted", "unreported"]),
    ("wrong_removals", &["removal", "grace", "administrator", "untouched", "too_much", "paused"]),
    ("echo_loops", &["echo", "restless", "livelock"]),
];

pub(super) fn run(args: &SeedsArgs) -> bool {
    let threads = threads(args.threads);
    let shown = AtomicU64::new(0);
    let progress = |done: u64, bad: u64| {
        let step = if std::io::stderr().is_terminal() { 500 } else { 10_000 };
        if done / step > shown.fetch_max(done / step, Ordering::Relaxed) {
            say(&format!("{done} of {} histories, {bad} bad", args.seeds));
        }
        true
    };
    let totals = run_all(args.first..args.first.saturating_add(args.seeds), threads, &progress);
    faults(&totals);
    failures(&totals);
    figures(&totals, args, threads)
}

/// How often each fault was met.
fn faults(totals: &Totals) {
    say(&format!("{:>12}  {:<32} catalogue", "met", "fault"));
    for fault in Fault::ALL {
        let met = totals.faults.get(fault).copied().unwrap_or_default();
        say(&format!("{met:>12}  {:<32} {}", fault.key(), fault.catalogue()));
    }
}

fn failures(totals: &Totals) {
    for (seed, broken) in totals.broken.iter().take(NAMED_MAX) {
        for one in broken.iter().take(3) {
            say(&format!("seed {seed}: {}: {}", one.rule, one.what));
        }
    }
    for seed in totals.broken.keys().take(STORIES_MAX) {
        say(&format!("— the end of the story of seed {seed}; all of it: bench tell {seed}"));
        let outcome = crate::history::tell(*seed);
        let from = outcome.story.len().saturating_sub(LINES_MAX);
        outcome.story.iter().skip(from).for_each(|line| say(line));
    }
}

fn figures(totals: &Totals, args: &SeedsArgs, threads: usize) -> bool {
    let print = |name: &str, value: f64, unit: &str, target| figure("simulation", name, value, unit, target);
    let mut good = print("histories", count(totals.seeds), "histories", Target::AtLeast(args.seeds));
    good &= print("bad_histories", count(totals.bad), "histories", Target::Exactly(0));
    for (name, rules) in RULES {
        let broken = rules.iter().filter_map(|rule| totals.rules.get(rule)).sum::<u64>();
        good &= print(name, count(broken), "histories", Target::Exactly(0));
    }
    print("edits", count(totals.edits), "edits", Target::Any);
    print("invocations", count(totals.invocations), "invocations", Target::Any);
    print("stuck_histories", count(totals.stuck), "histories", Target::Any);
    print("shared_values_lost_unseen", count(totals.shared_unseen), "values", Target::Any);
    let least = if args.seeds >= ENOUGH_SEEDS { Target::AtLeast(EACH_FAULT) } else { Target::Any };
    let rarest = Fault::ALL.iter().map(|fault| totals.faults.get(fault).copied().unwrap_or_default()).min();
    good &= print("rarest_fault", count(rarest.unwrap_or_default()), "times", least);
    for (fault, met) in totals.seldom(EACH_FAULT).into_iter().filter(|_| args.seeds >= ENOUGH_SEEDS) {
        say(&format!("{} was met {met} times only", fault.key()));
    }
    print("wall", totals.took.as_secs_f64(), "s", Target::Any);
    if let Some(cpu) = cpu() {
        print("histories_per_cpu_second", count(totals.seeds) / cpu.as_secs_f64(), "histories/s", Target::Any);
    }
    print("threads", count(threads as u64), "threads", Target::Any);
    good
}

/// One seed in words.
pub(super) fn tell(seed: u64) -> bool {
    let outcome = crate::history::tell(seed);
    outcome.story.iter().for_each(|line| say(line));
    say(&format!("hash {:016x}, {} rounds of healing", outcome.hash, outcome.rounds));
    outcome.violations.iter().for_each(|broken| say(&format!("BROKEN {}: {}", broken.rule, broken.what)));
    outcome.violations.is_empty()
}
