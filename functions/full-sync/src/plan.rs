//! Plans: made by a run that writes nothing, applied chunk by chunk from where they stand.

use directory::{RunId, Timestamp};
use engine::gate::Purpose;
use engine::plans::{Applied, Applying, NewPlan, PlanError, PlanHead, PlanState, Plans};
use engine::report::RunReport;
use engine::{Engine, LookError};
use state::queue::messages::PlanMessage;
use state::store::{Condition, Stored};
use state::{Binding, WriteError};

use crate::sweep::{MARGIN_MS, Told, nothing, order, record, remember, update_binding};
use crate::{Deps, Trouble};

/// Makes the plan that a message asks for. The report says what was read; nothing was written.
///
/// # Errors
/// [`Trouble`]; a plan that could not be made is stored as such, with its reason.
pub async fn make(
    deps: &Deps,
    message: &PlanMessage,
    deadline: Option<Timestamp>,
    progress: Told,
) -> Result<RunReport, Trouble> {
    let (binding, engine) = deps.corps.engine(&message.binding, Purpose::Follow).await?;
    let id = message.plan.clone();
    let (_, report) = keep(deps, (&binding.body, &engine), id, "command", deadline, progress).await?;
    Ok(report)
}

/// Makes a plan and stores it under `id`.
pub(crate) async fn keep(
    deps: &Deps,
    (binding, engine): (&Binding, &Engine),
    id: RunId,
    because: &str,
    deadline: Option<Timestamp>,
    progress: Told,
) -> Result<(PlanHead, RunReport), Trouble> {
    let now = deps.corps.clock.now();
    let planned = engine.plan(&order(binding, engine, id.clone(), deadline, now, progress)).await;
    let plans = deps.corps.plans(binding, &deps.archive).await?;
    let calls_per_second = binding.calls_per_second;
    let new = NewPlan { id, binding: &binding.id, because, policy: binding.policy, calls_per_second, at: now };
    remember(deps, &binding.id, &planned.swept, now).await?;
    let mut report = planned.swept.report.clone();
    report.held.clone_from(&planned.held);
    // A deadline ends a plan; it has no continuation.
    report.continues = false;
    let head = if planned.swept.turned {
        plans.keep(new, planned).await?
    } else {
        plans.keep_failure(new, report.notes.clone()).await?
    };
    report.plan = Some(head.id.as_str().to_owned());
    Ok((head, report))
}

/// Applies an approved plan, or goes on with it, chunk by chunk; each is stored before the next begins.
///
/// # Errors
/// [`Trouble::NotNow`] where it may not be applied; [`Trouble::Interrupted`] where it stopped, with the reason in its head:
/// it goes on from there.
pub async fn apply(deps: &Deps, message: &PlanMessage, deadline: Option<Timestamp>) -> Result<RunReport, Trouble> {
    let store = &deps.corps.store;
    let binding = store.binding(&message.binding).await?.ok_or(engine::NoEngine::Unknown)?.body;
    let plans = deps.corps.plans(&binding, &deps.archive).await?;
    let stored = plans.head(&message.plan).await?;
    let now = deps.corps.clock.now();
    stored.body.may_be_applied(binding.policy, now, message.hours_max)?;
    let purpose = Purpose::Plan(stored.body.policy);
    if let Some(why) = purpose.closed(&binding) {
        let run = stored.body.applied.as_ref().map_or_else(|| stored.body.id.clone(), |applied| applied.run.clone());
        if stored.body.state == PlanState::Applying {
            Standing { plans: &plans, stored }.stop(why.clone()).await?;
        }
        return Ok(nothing(run, now, &why));
    }
    let (_, engine) = deps.corps.engine(&message.binding, purpose).await?;
    let body = plans.body(&stored.body).await?;
    let mut standing = Standing { plans: &plans, stored };
    let applied = standing.begin(deps).await?;
    let mut sight = engine.sight().await.map_err(Trouble::Interrupted)?;
    sight.canary.clone_from(&binding.canary);
    let applying = engine.applying(applied.run, sight, &body.items, applied.place);
    work(deps, (message, &binding), standing, applying, deadline).await
}

