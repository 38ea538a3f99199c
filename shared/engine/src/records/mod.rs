//! What waits for a person, as records in `control`: conflicts, holds and quarantined records (`design.md` §4.8, §4.14).
//!
//! Each has an id that follows from what it is about, so that a second sweep finds its own record instead of making another
//! one, and each is closed when its cause is gone. Values of people are sealed; reasons are codes and sentences without
//! personal data.

mod conflict;
mod decided;
mod hold;
mod quarantine;
mod resolve;

use std::sync::Arc;

use directory::{CorpId, Timestamp, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use state::seal::{self, Place, SealKey, Sealed};
use state::store::{Condition, ControlKind, Stored};
use state::{Binding, Store, StoreError, WriteError};

use crate::ports::Randomness;
use crate::{Corps, NoEngine};

pub use conflict::{Conflict, ConflictState, conflict_id};
pub use decided::{Granted, Wish};
pub use hold::{Hold, HoldRecord, HoldState, NotReleased};
pub use quarantine::{Cause, Quarantined, QuarantinedState};
pub use resolve::NotResolved;

/// Records of one kind that are read together; more than these wait for nobody.
const LISTED: usize = 1000;

/// How often a record is written while somebody else writes it too.
const TRIES: usize = 4;

/// Closed records are kept this long, in seconds: half a year.
const KEPT_S: i64 = 183 * 24 * 3600;

/// The records of one corp.
#[derive(Clone)]
pub struct Records {
    /// State.
    pub store: Store,
    /// The tenant.
    pub corp: CorpId,
    /// Seals values.
    pub seal_key: SealKey,
    /// Nonces.
    pub randomness: Arc<dyn Randomness>,
}

impl Corps {
    /// The records of a binding's corp.
    ///
    /// # Errors
    /// [`NoEngine::Secret`].
    pub async fn records(&self, binding: &Binding) -> Result<Records, NoEngine> {
        let secret = self.secrets.binding(&binding.id).await?;
        Ok(Records {
            store: self.store.clone(),
            corp: binding.corp_id.clone(),
            seal_key: secret.seal_key(),
            randomness: Arc::clone(&self.randomness),
        })
    }
}

impl Records {
    /// Seals a value for its place: a record's id, and the field or purpose.
    pub(crate) fn seal(&self, record: &str, field: &str, value: Option<&Value>) -> Option<Sealed> {
        let text = serde_json::to_vec(value?).ok()?;
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = self.randomness.bytes();
        let place = Place { corp: &self.corp, record, field };
        seal::seal(&self.seal_key, place, [a, b, c, d, e, f, g, h, i, j, k, l], &text).ok()
    }

    /// Opens a value in its place; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it was changed, or sealed for another place or with another key.
    pub fn open(&self, record: &str, field: &str, sealed: Option<&Sealed>) -> Result<Option<Value>, StoreError> {
        let malformed = StoreError::Malformed { what: "sealed value", why: "it does not open in its place" };
        let Some(sealed) = sealed else { return Ok(None) };
        let place = Place { corp: &self.corp, record, field };
        let text = seal::open(&self.seal_key, place, sealed).map_err(|_| malformed.clone())?;
        serde_json::from_slice(&text).map(Some).map_err(|_| malformed)
    }

    async fn all<T: DeserializeOwned>(&self, kind: ControlKind) -> Result<Vec<Stored<T>>, StoreError> {
        self.store.newest_first(&self.corp, kind, LISTED).await
    }

    async fn get<T: DeserializeOwned>(&self, kind: ControlKind, id: &str) -> Result<Option<Stored<T>>, StoreError> {
        self.store.get_control(&self.corp, kind, id).await
    }

    /// Stores a record over what was read; `closed` since then, it expires.
    async fn put<T: Serialize + Sync>(
        &self,
        kind: ControlKind,
        id: &str,
        body: &T,
        over: Option<u64>,
        closed: Option<Timestamp>,
    ) -> Result<(), WriteError> {
        let condition = over.map_or(Condition::New, Condition::Version);
        let expires = closed.map(|at| at.millis() / 1000 + KEPT_S);
        self.store.put_control(&self.corp, kind, id, body, condition, expires).await.map(|_| ())
    }
}

/// What the time or somebody else made of a put that only tidies up: the next sweep tidies again.
fn unless_stale(put: Result<(), WriteError>) -> Result<(), StoreError> {
    match put {
        Ok(()) | Err(WriteError::Stale | WriteError::Exists { .. }) => Ok(()),
        Err(WriteError::Store(err)) => Err(err),
        Err(WriteError::TooLarge { .. }) => Err(StoreError::Malformed { what: "record", why: "it is too large" }),
    }
}
