//! Mistakes that are planted in the engine, and how soon the checker finds them.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use directory::planted::{self, Bug};

use crate::history::{HistoryOutcome, HistoryShape, run_shaped_history};
use crate::oracle::Violation;

/// How a mistake was found.
#[derive(Debug, Clone)]
pub struct CaughtBug {
    /// Number of histories until then.
    pub histories: u64,
    /// Seed of the history that showed it.
    pub seed: u64,
    /// The first violation in that history.
    pub violation: Violation,
}

/// Runs the history of a seed with a mistake in the engine.
#[must_use]
pub fn run_with_bug(bug: Bug, seed: u64, shape: &HistoryShape) -> HistoryOutcome {
    planted::plant(Some(bug));
    let outcome = run_shaped_history(seed, shape);
    planted::plant(None);
    outcome
}

/// Runs the histories of these seeds with a mistake until one shows it; `None` if none does. A seed
/// that fails without the mistake too shows nothing.
#[must_use]
pub fn hunt_bug(bug: Bug, seeds: Range<u64>, threads: usize) -> Option<CaughtBug> {
    let (next, stop) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let caught = Mutex::new(None);
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let mut outcome = run_with_bug(bug, seed, &HistoryShape::default());
            if outcome.violations.is_empty()
                || !run_shaped_history(seed, &HistoryShape::default())
                    .violations
                    .is_empty()
            {
                continue;
            }
            stop.store(true, Ordering::Relaxed);
            let violation = outcome.violations.swap_remove(0);
            let histories = seed - seeds.start + 1;
            let mut caught = caught.lock().unwrap_or_else(PoisonError::into_inner);
            caught.get_or_insert(CaughtBug {
                histories,
                seed,
                violation,
            });
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    caught.into_inner().unwrap_or_else(PoisonError::into_inner)
}
