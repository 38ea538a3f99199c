//! Plans made, shown, approved and applied; shadow mode; the pause; the active policy.
//!
//! While `up` runs it has the state in its hands: what is asked goes through its door, and long work through its queue.
//! Otherwise this process takes the state, and works.

pub mod args;
pub mod desk;
pub mod order;
mod plan_table;
pub mod session;
pub(crate) mod words;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use directory::RunId;
use engine::plans::{PlanBody, PlanHead, PlanState};
use indicatif::{ProgressBar, ProgressStyle};
use runtime::variables::{self, USER};

use crate::language::Language;
use args::{
    ApplyArgs, ApproveArgs, ContextArgs, OnOff, PauseArgs, PlanAction, PlanArgs, ResumeArgs,
    ShadowArgs,
};
use order::{PlanOrder, PlanOrderError, PlanReply};
use session::StateSession;
use words::PlanOutcome;

/// Something waits for a person.
const EXIT_WAITS: u8 = 3;

/// Between two looks at how far it is.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// `bangding plan`. Exit 0: done, and nothing waits; 3: a plan waits for a person; 1: failed.
pub async fn run(args: &PlanArgs) -> ExitCode {
    let here = &args.here;
    match args.action.as_ref().unwrap_or(&PlanAction::Make) {
        PlanAction::Make => finish_command(here, make(here).await),
        PlanAction::List => finish_command(here, send_once(here, PlanOrder::List).await),
        PlanAction::Show { id } => finish_command(here, show(here, id).await),
    }
}

/// `bangding approve`. Exit 0: approved; 1: not.
pub async fn approve(args: &ApproveArgs) -> ExitCode {
    let by = actor_name(args.by.as_deref());
    let hours_max = args.age.max_age;
    let outcome = with_plan(&args.here, &args.id, false, async |way, id| {
        way.send_order(&PlanOrder::Approve {
            id,
            by: by.clone(),
            hours_max,
        })
        .await
        .map(PlanOutcome::Answer)
    });
    finish_command(&args.here, outcome.await)
}

/// `bangding apply`. Exit 0: everything applied; 3: something was refused or waits; 1: failed.
pub async fn apply(args: &ApplyArgs) -> ExitCode {
    let hours_max = args.age.max_age;
    let outcome = with_plan(&args.here, &args.id, true, async |way, id| {
        way.send_order(&PlanOrder::Apply {
            id: id.clone(),
            hours_max,
        })
        .await?;
        let bar = bar(&args.here);
        let head = watch_plan(way, &id, |head| progress(&bar, head)).await;
        bar.finish_and_clear();
        head.map(|head| PlanOutcome::Applied(Box::new(head)))
    });
    finish_command(&args.here, outcome.await)
}

/// `bangding shadow`. Exit 0: done.
pub async fn shadow(args: &ShadowArgs) -> ExitCode {
    finish_command(
        &args.here,
        send_once(&args.here, PlanOrder::Shadow(args.to == OnOff::On)).await,
    )
}

/// `bangding pause`. Exit 0: no further write begins; 3: a plan did not say that it stopped.
pub async fn pause(args: &PauseArgs) -> ExitCode {
    finish_command(
        &args.here,
        send_once(
            &args.here,
            PlanOrder::Pause {
                by: actor_name(args.by.as_deref()),
            },
        )
        .await,
    )
}

/// `bangding resume`. Exit 0: it goes on, and what was interrupted is done; 3: something was refused; 1: failed.
pub async fn resume(args: &ResumeArgs) -> ExitCode {
    let outcome = async {
        let way = StateSession::connect(&args.here.data, true).await?;
        let answer = way.send_order(&PlanOrder::Resume).await;
        // Alone, this process is what goes on.
        if let (StateSession::Alone(_), Ok(PlanReply::Resumed { goes_on })) = (&way, &answer) {
            for id in goes_on {
                watch_plan(&way, id, |_| {}).await?;
            }
        }
        way.close().await;
        answer.map(PlanOutcome::Answer)
    };
    finish_command(&args.here, outcome.await)
}

/// An order about the policy, which the command `policy` gives.
pub async fn run_policy_order(here: &ContextArgs, order: PlanOrder) -> ExitCode {
    finish_command(here, send_once(here, order).await)
}

