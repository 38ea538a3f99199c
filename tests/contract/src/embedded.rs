//! The embedded side: an in-memory database, a clock that the test advances, directories that are
//! deleted afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use directory::Timestamp;
use local::embedded::{
    Database, DirectoryArchive, DirectoryVault, EmbeddedQueue, QueueRules, Receipt,
    ReceivedMessage, TimeSource,
};
use state::{DeadLetters, Queue, Store, TableNames};

use crate::queue::{DeliveredMessage, QueueLine, QueueLines, VISIBILITY_S};
use crate::{archive, store, vault};

/// Opens an archive.
pub async fn open_archive() -> archive::ArchiveFixture {
    let home = tempfile::tempdir().unwrap();
    archive::ArchiveFixture {
        archive: Box::new(DirectoryArchive::open(home.path()).unwrap()),
        kept: Some(home),
    }
}

/// Opens a vault.
pub async fn open_vault() -> vault::VaultFixture {
    let home = tempfile::tempdir().unwrap();
    let vault = Arc::new(DirectoryVault::open(home.path()).unwrap());
    vault::VaultFixture {
        vault,
        prefix: "contract/".to_owned(),
        kept: Some(home),
    }
}

/// Opens a store.
pub async fn open_store() -> store::StoreFixture {
    let database = Database::memory().await.unwrap();
    let (client, tables) = (database.client(), TableNames::with_prefix("contract-"));
    state::store::create_tables(&client, &tables).await.unwrap();
    let store = Store::new(client.clone(), tables.clone(), 7);
    store::StoreFixture {
        store,
        client,
        tables,
        kept: Some(database),
    }
}

/// Opens two queues of one database.
pub async fn open_queues() -> QueueLines {
    let database = Arc::new(Database::memory().await.unwrap());
    let open = async |name: &str, rules: QueueRules| {
        let hands = Arc::new(AtomicI64::new(1_780_000_000_000));
        let clock: TimeSource = {
            let hands = Arc::clone(&hands);
            Arc::new(move || Timestamp(hands.load(Ordering::SeqCst)))
        };
        let queue = EmbeddedQueue::open(database.client(), "queues", name, rules, clock)
            .await
            .unwrap();
        let line: Box<dyn QueueLine> = Box::new(EmbeddedLine {
            queue,
            hands,
            _database: Arc::clone(&database),
        });
        line
    };
    QueueLines {
        fifo: open("fifo", QueueRules::fifo(VISIBILITY_S)).await,
        standard: open("standard", QueueRules::standard(VISIBILITY_S)).await,
    }
}

struct EmbeddedLine {
    queue: EmbeddedQueue,
    hands: Arc<AtomicI64>,
    _database: Arc<Database>,
}

fn to_delivery(received: ReceivedMessage) -> DeliveredMessage {
    let ReceivedMessage {
        id,
        receipt,
        body,
        group,
        receives,
    } = received;
    DeliveredMessage {
        id,
        body,
        group,
        receives,
        receipt: receipt.to_text(),
    }
}

fn receipt(taken: &DeliveredMessage) -> Receipt {
    Receipt::from_text(&taken.receipt).unwrap()
}

#[async_trait]
impl QueueLine for EmbeddedLine {
    fn queue(&self) -> &dyn Queue {
        &self.queue
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        &self.queue
    }

    async fn receive_messages(&self, max: usize) -> Vec<DeliveredMessage> {
        self.queue
            .receive(max, Duration::ZERO)
            .await
            .unwrap()
            .into_iter()
            .map(to_delivery)
            .collect()
    }

    async fn finish_message(&self, taken: &DeliveredMessage) -> bool {
        self.queue.delete(&receipt(taken)).await.is_ok()
    }

    async fn hide(&self, taken: &DeliveredMessage, seconds: i32) {
        self.queue
            .hide(&receipt(taken), i64::from(seconds) * 1000)
            .await
            .unwrap();
    }

    async fn advance_time(&self, seconds: u32) {
        self.hands
            .fetch_add(i64::from(seconds) * 1000, Ordering::SeqCst);
    }
}
