//! The AWS side: the official SDKs as the functions use them, on one `ministack` for the whole test
//! program.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::types::MessageSystemAttributeName as Known;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use checks::emulator::{Emulator, IamMode, REGION, ROOT, target_directory};
use runtime::aws::{AwsSettings, AwsTimeouts, SdkConfig};
use runtime::variables::{AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_REGION, AWS_SECRET_ACCESS_KEY};
use state::archive::S3Archive;
use state::queue::{SqsDeadLetters, SqsQueue, dead_letters_of_stack};
use state::vault::SecretsManagerVault;
use state::{DeadLetters, Queue, QueueMessage, Store, TableNames};

use crate::queue::{DeliveredMessage, QueueLine, QueueLines, VISIBILITY_S};
use crate::{archive, store, vault};

/// Returns the emulator; the first caller starts it. It ends with this process.
fn shared_emulator() -> &'static Emulator {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let target = target_directory().expect("tests run in a target directory");
        Emulator::start(&target, IamMode::Off)
            .expect("the emulator starts: it needs Python 3 and a package index")
    })
}

/// Returns the environment of a function on AWS.
fn function_variable(name: &str) -> Option<String> {
    Some(match name {
        AWS_ENDPOINT_URL => shared_emulator().url().to_owned(),
        AWS_REGION => REGION.to_owned(),
        AWS_ACCESS_KEY_ID | AWS_SECRET_ACCESS_KEY => ROOT.to_owned(),
        _ => return None,
    })
}

async fn sdk_config() -> SdkConfig {
    // Starting the emulator blocks the thread.
    tokio::task::spawn_blocking(shared_emulator).await.unwrap();
    let patience = AwsTimeouts {
        attempt_ms: 60_000,
        call_ms: 180_000,
        attempts: 3,
    };
    AwsSettings::from_vars(&function_variable, patience)
        .unwrap()
        .sdk_config()
        .unwrap()
}

