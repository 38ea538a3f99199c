//! From a binding to the engine of its corp, the same in every function.

use std::sync::Arc;

use dingtalk::client::{Client, Clock};
use directory::{BindingId, RunId};
use ehr::{Connector, Ledger};
use state::store::Stored;
use state::vault::{SecretError, Secrets};
use state::{Archive, Binding, Store, StoreError};

use crate::Engine;
use crate::gate::{BindingGate, Purpose};
use crate::journal::SealedJournal;
use crate::plans::Plans;
use crate::policies::{self, NotActivated};
use crate::ports::Randomness;

/// What an engine is made of, for any binding.
#[derive(Clone)]
pub struct Corps {
    /// State.
    pub store: Store,
    /// The bindings' secrets.
    pub secrets: Secrets,
    /// The DingTalk client of a binding; one per corp, since the pace is kept in it.
    pub client: Arc<dyn Fn(&Binding) -> Client + Send + Sync>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Versions, link ids, nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// Why there is no engine for a binding.
#[derive(Debug, thiserror::Error)]
pub enum NoEngine {
    /// There is no such binding.
    #[error("there is no such binding")]
    Unknown,
    /// Its eHR connector is not one that this version has.
    #[error("the binding names an eHR connector that this version does not have")]
    Connector,
    /// The state could not be read.
    #[error("the binding could not be read")]
    State(#[from] StoreError),
    /// Its policy is not there, or cannot be read by this version of the program.
    #[error("the binding's policy could not be read")]
    Policy(#[from] NotActivated),
    /// The secret could not be read.
    #[error("the binding's secret could not be read")]
    Secret(#[from] SecretError),
}

impl Corps {
    /// The binding as it is stored now, and the engine of its corp under its active policy. What it writes goes through
    /// the binding's gate.
    ///
    /// # Errors
    /// [`NoEngine`].
    pub async fn engine(&self, id: &BindingId, purpose: Purpose) -> Result<(Stored<Binding>, Engine), NoEngine> {
        let binding = self.store.binding(id).await?.ok_or(NoEngine::Unknown)?;
        if binding.body.connector != "ledger" {
            return Err(NoEngine::Connector);
        }
        let secret = self.secrets.binding(id).await?;
        let corp = binding.body.corp_id.clone();
        let policy = policies::policy(&self.store, &corp, binding.body.policy).await?;
        let gate = BindingGate::new(self.store.clone(), id.clone(), purpose, Arc::clone(&self.clock));
        let journal =
            SealedJournal::new(self.store.clone(), corp.clone(), secret.seal_key(), Arc::clone(&self.randomness));
        let engine = Engine {
            dingtalk: Arc::new((self.client)(&binding.body)),
            ehr: Arc::new(Ledger::new(self.store.clone(), corp.clone(), secret.hash_key(), self.clock.now())),
            links: Arc::new(self.store.clone()),
            journal: Arc::new(journal),
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
            key: secret.hash_key(),
            policy,
            gate: Arc::new(gate),
            released: std::collections::BTreeSet::new(),
            corp,
        };
        Ok((binding, engine))
    }

    /// The eHR of a binding, as of now.
    ///
    /// # Errors
    /// [`NoEngine`].
    pub async fn connector(&self, binding: &Binding) -> Result<Arc<dyn Connector>, NoEngine> {
        if binding.connector != "ledger" {
            return Err(NoEngine::Connector);
        }
        let key = self.secrets.binding(&binding.id).await?.hash_key();
        Ok(Arc::new(Ledger::new(self.store.clone(), binding.corp_id.clone(), key, self.clock.now())))
    }

    /// The plans of a binding's corp.
    ///
    /// # Errors
    /// [`NoEngine::Secret`].
    pub async fn plans(&self, binding: &Binding, archive: &Arc<dyn Archive>) -> Result<Plans, NoEngine> {
        let secret = self.secrets.binding(&binding.id).await?;
        Ok(Plans {
            store: self.store.clone(),
            archive: Arc::clone(archive),
            corp: binding.corp_id.clone(),
            seal_key: secret.seal_key(),
            hash_key: secret.hash_key(),
            randomness: Arc::clone(&self.randomness),
        })
    }

    /// A new run's id: sorts by time.
    #[must_use]
    pub fn new_run(&self) -> Option<RunId> {
        let [a, b, c, d, ..] = self.randomness.bytes();
        state::run_id(self.clock.now(), u32::from_be_bytes([a, b, c, d])).ok()
    }
}
