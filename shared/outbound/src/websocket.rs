//! Connections over WebSocket, under the same guard as HTTP calls.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{SinkExt as _, StreamExt as _};
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::http_client::{CONNECT, TOTAL, TlsError, may_call, tls};
use crate::resolver::{Denied, checked};
use crate::transport::TransportError;

/// The largest message that is read, in bytes; a real event has less than one KiB.
pub const FRAME_MAX_BYTES: usize = 1024 * 1024;
/// A message that the other side does not take for so long means that it is gone.
const SEND: Duration = Duration::from_secs(5);

/// What came over a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketMessage {
    /// Text.
    Text(String),
    /// A sign of life: a ping, which was answered, or the answer to one of ours.
    Alive,
}

/// An open connection.
#[async_trait]
pub trait WebSocket: Send {
    /// Waits for the next message. May be dropped while it waits; nothing is lost then.
    ///
    /// # Errors
    /// [`TransportError::Lost`] when the connection has ended, in whatever way, and
    /// [`TransportError::TooLarge`] for a message beyond [`FRAME_MAX_BYTES`]. Nothing can be received after that.
    async fn receive(&mut self) -> Result<SocketMessage, TransportError>;

    /// Sends a text.
    ///
    /// # Errors
    /// [`TransportError::Lost`] when the connection has ended; the text may have arrived.
    async fn send_text(&mut self, text: String) -> Result<(), TransportError>;

    /// Sends a ping, which the other side's WebSocket answers.
    ///
    /// # Errors
    /// [`TransportError::Lost`] when the connection has ended.
    async fn send_ping(&mut self) -> Result<(), TransportError>;
}

/// Opens connections.
#[async_trait]
pub trait SocketDialer: Send + Sync {
    /// Opens one to a `wss` address.
    ///
    /// # Errors
    /// [`TransportError::AddressDenied`] for an address that may not be called, and what the network says. None of them
    /// holds the URL: that contains a ticket.
    async fn dial(&self, url: &str) -> Result<Box<dyn WebSocket>, TransportError>;
}

/// [`SocketDialer`] over the network: no redirects, no proxy, ten seconds to open, public addresses only.
#[derive(Clone)]
pub struct NetworkDialer {
    tls: Arc<rustls::ClientConfig>,
    allow_loopback: bool,
}

impl std::fmt::Debug for NetworkDialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkDialer")
            .field("allow_loopback", &self.allow_loopback)
            .finish_non_exhaustive()
    }
}

impl NetworkDialer {
    /// `allow_loopback` is for the sandbox on this machine: it allows loopback addresses, and `ws` to them.
    ///
    /// # Errors
    /// [`TlsError`] when the TLS library refuses its own configuration.
    pub fn new(allow_loopback: bool) -> Result<Self, TlsError> {
        let mut config = tls()?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            tls: Arc::new(config),
            allow_loopback,
        })
    }

    /// The addresses of a host, each of them checked.
    async fn look_up(&self, url: &Url) -> Result<Vec<SocketAddr>, TransportError> {
        let host = url.host_str().ok_or(TransportError::AddressDenied)?;
        let port = url.port_or_known_default().unwrap_or(443);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((host, port)).await;
        let found = found.map_err(not_connected)?.collect();
        checked(found, self.allow_loopback).map_err(|Denied| TransportError::AddressDenied)
    }

    async fn open(&self, url: Url) -> Result<Box<dyn WebSocket>, TransportError> {
        let addresses = self.look_up(&url).await?;
        let connecting = TcpStream::connect(addresses.as_slice());
        let stream = tokio::time::timeout(CONNECT, connecting).await;
        let stream = stream
            .map_err(|_| TransportError::NotConnected { source: None })?
            .map_err(not_connected)?;
        // Answers are small and waited for.
        _ = stream.set_nodelay(true);
        if url.scheme() == "ws" {
            return upgrade(&url, stream).await;
        }
        let host = url.host_str().unwrap_or_default();
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| TransportError::AddressDenied)?;
        let secured = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream);
        upgrade(&url, secured.await.map_err(not_connected)?).await
    }
}

#[async_trait]
impl SocketDialer for NetworkDialer {
    async fn dial(&self, url: &str) -> Result<Box<dyn WebSocket>, TransportError> {
        let url = Url::parse(url).map_err(|_| TransportError::AddressDenied)?;
        if !may_call(&url, self.allow_loopback, ["ws", "wss"]) {
            return Err(TransportError::AddressDenied);
        }
        let opening = tokio::time::timeout(TOTAL, self.open(url)).await;
        opening.map_err(|_| TransportError::TimedOut)?
    }
}

