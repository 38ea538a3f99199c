//! Runs many seeds on all cores and sums up the results.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::history::{HistoryOutcome, run_history};
use crate::oracle::Violation;

/// Seeds that a thread takes at a time.
const BATCH: u64 = 16;

/// Failing seeds that are remembered with their violations. Others are only counted.
const REMEMBERED_MAX: usize = 200;

/// Sums over many histories.
#[derive(Debug, Default)]
pub struct Totals {
    /// Number of histories.
    pub seeds: u64,
    /// Number of histories in which something was broken.
    pub bad: u64,
    /// Violations of these histories by seed.
    pub broken: BTreeMap<u64, Vec<Violation>>,
    /// Number of histories that broke each rule.
    pub rules: BTreeMap<&'static str, u64>,
    /// How often each fault was met.
    pub faults: BTreeMap<Fault, u64>,
    /// Number of edits by people.
    pub edits: u64,
    /// Number of invocations of the engine.
    pub invocations: u64,
    /// Number of rounds of healing.
    pub rounds: u64,
    /// Histories that ended with a wait for a human, in which nothing more is judged.
    pub stuck: u64,
    /// Values of shared fields that were lost unread: the residual risk of sharing, which is no
    /// violation.
    pub shared_unseen: u64,
    /// Wall-clock time.
    pub took: Duration,
}

impl Totals {
    fn add(&mut self, outcome: HistoryOutcome) {
        self.seeds += 1;
        self.edits += outcome.edits;
        self.invocations += outcome.invocations;
        self.rounds += u64::from(outcome.rounds);
        self.stuck += u64::from(outcome.stuck);
        self.shared_unseen += outcome.shared_unseen;
        outcome
            .faults
            .iter()
            .for_each(|(fault, n)| *self.faults.entry(*fault).or_default() += n);
        if outcome.violations.is_empty() {
            return;
        }
        self.bad += 1;
        let mut rules: Vec<_> = outcome
            .violations
            .iter()
            .map(|broken| broken.rule)
            .collect();
        rules.sort_unstable();
        rules.dedup();
        rules
            .into_iter()
            .for_each(|rule| *self.rules.entry(rule).or_default() += 1);
        if self.broken.len() < REMEMBERED_MAX {
            self.broken.insert(outcome.seed, outcome.violations);
        }
    }

    /// Returns the faults that were met less often than this.
    #[must_use]
    pub fn seldom_met(&self, least: u64) -> Vec<(Fault, u64)> {
        let met = Fault::ALL
            .iter()
            .map(|fault| (*fault, self.faults.get(fault).copied().unwrap_or_default()));
        met.filter(|(_, n)| *n < least).collect()
    }
}

/// Runs seeds on this many threads. The callback `watch` receives how many are done and how many
/// were bad, and returns whether to go on. It is called from any of the threads.
#[must_use]
pub fn run_all(
    seeds: Range<u64>,
    threads: usize,
    watch: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Totals {
    let (next, stop) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let totals = Mutex::new(Totals::default());
    let began = Instant::now();
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= seeds.end {
                return;
            }
            for seed in from..seeds.end.min(from + BATCH) {
                let outcome = run_history(seed);
                let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
                totals.add(outcome);
                if !watch(totals.seeds, totals.bad) {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    totals.took = began.elapsed();
    totals
}
