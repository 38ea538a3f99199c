//! Writing contacts (`dingtalk-api.md` §3.2, §3.4): what may be sent, and what became of it.
//!
//! Values come in as they are read: canonical, references as DingTalk's ids. Every write names the fields that it shows
//! and no others; a field that is shown and has no value is emptied. DingTalk has no conditional write and no
//! idempotency key: a write whose answer was lost is [`Outcome::Unknown`], is never repeated here, and may land late.
//!
//! Roles are left alone: no canonical field holds them, and the two that matter (主管, administrators) are written
//! through the heads of a department, and never.

mod custom;
mod departments;
mod fields;
mod limits;
mod mobile;
mod order;
mod people;

use serde::de::DeserializeOwned;

pub use custom::{NotCustomFields, custom_changes};
pub use departments::{CreatedDepartment, DepartmentOptions};
pub use fields::{Moment, Unwritable, Written};
pub use mobile::MobileForm;
pub use order::{department_order, person_order};
pub use people::{Entry, NewPerson, PersonChange};

use super::call::Call;
use super::config::Client;
use crate::error::{Error, Trouble};

/// What became of a write that DingTalk did not refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an unknown outcome has to be looked at later"]
pub enum Outcome<T> {
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

impl<T> Outcome<T> {
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
    async fn write<T: DeserializeOwned>(&self, call: Call) -> Result<Outcome<T>, Error> {
        match self.ask(&call.write()).await {
            Ok(done) => Ok(Outcome::Done(done)),
            Err(Error { trouble: Trouble::UnknownOutcome, .. }) => Ok(Outcome::Unknown),
            Err(error) => Err(error),
        }
    }

    /// Sends a deletion: deleting what is not there is no trouble.
    async fn delete(&self, call: Call) -> Result<Outcome<Deletion>, Error> {
        match self.write::<Nothing>(call).await {
            Ok(Outcome::Done(Nothing {})) => Ok(Outcome::Done(Deletion::Deleted)),
            Ok(Outcome::Unknown) => Ok(Outcome::Unknown),
            Err(Error { trouble: Trouble::NotFound, .. }) => Ok(Outcome::Done(Deletion::NotThere)),
            Err(error) => Err(error),
        }
    }
}

/// An answer of which only the code matters.
#[derive(serde::Deserialize)]
struct Nothing {}

fn not_sent(interface: &'static str, why: &'static str) -> Error {
    Error::new(interface, Trouble::NotSent { why })
}

#[cfg(test)]
mod tests;
