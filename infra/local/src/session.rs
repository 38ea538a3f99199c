//! Connects to the desk: of a running `up`, or of this process, which holds the state for the time of one command, its
//! sandbox too where the company is one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use desk::{Actor, Desk, Order, OrderError, OrderRequest, Reply};
use directory::{BindingId, Reason, ReasonCode};
use engine::bind::BindError;
use runtime::variables::{self, USER};
use sandbox::RunningServer;
use state::vault::BindingKeys;
use state::{Binding, DingTalkEndpoints};

use crate::command_error::CommandError;
use crate::local_socket::{self, LocalSocket};
use crate::machine::{
    self, Machine, MachineConfig, StartError, StateLock, machine_reason, machine_reason_of,
};
use crate::plan::args::ContextArgs;
use crate::plan_server::{PlanServer, serve_plans};
use crate::up;

/// How often the directory is tried while another process holds it without an open socket: an `up` that is starting, another
/// command.
const LOCK_TRIES: u32 = 50;

/// Between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// What a command needs besides the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionNeeds {
    /// Nothing.
    State,
    /// DingTalk: its sandbox is started and the token renewed. Plans that are queued meanwhile are worked, also those that
    /// another command orders here.
    DingTalk,
}

/// A connection to the desk, for one binding and one person.
pub(crate) struct StateSession {
    access: StateAccess,
    binding: BindingId,
    by: String,
}

/// Who does what is ordered.
enum StateAccess {
    /// A running process.
    Beside(PathBuf),
    /// This process.
    Alone(Box<OwnSession>),
}

/// The state in this process's hands.
struct OwnSession {
    desk: Desk,
    machine: Machine,
    sandbox: Option<RunningServer>,
    socket: Option<LocalSocket>,
    server: Option<PlanServer>,
}

impl StateSession {
    /// Finds the process that has the state, or takes the state.
    ///
    /// # Errors
    /// [`CommandError`]; `Incomplete` where it is not said who orders, or for which of several bindings.
    pub(crate) async fn connect(
        here: &ContextArgs,
        needs: SessionNeeds,
    ) -> Result<Self, CommandError> {
        let by = actor_name(here.by.as_deref())?;
        let (data, wanted) = (here.data.as_path(), here.binding.as_ref());
        if !data.join("state.db").exists() {
            return Err(CommandError::no_state(data));
        }
        for _ in 0..LOCK_TRIES {
            match machine::lock_state(data) {
                Ok(lock) => {
                    let own = OwnSession::start(data, lock, needs, wanted).await?;
                    return Ok(Self {
                        access: StateAccess::Alone(Box::new(own.0)),
                        binding: own.1,
                        by,
                    });
                }
                Err(StartError::InUse(_)) => {}
                Err(err) => return Err(CommandError::not_started(&err)),
            }
            if local_socket::is_open(data).await
                && let Some(bindings) = local_socket::list_bindings(data).await?
            {
                return Ok(Self {
                    access: StateAccess::Beside(data.to_owned()),
                    binding: choose_binding(&bindings, wanted)?,
                    by,
                });
            }
            tokio::time::sleep(LOCK_PAUSE).await;
        }
        Err(CommandError::held(data))
    }

    /// Has an order done.
    ///
    /// # Errors
    /// [`CommandError`].
    pub(crate) async fn send(&self, request: OrderRequest) -> Result<Reply, CommandError> {
        match self.try_send(request).await? {
            Some(reply) => Ok(reply),
            None => Err(CommandError::unusable(machine_reason_of(
                "the running bangding ended meanwhile; run the command again",
            ))),
        }
    }

    /// The same; `None` where the process that had the state is gone: the order was not delivered.
    ///
    /// # Errors
    /// [`CommandError`].
    pub(crate) async fn try_send(
        &self,
        request: OrderRequest,
    ) -> Result<Option<Reply>, CommandError> {
        match &self.access {
            StateAccess::Alone(own) => {
                let order = Order {
                    binding: self.binding.clone(),
                    actor: Actor::machine_operator(&self.by),
                    request,
                };
                Ok(Some(own.desk.handle(order).await?))
            }
            StateAccess::Beside(data) => {
                let order = local_socket::SocketOrder {
                    binding: self.binding.clone(),
                    by: self.by.clone(),
                    request,
                };
                local_socket::send_order(data, &order).await
            }
        }
    }

    /// Whether this process does what is ordered.
    #[must_use]
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self.access, StateAccess::Alone(_))
    }

    /// Gives the state back, once queued plans are done.
    pub(crate) async fn close(self) {
        if let StateAccess::Alone(own) = self.access {
            let OwnSession {
                desk,
                machine,
                sandbox,
                socket,
                server,
            } = *own;
            if let Some(server) = server {
                server.finish().await;
            }
            if let Some(socket) = socket {
                socket.close().await;
            }
            drop(desk);
            machine.stop().await;
            if let Some(sandbox) = sandbox {
                sandbox.shutdown().await;
            }
        }
    }
}

