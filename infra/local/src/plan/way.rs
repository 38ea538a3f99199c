//! The way to the state: through the door of the `up` that has it in its hands, or this process takes it for a while, its
//! sandbox too where the company is one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use directory::text::with_causes;
use sandbox::RunningServer;

use super::desk::{PlanDesk, unusable};
use super::order::{Answer, Order, Trouble};
use crate::ehr::desk::Desk;
use crate::ehr::door::{self, Door};
use crate::machine::{self, Hold, Machine, Place, StartError};
use crate::up;

/// How often the directory is tried while somebody holds it without a door: an `up` that is starting, another command.
const TRIES: u32 = 50;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Whoever does what is asked.
pub enum Way {
    /// A running `up`.
    Beside(PathBuf),
    /// This process.
    Alone(Box<Alone>),
}

/// The state in this process's hands.
pub struct Alone {
    desk: PlanDesk,
    machine: Machine,
    sandbox: Option<RunningServer>,
    door: Option<Door>,
}

impl Way {
    /// Finds whoever has the state, or takes it. `calls` says whether DingTalk will be called.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn find(data: &Path, calls: bool) -> Result<Self, Trouble> {
        if !data.join("state.db").exists() {
            return Err(Trouble::NoState { data: data.display().to_string() });
        }
        for _ in 0..TRIES {
            match machine::hold(data) {
                Ok(hold) => return Alone::start(data, hold, calls).await.map(|alone| Self::Alone(Box::new(alone))),
                Err(StartError::InUse(_)) => {}
                Err(err) => return Err(unusable(&err)),
            }
            if door::is_open(data).await {
                return Ok(Self::Beside(data.to_owned()));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Trouble::Held { data: data.display().to_string() })
    }

    /// Has an order done.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn ask(&self, order: &Order) -> Result<Answer, Trouble> {
        match self {
            Self::Alone(alone) => alone.desk.serve(order).await,
            Self::Beside(data) => match door::ask_at::<Result<Answer, Trouble>>(data, door::PLANS, order).await {
                Some(Ok(answer)) => answer,
                Some(Err(why)) => Err(Trouble::Unusable { why }),
                None => {
                    let why = "the running bangding ended meanwhile; run the command again".to_owned();
                    Err(Trouble::Unusable { why })
                }
            },
        }
    }

    /// Gives the state back.
    pub async fn leave(self) {
        if let Self::Alone(alone) = self {
            let Alone { desk, machine, sandbox, door } = *alone;
            desk.settled().await;
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

impl Alone {
    async fn start(data: &Path, hold: Hold, calls: bool) -> Result<Self, Trouble> {
        let place = Place { data: data.to_owned(), dynamodb: None, allow_loopback: true };
        let machine = Machine::start_held(&place, hold).await.map_err(|err| unusable(&err))?;
        let failures = Arc::clone(&machine.failures);
        let desk = PlanDesk { deps: machine.full_sync(), failures, is_served: false, busy: Arc::default() };
        let mut alone = Self { desk, machine, sandbox: None, door: None };
        if calls {
            alone.sandbox = alone.reach_dingtalk(data).await?;
            // What takes long can be paused, and asked about, by others.
            let store = alone.machine.store.clone();
            let ledger = Desk { store, secrets: alone.machine.secrets.clone() };
            let door = Door::open(data, ledger, alone.desk.clone()).await;
            alone.door = Some(door.map_err(|err| unusable(&err))?);
        }
        Ok(alone)
    }

    /// The sandbox that the company lives in, started again, and a token that counts.
    async fn reach_dingtalk(&self, data: &Path) -> Result<Option<RunningServer>, Trouble> {
        let store = &self.machine.store;
        let bindings = store.bindings().await.map_err(|err| unusable(&err))?;
        let binding = bindings.into_iter().next().ok_or(Trouble::Unbound)?.body;
        let refused = |refusal: engine::bind::Refusal| Trouble::Unusable { why: with_causes(&refusal) };
        let sandbox = up::reopen_sandbox(data, &binding).await.map_err(refused)?;
        let binding = match &sandbox {
            Some(server) => {
                let url = server.url.clone();
                let moved = store.change_binding(&binding.id, |binding| {
                    binding.endpoints = state::Endpoints { api: url.clone(), oapi: url.clone() };
                });
                moved.await.map_err(|err| unusable(&err))?.ok_or(Trouble::Unbound)?
            }
            None => binding,
        };
        up::renew_token(&self.machine, &binding).await.map_err(refused)?;
        Ok(sandbox)
    }
}

/// What a running `up` does for those who ask at its door.
#[must_use]
pub fn desk(machine: &Machine) -> PlanDesk {
    PlanDesk {
        deps: machine.full_sync(),
        failures: Arc::clone(&machine.failures),
        is_served: true,
        busy: Arc::default(),
    }
}
