//! Does what is asked, on a state that somebody has open: reads and decides at once, hands long work to the queue of
//! sweeps, or begins it here where no queue is served.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use directory::text::with_causes;
use directory::{RunId, Timestamp};
use engine::gate::ANSWER_COUNTS_MS;
use engine::plans::{Approval, PlanBody, PlanError, PlanHead, PlanState, Plans};
use engine::policies::{self, Activated, NotActivated};
use full_sync::{Deps, Order as Work};
use state::queue::messages::{PlanMessage, PlanTask, SweepMessage};
use state::store::{Condition, Stored};
use state::{Binding, Pause, WriteError};

use super::order::{Answer, Order, Trouble};
use crate::records;

/// Plans in a list.
const LISTED: usize = 50;

/// Items in one answer: what a page of a table shows, far below what an answer may weigh.
const PAGE: usize = 500;

/// How long a pause waits for plans that are being applied to say that they stopped.
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// Between two looks at them.
const LOOK: Duration = Duration::from_millis(50);

/// Why work that was asked for did not begin, by plan: nothing else would tell whoever waits for it.
pub type Failures = Arc<Mutex<BTreeMap<RunId, String>>>;

/// The desk of one machine.
#[derive(Clone)]
pub struct PlanDesk {
    /// What runs are made of.
    pub deps: Deps,
    /// What did not begin.
    pub failures: Failures,
    /// Somebody serves the queue of sweeps; otherwise work begins here.
    pub is_served: bool,
    /// Work that was begun here and has not ended.
    pub busy: Arc<AtomicUsize>,
}

