//! Plans: made by a run that writes nothing, applied chunk by chunk from where they stand.

use directory::reason::{Reason, ReasonCode};
use directory::{RunId, Timestamp};
use engine::gate::WritePurpose;
use engine::plans::{NewPlan, PlanError, PlanExecution, PlanHead, PlanRun, PlanState, PlanStore};
use engine::report::RunReport;
use engine::{Engine, LookError};
use state::queue::messages::{PlanMessage, PlanTask};
use state::store::{PutCondition, StoredItem};
use state::{Binding, WriteError};

use crate::sweep::{
    MARGIN_MS, ProgressSink, not_started, record_run, remember_sweep, sweep_order, update_binding,
};
use crate::{SweepDeps, SweepError};

/// Makes the plan that a message asks for. The report says what was read; nothing was written.
///
/// # Errors
/// [`SweepError`]; a plan that could not be made is stored as such, with its reason.
pub async fn make_plan(
    deps: &SweepDeps,
    message: &PlanMessage,
    deadline: Option<Timestamp>,
    progress: ProgressSink,
) -> Result<RunReport, SweepError> {
    let (binding, engine) = deps
        .corps
        .open_engine(&message.binding, WritePurpose::Follow)
        .await?;
    let id = message.plan.clone();
    let (_, report) = make_and_store(
        deps,
        (&binding.body, &engine),
        id,
        "command",
        deadline,
        progress,
    )
    .await?;
    Ok(report)
}

/// Makes a plan and stores it under `id`.
pub(crate) async fn make_and_store(
    deps: &SweepDeps,
    (binding, engine): (&Binding, &Engine),
    id: RunId,
    because: &str,
    deadline: Option<Timestamp>,
    progress: ProgressSink,
) -> Result<(PlanHead, RunReport), SweepError> {
    let now = deps.corps.clock.now();
    let planned = engine
        .plan(&sweep_order(
            binding,
            engine,
            id.clone(),
            deadline,
            now,
            progress,
        ))
        .await;
    let plans = deps.corps.plan_store(binding, &deps.archive).await?;
    let calls_per_second = binding.calls_per_second;
    let new = NewPlan {
        id,
        binding: &binding.id,
        because,
        policy: binding.policy,
        calls_per_second,
        at: now,
    };
    remember_sweep(deps, &binding.id, &planned.swept, now).await?;
    let mut report = planned.swept.report.clone();
    report.held.clone_from(&planned.held);
    // A deadline ends a plan; it has no continuation.
    report.continues = false;
    let head = if planned.swept.turned {
        plans.store_plan(new, planned).await?
    } else {
        plans.store_failure(new, report.notes.clone(), None).await?
    };
    report.plan = Some(head.id.as_str().to_owned());
    Ok((head, report))
}

/// Applies an approved plan, or goes on with it, chunk by chunk; each is stored before the next begins.
///
/// # Errors
/// [`SweepError::NotNow`] where it may not be applied; [`SweepError::Interrupted`] where it stopped, with the reason in its head:
/// it goes on from there.
pub async fn apply_plan(
    deps: &SweepDeps,
    message: &PlanMessage,
    deadline: Option<Timestamp>,
) -> Result<RunReport, SweepError> {
    let store = &deps.corps.store;
    let binding = store
        .get_binding(&message.binding)
        .await?
        .ok_or(engine::EngineError::Unknown)?
        .body;
    let plans = deps.corps.plan_store(&binding, &deps.archive).await?;
    let stored = plans.load_head(&message.plan).await?;
    let now = deps.corps.clock.now();
    stored
        .body
        .may_be_applied(binding.policy, now, message.hours_max)?;
    let purpose = WritePurpose::Plan(stored.body.policy);
    if let Some(why) = purpose.closed_reason(&binding, binding.policy) {
        let run = stored
            .body
            .applied
            .as_ref()
            .map_or_else(|| stored.body.id.clone(), |applied| applied.run.clone());
        if stored.body.state == PlanState::Applying {
            VersionedHead {
                plans: &plans,
                stored,
            }
            .mark_stopped(why.clone())
            .await?;
        }
        return Ok(not_started(run, now, why));
    }
    let (_, engine) = deps.corps.open_engine(&message.binding, purpose).await?;
    let body = plans.load_body(&stored.body).await?;
    let mut standing = VersionedHead {
        plans: &plans,
        stored,
    };
    let applied = standing.begin_applying(deps).await?;
    let mut sight = engine
        .read_visibility()
        .await
        .map_err(SweepError::Interrupted)?;
    sight.canary.clone_from(&binding.canary);
    let applying = engine.begin_plan_run(applied.run, sight, &body.items, applied.place);
    Box::pin(apply_chunks(
        deps,
        (message, &binding),
        standing,
        applying,
        deadline,
    ))
    .await
}

