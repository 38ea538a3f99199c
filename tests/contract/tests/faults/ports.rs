//! Queue, vault and archive under faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_types::retry::RetryConfig;
use contract::faults::{
    FakeBucket, FakeDynamoDb, FakeFifoQueue, FakeSecretsManager, FaultInjector, RequestFate,
};
use directory::{CorpId, Timestamp};
use local::embedded::{EmbeddedQueue, QueueRules, TimeSource};
use secrecy::ExposeSecret as _;
use state::archive::S3Archive;
use state::queue::SqsQueue;
use state::vault::SecretsManagerVault;
use state::{
    Archive as _, ArchiveError, ArchiveKey, ArchiveKind, PutIf, Queue, QueueMessage, Vault as _,
};

use crate::{COMMON, FaultCounts, SEEDS, config, timeouts, wait_before_retry};

fn message(n: u8) -> QueueMessage {
    let body = format!("m{n}");
    QueueMessage {
        deduplication: Some(body.clone()),
        group: Some(format!("g{}", n % 3)),
        body,
        delay_s: 0,
    }
}

async fn send_until_stored(queue: &dyn Queue, n: u8) {
    while let Err(error) = queue.send(message(n)).await {
        assert!(error.is_transient(), "{error:?}");
        wait_before_retry().await;
    }
}

/// A message that is sent until the send is answered is stored once, in its order.
#[tokio::test(start_paused = true)]
async fn a_sent_message_is_stored_once() {
    let mut struck = FaultCounts::default();
    for seed in 0..SEEDS {
        let service = Arc::new(FakeFifoQueue::default());
        let injector = FaultInjector::new(Arc::clone(&service) as Arc<_>, seed, 40);
        let client = aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, injector).build());
        let queue = SqsQueue::new(client, "http://127.0.0.1:1/000000000000/wakes.fifo");
        for n in 0..12 {
            send_until_stored(&queue, n).await;
        }
        let bodies: Vec<String> = service
            .stored_messages()
            .into_iter()
            .map(|sent| sent.body)
            .collect();
        assert_eq!(
            bodies,
            (0..12).map(|n| format!("m{n}")).collect::<Vec<_>>(),
            "seed {seed}"
        );
        struck.add(&injector);
    }
    struck.assert_all_occurred(&COMMON);
}

/// A secret that is put until the put is answered is what is read afterwards, and no earlier value
/// returns.
#[tokio::test(start_paused = true)]
async fn a_secret_is_read_as_it_was_last_put() {
    for seed in 0..SEEDS {
        let service = Arc::new(FakeSecretsManager::default());
        let injector = FaultInjector::new(Arc::clone(&service) as Arc<_>, seed, 40);
        let client = aws_sdk_secretsmanager::Client::from_conf(
            config!(aws_sdk_secretsmanager, injector).build(),
        );
        let vault = SecretsManagerVault::new(client);
        for value in ["one", "two", "three"] {
            while let Err(error) = vault.put("s", value.into()).await {
                assert!(error.is_transient(), "seed {seed}: {error:?}");
                wait_before_retry().await;
            }
            let read = loop {
                match vault.get("s").await {
                    Ok(read) => break read,
                    Err(error) => assert!(error.is_transient(), "seed {seed}: {error:?}"),
                }
            };
            assert_eq!(read.expose_secret(), value, "seed {seed}");
        }
        let mut versions = service.versions("s");
        versions.dedup();
        assert_eq!(
            versions,
            ["one", "two", "three"],
            "seed {seed}: an earlier value should never return"
        );
    }
}

