//! The console on this machine: its pages on loopback, over the desk of the running `up`.

mod desk_visit;
mod evidence;
mod figures;
mod journal;
mod machine_desk;
mod people;
mod plans;
mod queues;
mod roles;
mod runs;
mod seal_secret;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use admin_console::desk_port::ConsoleRole;
use admin_console::sign_in::{Member, SignInError, SignInService};
use admin_console::{Console, ConsoleParts, ConsoleSite, build_router, sign_in_link_path};
use directory::BindingId;
use runtime::SystemClock;
use state::VaultError;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::machine::Machine;
use crate::session::actor_name;
use machine_desk::MachineDesk;

/// The key of the member whom links of this machine sign in.
const OWNER: &str = "owner";

/// Why the console does not start.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleStartError {
    /// The port is taken.
    #[error("the port of the console cannot be used")]
    Port(#[source] std::io::Error),
    /// Its key.
    #[error("the key of the console cannot be used")]
    Vault(#[from] VaultError),
    /// Its key is not one that was made here.
    #[error(
        "the key of the console in the vault is damaged: without it authenticators must be set up again"
    )]
    SealSecret,
    /// Randomness.
    #[error("there is no randomness")]
    Randomness(#[from] runtime::RandomnessError),
    /// Its members.
    #[error("the members of the console cannot be stored")]
    Members(#[from] SignInError),
}

/// A running console. Dropping it stops it.
pub struct ConsoleServer {
    /// Where it listens.
    pub address: SocketAddr,
    sign_in: SignInService,
    served: JoinHandle<()>,
}

impl Drop for ConsoleServer {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl ConsoleServer {
    /// Serves the console of a binding on `port` of 127.0.0.1; 0 takes a free one. The owner of this machine is its owner.
    ///
    /// # Errors
    /// [`ConsoleStartError`]; nothing keeps running then.
    pub async fn start(
        port: u16,
        machine: &Machine,
        binding: &BindingId,
    ) -> Result<Self, ConsoleStartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(ConsoleStartError::Port)?;
        let address = listener.local_addr().map_err(ConsoleStartError::Port)?;
        let seal = seal_secret::load_or_make(machine.vault.as_ref()).await?;
        let random = Arc::new(runtime::random_bytes::<32>);
        let sign_in = SignInService::new(machine.store.clone(), seal, random, None);
        put_owner(&sign_in, binding).await?;
        let router = build_router(Console::new(ConsoleParts {
            site: ConsoleSite::Loopback,
            sign_in: sign_in.clone(),
            desk: Arc::new(MachineDesk::new(machine.desk())),
            clock: Arc::new(|| SystemClock.now()),
            login: None,
        }));
        let served = tokio::spawn(async move {
            if let Err(err) = axum::serve(listener, router).await {
                tracing::error!(reason = %err, "the console stopped");
            }
        });
        Ok(Self {
            address,
            sign_in,
            served,
        })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a link that signs the owner in once, for 30 minutes.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn issue_link(&self) -> Result<String, SignInError> {
        let token = self.sign_in.issue_link(OWNER, SystemClock.now()).await?;
        Ok(format!("{}{}", self.url(), sign_in_link_path(&token)))
    }
}

/// Whoever has the state in hand is the owner. A stored owner keeps the authenticator.
async fn put_owner(sign_in: &SignInService, binding: &BindingId) -> Result<(), SignInError> {
    let stored = sign_in.get_member(OWNER).await?;
    let name = || actor_name(None).unwrap_or_else(|_| OWNER.to_owned());
    let mut owner = stored.unwrap_or_else(|| Member::new(name(), [ConsoleRole::Owner]));
    owner.binding = Some(binding.clone());
    sign_in.put_member(OWNER, &owner).await
}
