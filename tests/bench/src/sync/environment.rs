//! The sandbox, the database and a binding, for sweeps in other processes.

use std::path::Path;

use directory::{BindingId, RunId, Timestamp};
use local::embedded::Database;
use local::machine::{Machine, MachineConfig};
use sandbox::company::{AppCredentials, CompanySize};
use sandbox::{RunningServer, Server, ServerConfig, Settings};
use state::store::PutCondition;
use state::vault::{BindingKeys, DingTalkCredentials};
use state::{Binding, DingTalkEndpoints};
use tempfile::TempDir;

use super::measured::{MeasuredSweep, measure_in_process};
use super::served::{ServedDatabase, read_key};
use super::{ObservedSweep, SyncError, bulk_import, check_finished};
use crate::args::{SweepArgs, SyncArgs};
use crate::call_minimum::CallMinimum;

/// Name of the database's file, if it is kept.
const DATABASE: &str = "state.db";

/// The environment of the measured process.
pub(super) struct SyncEnvironment {
    server: RunningServer,
    database: Database,
    served: ServedDatabase,
    data: TempDir,
    binding: Binding,
    latency_ms: u64,
}

impl SyncEnvironment {
    /// Starts everything and stores a binding with its secret and its token.
    pub(super) async fn set_up(args: &SyncArgs) -> Result<Self, SyncError> {
        let size = CompanySize {
            people: args.people as usize,
            departments: args.departments as usize,
            seed: args.seed,
            big_department: None,
        };
        // The import's higher pace would otherwise meet the ban page, which counts calls per
        // address and not per app.
        let settings = Settings {
            qps: args.qps,
            latency_ms: args.latency_ms,
            ban_calls: None,
            ..Settings::default()
        };
        let config = ServerConfig {
            listener: None,
            port: 0,
            data: None,
            size,
            settings,
        };
        let server = Server::start(config)
            .await
            .map_err(SyncError::setup_error("the sandbox"))?;
        let data = TempDir::new().map_err(SyncError::setup_error("a temporary directory"))?;
        let database = open_database(args.keep.as_deref(), data.path()).await?;
        let served = ServedDatabase::start(&database, data.path()).await?;
        let keys = server.world.lock().await.company().credentials.clone();
        let binding = make_binding(&keys)?;
        let stage = Self {
            server,
            database,
            served,
            data,
            binding,
            latency_ms: args.latency_ms,
        };
        stage.store_binding(keys, args.seed).await?;
        Ok(stage)
    }

    /// Keeps the stored state for another run of the benchmark.
    pub(super) async fn keep_state(self, file: &Path) -> Result<Self, SyncError> {
        let Self {
            server,
            database,
            served,
            data,
            binding,
            latency_ms,
        } = self;
        drop(served);
        database
            .stop()
            .await
            .map_err(SyncError::setup_error("the database"))?;
        std::fs::copy(data.path().join(DATABASE), file)
            .map_err(SyncError::setup_error("the kept file"))?;
        let database = Database::open(&data.path().join(DATABASE))
            .await
            .map_err(SyncError::setup_error("the database"))?;
        let served = ServedDatabase::start(&database, data.path()).await?;
        Ok(Self {
            server,
            database,
            served,
            data,
            binding,
            latency_ms,
        })
    }

    async fn store_binding(&self, keys: AppCredentials, seed: u64) -> Result<(), SyncError> {
        let machine = self.start_machine().await?;
        let (secrets, id) = (&machine.secrets, &self.binding.id);
        let credentials = DingTalkCredentials {
            app_key: keys.app_key,
            app_secret: keys.app_secret.into(),
        };
        let put = secrets.put_credentials(id, &credentials).await;
        put.map_err(SyncError::setup_error("the binding's credentials"))?;
        // The sandbox of a kept database had another port.
        let put = secrets
            .put_keys(id, &make_keys(&self.server.url, seed))
            .await;
        put.map_err(SyncError::setup_error("the binding's keys"))?;
        let stored = machine
            .store
            .get_binding(&self.binding.id)
            .await
            .map_err(SyncError::setup_error("the binding"))?;
        let binding = stored.map_or_else(|| self.binding.clone(), |stored| stored.body);
        let put = machine.store.put_binding(&binding, PutCondition::Any).await;
        put.map_err(SyncError::setup_error("the binding"))?;
        token_refresh::handle(
            &machine.token_refresh(),
            &token_refresh::RefreshInput::Schedule,
        )
        .await;
        machine.stop().await;
        Ok(())
    }

    /// Builds the parts of one machine in this process. No sweep may run in another process
    /// meanwhile, because the state has one owner.
    pub(super) async fn start_machine(&self) -> Result<Machine, SyncError> {
        let data = self.data.path().to_owned();
        let key = read_key(&data).map_err(SyncError::setup_error("the key of the database"))?;
        let config = MachineConfig {
            data,
            dynamodb: Some((self.served.address, key)),
            allow_loopback: true,
        };
        Machine::start(&config)
            .await
            .map_err(SyncError::setup_error("the machine"))
    }

    /// Stores what an import would have stored.
    pub(super) async fn import_in_bulk(&self) -> Result<(), SyncError> {
        self.server.world.lock().await.set_pace(0, 0);
        let machine = self.start_machine().await?;
        let imported =
            bulk_import::import_company(&machine, &self.binding, &self.server.world).await;
        machine.stop().await;
        self.server.world.lock().await.clear_log();
        imported
    }

