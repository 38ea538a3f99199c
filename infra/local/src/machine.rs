//! The running parts of one machine: state, queues, vault, and what each function works with.

use std::fs::{DirBuilder, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use desk::Desk;
use directory::reason::{Reason, ReasonCode};
use engine::CorpEngines;
use outbound::Transport;
use outbound::{HttpTransport, TlsError};
use runtime::{ClientPool, SystemClock, random_bytes_or_abort, random_jitter};
use state::vault::{SecretStore, StagedSecretStore};
use state::{
    Archive, ArchiveError, DingTalkEndpoints, Queue, QueueError, StagedVault, Store, StoreError,
    TableNames, VaultError,
};

use crate::embedded::database::client_at;
use crate::embedded::{
    Database, DatabaseError, DirectoryArchive, DirectoryVault, EmbeddedQueue, QueueRules,
    TimeSource,
};
use crate::former_secrets::{self, FormerHome, FormerSecretError};

/// A problem of this machine as a reason. Its words are technical and shown as they are.
pub(crate) fn machine_reason(err: &dyn std::error::Error) -> Reason {
    machine_reason_of(directory::text::describe_error(err))
}

/// The same, in words that hold no value.
pub(crate) fn machine_reason_of(words: impl Into<String>) -> Reason {
    Reason::new(ReasonCode::MachineFailed).cause(Reason::stored_text(words))
}

/// Why the machine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process has it.
    #[error("another bangding is running on {}; stop it, or give this one another --data", .0.display())]
    InUse(PathBuf),
    /// The directory.
    #[error("the state directory {} cannot be used", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database.
    #[error("the database did not start")]
    Database(#[from] DatabaseError),
    /// Its tables.
    #[error("the tables could not be made")]
    Tables(#[from] StoreError),
    /// A queue.
    #[error("a queue could not be opened")]
    Queue(#[from] QueueError),
    /// The vault.
    #[error("the vault could not be opened")]
    Vault(#[from] VaultError),
    /// What the version before stored.
    #[error("the secrets of the version before could not be split")]
    FormerSecret(#[from] FormerSecretError),
    /// The archive.
    #[error("the archive could not be opened")]
    Archive(#[from] ArchiveError),
    /// The network.
    #[error("the HTTPS client could not be made")]
    Transport(#[from] TlsError),
}

/// Where things are kept and whom they may talk to.
#[derive(Debug, Clone)]
pub struct MachineConfig {
    /// The directory of all state.
    pub data: PathBuf,
    /// A DynamoDB that listens elsewhere on this machine, and the access key that it asks for.
    pub dynamodb: Option<(SocketAddr, String)>,
    /// Whether DingTalk may be on loopback: the sandbox is.
    pub allow_loopback: bool,
}

/// The four queues.
pub struct MachineQueues {
    /// Events to look at.
    pub wakes: Arc<EmbeddedQueue>,
    /// Sweeps to run.
    pub sweeps: Arc<EmbeddedQueue>,
    /// Messages to send.
    pub outbox: Arc<EmbeddedQueue>,
    /// Tokens to renew.
    pub refused: Arc<EmbeddedQueue>,
}

/// Everything that runs here.
pub struct Machine {
    /// State.
    pub store: Store,
    /// Secrets.
    pub secrets: SecretStore,
    /// The same to make and to change.
    pub staged_secrets: StagedSecretStore,
    /// The vault itself, for the secrets that belong to this machine and to no binding.
    pub vault: Arc<dyn StagedVault>,
    /// Sealed bodies: plans, backups, snapshots.
    pub archive: Arc<dyn Archive>,
    /// Queues.
    pub queues: MachineQueues,
    /// DingTalk, one client per binding.
    pub clients: ClientPool,
    /// The way to DingTalk.
    pub transport: Arc<dyn Transport>,
    database: Option<Database>,
    _hold: StateLock,
}

/// The state directory in this process' hands: no second one works on the same state as long as it lives.
#[derive(Debug)]
pub struct StateLock {
    _lock: File,
}

impl Machine {
    /// Starts everything on loopback.
    ///
    /// # Errors
    /// [`StartError`]; nothing keeps running then.
    pub async fn start(place: &MachineConfig) -> Result<Self, StartError> {
        Self::start_locked(place, lock_state(&place.data)?).await
    }

    /// The same where the directory is held already.
    ///
    /// # Errors
    /// [`StartError`]; nothing keeps running then.
    pub async fn start_locked(place: &MachineConfig, hold: StateLock) -> Result<Self, StartError> {
        Self::start_for(place, hold, None).await
    }

    /// The same where a person named DingTalk's address just now: an address in the bindings of the version before is taken
    /// over if it is this one.
    ///
    /// # Errors
    /// [`StartError`]; nothing keeps running then.
    pub async fn start_for(
        place: &MachineConfig,
        hold: StateLock,
        confirmed: Option<&DingTalkEndpoints>,
    ) -> Result<Self, StartError> {
        let (database, client) = match &place.dynamodb {
            Some((address, access_key)) => (None, client_at(*address, access_key)),
            None => {
                let database = Database::open(&place.data.join("state.db")).await?;
                let client = database.client();
                (Some(database), client)
            }
        };
        let tables = TableNames::with_prefix("bangding-");
        state::store::create_tables(&client, &tables).await?;
        let store = Store::new(
            client.clone(),
            tables,
            u128::from_be_bytes(random_bytes_or_abort()),
        );
        let vault: Arc<dyn StagedVault> =
            Arc::new(DirectoryVault::open(&place.data.join("vault"))?);
        let staged_secrets = StagedSecretStore::new(Arc::clone(&vault), "local/");
        former_secrets::split_bindings(&store, &staged_secrets, confirmed, FormerHome::Machine)
            .await?;
        let secrets = staged_secrets.secrets.clone();
        let archive: Arc<dyn Archive> =
            Arc::new(DirectoryArchive::open(&place.data.join("archive"))?);
        let queues = open_queues(&client).await?;
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(place.allow_loopback)?);
        let refused: Arc<dyn Queue> = Arc::clone(&queues.refused) as Arc<dyn Queue>;
        let clients = ClientPool::new(
            Arc::clone(&transport),
            Arc::new(SystemClock),
            random_jitter(),
            secrets.clone(),
            refused,
        );
        Ok(Self {
            store,
            secrets,
            staged_secrets,
            vault,
            archive,
            queues,
            clients,
            transport,
            database,
            _hold: hold,
        })
    }

    /// What engines are made of.
    #[must_use]
    pub fn corps(&self) -> CorpEngines {
        let clients = self.clients.clone();
        CorpEngines {
            store: self.store.clone(),
            secrets: self.secrets.clone(),
            client: Arc::new(move |binding, keys| clients.for_binding(binding, keys)),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(random_bytes_or_abort),
        }
    }

    /// What `full-sync` works with.
    #[must_use]
    pub fn full_sync(&self) -> full_sync::SweepDeps {
        full_sync::SweepDeps {
            corps: self.corps(),
            sweeps: Arc::clone(&self.queues.sweeps) as Arc<dyn Queue>,
            wakes: Arc::clone(&self.queues.wakes) as Arc<dyn Queue>,
            outbox: Arc::clone(&self.queues.outbox) as Arc<dyn Queue>,
            archive: Arc::clone(&self.archive),
        }
    }

    /// The desk of this machine.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Desk {
            corps: self.corps(),
            sweeps: Arc::clone(&self.queues.sweeps) as Arc<dyn Queue>,
            archive: Arc::clone(&self.archive),
        }
    }

    /// What `token-refresh` works with.
    #[must_use]
    pub fn token_refresh(&self) -> token_refresh::RefreshDeps {
        token_refresh::RefreshDeps {
            store: self.store.clone(),
            secrets: self.secrets.clone(),
            transport: Arc::clone(&self.transport),
            clock: Arc::new(SystemClock),
            jitter: random_jitter(),
        }
    }

    /// Drops what has expired, where the database is ours; it also does so by itself every hour.
    #[cfg(test)]
    pub(crate) async fn drop_expired(&self) {
        if let Some(database) = &self.database {
            database.expire().await.expect("nobody else has the file");
        }
    }

    /// Closes the database's file.
    pub async fn stop(self) {
        if let Some(database) = self.database
            && let Err(err) = database.stop().await
        {
            tracing::warn!(reason = %err, "the database had stopped before");
        }
    }
}

/// Takes the state directory, made if need be, for its owner's eyes only: what lies in it names people.
///
/// # Errors
/// [`StartError::InUse`] while another process has it, [`StartError::Directory`] when it cannot be used.
pub fn lock_state(data: &Path) -> Result<StateLock, StartError> {
    let directory = |source| StartError::Directory {
        path: data.to_owned(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .map_err(directory)?;
    // It may have been there before, with other rights.
    std::fs::set_permissions(data, Permissions::from_mode(0o700)).map_err(directory)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data.join("lock"))
        .map_err(directory)?;
    match lock.try_lock() {
        Ok(()) => Ok(StateLock { _lock: lock }),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::InUse(data.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(directory(source)),
    }
}

/// The four queues in a database, which are made where there are none.
///
/// # Errors
/// [`QueueError`].
pub(crate) async fn open_queues(
    client: &aws_sdk_dynamodb::Client,
) -> Result<MachineQueues, QueueError> {
    let clock: TimeSource = Arc::new(|| SystemClock.now());
    let open = async |name: &str, rules: QueueRules| {
        EmbeddedQueue::open(
            client.clone(),
            "bangding-queues",
            name,
            rules,
            Arc::clone(&clock),
        )
        .await
        .map(Arc::new)
    };
    // A sweep of 200,000 people at 20 calls a second takes hours the first time.
    let sweep = Duration::from_hours(12).as_secs();
    Ok(MachineQueues {
        // The pauses between deliveries grow to minutes, and a visibility time must not cut one short.
        wakes: open("wakes", with_eight_receives(QueueRules::fifo(600))).await?,
        sweeps: open(
            "sweeps",
            QueueRules::fifo(u32::try_from(sweep).unwrap_or(u32::MAX)),
        )
        .await?,
        outbox: open("outbox", with_eight_receives(QueueRules::standard(600))).await?,
        refused: open("refused-tokens", QueueRules::standard(60)).await?,
    })
}

/// Eight deliveries, which is a quarter of an hour of trouble.
fn with_eight_receives(mut rules: QueueRules) -> QueueRules {
    rules.receives_max = 8;
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_directory_is_private_and_locked_once() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        let held = lock_state(&data).unwrap();
        assert_eq!(
            std::fs::metadata(&data).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert!(matches!(lock_state(&data), Err(StartError::InUse(_))));
        drop(held);
        assert!(lock_state(&data).is_ok());
    }
}
