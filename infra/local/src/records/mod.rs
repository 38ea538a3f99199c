//! What waits for a person, and for what: conflicts, holds, quarantined records, and everything that is on its way.
//!
//! Asked the same way as plans: through the door of an `up` that has the state in its hands, or here.

pub mod args;
pub(crate) mod desk;
pub mod order;
mod reader;
mod waiting;
pub(crate) mod words;

use std::process::ExitCode;

use engine::records::QuarantinedState;

use crate::plan::args::Here;
use crate::plan::order::{Answer as Answered, Order as Ordered, Trouble};
use crate::plan::way::Way;
use crate::plan::who;
use args::{ConflictAction, ConflictArgs, HoldAction, HoldArgs, QuarantineAction, QuarantineArgs, WaitingArgs};
use order::{Answer, Order};

/// Something waits for a person.
const WAITS: u8 = 3;

/// `bangding conflict`. Exit 0: done; 1: not.
pub async fn conflict(args: &ConflictArgs) -> ExitCode {
    let (order, calls) = match &args.action {
        ConflictAction::List { all } => (Order::Conflicts { all: *all }, false),
        ConflictAction::Show { id } => (Order::Conflict(id.clone()), false),
        ConflictAction::Resolve { id, keep: Some(keep), undo: false, by } => {
            (Order::Resolve { id: id.clone(), keep: (*keep).into(), by: who(by.as_deref()) }, true)
        }
        ConflictAction::Resolve { id, .. } => (Order::Reopen(id.clone()), true),
    };
    told(&args.here, order, calls).await
}

/// `bangding hold`. Exit 0: done; 1: not.
pub async fn hold(args: &HoldArgs) -> ExitCode {
    let order = match &args.action {
        HoldAction::List { all } => Order::Holds { all: *all },
        HoldAction::Show { id } => Order::Hold(id.clone()),
        HoldAction::Release { id, undo: true, .. } => Order::TakeBack(id.clone()),
        HoldAction::Release { id, by, .. } => Order::Release { id: id.clone(), by: who(by.as_deref()) },
    };
    told(&args.here, order, false).await
}

/// `bangding quarantine`. Exit 0: done; 3: the record that was tried still waits; 1: not.
pub async fn quarantine(args: &QuarantineArgs) -> ExitCode {
    let (order, calls) = match &args.action {
        QuarantineAction::List { all } => (Order::Quarantined { all: *all }, false),
        QuarantineAction::Show { id } => (Order::QuarantinedOne(id.clone()), false),
        QuarantineAction::Retry { id } => (Order::Retry(id.clone()), true),
    };
    told(&args.here, order, calls).await
}

/// `bangding waiting`. Exit 0: told.
pub async fn waiting(args: &WaitingArgs) -> ExitCode {
    told(&args.here, Order::Waiting, false).await
}

/// Asks, prints the answer, and says how it ended.
async fn told(here: &Here, order: Order, calls: bool) -> ExitCode {
    let tried = matches!(order, Order::Retry(_));
    let outcome = ask(here, order, calls).await;
    words::print(here, &outcome);
    match outcome {
        Ok(Answer::QuarantinedOne(one)) if tried && one.state == QuarantinedState::Waits => ExitCode::from(WAITS),
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn ask(here: &Here, order: Order, calls: bool) -> Result<Answer, Trouble> {
    let way = Way::find(&here.data, calls).await?;
    let answer = way.ask(&Ordered::Records(order)).await;
    way.leave().await;
    match answer? {
        Answered::Records(answer) => Ok(*answer),
        _ => Err(crate::plan::unexpected()),
    }
}