    /// Measures one sweep at this many calls per second, in its own process.
    pub(super) async fn measure_sweep(&self, qps: u32) -> Result<ObservedSweep, SyncError> {
        self.set_pace(qps).await?;
        let measured = measure_in_process(&self.sweep_args(None, None)).await?;
        self.observe_sweep(vec![measured]).await
    }

    /// Repeats the last sweep in slices, each in its own process.
    pub(super) async fn measure_sliced_sweep(
        &self,
        qps: u32,
        seconds: u32,
    ) -> Result<ObservedSweep, SyncError> {
        self.repeat_rotation().await?;
        self.set_pace(qps).await?;
        let mut slices: Vec<MeasuredSweep> = Vec::new();
        loop {
            let run = slices.last().map(|slice| slice.report.id.clone());
            let slice = measure_in_process(&self.sweep_args(run, Some(seconds))).await?;
            let continues = slice.report.continues;
            slices.push(slice);
            if !continues {
                return self.observe_sweep(slices).await;
            }
        }
    }

    fn sweep_args(&self, run: Option<RunId>, slice_seconds: Option<u32>) -> SweepArgs {
        SweepArgs {
            data: self.data.path().to_owned(),
            dynamodb: self.served.address,
            binding: self.binding.id.clone(),
            corp: self.binding.corp_id.clone(),
            run,
            slice_seconds,
        }
    }

    async fn observe_sweep(&self, slices: Vec<MeasuredSweep>) -> Result<ObservedSweep, SyncError> {
        if let Some(last) = slices.last() {
            check_finished(&last.report)?;
        }
        let world = self.server.world.lock().await;
        let log: Vec<_> = world.log().cloned().collect();
        drop(world);
        let minimum = CallMinimum::of_lists_and_reads(&self.count_members().await, &log);
        Ok(ObservedSweep {
            slices,
            log,
            minimum,
        })
    }

    /// Makes the next sweep deep-read the same part of the company as the last one.
    async fn repeat_rotation(&self) -> Result<(), SyncError> {
        let machine = self.start_machine().await?;
        let back = |binding: &mut Binding| binding.sweeps = binding.sweeps.saturating_sub(1);
        let changed = machine.store.change_binding(&self.binding.id, back).await;
        changed.map_err(SyncError::setup_error("the binding"))?;
        machine.stop().await;
        Ok(())
    }

    /// Sets the pace on both sides and empties the log.
    async fn set_pace(&self, qps: u32) -> Result<(), SyncError> {
        let machine = self.start_machine().await?;
        let stored = machine
            .store
            .get_binding(&self.binding.id)
            .await
            .map_err(SyncError::setup_error("the binding"))?;
        let mut binding = stored.map_or_else(|| self.binding.clone(), |stored| stored.body);
        binding.calls_per_second = qps;
        let put = machine.store.put_binding(&binding, PutCondition::Any).await;
        put.map_err(SyncError::setup_error("the binding"))?;
        machine.stop().await;
        let mut world = self.server.world.lock().await;
        world.set_pace(qps, self.latency_ms);
        world.clear_log();
        Ok(())
    }

    /// Counts the direct members of each department, with the root, from the truth and not from a
    /// list.
    pub(super) async fn count_members(&self) -> Vec<u64> {
        let truth = self.server.world.lock().await.truth();
        truth
            .departments
            .iter()
            .map(|department| department.member_count as u64)
            .collect()
    }

    /// Returns the binding as it was created.
    pub(super) fn binding(&self) -> &Binding {
        &self.binding
    }

    /// Returns the sandbox.
    pub(super) fn server(&self) -> &RunningServer {
        &self.server
    }

    /// Stops everything. Errors are ignored, because the measurement is complete.
    pub(super) async fn shut_down(self) {
        self.server.shutdown().await;
        _ = self.database.stop().await;
    }
}

/// Opens the database: in memory, or a copy of a kept file.
async fn open_database(keep: Option<&Path>, data: &Path) -> Result<Database, SyncError> {
    let Some(keep) = keep else {
        return Database::memory()
            .await
            .map_err(SyncError::setup_error("the database"));
    };
    let file = data.join(DATABASE);
    if keep.exists() {
        std::fs::copy(keep, &file).map_err(SyncError::setup_error("the kept file"))?;
    }
    Database::open(&file)
        .await
        .map_err(SyncError::setup_error("the database"))
}

fn make_binding(keys: &AppCredentials) -> Result<Binding, SyncError> {
    let id: BindingId = "b-bench"
        .parse()
        .map_err(SyncError::setup_error("the binding's id"))?;
    let corp = keys
        .corp_id
        .parse()
        .map_err(SyncError::setup_error("the CorpId"))?;
    let mut binding = Binding::new(id, corp);
    binding.agent_id = keys.agent_id;
    binding.app_key.clone_from(&keys.app_key);
    binding.created_at = Timestamp::default();
    Ok(binding)
}

/// Makes keys from the seed, so that every run deep-reads the same part of the corp.
fn make_keys(url: &str, seed: u64) -> BindingKeys {
    let key = |purpose: u8| {
        let mut key = [purpose; 32];
        key[..8].copy_from_slice(&seed.to_be_bytes());
        key
    };
    BindingKeys {
        hash_key: key(1),
        seal_key: key(2),
        endpoints: Some(DingTalkEndpoints::at(url)),
    }
}
