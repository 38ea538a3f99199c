//! Carries out what the session decides: sockets, stores, answers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use outbound::{SocketMessage, TransportError, WebSocket};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::frames::{self, StreamFrame};
use super::session::{SocketNumber, StreamAction, StreamSession};
use super::{StreamParts, StreamedEvent};
use crate::client::retry::transport_error_kind;
use crate::error::{DingTalkError, DingTalkErrorKind};

const CONNECT: &str = "gateway/connect";
/// DingTalk waits three seconds for an answer.
const STORE_WITHIN: Duration = Duration::from_secs(2);
/// Events that are being stored at once. Further ones wait on the wire.
const STORES_MAX: usize = 64;
/// News that wait to be worked.
const NEWS_MAX: usize = 64;
/// Refused for a reason that a person has to remove.
const REFUSED_PAUSE: i64 = 60_000;

/// Keeps a connection open and hands on what comes.
pub struct EventStream {
    parts: StreamParts,
    session: StreamSession,
    sockets: BTreeMap<SocketNumber, SocketHandle>,
    stores: FuturesUnordered<BoxFuture<'static, StoredEvent>>,
    told_connected: bool,
}

/// A socket's own task. Dropping it ends the connection.
struct SocketHandle {
    commands: mpsc::UnboundedSender<SocketCommand>,
    task: JoinHandle<()>,
}

impl Drop for SocketHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

enum SocketCommand {
    Send(String),
    Ping,
}

enum SocketNews {
    Opened,
    Said(SocketMessage),
    Ended(Option<DingTalkError>),
}

type NewsSender = mpsc::Sender<(SocketNumber, SocketNews)>;

struct StoredEvent {
    socket: SocketNumber,
    message_id: String,
    stored: bool,
}

impl EventStream {
    /// Nothing is opened yet.
    #[must_use]
    pub fn new(parts: StreamParts) -> Self {
        Self {
            parts,
            session: StreamSession::default(),
            sockets: BTreeMap::new(),
            stores: FuturesUnordered::new(),
            told_connected: false,
        }
    }

    /// Runs until it is dropped, which closes its connections. What was stored by then and not acknowledged comes again.
    pub async fn run(mut self) -> Infallible {
        let (told, mut news) = mpsc::channel(NEWS_MAX);
        loop {
            for action in self.session.due_actions(self.now()) {
                self.carry_out(action, &told);
            }
            let now = self.now();
            let wait = self.session.next_due(now) - now;
            let timer = self
                .parts
                .clock
                .sleep(Duration::from_millis(wait.unsigned_abs().max(1)));
            tokio::select! {
                Some(stored) = self.stores.next(), if !self.stores.is_empty() => self.answer_stored(&stored),
                Some((socket, said)) = news.recv(), if self.stores.len() < STORES_MAX => self.hear(socket, said),
                () = timer => {}
            }
        }
    }

    fn now(&self) -> i64 {
        self.parts.clock.now().millis()
    }

    fn carry_out(&mut self, action: StreamAction, told: &NewsSender) {
        match action {
            StreamAction::Open(number) => {
                let (commands, orders) = mpsc::unbounded_channel();
                let task = serve_socket(self.parts.clone(), number, told.clone(), orders);
                let task = tokio::spawn(task);
                self.sockets.insert(number, SocketHandle { commands, task });
            }
            StreamAction::Ping(number) => self.command(number, SocketCommand::Ping),
            StreamAction::Close(number) => {
                tracing::info!("a stream connection was silent for too long, and is given up");
                self.end(number, None);
            }
        }
    }

    /// To a connection that is gone nothing is said: what it brought comes again.
    fn command(&self, number: SocketNumber, command: SocketCommand) {
        if let Some(socket) = self.sockets.get(&number) {
            _ = socket.commands.send(command);
        }
    }

    fn hear(&mut self, number: SocketNumber, news: SocketNews) {
        let now = self.now();
        match news {
            // A socket that was given up meanwhile has nothing to say any more.
            _ if !self.sockets.contains_key(&number) => {}
            SocketNews::Opened => {
                self.session.opened(number, now);
                if !std::mem::replace(&mut self.told_connected, true) {
                    self.parts.watcher.connected();
                }
            }
            SocketNews::Said(message) => {
                self.session.heard(number, now);
                if let SocketMessage::Text(text) = message {
                    self.read_frame(number, &text);
                }
            }
            SocketNews::Ended(why) => self.end(number, why.as_ref()),
        }
    }

