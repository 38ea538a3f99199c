//! Serves the database to sweeps in other processes: DynamoDB's protocol on loopback, with a key
//! that only this user can read.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use local::embedded::Database;
use state::embedded::{CONTENT_TYPE, EmbeddedDynamoDb};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::SyncError;

/// DynamoDB takes bodies up to 16 MB.
const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Name of the key's file in the state directory of the measured machine.
const KEY_FILE: &str = "dynamodb.key";

/// A database that is served until it is dropped.
pub(super) struct ServedDatabase {
    pub(super) address: SocketAddr,
    served: JoinHandle<()>,
}

impl Drop for ServedDatabase {
    fn drop(&mut self) {
        self.served.abort();
    }
}

struct Guarded {
    dynamodb: EmbeddedDynamoDb,
    key: String,
}

impl ServedDatabase {
    /// Serves a database on a free port, and writes the key into the state directory.
    pub(super) async fn start(database: &Database, data: &Path) -> Result<Self, SyncError> {
        let key: String = runtime::random_bytes_or_abort()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        write_key(data, &key).map_err(SyncError::setup_error("the key of the database"))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(SyncError::setup_error("a port"))?;
        let address = listener
            .local_addr()
            .map_err(SyncError::setup_error("a port"))?;
        let guarded = Guarded {
            dynamodb: database.dynamodb().clone(),
            key,
        };
        let router = Router::new()
            .route("/", post(answer))
            .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
            .with_state(Arc::new(guarded));
        let served = tokio::spawn(async move { _ = axum::serve(listener, router).await });
        Ok(Self { address, served })
    }
}

fn write_key(data: &Path, key: &str) -> std::io::Result<()> {
    let file = data.join(KEY_FILE);
    _ = std::fs::remove_file(&file);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)?
        .write_all(key.as_bytes())
}

/// Reads the key that the serving process wrote.
pub(super) fn read_key(data: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(data.join(KEY_FILE))
}

async fn answer(
    State(guarded): State<Arc<Guarded>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(header::HeaderName, &'static str); 1], Vec<u8>) {
    let kind = [(header::CONTENT_TYPE, CONTENT_TYPE)];
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let is_let_in = text("authorization").contains(&format!("Credential={}/", guarded.key));
    if !is_let_in || headers.contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, kind, Vec::new());
    }
    let operation = text("x-amz-target")
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    let dynamodb = guarded.dynamodb.clone();
    match tokio::task::spawn_blocking(move || dynamodb.answer(&operation, &body)).await {
        Ok((status, answer)) => (
            StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
            kind,
            answer,
        ),
        Err(_) => (StatusCode::BAD_GATEWAY, kind, Vec::new()),
    }
}
