//! Imports a company in minutes instead of hours.
//!
//! The engine itself decides what an import writes, from the sandbox's own answers. The slow parts
//! are left out: HTTP and its pace, an intent before each write, and the journal. Each link and
//! each record of the eHR is stored once, in its final form, by the store's own code. If this were
//! wrong, the sweeps that follow would find changes, and their figures would not hold.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use directory::{CorpId, Kind, Link, LinkId, NativeId, RowVersion, RunId, Side};
use ehr::{AlternateKey, Capabilities, Connector, RecordWrite, StoredRecord};
use engine::gate::WritePurpose;
use engine::ports::{Journal, JournalEntry, OpenGate};
use engine::report::RunProgress;
use engine::{Engine, SweepOrder};
use local::machine::Machine;
use outbound::{Transport, TransportError};
use runtime::{ClientPool, SystemClock, random_jitter};
use sandbox::World;
use state::links::{LinkStore, ListingReport, PointerChanges};
use state::store::JournalError;
use state::{Binding, Queue, StoreError, WriteError};
use tokio::task::JoinSet;

use super::{SyncError, check_finished};

/// Pace far above what this machine can answer.
const CALLS: u32 = 100_000;

/// Links that are stored at the same time.
const CONCURRENT_LINKS: usize = 16;

/// Seconds between two lines of progress.
const PROGRESS_INTERVAL_S: u64 = 15;

/// Imports the sandbox's company into the machine's state.
pub(super) async fn import_company(
    machine: &Machine,
    binding: &Binding,
    world: &Arc<tokio::sync::Mutex<World>>,
) -> Result<(), SyncError> {
    let links = Arc::new(MemoryLinks::default());
    let engine = import_engine(machine, binding, world, &links).await?;
    let run = machine.corps().new_run_id().ok_or(SyncError::Sweep {
        why: "no id for a run".to_owned(),
    })?;
    let said = Mutex::new(ProgressPrinter::new());
    let progress = move |progress: RunProgress| {
        if let RunProgress::Working { done, total } = progress {
            said.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .print_progress("records decided", done, total);
        }
    };
    let order = SweepOrder {
        deep_share: 0,
        progress: Arc::new(progress),
        ..SweepOrder::new(run)
    };
    let swept = Box::pin(engine.sweep(&order)).await;
    check_finished(&swept.report)?;
    store_links(machine, &binding.corp_id, links.take_links()).await?;
    let remember = |binding: &mut Binding| {
        binding.accepted_scope.clone_from(&swept.scope);
        binding.canary.clone_from(&swept.canary);
    };
    let changed = machine.store.change_binding(&binding.id, remember).await;
    changed.map_err(SyncError::setup_error("the binding"))?;
    Ok(())
}

/// Builds the binding's own engine on other ports.
async fn import_engine(
    machine: &Machine,
    binding: &Binding,
    world: &Arc<tokio::sync::Mutex<World>>,
    links: &Arc<MemoryLinks>,
) -> Result<Engine, SyncError> {
    let made = machine
        .corps()
        .open_engine(&binding.id, WritePurpose::Follow)
        .await;
    let (_, engine) = made.map_err(SyncError::setup_error("the engine"))?;
    let keys = machine.secrets.get_keys(&binding.id).await;
    let keys = keys.map_err(SyncError::setup_error("the binding's keys"))?;
    let refused = Arc::clone(&machine.queues.refused) as Arc<dyn Queue>;
    let inside = Arc::new(DirectTransport(Arc::clone(world)));
    let clients = ClientPool::new(
        inside,
        Arc::new(SystemClock),
        random_jitter(),
        machine.secrets.clone(),
        refused,
    );
    let fast = Binding {
        calls_per_second: CALLS,
        ..binding.clone()
    };
    Ok(Engine {
        dingtalk: Arc::new(clients.for_binding(&fast, &keys)),
        ehr: Arc::new(EmptyEhr(engine.ehr)),
        links: Arc::clone(links) as Arc<dyn LinkStore>,
        journal: Arc::new(DiscardingJournal),
        gate: Arc::new(OpenGate),
        ..engine
    })
}

async fn store_links(machine: &Machine, corp: &CorpId, links: Vec<Link>) -> Result<(), SyncError> {
    let (total, mut said) = (links.len() as u64, ProgressPrinter::new());
    let mut under_way = JoinSet::new();
    for (done, link) in (0..).zip(links) {
        if under_way.len() >= CONCURRENT_LINKS {
            check_stored(under_way.join_next().await)?;
        }
        let (store, corp) = (machine.store.clone(), corp.clone());
        under_way.spawn(async move { store.create_link(&corp, &link).await });
        said.print_progress("links stored", done, total);
    }
    while let Some(ended) = under_way.join_next().await {
        check_stored(Some(ended))?;
    }
    Ok(())
}

