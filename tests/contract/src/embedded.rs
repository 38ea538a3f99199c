//! The embedded side: an in-memory database, a clock that is pushed, directories that are gone afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use directory::Timestamp;
use local::embedded::{
    Clock, Database, DirectoryArchive, DirectoryVault, EmbeddedQueue, QueueRules, Receipt, Received,
};
use state::{DeadLetters, Queue, Store, Tables};

use crate::queue::{Line, Lines, Taken, VISIBILITY_S};
use crate::{archive, store, vault};

/// Opens an archive.
pub async fn archive() -> archive::Fixture {
    let home = tempfile::tempdir().unwrap();
    archive::Fixture { archive: Box::new(DirectoryArchive::open(home.path()).unwrap()), kept: Some(home) }
}

/// Opens a vault.
pub async fn vault() -> vault::Fixture {
    let home = tempfile::tempdir().unwrap();
    let vault = Arc::new(DirectoryVault::open(home.path()).unwrap());
    vault::Fixture { vault, prefix: "contract/".to_owned(), kept: Some(home) }
}

/// Opens a store.
pub async fn store() -> store::Fixture {
    let database = Database::memory().await.unwrap();
    let (client, tables) = (database.client(), Tables::with_prefix("contract-"));
    state::store::create_tables(&client, &tables).await.unwrap();
    let store = Store::new(client.clone(), tables.clone(), 7);
    store::Fixture { store, client, tables, kept: Some(database) }
}

/// Opens two queues of one database.
pub async fn queues() -> Lines {
    let database = Arc::new(Database::memory().await.unwrap());
    let open = async |name: &str, rules: QueueRules| {
        let hands = Arc::new(AtomicI64::new(1_780_000_000_000));
        let clock: Clock = {
            let hands = Arc::clone(&hands);
            Arc::new(move || Timestamp(hands.load(Ordering::SeqCst)))
        };
        let queue = EmbeddedQueue::open(database.client(), "queues", name, rules, clock).await.unwrap();
        let line: Box<dyn Line> = Box::new(Embedded { queue, hands, _database: Arc::clone(&database) });
        line
    };
    Lines {
        fifo: open("fifo", QueueRules::fifo(VISIBILITY_S)).await,
        standard: open("standard", QueueRules::standard(VISIBILITY_S)).await,
    }
}

struct Embedded {
    queue: EmbeddedQueue,
    hands: Arc<AtomicI64>,
    _database: Arc<Database>,
}

fn taken(received: Received) -> Taken {
    let Received { id, receipt, body, group, receives } = received;
    Taken { id, body, group, receives, receipt: receipt.to_text() }
}

fn receipt(taken: &Taken) -> Receipt {
    Receipt::from_text(&taken.receipt).unwrap()
}

#[async_trait]
impl Line for Embedded {
    fn queue(&self) -> &dyn Queue {
        &self.queue
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        &self.queue
    }

    async fn take(&self, max: usize) -> Vec<Taken> {
        self.queue.receive(max, Duration::ZERO).await.unwrap().into_iter().map(taken).collect()
    }

    async fn done(&self, taken: &Taken) -> bool {
        self.queue.delete(&receipt(taken)).await.is_ok()
    }

    async fn hide(&self, taken: &Taken, seconds: i32) {
        self.queue.hide(&receipt(taken), i64::from(seconds) * 1000).await.unwrap();
    }

    async fn pass(&self, seconds: u32) {
        self.hands.fetch_add(i64::from(seconds) * 1000, Ordering::SeqCst);
    }
}
