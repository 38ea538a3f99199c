//! The socket to the desk of a running process: a port of loopback of its own, and a key that only the owner of the state
//! directory can read.
//!
//! Not a route of the front: an administrator who lets DingTalk reach the callback address forwards that port, and no one
//! outside has business at the desk.

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
use desk::{Actor, Desk, Order, OrderError, OrderRequest, Reply};
use directory::BindingId;
use directory::reason::Reason;
use outbound::HttpTransport;
use outbound::{Transport as _, TransportError};
use runtime::random_bytes_or_abort;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::command_error::CommandError;
use crate::machine::{machine_reason, machine_reason_of};

/// An order is a few fields, or a policy document.
const ORDER_MAX: usize = 1024 * 1024;

/// Where orders are given.
const ORDERS_PATH: &str = "/orders";

/// Where the ids of the bindings are asked for.
const BINDINGS_PATH: &str = "/bindings";

/// An order on its way to the process that has the state. It names no roles: who can read the key is this machine's operator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SocketOrder {
    pub(crate) binding: BindingId,
    pub(crate) by: String,
    pub(crate) request: OrderRequest,
}

/// What the file says.
#[derive(Serialize, Deserialize)]
struct SocketFile {
    address: SocketAddr,
    key: String,
}

/// How long a closing socket waits for the answers that it owes.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The open socket. Dropping it closes it at once; [`Self::close`] gives the answers first that it owes.
pub(crate) struct LocalSocket {
    file: PathBuf,
    closing: Arc<Notify>,
    served: JoinHandle<()>,
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        self.served.abort();
        // The next process that holds the directory writes its own.
        _ = std::fs::remove_file(&self.file);
    }
}

struct SocketState {
    desk: Desk,
    key: SecretString,
}

impl LocalSocket {
    /// Opens a socket to the desk, for those who can read the state directory.
    ///
    /// # Errors
    /// No port, or the file cannot be written.
    pub(crate) async fn open(data: &Path, desk: Desk) -> std::io::Result<Self> {
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
            .route(ORDERS_PATH, post(serve_order))
            .route(BINDINGS_PATH, post(serve_bindings))
            .layer(DefaultBodyLimit::max(ORDER_MAX))
            .with_state(Arc::new(SocketState {
                desk,
                key: key.into(),
            }));
        let closing = Arc::new(Notify::new());
        let closed = Arc::clone(&closing);
        let served = tokio::spawn(async move {
            let serve = axum::serve(listener, router)
                .with_graceful_shutdown(async move { closed.notified().await });
            if let Err(err) = serve.await {
                tracing::error!(reason = %err, "the desk's socket closed");
            }
        });
        Ok(Self {
            file,
            closing,
            served,
        })
    }

    /// Takes no more orders, and answers those that were given before, within five seconds.
    pub(crate) async fn close(mut self) {
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

async fn serve_order(
    State(guarded): State<Arc<SocketState>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    if !is_authorized(&headers, &guarded.key) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let Ok(SocketOrder {
        binding,
        by,
        request,
    }) = serde_json::from_slice(&body)
    else {
        return (StatusCode::BAD_REQUEST, String::new());
    };
    let order = Order {
        binding,
        actor: Actor::machine_operator(by),
        request,
    };
    reply_json(&guarded.desk.handle(order).await)
}

async fn serve_bindings(
    State(guarded): State<Arc<SocketState>>,
    headers: HeaderMap,
) -> (StatusCode, String) {
    if !is_authorized(&headers, &guarded.key) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    match guarded.desk.corps.store.list_bindings().await {
        Ok(bindings) => {
            let ids: Vec<_> = bindings.into_iter().map(|stored| stored.body.id).collect();
            reply_json(&ids)
        }
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
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

/// Whether a process listens on the socket of a directory.
pub(crate) async fn is_open(data: &Path) -> bool {
    let Some(way) = read_socket_file(data) else {
        return false;
    };
    tokio::net::TcpStream::connect(way.address).await.is_ok()
}

/// Gives an order to the process that has the state; `None` where there is none any more.
pub(crate) async fn send_order(
    data: &Path,
    order: &SocketOrder,
) -> Result<Option<Reply>, CommandError> {
    match post_json::<Result<Reply, OrderError>>(data, ORDERS_PATH, order).await {
        None => Ok(None),
        Some(Ok(answer)) => Ok(Some(answer?)),
        Some(Err(why)) => Err(CommandError::unusable(why)),
    }
}

/// The bindings of the process that has the state; `None` where there is none any more.
pub(crate) async fn list_bindings(data: &Path) -> Result<Option<Vec<BindingId>>, CommandError> {
    match post_json(data, BINDINGS_PATH, &()).await {
        None => Ok(None),
        Some(answer) => answer.map(Some).map_err(CommandError::unusable),
    }
}

/// `None` where nothing listens, a reason where there is no answer.
async fn post_json<A: serde::de::DeserializeOwned>(
    data: &Path,
    path: &str,
    body: &impl Serialize,
) -> Option<Result<A, Reason>> {
    let socket = read_socket_file(data)?;
    let body = serde_json::to_vec(body).ok()?;
    let request = http::Request::post(format!("http://{}{path}", socket.address))
        .header("authorization", format!("Bearer {}", socket.key))
        .header("content-type", "application/json")
        .body(Bytes::from(body))
        .ok()?;
    let transport = match HttpTransport::new(true) {
        Ok(transport) => transport,
        Err(err) => return Some(Err(machine_reason(&err))),
    };
    let answer = match transport.send(request).await {
        Ok(answer) => answer,
        // The socket was of a process that is gone, or is going.
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
