//! One corp swept: both sides in step, or a plan where nothing may be written.

use std::sync::Arc;

use directory::text::with_causes;
use directory::{BindingId, RunId, Timestamp};
use engine::gate::Purpose;
use engine::records::Records;
use engine::report::{Progress, RunReport};
use engine::{Engine, NoEngine, Sight, SweepOrder, Swept};
use runtime::metrics;
use state::queue::messages::{SweepMessage, encode};
use state::store::{Condition, ControlKind, NotCopied};
use state::{Binding, Closed, Message};

use crate::checkpoint::Standing;
use crate::{Deps, Trouble, plan};

/// A slice stops this long before Lambda kills it, in milliseconds.
pub const MARGIN_MS: i64 = 90_000;

/// Runs are kept this long, in seconds: half a year.
const KEPT_S: i64 = 183 * 24 * 3600;

/// Records with their reasons that a stored run keeps of each sort; the item has room for some thousand.
const KEPT_RECORDS: usize = 200;

/// Hears how far it is.
pub(crate) type Told = Arc<dyn Fn(Progress) + Send + Sync>;

pub(crate) async fn send(deps: &Deps, sweep: &SweepMessage, deduplication: String) -> Result<(), Trouble> {
    let (group, deduplication) = (Some(sweep.corp.to_string()), Some(deduplication));
    let message = Message { body: encode(sweep)?, group, deduplication, delay_s: 0 };
    Ok(deps.sweeps.send(message).await?)
}

/// Sweeps one corp, records the run and asks for a continuation where the deadline came first.
///
/// # Errors
/// [`Trouble`]; what goes wrong inside the sweep is in the report instead.
pub async fn sweep(
    deps: &Deps,
    message: &SweepMessage,
    deadline: Option<Timestamp>,
    progress: Told,
) -> Result<RunReport, Trouble> {
    let (binding, mut engine) = deps.corps.engine(&message.binding, Purpose::Follow).await?;
    let run = message.run.clone().or_else(|| deps.corps.new_run()).ok_or(Trouble::Run)?;
    let standing = Standing::of(deps, &binding.body, &run);
    let goes_on = message.run.is_some();
    if goes_on && let Some(report) = standing.ended().await? {
        // A continuation that came twice.
        standing.strike().await;
        return Ok(report);
    }
    if goes_on && binding.body.closed().is_some() {
        // Nobody goes on with this run: what opens the way asks for a new one.
        standing.strike().await;
    }
    match binding.body.closed() {
        Some(Closed::Paused) => {
            return Ok(nothing(run.clone(), deps.corps.clock.now(), &Closed::Paused.to_string()));
        }
        Some(closed) => {
            return Box::pin(instead(deps, &binding.body, &engine, (run.clone(), closed), deadline, progress)).await;
        }
        None => {}
    }
    let now = deps.corps.clock.now();
    let records = deps.corps.records(&binding.body).await?;
    engine.released = records.released().await?;
    let mut order = order(&binding.body, &engine, run.clone(), deadline, now, progress);
    let mut before = Vec::new();
    if goes_on {
        match standing.take().await? {
            Ok(checkpoint) => order.checkpoint = Some(checkpoint),
            Err(anew) => before.push(anew.to_string()),
        }
    }
    before.extend(Box::pin(take_up(deps, &binding.body, &engine)).await);
    let mut swept = Box::pin(engine.sweep(&order)).await;
    drop(order);
    before.append(&mut swept.report.notes);
    swept.report.notes = before;
    Box::pin(end(deps, message, &standing, (&engine, &records), swept, now)).await
}

/// A slice, or a whole sweep, has ended: where it stood is stored before anybody is asked to go on from there.
async fn end(
    deps: &Deps,
    message: &SweepMessage,
    standing: &Standing<'_>,
    (engine, records): (&Engine, &Records),
    mut swept: Swept,
    began: Timestamp,
) -> Result<RunReport, Trouble> {
    if let Some(checkpoint) = swept.checkpoint.take() {
        swept.report.notes.extend(standing.keep(&checkpoint).await);
    }
    if message.run.is_some()
        && let Some(earlier) = standing.before().await?
    {
        swept.report = swept.report.after(earlier);
    }
    // Of the whole run: what an earlier slice found must not pass for over.
    if let Err(err) = records.keep(engine, &swept.report).await {
        swept.report.notes.push(format!("what waits for a person was not written down: {err}; the next sweep does it"));
    }
    if let Err(err) = deps.corps.ask(standing.binding(), &swept.asks, deps.outbox.as_ref()).await {
        let reason = with_causes(&err);
        swept
            .report
            .notes
            .push(format!("not everybody was asked for what only they can change; the next sweep asks: {reason}"));
    }
    if !swept.report.continues {
        swept.report.notes.extend(copy_head(deps, standing.binding()).await);
    }
    record(deps, standing.binding(), &swept.report).await;
    let for_somebody = [swept.report.scope_waits, swept.report.roster_waits];
    let waits = swept.report.held.len() + for_somebody.into_iter().filter(|waits| *waits).count();
    metrics::record(metrics::QUARANTINED, figure(waits));
    remember(deps, &message.binding, &swept, began).await?;
    if swept.report.continues {
        let run = Some(swept.report.id.clone());
        let because = "continuation".to_owned();
        let next = SweepMessage { run, because, at: deps.corps.clock.now(), ..message.clone() };
        send(deps, &next, format!("{}-{}-{}", next.binding, swept.report.id.as_str(), next.at.millis())).await?;
    } else {
        standing.strike().await;
    }
    Ok(swept.report)
}

