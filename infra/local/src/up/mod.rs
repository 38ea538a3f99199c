//! `bangding up`: bind a company, sync it in full, then follow its changes.

pub mod args;
mod ask_again;
mod binding;
mod follow;
mod pasted_value;
mod report;
mod screen;
mod stream;
mod target;

pub(crate) use binding::renew_token;
pub(crate) use pasted_value::parse_agent_id;
pub(crate) use target::reopen_sandbox;
pub(crate) use target::{parse_endpoints, read_app_secret};

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use directory::reason::{Reason, ReasonCode};
use directory::text::describe_error;
use engine::bind::BindError;
use engine::report::RunReport;
use state::Binding;
use state::queue::messages::SweepMessage;

use crate::http_front::HttpFront;
use crate::local_socket::LocalSocket;
use crate::machine::{self, Machine, MachineConfig, StartError};
use crate::workers;

use args::UpArgs;
use report::UpReport;
use screen::Screen;
use target::DingTalkTarget;

pub use target::DingTalkApp;

/// Something waits for a person.
const EXIT_WAITS: u8 = 3;

/// Runs the command. Exit 0: complete and equal; 3: something waits for a person; 1: failed.
pub async fn run(args: UpArgs) -> ExitCode {
    let screen = Arc::new(Screen::new(&args));
    match run_up(&args, &screen).await {
        Ok(code) => code,
        Err(refusal) => {
            screen.print_refusal(&refusal);
            ExitCode::FAILURE
        }
    }
}

async fn run_up(args: &UpArgs, screen: &Arc<Screen>) -> Result<ExitCode, BindError> {
    // Before a sandbox of our own writes into the same directory.
    let hold = machine::lock_state(&args.data).map_err(|err| cannot_start(&err))?;
    let target = DingTalkTarget::from_args(args).await?;
    let place = MachineConfig {
        data: args.data.clone(),
        dynamodb: args.dynamodb.map(|address| (address, "local".to_owned())),
        allow_loopback: target.is_loopback(),
    };
    let machine = Machine::start_for(&place, hold, Some(&target.endpoints))
        .await
        .map_err(|err| cannot_start(&err))?;
    let front = HttpFront::start(
        args.port,
        callback::CallbackDeps::new(machine.secrets.clone(), machine.queues.wakes.clone()),
    )
    .await
    .map_err(|err| {
        tracing::warn!(reason = %err, "the callback address could not start");
        BindError::from(Reason::new(ReasonCode::MachinePortTaken))
    })?;
    let socket = LocalSocket::open(&args.data, machine.desk())
        .await
        .map_err(|err| internal_refusal("opening the desk's socket", &err))?;
    screen.started(&args.data, &target);
    let ended = sync_and_follow(args, screen, &target, &machine, &front).await;
    socket.close().await;
    drop(front);
    machine.stop().await;
    target.stop().await;
    ended
}

async fn sync_and_follow(
    args: &UpArgs,
    screen: &Arc<Screen>,
    target: &DingTalkTarget,
    machine: &Machine,
    front: &HttpFront,
) -> Result<ExitCode, BindError> {
    let bound = binding::bind_company(args, screen, target, machine, front).await?;
    let told = follow::print_events(screen);
    let running = workers::start_queue_workers(machine, told);
    let stream = stream::start_if_asked(args, screen, target, machine, &bound.binding)?;
    let confirmed = match &stream {
        Some(stream) => stream.confirm(screen, target, machine).await?,
        None => {
            let confirmed = binding::confirm_callback(target, machine, &bound).await?;
            screen.print_callback(&bound, confirmed, target);
            confirmed
        }
    };
    let report = first_sweep(screen, machine, &bound.binding).await?;
    screen.print_report(&UpReport::new(&bound, &report), &report);
    let code = code_of(&report);
    if args.once {
        drop(running);
        return Ok(code);
    }
    let failed_every = Duration::from_secs(args.failed_callbacks_s.into());
    follow::follow_changes(
        screen,
        target,
        machine,
        &bound,
        // Nobody verifies an address that is not used.
        confirmed || stream.is_some(),
        failed_every,
        &report,
    )
    .await;
    drop(running);
    Ok(ExitCode::SUCCESS)
}

/// The first sweep, slice by slice until nothing is left over.
async fn first_sweep(
    screen: &Arc<Screen>,
    machine: &Machine,
    binding: &Binding,
) -> Result<RunReport, BindError> {
    let deps = machine.full_sync();
    let at = deps.corps.clock.now();
    let because = "up".to_owned();
    let message = SweepMessage {
        binding: binding.id.clone(),
        corp: binding.corp_id.clone(),
        run: None,
        because,
        at,
    };
    let watching = Arc::clone(screen);
    let progress = Arc::new(move |progress| watching.progress(&progress));
    let report = full_sync::sweep_corp(&deps, &message, None, progress).await;
    screen.progress_done();
    report.map_err(|err| internal_refusal("syncing", &err))
}

fn code_of(report: &RunReport) -> ExitCode {
    if !report.held.is_empty() || report.scope_waits || report.roster_waits || report.closed {
        ExitCode::from(EXIT_WAITS)
    } else if report.complete && report.troubles.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cannot_start(err: &StartError) -> BindError {
    let reason = match err {
        StartError::InUse(path) => {
            Reason::new(ReasonCode::MachineStateInUse).text("path", path.display().to_string())
        }
        err => {
            Reason::new(ReasonCode::MachineFailed).cause(Reason::stored_text(describe_error(err)))
        }
    };
    BindError::from(reason)
}

/// Trouble of this machine, not of DingTalk's, while `what` was done.
pub(crate) fn internal_refusal(what: &str, err: &dyn std::error::Error) -> BindError {
    let cause = describe_error(err);
    tracing::error!(
        what,
        reason = cause,
        "this machine has a problem of its own"
    );
    BindError::from(machine::machine_reason_of(cause))
}
