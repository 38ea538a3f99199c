//! Runs, as they are stored. The desk has no order for them: whoever may read plans may read these.

use admin_console::desk_port::{
    ConsoleReply, InterfaceCalls, OrderRefusal, RecordLabel, ReplyPage, RunDetail, RunOutcome,
    RunRow, RunTrouble, SeenRecords,
};
use desk::{OrderAction, PAGE_SIZE};
use directory::{Reason, ReasonCode};
use engine::report::{RecordTrouble, RunReport};
use state::store::ControlKind;

use super::desk_visit::{DeskVisit, unavailable};
use super::plans::change_counts;

impl DeskVisit<'_> {
    pub(super) async fn list_runs(
        &self,
        before: Option<&str>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let reports = self.newest_runs(before).await?;
        let next = reports.last().map(|report| report.id.to_string());
        Ok(ConsoleReply::Runs(ReplyPage {
            rows: reports.iter().map(run_row).collect(),
            next: next.filter(|_| reports.len() >= PAGE_SIZE),
            total: None,
        }))
    }

    pub(super) async fn newest_runs(
        &self,
        before: Option<&str>,
    ) -> Result<Vec<RunReport>, OrderRefusal> {
        self.check(OrderAction::ListPlans)?;
        let corp = self.binding().await?.corp_id;
        let store = &self.desk.corps.store;
        let read = store.control_page_before(&corp, ControlKind::Run, before, PAGE_SIZE);
        let read = read.await.map_err(|err| unavailable(&err))?;
        Ok(read.into_iter().map(|stored| stored.body).collect())
    }

    pub(super) async fn show_run(&self, id: &str) -> Result<ConsoleReply, OrderRefusal> {
        self.check(OrderAction::ListPlans)?;
        let corp = self.binding().await?.corp_id;
        let store = &self.desk.corps.store;
        let read = store.get_control::<RunReport>(&corp, ControlKind::Run, id);
        let read = read.await.map_err(|err| unavailable(&err))?;
        let unknown = || OrderRefusal::Unknown(Reason::new(ReasonCode::RecordEntryUnknown));
        let report = read.ok_or_else(unknown)?.body;
        Ok(ConsoleReply::Run(Box::new(run_detail(&report))))
    }
}

pub(super) fn run_row(report: &RunReport) -> RunRow {
    RunRow {
        id: report.id.to_string(),
        began: report.began_at,
        ended: (!report.continues).then_some(report.ended_at),
        outcome: outcome_of(report),
        counts: change_counts(report.counts),
        troubles: report.troubles.len() as u64,
    }
}

fn outcome_of(report: &RunReport) -> RunOutcome {
    let waits =
        report.closed || report.scope_waits || report.roster_waits || !report.held.is_empty();
    if report.continues {
        RunOutcome::Running
    } else if waits {
        RunOutcome::Waits
    } else if report.complete && report.troubles.is_empty() {
        RunOutcome::Complete
    } else {
        RunOutcome::Partial
    }
}

fn run_detail(report: &RunReport) -> RunDetail {
    let calls = report
        .calls
        .iter()
        .map(|(interface, calls)| InterfaceCalls {
            interface: interface.clone(),
            calls: *calls,
        });
    RunDetail {
        row: run_row(report),
        seen: report.complete.then_some(SeenRecords {
            people: report.people,
            departments: report.departments,
        }),
        calls: calls.collect(),
        throttled: report.throttled,
        notes: report.notes.clone(),
        troubles: report.troubles.iter().map(trouble).collect(),
    }
}

/// A run keeps whose trouble it was by the link alone: the name is on the person's page.
fn trouble(trouble: &RecordTrouble) -> RunTrouble {
    RunTrouble {
        record: trouble.link.map(|link| RecordLabel {
            id: link.to_string(),
            kind: trouble.kind,
            name: None,
            job_number: None,
        }),
        reason: trouble.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use directory::{RunId, Timestamp};

    use super::*;

    #[test]
    fn a_run_is_complete_only_if_nothing_waits_and_nobody_has_trouble() {
        let id = RunId::new("1780000000000-9c01f3aa").unwrap();
        let mut report = RunReport::empty(id, Timestamp(0));
        assert_eq!(outcome_of(&report), RunOutcome::Partial);
        assert_eq!(run_detail(&report).seen, None);
        report.complete = true;
        assert_eq!(outcome_of(&report), RunOutcome::Complete);
        report.troubles.push(RecordTrouble {
            kind: directory::Kind::Person,
            link: None,
            reason: Reason::new(ReasonCode::WaitEmployee),
        });
        assert_eq!(outcome_of(&report), RunOutcome::Partial);
        report.closed = true;
        assert_eq!(outcome_of(&report), RunOutcome::Waits);
        report.continues = true;
        assert_eq!(outcome_of(&report), RunOutcome::Running);
        assert_eq!(run_row(&report).ended, None);
    }
}
