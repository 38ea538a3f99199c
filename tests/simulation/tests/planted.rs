//! The eight mistakes that `reliability.md` §2.2 found in a reference protocol, made on purpose: a history shows each of them.
//! `cargo bangding bench planted` hunts all mistakes.
#![cfg(feature = "planted")]

use directory::planted::Bug;
use simulation::planted::hunt;

/// More histories than any of these has needed.
const HISTORIES: u64 = 20_000;

/// Hunts from a seed on that is near one which showed it, so that a change of the histories costs time and not the test.
fn is_seen(bug: Bug, from: u64) {
    let caught = hunt(bug, from..from + HISTORIES, 2);
    assert!(caught.is_some(), "{} goes unseen", bug.key());
}

#[test]
fn bug_1_what_is_being_created_is_not_agreed_yet() {
    is_seen(Bug::CreateIsBase, 12_490);
}

#[test]
fn bug_2_a_create_is_written_down_ahead() {
    is_seen(Bug::NoWriteAhead, 3_580);
}

#[test]
fn bug_3_an_intent_stays_until_a_read_explains_it() {
    is_seen(Bug::IntentsExpire, 1);
}

#[test]
fn bug_4_what_is_held_stops_nobody_else() {
    is_seen(Bug::HoldStopsAll, 1);
}

#[test]
fn bug_5_who_appears_again_was_never_absent() {
    is_seen(Bug::AbsenceNotReset, 1);
}

#[test]
fn bug_6_one_removal_can_be_too_much() {
    is_seen(Bug::OneIsNeverTooMuch, 1);
}

#[test]
fn bug_7_not_found_needs_a_canary() {
    is_seen(Bug::NoCanary, 1);
}

#[test]
fn bug_8_lists_only_nominate() {
    is_seen(Bug::MergedFromList, 1);
}
