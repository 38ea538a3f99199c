//! Seeds: the same seed is the same history, and nothing is lost in a few hundred of them.

use simulation::runs::run_all;

/// Seeds that CI runs; `cargo bangding bench simulation` runs as many as one likes.
const SEEDS: u64 = 600;

/// What no history may show: something lost, removed or written over unread.
const NEVER: [&str; 11] = [
    "lost",
    "forgotten",
    "journal",
    "owner",
    "removal",
    "grace",
    "administrator",
    "overwritten",
    "paused",
    "quarantine",
    "too_much",
];

/// Seeds that once ended badly, each another mistake: a conflict that put back what somebody had changed, an id of a department
/// that only a lost answer knew, a re-hire whom the eHR could not name, two managers of each other, another company seen in
/// slices, a refusal that kept the other side waiting, an account that was made anew, an intent forgotten while its field was
/// held, two intents taken for one another, another company's department taken for a canary, an administrator who was relieved
/// and left between two reads, an intent forgotten in the grace period, somebody removed who had a leaver's `userid` by then, a
/// deleted administrator who was relieved, a head by a `userid` in quarantine.
const REGRESSIONS: [u64; 37] = [
    167, 309, 343, 711, 1133, 1685, 1873, 4736, 6095, 7017, 12226, 13463, 13620, 16696, 17630,
    17918, 18409, 18461, 25090, 30388, 32697, 46797, 68157, 74549, 82129, 102240, 105910, 134632,
    135564, 138444, 139098, 154081, 167826, 178459, 189359, 190797, 194992,
];

#[test]
fn fixed_seeds_stay_fixed() {
    for seed in REGRESSIONS {
        let violations = simulation::run_history(seed).violations;
        assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
    }
}

#[test]
fn one_seed_gives_the_same_history() {
    let hashes = |from: u64| {
        (from..from + 12)
            .map(|seed| simulation::run_history(seed).hash)
            .collect::<Vec<_>>()
    };
    let (once, again) = (hashes(1), hashes(1));
    assert_eq!(once, again);
    assert_ne!(once, hashes(2), "another seed is another history");
    let told = (1..13)
        .map(|seed| simulation::run_with_trace(seed).hash)
        .collect::<Vec<_>>();
    assert_eq!(once, told, "telling a story does not change it");
}

#[test]
fn no_history_loses_data() {
    let totals = run_all(1..1 + SEEDS, 2, &|_, _| true);
    assert_eq!(totals.seeds, SEEDS);
    let broken = NEVER.iter().find(|rule| totals.rules.contains_key(*rule));
    assert!(broken.is_none(), "{broken:?}: {:#?}", totals.broken);
    assert!(totals.bad == 0, "{} bad: {:#?}", totals.bad, totals.broken);
    // A simulation in which nothing happens proves nothing.
    assert!(
        totals.edits > 10 * SEEDS && totals.invocations > 10 * SEEDS,
        "{totals:?}"
    );
    let unmet = totals.seldom_met(1);
    assert!(unmet.is_empty(), "never met: {unmet:?}");
}
