//! A company in memory that stands where the desk will: orders change it, roles are checked, values are masked, and the
//! journal keeps what was done and who looked.

mod answers;
mod facts;
mod wizard_desk;

use std::sync::{Arc, Mutex};

use admin_console::desk_port::{
    ConsoleAction, ConsoleActor, ConsoleDesk, ConsoleOrder, ConsoleReply, ConsoleRequest,
    ConsoleRole, DecisionTarget, JournalRow, OrderOutcome, OrderRefusal, PlanPhase,
};
use async_trait::async_trait;
use directory::{Reason, ReasonCode, Timestamp};

use facts::{CompanyFacts, CompanyPlan};

pub use facts::HOSTILE_NAMES;

/// The company.
pub struct CompanyDesk {
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    facts: Mutex<CompanyFacts>,
}

/// Which role may do what, as the desk's table says.
fn role_may(role: ConsoleRole, action: ConsoleAction) -> bool {
    use ConsoleAction as Action;
    match role {
        ConsoleRole::Owner => true,
        ConsoleRole::Hr => !matches!(action, Action::Bind | Action::ReadJournal),
        ConsoleRole::Auditor => !matches!(
            action,
            Action::DecideRecords
                | Action::ReleaseHolds
                | Action::MakePlans
                | Action::ApplyPlans
                | Action::PauseWrites
                | Action::ResumeWrites
                | Action::Bind
        ),
        ConsoleRole::Employee => false,
    }
}

impl CompanyDesk {
    pub fn new(clock: Arc<dyn Fn() -> Timestamp + Send + Sync>, is_bound: bool) -> Self {
        let facts = CompanyFacts::new(clock(), is_bound);
        Self {
            clock,
            facts: Mutex::new(facts),
        }
    }

    /// Entries of the journal so far.
    pub fn journal_length(&self) -> usize {
        self.facts.lock().unwrap().journal.len()
    }

    /// The newest entry: who, what, how it ended.
    pub fn last_entry(&self) -> (Option<String>, String, OrderOutcome) {
        let facts = self.facts.lock().unwrap();
        let entry = &facts.journal[0];
        (entry.actor.clone(), entry.action.clone(), entry.outcome)
    }

    /// Whether writing is paused.
    pub fn is_paused(&self) -> bool {
        self.facts.lock().unwrap().paused_since.is_some()
    }

    /// Secrets that were put into the vault.
    pub fn stored_secrets(&self) -> usize {
        self.facts.lock().unwrap().stored_secrets
    }

    /// Everything that is shown becomes empty, and everything that is counted unknown: a company before its first sync.
    pub fn empty_out(&self) {
        self.facts.lock().unwrap().empty_out();
    }

    /// DingTalk verifies the callback, an administrator authorises, permissions are granted.
    pub fn let_dingtalk_agree(&self) {
        self.facts.lock().unwrap().wizard.dingtalk_agrees = true;
    }
}

/// What leaves an entry in the journal.
fn is_journalled(action: ConsoleAction) -> bool {
    use ConsoleAction as Action;
    matches!(
        action,
        Action::DecideRecords
            | Action::ReleaseHolds
            | Action::MakePlans
            | Action::ApplyPlans
            | Action::PauseWrites
            | Action::ResumeWrites
            | Action::RevealValues
            | Action::Bind
    )
}

#[async_trait]
impl ConsoleDesk for CompanyDesk {
    fn may(&self, actor: &ConsoleActor, action: ConsoleAction) -> bool {
        actor.roles.iter().any(|role| role_may(*role, action))
    }

    async fn handle(&self, order: ConsoleOrder) -> Result<ConsoleReply, OrderRefusal> {
        let (now, action) = ((self.clock)(), order.request.action());
        let mut facts = self.facts.lock().unwrap();
        let done = if !self.may(&order.actor, action) {
            Err(OrderRefusal::NotAllowed)
        } else if action.needs_step_up() && !order.actor.has_stepped_up(now) {
            Err(OrderRefusal::StepUpNeeded)
        } else {
            facts.perform(order.request, now)
        };
        if is_journalled(action) {
            let outcome = match &done {
                Ok(_) => OrderOutcome::Done,
                Err(OrderRefusal::Unavailable(_)) => OrderOutcome::Unknown,
                Err(_) => OrderOutcome::Refused,
            };
            facts
                .journal
                .insert(0, entry(&order.actor, action, outcome, now, &done));
        }
        done
    }
}

