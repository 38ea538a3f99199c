//! Stream connections over WebSocket, and their administration.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::clock::machine_time;
use super::server::ServerState;
use crate::world::{PushOutcome, StreamPush, StreamSummary, query_pairs, read_stream_answer};

/// Where connections are opened, as at DingTalk.
pub(super) const PATH: &str = "/connect";

/// Far from now.
const NEVER: Duration = Duration::from_hours(24);

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route(PATH, get(accept_connection))
        .route(
            "/__sandbox/stream",
            get(show_stream)
                .post(choose_stream)
                .delete(leave_stream_mode),
        )
        .route("/__sandbox/stream/disconnect", post(announce_ends))
        .route("/__sandbox/stream/kill", post(cut_connections))
}

/// The open connections.
#[derive(Debug, Default)]
pub(super) struct StreamHub(Mutex<BTreeMap<u64, mpsc::UnboundedSender<LineOrder>>>);

#[derive(Debug)]
enum LineOrder {
    Push(StreamPush),
    /// Send this announcement, and end a while later.
    Leave(String),
    Cut,
}

impl StreamHub {
    /// Sends an event over its connection.
    pub(super) async fn push(&self, face: &ServerState, push: StreamPush) {
        let delivery = push.delivery;
        let sent = {
            let lines = self.lines();
            let line = lines.get(&push.line);
            line.is_some_and(|line| line.send(LineOrder::Push(push)).is_ok())
        };
        if !sent {
            record(face, delivery, lost_outcome("the connection has ended")).await;
        }
    }

    /// Cuts every connection without a word; returns how many there were.
    pub(super) fn cut_all(&self) -> usize {
        let lines = self.lines();
        for line in lines.values() {
            _ = line.send(LineOrder::Cut);
        }
        lines.len()
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<u64, mpsc::UnboundedSender<LineOrder>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn show_stream(State(face): State<ServerState>) -> Json<StreamSummary> {
    Json(face.world.lock().await.stream_summary())
}

/// Chooses Stream mode as the console's button 验证连接通道 does: a connection has to be open.
async fn choose_stream(State(face): State<ServerState>) -> Response {
    let chosen = face.world.lock().await.choose_stream();
    face.save_world().await;
    if chosen {
        Json(json!({"chosen": true})).into_response()
    } else {
        let why = json!({"chosen": false, "error": "no Stream connection is open"});
        (StatusCode::BAD_REQUEST, Json(why)).into_response()
    }
}

async fn leave_stream_mode(State(face): State<ServerState>) -> Json<Value> {
    face.world.lock().await.leave_stream_mode();
    face.save_world().await;
    Json(json!({}))
}

async fn announce_ends(State(face): State<ServerState>) -> Json<Value> {
    let frames = face.world.lock().await.announce_stream_ends(machine_time());
    let announced = frames.len();
    let lines = face.streams.lines();
    for (number, frame) in frames {
        if let Some(line) = lines.get(&number) {
            _ = line.send(LineOrder::Leave(frame));
        }
    }
    Json(json!({"announced": announced}))
}

async fn cut_connections(State(face): State<ServerState>) -> Json<Value> {
    Json(json!({"cut": face.streams.cut_all()}))
}

/// Opens a connection for a ticket. Pages of other sites were refused before (`gate`).
async fn accept_connection(State(face): State<ServerState>, request: Request) -> Response {
    let Some(accept) = accept_key(request.headers()) else {
        return (StatusCode::BAD_REQUEST, "a WebSocket is opened here\n").into_response();
    };
    let query = query_pairs(request.uri().query().unwrap_or_default());
    let ticket = query.into_iter().find(|(name, _)| name == "ticket");
    let ticket = ticket.map(|(_, ticket)| ticket).unwrap_or_default();
    let number = {
        let mut world = face.world.lock().await;
        match world.connect_stream(machine_time(), &ticket) {
            Ok(number) => number,
            Err(refusal) => return (StatusCode::UNAUTHORIZED, refusal.to_string()).into_response(),
        }
    };
    if face.world.lock().await.cuts_stream("stream/handshake") {
        face.world.lock().await.end_stream(number);
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let io = TokioIo::new(upgraded);
            let socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
            Line::new(face.clone(), number, socket).serve().await;
        }
        face.world.lock().await.end_stream(number);
    });
    let headers = [
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::UPGRADE, "websocket".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// Returns the answer to a handshake that asks for a WebSocket of version 13.
fn accept_key(headers: &HeaderMap) -> Option<String> {
    let is = |name, wanted: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        let mut words = value.split(',').map(str::trim);
        words
            .any(|word| word.eq_ignore_ascii_case(wanted))
            .then_some(())
    };
    is(header::CONNECTION, "upgrade")?;
    is(header::UPGRADE, "websocket")?;
    is(header::SEC_WEBSOCKET_VERSION, "13")?;
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
    Some(derive_accept_key(key.as_bytes()))
}

/// One open connection.
struct Line {
    face: ServerState,
    number: u64,
    socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>,
    orders: mpsc::UnboundedReceiver<LineOrder>,
    /// Events without an answer yet: delivery and deadline, by message.
    pending: BTreeMap<String, (u64, Instant)>,
    /// The ping without an answer.
    pinged: Option<String>,
    ping_at: Instant,
    leave_at: Option<Instant>,
}

/// The connection has ended, or is cut.
struct Ended;

impl Line {
    fn new(
        face: ServerState,
        number: u64,
        socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>,
    ) -> Self {
        let (orders_in, orders) = mpsc::unbounded_channel();
        face.streams.lines().insert(number, orders_in);
        Self {
            face,
            number,
            socket,
            orders,
            pending: BTreeMap::new(),
            pinged: None,
            ping_at: Instant::now(),
            leave_at: None,
        }
    }

