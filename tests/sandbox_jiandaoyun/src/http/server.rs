//! Starts and stops the server.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::{gate, machine_time, pusher};
use crate::world::World;
use crate::world::calls::Answer;

/// The start of every path.
const BASE: &str = "/api";

/// The HTTP server of the sandbox.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Serves a tenant on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If loopback cannot be listened on.
    pub async fn start(world: World) -> io::Result<RunningServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}{BASE}", listener.local_addr()?);
        let world = Arc::new(Mutex::new(world));
        let router = Router::new()
            .fallback(answer_call)
            .with_state(Arc::clone(&world))
            .layer(axum::middleware::from_fn(gate::refuse_foreign_pages));
        let pushing = pusher::push_until_stopped(Arc::clone(&world));
        Ok(RunningServer {
            url,
            world,
            tasks: vec![
                tokio::spawn(async move {
                    let _ = axum::serve(listener, router).await;
                }),
                tokio::spawn(pushing),
            ],
        })
    }
}

/// A running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct RunningServer {
    /// The address up to and with `/api`.
    pub url: String,
    /// The tenant, for tests that act and look without HTTP.
    pub world: Arc<Mutex<World>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn answer_call(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let key = key.and_then(|value| value.strip_prefix("Bearer "));
    let path = uri.path().strip_prefix(BASE).unwrap_or_default();
    let answer = world.lock().await.answer(machine_time(), path, key, &body);
    let json_type = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    match answer {
        Answer::Done(body) => (json_type, body.to_string()).into_response(),
        Answer::Refused(code, text) => {
            let body = json!({ "code": code, "msg": text }).to_string();
            (StatusCode::BAD_REQUEST, json_type, body).into_response()
        }
        Answer::Page(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, "<html><body>gateway</body></html>").into_response()
        }
        Answer::Lost => {
            let broken = futures::stream::once(async { Err::<Bytes, _>(io::Error::other("cut")) });
            Body::from_stream(broken).into_response()
        }
    }
}
