//! Plans: listed, shown, approved; made and applied through the queue of sweeps, one run of a corp at a time.

use directory::decide::ValueChange;
use directory::text::PersonalText;
use directory::{FieldValue, Reason, RunId};
use engine::plans::{AGE_MAX_HOURS, Approval, PlanBody, PlanError, PlanHead, PlanState, PlanStore};
use state::WriteError;
use state::queue::messages::{PlanMessage, PlanTask};
use state::store::{PutCondition, StoredItem};

use crate::desk::OrderContext;
use crate::error::{OrderError, unnamed_run};
use crate::masking::mask_value;
use crate::order::PlanRequest;
use crate::paging::{Cursor, PAGE_SIZE, Page};
use crate::reply::Reply;

impl OrderContext<'_> {
    pub(crate) async fn plan(&self, request: &PlanRequest) -> Result<Reply, OrderError> {
        let plans = self.plan_store().await?;
        match request {
            PlanRequest::Make => self.make_plan().await,
            PlanRequest::List { cursor } => list_plans(&plans, cursor.as_ref()).await,
            PlanRequest::Head(id) => {
                let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
                Ok(Reply::Plan(Box::new(stored.body)))
            }
            PlanRequest::Running => Ok(Reply::Running(list_applying(&plans).await?)),
            PlanRequest::Show { id, from } => show_plan(&plans, id, *from).await,
            PlanRequest::Approve { id, hours_max } => {
                self.approve_plan(&plans, id, *hours_max).await
            }
            PlanRequest::Apply { id, hours_max } => self.apply_plan(&plans, id, *hours_max).await,
        }
    }

    pub(crate) async fn plan_store(&self) -> Result<PlanStore, OrderError> {
        let plans = self
            .desk
            .corps
            .plan_store(&self.binding, &self.desk.archive);
        plans.await.map_err(|err| OrderError::unusable(&err))
    }

    /// Queues work on a plan.
    pub(crate) async fn queue_task(
        &self,
        plan: RunId,
        task: PlanTask,
        hours_max: u32,
    ) -> Result<(), OrderError> {
        let message = PlanMessage {
            binding: self.binding.id.clone(),
            corp: self.binding.corp_id.clone(),
            plan,
            task,
            hours_max,
            at: self.now(),
        };
        let message = message
            .to_message()
            .map_err(|err| OrderError::unusable(&err))?;
        let sent = self.desk.sweeps.send(message).await;
        sent.map_err(|err| OrderError::unusable(&err))
    }

    async fn make_plan(&self) -> Result<Reply, OrderError> {
        let id = self.desk.corps.new_run_id();
        let id = id.ok_or_else(unnamed_run)?;
        self.subject.name_target(id.as_str());
        self.queue_task(id.clone(), PlanTask::Make, AGE_MAX_HOURS)
            .await?;
        Ok(Reply::PlanQueued(id))
    }

    async fn approve_plan(
        &self,
        plans: &PlanStore,
        id: &RunId,
        hours_max: u32,
    ) -> Result<Reply, OrderError> {
        let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
        let now = self.now();
        stored
            .body
            .may_be_approved(self.binding.policy, now, hours_max)?;
        // What is approved can be opened, and is what was made.
        plans
            .load_body(&stored.body)
            .await
            .map_err(|err| of_plan(&err))?;
        let approved = Some(Approval {
            by: self.by.to_owned(),
            at: now,
            hash: stored.body.hash.clone(),
        });
        let head = PlanHead {
            state: PlanState::Approved,
            approved,
            ..stored.body
        };
        plans
            .put_head(&head, PutCondition::Version(stored.version))
            .await
            .map_err(|err| of_plan(&err))?;
        Ok(Reply::Plan(Box::new(head)))
    }

    async fn apply_plan(
        &self,
        plans: &PlanStore,
        id: &RunId,
        hours_max: u32,
    ) -> Result<Reply, OrderError> {
        let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
        stored
            .body
            .may_be_applied(self.binding.policy, self.now(), hours_max)?;
        if let Some(closed) = self.binding.plan_block() {
            return Err(OrderError::NotNow {
                why: Reason::from(closed),
            });
        }
        forget_last_stop(plans, stored).await?;
        self.queue_task(id.clone(), PlanTask::Apply, hours_max)
            .await?;
        Ok(Reply::PlanQueued(id.clone()))
    }
}

/// Clears the last stop and the last failure: whoever watches the plan must not take them for new ones.
pub(crate) async fn forget_last_stop(
    plans: &PlanStore,
    stored: StoredItem<PlanHead>,
) -> Result<(), OrderError> {
    let mut head = stored.body;
    let stopped = head
        .applied
        .as_mut()
        .and_then(|applied| applied.stopped.take());
    if stopped.is_some() || head.failure.take().is_some() {
        head.failure = None;
        plans
            .put_head(&head, PutCondition::Version(stored.version))
            .await
            .map_err(|err| of_plan(&err))?;
    }
    Ok(())
}

/// Plans that were begun and not ended, among the newest ones.
pub(crate) async fn list_applying(plans: &PlanStore) -> Result<Vec<PlanHead>, OrderError> {
    let newest = plans.list_newest(PAGE_SIZE).await;
    let newest = newest.map_err(|err| of_plan(&err))?;
    Ok(newest
        .into_iter()
        .map(|stored| stored.body)
        .filter(|head| head.state == PlanState::Applying)
        .collect())
}

async fn list_plans(plans: &PlanStore, cursor: Option<&Cursor>) -> Result<Reply, OrderError> {
    let before = cursor
        .map(|cursor| RunId::new(cursor.as_str()))
        .transpose()
        .map_err(|_| OrderError::NoCursor)?;
    let stored = plans
        .list_before(before.as_ref(), PAGE_SIZE)
        .await
        .map_err(|err| of_plan(&err))?;
    let ids: Vec<String> = stored.iter().map(|stored| stored.id.clone()).collect();
    let heads = stored.into_iter().map(|stored| stored.body).collect();
    Ok(Reply::Plans(Page::behind(
        heads,
        ids.iter().map(String::as_str),
    )))
}

async fn show_plan(plans: &PlanStore, id: &RunId, from: usize) -> Result<Reply, OrderError> {
    let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
    let mut body = plans
        .load_items(&stored.body, from, PAGE_SIZE)
        .await
        .map_err(|err| of_plan(&err))?;
    mask_body(&mut body);
    Ok(Reply::PlanItems {
        head: Box::new(stored.body),
        body: Box::new(body),
    })
}

fn mask_body(body: &mut PlanBody) {
    let parts = body.items.iter_mut().flat_map(|item| &mut item.parts);
    for change in parts.flat_map(|part| &mut part.changes) {
        mask_change(change);
    }
}

fn mask_change(change: &mut ValueChange) {
    let field = change.field;
    for value in [&mut change.before, &mut change.after]
        .into_iter()
        .flatten()
    {
        if let FieldValue::Text(text) = value {
            *text = PersonalText::new(mask_value(field, text.expose()));
        }
    }
}

pub(crate) fn of_plan(err: &PlanError) -> OrderError {
    match err {
        PlanError::Unknown => OrderError::NoPlan,
        PlanError::Write(WriteError::Stale) => OrderError::Stale,
        err => OrderError::unusable(err),
    }
}