async fn work(
    deps: &Deps,
    (message, binding): (&PlanMessage, &Binding),
    mut standing: Standing<'_>,
    mut applying: Applying<'_>,
    deadline: Option<Timestamp>,
) -> Result<RunReport, Trouble> {
    let now = || deps.corps.clock.now();
    let deadline = deadline.filter(|deadline| *deadline > now()).map(|deadline| deadline.plus_millis(-MARGIN_MS));
    loop {
        if deadline.is_some_and(|deadline| now() >= deadline) {
            let next = PlanMessage { at: now(), ..message.clone() };
            deps.sweeps.send(next.to_message()?).await?;
            let mut report = applying.close(false).await;
            report.continues = true;
            return Ok(report);
        }
        match applying.step().await {
            Ok(true) => standing.keep(&applying).await?,
            Ok(false) => break,
            Err(err) => return stopped(deps, binding, standing, applying, err).await,
        }
    }
    let mut report = applying.close(true).await;
    standing.done(now(), &mut report).await?;
    record(deps, binding, &report).await;
    let head = &standing.stored.body;
    if head.complete {
        let (policy, id) = (head.policy, &binding.id);
        // The preview that a changed policy waits for was shown, approved and applied.
        update_binding(deps, id, |binding| {
            if binding.policy == policy {
                binding.policy_applied = policy;
            }
        })
        .await?;
    }
    Ok(report)
}

/// What stopped it is in the head, with where it stood.
async fn stopped(
    deps: &Deps,
    binding: &Binding,
    mut standing: Standing<'_>,
    applying: Applying<'_>,
    err: LookError,
) -> Result<RunReport, Trouble> {
    standing.stop(err.sentence()).await?;
    let mut report = applying.close(false).await;
    report.notes.push(format!("the plan was interrupted: {}", err.sentence()));
    report.plan = Some(standing.stored.body.id.as_str().to_owned());
    record(deps, binding, &report).await;
    match err {
        // Somebody closed the gate: that is an answer, not a failure.
        LookError::Closed(_) => Ok(report),
        err => Err(Trouble::Interrupted(err)),
    }
}

/// A head, and the version under which it is stored: whoever else applies the same plan is noticed.
struct Standing<'a> {
    plans: &'a Plans,
    stored: Stored<PlanHead>,
}

impl Standing<'_> {
    async fn put(&mut self) -> Result<(), Trouble> {
        match self.plans.put(&self.stored.body, Condition::Version(self.stored.version)).await {
            Ok(version) => self.stored.version = version,
            Err(PlanError::Write(WriteError::Stale)) => {
                let sentence = "somebody else applies the same plan, or changed it meanwhile";
                return Err(Trouble::Interrupted(LookError::NotYet(sentence)));
            }
            Err(err) => return Err(err.into()),
        }
        Ok(())
    }

    async fn begin(&mut self, deps: &Deps) -> Result<Applied, Trouble> {
        let run = deps.corps.new_run().ok_or(Trouble::Run)?;
        let new = || Applied {
            run,
            began_at: deps.corps.clock.now(),
            ended_at: None,
            place: Default::default(),
            stopped: None,
        };
        let mut applied = self.stored.body.applied.clone().unwrap_or_else(new);
        applied.stopped = None;
        self.stored.body.state = PlanState::Applying;
        self.stored.body.applied = Some(applied.clone());
        self.put().await?;
        Ok(applied)
    }

    async fn keep(&mut self, applying: &Applying<'_>) -> Result<(), Trouble> {
        if let Some(applied) = &mut self.stored.body.applied {
            applied.place = applying.place().clone();
        }
        self.put().await
    }

    async fn stop(&mut self, why: String) -> Result<(), Trouble> {
        if let Some(applied) = &mut self.stored.body.applied {
            applied.stopped = Some(why);
        }
        self.put().await
    }

    async fn done(&mut self, at: Timestamp, report: &mut RunReport) -> Result<(), Trouble> {
        self.stored.body.state = PlanState::Applied;
        report.plan = Some(self.stored.body.id.as_str().to_owned());
        if let Some(applied) = &mut self.stored.body.applied {
            applied.ended_at = Some(at);
            let outcomes = applied.place.outcomes;
            report.complete = report.complete && outcomes.failed == 0;
            if outcomes.refused > 0 {
                let sentence =
                    format!("{} items had moved since the plan was made and were left as they are", outcomes.refused);
                report.notes.push(sentence);
            }
        }
        self.put().await
    }
}
