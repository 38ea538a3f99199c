//! The sandbox, the database and a binding, for sweeps in other processes.

use std::path::Path;

use directory::{
    BindingId, Field, FieldValue, FieldValues, Kind, NativeId, RunId, Timestamp, WriteAction,
};
use ehr::{AlternateKey, RecordWrite};
use local::embedded::Database;
use local::machine::{Machine, MachineConfig};
use runtime::SystemClock;
use sandbox::company::{AppCredentials, CompanySize};
use sandbox::world::PersonChanges;
use sandbox::{Act, RunningServer, Server, ServerConfig, Settings};
use state::store::PutCondition;
use state::vault::{BindingKeys, DingTalkCredentials};
use state::{Binding, DingTalkEndpoints};
use tempfile::TempDir;

use super::measured::{MeasuredSweep, measure_in_process};
use super::served::{ServedDatabase, read_key};
use super::{ObservedSweep, SyncError, bulk_import, check_finished};
use crate::args::{SweepArgs, SyncArgs};
use crate::call_minimum::CallMinimum;

/// One in this many people is changed.
const ONE_PERCENT: usize = 100;

/// The database's file, where it is kept.
const DATABASE: &str = "state.db";

/// What stands around the measured process.
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
        // The import's raised pace would otherwise meet the ban page, which is about addresses and not about apps.
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

    /// Keeps what is stored now, for another run of the benchmark.
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

    /// The parts of one machine in this process. Not while a sweep runs in another one: the state has one owner.
    pub(super) async fn start_machine(&self) -> Result<Machine, SyncError> {
        let data = self.data.path().to_owned();
        let key = read_key(&data).map_err(SyncError::setup_error("the key of the database"))?;
        let place = MachineConfig {
            data,
            dynamodb: Some((self.served.address, key)),
            allow_loopback: true,
        };
        Machine::start(&place)
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

    /// One sweep at this many calls a second, in a process of its own.
    pub(super) async fn measure_sweep(&self, qps: u32) -> Result<ObservedSweep, SyncError> {
        self.set_pace(qps).await?;
        let measured = measure_in_process(&self.sweep_args(None, None)).await?;
        self.observe_sweep(vec![measured]).await
    }

    /// The same sweep as the last one once more, in slices, each in a process of its own.
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

    /// The next sweep deep-reads the part of the company that the last one deep-read.
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

    /// Direct members of each department, the root's included, by the truth and not by what a list said.
    pub(super) async fn count_members(&self) -> Vec<u64> {
        let truth = self.server.world.lock().await.truth();
        truth
            .departments
            .iter()
            .map(|department| department.member_count as u64)
            .collect()
    }

    /// Gives one person in a hundred another title; how many.
    pub(super) async fn change_one_percent(&self) -> Result<u64, SyncError> {
        self.change_in_dingtalk(0, "首席测量师")
            .await
            .map(|people| people.len() as u64)
    }

    /// Gives one person in a hundred another title, on both sides the same; how many. They need no write to a side.
    pub(super) async fn agree_on_one_percent(&self) -> Result<u64, SyncError> {
        const TITLE: &str = "首席同意师";
        let people = self.change_in_dingtalk(ONE_PERCENT / 2, TITLE).await?;
        let machine = self.start_machine().await?;
        let ehr = machine
            .corps()
            .open_connector(&self.binding)
            .await
            .map_err(SyncError::setup_error("the eHR"))?;
        for userid in &people {
            let id = NativeId::new(userid).map_err(SyncError::setup_error("a userid"))?;
            let found = ehr
                .find_by_key(Kind::Person, &AlternateKey::DingTalk(id))
                .await
                .map_err(SyncError::setup_error("the eHR"))?;
            let Some(found) = found else { continue };
            let mut values = FieldValues::new();
            values.show(Field::Title, Some(FieldValue::Text(TITLE.into())));
            let write = RecordWrite {
                kind: Kind::Person,
                action: WriteAction::Update,
                // The ledger's id is the link's.
                link: found
                    .record
                    .id
                    .as_str()
                    .parse()
                    .map_err(SyncError::setup_error("a link"))?,
                id: Some(found.record.id),
                dingtalk: found.dingtalk,
                unionid: found.record.unionid,
                values,
                expected: None,
            };
            ehr.write_record(&write)
                .await
                .map_err(SyncError::setup_error("the eHR"))?;
        }
        machine.stop().await;
        Ok(people.len() as u64)
    }

    async fn change_in_dingtalk(&self, from: usize, title: &str) -> Result<Vec<String>, SyncError> {
        let mut world = self.server.world.lock().await;
        let people: Vec<String> = world
            .company()
            .people
            .keys()
            .skip(from)
            .step_by(ONE_PERCENT)
            .cloned()
            .collect();
        for userid in &people {
            let fields = PersonChanges {
                title: Some(title.to_owned()),
                ..PersonChanges::default()
            };
            let act = Act::Change {
                userid: userid.clone(),
                fields: Box::new(fields),
            };
            world
                .act(SystemClock.now(), act)
                .map_err(SyncError::setup_error("a change of a person"))?;
        }
        Ok(people)
    }

    /// The binding as it was made.
    pub(super) fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The sandbox.
    pub(super) fn server(&self) -> &RunningServer {
        &self.server
    }

    /// Everything stops. What was measured is measured, so that trouble here changes nothing.
    pub(super) async fn shut_down(self) {
        self.server.shutdown().await;
        _ = self.database.stop().await;
    }
}

/// In memory, unless it is kept; a copy of what was kept.
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

/// Keys from the seed, so that the part of the corp that a sweep deep-reads is the same in every run.
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
