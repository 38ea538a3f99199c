//! The HTTP front on loopback: what API Gateway does on AWS.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use callback::{CallbackDeps, CallbackRequest};
use runtime::SystemClock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// API Gateway takes at most 10 MB; the function itself refuses far less.
const BODY_MAX: usize = 10 * 1024 * 1024;

/// The running front. Dropping it stops it.
pub struct HttpFront {
    /// Where it listens.
    pub address: SocketAddr,
    served: JoinHandle<()>,
}

impl Drop for HttpFront {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl HttpFront {
    /// Listens on `port` of 127.0.0.1; 0 takes a free one.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(port: u16, deps: CallbackDeps) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/callback/{binding}", post(answer_callback))
            .layer(DefaultBodyLimit::max(BODY_MAX))
            .with_state(Arc::new(deps));
        let served = tokio::spawn(async move {
            if let Err(err) = axum::serve(listener, router).await {
                tracing::error!(reason = %err, "the front stopped");
            }
        });
        Ok(Self { address, served })
    }

    /// The callback address of a binding.
    #[must_use]
    pub fn callback_url(&self, binding: &directory::BindingId) -> String {
        format!("{}{binding}", self.callback_prefix())
    }

    /// What the callback address of every binding begins with.
    #[must_use]
    pub fn callback_prefix(&self) -> String {
        format!("http://{}/callback/", self.address)
    }
}

async fn answer_callback(
    State(deps): State<Arc<CallbackDeps>>,
    Path(binding): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> impl IntoResponse {
    let query = query.unwrap_or_default();
    let request = CallbackRequest {
        binding: &binding,
        query: &query,
        body: &body,
    };
    let Ok(random) = runtime::random_bytes() else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::CONTENT_TYPE, "application/json")],
            String::new(),
        );
    };
    let answer = callback::handle(&deps, request, SystemClock.now(), random).await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        answer.body,
    )
}
