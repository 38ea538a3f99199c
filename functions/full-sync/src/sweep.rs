//! One corp swept: both sides in step, or a plan where nothing may be written.

use std::sync::Arc;

use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, RunId, Timestamp};
use engine::gate::WritePurpose;
use engine::report::{RunProgress, RunReport};
use engine::reviews::ReviewStore;
use engine::{Engine, EngineError, RunVisibility, SweepOrder, SweepResult};
use runtime::metrics;
use state::queue::messages::{SweepMessage, encode_body};
use state::store::{ControlKind, HeadCopyError, PutCondition};
use state::{Binding, QueueMessage, WriteBlock};

use crate::checkpoint::CheckpointStore;
use crate::{SweepDeps, SweepError, plan};

/// A slice stops this long before Lambda kills it, in milliseconds.
pub const MARGIN_MS: i64 = 90_000;

/// Runs are kept this long, in seconds: half a year.
const KEPT_S: i64 = 183 * 24 * 3600;

/// Records with their reasons that a stored run keeps of each sort; the item has room for some thousand.
const KEPT_RECORDS: usize = 200;

/// Hears how far it is.
pub(crate) type ProgressSink = Arc<dyn Fn(RunProgress) + Send + Sync>;

pub(crate) async fn send_sweep(
    deps: &SweepDeps,
    sweep: &SweepMessage,
    deduplication: String,
) -> Result<(), SweepError> {
    let (group, deduplication) = (Some(sweep.corp.to_string()), Some(deduplication));
    let message = QueueMessage {
        body: encode_body(sweep)?,
        group,
        deduplication,
        delay_s: 0,
    };
    Ok(deps.sweeps.send(message).await?)
}

/// Sweeps one corp, records the run and asks for a continuation where the deadline came first.
///
/// # Errors
/// [`SweepError`]; what goes wrong inside the sweep is in the report instead.
pub async fn sweep_corp(
    deps: &SweepDeps,
    message: &SweepMessage,
    deadline: Option<Timestamp>,
    progress: ProgressSink,
) -> Result<RunReport, SweepError> {
    let (binding, engine) = deps
        .corps
        .open_engine(&message.binding, WritePurpose::Follow)
        .await?;
    let run = message
        .run
        .clone()
        .or_else(|| deps.corps.new_run_id())
        .ok_or(SweepError::Run)?;
    let standing = CheckpointStore::for_run(deps, &binding.body, &run);
    let goes_on = message.run.is_some();
    if goes_on && let Some(report) = standing.ended_report().await? {
        // A continuation that came twice.
        standing.delete_checkpoint().await;
        return Ok(report);
    }
    if goes_on && binding.body.write_block().is_some() {
        // Nobody goes on with this run: what opens the way asks for a new one.
        standing.delete_checkpoint().await;
    }
    match binding.body.write_block() {
        Some(WriteBlock::Paused) => {
            return Ok(not_started(
                run.clone(),
                deps.corps.clock.now(),
                Reason::from(WriteBlock::Paused),
            ));
        }
        Some(closed) => {
            return Box::pin(plan_instead(
                deps,
                &binding.body,
                &engine,
                (run.clone(), closed),
                deadline,
                progress,
            ))
            .await;
        }
        None => {}
    }
    let now = deps.corps.clock.now();
    let records = deps.corps.review_store(&binding.body).await?;
    let mut order = sweep_order(&binding.body, &engine, run.clone(), deadline, now, progress);
    let mut before = Vec::new();
    if goes_on {
        match standing.load_checkpoint().await? {
            Ok(checkpoint) => order.checkpoint = Some(checkpoint),
            Err(anew) => before.push(Reason::from(anew)),
        }
    }
    before.extend(Box::pin(take_up_deferred(deps, &binding.body, &engine)).await);
    let mut swept = Box::pin(engine.sweep(&order)).await;
    drop(order);
    before.append(&mut swept.report.notes);
    swept.report.notes = before;
    Box::pin(end_slice(
        deps,
        message,
        &standing,
        (&engine, &records),
        swept,
        now,
    ))
    .await
}

