//! What waits for a person, as records in `control`: conflicts, holds and quarantined records.
//!
//! Each has an id that follows from what it is about, so that a second sweep finds its own record instead of making another
//! one, and each is closed when its cause is gone. Values of people are sealed; reasons are codes and sentences without
//! personal data.

mod conflict;
mod field_choice;
mod history;
mod hold;
mod pages;
mod quarantine;
mod resolve;

use std::sync::Arc;

use directory::{CorpId, FieldValue, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use state::seal::{self, SealContext, SealKey, SealedValue};
use state::store::{ControlKind, PutCondition, StoredItem};
use state::{Binding, Store, StoreError, WriteError};

use crate::ports::Randomness;
use crate::{CorpEngines, EngineError};

pub use conflict::{Conflict, ConflictState, conflict_id};
pub use field_choice::{ChoiceOutcome, FieldChoice};
pub use history::{FieldHistory, HistoryPage};
pub use hold::{Hold, HoldBook, HoldRecord, HoldState, ReleaseError};
pub use quarantine::{QuarantineCause, QuarantineState, QuarantinedRecord};
pub use resolve::ResolveError;

/// How often a record is written while somebody else writes it too.
const TRIES: usize = 4;

/// Closed records are kept this long, in seconds: half a year.
const RETENTION_SECONDS: i64 = 183 * 24 * 3600;

/// The records of one corp.
#[derive(Clone)]
pub struct ReviewStore {
    /// State.
    pub store: Store,
    /// The tenant.
    pub corp: CorpId,
    /// Seals values.
    pub seal_key: SealKey,
    /// Nonces.
    pub randomness: Arc<dyn Randomness>,
}

impl CorpEngines {
    /// The records of a binding's corp.
    ///
    /// # Errors
    /// [`EngineError::Secret`].
    pub async fn review_store(&self, binding: &Binding) -> Result<ReviewStore, EngineError> {
        let keys = self.secrets.get_keys(&binding.id).await?;
        Ok(ReviewStore {
            store: self.store.clone(),
            corp: binding.corp_id.clone(),
            seal_key: keys.seal_key(),
            randomness: Arc::clone(&self.randomness),
        })
    }
}

impl ReviewStore {
    /// Seals a value for its place: a record's id, and the field or purpose.
    pub(crate) fn seal_value(
        &self,
        record: &str,
        field: &str,
        value: Option<&FieldValue>,
    ) -> Option<SealedValue> {
        let text = serde_json::to_vec(value?).ok()?;
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = self.randomness.bytes();
        let place = SealContext {
            corp: &self.corp,
            record,
            field,
        };
        seal::seal_value(
            &self.seal_key,
            place,
            [a, b, c, d, e, f, g, h, i, j, k, l],
            &text,
        )
        .ok()
    }

    /// Opens a value in its place; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it was changed, or sealed for another place or with another key.
    pub fn open_value(
        &self,
        record: &str,
        field: &str,
        sealed: Option<&SealedValue>,
    ) -> Result<Option<FieldValue>, StoreError> {
        let malformed = StoreError::Malformed {
            what: "sealed value",
            why: "it does not open in its place",
        };
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let place = SealContext {
            corp: &self.corp,
            record,
            field,
        };
        let text =
            seal::open_value(&self.seal_key, place, sealed).map_err(|_| malformed.clone())?;
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|_| malformed)
    }

    /// All records of a kind, newest first.
    async fn list_all<T: DeserializeOwned>(
        &self,
        kind: ControlKind,
    ) -> Result<Vec<StoredItem<T>>, StoreError> {
        // In pages, all of them: an open one must not be behind a thousand closed ones.
        self.store.list_newest(&self.corp, kind, usize::MAX).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        kind: ControlKind,
        id: &str,
    ) -> Result<Option<StoredItem<T>>, StoreError> {
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
        let condition = over.map_or(PutCondition::New, PutCondition::Version);
        let expires = closed.map(|at| at.millis() / 1000 + RETENTION_SECONDS);
        self.store
            .put_control(&self.corp, kind, id, body, condition, expires)
            .await
            .map(|_| ())
    }
}

/// What the time or somebody else made of a put that only tidies up: the next sweep tidies again.
fn ignore_stale(put: Result<(), WriteError>) -> Result<(), StoreError> {
    match put {
        Ok(()) | Err(WriteError::Stale | WriteError::Exists { .. }) => Ok(()),
        Err(WriteError::Store(err)) => Err(err),
        Err(WriteError::TooLarge { .. }) => Err(StoreError::Malformed {
            what: "record",
            why: "it is too large",
        }),
    }
}
