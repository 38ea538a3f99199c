//! The way to the desk of a running `up`: a port of loopback of its own, and a key that only the owner of the state
//! directory can read.
//!
//! Not a route of the front: whoever lets DingTalk reach the callback address forwards that port, and nobody outside has
//! business at the desk.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use directory::reason::Reason;
use outbound::HttpTransport;
use outbound::{Transport as _, TransportError};
use runtime::{SystemClock, random_bytes_or_abort};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::desk::LedgerOrderHandler;
use super::order::{LedgerOrder, LedgerOrderError, LedgerReply};
use crate::machine::{machine_reason, machine_reason_of};
use crate::plan::desk::PlanOrderHandler;

/// An order is a few fields, or a policy document.
const ORDER_MAX: usize = 1024 * 1024;

/// Where edits of the ledger are asked for.
const LEDGER_PATH: &str = "/desk";

/// Where plans, pauses and policies are asked for.
pub(crate) const PLANS_PATH: &str = "/plans";

/// What the file says.
#[derive(Serialize, Deserialize)]
struct SocketFile {
    address: SocketAddr,
    key: String,
}

/// How long a closing door waits for the answers that it owes.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The open door. Dropping it closes it at once; [`Self::close`] gives the answers first that it owes.
pub struct LocalSocket {
    file: PathBuf,
    closing: Arc<Notify>,
    served: JoinHandle<()>,
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        self.served.abort();
        // Whoever holds the directory next writes its own.
        _ = std::fs::remove_file(&self.file);
    }
}

struct SocketState {
    desk: LedgerOrderHandler,
    plans: PlanOrderHandler,
    key: SecretString,
}

impl LocalSocket {
    /// Opens a door to the desks, for whoever can read the state directory.
    ///
    /// # Errors
    /// No port, or the file cannot be written.
    pub async fn open(
        data: &Path,
        desk: LedgerOrderHandler,
        plans: PlanOrderHandler,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let key = random_bytes_or_abort()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let file = data.join("desk.json");
        write_socket_file(
            &file,
            &SocketFile {
                address: listener.local_addr()?,
                key: key.clone(),
            },
        )?;
        let router = Router::new()
            .route(LEDGER_PATH, post(serve_ledger))
            .route(PLANS_PATH, post(serve_plans))
            .layer(DefaultBodyLimit::max(ORDER_MAX))
            .with_state(Arc::new(SocketState {
                desk,
                plans,
                key: key.into(),
            }));
        let closing = Arc::new(Notify::new());
        let closed = Arc::clone(&closing);
        let served = tokio::spawn(async move {
            let serve = axum::serve(listener, router)
                .with_graceful_shutdown(async move { closed.notified().await });
            if let Err(err) = serve.await {
                tracing::error!(reason = %err, "the desk's door closed");
            }
        });
        Ok(Self {
            file,
            closing,
            served,
        })
    }

    /// Lets nobody in any more, and answers whoever asked before, within five seconds.
    pub async fn close(mut self) {
        _ = std::fs::remove_file(&self.file);
        self.closing.notify_one();
        _ = tokio::time::timeout(CLOSE_WITHIN, &mut self.served).await;
    }
}

fn write_socket_file(file: &Path, way: &SocketFile) -> std::io::Result<()> {
    let fresh = file.with_extension("json.new");
    _ = std::fs::remove_file(&fresh);
    let mut written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    written.write_all(&serde_json::to_vec(way)?)?;
    std::fs::rename(&fresh, file)
}

async fn serve_ledger(
    State(guarded): State<Arc<SocketState>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    if !is_authorized(&headers, &guarded.key) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let Ok(order) = serde_json::from_slice::<LedgerOrder>(&body) else {
        return (StatusCode::BAD_REQUEST, String::new());
    };
    reply_json(
        &guarded
            .desk
            .handle_order(&order, SystemClock.now(), random_bytes_or_abort())
            .await,
    )
}

async fn serve_plans(
    State(guarded): State<Arc<SocketState>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    if !is_authorized(&headers, &guarded.key) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    match serde_json::from_slice(&body) {
        Ok(order) => reply_json(&guarded.plans.handle_order(&order).await),
        Err(_) => (StatusCode::BAD_REQUEST, String::new()),
    }
}

fn reply_json(answer: &impl Serialize) -> (StatusCode, String) {
    match serde_json::to_string(answer) {
        Ok(text) => (StatusCode::OK, text),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}

/// Whether the key is the right one. Hashes are compared, so that how long it takes says nothing about the key. A browser
/// names where a page came from; no page has business here.
fn is_authorized(headers: &HeaderMap, key: &SecretString) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let given = given
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let same = Sha256::digest(given.as_bytes()) == Sha256::digest(key.expose_secret().as_bytes());
    same && !headers.contains_key(header::ORIGIN)
}

fn read_socket_file(data: &Path) -> Option<SocketFile> {
    let way: SocketFile =
        serde_json::from_slice(&std::fs::read(data.join("desk.json")).ok()?).ok()?;
    way.address.ip().is_loopback().then_some(way)
}

/// Whether somebody listens behind the door of a directory.
pub(crate) async fn is_open(data: &Path) -> bool {
    let Some(way) = read_socket_file(data) else {
        return false;
    };
    tokio::net::TcpStream::connect(way.address).await.is_ok()
}

/// Asks the `up` that holds the directory; `None` where there is no door.
pub(super) async fn send_ledger_order(
    data: &Path,
    order: &LedgerOrder,
) -> Option<Result<LedgerReply, LedgerOrderError>> {
    match send_order::<Result<LedgerReply, LedgerOrderError>>(data, LEDGER_PATH, order).await? {
        Ok(answer) => Some(answer),
        Err(why) => Some(Err(LedgerOrderError::Unusable { why })),
    }
}

/// Asks at one of the desks; `None` where there is no door, a reason where there is no answer.
pub(crate) async fn send_order<A: serde::de::DeserializeOwned>(
    data: &Path,
    desk: &str,
    order: &impl Serialize,
) -> Option<Result<A, Reason>> {
    let way = read_socket_file(data)?;
    let body = serde_json::to_vec(order).ok()?;
    let request = http::Request::post(format!("http://{}{desk}", way.address))
        .header("authorization", format!("Bearer {}", way.key))
        .header("content-type", "application/json")
        .body(Bytes::from(body))
        .ok()?;
    let transport = match HttpTransport::new(true) {
        Ok(transport) => transport,
        Err(err) => return Some(Err(machine_reason(&err))),
    };
    let answer = match transport.send(request).await {
        Ok(answer) => answer,
        // The door belongs to an `up` that is gone, or is going.
        Err(TransportError::NotConnected { .. }) => return None,
        Err(err) => {
            return Some(Err(machine_reason_of(format!(
                "{err}; it is not known whether it was done: look with `list` or `show`"
            ))));
        }
    };
    if !answer.status().is_success() {
        return Some(Err(machine_reason_of(format!(
            "the running bangding answered {}",
            answer.status()
        ))));
    }
    Some(serde_json::from_slice(answer.body()).map_err(|err| machine_reason(&err)))
}
