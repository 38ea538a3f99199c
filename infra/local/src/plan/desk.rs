//! Does what is asked, on a state that somebody has open: reads and decides at once, hands long work to the queue of
//! sweeps, or begins it here where no queue is served.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use directory::reason::{Reason, ReasonCode};
use directory::{RunId, Timestamp};
use engine::gate::ANSWER_VALID_MS;
use engine::plans::{Approval, PlanBody, PlanError, PlanHead, PlanState, PlanStore};
use engine::policy_versions::{self, ActivationError, PolicyActivation};
use full_sync::{RunRequest as Work, SweepDeps};
use state::queue::messages::{PlanMessage, PlanTask, SweepMessage};
use state::store::{PutCondition, StoredItem};
use state::{Binding, WriteError, WritePause};

use super::order::{PlanOrder, PlanOrderError, PlanReply};
use crate::records::desk::handle_record_order;

/// Plans in a list.
const PLANS_LISTED: usize = 50;

/// Items in one answer: what a page of a table shows, far below what an answer may weigh.
const ITEMS_PER_REPLY: usize = 500;

/// How long a pause waits for plans that are being applied to say that they stopped.
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// Between two looks at them.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Why work that was asked for did not begin, by plan: nothing else would tell whoever waits for it.
pub type PlanFailures = Arc<Mutex<BTreeMap<RunId, Reason>>>;

/// The desk of one machine.
#[derive(Clone)]
pub struct PlanOrderHandler {
    /// What runs are made of.
    pub deps: SweepDeps,
    /// What did not begin.
    pub failures: PlanFailures,
    /// Somebody serves the queue of sweeps; otherwise work begins here.
    pub is_served: bool,
    /// Work that was begun here and has not ended.
    pub busy: Arc<AtomicUsize>,
}

