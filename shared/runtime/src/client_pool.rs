//! The DingTalk clients of one process, one per binding: pace is kept per client, so that each corp has exactly one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use dingtalk::client::{CallRate, Client, ClientConfig, Clock, Endpoints, Jitter};
use directory::BindingId;
use outbound::Transport;
use state::vault::{BindingKeys, SecretStore};
use state::{Binding, DingTalkEndpoints, Queue};

use crate::VaultTokens;

/// Makes a client at a binding's first use and hands out clones of it; makes it anew when the binding or its DingTalk's
/// address has changed. Clones share their clients.
#[derive(Clone)]
pub struct ClientPool {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    secrets: SecretStore,
    refused: Arc<dyn Queue>,
    made: Arc<Mutex<HashMap<BindingId, MadeClient>>>,
}

/// A client, and what it was made of.
struct MadeClient {
    binding: Binding,
    endpoints: DingTalkEndpoints,
    client: Client,
}

impl ClientPool {
    /// `secrets` hold the tokens, `refused` is the queue that `token-refresh` reads.
    #[must_use]
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
        secrets: SecretStore,
        refused: Arc<dyn Queue>,
    ) -> Self {
        Self {
            transport,
            clock,
            jitter,
            secrets,
            refused,
            made: Arc::default(),
        }
    }

    /// The binding's client, which calls where its keys say.
    #[must_use]
    pub fn for_binding(&self, binding: &Binding, keys: &BindingKeys) -> Client {
        let endpoints = keys.dingtalk_endpoints();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = made
            .get(&binding.id)
            .filter(|made| made.endpoints == endpoints && is_same_app(&made.binding, binding));
        if let Some(made) = kept {
            return made.client.clone();
        }
        let client = self.make_client(binding, &endpoints);
        let new = MadeClient {
            binding: binding.clone(),
            endpoints,
            client: client.clone(),
        };
        made.insert(binding.id.clone(), new);
        client
    }

    fn make_client(&self, binding: &Binding, endpoints: &DingTalkEndpoints) -> Client {
        let config = ClientConfig {
            endpoints: client_endpoints(endpoints),
            app_key: binding.app_key.clone(),
            agent_id: Some(binding.agent_id).filter(|agent| *agent != 0),
            pace: CallRate {
                calls_per_second: binding.calls_per_second.max(1),
                ..CallRate::default()
            },
        };
        let (clock, refused) = (Arc::clone(&self.clock), Arc::clone(&self.refused));
        let tokens = VaultTokens::new(
            binding.id.clone(),
            self.secrets.clone(),
            refused,
            Arc::clone(&clock),
        );
        Client::new(
            config,
            Arc::clone(&self.transport),
            clock,
            Arc::new(tokens),
            Arc::clone(&self.jitter),
        )
    }
}

/// The two hosts as DingTalk's client takes them.
#[must_use]
pub fn client_endpoints(endpoints: &DingTalkEndpoints) -> Endpoints {
    Endpoints {
        api: endpoints.api.clone(),
        oapi: endpoints.oapi.clone(),
    }
}

/// Whether nothing changed that a client is made of; sweeps are counted in the binding too.
fn is_same_app(earlier: &Binding, now: &Binding) -> bool {
    earlier.app_key == now.app_key
        && earlier.agent_id == now.agent_id
        && earlier.calls_per_second == now.calls_per_second
}

/// Jitter from the operating system's randomness; 0, which only means no jitter, where that fails.
#[must_use]
pub fn random_jitter() -> Jitter {
    Arc::new(|| {
        crate::random_bytes()
            .map(u64::from_be_bytes)
            .unwrap_or_default()
    })
}
