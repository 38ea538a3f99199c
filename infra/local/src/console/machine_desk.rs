//! The desk of this machine as the console knows it: pages' orders become the desk's, its replies become rows.

use std::collections::{BTreeMap, BTreeSet};

use admin_console::desk_port::{
    ConsoleAction, ConsoleActor, ConsoleDesk, ConsoleOrder, ConsoleReply, ConsoleRequest,
    OrderRefusal,
};
use admin_console::doctor::JournalEvidence;
use async_trait::async_trait;
use desk::{Desk, WritingRequest};
use directory::{BindingId, RunId};
use futures::lock::Mutex;

use super::desk_visit::{DeskVisit, not_here, unbound};
use super::figures::CountedSides;
use super::roles::{desk_action, desk_actor, may_order};

/// The desk behind the console.
pub(super) struct MachineDesk {
    desk: Desk,
    /// Plans that were ordered here. The desk knows one once it is made.
    pub(super) ordered: Mutex<BTreeSet<RunId>>,
    /// What was counted after the last complete sweep.
    pub(super) counted: Mutex<Option<CountedSides>>,
    /// What the last audit of a binding's journal found, if one was asked for here.
    pub(super) audited: Mutex<BTreeMap<BindingId, JournalEvidence>>,
}

impl MachineDesk {
    pub(super) fn new(desk: Desk) -> Self {
        Self {
            desk,
            ordered: Mutex::default(),
            counted: Mutex::default(),
            audited: Mutex::default(),
        }
    }
}

#[async_trait]
impl ConsoleDesk for MachineDesk {
    fn may(&self, actor: &ConsoleActor, action: ConsoleAction) -> bool {
        desk_action(action).is_some_and(|action| may_order(&desk_actor(actor), action))
    }

    async fn handle(&self, order: ConsoleOrder) -> Result<ConsoleReply, OrderRefusal> {
        let visit = DeskVisit {
            desk: &self.desk,
            id: order.binding.ok_or_else(unbound)?,
            actor: desk_actor(&order.actor),
        };
        Box::pin(self.perform(&visit, order.request)).await
    }
}

impl MachineDesk {
    async fn perform(
        &self,
        visit: &DeskVisit<'_>,
        request: ConsoleRequest,
    ) -> Result<ConsoleReply, OrderRefusal> {
        match request {
            ConsoleRequest::Dashboard => self.read_dashboard(visit).await,
            ConsoleRequest::Runs { cursor } => visit.list_runs(cursor.as_deref()).await,
            ConsoleRequest::Run(id) => visit.show_run(&id).await,
            ConsoleRequest::Queue { queue, cursor } => visit.list_queue(queue, cursor).await,
            ConsoleRequest::Decide(target) => visit.decide(target).await,
            ConsoleRequest::Plans => visit.list_plans().await,
            ConsoleRequest::Plan { id, from } => self.show_plan(visit, &id, from).await,
            ConsoleRequest::MakePlan => self.make_plan(visit).await,
            ConsoleRequest::ApprovePlan(id) => visit.approve_plan(&id).await,
            ConsoleRequest::ApplyPlan(id) => visit.apply_plan(&id).await,
            ConsoleRequest::FindPeople { query, cursor } => visit.find_people(query, cursor).await,
            ConsoleRequest::Person(id) => visit.show_person(&id).await,
            ConsoleRequest::RevealPerson(id) => visit.reveal_person(&id).await,
            ConsoleRequest::Journal { query, cursor } => visit.list_orders(&query, cursor).await,
            ConsoleRequest::Doctor => self.gather_evidence(visit).await,
            ConsoleRequest::Examine => self.verify_journal(visit).await,
            ConsoleRequest::PauseWrites => {
                visit.order(WritingRequest::Pause).await?;
                Ok(ConsoleReply::Done)
            }
            ConsoleRequest::ResumeWrites => {
                visit.order(WritingRequest::Resume).await?;
                Ok(ConsoleReply::Done)
            }
            ConsoleRequest::Wizard(_) => Err(not_here(
                "this console does not bind a company: give `bangding up` its credentials",
            )),
        }
    }
}
