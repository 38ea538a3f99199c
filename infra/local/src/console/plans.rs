//! Plans, as the console shows them.

use std::collections::BTreeMap;

use admin_console::desk_port::{
    ChangeCounts, ConsoleReply, OrderRefusal, PlanDetail, PlanItemRow, PlanPhase, PlanRow,
    PlannedChange, PlannedVerb, RecordLabel, ReplyPage,
};
use desk::{AGE_MAX_HOURS, OrderAction, PlanBody, PlanHead, PlanRequest, PlanState, PlannedItem};
use desk::{PlannedPart, Reply};
use directory::plan::ActionCounts;
use directory::{FieldValue, LinkId, Reason, ReasonCode, RunId, Timestamp, WriteAction};

use super::desk_visit::{DeskVisit, odd_reply};
use super::machine_desk::MachineDesk;

/// Names of the records that changes refer to.
type Labels = BTreeMap<LinkId, String>;

impl DeskVisit<'_> {
    pub(super) async fn list_plans(&self) -> Result<ConsoleReply, OrderRefusal> {
        let Reply::Plans(page) = self.order(PlanRequest::List { cursor: None }).await? else {
            return Err(odd_reply());
        };
        Ok(ConsoleReply::Plans(ReplyPage {
            rows: page.rows.iter().map(plan_row).collect(),
            next: page.next.map(|cursor| cursor.0),
            total: None,
        }))
    }

    pub(super) async fn approve_plan(&self, id: &str) -> Result<ConsoleReply, OrderRefusal> {
        let (id, hours_max) = (plan_id(id)?, AGE_MAX_HOURS);
        self.order(PlanRequest::Approve { id, hours_max }).await?;
        Ok(ConsoleReply::Done)
    }

    pub(super) async fn apply_plan(&self, id: &str) -> Result<ConsoleReply, OrderRefusal> {
        let (id, hours_max) = (plan_id(id)?, AGE_MAX_HOURS);
        self.order(PlanRequest::Apply { id, hours_max }).await?;
        Ok(ConsoleReply::Done)
    }
}

impl MachineDesk {
    pub(super) async fn make_plan(
        &self,
        visit: &DeskVisit<'_>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let Reply::PlanQueued(id) = visit.order(PlanRequest::Make).await? else {
            return Err(odd_reply());
        };
        self.ordered.lock().await.insert(id.clone());
        Ok(ConsoleReply::PlanQueued(id.to_string()))
    }

    pub(super) async fn show_plan(
        &self,
        visit: &DeskVisit<'_>,
        id: &str,
        from: usize,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let id = plan_id(id)?;
        let shown = visit.order(PlanRequest::Show {
            id: id.clone(),
            from,
        });
        match shown.await {
            Ok(Reply::PlanItems { head, body }) => {
                self.ordered.lock().await.remove(&id);
                Ok(ConsoleReply::Plan(Box::new(plan_detail(
                    &head, &body, from,
                ))))
            }
            Ok(_) => Err(odd_reply()),
            Err(OrderRefusal::Unknown(reason)) => {
                visit.check(OrderAction::ShowPlan)?;
                if !self.ordered.lock().await.contains(&id) {
                    return Err(OrderRefusal::Unknown(reason));
                }
                Ok(ConsoleReply::Plan(Box::new(plan_in_the_making(
                    &id,
                    visit.now(),
                ))))
            }
            Err(refusal) => Err(refusal),
        }
    }
}

fn plan_id(id: &str) -> Result<RunId, OrderRefusal> {
    let unknown = |_| OrderRefusal::Unknown(Reason::new(ReasonCode::PlanUnknown));
    RunId::new(id).map_err(unknown)
}

/// The page shows only that it is being made.
fn plan_in_the_making(id: &RunId, now: Timestamp) -> PlanDetail {
    PlanDetail {
        row: PlanRow {
            id: id.to_string(),
            made: now,
            phase: PlanPhase::Making,
            counts: ChangeCounts::default(),
            held: 0,
            approved_by: None,
        },
        is_complete: false,
        calls: 0,
        metered: 0,
        seconds: 0,
        applied: None,
        items_total: 0,
        items: Vec::new(),
        from: 0,
        held: Vec::new(),
    }
}

fn plan_row(head: &PlanHead) -> PlanRow {
    PlanRow {
        id: head.id.to_string(),
        made: head.made_at,
        phase: match head.state {
            PlanState::Open => PlanPhase::Open,
            PlanState::Approved => PlanPhase::Approved,
            PlanState::Applying => PlanPhase::Applying,
            PlanState::Applied => PlanPhase::Applied,
            PlanState::Superseded => PlanPhase::Superseded,
            PlanState::Failed => PlanPhase::Failed,
        },
        counts: change_counts(head.counts),
        held: head.held,
        approved_by: head.approved.as_ref().map(|approval| approval.by.clone()),
    }
}

pub(super) fn change_counts(counts: ActionCounts) -> ChangeCounts {
    ChangeCounts {
        created: counts.created,
        updated: counts.updated,
        removed: counts.removed,
    }
}

fn plan_detail(head: &PlanHead, body: &PlanBody, from: usize) -> PlanDetail {
    let mut held: Vec<Reason> = Vec::new();
    for one in &head.held_first {
        if !held.contains(&one.reason) {
            held.push(one.reason.clone());
        }
    }
    let items = body.items.iter().map(|item| item_row(item, &body.labels));
    let applied = head.applied.as_ref();
    PlanDetail {
        row: plan_row(head),
        is_complete: head.complete,
        calls: head.forecast.calls.values().sum(),
        metered: head.forecast.metered,
        seconds: head.forecast.seconds,
        applied: applied.map(|applied| u64::from(applied.place.next)),
        items_total: head.items,
        items: items.collect(),
        from,
        held,
    }
}

fn item_row(item: &PlannedItem, labels: &Labels) -> PlanItemRow {
    let name = item.name.as_ref().map(|name| name.expose().to_owned());
    let changes = item.parts.iter().flat_map(|part| changes_of(part, labels));
    PlanItemRow {
        record: RecordLabel {
            id: item.link.to_string(),
            kind: item.kind,
            name: name.or_else(|| labels.get(&item.link).cloned()),
            job_number: None,
        },
        verb: match item.action() {
            Some(WriteAction::Create) => PlannedVerb::Create,
            Some(WriteAction::Update | WriteAction::Restore) => PlannedVerb::Update,
            Some(WriteAction::Remove) => PlannedVerb::Remove,
            None => PlannedVerb::Link,
        },
        reason: item.reason.clone(),
        changes: changes.collect(),
    }
}

fn changes_of(part: &PlannedPart, labels: &Labels) -> impl Iterator<Item = PlannedChange> {
    part.changes.iter().map(|change| PlannedChange {
        field: change.field,
        to: part.to,
        before: change.before.as_ref().map(|value| text(value, labels)),
        after: change.after.as_ref().map(|value| text(value, labels)),
    })
}

/// The desk has masked what a plan's items say.
fn text(value: &FieldValue, labels: &Labels) -> String {
    match value {
        FieldValue::Text(text) => text.expose().to_owned(),
        FieldValue::Day(day) => day.to_string(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Flag(flag) => flag.to_string(),
        FieldValue::Refs(refs) => {
            let name = |id: &String| {
                let link = id.parse().ok();
                let label = link.and_then(|link: LinkId| labels.get(&link).cloned());
                label.unwrap_or_else(|| id.clone())
            };
            let names: Vec<String> = refs.iter().map(name).collect();
            names.join(", ")
        }
    }
}