    fn end(&mut self, number: SocketNumber, why: Option<&DingTalkError>) {
        self.sockets.remove(&number);
        let chance = (self.parts.jitter)();
        let at_least = why.map_or(0, pause_for);
        self.session.ended(number, self.now(), chance, at_least);
        let was_connected = self.told_connected;
        self.told_connected = self.session.is_connected();
        if !self.told_connected && (was_connected || why.is_some()) {
            self.parts.watcher.disconnected(why);
        }
    }

    fn read_frame(&mut self, number: SocketNumber, text: &str) {
        match StreamFrame::read(text) {
            StreamFrame::Event(event) => self.store(number, event),
            StreamFrame::Ping { message_id, data } => {
                let answer = frames::ping_answer(&message_id, &data);
                self.command(number, SocketCommand::Send(answer));
            }
            StreamFrame::Disconnect => self.session.announced_end(number, self.now()),
            StreamFrame::Foreign { message_id } => {
                let answer = frames::foreign_answer(&message_id);
                self.command(number, SocketCommand::Send(answer));
            }
            StreamFrame::Other => tracing::debug!("a stream frame of no known kind"),
        }
    }

    fn store(&mut self, socket: SocketNumber, event: StreamedEvent) {
        let sink = self.parts.sink.clone();
        let message_id = event.message_id.clone();
        self.stores.push(Box::pin(async move {
            let stored = match tokio::time::timeout(STORE_WITHIN, sink.store_event(event)).await {
                Ok(Ok(())) => true,
                Ok(Err(why)) => {
                    tracing::warn!(reason = %why, "a streamed event will be pushed again");
                    false
                }
                Err(_elapsed) => {
                    tracing::warn!(reason = "deadline", "a streamed event will be pushed again");
                    false
                }
            };
            StoredEvent {
                socket,
                message_id,
                stored,
            }
        }));
    }

    fn answer_stored(&self, event: &StoredEvent) {
        let answer = if event.stored {
            frames::success_answer(&event.message_id)
        } else {
            frames::later_answer(&event.message_id)
        };
        self.command(event.socket, SocketCommand::Send(answer));
    }
}

fn pause_for(why: &DingTalkError) -> i64 {
    match &why.trouble {
        DingTalkErrorKind::Banned { retry_after } => {
            i64::try_from(retry_after.as_millis()).unwrap_or(i64::MAX / 2)
        }
        trouble if !trouble.is_transient() => REFUSED_PAUSE,
        _ => 0,
    }
}

async fn serve_socket(
    parts: StreamParts,
    number: SocketNumber,
    told: NewsSender,
    orders: mpsc::UnboundedReceiver<SocketCommand>,
) {
    let why = match open_socket(&parts).await {
        Ok(socket) => {
            // Nobody listens any more: the stream was dropped.
            if told.send((number, SocketNews::Opened)).await.is_err() {
                return;
            }
            let err = pump(socket, number, &told, orders).await;
            tracing::info!(reason = %err, "a stream connection has ended");
            None
        }
        Err(why) => {
            tracing::warn!(reason = %why, "a stream connection could not be opened");
            Some(why)
        }
    };
    _ = told.send((number, SocketNews::Ended(why))).await;
}

async fn open_socket(parts: &StreamParts) -> Result<Box<dyn WebSocket>, DingTalkError> {
    let secret = parts.secret.read_app_secret().await.map_err(|why| {
        let source = why.into();
        DingTalkError::new(CONNECT, DingTalkErrorKind::Unreachable { source })
    })?;
    let ticket = parts.gateway.open_connection(&secret).await?;
    let dialled = parts.dialer.dial(ticket.url()).await;
    dialled.map_err(|err| DingTalkError::new(CONNECT, transport_error_kind(err)))
}

/// Carries messages both ways until the connection ends.
async fn pump(
    mut socket: Box<dyn WebSocket>,
    number: SocketNumber,
    told: &NewsSender,
    mut orders: mpsc::UnboundedReceiver<SocketCommand>,
) -> TransportError {
    loop {
        let done = tokio::select! {
            said = socket.receive() => match said {
                Ok(message) => {
                    let news = (number, SocketNews::Said(message));
                    told.send(news).await.map_err(|_| TransportError::Lost { source: None })
                }
                Err(err) => Err(err),
            },
            order = orders.recv() => match order {
                Some(SocketCommand::Send(text)) => socket.send_text(text).await,
                Some(SocketCommand::Ping) => socket.send_ping().await,
                None => Err(TransportError::Lost { source: None }),
            },
        };
        if let Err(err) = done {
            return err;
        }
    }
}