fn entry(
    actor: &ConsoleActor,
    action: ConsoleAction,
    outcome: OrderOutcome,
    at: Timestamp,
    done: &Result<ConsoleReply, OrderRefusal>,
) -> JournalRow {
    JournalRow {
        at,
        actor: Some(actor.name.clone()),
        action: action.journal_key().to_owned(),
        record: match done {
            Ok(ConsoleReply::Person(person)) => Some(facts::label_of(&person.row)),
            _ => None,
        },
        field: None,
        outcome,
        reason: done.as_ref().err().and_then(OrderRefusal::reason).cloned(),
        run: format!("order-{}", at.millis()),
    }
}

fn unknown(code: ReasonCode) -> OrderRefusal {
    OrderRefusal::Unknown(Reason::new(code).text("queue", "hold"))
}

impl CompanyFacts {
    fn perform(
        &mut self,
        request: ConsoleRequest,
        now: Timestamp,
    ) -> Result<ConsoleReply, OrderRefusal> {
        match request {
            ConsoleRequest::Decide(target) => self.decide(target, now),
            ConsoleRequest::MakePlan => Ok(ConsoleReply::PlanQueued(self.make_plan(now))),
            ConsoleRequest::ApprovePlan(id) => {
                let plan = self.plan_mut(&id)?;
                if plan.row.phase != PlanPhase::Open {
                    let reason = Reason::new(ReasonCode::PlanSuperseded);
                    return Err(OrderRefusal::Refused(reason));
                }
                plan.row.phase = PlanPhase::Approved;
                plan.row.approved_by = Some("王立".to_owned());
                Ok(ConsoleReply::Done)
            }
            ConsoleRequest::ApplyPlan(id) => {
                let plan = self.plan_mut(&id)?;
                if plan.row.phase != PlanPhase::Approved {
                    let reason = Reason::new(ReasonCode::PlanUnapproved);
                    return Err(OrderRefusal::Refused(reason));
                }
                plan.row.phase = PlanPhase::Applying;
                plan.applied = Some(0);
                Ok(ConsoleReply::Done)
            }
            ConsoleRequest::PauseWrites => {
                self.paused_since = Some(now);
                Ok(ConsoleReply::Done)
            }
            ConsoleRequest::ResumeWrites => {
                self.paused_since = None;
                Ok(ConsoleReply::Done)
            }
            ConsoleRequest::Examine => {
                self.evidence.gathered_at = Some(now);
                Ok(ConsoleReply::Doctor(Box::new(self.evidence.clone())))
            }
            ConsoleRequest::Wizard(request) => self.wizard_order(request, now),
            other => self.answer(other),
        }
    }

    fn plan_mut(&mut self, id: &str) -> Result<&mut CompanyPlan, OrderRefusal> {
        let plan = self.plans.iter_mut().find(|plan| plan.row.id == id);
        plan.ok_or_else(|| unknown(ReasonCode::PlanUnknown))
    }

    fn decide(
        &mut self,
        target: DecisionTarget,
        now: Timestamp,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let missing = || unknown(ReasonCode::RecordEntryUnknown);
        match target {
            DecisionTarget::ReleaseHold(id) | DecisionTarget::TakeBackRelease(id) => {
                let hold = self.holds.iter_mut().find(|hold| hold.id == id);
                let hold = hold.ok_or_else(missing)?;
                hold.is_released = !hold.is_released;
            }
            DecisionTarget::ResolveConflict(id, side) => {
                let conflict = self.conflicts.iter_mut().find(|conflict| conflict.id == id);
                let conflict = conflict.ok_or_else(missing)?;
                (conflict.stands, conflict.is_resolved) = (side, true);
            }
            DecisionTarget::ReopenConflict(id) => {
                let conflict = self.conflicts.iter_mut().find(|conflict| conflict.id == id);
                conflict.ok_or_else(missing)?.is_resolved = false;
            }
            DecisionTarget::RetryRecord(id) => {
                let record = self.quarantine.iter_mut().find(|record| record.id == id);
                let record = record.ok_or_else(missing)?;
                record.tries += 1;
                record.next = Some(now.plus_millis(24 * 60 * 60 * 1000));
            }
            DecisionTarget::DecideMatch { id, .. } => {
                let before = self.matches.len();
                self.matches.retain(|proposed| proposed.id != id);
                if self.matches.len() == before {
                    return Err(missing());
                }
            }
        }
        Ok(ConsoleReply::Done)
    }
}