async fn apply_chunks(
    deps: &SweepDeps,
    (message, binding): (&PlanMessage, &Binding),
    mut standing: VersionedHead<'_>,
    mut applying: PlanRun<'_>,
    deadline: Option<Timestamp>,
) -> Result<RunReport, SweepError> {
    let now = || deps.corps.clock.now();
    let deadline = deadline
        .filter(|deadline| *deadline > now())
        .map(|deadline| deadline.plus_millis(-MARGIN_MS));
    loop {
        if deadline.is_some_and(|deadline| now() >= deadline) {
            let next = PlanMessage {
                at: now(),
                ..message.clone()
            };
            deps.sweeps.send(next.to_message()?).await?;
            let mut report = applying.close(false).await;
            report.continues = true;
            return Ok(report);
        }
        match applying.apply_chunk().await {
            Ok(true) => standing.save_place(&applying).await?,
            Ok(false) => break,
            Err(err) => return record_stop(deps, binding, standing, applying, err).await,
        }
    }
    let mut report = applying.close(true).await;
    standing.mark_applied(now(), &mut report).await?;
    record_run(deps, binding, &report).await;
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

/// Stores in the plan's head why it was not made, or why applying it did not begin or ended: the one who asked looks there.
/// A plan that is stopped with its own reason, or that is not to be applied now, stays as it is.
pub(crate) async fn store_plan_failure(
    deps: &SweepDeps,
    message: &PlanMessage,
    err: &SweepError,
) -> Result<(), SweepError> {
    let store = &deps.corps.store;
    let binding = store
        .get_binding(&message.binding)
        .await?
        .ok_or(engine::EngineError::Unknown)?
        .body;
    let plans = deps.corps.plan_store(&binding, &deps.archive).await?;
    let failure = Some(Reason::from(err));
    match (plans.load_head(&message.plan).await, message.task) {
        // A plan that is applied or superseded says so itself.
        (Ok(stored), PlanTask::Apply)
            if !matches!(stored.body.state, PlanState::Approved | PlanState::Applying) =>
        {
            Ok(())
        }
        (Ok(stored), PlanTask::Apply) => {
            let head = PlanHead {
                failure,
                ..stored.body
            };
            let put = plans.put_head(&head, PutCondition::Version(stored.version));
            match put.await {
                // Another run of the same plan says more.
                Ok(_) | Err(PlanError::Write(WriteError::Stale)) => Ok(()),
                Err(err) => Err(err.into()),
            }
        }
        (Err(PlanError::Unknown), PlanTask::Make) => {
            let new = NewPlan {
                id: message.plan.clone(),
                binding: &binding.id,
                because: "command",
                policy: binding.policy,
                calls_per_second: binding.calls_per_second,
                at: deps.corps.clock.now(),
            };
            let notes = Vec::new();
            Ok(plans.store_failure(new, notes, failure).await.map(|_| ())?)
        }
        (Err(PlanError::Unknown), PlanTask::Apply) | (Ok(_), PlanTask::Make) => Ok(()),
        (Err(err), _) => Err(err.into()),
    }
}

/// What stopped it is in the head, with where it stood.
async fn record_stop(
    deps: &SweepDeps,
    binding: &Binding,
    mut standing: VersionedHead<'_>,
    applying: PlanRun<'_>,
    err: LookError,
) -> Result<RunReport, SweepError> {
    standing.mark_stopped(Reason::from(&err)).await?;
    let mut report = applying.close(false).await;
    report
        .notes
        .push(Reason::new(ReasonCode::RunPlanInterrupted).cause(Reason::from(&err)));
    report.plan = Some(standing.stored.body.id.as_str().to_owned());
    record_run(deps, binding, &report).await;
    match err {
        // Somebody closed the gate: that is an answer, not a failure.
        LookError::Closed(_) => Ok(report),
        err => Err(SweepError::Interrupted(err)),
    }
}

/// A head, and the version under which it is stored: whoever else applies the same plan is noticed.
struct VersionedHead<'a> {
    plans: &'a PlanStore,
    stored: StoredItem<PlanHead>,
}

impl VersionedHead<'_> {
    async fn put_head(&mut self) -> Result<(), SweepError> {
        match self
            .plans
            .put_head(
                &self.stored.body,
                PutCondition::Version(self.stored.version),
            )
            .await
        {
            Ok(version) => self.stored.version = version,
            Err(PlanError::Write(WriteError::Stale)) => {
                let changed = LookError::not_yet(ReasonCode::PlanChangedElsewhere);
                return Err(SweepError::Interrupted(changed));
            }
            Err(err) => return Err(err.into()),
        }
        Ok(())
    }

    async fn begin_applying(&mut self, deps: &SweepDeps) -> Result<PlanExecution, SweepError> {
        let run = deps.corps.new_run_id().ok_or(SweepError::Run)?;
        let new = || PlanExecution {
            run,
            began_at: deps.corps.clock.now(),
            ended_at: None,
            place: Default::default(),
            stopped: None,
        };
        let mut applied = self.stored.body.applied.clone().unwrap_or_else(new);
        applied.stopped = None;
        self.stored.body.failure = None;
        self.stored.body.state = PlanState::Applying;
        self.stored.body.applied = Some(applied.clone());
        self.put_head().await?;
        Ok(applied)
    }

    async fn save_place(&mut self, applying: &PlanRun<'_>) -> Result<(), SweepError> {
        if let Some(applied) = &mut self.stored.body.applied {
            applied.place = applying.checkpoint().clone();
        }
        self.put_head().await
    }

    async fn mark_stopped(&mut self, why: Reason) -> Result<(), SweepError> {
        if let Some(applied) = &mut self.stored.body.applied {
            applied.stopped = Some(why);
        }
        self.put_head().await
    }

    async fn mark_applied(
        &mut self,
        at: Timestamp,
        report: &mut RunReport,
    ) -> Result<(), SweepError> {
        self.stored.body.state = PlanState::Applied;
        report.plan = Some(self.stored.body.id.as_str().to_owned());
        if let Some(applied) = &mut self.stored.body.applied {
            applied.ended_at = Some(at);
            let outcomes = applied.place.outcomes;
            report.complete = report.complete && outcomes.failed == 0;
            if outcomes.refused > 0 {
                let moved =
                    Reason::new(ReasonCode::RunItemsMoved).number("items", outcomes.refused);
                report.notes.push(moved);
            }
        }
        self.put_head().await
    }
}
