//! A relay: everything that comes is passed on to one address and back, path and all. It can count and stop.

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

/// Bodies that pass.
const BODY_MAX: usize = 64 << 20;

/// Which requests are counted.
pub type RequestFilter = fn(&HeaderMap, &[u8]) -> bool;

/// A running relay. Dropping it stops it.
pub struct Relay {
    /// Where it listens.
    pub address: SocketAddr,
    way: Arc<RelayState>,
    served: JoinHandle<()>,
}

/// Who answers behind the relay.
enum Upstream {
    Http { to: String, client: reqwest::Client },
    DynamoDb(EmbeddedDynamoDb),
}

struct RelayState {
    upstream: Upstream,
    counts: RequestFilter,
    count: AtomicU64,
    /// The answer of the counted request with this number never arrives; 0 is none.
    stop_after: u64,
    stopped: watch::Sender<bool>,
    /// The relay was dropped: connections that were kept outlive whoever listened.
    gone: AtomicBool,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.way.gone.store(true, Ordering::Release);
        self.served.abort();
    }
}

impl Relay {
    /// Passes everything on to `to` (`http://host:port`).
    pub async fn start(to: &str) -> Self {
        Self::start_counting(to, |_, _| false, 0).await
    }

    /// As [`Relay::start`], and counts. The `stop_after`-th counted request is carried out, its answer is withheld, and
    /// so is every later one; 0 withholds none.
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

    /// As [`Relay::counting`], with an embedded database behind it: DynamoDB's protocol, as another process asks for it.
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
        let way = Arc::new(RelayState {
            upstream,
            counts,
            count,
            stop_after,
            stopped,
            gone,
        });
        let router = Router::new()
            .fallback(relay_request)
            .with_state(Arc::clone(&way));
        let served =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self {
            address,
            way,
            served,
        }
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Counted so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.way.count.load(Ordering::Acquire)
    }

    /// Waits until it withholds an answer.
    pub async fn wait_until_stopped(&self) {
        let mut stopped = self.way.stopped.subscribe();
        stopped
            .wait_for(|stopped| *stopped)
            .await
            .expect("the relay lives");
    }
}

async fn relay_request(State(way): State<Arc<RelayState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    if way.gone.load(Ordering::Acquire) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if *way.stopped.borrow() {
        std::future::pending::<()>().await;
    }
    let counted = (way.counts)(&parts.headers, &body);
    let answer = way.forward_request(&parts, body).await;
    if counted && way.count.fetch_add(1, Ordering::AcqRel) + 1 == way.stop_after {
        way.stopped.send_replace(true);
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
        // Both belong to one connection, and this is another one.
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
