//! Plans made, shown, approved and applied; shadow mode; the pause; the active policy.
//!
//! Every order goes to the desk: of the running `up`, or of this process, which then also serves the queue that long work
//! goes through.

pub mod args;
mod pause;
mod plan_table;
mod print_plan;
pub(crate) mod words;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use desk::{
    OrderError, OrderRequest, PlanBody, PlanHead, PlanRequest, PlanState, PolicyRequest, Reply,
    WritingRequest,
};
use directory::RunId;
use indicatif::{ProgressBar, ProgressStyle};

use crate::command_error::CommandError;
use crate::language::text;
use crate::session::{SessionNeeds, StateSession};
use args::{
    ApplyArgs, ApproveArgs, ContextArgs, OnOff, PauseArgs, PlanAction, PlanArgs, ResumeArgs,
    ShadowArgs,
};
use words::PlanOutcome;

/// Something waits for a person.
const EXIT_WAITS: u8 = 3;

/// Between two looks at how far it is.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

type Outcome = Result<PlanOutcome, CommandError>;

/// `bangding plan`. Exit 0: done, and nothing waits; 3: a plan waits for a person; 1: failed.
pub async fn run(args: &PlanArgs) -> ExitCode {
    let here = &args.here;
    match args.action.as_ref().unwrap_or(&PlanAction::Make) {
        PlanAction::Make => finish_command(here, make(here).await),
        PlanAction::List => finish_command(here, list(here).await),
        PlanAction::Show { id } => finish_command(here, show(here, id).await),
    }
}

/// `bangding approve`. Exit 0: approved; 1: not.
pub async fn approve(args: &ApproveArgs) -> ExitCode {
    let hours_max = args.age.max_age;
    let outcome = with_plan(
        &args.here,
        &args.id,
        SessionNeeds::State,
        async |session, id| match session
            .send(of_plan(PlanRequest::Approve { id, hours_max }))
            .await?
        {
            Reply::Plan(head) => Ok(PlanOutcome::Approved(head)),
            _ => Err(CommandError::unexpected_reply()),
        },
    );
    finish_command(&args.here, outcome.await)
}

/// `bangding apply`. Exit 0: everything applied; 3: something was refused or waits; 1: failed.
pub async fn apply(args: &ApplyArgs) -> ExitCode {
    let hours_max = args.age.max_age;
    let outcome = with_plan(
        &args.here,
        &args.id,
        SessionNeeds::DingTalk,
        async |session, id| {
            let order = PlanRequest::Apply {
                id: id.clone(),
                hours_max,
            };
            session.send(of_plan(order)).await?;
            let bar = bar(&args.here);
            let head = watch_plan(session, &id, |head| progress(&bar, head)).await;
            bar.finish_and_clear();
            head.map(|head| PlanOutcome::Applied(Box::new(head)))
        },
    );
    finish_command(&args.here, outcome.await)
}

/// `bangding shadow`. Exit 0: done.
pub async fn shadow(args: &ShadowArgs) -> ExitCode {
    let order = OrderRequest::Writing(WritingRequest::Shadow(args.to == OnOff::On));
    let outcome = match send_once(&args.here, order).await {
        Ok(Reply::Shadow(on)) => Ok(PlanOutcome::Shadow(on)),
        Ok(_) => Err(CommandError::unexpected_reply()),
        Err(err) => Err(err),
    };
    finish_command(&args.here, outcome)
}

/// `bangding pause`. Exit 0: no further write begins; 3: a plan did not say that it stopped.
pub async fn pause(args: &PauseArgs) -> ExitCode {
    finish_command(&args.here, pause::pause_writes(&args.here).await)
}

/// `bangding resume`. Exit 0: it goes on, and what was interrupted is done; 3: something was refused; 1: failed.
pub async fn resume(args: &ResumeArgs) -> ExitCode {
    let outcome = with_session(&args.here, SessionNeeds::DingTalk, async |session| {
        let order = OrderRequest::Writing(WritingRequest::Resume);
        let Reply::Resumed { goes_on } = session.send(order).await? else {
            return Err(CommandError::unexpected_reply());
        };
        // Alone, this process is what goes on.
        if session.is_alone() {
            for id in &goes_on {
                watch_plan(session, id, |_| {}).await?;
            }
        }
        Ok(PlanOutcome::Resumed { goes_on })
    });
    finish_command(&args.here, outcome.await)
}

/// An order about the policy, which the command `policy` gives.
pub async fn run_policy_order(here: &ContextArgs, order: PolicyRequest) -> ExitCode {
    let outcome = match send_once(here, OrderRequest::Policy(order)).await {
        Ok(Reply::Policy(policy)) => Ok(PlanOutcome::Policy(policy)),
        Ok(_) => Err(CommandError::unexpected_reply()),
        Err(err) => Err(err),
    };
    finish_command(here, outcome)
}

fn of_plan(request: PlanRequest) -> OrderRequest {
    OrderRequest::Plan(request)
}

async fn send_once(here: &ContextArgs, order: OrderRequest) -> Result<Reply, CommandError> {
    let session = StateSession::connect(here, SessionNeeds::State).await?;
    let reply = session.send(order).await;
    session.close().await;
    reply
}