impl OwnSession {
    async fn start(
        data: &Path,
        lock: StateLock,
        needs: SessionNeeds,
        wanted: Option<&BindingId>,
    ) -> Result<(Self, BindingId), CommandError> {
        let place = MachineConfig {
            data: data.to_owned(),
            dynamodb: None,
            allow_loopback: true,
        };
        let machine = Machine::start_locked(&place, lock)
            .await
            .map_err(|err| CommandError::not_started(&err))?;
        let bindings = machine.store.list_bindings().await;
        let bindings = bindings.map_err(|err| CommandError::unusable(&err))?;
        let ids: Vec<BindingId> = bindings.iter().map(|one| one.body.id.clone()).collect();
        let id = choose_binding(&ids, wanted)?;
        let mut own = Self {
            desk: machine.desk(),
            machine,
            sandbox: None,
            socket: None,
            server: None,
        };
        if needs == SessionNeeds::DingTalk {
            for stored in bindings.into_iter().filter(|one| one.body.id == id) {
                own.sandbox = own.reach_dingtalk(data, stored.body).await?;
            }
            // What takes long can be paused, and asked about, by others.
            let socket = LocalSocket::open(data, own.desk.clone()).await;
            own.socket = Some(socket.map_err(|err| CommandError::unusable(machine_reason(&err)))?);
            own.server = Some(serve_plans(&own.machine));
        }
        Ok((own, id))
    }

    /// Starts the sandbox that the company lives in again, and renews the token.
    async fn reach_dingtalk(
        &self,
        data: &Path,
        binding: Binding,
    ) -> Result<Option<RunningServer>, CommandError> {
        let secrets = &self.machine.secrets;
        let refused = |refusal: BindError| CommandError::unusable(refusal.reason);
        let keys = secrets.get_keys(&binding.id).await;
        let keys = keys.map_err(|err| CommandError::unusable(&err))?;
        let sandbox = up::reopen_sandbox(data, &binding, &keys)
            .await
            .map_err(refused)?;
        if let Some(server) = &sandbox {
            let moved = BindingKeys {
                endpoints: Some(DingTalkEndpoints::at(&server.url)),
                ..keys
            };
            let put = secrets.put_keys(&binding.id, &moved).await;
            put.map_err(|err| CommandError::unusable(&err))?;
        }
        up::renew_token(&self.machine, &binding)
            .await
            .map_err(refused)?;
        Ok(sandbox)
    }
}

/// Who orders: as said, or as this machine calls its user.
///
/// # Errors
/// [`CommandError::Incomplete`] where neither says it.
pub(crate) fn actor_name(by: Option<&str>) -> Result<String, CommandError> {
    let user = || variables::read_variable(USER);
    let name = by.map(str::to_owned).or_else(user).unwrap_or_default();
    if name.trim().is_empty() {
        let reason = Reason::new(ReasonCode::OrderActorMissing);
        return Err(CommandError::Incomplete(reason));
    }
    Ok(name)
}

/// The only binding, or the one that is wanted.
fn choose_binding(
    bindings: &[BindingId],
    wanted: Option<&BindingId>,
) -> Result<BindingId, CommandError> {
    match (wanted, bindings) {
        (Some(wanted), all) if all.contains(wanted) => Ok(wanted.clone()),
        (Some(_), _) => Err(CommandError::Incomplete(Reason::new(
            ReasonCode::OrderBindingUnknown,
        ))),
        (None, [one]) => Ok(one.clone()),
        (None, []) => Err(OrderError::Unbound.into()),
        (None, several) => Err(CommandError::Incomplete(
            Reason::new(ReasonCode::OrderBindingAmbiguous).number("count", several.len()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_chosen_only_where_there_is_one() {
        let [one, two]: [BindingId; 2] = ["b-1", "b-2"].map(|id| id.parse().unwrap());
        let both = [one.clone(), two.clone()];
        assert_eq!(choose_binding(&both[..1], None), Ok(one));
        assert_eq!(choose_binding(&both, Some(&two)), Ok(two));
        let ambiguous = choose_binding(&both, None).unwrap_err().to_string();
        assert_eq!(ambiguous, "order-binding-ambiguous count=2");
        assert!(choose_binding(&both, Some(&"b-3".parse().unwrap())).is_err());
        assert_eq!(choose_binding(&[], None), Err(OrderError::Unbound.into()));
    }

    #[test]
    fn an_order_needs_a_name() {
        assert_eq!(actor_name(Some("小李")), Ok("小李".to_owned()));
        let nameless = actor_name(Some(" ")).unwrap_err().to_string();
        assert_eq!(nameless, "order-actor-missing");
    }
}
