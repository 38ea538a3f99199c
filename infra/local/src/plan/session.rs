//! The way to the state: through the door of the `up` that has it in its hands, or this process takes it for a while, its
//! sandbox too where the company is one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sandbox::RunningServer;
use state::DingTalkEndpoints;
use state::vault::BindingKeys;

use super::desk::{PlanOrderHandler, unusable_state};
use super::order::{PlanOrder, PlanOrderError, PlanReply};
use crate::ehr::desk::LedgerOrderHandler;
use crate::ehr::local_socket::{self, LocalSocket};
use crate::machine::{self, Machine, MachineConfig, StartError, StateLock};
use crate::machine::{machine_reason, machine_reason_of};
use crate::up;

/// How often the directory is tried while somebody holds it without a door: an `up` that is starting, another command.
const LOCK_TRIES: u32 = 50;

/// Between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// Whoever does what is asked.
pub enum StateSession {
    /// A running `up`.
    Beside(PathBuf),
    /// This process.
    Alone(Box<OwnSession>),
}

/// The state in this process's hands.
pub struct OwnSession {
    desk: PlanOrderHandler,
    machine: Machine,
    sandbox: Option<RunningServer>,
    door: Option<LocalSocket>,
}

impl StateSession {
    /// Finds whoever has the state, or takes it. `calls` says whether DingTalk will be called.
    ///
    /// # Errors
    /// [`PlanOrderError`].
    pub async fn connect(data: &Path, calls: bool) -> Result<Self, PlanOrderError> {
        if !data.join("state.db").exists() {
            return Err(PlanOrderError::NoState {
                data: data.display().to_string(),
            });
        }
        for _ in 0..LOCK_TRIES {
            match machine::lock_state(data) {
                Ok(hold) => {
                    return OwnSession::start(data, hold, calls)
                        .await
                        .map(|alone| Self::Alone(Box::new(alone)));
                }
                Err(StartError::InUse(_)) => {}
                Err(err) => return Err(unusable_state(machine_reason(&err))),
            }
            if local_socket::is_open(data).await {
                return Ok(Self::Beside(data.to_owned()));
            }
            tokio::time::sleep(LOCK_PAUSE).await;
        }
        Err(PlanOrderError::Held {
            data: data.display().to_string(),
        })
    }

    /// Has an order done.
    ///
    /// # Errors
    /// [`PlanOrderError`].
    pub async fn send_order(&self, order: &PlanOrder) -> Result<PlanReply, PlanOrderError> {
        match self {
            Self::Alone(alone) => alone.desk.handle_order(order).await,
            Self::Beside(data) => {
                match local_socket::send_order::<Result<PlanReply, PlanOrderError>>(
                    data,
                    local_socket::PLANS_PATH,
                    order,
                )
                .await
                {
                    Some(Ok(answer)) => answer,
                    Some(Err(why)) => Err(PlanOrderError::Unusable { why }),
                    None => {
                        let words = "the running bangding ended meanwhile; run the command again";
                        Err(unusable_state(machine_reason_of(words)))
                    }
                }
            }
        }
    }

    /// Gives the state back.
    pub async fn close(self) {
        if let Self::Alone(alone) = self {
            let OwnSession {
                desk,
                machine,
                sandbox,
                door,
            } = *alone;
            desk.wait_until_idle().await;
            // Whoever paused this run waits here for the word that it stopped.
            if let Some(door) = door {
                door.close().await;
            }
            machine.stop().await;
            if let Some(sandbox) = sandbox {
                sandbox.shutdown().await;
            }
        }
    }
}

impl OwnSession {
    async fn start(data: &Path, hold: StateLock, calls: bool) -> Result<Self, PlanOrderError> {
        let place = MachineConfig {
            data: data.to_owned(),
            dynamodb: None,
            allow_loopback: true,
        };
        let machine = Machine::start_locked(&place, hold)
            .await
            .map_err(|err| unusable_state(machine_reason(&err)))?;
        let failures = Arc::clone(&machine.failures);
        let desk = PlanOrderHandler {
            deps: machine.full_sync(),
            failures,
            is_served: false,
            busy: Arc::default(),
        };
        let mut alone = Self {
            desk,
            machine,
            sandbox: None,
            door: None,
        };
        if calls {
            alone.sandbox = alone.reach_dingtalk(data).await?;
            // What takes long can be paused, and asked about, by others.
            let store = alone.machine.store.clone();
            let ledger = LedgerOrderHandler {
                store,
                secrets: alone.machine.secrets.clone(),
            };
            let door = LocalSocket::open(data, ledger, alone.desk.clone()).await;
            alone.door = Some(door.map_err(|err| unusable_state(machine_reason(&err)))?);
        }
        Ok(alone)
    }

    /// The sandbox that the company lives in, started again, and a token that counts.
    async fn reach_dingtalk(&self, data: &Path) -> Result<Option<RunningServer>, PlanOrderError> {
        let store = &self.machine.store;
        let bindings = store
            .list_bindings()
            .await
            .map_err(|err| unusable_state(&err))?;
        let binding = bindings
            .into_iter()
            .next()
            .ok_or(PlanOrderError::Unbound)?
            .body;
        let refused = |refusal: engine::bind::BindError| PlanOrderError::Unusable {
            why: refusal.reason,
        };
        let secrets = &self.machine.secrets;
        let keys = secrets.get_keys(&binding.id).await;
        let keys = keys.map_err(|err| unusable_state(&err))?;
        let sandbox = up::reopen_sandbox(data, &binding, &keys)
            .await
            .map_err(refused)?;
        if let Some(server) = &sandbox {
            let moved = BindingKeys {
                endpoints: Some(DingTalkEndpoints::at(&server.url)),
                ..keys
            };
            let put = secrets.put_keys(&binding.id, &moved).await;
            put.map_err(|err| unusable_state(&err))?;
        }
        up::renew_token(&self.machine, &binding)
            .await
            .map_err(refused)?;
        Ok(sandbox)
    }
}

/// What a running `up` does for those who ask at its door.
#[must_use]
pub fn serving_handler(machine: &Machine) -> PlanOrderHandler {
    PlanOrderHandler {
        deps: machine.full_sync(),
        failures: Arc::clone(&machine.failures),
        is_served: true,
        busy: Arc::default(),
    }
}
