//! The way from nothing to a bound company, as a pure state machine that goes on wherever it was left.
//!
//! The state holds answers and what was proven; never a secret. Which step is open follows from it alone.

mod credentials;
mod state;
mod step;

pub use credentials::{CredentialFault, CredentialField, check_credentials};
pub use state::{
    AppliedFigures, AuthorisedBy, CallbackFacts, CredentialFacts, PermissionFact, ProofState,
    RangeFacts, SyncDirection, WizardAnswer, WizardFault, WizardPlan, WizardState,
};
pub use step::{StepStatus, WizardStep};
