//! Whether anything is written: the pause, and shadow mode.

use directory::RunId;
use engine::plans::AGE_MAX_HOURS;
use state::queue::messages::{PlanTask, SweepMessage};
use state::{Binding, WritePause};

use crate::desk::OrderContext;
use crate::error::OrderError;
use crate::order::WritingRequest;
use crate::plans::{forget_last_stop, list_applying, of_plan};
use crate::reply::Reply;

impl OrderContext<'_> {
    pub(crate) async fn writing(&self, request: &WritingRequest) -> Result<Reply, OrderError> {
        match request {
            WritingRequest::Pause => self.pause().await,
            WritingRequest::Resume => self.resume().await,
            WritingRequest::Shadow(on) => self.set_shadow(*on).await,
        }
    }

    /// Stores the pause. No write begins once the gate's answers have expired, 200 ms later; plans that are being applied
    /// say in their heads that they stopped.
    async fn pause(&self) -> Result<Reply, OrderError> {
        let pause = WritePause {
            since: self.now(),
            by: self.by.to_owned(),
        };
        let changed = self
            .change_binding(|binding| {
                _ = binding.paused.get_or_insert_with(|| pause.clone());
            })
            .await?;
        let since = changed.paused.map_or(pause.since, |paused| paused.since);
        Ok(Reply::Paused { since })
    }

    async fn resume(&self) -> Result<Reply, OrderError> {
        self.change_binding(|binding| binding.paused = None).await?;
        let plans = self.plan_store().await?;
        let mut goes_on: Vec<RunId> = Vec::new();
        for head in list_applying(&plans).await? {
            let stored = plans
                .load_head(&head.id)
                .await
                .map_err(|err| of_plan(&err))?;
            forget_last_stop(&plans, stored).await?;
            self.queue_task(head.id.clone(), PlanTask::Apply, AGE_MAX_HOURS)
                .await?;
            goes_on.push(head.id);
        }
        self.queue_sweep("resume").await?;
        Ok(Reply::Resumed { goes_on })
    }

    async fn set_shadow(&self, on: bool) -> Result<Reply, OrderError> {
        self.change_binding(|binding| binding.shadow = on).await?;
        if self.binding.shadow && !on {
            self.queue_sweep("live").await?;
        }
        Ok(Reply::Shadow(on))
    }

    async fn change_binding(
        &self,
        change: impl Fn(&mut Binding) + Send + Sync,
    ) -> Result<Binding, OrderError> {
        let store = &self.desk.corps.store;
        let changed = store.change_binding(&self.binding.id, change).await;
        changed
            .map_err(|err| OrderError::unusable(&err))?
            .ok_or(OrderError::Unbound)
    }

    /// Asks for a sweep now: what came while nothing was written need not wait for the schedule.
    pub(crate) async fn queue_sweep(&self, because: &str) -> Result<(), OrderError> {
        let message = SweepMessage {
            binding: self.binding.id.clone(),
            corp: self.binding.corp_id.clone(),
            run: None,
            because: because.to_owned(),
            at: self.now(),
        };
        let message = message
            .to_message()
            .map_err(|err| OrderError::unusable(&err))?;
        let sent = self.desk.sweeps.send(message).await;
        sent.map_err(|err| OrderError::unusable(&err))
    }
}
