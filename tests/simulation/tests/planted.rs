//! The eight mistakes that `reliability.md` §2.2 found in a reference protocol, made on purpose: a history shows each of them.
//! `cargo bangding bench planted` hunts all mistakes.
#![cfg(feature = "planted")]

use directory::planted::Bug;
use simulation::planted::hunt;

/// More histories than any of these has needed.
const HISTORIES: u64 = 20_000;

fn is_seen(bug: Bug) {
    let caught = hunt(bug, 1..1 + HISTORIES, 2);
    assert!(caught.is_some(), "{} goes unseen", bug.key());
}

#[test]
fn bug_1_what_is_being_created_is_not_agreed_yet() {
    is_seen(Bug::CreateIsBase);
}

#[test]
fn bug_2_a_create_is_written_down_ahead() {
    is_seen(Bug::NoWriteAhead);
}

#[test]
fn bug_3_an_intent_stays_until_a_read_explains_it() {
    is_seen(Bug::IntentsExpire);
}

#[test]
fn bug_4_what_is_held_stops_nobody_else() {
    is_seen(Bug::HoldStopsAll);
}

#[test]
fn bug_5_who_appears_again_was_never_absent() {
    is_seen(Bug::AbsenceNotReset);
}

#[test]
fn bug_6_one_removal_can_be_too_much() {
    is_seen(Bug::OneIsNeverTooMuch);
}

#[test]
fn bug_7_not_found_needs_a_canary() {
    is_seen(Bug::NoCanary);
}

#[test]
fn bug_8_lists_only_nominate() {
    is_seen(Bug::MergedFromList);
}
