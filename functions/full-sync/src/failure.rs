//! Why a run did not take place, as a reason that a plan's head keeps.

use directory::{Reason, ReasonCode};
use engine::plans::{PlanError, PlanNotReadyError};

use crate::SweepError;

impl SweepError {
    /// The error as a code with arguments. What only a log can explain is `run-not-started` without more.
    #[must_use]
    pub fn to_reason(&self) -> Reason {
        match self {
            Self::NotNow(not_ready) => of_readiness(not_ready),
            Self::Plan(err) => of_plan(err),
            Self::State(_) => unavailable("table"),
            Self::Write(_) => Reason::new(ReasonCode::StateChangedElsewhere),
            Self::Queue(_) | Self::Message(_) => unavailable("queue"),
            Self::Checkpoint(_) => unavailable("archive"),
            Self::Ehr(_) => Reason::new(ReasonCode::EhrUnavailable),
            Self::Interrupted(err) => Reason::new(ReasonCode::RunPlanInterrupted)
                .cause(Reason::stored_text(err.sentence())),
            Self::Engine(err) => {
                Reason::new(ReasonCode::RunNotStarted).cause(Reason::stored_text(err.to_string()))
            }
            Self::Run => Reason::new(ReasonCode::RunNotStarted)
                .cause(Reason::new(ReasonCode::StateIdInvalid)),
        }
    }
}

fn unavailable(part: &str) -> Reason {
    Reason::new(ReasonCode::StateUnavailable).text("part", part)
}

fn of_plan(err: &PlanError) -> Reason {
    match err {
        PlanError::Unknown => Reason::new(ReasonCode::PlanUnknown),
        PlanError::NoBody => Reason::new(ReasonCode::PlanContentMissing),
        PlanError::Sealed(_) | PlanError::NotTheBody => {
            Reason::new(ReasonCode::PlanContentUnreadable)
        }
        PlanError::Write(state::WriteError::Stale) => Reason::new(ReasonCode::PlanChangedElsewhere),
        PlanError::Read(_) | PlanError::Write(_) => {
            Reason::new(ReasonCode::PlanNotStored).cause(unavailable("table"))
        }
        PlanError::Archive(_) | PlanError::Name(_) => {
            Reason::new(ReasonCode::PlanNotStored).cause(unavailable("archive"))
        }
    }
}

fn of_readiness(err: &PlanNotReadyError) -> Reason {
    match err {
        PlanNotReadyError::Unapproved => Reason::new(ReasonCode::PlanUnapproved),
        PlanNotReadyError::NotWhatWasApproved => Reason::new(ReasonCode::PlanNotAsApproved),
        PlanNotReadyError::OtherPolicy { plan, active } => Reason::new(ReasonCode::PlanOtherPolicy)
            .number("plan", *plan)
            .number("active", *active),
        PlanNotReadyError::Expired { hours, max } => Reason::new(ReasonCode::PlanExpired)
            .number("hours", *hours)
            .number("limit", *max),
        PlanNotReadyError::Superseded => Reason::new(ReasonCode::PlanSuperseded),
        PlanNotReadyError::Done => Reason::new(ReasonCode::PlanAlreadyApplied),
        PlanNotReadyError::Failed => Reason::new(ReasonCode::PlanFailed),
    }
}
