//! Writing contacts: what may be sent, and what became of it.
//!
//! Values come in as they are read: canonical, references as DingTalk's ids. Every write names the fields that it shows
//! and no others; a field that is shown and has no value is emptied. DingTalk has no conditional write and no
//! idempotency key: a write whose answer was lost is [`Outcome::Unknown`], is never repeated here, and may land late.
//!
//! Roles are left alone: no canonical field holds them, and the two that matter (主管, administrators) are written
//! through the heads of a department, and never.

mod custom_fields;
mod departments;
mod limits;
mod mobile_number;
mod people;
mod sort_order;
mod written_fields;

use serde::de::DeserializeOwned;

pub use custom_fields::{CustomFieldsError, custom_changes};
pub use departments::{CreatedDepartment, DepartmentOptions};
pub use mobile_number::MobileForm;
pub use people::{NewPerson, PersonChange, PersonEntry};
pub use sort_order::{department_order, person_order};
pub use written_fields::{UnwritableReason, WriteMoment, WrittenFields};

use super::call::ApiCall;
use super::config::Client;
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind};

/// What became of a write that DingTalk did not refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an unknown outcome has to be looked at later"]
pub enum CallOutcome<T> {
    /// DingTalk says that it is done. Lists may show it later; a read of the record shows it at once.
    Done(T),
    /// No usable answer came after the request had left: DingTalk may have done it, may do it within the next seconds, or
    /// never. Read the record before doing anything else about it.
    Unknown,
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It was there and is gone.
    Deleted,
    /// It was not there: gone before, or (a person) invited and not yet in.
    NotThere,
}

impl<T> CallOutcome<T> {
    /// What was done; `None` where nobody knows.
    #[must_use]
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Unknown => None,
        }
    }
}

impl Client {
    /// Sends a write once (and again only where DingTalk cannot have acted on it: throttled, token refused, no
    /// connection).
    async fn send_write<T: DeserializeOwned>(
        &self,
        call: ApiCall,
    ) -> Result<CallOutcome<T>, DingTalkError> {
        match self.call_api(&call.with_write_effect()).await {
            Ok(done) => Ok(CallOutcome::Done(done)),
            Err(DingTalkError {
                trouble: DingTalkErrorKind::UnknownOutcome,
                ..
            }) => Ok(CallOutcome::Unknown),
            Err(error) => Err(error),
        }
    }

    /// Sends a deletion: deleting what is not there is no trouble.
    async fn send_deletion(&self, call: ApiCall) -> Result<CallOutcome<Deletion>, DingTalkError> {
        match self.send_write::<IgnoredContent>(call).await {
            Ok(CallOutcome::Done(IgnoredContent {})) => Ok(CallOutcome::Done(Deletion::Deleted)),
            Ok(CallOutcome::Unknown) => Ok(CallOutcome::Unknown),
            Err(DingTalkError {
                trouble: DingTalkErrorKind::NotFound,
                ..
            }) => Ok(CallOutcome::Done(Deletion::NotThere)),
            Err(error) => Err(error),
        }
    }
}

/// An answer of which only the code matters.
#[derive(serde::Deserialize)]
struct IgnoredContent {}

fn not_sent(interface: &'static str, why: CallFault) -> DingTalkError {
    DingTalkError::new(interface, DingTalkErrorKind::NotSent { why })
}

#[cfg(test)]
mod tests;
