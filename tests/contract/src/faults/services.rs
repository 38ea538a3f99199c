//! Services of AWS in this process: the embedded DynamoDB without its HTTP server, and small fakes
//! of the others.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use serde_json::{Value, json};
use state::embedded::EmbeddedDynamoDb;

use super::{InProcessService, ServiceReply, ServiceRequest};

const JSON: &str = "application/x-amz-json-1.0";

fn json_error(status: u16, code: &str) -> ServiceReply {
    (
        status,
        JSON,
        json!({ "__type": code, "message": code })
            .to_string()
            .into_bytes(),
    )
}

fn json_reply(value: &Value) -> ServiceReply {
    (200, JSON, value.to_string().into_bytes())
}

fn body(asked: &ServiceRequest) -> Value {
    serde_json::from_slice(&asked.body).expect("JSON")
}

/// DynamoDB: the embedded database, in memory.
pub struct FakeDynamoDb(EmbeddedDynamoDb);

impl FakeDynamoDb {
    /// Creates an empty database.
    #[must_use]
    pub fn new() -> Self {
        Self(EmbeddedDynamoDb::in_memory().expect("a database in memory"))
    }
}

impl Default for FakeDynamoDb {
    fn default() -> Self {
        Self::new()
    }
}

impl InProcessService for FakeDynamoDb {
    fn carry_out(&self, asked: &ServiceRequest) -> ServiceReply {
        let (status, body) = self.0.answer(&asked.operation, &asked.body);
        assert!(
            status != 400 || !String::from_utf8_lossy(&body).contains("coral"),
            "no case calls {}",
            asked.operation
        );
        (status, JSON, body)
    }

    fn throttled_reply(&self) -> ServiceReply {
        json_error(
            400,
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        )
    }

    /// A transaction is cancelled at its last action; a single write is refused.
    fn conflict_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply> {
        const NAMES: &str = "com.amazonaws.dynamodb.v20120810#";
        if asked.operation.starts_with("Transact") {
            let steps = body(asked)["TransactItems"].as_array().map_or(1, Vec::len);
            let mut reasons = vec![json!({"Code": "None"}); steps];
            reasons[steps - 1] = json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
            let code = format!("{NAMES}TransactionCanceledException");
            let answer = json!({"__type": code, "Message": "Transaction cancelled", "CancellationReasons": reasons});
            return Some((400, JSON, answer.to_string().into_bytes()));
        }
        let single = ["PutItem", "UpdateItem", "DeleteItem"].contains(&asked.operation.as_str());
        single.then(|| json_error(400, &format!("{NAMES}TransactionConflictException")))
    }

    /// The first half is written, the rest is returned as unprocessed.
    fn partial_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply> {
        if asked.operation != "BatchWriteItem" {
            return None;
        }
        let mut ask = body(asked);
        let mut left = serde_json::Map::new();
        for (table, writes) in ask["RequestItems"].as_object_mut()?.iter_mut() {
            let writes = writes.as_array_mut()?;
            let rest = writes.split_off(writes.len() / 2);
            left.insert(table.clone(), rest.into());
        }
        ask["RequestItems"]
            .as_object_mut()?
            .retain(|_, writes| writes.as_array().is_some_and(|one| !one.is_empty()));
        if ask["RequestItems"]
            .as_object()
            .is_some_and(|tables| !tables.is_empty())
        {
            let half = ServiceRequest {
                body: ask.to_string().into_bytes(),
                ..asked.clone()
            };
            let (status, ..) = self.carry_out(&half);
            assert_eq!(status, 200, "half of a batch is a batch");
        }
        Some(json_reply(&json!({ "UnprocessedItems": left })))
    }
}

/// A message that SQS stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Body of the message.
    pub body: String,
    /// Group of the message.
    pub group: String,
}

/// A FIFO queue of SQS that stores messages and deduplicates them within a group. Deduplication
/// never expires here.
#[derive(Default)]
pub struct FakeFifoQueue {
    sent: Mutex<Vec<StoredMessage>>,
    seen: Mutex<BTreeMap<(String, String), String>>,
}

impl FakeFifoQueue {
    /// Returns the stored messages in order.
    #[must_use]
    pub fn stored_messages(&self) -> Vec<StoredMessage> {
        self.sent.lock().unwrap().clone()
    }
}