/// Works with a session, and gives the state back whatever comes of it.
pub(crate) async fn with_session<T>(
    here: &ContextArgs,
    needs: SessionNeeds,
    work: impl AsyncFnOnce(&StateSession) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let session = StateSession::connect(here, needs).await?;
    let outcome = work(&session).await;
    session.close().await;
    outcome
}

async fn with_plan(
    here: &ContextArgs,
    id: &str,
    needs: SessionNeeds,
    work: impl AsyncFnOnce(&StateSession, RunId) -> Outcome,
) -> Outcome {
    with_session(here, needs, async |session| {
        let id = find_plan(session, id).await?;
        work(session, id).await
    })
    .await
}

/// A plan by its id, or the newest one.
async fn find_plan(session: &StateSession, id: &str) -> Result<RunId, CommandError> {
    let no_plan = || CommandError::from(OrderError::NoPlan);
    if id != "latest" {
        return RunId::new(id).map_err(|_| no_plan());
    }
    match session
        .send(of_plan(PlanRequest::List { cursor: None }))
        .await?
    {
        Reply::Plans(page) => page
            .rows
            .into_iter()
            .next()
            .map(|head| head.id)
            .ok_or_else(no_plan),
        _ => Err(CommandError::unexpected_reply()),
    }
}

/// The newest plans: one page.
async fn list(here: &ContextArgs) -> Outcome {
    match send_once(here, of_plan(PlanRequest::List { cursor: None })).await? {
        Reply::Plans(page) => Ok(PlanOutcome::Heads(page.rows)),
        _ => Err(CommandError::unexpected_reply()),
    }
}

async fn make(here: &ContextArgs) -> Outcome {
    with_session(here, SessionNeeds::DingTalk, async |session| {
        let Reply::PlanQueued(id) = session.send(of_plan(PlanRequest::Make)).await? else {
            return Err(CommandError::unexpected_reply());
        };
        let bar = bar(here);
        bar.set_message(text!(here.lang, "plan-reading"));
        let head = watch_plan(session, &id, |_| {}).await;
        bar.finish_and_clear();
        head.map(|head| PlanOutcome::Made(Box::new(head)))
    })
    .await
}

async fn show(here: &ContextArgs, id: &str) -> Outcome {
    with_plan(here, id, SessionNeeds::State, async |session, id| {
        let mut whole = PlanBody::default();
        loop {
            let order = PlanRequest::Show {
                id: id.clone(),
                from: whole.items.len(),
            };
            let Reply::PlanItems { head, body } = session.send(of_plan(order)).await? else {
                return Err(CommandError::unexpected_reply());
            };
            let is_last =
                body.items.is_empty() || whole.items.len() + body.items.len() >= count(&head);
            whole.items.extend(body.items);
            whole.held.extend(body.held);
            whole.labels.extend(body.labels);
            if is_last {
                return Ok(PlanOutcome::Shown(head, Box::new(whole)));
            }
        }
    })
    .await
}

fn count(head: &PlanHead) -> usize {
    usize::try_from(head.items).unwrap_or(usize::MAX)
}

/// Looks at a plan until it is made, applied or stopped.
async fn watch_plan(
    session: &StateSession,
    id: &RunId,
    progress: impl Fn(&PlanHead),
) -> Result<PlanHead, CommandError> {
    loop {
        match session.send(of_plan(PlanRequest::Head(id.clone()))).await {
            Ok(Reply::Plan(head)) => {
                progress(&head);
                if let Some(failure) = head.failure.clone().filter(|_| is_waited_for(&head)) {
                    return Err(CommandError::Failed(failure));
                }
                if !is_busy(&head) {
                    return Ok(*head);
                }
            }
            Ok(_) => return Err(CommandError::unexpected_reply()),
            // It is still being made.
            Err(CommandError::Order(OrderError::NoPlan)) => {}
            Err(err) => return Err(err),
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// A failure of a plan that was applied all the same is an older one.
fn is_waited_for(head: &PlanHead) -> bool {
    !matches!(head.state, PlanState::Applied | PlanState::Superseded)
}

fn is_busy(head: &PlanHead) -> bool {
    let stopped = head
        .applied
        .as_ref()
        .is_some_and(|applied| applied.stopped.is_some());
    head.state == PlanState::Applying && !stopped || is_waiting_to_apply(head)
}

/// It was asked to be applied and waits for its turn.
fn is_waiting_to_apply(head: &PlanHead) -> bool {
    head.state == PlanState::Approved
}

fn bar(here: &ContextArgs) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    bar.enable_steady_tick(Duration::from_secs(1));
    let template = text!(
        here.lang,
        "plan-progress",
        message = "{spinner} {msg}",
        bar = "{bar:40}",
        position = "{pos}",
        total = "{len}",
        eta = "{eta}"
    );
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

fn progress(bar: &ProgressBar, head: &PlanHead) {
    bar.set_length(head.items);
    bar.set_position(
        head.applied
            .as_ref()
            .map_or(0, |applied| u64::from(applied.place.next)),
    );
}

fn finish_command(here: &ContextArgs, outcome: Outcome) -> ExitCode {
    words::print_outcome(here, &outcome);
    match outcome {
        Ok(told) if told.failed() => ExitCode::FAILURE,
        Ok(told) if told.waits() => ExitCode::from(EXIT_WAITS),
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
