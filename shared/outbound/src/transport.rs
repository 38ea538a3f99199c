//! The port below the client: one request, one answer.

use std::error::Error as StdError;

use async_trait::async_trait;
use bytes::Bytes;

/// Carries one HTTP request to another company: over the network, or into a sandbox of the same process.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends the request, whose URI is absolute, and collects the whole answer.
    ///
    /// # Errors
    /// [`TransportError`], by whether DingTalk can have acted on the request. It never holds the URL: that contains the
    /// access token.
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError>;
}

type Cause = Box<dyn StdError + Send + Sync>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nothing was sent: repeating is safe, whatever the request.
    #[error("no connection")]
    NotConnected {
        /// What the network said, without the URL.
        #[source]
        source: Option<Cause>,
    },
    /// The request may have been carried out although no answer came.
    #[error("the connection was lost before the answer was complete")]
    Lost {
        /// What the network said, without the URL.
        #[source]
        source: Option<Cause>,
    },
    /// The time for the whole call is over; the request may have been carried out.
    #[error("no complete answer in time")]
    TimedOut,
    /// The answer is larger than any real one.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The address is private, or the URL is not one that may be called. Nothing was sent.
    #[error("the address is not one that may be called")]
    AddressDenied,
}