/// Returns a name that no other case uses.
fn unique_name(what: &str) -> String {
    static NAMES: AtomicU32 = AtomicU32::new(0);
    format!("contract-{what}-{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

/// Creates a bucket.
pub async fn open_archive() -> archive::ArchiveFixture {
    let (client, bucket) = (
        runtime::aws::s3_client(&sdk_config().await),
        unique_name("archive"),
    );
    let bucket_config = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(REGION.into())
        .build();
    client
        .create_bucket()
        .bucket(&bucket)
        .create_bucket_configuration(bucket_config)
        .send()
        .await
        .unwrap();
    archive::ArchiveFixture {
        archive: Box::new(S3Archive::new(client, bucket)),
        kept: None,
    }
}

/// Creates a vault with its own prefix for names.
pub async fn open_vault() -> vault::VaultFixture {
    let client = runtime::aws::secrets_manager_client(&sdk_config().await);
    vault::VaultFixture {
        vault: Arc::new(SecretsManagerVault::new(client)),
        prefix: unique_name("secret") + "/",
        kept: None,
    }
}

/// Creates tables.
pub async fn open_store() -> store::StoreFixture {
    let client = runtime::aws::dynamodb_client(&sdk_config().await);
    let tables = TableNames::with_prefix(&(unique_name("tables") + "-"));
    state::store::create_tables(&client, &tables).await.unwrap();
    let store = Store::new(client.clone(), tables.clone(), 7);
    store::StoreFixture {
        store,
        client,
        tables,
        kept: None,
    }
}

/// Creates two queues and their dead-letter queues, with the attributes that the template gives
/// them.
pub async fn open_queues() -> QueueLines {
    let client = runtime::aws::sqs_client(&sdk_config().await);
    QueueLines {
        fifo: Box::new(SqsLine::make_unnamed(client.clone(), true).await),
        standard: Box::new(SqsLine::make_unnamed(client, false).await),
    }
}

/// Finds the dead letters of a stack by its name. Each is under the name of its queue and returns
/// to that queue.
///
/// # Panics
/// If any of this fails.
pub async fn dead_letters_of_a_stack_are_found() {
    let client = runtime::aws::sqs_client(&sdk_config().await);
    let stack = unique_name("stack");
    let wakes = SqsLine::make_named(client.clone(), &format!("{stack}-wakes"), true).await;
    let outbox = SqsLine::make_named(client.clone(), &format!("{stack}-outbox"), false).await;
    SqsLine::make_named(client.clone(), &format!("{stack}2-wakes"), true).await;
    let poison = QueueMessage {
        body: "poison".into(),
        group: None,
        deduplication: None,
        delay_s: 0,
    };
    outbox.queue.send(poison).await.unwrap();
    for _ in 0..5 {
        outbox.hide(&outbox.receive_messages(1).await[0], 0).await;
    }
    assert!(
        outbox.receive_messages(1).await.is_empty() && wakes.receive_messages(1).await.is_empty()
    );
    let found = dead_letters_of_stack(&client, &format!("{stack}-"))
        .await
        .unwrap();
    assert_eq!(
        found
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["outbox", "wakes"]
    );
    assert_eq!(found[0].1.list(10).await.unwrap()[0].body, "poison");
    assert_eq!(
        (
            found[0].1.redrive(None).await,
            found[1].1.redrive(None).await
        ),
        (Ok(1), Ok(0))
    );
    assert_eq!(outbox.receive_messages(1).await[0].body, "poison");
    assert!(
        dead_letters_of_stack(&client, "no-such-stack-")
            .await
            .unwrap()
            .is_empty()
    );
}

struct SqsLine {
    client: aws_sdk_sqs::Client,
    url: String,
    queue: SqsQueue,
    dead: SqsDeadLetters,
}

async fn create_sqs_queue(
    client: &aws_sdk_sqs::Client,
    name: &str,
    fifo: bool,
    more: &[(Attribute, String)],
) -> String {
    let mut create = client.create_queue().queue_name(name);
    if fifo {
        create = create.attributes(Attribute::FifoQueue, "true");
    }
    for (attribute, value) in more {
        create = create.attributes(attribute.clone(), value);
    }
    create.send().await.unwrap().queue_url.unwrap()
}

impl SqsLine {
    async fn make_unnamed(client: aws_sdk_sqs::Client, fifo: bool) -> Self {
        Self::make_named(client, &unique_name("queue"), fifo).await
    }

    async fn make_named(client: aws_sdk_sqs::Client, name: &str, fifo: bool) -> Self {
        let ending = if fifo { ".fifo" } else { "" };
        let dead_url = create_sqs_queue(&client, &format!("{name}-dead{ending}"), fifo, &[]).await;
        let ask = client
            .get_queue_attributes()
            .queue_url(&dead_url)
            .attribute_names(Attribute::QueueArn);
        let arn = ask
            .send()
            .await
            .unwrap()
            .attributes
            .unwrap()
            .remove(&Attribute::QueueArn)
            .unwrap();
        let redrive =
            serde_json::json!({"deadLetterTargetArn": arn, "maxReceiveCount": 5}).to_string();
        let mut more = vec![
            (Attribute::RedrivePolicy, redrive),
            (Attribute::VisibilityTimeout, VISIBILITY_S.to_string()),
        ];
        if fifo {
            more.push((Attribute::DeduplicationScope, "messageGroup".to_owned()));
            more.push((
                Attribute::FifoThroughputLimit,
                "perMessageGroupId".to_owned(),
            ));
        }
        let url = create_sqs_queue(&client, &format!("{name}{ending}"), fifo, &more).await;
        let queue = SqsQueue::new(client.clone(), &url);
        let dead = SqsDeadLetters::new(client.clone(), &url, &dead_url);
        Self {
            client,
            url,
            queue,
            dead,
        }
    }
}

fn parse_delivery(message: aws_sdk_sqs::types::Message) -> DeliveredMessage {
    let mut known = message.attributes.unwrap_or_default();
    DeliveredMessage {
        id: message.message_id.unwrap(),
        body: message.body.unwrap(),
        group: known.remove(&Known::MessageGroupId),
        receives: known
            .remove(&Known::ApproximateReceiveCount)
            .unwrap()
            .parse()
            .unwrap(),
        receipt: message.receipt_handle.unwrap(),
    }
}

#[async_trait]
impl QueueLine for SqsLine {
    fn queue(&self) -> &dyn Queue {
        &self.queue
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        &self.dead
    }

    async fn receive_messages(&self, max: usize) -> Vec<DeliveredMessage> {
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .message_system_attribute_names(Known::All);
        let receive = receive
            .max_number_of_messages(i32::try_from(max).unwrap())
            .wait_time_seconds(0);
        receive
            .send()
            .await
            .unwrap()
            .messages
            .unwrap_or_default()
            .into_iter()
            .map(parse_delivery)
            .collect()
    }

    async fn finish_message(&self, taken: &DeliveredMessage) -> bool {
        self.client
            .delete_message()
            .queue_url(&self.url)
            .receipt_handle(&taken.receipt)
            .send()
            .await
            .is_ok()
    }

    async fn hide(&self, taken: &DeliveredMessage, seconds: i32) {
        let hide = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&taken.receipt);
        hide.visibility_timeout(seconds).send().await.unwrap();
    }

    async fn advance_time(&self, seconds: u32) {
        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
    }
}
