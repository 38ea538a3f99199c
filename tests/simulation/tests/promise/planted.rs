//! Each of these mistakes, planted in the engine, is seen by the history that is written down for it.

use directory::planted::{Bug, plant};

use crate::guard::*;
use crate::identity::*;
use crate::old_reads::*;
use crate::reach::*;

#[test]
fn planted_mistakes_are_seen() {
    let written_down: [(Bug, fn()); 9] = [
        (
            Bug::WakesUnguarded,
            wakes_remove_no_more_than_the_budget_of_a_day,
        ),
        (
            Bug::BudgetForgets,
            leavers_below_the_limit_of_each_sweep_add_up,
        ),
        (
            Bug::DepartmentsUnguarded,
            a_sweep_closes_no_more_departments_than_the_guard_lets,
        ),
        (Bug::KeptIdSuffices, a_wrong_kept_userid_overwrites_nothing),
        (
            Bug::QuarantinedIsRemoved,
            a_person_in_quarantine_is_not_marked_left_when_the_next_owner_of_the_userid_leaves,
        ),
        (Bug::HoldIgnored, what_a_sweep_held_is_held_for_wakes),
        (
            Bug::NotYetHasLeft,
            a_record_that_becomes_not_yet_is_no_leaver,
        ),
        (
            Bug::MembershipNotCarried,
            a_membership_out_of_reach_survives_a_move,
        ),
        (
            Bug::OldReadsWrite,
            what_was_taken_back_while_others_were_read_is_not_written,
        ),
    ];
    let mut unseen = Vec::new();
    for (bug, history) in written_down {
        plant(Some(bug));
        let seen = std::panic::catch_unwind(history).is_err();
        plant(None);
        unseen.extend((!seen).then_some(bug.key()));
    }
    assert!(unseen.is_empty(), "{unseen:?} go unseen");
}
