//! DynamoDB inside this process: `dynoxide` (one SQLite file) below the official SDK, without a socket in between.
//!
//! The SDK hands each request to a connector that runs it here. No other process and no web page can reach the data, and the
//! store runs the code that runs on AWS.

use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Content type of every request and response.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// The file could not be opened, or expired items could not be deleted.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another process may hold the file, or it is not a database of this kind.
    #[error("the database file could not be opened")]
    Open(#[source] DynoxideError),
    /// The path is not UTF-8.
    #[error("the path of the database file is not UTF-8")]
    Path,
    /// Expired items were not deleted.
    #[error("the database could not delete expired items")]
    Expiry(#[source] DynoxideError),
}

/// A DynamoDB of this process. Clones share the data; the file closes when the last clone and the last client are dropped.
#[derive(Clone)]
pub struct EmbeddedDynamoDb {
    database: Database,
}

impl std::fmt::Debug for EmbeddedDynamoDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmbeddedDynamoDb(..)")
    }
}

impl EmbeddedDynamoDb {
    /// Opens a file, or creates it. Every write that was answered is on disk (SQLite, write-ahead log), also when the
    /// process is killed.
    ///
    /// # Errors
    /// [`EmbeddedError::Open`], [`EmbeddedError::Path`].
    pub fn open(file: &Path) -> Result<Self, EmbeddedError> {
        let path = file.to_str().ok_or(EmbeddedError::Path)?;
        Ok(Self {
            database: Database::new(path).map_err(EmbeddedError::Open)?,
        })
    }

    /// A database in memory, for tests and benchmarks.
    ///
    /// # Errors
    /// [`EmbeddedError::Open`].
    pub fn in_memory() -> Result<Self, EmbeddedError> {
        Ok(Self {
            database: Database::memory().map_err(EmbeddedError::Open)?,
        })
    }

    /// A client of the official SDK whose requests run in this process, on Tokio's threads for blocking work.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client_through(self.http_client())
    }

    /// The SDK's HTTP client of [`Self::client`]: tests put faults in front of it.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// A client whose requests take the given way here.
    #[must_use]
    pub fn client_through(&self, http: SharedHttpClient) -> Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("local"))
            .endpoint_url("http://embedded.invalid")
            .credentials_provider(Credentials::new("local", "local", None, None, "embedded"))
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .build();
        Client::from_conf(config)
    }

    /// Deletes expired items and returns how many. On AWS, DynamoDB does so within days. Blocks on the file.
    ///
    /// # Errors
    /// [`EmbeddedError::Expiry`].
    pub fn delete_expired(&self) -> Result<usize, EmbeddedError> {
        self.database.sweep_ttl().map_err(EmbeddedError::Expiry)
    }

    /// Runs one operation of DynamoDB's JSON protocol and returns HTTP status and body. Blocks on the file.
    ///
    /// An operation that the store does not use, or a body that is not its request, is answered with DynamoDB's own
    /// `UnknownOperationException` or `SerializationException` and status 400.
    #[must_use]
    pub fn answer(&self, operation: &str, body: &[u8]) -> (u16, Vec<u8>) {
        match self.run(operation, body) {
            Ok(answer) => (200, answer),
            Err(Refused::Database(error)) => (error.status_code(), error.to_json().into_bytes()),
            Err(Refused::Malformed) => exception("SerializationException"),
            Err(Refused::UnknownOperation) => exception("UnknownOperationException"),
        }
    }

    fn run(&self, operation: &str, body: &[u8]) -> Result<Vec<u8>, Refused> {
        let database = &self.database;
        match operation {
            "CreateTable" => run(body, |request| database.create_table(request)),
            "DescribeTable" => run(body, |request| database.describe_table(request)),
            "ListTables" => run(body, |request| database.list_tables(request)),
            "DeleteTable" => run(body, |request| database.delete_table(request)),
            "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
            "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
            "GetItem" => run(body, |request| database.get_item(request)),
            "PutItem" => run(body, |request| database.put_item(request)),
            "UpdateItem" => run(body, |request| database.update_item(request)),
            "DeleteItem" => run(body, |request| database.delete_item(request)),
            "Query" => run(body, |request| database.query(request)),
            "Scan" => run(body, |request| database.scan(request)),
            "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
            "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
            "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
            _ => Err(Refused::UnknownOperation),
        }
    }
}

enum Refused {
    Database(DynoxideError),
    Malformed,
    UnknownOperation,
}

fn run<Q: DeserializeOwned, R: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<R, DynoxideError>,
) -> Result<Vec<u8>, Refused> {
    let request = serde_json::from_slice(body).map_err(|_| Refused::Malformed)?;
    let response = operation(request).map_err(Refused::Database)?;
    serde_json::to_vec(&response).map_err(|_| Refused::Malformed)
}

fn exception(name: &str) -> (u16, Vec<u8>) {
    (
        400,
        format!(r#"{{"__type":"com.amazon.coral.service#{name}"}}"#).into_bytes(),
    )
}

impl HttpConnector for EmbeddedDynamoDb {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request
                .headers()
                .get("x-amz-target")
                .and_then(|target| target.rsplit('.').next());
            let operation = target.unwrap_or_default().to_owned();
            let body = request.body().bytes().unwrap_or_default().to_vec();
            let answered =
                tokio::task::spawn_blocking(move || this.answer(&operation, &body)).await;
            let (status, body) = answered.map_err(|err| ConnectorError::other(err.into(), None))?;
            response(status, body)
        })
    }
}

fn response(status: u16, body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|err| ConnectorError::other(err.into(), None))?;
    let length = body.len().to_string();
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", CONTENT_TYPE);
    response.headers_mut().insert("content-length", length);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_sdk_reaches_the_database_without_a_socket() {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        let tables = crate::TableNames::with_prefix("test-");
        crate::store::create_tables(&database.client(), &tables)
            .await
            .unwrap();
        let listed = database.client().list_tables().send().await.unwrap();
        assert!(!listed.table_names().is_empty());
    }

    #[test]
    fn what_is_no_request_is_refused_in_dynamodbs_words() {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for (operation, body, exception) in [
            ("GetItem", "not json", "SerializationException"),
            ("GetItem", "[]", "SerializationException"),
            (
                "ExportTableToPointInTime",
                "{}",
                "UnknownOperationException",
            ),
            ("", "", "UnknownOperationException"),
        ] {
            let (status, answer) = database.answer(operation, body.as_bytes());
            assert_eq!(status, 400, "{operation}");
            assert!(
                String::from_utf8(answer).unwrap().contains(exception),
                "{operation}"
            );
        }
    }
}