/// A slice, or a whole sweep, has ended: where it stood is stored before anybody is asked to go on from there.
async fn end_slice(
    deps: &SweepDeps,
    message: &SweepMessage,
    standing: &CheckpointStore<'_>,
    (engine, records): (&Engine, &ReviewStore),
    mut swept: SweepResult,
    began: Timestamp,
) -> Result<RunReport, SweepError> {
    if let Some(checkpoint) = swept.checkpoint.take() {
        swept
            .report
            .notes
            .extend(standing.save_checkpoint(&checkpoint).await);
    }
    if message.run.is_some()
        && let Some(earlier) = standing.previous_report().await?
    {
        swept.report = swept.report.merge_earlier(earlier);
    }
    // Of the whole run: what an earlier slice found must not pass for over.
    let saved = async {
        records.save_sweep_findings(engine, &swept.report).await?;
        let report = &swept.report;
        engine
            .budget
            .end_sweep(report.began_at, report.complete, &report.guarded_links())
            .await
    };
    if let Err(err) = saved.await {
        let note = Reason::new(ReasonCode::RunWaitingNotRecorded).cause(Reason::from(&err));
        swept.report.notes.push(note);
    }
    if let Err(err) = deps
        .corps
        .send_asks(standing.binding(), &swept.asks, deps.outbox.as_ref())
        .await
    {
        let note = Reason::new(ReasonCode::RunEmployeesNotAsked).cause(Reason::from(&err));
        swept.report.notes.push(note);
    }
    if !swept.report.continues {
        swept
            .report
            .notes
            .extend(copy_journal_head(deps, standing.binding()).await);
    }
    record_run(deps, standing.binding(), &swept.report).await;
    let for_somebody = [swept.report.scope_waits, swept.report.roster_waits];
    let waits = swept.report.held.len() + for_somebody.into_iter().filter(|waits| *waits).count();
    metrics::record(metrics::QUARANTINED, metric_value(waits));
    remember_sweep(deps, &message.binding, &swept, began).await?;
    if swept.report.continues {
        let run = Some(swept.report.id.clone());
        let because = "continuation".to_owned();
        let next = SweepMessage {
            run,
            because,
            at: deps.corps.clock.now(),
            ..message.clone()
        };
        send_sweep(
            deps,
            &next,
            format!(
                "{}-{}-{}",
                next.binding,
                swept.report.id.as_str(),
                next.at.millis()
            ),
        )
        .await?;
    } else {
        standing.delete_checkpoint().await;
    }
    Ok(swept.report)
}

/// Keeps a copy of the journal's head in the archive. What goes wrong is a note: the next sweep's copy takes in this one's.
async fn copy_journal_head(deps: &SweepDeps, binding: &Binding) -> Option<Reason> {
    let copied = deps
        .corps
        .store
        .copy_journal_head(&binding.corp_id, deps.archive.as_ref())
        .await;
    let err = copied.err()?;
    if matches!(err, HeadCopyError::Another(_)) {
        tracing::error!(binding = %binding.id, reason = %err, "the journal is not the one that was copied");
    }
    Some(Reason::new(ReasonCode::RunJournalHeadNotCopied).cause(Reason::from(&err)))
}

/// A plan in the place of a sweep that may write nothing.
async fn plan_instead(
    deps: &SweepDeps,
    binding: &Binding,
    engine: &Engine,
    (run, closed): (RunId, WriteBlock),
    deadline: Option<Timestamp>,
    progress: ProgressSink,
) -> Result<RunReport, SweepError> {
    let because = match closed {
        WriteBlock::Shadow => "shadow",
        WriteBlock::Paused | WriteBlock::Preview(_) => "preview",
    };
    let (head, mut report) =
        plan::make_and_store(deps, (binding, engine), run, because, deadline, progress).await?;
    let shown = head.counts.created + head.counts.updated + head.counts.removed;
    report.notes.push(
        Reason::new(ReasonCode::RunPlanInstead)
            .cause(Reason::from(closed))
            .text("plan", head.id.as_str())
            .number("changes", shown),
    );
    report.plan = Some(head.id.as_str().to_owned());
    report.closed = true;
    record_run(deps, binding, &report).await;
    Ok(report)
}

