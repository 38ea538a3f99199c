//! The sandbox, the database and a binding, for sweeps in other processes.

use directory::{BindingId, Timestamp};
use local::embedded::Database;
use local::machine::{Machine, Place};
use runtime::SystemClock;
use sandbox::company::{Credentials, Size};
use sandbox::world::Changes;
use sandbox::{Act, RunningServer, Server, ServerConfig, Settings};
use state::store::Condition;
use state::vault::BindingSecret;
use state::{Binding, Endpoints};
use tempfile::TempDir;

use super::measured::in_a_process;
use super::{Seen, Trouble, finished};
use crate::args::{SweepArgs, SyncArgs};
use crate::floor::Minimum;

/// One in this many people is changed.
const ONE_PERCENT: usize = 100;

/// What stands around the measured process.
pub(super) struct Stage {
    server: RunningServer,
    database: Database,
    data: TempDir,
    binding: Binding,
    latency_ms: u64,
}

impl Stage {
    /// Starts everything and stores a binding with its secret and its token.
    pub(super) async fn set(args: &SyncArgs) -> Result<Self, Trouble> {
        let size = Size {
            people: args.people as usize,
            departments: args.departments as usize,
            seed: args.seed,
            big_department: None,
        };
        // The import's raised pace would otherwise meet the ban page, which is about addresses and not about apps.
        let settings = Settings { qps: args.qps, latency_ms: args.latency_ms, ban_calls: None, ..Settings::default() };
        let config = ServerConfig { listener: None, port: 0, data: None, size, settings };
        let server = Server::start(config).await.map_err(Trouble::setup("the sandbox"))?;
        let database = Database::memory().await.map_err(Trouble::setup("the database"))?;
        let data = TempDir::new().map_err(Trouble::setup("a temporary directory"))?;
        let keys = server.world.lock().await.company().credentials.clone();
        let binding = binding(&keys, &server.url)?;
        let stage = Self { server, database, data, binding, latency_ms: args.latency_ms };
        stage.bind(keys, args.seed).await?;
        Ok(stage)
    }

    async fn bind(&self, keys: Credentials, seed: u64) -> Result<(), Trouble> {
        let machine = self.machine().await?;
        let secret = secret(&self.binding, keys, seed);
        let put = machine.secrets.put_binding(&self.binding.id, &secret).await;
        put.map_err(Trouble::setup("the binding's secret"))?;
        let put = machine.store.put_binding(&self.binding, Condition::New).await;
        put.map_err(Trouble::setup("the binding"))?;
        token_refresh::handle(&machine.token_refresh(), &token_refresh::Input::Schedule).await;
        machine.stop().await;
        Ok(())
    }

    /// The parts of one machine in this process. Not while a sweep runs in another one: the state has one owner.
    pub(super) async fn machine(&self) -> Result<Machine, Trouble> {
        let data = self.data.path().to_owned();
        let place = Place { data, dynamodb: Some(self.database.address()), allow_loopback: true };
        Machine::start(&place).await.map_err(Trouble::setup("the machine"))
    }

    /// One sweep at this many calls a second, in a process of its own.
    pub(super) async fn sweep(&self, qps: u32) -> Result<Seen, Trouble> {
        self.pace(qps).await?;
        let args = SweepArgs {
            data: self.data.path().to_owned(),
            dynamodb: self.database.address(),
            binding: self.binding.id.clone(),
            corp: self.binding.corp_id.clone(),
        };
        let measured = in_a_process(&args).await?;
        finished(&measured.report)?;
        let world = self.server.world.lock().await;
        let log: Vec<_> = world.log().cloned().collect();
        drop(world);
        let minimum = Minimum::with_reads_of(&self.members().await, &log);
        Ok(Seen { measured, log, minimum })
    }

    /// Sets the pace on both sides and empties the log.
    async fn pace(&self, qps: u32) -> Result<(), Trouble> {
        let machine = self.machine().await?;
        let stored = machine.store.binding(&self.binding.id).await.map_err(Trouble::setup("the binding"))?;
        let mut binding = stored.map_or_else(|| self.binding.clone(), |stored| stored.body);
        binding.calls_per_second = qps;
        let put = machine.store.put_binding(&binding, Condition::Any).await;
        put.map_err(Trouble::setup("the binding"))?;
        machine.stop().await;
        let mut world = self.server.world.lock().await;
        world.set_pace(qps, self.latency_ms);
        world.clear_log();
        Ok(())
    }

    /// Direct members of each department, the root's included, by the truth and not by what a list said.
    pub(super) async fn members(&self) -> Vec<u64> {
        let truth = self.server.world.lock().await.truth();
        truth.departments.iter().map(|department| department.member_count as u64).collect()
    }

    /// Gives one person in a hundred another title; how many.
    pub(super) async fn change_one_percent(&self) -> Result<u64, Trouble> {
        let mut world = self.server.world.lock().await;
        let people: Vec<String> = world.company().people.keys().step_by(ONE_PERCENT).cloned().collect();
        for userid in &people {
            let fields = Changes { title: Some("首席测量师".to_owned()), ..Changes::default() };
            let act = Act::Change { userid: userid.clone(), fields: Box::new(fields) };
            world.act(SystemClock.now(), act).map_err(Trouble::setup("a change of a person"))?;
        }
        Ok(people.len() as u64)
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
    pub(super) async fn strike(self) {
        self.server.shutdown().await;
        _ = self.database.stop().await;
    }
}

fn binding(keys: &Credentials, url: &str) -> Result<Binding, Trouble> {
    let id: BindingId = "b-bench".parse().map_err(Trouble::setup("the binding's id"))?;
    let corp = keys.corp_id.parse().map_err(Trouble::setup("the CorpId"))?;
    let mut binding = Binding::new(id, corp);
    binding.agent_id = keys.agent_id;
    binding.app_key.clone_from(&keys.app_key);
    binding.endpoints = Endpoints { api: url.to_owned(), oapi: url.to_owned() };
    binding.created_at = Timestamp::default();
    Ok(binding)
}

/// Keys from the seed, so that the part of the corp that a sweep deep-reads is the same in every run.
fn secret(binding: &Binding, keys: Credentials, seed: u64) -> BindingSecret {
    let key = |purpose: u8| {
        let mut key = [purpose; 32];
        key[..8].copy_from_slice(&seed.to_be_bytes());
        key
    };
    BindingSecret {
        corp_id: binding.corp_id.clone(),
        agent_id: keys.agent_id,
        app_key: keys.app_key,
        app_secret: keys.app_secret.into(),
        callback_token: "bench".to_owned().into(),
        callback_aes_key: "A".repeat(43).into(),
        hash_key: key(1),
        seal_key: key(2),
        previous_callback: None,
    }
}