    /// Serves the connection until it ends. Events without an answer are pushed again later.
    async fn serve(mut self) {
        let _ended = self.serve_until_end().await;
        self.face.streams.lines().remove(&self.number);
        self.face.world.lock().await.end_stream(self.number);
        drop(self.socket);
        for (delivery, _) in self.pending.into_values() {
            record(&self.face, delivery, lost_outcome("the connection ended")).await;
        }
    }

    async fn serve_until_end(&mut self) -> Result<(), Ended> {
        self.cut_at("stream/connected").await?;
        let every = self.face.world.lock().await.settings().stream_ping_ms;
        self.ping_at = Instant::now() + Duration::from_millis(every);
        loop {
            let deadlines = self.pending.values().map(|(_, deadline)| *deadline);
            let next = deadlines.chain([self.ping_at]).chain(self.leave_at).min();
            let next = next.unwrap_or_else(|| Instant::now() + NEVER);
            tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.read_answer(text.as_str()).await?,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Ended),
                    // A ping is answered by the library.
                    Some(Ok(_)) => {}
                },
                order = self.orders.recv() => self.obey(order.ok_or(Ended)?).await?,
                () = tokio::time::sleep_until(next) => self.pass_time(every).await?,
            }
        }
    }

    async fn obey(&mut self, order: LineOrder) -> Result<(), Ended> {
        match order {
            LineOrder::Push(push) => {
                let deadline = Instant::now() + Duration::from_millis(push.deadline_ms);
                self.pending
                    .insert(push.message_id, (push.delivery, deadline));
                self.cut_at("stream/event").await?;
                self.send(push.text).await?;
                self.cut_at("stream/sent").await
            }
            LineOrder::Leave(frame) => {
                let after = self.face.world.lock().await.settings().stream_leave_ms;
                self.leave_at = Some(Instant::now() + Duration::from_millis(after));
                self.send(frame).await?;
                self.cut_at("stream/leaving").await
            }
            LineOrder::Cut => Err(Ended),
        }
    }

    async fn read_answer(&mut self, text: &str) -> Result<(), Ended> {
        let Some((message_id, outcome)) = read_stream_answer(text) else {
            return Ok(());
        };
        if self.pinged.as_ref() == Some(&message_id) {
            self.pinged = None;
            return Ok(());
        }
        if self.pending.contains_key(&message_id) {
            self.cut_at("stream/answer").await?;
        }
        if let Some((delivery, _)) = self.pending.remove(&message_id) {
            record(&self.face, delivery, outcome).await;
            self.cut_at("stream/answered").await?;
        }
        Ok(())
    }

    /// Whatever is due: answers that did not come, the next ping, the end.
    async fn pass_time(&mut self, ping_every: u64) -> Result<(), Ended> {
        let now = Instant::now();
        if self.leave_at.is_some_and(|at| at <= now) {
            return Err(Ended);
        }
        let late: Vec<String> = self
            .pending
            .iter()
            .filter(|(_, (_, deadline))| *deadline <= now)
            .map(|(message_id, _)| message_id.clone())
            .collect();
        for message_id in late {
            if let Some((delivery, _)) = self.pending.remove(&message_id) {
                record(
                    &self.face,
                    delivery,
                    lost_outcome("it did not answer in time"),
                )
                .await;
            }
        }
        if self.ping_at <= now {
            // The last one was not answered.
            if self.pinged.is_some() {
                return Err(Ended);
            }
            self.ping_at = now + Duration::from_millis(ping_every);
            let (message_id, frame) = self.face.world.lock().await.stream_ping(machine_time());
            self.pinged = Some(message_id);
            self.send(frame).await?;
            self.cut_at("stream/ping").await?;
        }
        Ok(())
    }

    async fn send(&mut self, text: String) -> Result<(), Ended> {
        self.socket
            .send(Message::text(text))
            .await
            .map_err(|_| Ended)
    }

    /// Ends where a fault is planned for this point.
    async fn cut_at(&mut self, point: &str) -> Result<(), Ended> {
        if self.face.world.lock().await.cuts_stream(point) {
            return Err(Ended);
        }
        Ok(())
    }
}

fn lost_outcome(why: &str) -> PushOutcome {
    PushOutcome::Unreachable {
        why: why.to_owned(),
    }
}

async fn record(face: &ServerState, delivery: u64, outcome: PushOutcome) {
    let mut world = face.world.lock().await;
    world.record_push(delivery, outcome, machine_time());
    face.changed.notify_one();
    face.due.notify_one();
}
