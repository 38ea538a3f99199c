//! Plans made, shown, approved and applied; shadow mode; the pause; the active policy.
//!
//! While `up` runs it has the state in its hands: what is asked goes through its door, and long work through its queue.
//! Otherwise this process takes the state, and works.

pub mod args;
pub mod desk;
pub mod order;
mod table;
pub mod way;
pub(crate) mod words;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use directory::RunId;
use engine::plans::{PlanBody, PlanHead, PlanState};
use indicatif::{ProgressBar, ProgressStyle};
use runtime::variables::{self, USER};

use crate::args::Language;
use args::{ApplyArgs, ApproveArgs, Here, OnOff, PauseArgs, PlanAction, PlanArgs, ResumeArgs, ShadowArgs};
use order::{Answer, Order, Trouble};
use way::Way;
use words::Told;

/// Something waits for a person.
const WAITS: u8 = 3;

/// Between two looks at how far it is.
const LOOK: Duration = Duration::from_millis(200);

/// `bangding plan`. Exit 0: done, and nothing waits; 3: a plan waits for a person; 1: failed.
pub async fn run(args: &PlanArgs) -> ExitCode {
    let here = &args.here;
    match args.action.as_ref().unwrap_or(&PlanAction::Make) {
        PlanAction::Make => ended(here, make(here).await),
        PlanAction::List => ended(here, once(here, Order::List).await),
        PlanAction::Show { id } => ended(here, show(here, id).await),
    }
}

/// `bangding approve`. Exit 0: approved; 1: not.
pub async fn approve(args: &ApproveArgs) -> ExitCode {
    let by = who(args.by.as_deref());
    let hours_max = args.age.max_age;
    let outcome = with_plan(&args.here, &args.id, false, async |way, id| {
        way.ask(&Order::Approve { id, by: by.clone(), hours_max }).await.map(Told::Answer)
    });
    ended(&args.here, outcome.await)
}

/// `bangding apply`. Exit 0: everything applied; 3: something was refused or waits; 1: failed.
pub async fn apply(args: &ApplyArgs) -> ExitCode {
    let hours_max = args.age.max_age;
    let outcome = with_plan(&args.here, &args.id, true, async |way, id| {
        way.ask(&Order::Apply { id: id.clone(), hours_max }).await?;
        let bar = bar(&args.here);
        let head = watch(way, &id, |head| progress(&bar, head)).await;
        bar.finish_and_clear();
        head.map(|head| Told::Applied(Box::new(head)))
    });
    ended(&args.here, outcome.await)
}

/// `bangding shadow`. Exit 0: done.
pub async fn shadow(args: &ShadowArgs) -> ExitCode {
    ended(&args.here, once(&args.here, Order::Shadow(args.to == OnOff::On)).await)
}

/// `bangding pause`. Exit 0: no further write begins; 3: a plan did not say that it stopped.
pub async fn pause(args: &PauseArgs) -> ExitCode {
    ended(&args.here, once(&args.here, Order::Pause { by: who(args.by.as_deref()) }).await)
}

/// `bangding resume`. Exit 0: it goes on, and what was interrupted is done; 3: something was refused; 1: failed.
pub async fn resume(args: &ResumeArgs) -> ExitCode {
    let outcome = async {
        let way = Way::find(&args.here.data, true).await?;
        let answer = way.ask(&Order::Resume).await;
        // Alone, this process is what goes on.
        if let (Way::Alone(_), Ok(Answer::Resumed { goes_on })) = (&way, &answer) {
            for id in goes_on {
                watch(&way, id, |_| {}).await?;
            }
        }
        way.leave().await;
        answer.map(Told::Answer)
    };
    ended(&args.here, outcome.await)
}

/// An order about the policy, which the command `policy` gives.
pub async fn about_policy(here: &Here, order: Order) -> ExitCode {
    ended(here, once(here, order).await)
}

/// Who acts: as said, or as this machine calls its user.
#[must_use]
pub fn who(by: Option<&str>) -> String {
    let user = || variables::variable(USER).unwrap_or_else(|| "?".to_owned());
    by.map_or_else(user, str::to_owned)
}