/// If many callers archive under one key, exactly one gets the answer that it did, and its body is
/// stored.
#[tokio::test(start_paused = true)]
async fn exactly_one_body_is_archived_under_a_new_key() {
    let mut struck = FaultCounts::default();
    for seed in 0..SEEDS {
        let service = Arc::new(FakeBucket::default());
        let injector = FaultInjector::new(Arc::clone(&service) as Arc<_>, seed, 40);
        let config = config!(aws_sdk_s3, injector).force_path_style(true).build();
        let archive = Arc::new(S3Archive::new(
            aws_sdk_s3::Client::from_conf(config),
            "bucket",
        ));
        let puts = (1..=4_u8).map(|n| {
            let archive = Arc::clone(&archive);
            tokio::spawn(async move {
                let key = ArchiveKey::new(&CorpId::new("ding1").unwrap(), ArchiveKind::Plan, "p")
                    .unwrap();
                loop {
                    match archive.put(&key, vec![n; 32], PutIf::New).await {
                        Ok(()) => return Some(n),
                        Err(ArchiveError::Exists) => return None,
                        Err(error) => assert!(error.is_transient(), "{error:?}"),
                    }
                    wait_before_retry().await;
                }
            })
        });
        let mut winners = Vec::new();
        for put in puts.collect::<Vec<_>>() {
            winners.extend(put.await.unwrap());
        }
        assert_eq!(
            service.bodies(),
            winners.iter().map(|n| vec![*n; 32]).collect::<Vec<_>>(),
            "seed {seed}"
        );
        assert_eq!(winners.len(), 1, "seed {seed}");
        struck.add(&injector);
    }
    struck.assert_all_occurred(&[&COMMON[..], &[RequestFate::Conflict]].concat());
}

/// Returns a client of the embedded database under faults.
fn embedded_client(injector: &FaultInjector) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, injector).build())
}

/// Opens the queue as often as it takes; each failure is one that passes.
async fn open_despite_faults(
    client: &aws_sdk_dynamodb::Client,
    rules: &QueueRules,
    clock: &TimeSource,
) -> EmbeddedQueue {
    loop {
        let (client, rules, clock) = (client.clone(), rules.clone(), Arc::clone(clock));
        match EmbeddedQueue::open(client, "queues", "q", rules, clock).await {
            Ok(queue) => return queue,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
    }
}

/// Receives and deletes six messages, a minute between two looks. Returns their bodies.
async fn handle_six(queue: &EmbeddedQueue, time: &AtomicI64) -> Vec<String> {
    let mut worked = Vec::new();
    while worked.len() < 6 {
        let Ok(received) = queue.receive(1, Duration::ZERO).await else {
            continue;
        };
        for one in received {
            while let Err(error) = queue.delete(&one.receipt).await {
                assert!(error.is_transient(), "{error:?}");
            }
            worked.push(one.body);
        }
        time.fetch_add(60_000, Ordering::Relaxed);
    }
    worked
}

/// The embedded queue runs on a database that throttles, fails, and leaves items unprocessed. What
/// it accepted is delivered, also after a restart. What was handled does not return.
#[tokio::test(start_paused = true)]
async fn the_embedded_queue_delivers_every_accepted_message() {
    let mut struck = FaultCounts::default();
    for seed in 0..SEEDS / 2 {
        let database = Arc::new(FakeDynamoDb::new());
        let time = Arc::new(AtomicI64::new(1_780_000_000_000));
        let clock: TimeSource = {
            let time = Arc::clone(&time);
            Arc::new(move || Timestamp(time.fetch_add(1, Ordering::Relaxed)))
        };
        let calm = embedded_client(&FaultInjector::new(
            Arc::clone(&database) as Arc<_>,
            seed,
            0,
        ));
        let rules = QueueRules {
            receives_max: 1000,
            ..QueueRules::fifo(30)
        };
        drop(
            EmbeddedQueue::open(
                calm.clone(),
                "queues",
                "q",
                rules.clone(),
                Arc::clone(&clock),
            )
            .await
            .unwrap(),
        );
        let injector = FaultInjector::new(Arc::clone(&database) as Arc<_>, seed, 30);
        let faulty_client = embedded_client(&injector);
        let queue = open_despite_faults(&faulty_client, &rules, &clock).await;
        for n in 0..12 {
            send_until_stored(&queue, n).await;
        }
        let worked = handle_six(&queue, &time).await;
        drop(queue);
        let after = EmbeddedQueue::open(calm, "queues", "q", rules, clock)
            .await
            .unwrap();
        let left: Vec<String> = after
            .receive(100, Duration::ZERO)
            .await
            .unwrap()
            .into_iter()
            .map(|one| one.body)
            .collect();
        let mut all: Vec<String> = worked.iter().chain(&left).cloned().collect();
        all.sort_unstable();
        let mut wanted: Vec<String> = (0..12).map(|n| format!("m{n}")).collect();
        wanted.sort_unstable();
        assert_eq!(all, wanted, "seed {seed}: each once");
        struck.add(&injector);
    }
    struck.assert_all_occurred(&[&COMMON[..], &[RequestFate::Partial]].concat());
}