/// Asks for the upgrade. A redirect is an answer like any other that does not agree to it.
async fn upgrade<S>(url: &Url, stream: S) -> Result<Box<dyn WebSocket>, TransportError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = WebSocketConfig::default()
        .max_message_size(Some(FRAME_MAX_BYTES))
        .max_frame_size(Some(FRAME_MAX_BYTES));
    let opened =
        tokio_tungstenite::client_async_with_config(url.as_str(), stream, Some(config)).await;
    let (socket, _) = opened.map_err(|err| match err {
        // Refused by the other side: it was reached, and nothing is open.
        Error::Http(_) => TransportError::NotConnected { source: None },
        err => lost(err),
    })?;
    Ok(Box::new(NetworkSocket(socket)))
}

struct NetworkSocket<S>(WebSocketStream<S>);

#[async_trait]
impl<S> WebSocket for NetworkSocket<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    async fn receive(&mut self) -> Result<SocketMessage, TransportError> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(SocketMessage::Text(text.as_str().to_owned()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(SocketMessage::Alive),
                // Nothing of DingTalk's is binary; a close frame is followed by the end.
                Some(Ok(_)) => {}
                Some(Err(Error::Capacity(_))) => {
                    return Err(TransportError::TooLarge {
                        limit_bytes: FRAME_MAX_BYTES,
                    });
                }
                Some(Err(err)) => return Err(lost(err)),
                None => return Err(TransportError::Lost { source: None }),
            }
        }
    }

    async fn send_text(&mut self, text: String) -> Result<(), TransportError> {
        self.send(Message::text(text)).await
    }

    async fn send_ping(&mut self) -> Result<(), TransportError> {
        self.send(Message::Ping(Vec::new().into())).await
    }
}

impl<S> NetworkSocket<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    async fn send(&mut self, message: Message) -> Result<(), TransportError> {
        let sent = tokio::time::timeout(SEND, self.0.send(message)).await;
        sent.map_err(|_| TransportError::TimedOut)?.map_err(lost)
    }
}

/// The URL with its ticket is in none of them: of an error over HTTP only its kind is kept.
fn lost(err: Error) -> TransportError {
    TransportError::Lost {
        source: match err {
            Error::Io(err) => Some(Box::new(err)),
            Error::Protocol(err) => Some(Box::new(err)),
            _ => None,
        },
    }
}

fn not_connected(err: std::io::Error) -> TransportError {
    TransportError::NotConnected {
        source: Some(Box::new(err)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn only_addresses_that_may_be_called_are_dialled() {
        let abroad = NetworkDialer::new(false).unwrap();
        let here = NetworkDialer::new(true).unwrap();
        for (url, dialer) in [
            ("ws://127.0.0.1:1/connect?ticket=secret", &abroad),
            ("wss://127.0.0.1:1/", &abroad),
            ("wss://localhost:1/", &abroad),
            ("wss://169.254.169.254/", &abroad),
            ("wss://10.0.0.1/", &here),
            ("ws://example.com/", &here),
            ("https://example.com/", &here),
            ("http://127.0.0.1:1/", &here),
            ("wss://user@example.com/", &here),
            ("no address", &here),
        ] {
            let refused = dialer.dial(url).await.err().unwrap();
            assert!(
                matches!(refused, TransportError::AddressDenied),
                "{url}: {refused:?}"
            );
        }
    }

    #[tokio::test]
    async fn texts_pings_and_the_end_arrive_and_too_much_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/connect?ticket=t", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            assert_eq!(
                socket.next().await.unwrap().unwrap(),
                Message::text("hello")
            );
            socket.send(Message::text("there")).await.unwrap();
            socket.send(Message::Ping(Vec::new().into())).await.unwrap();
            drop(socket);
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            let large = "x".repeat(FRAME_MAX_BYTES + 1);
            _ = socket.send(Message::text(large)).await;
            _ = socket.next().await;
        });
        let dialer = NetworkDialer::new(true).unwrap();
        let mut socket = dialer.dial(&url).await.unwrap();
        socket.send_text("hello".to_owned()).await.unwrap();
        let there = SocketMessage::Text("there".to_owned());
        assert_eq!(socket.receive().await.unwrap(), there);
        assert_eq!(socket.receive().await.unwrap(), SocketMessage::Alive);
        let mut next = dialer.dial(&url).await.unwrap();
        let ended = socket.receive().await.unwrap_err();
        assert!(matches!(ended, TransportError::Lost { .. }), "{ended:?}");
        let refused = next.receive().await.unwrap_err();
        assert!(
            matches!(refused, TransportError::TooLarge { .. }),
            "{refused:?}"
        );
        drop(next);
        server.await.unwrap();
    }
}
