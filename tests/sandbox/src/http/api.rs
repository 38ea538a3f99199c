//! Serves one API call over HTTP: sends the world's reply with its delay and its fault.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt as _;

use super::clock::machine_time;
use super::connection::CallerConnection;
use super::server::ServerState;
use crate::world::{CallReply, TransportFault};

/// Size limit of a request body, in bytes.
const BODY_MAX: usize = 1 << 20;

pub(super) async fn handle_call(
    State(face): State<ServerState>,
    ConnectInfo(caller): ConnectInfo<CallerConnection>,
    request: axum::extract::Request,
) -> Response {
    let arrived = tokio::time::Instant::now();
    let (mut parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return http::StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    parts.extensions.insert(caller.ip);
    let request = http::Request::from_parts(parts, body);
    let answer = face.world.lock().await.call(machine_time(), &request);
    face.changed.notify_one();
    let CallReply {
        mut response,
        delay,
        fault,
        check,
    } = answer;
    if let Some(check) = check {
        let outcome = face.pusher.push(&check.push).await;
        if let Some(refused) = face.world.lock().await.finish_registration(check, &outcome) {
            response = refused;
        }
        face.changed.notify_one();
    }
    if fault == Some(TransportFault::Hold) {
        face.holds.hold_call().await;
    }
    tokio::time::sleep_until(arrived + delay).await;
    match fault {
        Some(TransportFault::LostConnection) => {
            caller.cut_connection();
            http::StatusCode::OK.into_response()
        }
        Some(TransportFault::SlowBody(pause)) => slow_response(response, pause),
        Some(TransportFault::Hold) | None => response.map(Body::from),
    }
}

/// Sends the headers and half of the body at once, and the rest after the pause.
fn slow_response(response: http::Response<Bytes>, pause: Duration) -> Response {
    let (mut parts, body) = response.into_parts();
    parts
        .headers
        .insert(http::header::CONTENT_LENGTH, body.len().into());
    let half = body.len() / 2;
    let first = futures::stream::iter([Ok::<_, std::io::Error>(body.slice(..half))]);
    let rest = futures::stream::once(async move {
        tokio::time::sleep(pause).await;
        Ok(body.slice(half..))
    });
    Response::from_parts(parts, Body::from_stream(first.chain(rest)))
}
