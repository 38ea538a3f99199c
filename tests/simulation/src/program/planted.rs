//! `bench planted`: each planted mistake is hunted, seed by seed, until a history shows it.

use directory::planted::Bug;

use super::figures::{Target, count, figure, say};
use super::{PlantedArgs, threads};
use crate::planted::{Caught, hunt};

pub(super) fn run(args: &PlantedArgs) -> bool {
    let threads = threads(args.threads);
    let bugs: Vec<Bug> = Bug::ALL.iter().copied().filter(|bug| bug.key().contains(&args.bug)).collect();
    let (mut killed, mut survived) = (0_u64, Vec::new());
    for bug in &bugs {
        match hunt(*bug, args.first..args.first.saturating_add(args.seeds), threads) {
            Some(Caught { histories, seed, violation }) => {
                killed += 1;
                figure("planted", bug.key(), count(histories), "histories", Target::AtMost(args.seeds));
                say(&format!(
                    "{:<26} {histories:>6} histories, seed {seed}: {}: {}",
                    bug.key(),
                    violation.rule,
                    violation.what
                ));
            }
            None => {
                survived.push(bug.key());
                say(&format!("{:<26} survives {} histories", bug.key(), args.seeds));
            }
        }
    }
    figure("planted", "killed", count(killed), "mistakes", Target::Exactly(bugs.len() as u64));
    if !survived.is_empty() {
        say(&format!("not seen: {}", survived.join(", ")));
    }
    survived.is_empty() && !bugs.is_empty()
}
