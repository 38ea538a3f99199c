#![doc = include_str!("../README.md")]

mod address;
mod http_client;
mod resolver;
mod transport;

pub use address::is_public;
pub use http_client::{ANSWER_MAX_BYTES, HttpTransport, TlsError};
pub use transport::{Transport, TransportError};
