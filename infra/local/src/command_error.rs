//! Why a command was not done, and what a person is shown then.

use std::io::Write as _;
use std::path::Path;

use desk::OrderError;
use directory::{Reason, ReasonCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::language::Language;
use crate::machine::{StartError, machine_reason, machine_reason_of};

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.to_reason())]
pub(crate) enum CommandError {
    /// There is no state.
    NoState {
        /// Which directory.
        data: String,
    },
    /// Another process holds the directory and does not answer.
    Held {
        /// Which directory.
        data: String,
    },
    /// The command does not say enough: who orders, or for which binding.
    Incomplete(Reason),
    /// Work that was queued failed, for the reason in the plan's head.
    Failed(Reason),
    /// The desk did not do it.
    #[serde(untagged)]
    Order(OrderError),
}

impl From<OrderError> for CommandError {
    fn from(err: OrderError) -> Self {
        Self::Order(err)
    }
}

impl CommandError {
    /// There is no state in this directory.
    pub(crate) fn no_state(data: &Path) -> Self {
        Self::NoState {
            data: data.display().to_string(),
        }
    }

    /// Another process holds this directory and does not answer.
    pub(crate) fn held(data: &Path) -> Self {
        Self::Held {
            data: data.display().to_string(),
        }
    }

    /// The state cannot be used now.
    pub(crate) fn unusable(why: impl Into<Reason>) -> Self {
        Self::Order(OrderError::unusable(why))
    }

    /// This machine cannot open the state.
    pub(crate) fn not_started(err: &StartError) -> Self {
        Self::unusable(machine_reason(err))
    }

    /// The process that was asked is of another version.
    pub(crate) fn unexpected_reply() -> Self {
        Self::unusable(machine_reason_of(
            "the running bangding is of another version; stop it and start it again",
        ))
    }

    /// The reason as the person at the terminal reads it.
    pub(crate) fn to_reason(&self) -> Reason {
        match self {
            Self::NoState { data } => {
                Reason::new(ReasonCode::MachineStateMissing).text("path", data)
            }
            Self::Held { data } => Reason::new(ReasonCode::MachineStateInUse).text("path", data),
            Self::Incomplete(reason) | Self::Failed(reason) => reason.clone(),
            Self::Order(err) => err.to_shown_reason(),
        }
    }

    /// The error for programs: `{"error": {"code", "why"}}`.
    pub(crate) fn to_json(&self) -> Value {
        json!({"error": {"code": self, "why": describe_error(self, Language::En)}})
    }
}

/// Prints why a command was not done: on stderr; with `--json` on stdout.
pub(crate) fn print_command_error(err: &CommandError, json: bool, language: Language) {
    // A closed pipe changes nothing any more.
    _ = if json {
        writeln!(std::io::stdout(), "{}", err.to_json())
    } else {
        writeln!(std::io::stderr(), "■ {}", describe_error(err, language))
    };
}

/// An error in the reader's language.
pub(crate) fn describe_error(err: &CommandError, language: Language) -> String {
    language.describe(&err.to_reason())
}
