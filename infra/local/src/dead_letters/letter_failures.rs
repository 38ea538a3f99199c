//! Why dead letters could not be worked on, in the reader's language.

use directory::reason::{Reason, ReasonCode};
use directory::text::describe_error;

use super::DeadLettersError;
use crate::language::{Language, text};
use crate::machine::{StartError, machine_reason};
use crate::rotate::rotation_target::no_aws;

/// One failure as a sentence, with its cause.
pub(super) fn describe_failure(err: &DeadLettersError, language: Language) -> String {
    match err {
        DeadLettersError::Missing(err) => language.describe(&no_aws(err).reason),
        DeadLettersError::Tls(err) => language.describe(&no_aws(err).reason),
        DeadLettersError::Machine(StartError::InUse(path)) => {
            let path = path.display().to_string();
            language.describe(&Reason::new(ReasonCode::MachineStateInUse).text("path", path))
        }
        DeadLettersError::Machine(err) => language.describe(&machine_reason(err)),
        DeadLettersError::NoState(path) => {
            let path = path.display().to_string();
            language.describe(&Reason::new(ReasonCode::MachineStateMissing).text("path", path))
        }
        DeadLettersError::Queue { queue, source } => text!(
            language,
            "letters-queue-failed",
            queue = queue,
            cause = &describe_error(source)
        ),
        DeadLettersError::Queues(source) => {
            text!(
                language,
                "letters-queues-unread",
                cause = &describe_error(source)
            )
        }
        DeadLettersError::NoQueues(stack) => {
            text!(language, "letters-queues-missing", stack = stack)
        }
        DeadLettersError::NoQueue { name, known } => {
            text!(
                language,
                "letters-queue-unknown",
                name = name,
                known = known
            )
        }
        DeadLettersError::NoLetter { queue, id } => {
            text!(language, "letters-unknown", queue = queue, id = id)
        }
    }
}
