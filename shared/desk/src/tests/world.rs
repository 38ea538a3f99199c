//! A desk on a database in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dingtalk::client::Clock;
use directory::{BindingId, CorpId, Field, Kind, Timestamp};
use engine::CorpEngines;
use secrecy::SecretString;
use state::archive::ArchivePage;
use state::embedded::EmbeddedDynamoDb;
use state::store::{PutCondition, create_tables};
use state::vault::{BindingKeys, SecretStore};
use state::{
    Archive, ArchiveError, ArchiveKey, ArchivePrefix, Binding, PutIf, Queue, QueueError,
    QueueMessage, Store, TableNames, Vault, VaultError,
};

use crate::{
    Actor, Cursor, Desk, EditRequest, EditVerb, JournalRequest, LedgerRequest, Order, OrderError,
    OrderRequest, OrderView, Page, Reply,
};

/// 2026-05-28 in Shanghai.
const NOW: Timestamp = Timestamp(1_780_000_000_000);

/// A clock that moves a millisecond with every look, so that no two orders have one time.
struct TickingClock(AtomicU64);

#[async_trait]
impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        let ticks = self.0.fetch_add(1, Ordering::Relaxed);
        NOW.plus_millis(i64::try_from(ticks).unwrap())
    }

    async fn sleep(&self, _: Duration) {}
}

#[derive(Default)]
struct MemoryVault(Mutex<HashMap<String, SecretString>>);

#[async_trait]
impl Vault for MemoryVault {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        let secrets = self.0.lock().unwrap();
        secrets.get(name).cloned().ok_or(VaultError::NotFound)
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.0.lock().unwrap().insert(name.to_owned(), value);
        Ok(())
    }
}

/// An archive without anything in it.
struct EmptyArchive;

#[async_trait]
impl Archive for EmptyArchive {
    async fn put(&self, _: &ArchiveKey, _: Vec<u8>, _: PutIf) -> Result<(), ArchiveError> {
        Ok(())
    }

    async fn get(&self, _: &ArchiveKey) -> Result<Option<Vec<u8>>, ArchiveError> {
        Ok(None)
    }

    async fn list(
        &self,
        _: &ArchivePrefix,
        _: Option<&ArchiveKey>,
        _: usize,
    ) -> Result<ArchivePage, ArchiveError> {
        Ok(ArchivePage::default())
    }

    async fn delete(&self, _: &ArchiveKey) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// Keeps what was sent.
#[derive(Default)]
pub(super) struct SentMessages(pub(super) Mutex<Vec<QueueMessage>>);

#[async_trait]
impl Queue for SentMessages {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        self.0.lock().unwrap().push(message);
        Ok(())
    }
}

pub(super) struct World {
    pub(super) desk: Desk,
    pub(super) sent: Arc<SentMessages>,
}

pub(super) fn binding_id() -> BindingId {
    BindingId::new("b-1").unwrap()
}

pub(super) fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

pub(super) fn owner() -> Actor {
    Actor::machine_operator("小李")
}

impl World {
    pub(super) async fn new() -> Self {
        let client = EmbeddedDynamoDb::in_memory().unwrap().client();
        let tables = TableNames::with_prefix("desk-");
        create_tables(&client, &tables).await.unwrap();
        let store = Store::new(client, tables, 1);
        let secrets = SecretStore::new(Arc::new(MemoryVault::default()), "test/");
        let keys = BindingKeys {
            hash_key: [1; 32],
            seal_key: [2; 32],
            endpoints: None,
        };
        secrets.put_keys(&binding_id(), &keys).await.unwrap();
        let binding = Binding::new(binding_id(), corp());
        store
            .put_binding(&binding, PutCondition::New)
            .await
            .unwrap();
        let count = AtomicU64::new(0);
        let corps = CorpEngines {
            store,
            secrets,
            client: Arc::new(|_, _| unreachable!("no order of these tests calls DingTalk")),
            clock: Arc::new(TickingClock(AtomicU64::new(0))),
            randomness: Arc::new(move || {
                let mut bytes = [7; 16];
                let next = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                bytes[..4].copy_from_slice(&next[4..]);
                bytes
            }),
        };
        let sent = Arc::new(SentMessages::default());
        let desk = Desk {
            corps,
            sweeps: Arc::clone(&sent) as Arc<dyn Queue>,
            archive: Arc::new(EmptyArchive),
        };
        Self { desk, sent }
    }

    /// The same with a company: 公司, below it 销售 and 研发.
    pub(super) async fn with_company() -> Self {
        let world = Self::new().await;
        for (name, under) in [("公司", ""), ("销售", "/"), ("研发", "/")] {
            let fields = [(Field::Name, name), (Field::Parent, under)];
            let edit = edit(Kind::Department, EditVerb::Enter, None, &fields);
            world.give(&owner(), edit).await.unwrap();
        }
        world
    }

    pub(super) async fn give(
        &self,
        actor: &Actor,
        request: OrderRequest,
    ) -> Result<Reply, OrderError> {
        let order = Order {
            binding: binding_id(),
            actor: actor.clone(),
            request,
        };
        self.desk.handle(order).await
    }

    pub(super) async fn hire(&self, name: &str, number: u32, department: &str) {
        let (mobile, job) = (format!("138{number:08}"), format!("A{number}"));
        let fields = [
            (Field::Name, name),
            (Field::Mobile, &mobile),
            (Field::JobNumber, &job),
            (Field::Email, "lina@x.com"),
            (Field::Departments, department),
        ];
        let edit = edit(Kind::Person, EditVerb::Enter, None, &fields);
        self.give(&owner(), edit).await.unwrap();
    }

    /// Every order in the journal, newest first.
    pub(super) async fn orders(&self) -> Vec<OrderView> {
        let order = |cursor| OrderRequest::Journal(JournalRequest::Orders { cursor });
        self.all_pages(&owner(), order, |reply| match reply {
            Reply::Orders(page) => page,
            other => panic!("{other:?}"),
        })
        .await
        .concat()
    }

    /// The pages of a listing.
    pub(super) async fn all_pages<T>(
        &self,
        actor: &Actor,
        order: impl Fn(Option<Cursor>) -> OrderRequest,
        page_of: impl Fn(Reply) -> Page<T>,
    ) -> Vec<Vec<T>> {
        let (mut pages, mut cursor) = (Vec::new(), None);
        loop {
            let page = page_of(self.give(actor, order(cursor)).await.unwrap());
            pages.push(page.rows);
            cursor = page.next;
            if cursor.is_none() {
                return pages;
            }
        }
    }

    pub(super) async fn binding(&self) -> Binding {
        let stored = self.desk.corps.store.get_binding(&binding_id()).await;
        stored.unwrap().unwrap().body
    }
}

pub(super) fn edit(
    kind: Kind,
    verb: EditVerb,
    who: Option<&str>,
    fields: &[(Field, &str)],
) -> OrderRequest {
    let fields = fields
        .iter()
        .map(|(field, text)| (*field, vec![(*text).to_owned()]));
    OrderRequest::Ledger(LedgerRequest::Edit(EditRequest {
        kind,
        verb,
        who: who.map(str::to_owned),
        fields: fields.collect(),
        on: None,
    }))
}
