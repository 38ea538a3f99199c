//! A company as if it had been imported, in minutes instead of hours.
//!
//! The engine itself decides what an import writes, from the sandbox's own answers. What takes the time is left out: HTTP
//! and the pace between them, an intent before each write, the journal. Each link and each record of the eHR is stored
//! once, as it is in the end, by the store's own code: the sweeps that follow find that nothing has changed, or their
//! figures do not hold.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use directory::{CorpId, Kind, Link, LinkId, NativeId, RunId, Side, Version};
use ehr::{Capabilities, Connector, Key, Stored, Write};
use engine::gate::Purpose;
use engine::ports::{Journal, JournalEntry, Open};
use engine::report::Progress;
use engine::{Engine, SweepOrder};
use local::machine::Machine;
use outbound::{Transport, TransportError};
use runtime::{Clients, SystemClock, jitter};
use sandbox::World;
use state::links::{Links, Listed, Pointers};
use state::store::JournalError;
use state::{Binding, Queue, StoreError, WriteError};
use tokio::task::JoinSet;

use super::{Trouble, finished};

/// Far above what this machine answers.
const CALLS: u32 = 100_000;

/// Links that are stored at once.
const AT_ONCE: usize = 16;

/// Seconds between two lines that say how far it is.
const TOLD_S: u64 = 15;

/// Imports the sandbox's company into the machine's state.
pub(super) async fn import(
    machine: &Machine,
    binding: &Binding,
    world: &Arc<tokio::sync::Mutex<World>>,
) -> Result<(), Trouble> {
    let links = Arc::new(Remembered::default());
    let engine = engine(machine, binding, world, &links).await?;
    let run = machine.corps().new_run().ok_or(Trouble::Sweep { why: "no id for a run".to_owned() })?;
    let said = Mutex::new(Said::new());
    let progress = move |progress: Progress| {
        if let Progress::Working { done, total } = progress {
            said.lock().unwrap_or_else(PoisonError::into_inner).done("records decided", done, total);
        }
    };
    let order = SweepOrder { deep_share: 0, progress: Arc::new(progress), ..SweepOrder::new(run) };
    let swept = Box::pin(engine.sweep(&order)).await;
    finished(&swept.report)?;
    store(machine, &binding.corp_id, links.take()).await?;
    let remember = |binding: &mut Binding| {
        binding.accepted_scope.clone_from(&swept.scope);
        binding.canary.clone_from(&swept.canary);
    };
    let changed = machine.store.change_binding(&binding.id, remember).await;
    changed.map_err(Trouble::setup("the binding"))?;
    Ok(())
}

/// The binding's own engine, on other ports.
async fn engine(
    machine: &Machine,
    binding: &Binding,
    world: &Arc<tokio::sync::Mutex<World>>,
    links: &Arc<Remembered>,
) -> Result<Engine, Trouble> {
    let made = machine.corps().engine(&binding.id, Purpose::Follow).await;
    let (_, engine) = made.map_err(Trouble::setup("the engine"))?;
    let refused = Arc::clone(&machine.queues.refused) as Arc<dyn Queue>;
    let inside = Arc::new(Inside(Arc::clone(world)));
    let clients = Clients::new(inside, Arc::new(SystemClock), jitter(), machine.secrets.clone(), refused);
    let fast = Binding { calls_per_second: CALLS, ..binding.clone() };
    Ok(Engine {
        dingtalk: Arc::new(clients.of(&fast)),
        ehr: Arc::new(Empty(engine.ehr)),
        links: Arc::clone(links) as Arc<dyn Links>,
        journal: Arc::new(Nowhere),
        gate: Arc::new(Open),
        ..engine
    })
}

async fn store(machine: &Machine, corp: &CorpId, links: Vec<Link>) -> Result<(), Trouble> {
    let (total, mut said) = (links.len() as u64, Said::new());
    let mut under_way = JoinSet::new();
    for (done, link) in (0..).zip(links) {
        if under_way.len() >= AT_ONCE {
            stored(under_way.join_next().await)?;
        }
        let (store, corp) = (machine.store.clone(), corp.clone());
        under_way.spawn(async move { store.create_link(&corp, &link).await });
        said.done("links stored", done, total);
    }
    while let Some(ended) = under_way.join_next().await {
        stored(Some(ended))?;
    }
    Ok(())
}

