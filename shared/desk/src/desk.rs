//! The desk: one entry for every order.

use std::sync::Arc;

use directory::hash::HashKey;
use directory::{BindingId, Timestamp};
use engine::CorpEngines;
use state::seal::SealKey;
use state::{Archive, Binding, Queue};

use crate::authorize::Scope;
use crate::error::OrderError;
use crate::order_journal::SubjectNote;

/// The desk of one deployment: state, secrets, the engines of its corps, and the queue that long work goes through.
#[derive(Clone)]
pub struct Desk {
    /// The engine of each corp.
    pub corps: CorpEngines,
    /// Where sweeps and plans are asked for.
    pub sweeps: Arc<dyn Queue>,
    /// Bodies of plans, copies of the journal's head.
    pub archive: Arc<dyn Archive>,
}

/// An order that is being done.
pub(crate) struct OrderContext<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) binding: Binding,
    /// What the actor is called.
    pub(crate) by: &'a str,
    pub(crate) scope: Scope,
    pub(crate) subject: SubjectNote,
}

impl OrderContext<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.desk.now()
    }
}

impl Desk {
    pub(crate) fn now(&self) -> Timestamp {
        self.corps.clock.now()
    }

    /// The key that values of a binding are sealed with.
    pub(crate) async fn seal_key(&self, binding: &BindingId) -> Result<SealKey, OrderError> {
        let keys = self.corps.secrets.get_keys(binding).await;
        Ok(keys.map_err(|err| OrderError::unusable(&err))?.seal_key())
    }

    /// The key of a binding's hashes.
    pub(crate) async fn hash_key(&self, binding: &BindingId) -> Result<HashKey, OrderError> {
        let keys = self.corps.secrets.get_keys(binding).await;
        Ok(keys.map_err(|err| OrderError::unusable(&err))?.hash_key())
    }
}
