//! Runs seeds from a first one on, or tells the story of one: `seeds FIRST COUNT`, `seeds SEED`.
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::collections::BTreeMap;

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    match numbers.as_slice() {
        [seed] => tell(*seed),
        [first, count] => sweep(*first, *count),
        _ => println!("seeds FIRST COUNT, or seeds SEED"),
    }
}

fn tell(seed: u64) {
    let outcome = simulation::tell(seed);
    outcome.story.iter().for_each(|line| println!("{line}"));
    println!("hash {:016x}, {} rounds", outcome.hash, outcome.rounds);
    outcome.violations.iter().for_each(|broken| println!("BROKEN {}: {}", broken.rule, broken.what));
}

fn sweep(first: u64, count: u64) {
    let began = std::time::Instant::now();
    let mut rules: BTreeMap<&str, (u64, u64, String)> = BTreeMap::new();
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    let mut stuck = 0;
    let (mut bad, mut edits, mut rounds, mut most) = (0, 0, 0, 0);
    for seed in first..first + count {
        let outcome = simulation::run(seed);
        bad += u64::from(!outcome.violations.is_empty());
        stuck += u64::from(outcome.stuck);
        edits += outcome.edits;
        rounds += outcome.rounds;
        most = most.max(outcome.rounds);
        outcome.faults.iter().for_each(|(fault, n)| *faults.entry(fault.key()).or_default() += n);
        let mut seen = std::collections::BTreeSet::new();
        for broken in outcome.violations {
            if seen.insert(broken.rule) {
                let entry = rules.entry(broken.rule).or_insert((0, seed, broken.what));
                entry.0 += 1;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{count} seeds, {bad} bad, {stuck} stuck, {edits} edits, {rounds} rounds (most {most}), {seconds:.1} s");
    for (rule, (n, seed, what)) in rules {
        println!("{n:>6} {rule:<12} first in {seed}: {what}");
    }
    println!("{faults:?}");
}