fn check_stored(
    ended: Option<Result<Result<(), WriteError>, tokio::task::JoinError>>,
) -> Result<(), SyncError> {
    match ended {
        None => Ok(()),
        Some(Ok(put)) => put.map_err(SyncError::setup_error("a link")),
        Some(Err(err)) => Err(SyncError::setup_error("a link")(err)),
    }
}

/// Prints the progress now and then.
struct ProgressPrinter(Instant);

impl ProgressPrinter {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn print_progress(&mut self, what: &str, done: u64, total: u64) {
        if self.0.elapsed().as_secs() >= PROGRESS_INTERVAL_S {
            self.0 = Instant::now();
            // If the terminal is gone, the line is lost.
            _ = writeln!(std::io::stderr(), "{done} of {total} {what}");
        }
    }
}

/// The sandbox without HTTP: every call is answered at once.
struct DirectTransport(Arc<tokio::sync::Mutex<World>>);

#[async_trait]
impl Transport for DirectTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        Ok(self
            .0
            .lock()
            .await
            .call(SystemClock.now(), &request)
            .response)
    }
}

/// An eHR that was empty, so that lookups find nothing without a call.
struct EmptyEhr(Arc<dyn Connector>);

#[async_trait]
impl Connector for EmptyEhr {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn id_for(&self, link: LinkId) -> Option<NativeId> {
        self.0.id_for(link)
    }

    async fn list_records(
        &self,
        _kind: Kind,
        _each: &mut (dyn FnMut(StoredRecord) + Send),
    ) -> Result<u64, ehr::EhrError> {
        Ok(0)
    }

    async fn read_record(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, ehr::EhrError> {
        self.0.read_record(kind, id).await
    }

    async fn find_by_key(
        &self,
        _kind: Kind,
        _key: &AlternateKey,
    ) -> Result<Option<StoredRecord>, ehr::EhrError> {
        Ok(None)
    }

    async fn write_record(&self, write: &RecordWrite) -> Result<StoredRecord, ehr::EhrError> {
        self.0.write_record(write).await
    }
}

/// A journal that drops its entries.
struct DiscardingJournal;

#[async_trait]
impl Journal for DiscardingJournal {
    async fn append(&self, _run: &RunId, _entries: Vec<JournalEntry>) -> Result<(), JournalError> {
        Ok(())
    }

    async fn close(&self, _run: &RunId) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Links in memory, until they are in their final form.
#[derive(Default)]
struct MemoryLinks(Mutex<LinkTables>);

#[derive(Default)]
struct LinkTables {
    links: BTreeMap<LinkId, Link>,
    pointers: BTreeMap<(Kind, Side, NativeId), LinkId>,
}

impl LinkTables {
    fn put(&mut self, link: &Link) {
        for side in [Side::DingTalk, Side::Ehr] {
            if let Some(native) = link.native_id(side) {
                self.pointers
                    .insert((link.kind, side, native.clone()), link.id);
            }
        }
        self.links.insert(link.id, link.clone());
    }
}

impl MemoryLinks {
    fn lock_tables(&self) -> std::sync::MutexGuard<'_, LinkTables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_links(&self) -> Vec<Link> {
        std::mem::take(&mut self.lock_tables().links)
            .into_values()
            .collect()
    }
}

#[async_trait]
impl LinkStore for MemoryLinks {
    async fn get_link(
        &self,
        _corp: &CorpId,
        _kind: Kind,
        id: LinkId,
    ) -> Result<Option<Link>, StoreError> {
        Ok(self.lock_tables().links.get(&id).cloned())
    }

    async fn get_link_by_native(
        &self,
        _corp: &CorpId,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<Link>, StoreError> {
        let tables = self.lock_tables();
        let id = tables.pointers.get(&(kind, side, native.clone()));
        Ok(id.and_then(|id| tables.links.get(id)).cloned())
    }

    async fn each_link(
        &self,
        _corp: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(Link) + Send),
    ) -> Result<ListingReport, StoreError> {
        let links: Vec<Link> = self
            .lock_tables()
            .links
            .values()
            .filter(|link| link.kind == kind)
            .cloned()
            .collect();
        let listed = ListingReport {
            links: links.len() as u64,
            unreadable: Vec::new(),
        };
        links.into_iter().for_each(each);
        Ok(listed)
    }

    async fn create_link(&self, _corp: &CorpId, link: &Link) -> Result<(), WriteError> {
        let mut tables = self.lock_tables();
        if tables.links.contains_key(&link.id) {
            return Err(WriteError::Exists {
                which: state::ExistingItem::Item,
            });
        }
        tables.put(link);
        Ok(())
    }

    async fn put_link(
        &self,
        _corp: &CorpId,
        link: &Link,
        expected: RowVersion,
        _pointers: &PointerChanges,
    ) -> Result<(), WriteError> {
        let mut tables = self.lock_tables();
        if tables
            .links
            .get(&link.id)
            .is_none_or(|stored| stored.version != expected)
        {
            return Err(WriteError::Stale);
        }
        tables.put(link);
        Ok(())
    }
}
