//! What the company answers to those who only read.

use admin_console::desk_port::{
    AgreementFigures, ConsoleReply, ConsoleRequest, DashboardFigures, FieldAgreement,
    InterfaceCalls, OrderRefusal, PersonDetail, PlanDetail, PlanPhase, QueueName, QuotaFigures,
    ReplyPage, RunDetail, RunOutcome, RunTrouble, SeenRecords,
};
use directory::{Field, Reason, ReasonCode};

use super::facts::{CompanyFacts, CompanyPerson, CompanyPlan, label_of};
use super::unknown;

/// Rows of a page.
const PAGE: usize = 10;

fn page_of<T: Clone>(rows: &[T], cursor: Option<&str>) -> ReplyPage<T> {
    let from = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let shown: Vec<T> = rows.iter().skip(from).take(PAGE).cloned().collect();
    let end = from + shown.len();
    ReplyPage {
        rows: shown,
        next: (end < rows.len()).then(|| end.to_string()),
        total: Some(rows.len() as u64),
    }
}

impl CompanyFacts {
    pub(super) fn answer(&mut self, request: ConsoleRequest) -> Result<ConsoleReply, OrderRefusal> {
        Ok(match request {
            ConsoleRequest::Dashboard => ConsoleReply::Dashboard(Box::new(self.dashboard())),
            ConsoleRequest::Runs { cursor } => {
                ConsoleReply::Runs(page_of(&self.runs, cursor.as_deref()))
            }
            ConsoleRequest::Run(id) => ConsoleReply::Run(Box::new(self.run(&id)?)),
            ConsoleRequest::Queue { queue, cursor } => self.queue(queue, cursor.as_deref()),
            ConsoleRequest::Plans => {
                let rows: Vec<_> = self.plans.iter().map(|plan| plan.row.clone()).collect();
                ConsoleReply::Plans(page_of(&rows, None))
            }
            ConsoleRequest::Plan { id, from } => {
                self.advance_plans();
                let plan = self.plans.iter().find(|plan| plan.row.id == id);
                let plan = plan.ok_or_else(|| unknown(ReasonCode::PlanUnknown))?;
                ConsoleReply::Plan(Box::new(plan_detail(plan, from)))
            }
            ConsoleRequest::FindPeople { query, cursor } => {
                ConsoleReply::People(self.find(&query, cursor.as_deref()))
            }
            ConsoleRequest::Person(id) => {
                ConsoleReply::Person(Box::new(detail(self.person(&id)?, false)))
            }
            ConsoleRequest::RevealPerson(id) => {
                ConsoleReply::Person(Box::new(detail(self.person(&id)?, true)))
            }
            ConsoleRequest::Journal { query, cursor } => {
                let found: Vec<_> = self
                    .journal
                    .iter()
                    .filter(|row| query.is_empty() || row.actor.as_deref() == Some(&query))
                    .cloned()
                    .collect();
                ConsoleReply::Journal(page_of(&found, cursor.as_deref()))
            }
            ConsoleRequest::Doctor => ConsoleReply::Doctor(Box::new(self.evidence.clone())),
            _ => unreachable!("orders that change something are carried out elsewhere"),
        })
    }

    /// Each look at a plan that is being written finds five more items done.
    pub(super) fn advance_plans(&mut self) {
        for plan in &mut self.plans {
            if plan.row.phase != PlanPhase::Applying {
                continue;
            }
            let total = plan.items.len() as u64;
            let done = (plan.applied.unwrap_or(0) + 5).min(total);
            plan.applied = Some(done);
            if done == total {
                plan.row.phase = PlanPhase::Applied;
            }
        }
    }

    fn dashboard(&self) -> DashboardFigures {
        let known = !self.is_empty;
        DashboardFigures {
            company: "示例科技有限公司".to_owned(),
            agreement: known.then(agreement),
            swept_at: self.evidence.swept_at,
            next_sweep: known.then(|| self.now.plus_millis(12 * 60 * 60 * 1000)),
            last_event: self.evidence.last_event,
            events_by_hour: known.then(|| {
                let hours = [
                    0, 0, 0, 1, 0, 2, 5, 14, 22, 31, 18, 9, 12, 27, 33, 21, 15, 8, 4, 2, 1, 0, 0, 3,
                ];
                hours.to_vec()
            }),
            waiting: known.then(|| self.waiting()),
            quota: known.then_some(QuotaFigures {
                used: 2_050,
                granted: 5_000,
            }),
            paused_since: self.paused_since,
            runs: self.runs.iter().take(3).cloned().collect(),
            changes: self.journal.iter().take(4).cloned().collect(),
        }
    }