async fn once(here: &Here, order: Order) -> Result<Told, Trouble> {
    let way = Way::find(&here.data, false).await?;
    let answer = way.ask(&order).await;
    way.leave().await;
    answer.map(Told::Answer)
}

async fn with_plan(
    here: &Here,
    id: &str,
    calls: bool,
    work: impl AsyncFnOnce(&Way, RunId) -> Result<Told, Trouble>,
) -> Result<Told, Trouble> {
    let way = Way::find(&here.data, calls).await?;
    let outcome = match named(&way, id).await {
        Ok(id) => work(&way, id).await,
        Err(trouble) => Err(trouble),
    };
    way.leave().await;
    outcome
}

/// A plan by its id, or the newest one.
async fn named(way: &Way, id: &str) -> Result<RunId, Trouble> {
    if id != "latest" {
        return RunId::new(id).map_err(|_| Trouble::NoPlan);
    }
    match way.ask(&Order::List).await? {
        Answer::Heads(heads) => heads.into_iter().next().map(|head| head.id).ok_or(Trouble::NoPlan),
        _ => Err(unexpected()),
    }
}

async fn make(here: &Here) -> Result<Told, Trouble> {
    let way = Way::find(&here.data, true).await?;
    let outcome = async {
        let Answer::Asked(id) = way.ask(&Order::Make).await? else { return Err(unexpected()) };
        let bar = bar(here);
        bar.set_message(words::reading(here.lang));
        let head = watch(&way, &id, |_| {}).await;
        bar.finish_and_clear();
        head.map(|head| Told::Made(Box::new(head)))
    };
    let outcome = outcome.await;
    way.leave().await;
    outcome
}

async fn show(here: &Here, id: &str) -> Result<Told, Trouble> {
    with_plan(here, id, false, async |way, id| {
        let mut whole = PlanBody::default();
        loop {
            let order = Order::Show { id: id.clone(), from: whole.items.len() };
            let Answer::Plan { head, body } = way.ask(&order).await? else { return Err(unexpected()) };
            let is_last = body.items.is_empty() || whole.items.len() + body.items.len() >= count(&head);
            whole.items.extend(body.items);
            whole.held.extend(body.held);
            whole.labels.extend(body.labels);
            if is_last {
                return Ok(Told::Shown(head, Box::new(whole)));
            }
        }
    })
    .await
}

fn count(head: &PlanHead) -> usize {
    usize::try_from(head.items).unwrap_or(usize::MAX)
}

/// Looks at a plan until it is made, applied or stopped.
async fn watch(way: &Way, id: &RunId, progress: impl Fn(&PlanHead)) -> Result<PlanHead, Trouble> {
    loop {
        match way.ask(&Order::Head(id.clone())).await {
            Ok(Answer::Head(head)) => {
                progress(&head);
                let stopped = head.applied.as_ref().is_some_and(|applied| applied.stopped.is_some());
                let busy = head.state == PlanState::Applying && !stopped || is_about_to(&head);
                if !busy {
                    return Ok(*head);
                }
            }
            Ok(_) => return Err(unexpected()),
            // It is still being made.
            Err(Trouble::NoPlan) => {}
            Err(trouble) => return Err(trouble),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// It was asked to be applied and waits for its turn.
fn is_about_to(head: &PlanHead) -> bool {
    head.state == PlanState::Approved
}

pub(crate) fn unexpected() -> Trouble {
    Trouble::Unusable { why: "the running bangding is of another version; stop it and start it again".to_owned() }
}

fn bar(here: &Here) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
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
    bar.set_position(head.applied.as_ref().map_or(0, |applied| u64::from(applied.place.next)));
}

fn ended(here: &Here, outcome: Result<Told, Trouble>) -> ExitCode {
    words::print(here, &outcome);
    match outcome {
        Ok(told) if told.failed() => ExitCode::FAILURE,
        Ok(told) if told.waits() => ExitCode::from(WAITS),
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
