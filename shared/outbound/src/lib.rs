#![doc = include_str!("../README.md")]

mod address;
mod http_client;
mod resolver;
mod transport;
#[cfg(feature = "websocket")]
mod websocket;

pub use address::is_public;
pub use http_client::{ANSWER_MAX_BYTES, HttpTransport, TlsError};
pub use transport::{Transport, TransportError};
#[cfg(feature = "websocket")]
pub use websocket::{FRAME_MAX_BYTES, NetworkDialer, SocketDialer, SocketMessage, WebSocket};
