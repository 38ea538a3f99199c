use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use state::DeadLetters as _;

use super::*;
use crate::embedded::Database;

const START: i64 = 1_780_000_000_000;

/// A clock that stands still until it is pushed.
#[derive(Clone)]
struct StoppedClock(Arc<AtomicI64>);

impl StoppedClock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn clock(&self) -> TimeSource {
        let hands = Arc::clone(&self.0);
        Arc::new(move || Timestamp(hands.load(Ordering::SeqCst)))
    }
}

async fn queue(database: &Database, rules: QueueRules, hands: &StoppedClock) -> EmbeddedQueue {
    EmbeddedQueue::open(database.client(), "queues", "wakes", rules, hands.clock())
        .await
        .unwrap()
}

async fn new_queue(rules: QueueRules) -> (EmbeddedQueue, StoppedClock, Database) {
    let (database, hands) = (Database::memory().await.unwrap(), StoppedClock::new());
    (queue(&database, rules, &hands).await, hands, database)
}

fn message(body: &str, group: &str) -> QueueMessage {
    QueueMessage {
        body: body.into(),
        group: Some(group.into()),
        deduplication: Some(body.into()),
        delay_s: 0,
    }
}

async fn take(queue: &EmbeddedQueue, max: usize) -> Vec<ReceivedMessage> {
    queue.receive(max, Duration::ZERO).await.unwrap()
}

fn bodies(received: &[ReceivedMessage]) -> Vec<&str> {
    received
        .iter()
        .map(|received| received.body.as_str())
        .collect()
}

#[tokio::test]
async fn a_group_is_delivered_in_order_and_other_groups_do_not_wait() {
    let (queue, _, _database) = new_queue(QueueRules::fifo(30)).await;
    for (body, group) in [("a1", "a"), ("b1", "b"), ("a2", "a")] {
        queue.send(message(body, group)).await.unwrap();
    }
    let first = take(&queue, 1).await;
    assert_eq!(bodies(&first), ["a1"]);
    let second = take(&queue, 10).await;
    assert_eq!(bodies(&second), ["b1"], "a2 waits for a1");
    queue.delete(&first[0].receipt).await.unwrap();
    assert_eq!(bodies(&take(&queue, 10).await), ["a2"]);
}

#[tokio::test]
async fn an_undeleted_message_returns_and_its_old_receipt_is_void() {
    let (queue, hands, _database) = new_queue(QueueRules::fifo(30)).await;
    queue.send(message("m", "g")).await.unwrap();
    let first = take(&queue, 1).await.remove(0);
    hands.pass(29);
    assert!(take(&queue, 1).await.is_empty());
    hands.pass(1);
    let again = take(&queue, 1).await.remove(0);
    assert_eq!((again.receives, &again.id), (2, &first.id));
    assert_eq!(
        queue.delete(&first.receipt).await,
        Err(QueueError::StaleReceipt)
    );
    queue.delete(&again.receipt).await.unwrap();
    assert_eq!(
        queue.delete(&again.receipt).await,
        Err(QueueError::StaleReceipt)
    );
    assert_eq!(queue.count_waiting().await, 0);
}

#[tokio::test]
async fn a_receipt_never_fits_a_later_message() {
    let (queue, _, _database) = new_queue(QueueRules::fifo(30)).await;
    queue.send(message("one", "g")).await.unwrap();
    let one = take(&queue, 1).await.remove(0);
    queue.delete(&one.receipt).await.unwrap();
    queue.send(message("two", "g")).await.unwrap();
    take(&queue, 1).await;
    assert_eq!(
        queue.delete(&one.receipt).await,
        Err(QueueError::StaleReceipt)
    );
    assert_eq!(queue.count_waiting().await, 1);
}

#[tokio::test]
async fn a_released_message_is_visible_at_once_and_counts() {
    let (queue, _, _database) = new_queue(QueueRules::fifo(30)).await;
    queue.send(message("m", "g")).await.unwrap();
    let first = take(&queue, 1).await.remove(0);
    queue.release(&first.receipt).await.unwrap();
    assert_eq!(take(&queue, 1).await[0].receives, 2);
}

#[tokio::test]
async fn a_message_becomes_a_dead_letter_after_five_deliveries_and_its_group_goes_on() {
    let (queue, _, _database) = new_queue(QueueRules::fifo(30)).await;
    queue.send(message("poison", "g")).await.unwrap();
    queue.send(message("next", "g")).await.unwrap();
    for receives in 1..=5 {
        let received = take(&queue, 1).await.remove(0);
        assert_eq!(
            (received.body.as_str(), received.receives),
            ("poison", receives)
        );
        queue.release(&received.receipt).await.unwrap();
    }
    assert_eq!(bodies(&take(&queue, 1).await), ["next"]);
    assert_eq!(queue.list(9).await.unwrap()[0].body, "poison");
    assert_eq!(queue.redrive(None).await.unwrap(), 1);
    assert!(queue.list(9).await.unwrap().is_empty());
    assert_eq!(queue.count_waiting().await, 2);
}

