//! One order of a page on its way through the desk: whose it is, in which binding, and what refusals mean to a page.

use admin_console::desk_port::{OrderRefusal, RecordLabel};
use desk::{
    Actor, Desk, LedgerOrderError, Order, OrderAction, OrderError, OrderRequest, RecordIdentity,
    RecordOrderError, Reply,
};
use directory::{BindingId, Reason, ReasonCode, Timestamp};
use state::Binding;

use super::roles::may_order;
use crate::machine::machine_reason_of;

/// Whoever asks, at the desk, in one binding.
pub(super) struct DeskVisit<'a> {
    pub(super) desk: &'a Desk,
    pub(super) id: BindingId,
    pub(super) actor: Actor,
}

impl DeskVisit<'_> {
    /// Has an order done.
    pub(super) async fn order(
        &self,
        request: impl Into<OrderRequest>,
    ) -> Result<Reply, OrderRefusal> {
        let order = Order {
            binding: self.id.clone(),
            actor: self.actor.clone(),
            request: request.into(),
        };
        let reply = Box::pin(self.desk.handle(order)).await;
        reply.map_err(|err| to_refusal(&err))
    }

    /// Refuses what no order is behind, as the desk would.
    pub(super) fn check(&self, action: OrderAction) -> Result<(), OrderRefusal> {
        if may_order(&self.actor, action) {
            Ok(())
        } else {
            Err(OrderRefusal::NotAllowed)
        }
    }

    /// The binding. To be shown only after [`DeskVisit::check`] or an order.
    pub(super) async fn binding(&self) -> Result<Binding, OrderRefusal> {
        let stored = self.desk.corps.store.get_binding(&self.id).await;
        let stored = stored.map_err(|err| unavailable(&err))?;
        stored.map(|stored| stored.body).ok_or_else(unbound)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.desk.corps.clock.now()
    }
}

/// State that cannot be used.
pub(super) fn unavailable(why: impl Into<Reason>) -> OrderRefusal {
    OrderRefusal::Unavailable(why.into())
}

/// What this console cannot do.
pub(super) fn not_here(why: &str) -> OrderRefusal {
    OrderRefusal::Refused(machine_reason_of(why))
}

/// There is no such binding.
pub(super) fn unbound() -> OrderRefusal {
    OrderRefusal::Unknown(Reason::new(ReasonCode::OrderBindingUnknown))
}

/// The desk's reply was none to this order. It never is.
pub(super) fn odd_reply() -> OrderRefusal {
    unavailable(machine_reason_of("the desk replied to another order"))
}

fn to_refusal(err: &OrderError) -> OrderRefusal {
    match err {
        OrderError::NotAllowed(reason) if reason.code() == Some(ReasonCode::OrderStepUpNeeded) => {
            OrderRefusal::StepUpNeeded
        }
        OrderError::NotAllowed(_) => OrderRefusal::NotAllowed,
        OrderError::Unbound
        | OrderError::NoPlan
        | OrderError::Record(RecordOrderError::Unknown(_) | RecordOrderError::Nobody)
        | OrderError::Ledger(LedgerOrderError::Unknown { .. }) => {
            OrderRefusal::Unknown(err.to_shown_reason())
        }
        OrderError::Unusable { why } => OrderRefusal::Unavailable(why.clone()),
        err => OrderRefusal::Refused(err.to_shown_reason()),
    }
}

/// What a record is called.
pub(super) fn label_of(record: &RecordIdentity) -> RecordLabel {
    RecordLabel {
        id: record.link.clone(),
        kind: record.kind,
        name: record.name.clone(),
        job_number: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_second_proof_is_told_from_a_missing_role() {
        let refused = |code| to_refusal(&OrderError::NotAllowed(Reason::new(code)));
        assert_eq!(
            refused(ReasonCode::OrderStepUpNeeded),
            OrderRefusal::StepUpNeeded
        );
        assert_eq!(
            refused(ReasonCode::OrderNotAllowed),
            OrderRefusal::NotAllowed
        );
        assert!(matches!(
            to_refusal(&OrderError::NoPlan),
            OrderRefusal::Unknown(_)
        ));
        assert!(matches!(
            to_refusal(&OrderError::Stale),
            OrderRefusal::Refused(_)
        ));
    }
}
