//! The end of a sweep: what the eHR holds by then, and the report.

use std::sync::PoisonError;

use directory::reason::{Reason, ReasonCode};
use directory::{Kind, Side, Timestamp};

use super::{SweepEnd, SweepOrder};
use crate::Run;
use crate::report::RunReport;

impl Run<'_> {
    /// Counts what the eHR holds active at the end, asking it again only where something joined or left.
    pub(crate) async fn count_active(&self, ended: &mut SweepEnd) {
        for (slot, kind) in [Kind::Person, Kind::Department].into_iter().enumerate() {
            let moved = self
                .report
                .lock()
                .is_ok_and(|tally| tally.by_kind.contains_key(&kind));
            if !moved {
                continue;
            }
            let mut active = 0;
            let listed = self
                .engine
                .ehr
                .list_records(kind, &mut |stored| {
                    active += u64::from(stored.record.active);
                })
                .await;
            match listed {
                Ok(_) => ended.active[slot] = active,
                Err(err) => {
                    let note = Reason::new(ReasonCode::RunEhrNotCounted).cause(Reason::from(&err));
                    self.tally(|tally| tally.note(note));
                }
            }
        }
    }

    pub(crate) fn build_report(
        &self,
        order: &SweepOrder,
        began_at: Timestamp,
        ended: &SweepEnd,
    ) -> RunReport {
        let calls = self.engine.dingtalk.take_tally();
        let tally =
            std::mem::take(&mut *self.report.lock().unwrap_or_else(PoisonError::into_inner));
        let mut notes = tally.notes;
        notes.extend(
            tally
                .unmatched
                .iter()
                .map(|(side, n)| unmatched_note(*side, *n)),
        );
        notes.extend(left_alone_note(
            tally.employed_otherwise.len(),
            ReasonCode::RunEmploymentLeftOut,
        ));
        notes.extend(left_alone_note(
            tally.withheld.len(),
            ReasonCode::RunEmploymentUnknown,
        ));
        notes.extend(crate::error_reach::call_tally_notes(&calls));
        RunReport {
            id: order.run.clone(),
            began_at,
            ended_at: self.now(),
            complete: ended.complete && !ended.continues && tally.unfinished == 0,
            people: ended.active[0],
            departments: ended.active[1],
            counts: tally.counts,
            held: tally.held,
            writes: tally.writes,
            calls: calls
                .calls
                .iter()
                .map(|(interface, n)| ((*interface).to_owned(), *n))
                .collect(),
            throttled: calls.throttled,
            notes,
            troubles: tally.troubles,
            scope_waits: tally.scope_waits,
            roster_waits: !tally.withheld.is_empty(),
            continues: ended.continues,
            plan: None,
            closed: false,
        }
    }
}

/// A run whose journal could not be closed.
pub(crate) fn journal_open_note(err: &state::store::JournalError) -> Reason {
    Reason::new(ReasonCode::RunJournalOpen).cause(Reason::from(err))
}

fn left_alone_note(people: usize, code: ReasonCode) -> Option<Reason> {
    (people > 0).then(|| Reason::new(code).number("people", people))
}

fn unmatched_note(side: Side, records: u64) -> Reason {
    Reason::new(ReasonCode::RunUnmatched)
        .side("side", side)
        .number("records", records)
}
