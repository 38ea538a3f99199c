//! The one way from a page to Bangding: an order goes in, a reply comes out.
//!
//! Pages decide nothing. Roles are checked, changes are journalled and values are masked behind this port.

mod actor;
mod order;
mod reply;

use async_trait::async_trait;
use directory::Reason;

pub use actor::{ConsoleActor, ConsoleRole, SignInMethod};
pub use order::{
    ConsoleAction, ConsoleOrder, ConsoleRequest, CredentialInput, DecisionTarget, QueueName,
    WizardRequest,
};
pub use reply::{
    AgreementFigures, ChangeCounts, ConflictRow, ConsoleReply, DashboardFigures, FieldAgreement,
    FieldOwnership, FieldRow, HoldRow, InterfaceCalls, JournalRow, MatchCandidate, MatchField,
    MatchRow, OrderOutcome, PersonDetail, PersonRow, PlanDetail, PlanItemRow, PlanPhase, PlanRow,
    PlannedChange, PlannedVerb, QuarantineRow, QuotaFigures, RecordLabel, ReplyPage, RunDetail,
    RunOutcome, RunRow, RunTrouble, SeenRecords, TimelineRow, WaitingFigures,
};

/// Why an order was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// The actor's roles do not allow it.
    #[error("the actor's roles do not allow it")]
    NotAllowed,
    /// It is allowed after a second proof.
    #[error("a second proof is needed")]
    StepUpNeeded,
    /// There is no such thing.
    #[error("there is no such thing: {0}")]
    Unknown(Reason),
    /// It is refused for a reason that lies in the thing itself.
    #[error("refused: {0}")]
    Refused(Reason),
    /// The state cannot be used now. What changed is not known.
    #[error("not possible now: {0}")]
    Unavailable(Reason),
}

impl OrderRefusal {
    /// The reason, for the catalogue.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::NotAllowed | Self::StepUpNeeded => None,
            Self::Unknown(reason) | Self::Refused(reason) | Self::Unavailable(reason) => {
                Some(reason)
            }
        }
    }
}

/// What carries out the orders of the console.
#[async_trait]
pub trait ConsoleDesk: Send + Sync {
    /// Whether this actor may do this at all; menus leave out what is not allowed. The answer is only a courtesy:
    /// [`ConsoleDesk::handle`] checks again.
    fn may(&self, actor: &ConsoleActor, action: ConsoleAction) -> bool;

    /// Checks and carries out an order.
    ///
    /// # Errors
    /// [`OrderRefusal`]; nothing changed then, unless it is [`OrderRefusal::Unavailable`].
    async fn handle(&self, order: ConsoleOrder) -> Result<ConsoleReply, OrderRefusal>;
}
