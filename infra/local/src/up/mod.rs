//! `bangding up`: bind a company, sync it in full, then follow its changes.

mod binding;
mod follow;
mod report;
mod screen;
mod target;

pub(crate) use binding::renew_token;
pub(crate) use target::reopen_sandbox;
pub(crate) use target::{app_secret, is_loopback, one_address};

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use directory::text::with_causes;
use engine::bind::Refusal;
use engine::report::RunReport;
use state::Binding;
use state::queue::messages::SweepMessage;

use crate::args::UpArgs;
use crate::ehr::desk::Desk;
use crate::ehr::door::Door;
use crate::front::Front;
use crate::machine::{self, Machine, Place, StartError};
use crate::plan::way;
use crate::workers;

use report::Report;
use screen::Screen;
use target::Target;

pub use binding::new_secret;
pub use target::App;

/// Something waits for a person.
const WAITS: u8 = 3;

/// Runs the command. Exit 0: complete and equal; 3: something waits for a person; 1: failed.
pub async fn run(args: UpArgs) -> ExitCode {
    let screen = Arc::new(Screen::new(&args));
    match up(&args, &screen).await {
        Ok(code) => code,
        Err(refusal) => {
            screen.refused(&refusal);
            ExitCode::FAILURE
        }
    }
}

async fn up(args: &UpArgs, screen: &Arc<Screen>) -> Result<ExitCode, Refusal> {
    // Before a sandbox of our own writes into the same directory.
    let hold = machine::hold(&args.data).map_err(|err| cannot_start(&err))?;
    let target = Target::of(args).await?;
    let place = Place {
        data: args.data.clone(),
        dynamodb: args.dynamodb.map(|address| (address, "local".to_owned())),
        allow_loopback: target.is_loopback(),
    };
    let machine = Machine::start_held(&place, hold).await.map_err(|err| cannot_start(&err))?;
    let front = Front::start(args.port, callback::Deps::new(machine.secrets.clone(), machine.queues.wakes.clone()))
        .await
        .map_err(|err| {
            Refusal::new("port_taken", "starting the callback address", err.to_string(), "Give another --port")
        })?;
    let desk = Desk { store: machine.store.clone(), secrets: machine.secrets.clone() };
    let plans = way::desk(&machine);
    let door = Door::open(&args.data, desk, plans).await.map_err(|err| internal("opening the desk's door", &err))?;
    screen.started(&args.data, &target);
    let ended = work(args, screen, &target, &machine, &front).await;
    door.close().await;
    drop(front);
    machine.stop().await;
    target.stop().await;
    ended
}

async fn work(
    args: &UpArgs,
    screen: &Arc<Screen>,
    target: &Target,
    machine: &Machine,
    front: &Front,
) -> Result<ExitCode, Refusal> {
    let bound = binding::bind(args, screen, target, machine, front).await?;
    let told = follow::told(screen);
    let running = workers::start(machine, told);
    let confirmed = binding::confirm_callback(target, machine, &bound).await?;
    screen.callback(&bound, confirmed, target);
    let report = first_sweep(screen, machine, &bound.binding).await?;
    screen.report(&Report::new(&bound, &report), &report);
    let code = code_of(&report);
    if args.once {
        drop(running);
        return Ok(code);
    }
    let failed_every = Duration::from_secs(args.failed_callbacks_s.into());
    follow::follow(screen, target, machine, &bound, confirmed, failed_every, &report).await;
    drop(running);
    Ok(ExitCode::SUCCESS)
}

/// The first sweep, slice by slice until nothing is left over.
async fn first_sweep(screen: &Arc<Screen>, machine: &Machine, binding: &Binding) -> Result<RunReport, Refusal> {
    let deps = machine.full_sync();
    let at = deps.corps.clock.now();
    let because = "up".to_owned();
    let message = SweepMessage { binding: binding.id.clone(), corp: binding.corp_id.clone(), run: None, because, at };
    let watching = Arc::clone(screen);
    let progress = Arc::new(move |progress| watching.progress(&progress));
    let report = full_sync::sweep(&deps, &message, None, progress).await;
    screen.progress_done();
    report.map_err(|err| internal("syncing", &err))
}

fn code_of(report: &RunReport) -> ExitCode {
    if !report.held.is_empty() || report.scope_waits || report.roster_waits || report.closed {
        ExitCode::from(WAITS)
    } else if report.complete && report.troubles.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cannot_start(err: &StartError) -> Refusal {
    let code = if matches!(err, StartError::InUse(_)) { "data_in_use" } else { "cannot_start" };
    Refusal::new(code, "starting", with_causes(err), "Nothing was written to either side")
}

/// Trouble of this machine, not of DingTalk's.
pub(crate) fn internal(what: &str, err: &dyn std::error::Error) -> Refusal {
    Refusal::new("state_trouble", what, with_causes(err), "Run it again; what was done so far is kept")
}
