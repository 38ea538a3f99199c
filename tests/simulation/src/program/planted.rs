//! `bench planted`: for each planted mistake, runs seed after seed until a history shows it.

use directory::planted::Bug;

use super::figures::{FigureTarget, print_figure, print_line, to_figure};
use super::{PlantedArgs, thread_count};
use crate::planted::{CaughtBug, hunt_bug};

pub(super) fn run(args: &PlantedArgs) -> bool {
    let threads = thread_count(args.threads);
    let bugs: Vec<Bug> = Bug::ALL
        .iter()
        .copied()
        .filter(|bug| bug.key().contains(&args.bug))
        .collect();
    let (mut killed, mut survived) = (0_u64, Vec::new());
    for bug in &bugs {
        match hunt_bug(
            *bug,
            args.first..args.first.saturating_add(args.seeds),
            threads,
        ) {
            Some(CaughtBug {
                histories,
                seed,
                violation,
            }) => {
                killed += 1;
                print_figure(
                    "planted",
                    bug.key(),
                    to_figure(histories),
                    "histories",
                    FigureTarget::AtMost(args.seeds),
                );
                print_line(&format!(
                    "{:<26} {histories:>6} histories, seed {seed}: {}: {}",
                    bug.key(),
                    violation.rule,
                    violation.what
                ));
            }
            None => {
                survived.push(bug.key());
                print_line(&format!(
                    "{:<26} survives {} histories",
                    bug.key(),
                    args.seeds
                ));
            }
        }
    }
    print_figure(
        "planted",
        "killed",
        to_figure(killed),
        "mistakes",
        FigureTarget::Exactly(bugs.len() as u64),
    );
    if !survived.is_empty() {
        print_line(&format!("not seen: {}", survived.join(", ")));
    }
    survived.is_empty() && !bugs.is_empty()
}