    fn run(&self, id: &str) -> Result<RunDetail, OrderRefusal> {
        let row = self.runs.iter().find(|run| run.id == id);
        let row = row.ok_or_else(|| unknown(ReasonCode::RecordEntryUnknown))?;
        let is_partial = row.outcome == RunOutcome::Partial;
        let troubles = self
            .people
            .iter()
            .take(usize::try_from(row.troubles).unwrap());
        Ok(RunDetail {
            row: row.clone(),
            seen: (!is_partial).then_some(SeenRecords {
                people: 200,
                departments: 24,
            }),
            calls: vec![
                InterfaceCalls {
                    interface: "/topapi/v2/user/list".to_owned(),
                    calls: 24,
                },
                InterfaceCalls {
                    interface: "/topapi/v2/user/get".to_owned(),
                    calls: 31,
                },
            ],
            throttled: 0,
            notes: if is_partial {
                vec![Reason::new(ReasonCode::SnapshotDepartmentsUnread).number("departments", 2)]
            } else {
                Vec::new()
            },
            troubles: troubles
                .map(|person| RunTrouble {
                    record: Some(label_of(&person.row)),
                    reason: Reason::new(ReasonCode::WaitEmployee).field("field", Field::Mobile),
                })
                .collect(),
        })
    }

    fn queue(&self, queue: QueueName, cursor: Option<&str>) -> ConsoleReply {
        match queue {
            QueueName::Holds => ConsoleReply::Holds(page_of(&self.holds, cursor)),
            QueueName::Conflicts => ConsoleReply::Conflicts(page_of(&self.conflicts, cursor)),
            QueueName::Quarantine => ConsoleReply::Quarantine(page_of(&self.quarantine, cursor)),
            QueueName::Matches => ConsoleReply::Matches(page_of(&self.matches, cursor)),
        }
    }

    fn find(
        &self,
        query: &str,
        cursor: Option<&str>,
    ) -> ReplyPage<admin_console::desk_port::PersonRow> {
        let is_found = |person: &&CompanyPerson| {
            let row = &person.row;
            !query.is_empty()
                && (row.name.as_deref().is_some_and(|name| name.contains(query))
                    || row
                        .job_number
                        .as_deref()
                        .is_some_and(|number| number.starts_with(query))
                    || person.mobile == query)
        };
        let rows: Vec<_> = self
            .people
            .iter()
            .filter(is_found)
            .map(|person| person.row.clone())
            .collect();
        page_of(&rows, cursor)
    }

    fn person(&self, id: &str) -> Result<&CompanyPerson, OrderRefusal> {
        let person = self.people.iter().find(|person| person.row.id == id);
        person.ok_or_else(|| unknown(ReasonCode::RecordPersonUnknown))
    }
}

fn agreement() -> AgreementFigures {
    let days = (0..30_u16).map(|day| match day {
        12 => None,
        _ => Some(960 + day + (day * 7) % 9),
    });
    let field = |field, different| FieldAgreement { field, different };
    AgreementFigures {
        compared: 1_042,
        equal: 1_036,
        fields: vec![
            field(Field::Name, Some(0)),
            field(Field::Title, Some(4)),
            field(Field::Departments, Some(2)),
            field(Field::Email, None),
        ],
        per_mille_by_day: days.collect(),
    }
}

fn detail(person: &CompanyPerson, is_revealed: bool) -> PersonDetail {
    let (mut row, mut fields) = (person.row.clone(), person.fields.clone());
    if is_revealed {
        row.mobile = Some(person.mobile.clone());
        for field in &mut fields {
            if field.field == Field::Mobile {
                field.dingtalk = Some(person.mobile.clone());
                field.ehr = Some(person.mobile.clone());
            }
        }
    }
    PersonDetail {
        dingtalk_id: Some(format!("manager{}", row.id)),
        ehr_id: None,
        row,
        fields,
        timeline: person.timeline.clone(),
        is_revealed,
    }
}

fn plan_detail(plan: &CompanyPlan, from: usize) -> PlanDetail {
    PlanDetail {
        row: plan.row.clone(),
        is_complete: true,
        calls: 212,
        metered: 0,
        seconds: 14,
        applied: plan.applied,
        items_total: plan.items.len() as u64,
        items: plan.items.iter().skip(from).take(PAGE).cloned().collect(),
        from,
        held: vec![
            Reason::new(ReasonCode::GuardFieldChanged)
                .field("field", Field::Title)
                .number("records", 40)
                .number("people", 200)
                .number("limit", 20),
        ],
    }
}