impl PlanOrderHandler {
    /// Does what is asked.
    ///
    /// # Errors
    /// [`PlanOrderError`]; nothing changed then.
    pub async fn handle_order(&self, order: &PlanOrder) -> Result<PlanReply, PlanOrderError> {
        let binding = self.load_binding().await?;
        let plans = self
            .deps
            .corps
            .plan_store(&binding, &self.deps.archive)
            .await
            .map_err(|err| unusable_state(&err))?;
        match order {
            PlanOrder::Make => self.make(&binding).await,
            PlanOrder::List => {
                let heads = plans
                    .list_newest(PLANS_LISTED)
                    .await
                    .map_err(|err| of_plan(&err))?;
                Ok(PlanReply::Heads(
                    heads.into_iter().map(|stored| stored.body).collect(),
                ))
            }
            PlanOrder::Head(id) => self.head(&plans, id).await,
            PlanOrder::Show { id, from } => show(&plans, id, *from).await,
            PlanOrder::Approve { id, by, hours_max } => {
                self.approve(&plans, &binding, id, by, *hours_max).await
            }
            PlanOrder::Apply { id, hours_max } => {
                self.apply(&plans, &binding, id, *hours_max).await
            }
            PlanOrder::Pause { by } => self.pause(&plans, &binding, by).await,
            PlanOrder::Resume => self.resume(&plans, &binding).await,
            PlanOrder::Shadow(on) => self.shadow(&binding, *on).await,
            PlanOrder::SetPolicy { text, by } => self.set_policy(&binding, text, by).await,
            PlanOrder::Rollback { to } => {
                let activated =
                    policy_versions::roll_back_policy(&self.deps.corps.store, &binding, *to).await;
                self.reply_to_activation(&binding, activated).await
            }
            PlanOrder::ActivePolicy => self.show_policy(&binding, binding.policy, false).await,
            PlanOrder::Records(order) => {
                let answer = Box::pin(handle_record_order(self, &binding, order)).await?;
                Ok(PlanReply::Records(Box::new(answer)))
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.deps.corps.clock.now()
    }

    async fn load_binding(&self) -> Result<Binding, PlanOrderError> {
        let bindings = self
            .deps
            .corps
            .store
            .list_bindings()
            .await
            .map_err(|err| unusable_state(&err))?;
        bindings
            .into_iter()
            .next()
            .map(|stored| stored.body)
            .ok_or(PlanOrderError::Unbound)
    }

    async fn change_binding(
        &self,
        binding: &Binding,
        change: impl Fn(&mut Binding) + Send + Sync,
    ) -> Result<(), PlanOrderError> {
        let changed = self
            .deps
            .corps
            .store
            .change_binding(&binding.id, change)
            .await;
        changed
            .map_err(|err| unusable_state(&err))?
            .map(|_| ())
            .ok_or(PlanOrderError::Unbound)
    }

    /// Through the queue of sweeps, one run of a corp at a time; here where nobody serves it.
    async fn begin_task(
        &self,
        binding: &Binding,
        plan: RunId,
        task: PlanTask,
        hours_max: u32,
    ) -> Result<(), PlanOrderError> {
        let (id, corp) = (binding.id.clone(), binding.corp_id.clone());
        let message = PlanMessage {
            binding: id,
            corp,
            plan,
            task,
            hours_max,
            at: self.now(),
        };
        self.forget_failure(&message.plan);
        if self.is_served {
            let message = message.to_message().map_err(|err| unusable_state(&err))?;
            return self
                .deps
                .sweeps
                .send(message)
                .await
                .map_err(|err| unusable_state(&err));
        }
        let (deps, failures) = (self.deps.clone(), Arc::clone(&self.failures));
        let busy = Arc::clone(&self.busy);
        busy.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let plan = message.plan.clone();
            if let Err(err) =
                full_sync::perform_run(&deps, &Work::Plan(message), None, Arc::new(|_| {})).await
            {
                note_failure(&failures, plan, &err);
            }
            busy.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(())
    }

    /// Somebody may be applying a plan now.
    fn may_be_applying(&self) -> bool {
        self.is_served || self.busy.load(Ordering::Relaxed) > 0
    }

    /// Waits until what was begun here has ended.
    pub async fn wait_until_idle(&self) {
        while self.busy.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn forget_failure(&self, plan: &RunId) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(plan);
    }

    async fn make(&self, binding: &Binding) -> Result<PlanReply, PlanOrderError> {
        let id = self.deps.corps.new_run_id();
        let id = id.ok_or(PlanOrderError::Unusable {
            why: Reason::new(ReasonCode::RunNotStarted)
                .cause(Reason::stored_text("the plan could not be named")),
        })?;
        self.begin_task(
            binding,
            id.clone(),
            PlanTask::Make,
            engine::plans::AGE_MAX_HOURS,
        )
        .await?;
        Ok(PlanReply::Asked(id))
    }

    async fn head(&self, plans: &PlanStore, id: &RunId) -> Result<PlanReply, PlanOrderError> {
        let failed = self
            .failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned();
        if let Some(why) = failed {
            return Err(PlanOrderError::Failed { why });
        }
        let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
        Ok(PlanReply::Head(Box::new(stored.body)))
    }

    async fn approve(
        &self,
        plans: &PlanStore,
        binding: &Binding,
        id: &RunId,
        by: &str,
        hours_max: u32,
    ) -> Result<PlanReply, PlanOrderError> {
        let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
        let now = self.now();
        stored
            .body
            .may_be_approved(binding.policy, now, hours_max)?;
        // What is approved can be opened, and is what was made.
        plans
            .load_body(&stored.body)
            .await
            .map_err(|err| of_plan(&err))?;
        let approved = Some(Approval {
            by: by.to_owned(),
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
        Ok(PlanReply::Head(Box::new(head)))
    }

    async fn apply(
        &self,
        plans: &PlanStore,
        binding: &Binding,
        id: &RunId,
        hours_max: u32,
    ) -> Result<PlanReply, PlanOrderError> {
        let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
        stored
            .body
            .may_be_applied(binding.policy, self.now(), hours_max)?;
        if let Some(closed) = binding.plan_block() {
            return Err(PlanOrderError::NotNow {
                why: Reason::from(closed),
            });
        }
        self.forget_stop(plans, stored).await?;
        self.begin_task(binding, id.clone(), PlanTask::Apply, hours_max)
            .await?;
        Ok(PlanReply::Asked(id.clone()))
    }

    /// Whoever waits must not take the last stop for a new one.
    async fn forget_stop(
        &self,
        plans: &PlanStore,
        stored: StoredItem<PlanHead>,
    ) -> Result<(), PlanOrderError> {
        let mut head = stored.body;
        if let Some(applied) = head.applied.as_mut()
            && applied.stopped.take().is_some()
        {
            plans
                .put_head(&head, PutCondition::Version(stored.version))
                .await
                .map_err(|err| of_plan(&err))?;
        }
        Ok(())
    }

    /// Stops all writes. Answers when no further one begins: the gate's answers count for a moment, and plans that are being
    /// applied say that they stopped.
    async fn pause(
        &self,
        plans: &PlanStore,
        binding: &Binding,
        by: &str,
    ) -> Result<PlanReply, PlanOrderError> {
        let pause = WritePause {
            since: self.now(),
            by: by.to_owned(),
        };
        self.change_binding(binding, |binding| {
            _ = binding.paused.get_or_insert_with(|| pause.clone());
        })
        .await?;
        let counts = u64::try_from(ANSWER_VALID_MS).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(counts)).await;
        let deadline = tokio::time::Instant::now() + STOPS_WITHIN;
        let mut stopped = Vec::new();
        loop {
            let (quiet, busy): (Vec<_>, Vec<_>) = self
                .being_applied(plans)
                .await?
                .into_iter()
                .partition(|(_, is_stopped)| *is_stopped);
            stopped.extend(quiet.into_iter().map(|(id, _)| id));
            stopped.dedup();
            if busy.is_empty() || !self.may_be_applying() || tokio::time::Instant::now() >= deadline
            {
                let silent = busy.into_iter().map(|(id, _)| id).collect();
                return Ok(PlanReply::Paused { stopped, silent });
            }
            stopped.clear();
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Plans that were begun and not ended, and whether they stopped.
    async fn being_applied(&self, plans: &PlanStore) -> Result<Vec<(RunId, bool)>, PlanOrderError> {
        let heads = plans
            .list_newest(PLANS_LISTED)
            .await
            .map_err(|err| of_plan(&err))?;
        let applying = heads
            .into_iter()
            .map(|stored| stored.body)
            .filter(|head| head.state == PlanState::Applying);
        let stopped = |head: PlanHead| {
            (
                head.id,
                head.applied
                    .is_some_and(|applied| applied.stopped.is_some()),
            )
        };
        Ok(applying.map(stopped).collect())
    }

    async fn resume(
        &self,
        plans: &PlanStore,
        binding: &Binding,
    ) -> Result<PlanReply, PlanOrderError> {
        self.change_binding(binding, |binding| binding.paused = None)
            .await?;
        let mut goes_on = Vec::new();
        for (id, _) in self.being_applied(plans).await? {
            let stored = plans.load_head(&id).await.map_err(|err| of_plan(&err))?;
            self.forget_stop(plans, stored).await?;
            self.begin_task(
                binding,
                id.clone(),
                PlanTask::Apply,
                engine::plans::AGE_MAX_HOURS,
            )
            .await?;
            goes_on.push(id);
        }
        self.ask_for_sweep(binding, "resume").await?;
        Ok(PlanReply::Resumed { goes_on })
    }

    async fn shadow(&self, binding: &Binding, on: bool) -> Result<PlanReply, PlanOrderError> {
        self.change_binding(binding, |binding| binding.shadow = on)
            .await?;
        if binding.shadow && !on {
            self.ask_for_sweep(binding, "live").await?;
        }
        Ok(PlanReply::Shadow(on))
    }

    /// What came while nothing was written is looked at by the next sweep, which need not wait for its turn.
    async fn ask_for_sweep(&self, binding: &Binding, because: &str) -> Result<(), PlanOrderError> {
        let (id, corp) = (binding.id.clone(), binding.corp_id.clone());
        let message = SweepMessage {
            binding: id,
            corp,
            run: None,
            because: because.to_owned(),
            at: self.now(),
        };
        let message = message.to_message().map_err(|err| unusable_state(&err))?;
        self.deps
            .sweeps
            .send(message)
            .await
            .map_err(|err| unusable_state(&err))
    }

    async fn set_policy(
        &self,
        binding: &Binding,
        text: &str,
        by: &str,
    ) -> Result<PlanReply, PlanOrderError> {
        let activated =
            policy_versions::set_policy(&self.deps.corps.store, binding, text, by, self.now())
                .await;
        self.reply_to_activation(binding, activated).await
    }

    async fn reply_to_activation(
        &self,
        binding: &Binding,
        activated: Result<PolicyActivation, ActivationError>,
    ) -> Result<PlanReply, PlanOrderError> {
        match activated {
            Ok(PolicyActivation::Same(version)) => self.show_policy(binding, version, true).await,
            Ok(PolicyActivation::Back(version)) => {
                self.ask_for_sweep(binding, "policy").await?;
                self.show_policy(binding, version, false).await
            }
            Ok(PolicyActivation::Pending(version)) => {
                self.show_policy(binding, version, false).await
            }
            Err(ActivationError::Refused(_)) => Err(PlanOrderError::PolicyRefused),
            Err(ActivationError::NoVersion(version)) => Err(PlanOrderError::NoVersion(version)),
            Err(err) => Err(unusable_state(&err)),
        }
    }

    async fn show_policy(
        &self,
        binding: &Binding,
        version: u64,
        same: bool,
    ) -> Result<PlanReply, PlanOrderError> {
        let policy =
            policy_versions::load_policy(&self.deps.corps.store, &binding.corp_id, version).await;
        let document = policy.map_err(|err| unusable_state(&err))?.pretty_text();
        Ok(PlanReply::Policy {
            version,
            pending: version != binding.policy_applied,
            same,
            document,
        })
    }
}

/// Notes why work did not begin, or stopped.
pub fn note_failure(failures: &PlanFailures, plan: RunId, err: &full_sync::SweepError) {
    failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(plan, Reason::from(err));
}

async fn show(plans: &PlanStore, id: &RunId, from: usize) -> Result<PlanReply, PlanOrderError> {
    let stored = plans.load_head(id).await.map_err(|err| of_plan(&err))?;
    let body = plans
        .load_body(&stored.body)
        .await
        .map_err(|err| of_plan(&err))?;
    let items: Vec<_> = body
        .items
        .into_iter()
        .skip(from)
        .take(ITEMS_PER_REPLY)
        .collect();
    let named = |link: &directory::LinkId| items.iter().any(|item| refers_to(item, *link));
    let labels = body
        .labels
        .into_iter()
        .filter(|(link, _)| named(link))
        .collect();
    let held = if from == 0 {
        body.held.into_iter().take(ITEMS_PER_REPLY).collect()
    } else {
        Vec::new()
    };
    Ok(PlanReply::Plan {
        head: Box::new(stored.body),
        body: Box::new(PlanBody {
            items,
            held,
            labels,
        }),
    })
}

fn refers_to(item: &engine::plans::PlannedItem, link: directory::LinkId) -> bool {
    let text = link.to_string();
    let values = item
        .parts
        .iter()
        .flat_map(|part| &part.changes)
        .flat_map(|change| [&change.before, &change.after]);
    values
        .flatten()
        .any(|value| matches!(value, directory::FieldValue::Refs(refs) if refs.contains(&text)))
}

fn of_plan(err: &PlanError) -> PlanOrderError {
    match err {
        PlanError::Unknown => PlanOrderError::NoPlan,
        PlanError::Write(WriteError::Stale) => PlanOrderError::Stale,
        err => unusable_state(err),
    }
}

pub(crate) fn unusable_state(cause: impl Into<Reason>) -> PlanOrderError {
    PlanOrderError::Unusable { why: cause.into() }
}
