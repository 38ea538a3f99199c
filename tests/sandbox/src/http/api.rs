//! The way of one API call over HTTP: what the world answers, as slowly and as wrongly as it says.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt as _;

use super::clock::machine_time;
use super::line::Caller;
use super::server::Face;
use crate::world::{Answer, TransportFault};

/// No request of these APIs is larger.
const BODY_MAX: usize = 1 << 20;

pub(super) async fn call(
    State(face): State<Face>,
    ConnectInfo(caller): ConnectInfo<Caller>,
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
    let Answer { mut response, delay, fault, check } = answer;
    if let Some(check) = check {
        let outcome = face.pusher.push(&check.push).await;
        if let Some(refused) = face.world.lock().await.checked_registration(check, &outcome) {
            response = refused;
        }
        face.changed.notify_one();
    }
    if fault == Some(TransportFault::Hold) {
        face.holds.hang().await;
    }
    tokio::time::sleep_until(arrived + delay).await;
    match fault {
        Some(TransportFault::LostConnection) => {
            caller.cut();
            http::StatusCode::OK.into_response()
        }
        Some(TransportFault::SlowBody(pause)) => slowly(response, pause),
        Some(TransportFault::Hold) | None => response.map(Body::from),
    }
}

/// Headers and half of the body at once, the rest after the pause.
fn slowly(response: http::Response<Bytes>, pause: Duration) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(http::header::CONTENT_LENGTH, body.len().into());
    let half = body.len() / 2;
    let first = futures::stream::iter([Ok::<_, std::io::Error>(body.slice(..half))]);
    let rest = futures::stream::once(async move {
        tokio::time::sleep(pause).await;
        Ok(body.slice(half..))
    });
    Response::from_parts(parts, Body::from_stream(first.chain(rest)))
}