impl PlanDesk {
    /// Does what is asked.
    ///
    /// # Errors
    /// [`Trouble`]; nothing changed then.
    pub async fn serve(&self, order: &Order) -> Result<Answer, Trouble> {
        let binding = self.binding().await?;
        let plans = self.deps.corps.plans(&binding, &self.deps.archive).await.map_err(|err| unusable(&err))?;
        match order {
            Order::Make => self.make(&binding).await,
            Order::List => {
                let heads = plans.newest(LISTED).await.map_err(|err| of_plan(&err))?;
                Ok(Answer::Heads(heads.into_iter().map(|stored| stored.body).collect()))
            }
            Order::Head(id) => self.head(&plans, id).await,
            Order::Show { id, from } => show(&plans, id, *from).await,
            Order::Approve { id, by, hours_max } => self.approve(&plans, &binding, id, by, *hours_max).await,
            Order::Apply { id, hours_max } => self.apply(&plans, &binding, id, *hours_max).await,
            Order::Pause { by } => self.pause(&plans, &binding, by).await,
            Order::Resume => self.resume(&plans, &binding).await,
            Order::Shadow(on) => self.shadow(&binding, *on).await,
            Order::SetPolicy { text, by } => self.set_policy(&binding, text, by).await,
            Order::Rollback { to } => {
                let activated = policies::rollback(&self.deps.corps.store, &binding, *to).await;
                self.activated(&binding, activated).await
            }
            Order::ActivePolicy => self.policy(&binding, binding.policy, false).await,
            Order::Records(order) => {
                let answer = Box::pin(records::desk::serve(self, &binding, order)).await?;
                Ok(Answer::Records(Box::new(answer)))
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.deps.corps.clock.now()
    }

    async fn binding(&self) -> Result<Binding, Trouble> {
        let bindings = self.deps.corps.store.bindings().await.map_err(|err| unusable(&err))?;
        bindings.into_iter().next().map(|stored| stored.body).ok_or(Trouble::Unbound)
    }

    async fn change(&self, binding: &Binding, change: impl Fn(&mut Binding) + Send + Sync) -> Result<(), Trouble> {
        let changed = self.deps.corps.store.change_binding(&binding.id, change).await;
        changed.map_err(|err| unusable(&err))?.map(|_| ()).ok_or(Trouble::Unbound)
    }

    /// Through the queue of sweeps, one run of a corp at a time; here where nobody serves it.
    async fn begin(&self, binding: &Binding, plan: RunId, task: PlanTask, hours_max: u32) -> Result<(), Trouble> {
        let (id, corp) = (binding.id.clone(), binding.corp_id.clone());
        let message = PlanMessage { binding: id, corp, plan, task, hours_max, at: self.now() };
        self.forget(&message.plan);
        if self.is_served {
            let message = message.to_message().map_err(|err| unusable(&err))?;
            return self.deps.sweeps.send(message).await.map_err(|err| unusable(&err));
        }
        let (deps, failures) = (self.deps.clone(), Arc::clone(&self.failures));
        let busy = Arc::clone(&self.busy);
        busy.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let plan = message.plan.clone();
            if let Err(err) = full_sync::perform(&deps, &Work::Plan(message), None, Arc::new(|_| {})).await {
                note(&failures, plan, &err);
            }
            busy.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(())
    }

    /// Somebody may be applying a plan now.
    fn works(&self) -> bool {
        self.is_served || self.busy.load(Ordering::Relaxed) > 0
    }

    /// Waits until what was begun here has ended.
    pub async fn settled(&self) {
        while self.busy.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn forget(&self, plan: &RunId) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(plan);
    }

    async fn make(&self, binding: &Binding) -> Result<Answer, Trouble> {
        let id = self.deps.corps.new_run();
        let id = id.ok_or(Trouble::Unusable { why: "the plan could not be named".to_owned() })?;
        self.begin(binding, id.clone(), PlanTask::Make, engine::plans::AGE_MAX_HOURS).await?;
        Ok(Answer::Asked(id))
    }

    async fn head(&self, plans: &Plans, id: &RunId) -> Result<Answer, Trouble> {
        let failed = self.failures.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(why) = failed {
            return Err(Trouble::Failed { why });
        }
        let stored = plans.head(id).await.map_err(|err| of_plan(&err))?;
        Ok(Answer::Head(Box::new(stored.body)))
    }

    async fn approve(
        &self,
        plans: &Plans,
        binding: &Binding,
        id: &RunId,
        by: &str,
        hours_max: u32,
    ) -> Result<Answer, Trouble> {
        let stored = plans.head(id).await.map_err(|err| of_plan(&err))?;
        let now = self.now();
        stored.body.may_be_approved(binding.policy, now, hours_max)?;
        // What is approved can be opened, and is what was made.
        plans.body(&stored.body).await.map_err(|err| of_plan(&err))?;
        let approved = Some(Approval { by: by.to_owned(), at: now, hash: stored.body.hash.clone() });
        let head = PlanHead { state: PlanState::Approved, approved, ..stored.body };
        plans.put(&head, Condition::Version(stored.version)).await.map_err(|err| of_plan(&err))?;
        Ok(Answer::Head(Box::new(head)))
    }

    async fn apply(&self, plans: &Plans, binding: &Binding, id: &RunId, hours_max: u32) -> Result<Answer, Trouble> {
        let stored = plans.head(id).await.map_err(|err| of_plan(&err))?;
        stored.body.may_be_applied(binding.policy, self.now(), hours_max)?;
        if let Some(closed) = binding.closed_to_plans() {
            return Err(Trouble::NotNow { why: closed.to_string(), code: "closed".to_owned() });
        }
        self.forget_stop(plans, stored).await?;
        self.begin(binding, id.clone(), PlanTask::Apply, hours_max).await?;
        Ok(Answer::Asked(id.clone()))
    }

    /// Whoever waits must not take the last stop for a new one.
    async fn forget_stop(&self, plans: &Plans, stored: Stored<PlanHead>) -> Result<(), Trouble> {
        let mut head = stored.body;
        if let Some(applied) = head.applied.as_mut()
            && applied.stopped.take().is_some()
        {
            plans.put(&head, Condition::Version(stored.version)).await.map_err(|err| of_plan(&err))?;
        }
        Ok(())
    }

    /// Stops all writes. Answers when no further one begins: the gate's answers count for a moment, and plans that are being
    /// applied say that they stopped.
    async fn pause(&self, plans: &Plans, binding: &Binding, by: &str) -> Result<Answer, Trouble> {
        let pause = Pause { since: self.now(), by: by.to_owned() };
        self.change(binding, |binding| _ = binding.paused.get_or_insert_with(|| pause.clone())).await?;
        let counts = u64::try_from(ANSWER_COUNTS_MS).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(counts)).await;
        let deadline = tokio::time::Instant::now() + STOPS_WITHIN;
        let mut stopped = Vec::new();
        loop {
            let (quiet, busy): (Vec<_>, Vec<_>) =
                self.being_applied(plans).await?.into_iter().partition(|(_, is_stopped)| *is_stopped);
            stopped.extend(quiet.into_iter().map(|(id, _)| id));
            stopped.dedup();
            if busy.is_empty() || !self.works() || tokio::time::Instant::now() >= deadline {
                let silent = busy.into_iter().map(|(id, _)| id).collect();
                return Ok(Answer::Paused { stopped, silent });
            }
            stopped.clear();
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Plans that were begun and not ended, and whether they stopped.
    async fn being_applied(&self, plans: &Plans) -> Result<Vec<(RunId, bool)>, Trouble> {
        let heads = plans.newest(LISTED).await.map_err(|err| of_plan(&err))?;
        let applying = heads.into_iter().map(|stored| stored.body).filter(|head| head.state == PlanState::Applying);
        let stopped = |head: PlanHead| (head.id, head.applied.is_some_and(|applied| applied.stopped.is_some()));
        Ok(applying.map(stopped).collect())
    }

    async fn resume(&self, plans: &Plans, binding: &Binding) -> Result<Answer, Trouble> {
        self.change(binding, |binding| binding.paused = None).await?;
        let mut goes_on = Vec::new();
        for (id, _) in self.being_applied(plans).await? {
            let stored = plans.head(&id).await.map_err(|err| of_plan(&err))?;
            self.forget_stop(plans, stored).await?;
            self.begin(binding, id.clone(), PlanTask::Apply, engine::plans::AGE_MAX_HOURS).await?;
            goes_on.push(id);
        }
        self.ask_for_sweep(binding, "resume").await?;
        Ok(Answer::Resumed { goes_on })
    }

    async fn shadow(&self, binding: &Binding, on: bool) -> Result<Answer, Trouble> {
        self.change(binding, |binding| binding.shadow = on).await?;
        if binding.shadow && !on {
            self.ask_for_sweep(binding, "live").await?;
        }
        Ok(Answer::Shadow(on))
    }

    /// What came while nothing was written is looked at by the next sweep, which need not wait for its turn.
    async fn ask_for_sweep(&self, binding: &Binding, because: &str) -> Result<(), Trouble> {
        let (id, corp) = (binding.id.clone(), binding.corp_id.clone());
        let message = SweepMessage { binding: id, corp, run: None, because: because.to_owned(), at: self.now() };
        let message = message.to_message().map_err(|err| unusable(&err))?;
        self.deps.sweeps.send(message).await.map_err(|err| unusable(&err))
    }

    async fn set_policy(&self, binding: &Binding, text: &str, by: &str) -> Result<Answer, Trouble> {
        let activated = policies::set(&self.deps.corps.store, binding, text, by, self.now()).await;
        self.activated(binding, activated).await
    }

    async fn activated(
        &self,
        binding: &Binding,
        activated: Result<Activated, NotActivated>,
    ) -> Result<Answer, Trouble> {
        match activated {
            Ok(Activated::Same(version)) => self.policy(binding, version, true).await,
            Ok(Activated::Back(version)) => {
                self.ask_for_sweep(binding, "policy").await?;
                self.policy(binding, version, false).await
            }
            Ok(Activated::Pending(version)) => self.policy(binding, version, false).await,
            Err(NotActivated::Refused(_)) => Err(Trouble::PolicyRefused),
            Err(NotActivated::NoVersion(version)) => Err(Trouble::NoVersion(version)),
            Err(err) => Err(unusable(&err)),
        }
    }

    async fn policy(&self, binding: &Binding, version: u64, same: bool) -> Result<Answer, Trouble> {
        let policy = policies::policy(&self.deps.corps.store, &binding.corp_id, version).await;
        let document = policy.map_err(|err| unusable(&err))?.pretty();
        Ok(Answer::Policy { version, pending: version != binding.policy_applied, same, document })
    }
}

/// Notes why work did not begin, or stopped.
pub fn note(failures: &Failures, plan: RunId, err: &full_sync::Trouble) {
    failures.lock().unwrap_or_else(PoisonError::into_inner).insert(plan, with_causes(err));
}

async fn show(plans: &Plans, id: &RunId, from: usize) -> Result<Answer, Trouble> {
    let stored = plans.head(id).await.map_err(|err| of_plan(&err))?;
    let body = plans.body(&stored.body).await.map_err(|err| of_plan(&err))?;
    let items: Vec<_> = body.items.into_iter().skip(from).take(PAGE).collect();
    let named = |link: &directory::LinkId| items.iter().any(|item| refers_to(item, *link));
    let labels = body.labels.into_iter().filter(|(link, _)| named(link)).collect();
    let held = if from == 0 { body.held.into_iter().take(PAGE).collect() } else { Vec::new() };
    Ok(Answer::Plan { head: Box::new(stored.body), body: Box::new(PlanBody { items, held, labels }) })
}

fn refers_to(item: &engine::plans::PlannedItem, link: directory::LinkId) -> bool {
    let text = link.to_string();
    let values = item.parts.iter().flat_map(|part| &part.changes).flat_map(|change| [&change.before, &change.after]);
    values.flatten().any(|value| matches!(value, directory::Value::Refs(refs) if refs.contains(&text)))
}

fn of_plan(err: &PlanError) -> Trouble {
    match err {
        PlanError::Unknown => Trouble::NoPlan,
        PlanError::Write(WriteError::Stale) => Trouble::Stale,
        err => unusable(err),
    }
}

pub(crate) fn unusable(err: &dyn std::error::Error) -> Trouble {
    Trouble::Unusable { why: with_causes(err) }
}
