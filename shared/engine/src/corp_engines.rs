//! From a binding to the engine of its corp, the same in every function.

use std::sync::Arc;

use dingtalk::client::{Client, Clock};
use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, RunId};
use ehr::{Connector, Ledger};
use state::store::StoredItem;
use state::vault::{BindingKeys, SecretError, SecretStore};
use state::{Archive, Binding, Store, StoreError};

use crate::Engine;
use crate::budget::StoredBudget;
use crate::gate::{BindingGate, WritePurpose};
use crate::journal::SealedJournal;
use crate::plans::PlanStore;
use crate::policy_versions::{self, ActivationError};
use crate::ports::Randomness;

/// Makes the DingTalk client of a binding.
pub type MakeClient = Arc<dyn Fn(&Binding, &BindingKeys) -> Client + Send + Sync>;

/// What an engine is made of, for any binding.
#[derive(Clone)]
pub struct CorpEngines {
    /// State.
    pub store: Store,
    /// The bindings' secrets.
    pub secrets: SecretStore,
    /// The DingTalk client of a binding and its keys; one per corp, since the pace is kept in it.
    pub client: MakeClient,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Versions, link ids, nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// Why there is no engine for a binding.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such binding.
    #[error("there is no such binding")]
    Unknown,
    /// Its eHR connector is not one that this version has.
    #[error("the binding names an eHR connector that this version does not have")]
    Connector(String),
    /// The state could not be read.
    #[error("the binding could not be read")]
    State(#[from] StoreError),
    /// Its policy is not there, or cannot be read by this version of the program.
    #[error("the binding's policy could not be read")]
    Policy(#[from] ActivationError),
    /// The secret could not be read.
    #[error("the binding's secret could not be read")]
    Secret(#[from] SecretError),
}

impl From<&EngineError> for Reason {
    fn from(err: &EngineError) -> Self {
        let unreadable = |part, cause| {
            Self::new(ReasonCode::BindingUnreadable)
                .text("part", part)
                .cause(cause)
        };
        match err {
            EngineError::Unknown => Self::new(ReasonCode::BindingUnknown),
            EngineError::Connector(name) => {
                Self::new(ReasonCode::BindingConnectorUnknown).text("connector", name)
            }
            EngineError::State(err) => unreadable("binding", Self::from(err)),
            EngineError::Policy(err) => unreadable("policy", Self::from(err)),
            EngineError::Secret(err) => unreadable("secret", Self::from(err)),
        }
    }
}

impl CorpEngines {
    /// The binding as it is stored now, and the engine of its corp under its active policy. What it writes goes through
    /// the binding's gate.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn open_engine(
        &self,
        id: &BindingId,
        purpose: WritePurpose,
    ) -> Result<(StoredItem<Binding>, Engine), EngineError> {
        let binding = self
            .store
            .get_binding(id)
            .await?
            .ok_or(EngineError::Unknown)?;
        if binding.body.connector != "ledger" {
            return Err(EngineError::Connector(binding.body.connector));
        }
        let keys = self.secrets.get_keys(id).await?;
        let corp = binding.body.corp_id.clone();
        let policy = policy_versions::load_policy(&self.store, &corp, binding.body.policy).await?;
        let holds = self.review_store(&binding.body).await?.read_holds().await?;
        let gate = BindingGate::new(
            self.store.clone(),
            id.clone(),
            (purpose, binding.body.policy),
            Arc::clone(&self.clock),
        );
        let journal = SealedJournal::new(
            self.store.clone(),
            corp.clone(),
            keys.seal_key(),
            Arc::clone(&self.randomness),
        );
        let engine = Engine {
            dingtalk: Arc::new((self.client)(&binding.body, &keys)),
            ehr: Arc::new(Ledger::new(
                self.store.clone(),
                corp.clone(),
                keys.hash_key(),
                self.clock.now(),
            )),
            links: Arc::new(self.store.clone()),
            journal: Arc::new(journal),
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
            key: keys.hash_key(),
            policy,
            gate: Arc::new(gate),
            budget: Arc::new(StoredBudget::new(self.store.clone(), corp.clone())),
            open_holds: holds.open,
            released: holds.released,
            corp,
        };
        Ok((binding, engine))
    }

    /// The DingTalk client of a binding, which calls where its keys say.
    ///
    /// # Errors
    /// [`EngineError::Secret`].
    pub async fn open_client(&self, binding: &Binding) -> Result<Client, EngineError> {
        let keys = self.secrets.get_keys(&binding.id).await?;
        Ok((self.client)(binding, &keys))
    }

    /// The eHR of a binding, as of now.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn open_connector(
        &self,
        binding: &Binding,
    ) -> Result<Arc<dyn Connector>, EngineError> {
        if binding.connector != "ledger" {
            return Err(EngineError::Connector(binding.connector.clone()));
        }
        let key = self.secrets.get_keys(&binding.id).await?.hash_key();
        Ok(Arc::new(Ledger::new(
            self.store.clone(),
            binding.corp_id.clone(),
            key,
            self.clock.now(),
        )))
    }

    /// The plans of a binding's corp.
    ///
    /// # Errors
    /// [`EngineError::Secret`].
    pub async fn plan_store(
        &self,
        binding: &Binding,
        archive: &Arc<dyn Archive>,
    ) -> Result<PlanStore, EngineError> {
        let keys = self.secrets.get_keys(&binding.id).await?;
        Ok(PlanStore {
            store: self.store.clone(),
            archive: Arc::clone(archive),
            corp: binding.corp_id.clone(),
            seal_key: keys.seal_key(),
            hash_key: keys.hash_key(),
            randomness: Arc::clone(&self.randomness),
        })
    }

    /// A new run's id: sorts by time.
    #[must_use]
    pub fn new_run_id(&self) -> Option<RunId> {
        let [a, b, c, d, ..] = self.randomness.bytes();
        state::run_id(self.clock.now(), u32::from_be_bytes([a, b, c, d])).ok()
    }
}
