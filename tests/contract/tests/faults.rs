//! Every operation of store, queue, vault and archive under faults, with hundreds of seeds each:
//! nothing is lost or doubled, and a writer that succeeded is never reported to have lost against
//! another.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "tests"
)]

#[path = "faults/links.rs"]
mod links;
#[path = "faults/ports.rs"]
mod ports;
#[path = "faults/stores.rs"]
mod stores;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use contract::faults::{FakeDynamoDb, FaultInjector, RequestFate};
use state::{Store, TableNames};

/// Histories per test.
const SEEDS: u64 = 200;

/// Timeouts of a worker on AWS (`runtime::aws::Patience::WORKER`).
fn timeouts() -> TimeoutConfig {
    let (attempt, call) = (Duration::from_secs(5), Duration::from_secs(15));
    TimeoutConfig::builder()
        .operation_attempt_timeout(attempt)
        .operation_timeout(call)
        .build()
}

macro_rules! config {
    ($sdk:ident, $injector:expr) => {
        $sdk::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("local"))
            .endpoint_url("http://127.0.0.1:1")
            .credentials_provider(Credentials::new("local", "local", None, None, "storm"))
            .http_client($injector.client())
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(timeouts())
    };
}
pub(crate) use config;

/// Returns a store whose tables were created without faults; from then on faults are injected.
async fn faulty_store(seed: u64, percent: u8) -> (Store, FaultInjector) {
    let (database, tables) = (
        Arc::new(FakeDynamoDb::new()),
        TableNames::with_prefix("storm-"),
    );
    let calm = FaultInjector::new(Arc::clone(&database) as Arc<_>, seed, 0);
    let client = aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, calm).build());
    state::store::create_tables(&client, &tables).await.unwrap();
    let injector = FaultInjector::new(database, seed, percent);
    let client = aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, injector).build());
    (Store::new(client, tables, u128::from(seed) + 1), injector)
}

/// Counts of each kind of fault.
#[derive(Default)]
struct FaultCounts(std::collections::BTreeMap<String, usize>);

impl FaultCounts {
    fn add(&mut self, injector: &FaultInjector) {
        for (_, fate) in injector.request_log() {
            *self.0.entry(format!("{fate:?}")).or_default() += 1;
        }
    }

    /// Asserts that every kind of fault happened. Without faults the test would show nothing.
    #[track_caller]
    fn assert_all_occurred(&self, kinds: &[RequestFate]) {
        for kind in kinds {
            let count = self
                .0
                .get(&format!("{kind:?}"))
                .copied()
                .unwrap_or_default();
            assert!(count > 20, "{kind:?} struck {count} times: {:?}", self.0);
        }
    }
}

/// Faults that can hit every operation.
const COMMON: [RequestFate; 7] = [
    RequestFate::Clear,
    RequestFate::Throttled,
    RequestFate::Failed,
    RequestFate::FailedAfter,
    RequestFate::Silence,
    RequestFate::SilenceAfter,
    RequestFate::BrokenAfter,
];

/// Pause of a caller after an error, as a queue would deliver again.
async fn wait_before_retry() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}