fn stored(ended: Option<Result<Result<(), WriteError>, tokio::task::JoinError>>) -> Result<(), Trouble> {
    match ended {
        None => Ok(()),
        Some(Ok(put)) => put.map_err(Trouble::setup("a link")),
        Some(Err(err)) => Err(Trouble::setup("a link")(err)),
    }
}

/// Says how far it is, now and then.
struct Said(Instant);

impl Said {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn done(&mut self, what: &str, done: u64, total: u64) {
        if self.0.elapsed().as_secs() >= TOLD_S {
            self.0 = Instant::now();
            // Nobody to tell where the terminal is gone.
            _ = writeln!(std::io::stderr(), "{done} of {total} {what}");
        }
    }
}

/// The sandbox without HTTP: every call is answered at once.
struct Inside(Arc<tokio::sync::Mutex<World>>);

#[async_trait]
impl Transport for Inside {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Ok(self.0.lock().await.call(SystemClock.now(), &request).response)
    }
}

/// An eHR that had nobody in it: nobody is looked for there.
struct Empty(Arc<dyn Connector>);

#[async_trait]
impl Connector for Empty {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn id_for(&self, link: LinkId) -> Option<NativeId> {
        self.0.id_for(link)
    }

    async fn list(&self, _kind: Kind, _each: &mut (dyn FnMut(Stored) + Send)) -> Result<u64, ehr::Error> {
        Ok(0)
    }

    async fn get(&self, kind: Kind, id: &NativeId) -> Result<Option<Stored>, ehr::Error> {
        self.0.get(kind, id).await
    }

    async fn find_by_key(&self, _kind: Kind, _key: &Key) -> Result<Option<Stored>, ehr::Error> {
        Ok(None)
    }

    async fn apply(&self, write: &Write) -> Result<Stored, ehr::Error> {
        self.0.apply(write).await
    }
}

/// Nobody reads this import's journal.
struct Nowhere;

#[async_trait]
impl Journal for Nowhere {
    async fn append(&self, _run: &RunId, _entries: Vec<JournalEntry>) -> Result<(), JournalError> {
        Ok(())
    }

    async fn close(&self, _run: &RunId) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Links in memory, until they are as they stay.
#[derive(Default)]
struct Remembered(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    links: BTreeMap<LinkId, Link>,
    pointers: BTreeMap<(Kind, Side, NativeId), LinkId>,
}

impl Tables {
    fn put(&mut self, link: &Link) {
        for side in [Side::DingTalk, Side::Ehr] {
            if let Some(native) = link.native(side) {
                self.pointers.insert((link.kind, side, native.clone()), link.id);
            }
        }
        self.links.insert(link.id, link.clone());
    }
}

impl Remembered {
    fn tables(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<Link> {
        std::mem::take(&mut self.tables().links).into_values().collect()
    }
}

#[async_trait]
impl Links for Remembered {
    async fn link(&self, _corp: &CorpId, _kind: Kind, id: LinkId) -> Result<Option<Link>, StoreError> {
        Ok(self.tables().links.get(&id).cloned())
    }

    async fn link_by_native(
        &self,
        _corp: &CorpId,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<Link>, StoreError> {
        let tables = self.tables();
        let id = tables.pointers.get(&(kind, side, native.clone()));
        Ok(id.and_then(|id| tables.links.get(id)).cloned())
    }

    async fn each_link(
        &self,
        _corp: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(Link) + Send),
    ) -> Result<Listed, StoreError> {
        let links: Vec<Link> = self.tables().links.values().filter(|link| link.kind == kind).cloned().collect();
        let listed = Listed { links: links.len() as u64, unreadable: Vec::new() };
        links.into_iter().for_each(each);
        Ok(listed)
    }

    async fn create_link(&self, _corp: &CorpId, link: &Link) -> Result<(), WriteError> {
        let mut tables = self.tables();
        if tables.links.contains_key(&link.id) {
            return Err(WriteError::Exists { which: state::Taken::Item });
        }
        tables.put(link);
        Ok(())
    }

    async fn put_link(
        &self,
        _corp: &CorpId,
        link: &Link,
        expected: Version,
        _pointers: &Pointers,
    ) -> Result<(), WriteError> {
        let mut tables = self.tables();
        if tables.links.get(&link.id).is_none_or(|stored| stored.version != expected) {
            return Err(WriteError::Stale);
        }
        tables.put(link);
        Ok(())
    }
}
