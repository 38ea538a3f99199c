//! What waits for a person, and for what: conflicts, holds, quarantined records, and everything that is on its way.
//!
//! Asked the same way as plans: through the door of an `up` that has the state in its hands, or here.

pub mod args;
pub(crate) mod desk;
mod journal;
pub mod order;
mod print_history;
mod record_reader;
mod waiting;
pub(crate) mod words;

use std::process::ExitCode;

use engine::reviews::QuarantineState;

use crate::plan::actor_name;
use crate::plan::args::ContextArgs;
use crate::plan::order::{PlanOrder as Ordered, PlanOrderError, PlanReply as Answered};
use crate::plan::session::StateSession;
use args::{
    ConflictAction, ConflictArgs, HoldAction, HoldArgs, JournalAction, JournalArgs,
    QuarantineAction, QuarantineArgs, WaitingArgs, WhyArgs,
};
use order::{RecordOrder, RecordReply};

/// Something waits for a person.
const EXIT_WAITS: u8 = 3;

/// `bangding conflict`. Exit 0: done; 1: not.
pub async fn conflict(args: &ConflictArgs) -> ExitCode {
    let (order, calls) = match &args.action {
        ConflictAction::List { all } => (RecordOrder::Conflicts { all: *all }, false),
        ConflictAction::Show { id } => (RecordOrder::Conflict(id.clone()), false),
        ConflictAction::Resolve {
            id,
            keep: Some(keep),
            undo: false,
            by,
        } => (
            RecordOrder::Resolve {
                id: id.clone(),
                keep: (*keep).into(),
                by: actor_name(by.as_deref()),
            },
            true,
        ),
        ConflictAction::Resolve { id, .. } => (RecordOrder::Reopen(id.clone()), true),
    };
    run_order(&args.here, order, calls).await
}

/// `bangding hold`. Exit 0: done; 1: not.
pub async fn hold(args: &HoldArgs) -> ExitCode {
    let order = match &args.action {
        HoldAction::List { all } => RecordOrder::Holds { all: *all },
        HoldAction::Show { id } => RecordOrder::Hold(id.clone()),
        HoldAction::Release { id, undo: true, .. } => RecordOrder::TakeBack(id.clone()),
        HoldAction::Release { id, by, .. } => RecordOrder::Release {
            id: id.clone(),
            by: actor_name(by.as_deref()),
        },
    };
    run_order(&args.here, order, false).await
}

/// `bangding quarantine`. Exit 0: done; 3: the record that was tried still waits; 1: not.
pub async fn quarantine(args: &QuarantineArgs) -> ExitCode {
    let (order, calls) = match &args.action {
        QuarantineAction::List { all } => (RecordOrder::Quarantined { all: *all }, false),
        QuarantineAction::Show { id } => (RecordOrder::QuarantinedOne(id.clone()), false),
        QuarantineAction::Retry { id } => (RecordOrder::Retry(id.clone()), true),
    };
    run_order(&args.here, order, calls).await
}

/// `bangding waiting`. Exit 0: told.
pub async fn waiting(args: &WaitingArgs) -> ExitCode {
    run_order(&args.here, RecordOrder::Waiting, false).await
}

/// `bangding why`. Exit 0: told; 1: nobody is called so.
pub async fn why(args: &WhyArgs) -> ExitCode {
    run_order(
        &args.here,
        RecordOrder::Why {
            who: args.person.clone(),
            field: args.field,
        },
        false,
    )
    .await
}

/// `bangding journal`. Exit 0: told, or intact; 1: not.
pub async fn journal(args: &JournalArgs) -> ExitCode {
    let order = match &args.action {
        JournalAction::Show { person, field } => RecordOrder::History {
            who: person.clone(),
            field: *field,
        },
        JournalAction::Verify => RecordOrder::Verify,
    };
    run_order(&args.here, order, false).await
}

/// Asks, prints the answer, and says how it ended.
async fn run_order(here: &ContextArgs, order: RecordOrder, calls: bool) -> ExitCode {
    let tried = matches!(order, RecordOrder::Retry(_));
    let outcome = send_record_order(here, order, calls).await;
    words::print_outcome(here, &outcome);
    match outcome {
        Ok(RecordReply::QuarantinedOne(one)) if tried && one.state == QuarantineState::Waits => {
            ExitCode::from(EXIT_WAITS)
        }
        Ok(RecordReply::Verified(verified)) if verified.broken.is_some() => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn send_record_order(
    here: &ContextArgs,
    order: RecordOrder,
    calls: bool,
) -> Result<RecordReply, PlanOrderError> {
    let way = StateSession::connect(&here.data, calls).await?;
    let answer = way.send_order(&Ordered::Records(order)).await;
    way.close().await;
    match answer? {
        Answered::Records(answer) => Ok(*answer),
        _ => Err(crate::plan::unexpected_reply()),
    }
}
