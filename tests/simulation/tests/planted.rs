//! The eight mistakes of a reference protocol that lost data in earlier trials, made on purpose: a history shows each of them.
//! `cargo bangding bench planted` hunts all mistakes.
#![cfg(feature = "planted")]

use directory::planted::Bug;
use simulation::planted::hunt_bug;

/// More histories than any of these mistakes has needed.
const HISTORIES: u64 = 20_000;

/// Starts close to a seed that showed the mistake. If histories change, the test takes longer but
/// does not fail.
fn assert_bug_is_found(bug: Bug, from: u64) {
    let caught = hunt_bug(bug, from..from + HISTORIES, 2);
    assert!(caught.is_some(), "{} goes unseen", bug.key());
}

#[test]
fn bug_1_base_agrees_before_the_create_ends() {
    assert_bug_is_found(Bug::CreateIsBase, 12_490);
}

#[test]
fn bug_2_a_create_is_not_recorded_first() {
    assert_bug_is_found(Bug::NoWriteAhead, 3_580);
}

#[test]
fn bug_3_an_intent_is_dropped_before_a_read_explains_it() {
    assert_bug_is_found(Bug::IntentsExpire, 1);
}

#[test]
fn bug_4_a_hold_blocks_other_records() {
    assert_bug_is_found(Bug::HoldStopsAll, 1);
}

#[test]
fn bug_5_a_returned_person_keeps_counting_as_absent() {
    assert_bug_is_found(Bug::AbsenceNotReset, 1);
}

#[test]
fn bug_6_the_guard_ignores_a_single_removal() {
    assert_bug_is_found(Bug::OneIsNeverTooMuch, 1);
}

#[test]
fn bug_7_not_found_is_trusted_without_a_canary() {
    assert_bug_is_found(Bug::NoCanary, 1);
}

#[test]
fn bug_8_list_rows_are_merged_without_a_read() {
    assert_bug_is_found(Bug::MergedFromList, 1);
}