impl InProcessService for FakeFifoQueue {
    fn carry_out(&self, asked: &ServiceRequest) -> ServiceReply {
        assert_eq!(asked.operation, "SendMessage");
        let ask = body(asked);
        let text = |name: &str| ask[name].as_str().expect("text").to_owned();
        let (group, id) = (text("MessageGroupId"), text("MessageDeduplicationId"));
        let mut seen = self.seen.lock().unwrap();
        let count = seen.len();
        let id = seen.entry((group.clone(), id)).or_insert_with(|| {
            self.sent.lock().unwrap().push(StoredMessage {
                body: text("MessageBody"),
                group,
            });
            format!("message-{count}")
        });
        json_reply(&json!({ "MessageId": id }))
    }

    fn throttled_reply(&self) -> ServiceReply {
        json_error(400, "com.amazonaws.sqs#RequestThrottled")
    }

    fn conflict_reply(&self, _asked: &ServiceRequest) -> Option<ServiceReply> {
        None
    }

    fn partial_reply(&self, _asked: &ServiceRequest) -> Option<ServiceReply> {
        None
    }
}

/// Secrets Manager: current and previous values, and the request tokens that keep a repeat from
/// making a second version.
#[derive(Default)]
pub struct FakeSecretsManager(Mutex<HashMap<String, Vec<(String, String)>>>);

impl FakeSecretsManager {
    /// Returns every version of a secret, oldest first.
    #[must_use]
    pub fn versions(&self, name: &str) -> Vec<String> {
        let secrets = self.0.lock().unwrap();
        secrets
            .get(name)
            .into_iter()
            .flatten()
            .map(|(_, value)| value.clone())
            .collect()
    }
}

impl InProcessService for FakeSecretsManager {
    fn carry_out(&self, asked: &ServiceRequest) -> ServiceReply {
        let ask = body(asked);
        let text = |name: &str| ask[name].as_str().unwrap_or_default().to_owned();
        let mut secrets = self.0.lock().unwrap();
        let (token, value) = (text("ClientRequestToken"), text("SecretString"));
        match (asked.operation.as_str(), secrets.get_mut(&text("SecretId"))) {
            ("GetSecretValue", Some(versions)) => {
                json_reply(&json!({"SecretString": versions.last().expect("a version").1}))
            }
            ("PutSecretValue", Some(versions)) => {
                if !versions.iter().any(|(earlier, _)| *earlier == token) {
                    versions.push((token, value));
                }
                json_reply(&json!({}))
            }
            ("CreateSecret", _) => match secrets.get(&text("Name")) {
                Some(versions) if versions.iter().any(|(earlier, _)| *earlier == token) => {
                    json_reply(&json!({}))
                }
                Some(_) => json_error(400, "ResourceExistsException"),
                None => {
                    secrets.insert(text("Name"), vec![(token, value)]);
                    json_reply(&json!({}))
                }
            },
            _ => json_error(400, "ResourceNotFoundException"),
        }
    }

    fn throttled_reply(&self) -> ServiceReply {
        json_error(400, "ThrottlingException")
    }

    fn conflict_reply(&self, _asked: &ServiceRequest) -> Option<ServiceReply> {
        None
    }

    fn partial_reply(&self, _asked: &ServiceRequest) -> Option<ServiceReply> {
        None
    }
}

/// A bucket of S3.
#[derive(Default)]
pub struct FakeBucket(Mutex<BTreeMap<String, Vec<u8>>>);

impl FakeBucket {
    /// Returns the stored bodies.
    #[must_use]
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap().values().cloned().collect()
    }
}

fn xml_error(status: u16, code: &str) -> ServiceReply {
    (
        status,
        "application/xml",
        format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>").into_bytes(),
    )
}

impl InProcessService for FakeBucket {
    fn carry_out(&self, asked: &ServiceRequest) -> ServiceReply {
        let mut bodies = self.0.lock().unwrap();
        match asked.operation.as_str() {
            "PUT" if asked.if_none && bodies.contains_key(&asked.path) => {
                xml_error(412, "PreconditionFailed")
            }
            "PUT" => {
                bodies.insert(asked.path.clone(), asked.body.clone());
                (200, "application/xml", Vec::new())
            }
            "GET" => match bodies.get(&asked.path) {
                Some(body) => (200, "application/octet-stream", body.clone()),
                None => xml_error(404, "NoSuchKey"),
            },
            "DELETE" => {
                bodies.remove(&asked.path);
                (204, "application/xml", Vec::new())
            }
            other => panic!("no case calls {other}"),
        }
    }

    fn throttled_reply(&self) -> ServiceReply {
        xml_error(503, "SlowDown")
    }

    /// Of two conditional puts at the same time, one gets the answer to try again.
    fn conflict_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply> {
        asked
            .if_none
            .then(|| xml_error(409, "ConditionalRequestConflict"))
    }

    fn partial_reply(&self, _asked: &ServiceRequest) -> Option<ServiceReply> {
        None
    }
}