/// Who acts: as said, or as this machine calls its user.
#[must_use]
pub fn actor_name(by: Option<&str>) -> String {
    let user = || variables::read_variable(USER).unwrap_or_else(|| "?".to_owned());
    by.map_or_else(user, str::to_owned)
}

async fn send_once(here: &ContextArgs, order: PlanOrder) -> Result<PlanOutcome, PlanOrderError> {
    let way = StateSession::connect(&here.data, false).await?;
    let answer = way.send_order(&order).await;
    way.close().await;
    answer.map(PlanOutcome::Answer)
}

async fn with_plan(
    here: &ContextArgs,
    id: &str,
    calls: bool,
    work: impl AsyncFnOnce(&StateSession, RunId) -> Result<PlanOutcome, PlanOrderError>,
) -> Result<PlanOutcome, PlanOrderError> {
    let way = StateSession::connect(&here.data, calls).await?;
    let outcome = match find_plan(&way, id).await {
        Ok(id) => work(&way, id).await,
        Err(trouble) => Err(trouble),
    };
    way.close().await;
    outcome
}

/// A plan by its id, or the newest one.
async fn find_plan(way: &StateSession, id: &str) -> Result<RunId, PlanOrderError> {
    if id != "latest" {
        return RunId::new(id).map_err(|_| PlanOrderError::NoPlan);
    }
    match way.send_order(&PlanOrder::List).await? {
        PlanReply::Heads(heads) => heads
            .into_iter()
            .next()
            .map(|head| head.id)
            .ok_or(PlanOrderError::NoPlan),
        _ => Err(unexpected_reply()),
    }
}

async fn make(here: &ContextArgs) -> Result<PlanOutcome, PlanOrderError> {
    let way = StateSession::connect(&here.data, true).await?;
    let outcome = async {
        let PlanReply::Asked(id) = way.send_order(&PlanOrder::Make).await? else {
            return Err(unexpected_reply());
        };
        let bar = bar(here);
        bar.set_message(words::reading(here.lang));
        let head = watch_plan(&way, &id, |_| {}).await;
        bar.finish_and_clear();
        head.map(|head| PlanOutcome::Made(Box::new(head)))
    };
    let outcome = outcome.await;
    way.close().await;
    outcome
}

async fn show(here: &ContextArgs, id: &str) -> Result<PlanOutcome, PlanOrderError> {
    with_plan(here, id, false, async |way, id| {
        let mut whole = PlanBody::default();
        loop {
            let order = PlanOrder::Show {
                id: id.clone(),
                from: whole.items.len(),
            };
            let PlanReply::Plan { head, body } = way.send_order(&order).await? else {
                return Err(unexpected_reply());
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
    way: &StateSession,
    id: &RunId,
    progress: impl Fn(&PlanHead),
) -> Result<PlanHead, PlanOrderError> {
    loop {
        match way.send_order(&PlanOrder::Head(id.clone())).await {
            Ok(PlanReply::Head(head)) => {
                progress(&head);
                let stopped = head
                    .applied
                    .as_ref()
                    .is_some_and(|applied| applied.stopped.is_some());
                let busy =
                    head.state == PlanState::Applying && !stopped || is_waiting_to_apply(&head);
                if !busy {
                    return Ok(*head);
                }
            }
            Ok(_) => return Err(unexpected_reply()),
            // It is still being made.
            Err(PlanOrderError::NoPlan) => {}
            Err(trouble) => return Err(trouble),
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// It was asked to be applied and waits for its turn.
fn is_waiting_to_apply(head: &PlanHead) -> bool {
    head.state == PlanState::Approved
}

pub(crate) fn unexpected_reply() -> PlanOrderError {
    PlanOrderError::Unusable {
        why: crate::machine::machine_reason_of(
            "the running bangding is of another version; stop it and start it again",
        ),
    }
}

fn bar(here: &ContextArgs) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    bar.enable_steady_tick(Duration::from_secs(1));
    let template = match here.lang {
        Language::Zh => "{spinner} {msg} {bar:40} {pos} / {len}，约 {eta}",
        Language::En => "{spinner} {msg} {bar:40} {pos} / {len}, about {eta}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
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

fn finish_command(here: &ContextArgs, outcome: Result<PlanOutcome, PlanOrderError>) -> ExitCode {
    words::print_outcome(here, &outcome);
    match outcome {
        Ok(told) if told.failed() => ExitCode::FAILURE,
        Ok(told) if told.waits() => ExitCode::from(EXIT_WAITS),
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
