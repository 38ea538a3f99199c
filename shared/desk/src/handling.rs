//! What happens to every order: the roles are asked, it is done, and the journal is written.

use state::Binding;

use directory::BindingId;

use crate::action::ActionEffect;
use crate::authorize::authorize;
use crate::desk::{Desk, OrderContext};
use crate::error::OrderError;
use crate::order::{LedgerRequest, Order, OrderRequest};
use crate::order_journal::{OrderChain, SubjectNote};
use crate::reply::Reply;

impl Desk {
    /// Does what is ordered, if the actor may. The roles are asked before any state is touched. An order that changes
    /// something, and one that returns values of a person, is in the journal.
    ///
    /// # Errors
    /// [`OrderError`]; nothing changed then, unless the error says that this is not known.
    pub async fn handle(&self, order: Order) -> Result<Reply, OrderError> {
        let action = order.request.action();
        let granted = authorize(&order.actor, action, self.now());
        let scope = match (granted, action.effect()) {
            (Ok(scope), _) => scope,
            (Err(refusal), ActionEffect::Changes) => {
                return Err(self.record_refusal(&order, refusal).await);
            }
            (Err(refusal), ActionEffect::ShowsValues | ActionEffect::Lists) => return Err(refusal),
        };
        let context = OrderContext {
            desk: self,
            binding: self.load_binding(&order.binding).await?,
            by: &order.actor.name,
            scope,
            subject: SubjectNote::default(),
        };
        match action.effect() {
            ActionEffect::Lists => context.perform(&order.request).await,
            ActionEffect::ShowsValues => self.show_values(&order, &context).await,
            ActionEffect::Changes => self.change(&order, &context).await,
        }
    }

    async fn load_binding(&self, id: &BindingId) -> Result<Binding, OrderError> {
        let stored = self.corps.store.get_binding(id).await;
        let stored = stored.map_err(|err| OrderError::unusable(&err))?;
        Ok(stored.ok_or(OrderError::Unbound)?.body)
    }

    /// Writes down that an order was refused. The refusal stands also if it cannot be written down.
    async fn record_refusal(&self, order: &Order, refusal: OrderError) -> OrderError {
        let recorded = async {
            let binding = self.load_binding(&order.binding).await?;
            let subject = crate::order_journal::Subject {
                record: None,
                target: order.request.target(),
            };
            let chain = self.open_chain(order, &binding).await?;
            chain.record(self.now(), subject, Some(&refusal)).await
        };
        if let Err(err) = recorded.await {
            let reason = err.to_string();
            tracing::error!(reason, "a refused order was not stored");
        }
        refusal
    }

    async fn show_values(
        &self,
        order: &Order,
        context: &OrderContext<'_>,
    ) -> Result<Reply, OrderError> {
        let reply = context.perform(&order.request).await?;
        if is_later_page(&order.request) {
            return Ok(reply);
        }
        let chain = self.open_chain(order, &context.binding).await?;
        chain
            .record(self.now(), context.subject.subject(), None)
            .await?;
        Ok(reply)
    }

    async fn change(&self, order: &Order, context: &OrderContext<'_>) -> Result<Reply, OrderError> {
        let mut chain = self.open_chain(order, &context.binding).await?;
        let target = order.request.target();
        chain.begin(self.now(), target.clone()).await?;
        let reply = context.perform(&order.request).await;
        let mut subject = context.subject.subject();
        subject.target = subject.target.or(target);
        chain.end(self.now(), subject, reply.as_ref().err()).await;
        reply
    }

    async fn open_chain(&self, order: &Order, binding: &Binding) -> Result<OrderChain, OrderError> {
        let edit = match &order.request {
            OrderRequest::Ledger(LedgerRequest::Edit(edit)) => Some(edit),
            _ => None,
        };
        self.open_order_chain(binding, &order.actor, order.request.action(), edit)
            .await
    }
}

/// A later page of what the first page has written down: its cursor proves that there was one.
fn is_later_page(request: &OrderRequest) -> bool {
    matches!(request, OrderRequest::Export { cursor: Some(_) })
}

impl OrderContext<'_> {
    async fn perform(&self, request: &OrderRequest) -> Result<Reply, OrderError> {
        match request {
            OrderRequest::Status => Box::pin(self.status()).await,
            OrderRequest::Plan(request) => self.plan(request).await,
            OrderRequest::Writing(request) => self.writing(request).await,
            OrderRequest::Policy(request) => self.policy(request).await,
            OrderRequest::Review(request) => Box::pin(self.review(request)).await,
            OrderRequest::Journal(request) => Box::pin(self.journal(request)).await,
            OrderRequest::Ledger(request) => Box::pin(self.ledger(request)).await,
            OrderRequest::Export { cursor } => self.export(cursor.as_ref()).await,
        }
    }
}