/// The report of a run that did not begin.
pub(crate) fn not_started(run: RunId, at: Timestamp, why: Reason) -> RunReport {
    RunReport {
        notes: vec![Reason::new(ReasonCode::RunNothingWritten).cause(why)],
        closed: true,
        ..RunReport::empty(run, at)
    }
}

/// What came while nothing was written is looked at before everything else: it knows who left.
async fn take_up_deferred(deps: &SweepDeps, binding: &Binding, engine: &Engine) -> Vec<Reason> {
    let Some(scope) = &binding.accepted_scope else {
        return Vec::new();
    };
    let sight = RunVisibility {
        visible: scope.fields,
        whole_company: scope.whole_company,
        canary: binding.canary.clone(),
    };
    match deps.corps.look_at_deferred_wakes(engine, &sight).await {
        Ok(notes) => notes,
        Err(err) => {
            vec![Reason::new(ReasonCode::RunDeferredChangesWait).cause(Reason::from(&err))]
        }
    }
}

/// What a sweep, or a plan, is to look at.
pub(crate) fn sweep_order(
    binding: &Binding,
    engine: &Engine,
    run: RunId,
    deadline: Option<Timestamp>,
    now: Timestamp,
    progress: ProgressSink,
) -> SweepOrder {
    SweepOrder {
        accepted: binding.accepted_scope.clone(),
        sweeps: binding.sweeps,
        deep_share: u64::from(engine.policy.rotation.max(1)),
        deadline: deadline
            .filter(|deadline| *deadline > now)
            .map(|deadline| deadline.plus_millis(-MARGIN_MS)),
        progress,
        ..SweepOrder::new(run)
    }
}

/// What the next sweep begins with.
pub(crate) async fn remember_sweep(
    deps: &SweepDeps,
    id: &BindingId,
    swept: &SweepResult,
    began: Timestamp,
) -> Result<(), SweepError> {
    let remember = |binding: &mut Binding| {
        binding.swept_at = Some(began);
        binding.sweeps += u64::from(swept.turned);
        if swept.canary.is_some() {
            binding.canary.clone_from(&swept.canary);
        }
        if binding.accepted_scope.is_none() {
            binding.accepted_scope.clone_from(&swept.scope);
        }
    };
    update_binding(deps, id, remember).await.map(|_| ())
}

/// A count as a figure. One that is too large for this sounds the same alarm.
pub(crate) fn metric_value(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Records a run, cut to what an item holds. A run that cannot be recorded took place all the same.
pub(crate) async fn record_run(deps: &SweepDeps, binding: &Binding, report: &RunReport) {
    let expires = report.ended_at.millis() / 1000 + KEPT_S;
    let mut kept = report.clone();
    kept.held.truncate(KEPT_RECORDS);
    kept.troubles.truncate(KEPT_RECORDS);
    let (store, id) = (&deps.corps.store, report.id.as_str());
    let put = store
        .put_control(
            &binding.corp_id,
            ControlKind::Run,
            id,
            &kept,
            PutCondition::Any,
            Some(expires),
        )
        .await;
    if let Err(err) = put {
        tracing::error!(run = id, reason = %err, "a run could not be recorded");
    }
}

/// Changes a binding as it is stored now, whoever else writes it.
///
/// # Errors
/// [`SweepError`]; `Unknown` when it was removed meanwhile.
pub async fn update_binding(
    deps: &SweepDeps,
    id: &BindingId,
    change: impl Fn(&mut Binding) + Send + Sync,
) -> Result<Binding, SweepError> {
    let changed = deps.corps.store.change_binding(id, change).await?;
    Ok(changed.ok_or(EngineError::Unknown)?)
}