#[tokio::test]
async fn a_second_message_with_the_same_id_is_dropped_for_five_minutes() {
    let (queue, hands, _database) = new_queue(QueueRules::fifo(30)).await;
    queue.send(message("m", "g")).await.unwrap();
    queue.send(message("m", "g")).await.unwrap();
    assert_eq!(queue.count_waiting().await, 1);
    let received = take(&queue, 1).await.remove(0);
    queue.delete(&received.receipt).await.unwrap();
    hands.pass(299);
    queue.send(message("m", "g")).await.unwrap();
    assert_eq!(
        queue.count_waiting().await,
        0,
        "also when the first is done"
    );
    queue.send(message("m", "other")).await.unwrap();
    assert_eq!(
        queue.count_waiting().await,
        1,
        "another group has ids of its own"
    );
    hands.pass(1);
    queue.send(message("m", "g")).await.unwrap();
    assert_eq!(queue.count_waiting().await, 2);
}

#[tokio::test]
async fn deduplication_ids_are_forgotten_in_the_end() {
    let (queue, hands, database) = new_queue(QueueRules::fifo(30)).await;
    for n in 0..30 {
        queue.send(message(&format!("m{n}"), "g")).await.unwrap();
    }
    hands.pass(300);
    queue.send(message("last", "g")).await.unwrap();
    let seen = queue.shelf.load().await.unwrap().seen;
    assert_eq!(seen.len(), 30 + 1 - 25);
    drop(database);
}

#[tokio::test]
async fn a_delayed_message_is_hidden_and_standard_queues_do_not_block() {
    let (queue, hands, _database) = new_queue(QueueRules::standard(30)).await;
    let delayed = QueueMessage {
        delay_s: 60,
        ..message("later", "g")
    };
    queue.send(delayed).await.unwrap();
    queue.send(message("now", "g")).await.unwrap();
    assert_eq!(bodies(&take(&queue, 10).await), ["now"]);
    hands.pass(60);
    assert_eq!(bodies(&take(&queue, 10).await), ["later", "now"]);
}

#[tokio::test]
async fn a_waiting_reader_is_woken_by_a_send() {
    let (queue, _, _database) = new_queue(QueueRules::fifo(30)).await;
    let queue = Arc::new(queue);
    let reader = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.receive(1, Duration::from_secs(60)).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    queue.send(message("m", "g")).await.unwrap();
    let received = tokio::time::timeout(Duration::from_secs(10), reader)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(bodies(&received), ["m"]);
}

#[tokio::test]
async fn queues_in_one_table_are_separate() {
    let (queue, hands, database) = new_queue(QueueRules::fifo(30)).await;
    let clock = hands.clock();
    let other = EmbeddedQueue::open(
        database.client(),
        "queues",
        "sweeps",
        QueueRules::fifo(30),
        clock,
    )
    .await
    .unwrap();
    queue.send(message("m", "g")).await.unwrap();
    assert!(take(&other, 10).await.is_empty());
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let (file, hands) = (home.path().join("state.db"), StoppedClock::new());
    let database = Database::open(&file).await.unwrap();
    let before = queue(&database, QueueRules::fifo(3600), &hands).await;
    for (body, group) in [("held", "a"), ("waits", "a"), ("done", "b")] {
        before.send(message(body, group)).await.unwrap();
    }
    let taken = take(&before, 3).await;
    before.delete(&taken[2].receipt).await.unwrap();
    before.release(&taken[1].receipt).await.unwrap();
    drop(before);
    database.stop().await.unwrap();

    let database = Database::open(&file).await.unwrap();
    let after = queue(&database, QueueRules::fifo(3600), &hands).await;
    after.send(message("done", "b")).await.unwrap();
    let received = take(&after, 10).await;
    assert_eq!(
        bodies(&received),
        ["held", "waits"],
        "in order, at once, and `done` is still a duplicate"
    );
    assert_eq!(
        received
            .iter()
            .map(|received| received.receives)
            .collect::<Vec<_>>(),
        [2, 2]
    );
}

/// In a directory with this file, the test below is the process that gets killed.
const SENDER: &str = "sender";

/// Sends until it is killed, and says what was accepted.
async fn send_forever() {
    let database = Database::open(Path::new("state.db")).await.unwrap();
    let queue = queue(&database, QueueRules::fifo(30), &StoppedClock::new()).await;
    for n in 0..10_000 {
        queue.send(message(&format!("m{n}"), "g")).await.unwrap();
        println!("sent {n}");
    }
}

#[tokio::test]
async fn a_sent_message_survives_kill_9() {
    use std::io::{BufRead, BufReader};
    if Path::new(SENDER).exists() {
        return send_forever().await;
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(SENDER), "").unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "embedded::queue::tests::a_sent_message_survives_kill_9",
        ])
        .current_dir(home.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let accepted = lines
        .map_while(Result::ok)
        .filter(|line| line.contains("sent "))
        .take(40)
        .count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(accepted, 40);

    let database = Database::open(&home.path().join("state.db")).await.unwrap();
    let queue = queue(&database, QueueRules::fifo(30), &StoppedClock::new()).await;
    let received = take(&queue, 40).await;
    assert_eq!(
        bodies(&received),
        (0..40).map(|n| format!("m{n}")).collect::<Vec<_>>()
    );
}