/// Keeps a copy of the journal's head in the archive. What goes wrong is a note: the next sweep's copy takes in this one's.
async fn copy_head(deps: &Deps, binding: &Binding) -> Option<String> {
    let copied = deps.corps.store.copy_journal_head(&binding.corp_id, deps.archive.as_ref()).await;
    let err = copied.err()?;
    if matches!(err, NotCopied::Another(_)) {
        tracing::error!(binding = %binding.id, reason = %err, "the journal is not the one that was copied");
    }
    Some(format!("the journal's head was not copied: {}", with_causes(&err)))
}

/// A plan in the place of a sweep that may write nothing.
async fn instead(
    deps: &Deps,
    binding: &Binding,
    engine: &Engine,
    (run, closed): (RunId, Closed),
    deadline: Option<Timestamp>,
    progress: Told,
) -> Result<RunReport, Trouble> {
    let because = match closed {
        Closed::Shadow => "shadow",
        Closed::Paused | Closed::Preview(_) => "preview",
    };
    let (head, mut report) = plan::keep(deps, (binding, engine), run, because, deadline, progress).await?;
    let shown = head.counts.created + head.counts.updated + head.counts.removed;
    report.notes.push(format!("nothing was written: {closed}. Plan {} shows {shown} changes", head.id.as_str()));
    report.plan = Some(head.id.as_str().to_owned());
    report.closed = true;
    record(deps, binding, &report).await;
    Ok(report)
}

/// The report of a run that did not begin.
pub(crate) fn nothing(run: RunId, at: Timestamp, why: &str) -> RunReport {
    RunReport { notes: vec![format!("nothing was written: {why}")], closed: true, ..RunReport::empty(run, at) }
}

/// What came while nothing was written is looked at before everything else: it knows who left.
async fn take_up(deps: &Deps, binding: &Binding, engine: &Engine) -> Vec<String> {
    let Some(scope) = &binding.accepted_scope else { return Vec::new() };
    let sight = Sight { visible: scope.fields, whole_company: scope.whole_company, canary: binding.canary.clone() };
    match deps.corps.take_up(engine, &sight).await {
        Ok(notes) => notes,
        Err(err) => vec![format!("changes that came while nothing was written wait: {}", err.sentence())],
    }
}

/// What a sweep, or a plan, is to look at.
pub(crate) fn order(
    binding: &Binding,
    engine: &Engine,
    run: RunId,
    deadline: Option<Timestamp>,
    now: Timestamp,
    progress: Told,
) -> SweepOrder {
    SweepOrder {
        accepted: binding.accepted_scope.clone(),
        sweeps: binding.sweeps,
        deep_share: u64::from(engine.policy.rotation.max(1)),
        deadline: deadline.filter(|deadline| *deadline > now).map(|deadline| deadline.plus_millis(-MARGIN_MS)),
        progress,
        ..SweepOrder::new(run)
    }
}

/// What the next sweep begins with.
pub(crate) async fn remember(deps: &Deps, id: &BindingId, swept: &Swept, began: Timestamp) -> Result<(), Trouble> {
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
pub(crate) fn figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Records a run, cut to what an item holds. A run that cannot be recorded took place all the same.
pub(crate) async fn record(deps: &Deps, binding: &Binding, report: &RunReport) {
    let expires = report.ended_at.millis() / 1000 + KEPT_S;
    let mut kept = report.clone();
    kept.held.truncate(KEPT_RECORDS);
    kept.troubles.truncate(KEPT_RECORDS);
    let (store, id) = (&deps.corps.store, report.id.as_str());
    let put = store.put_control(&binding.corp_id, ControlKind::Run, id, &kept, Condition::Any, Some(expires)).await;
    if let Err(err) = put {
        tracing::error!(run = id, reason = %err, "a run could not be recorded");
    }
}

/// Changes a binding as it is stored now, whoever else writes it.
///
/// # Errors
/// [`Trouble`]; `Unknown` when it was removed meanwhile.
pub async fn update_binding(
    deps: &Deps,
    id: &BindingId,
    change: impl Fn(&mut Binding) + Send + Sync,
) -> Result<Binding, Trouble> {
    let changed = deps.corps.store.change_binding(id, change).await?;
    Ok(changed.ok_or(NoEngine::Unknown)?)
}
