//! A relay passes every request on to one address, and the answer back, with the path unchanged. It
//! can count requests and stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use local::embedded::Database;
use state::embedded::{CONTENT_TYPE, EmbeddedDynamoDb};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::company::http_client;

/// Size limit of bodies, in bytes.
const BODY_MAX: usize = 64 << 20;

/// Returns whether a request is counted.
pub type RequestFilter = fn(&HeaderMap, &[u8]) -> bool;

/// A running relay. Dropping it stops it.
pub struct Relay {
    /// Address where it listens.
    pub address: SocketAddr,
    state: Arc<RelayState>,
    served: JoinHandle<()>,
}

/// The server behind the relay.
enum Upstream {
    Http { to: String, client: reqwest::Client },
    DynamoDb(EmbeddedDynamoDb),
}

struct RelayState {
    upstream: Upstream,
    counts: RequestFilter,
    count: AtomicU64,
    /// Number of the counted request from which on answers are withheld; 0 withholds none.
    stop_after: u64,
    stopped: watch::Sender<bool>,
    /// Whether the relay was dropped. Kept connections live longer than the listener.
    gone: AtomicBool,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.gone.store(true, Ordering::Release);
        self.served.abort();
    }
}

impl Relay {
    /// Passes everything on to `to` (`http://host:port`).
    pub async fn start(to: &str) -> Self {
        Self::start_counting(to, |_, _| false, 0).await
    }

    /// Like [`Relay::start`], and counts. It passes on the counted request number `stop_after` and
    /// withholds its answer and every later one. 0 withholds none.
    pub async fn start_counting(to: &str, counts: RequestFilter, stop_after: u64) -> Self {
        Self::serve(
            Upstream::Http {
                to: to.to_owned(),
                client: http_client(),
            },
            counts,
            stop_after,
        )
        .await
    }

    /// Like [`Relay::start_counting`], in front of an embedded database: it speaks DynamoDB's
    /// protocol, as another process would use it.
    pub async fn to_database(database: &Database, counts: RequestFilter, stop_after: u64) -> Self {
        Self::serve(
            Upstream::DynamoDb(database.dynamodb().clone()),
            counts,
            stop_after,
        )
        .await
    }

    async fn serve(upstream: Upstream, counts: RequestFilter, stop_after: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("its address");
        let stopped = watch::Sender::new(false);
        let count = AtomicU64::new(0);
        let gone = AtomicBool::new(false);
        let state = Arc::new(RelayState {
            upstream,
            counts,
            count,
            stop_after,
            stopped,
            gone,
        });
        let router = Router::new()
            .fallback(relay_request)
            .with_state(Arc::clone(&state));
        let served =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self {
            address,
            state,
            served,
        }
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of counted requests.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.state.count.load(Ordering::Acquire)
    }

    /// Waits until it withholds an answer.
    pub async fn wait_until_stopped(&self) {
        let mut stopped = self.state.stopped.subscribe();
        stopped
            .wait_for(|stopped| *stopped)
            .await
            .expect("the relay lives");
    }
}

async fn relay_request(State(state): State<Arc<RelayState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    if state.gone.load(Ordering::Acquire) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if *state.stopped.borrow() {
        std::future::pending::<()>().await;
    }
    let counted = (state.counts)(&parts.headers, &body);
    let answer = state.forward_request(&parts, body).await;
    if counted && state.count.fetch_add(1, Ordering::AcqRel) + 1 == state.stop_after {
        state.stopped.send_replace(true);
        std::future::pending::<()>().await;
    }
    answer.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

impl RelayState {
    async fn forward_request(
        &self,
        parts: &http::request::Parts,
        body: Bytes,
    ) -> Result<Response, reqwest::Error> {
        let (to, client) = match &self.upstream {
            Upstream::Http { to, client } => (to, client),
            Upstream::DynamoDb(database) => return Ok(ask_database(database, parts, body).await),
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = parts.headers.clone();
        // Both headers belong to one connection, and this is another connection.
        headers.remove(http::header::HOST);
        headers.remove(http::header::CONTENT_LENGTH);
        let request = client
            .request(parts.method.clone(), format!("{to}{path}"))
            .headers(headers)
            .body(body);
        let answer = request.send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(http::header::TRANSFER_ENCODING);
        Ok((status, headers, answer.bytes().await?).into_response())
    }
}

async fn ask_database(
    database: &EmbeddedDynamoDb,
    parts: &http::request::Parts,
    body: Bytes,
) -> Response {
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let database = database.clone();
    let answered = tokio::task::spawn_blocking(move || database.answer(&operation, &body)).await;
    let (status, body) = answered.expect("the database answers");
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(http::header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response()
}
