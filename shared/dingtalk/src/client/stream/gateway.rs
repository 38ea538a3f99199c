//! Asking DingTalk for a connection.

use std::fmt;
use std::sync::Arc;

use outbound::Transport;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::client::call::{build_request, percent_encode};
use crate::client::config::Endpoints;
use crate::client::retry::{parse_json, refusal_kind, transport_error_kind};
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};

const OPEN: &str = "gateway/connections/open";

/// Asks for connections of one app. Tries once: who wants a connection decides when to ask again.
#[derive(Clone)]
pub struct StreamGateway {
    endpoints: Endpoints,
    app_key: String,
    transport: Arc<dyn Transport>,
}

/// Opens one connection, within 90 seconds. A secret: `Debug` hides it.
#[derive(Clone)]
pub struct StreamTicket {
    url: SecretString,
}

#[derive(Deserialize)]
struct OpenedAnswer {
    endpoint: String,
    ticket: SecretString,
}

impl StreamGateway {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(endpoints: Endpoints, app_key: String, transport: Arc<dyn Transport>) -> Self {
        Self {
            endpoints,
            app_key,
            transport,
        }
    }

    /// Asks for a connection that all events of the app come over.
    ///
    /// # Errors
    /// [`CredentialsRefused`](crate::DingTalkErrorKind::CredentialsRefused) for a wrong key or secret,
    /// [`Malformed`](crate::DingTalkErrorKind::Malformed) for an answer without address or ticket, and what any call can
    /// meet.
    pub async fn open_connection(
        &self,
        secret: &SecretString,
    ) -> Result<StreamTicket, DingTalkError> {
        let body = json!({
            "clientId": self.app_key,
            "clientSecret": secret.expose_secret(),
            "subscriptions": [{ "type": "EVENT", "topic": "*" }],
            "ua": concat!("bangding/", env!("CARGO_PKG_VERSION")),
        });
        let uri = format!("{}/v1.0/gateway/connections/open", self.endpoints.api);
        let failed = |trouble| DingTalkError::new(OPEN, trouble);
        let request = build_request(uri, Some(&body)).map_err(failed)?;
        let answer = self.transport.send(request).await;
        let answer = answer.map_err(|err| failed(transport_error_kind(err)))?;
        if !answer.status().is_success() {
            return Err(failed(refusal_kind(&answer, &self.app_key)));
        }
        let opened: OpenedAnswer =
            parse_json(&answer).map_err(|trouble| match refusal_kind(&answer, &self.app_key) {
                ban @ DingTalkErrorKind::Banned { .. } => failed(ban),
                _ => failed(trouble),
            })?;
        opened
            .into_ticket()
            .map_err(|what| failed(DingTalkErrorKind::Malformed { what }))
    }
}

impl fmt::Debug for StreamGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamGateway")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl StreamTicket {
    /// Where to connect to, with the ticket.
    pub(super) fn url(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Debug for StreamTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamTicket(..)")
    }
}

impl OpenedAnswer {
    fn into_ticket(self) -> Result<StreamTicket, ReplyFault> {
        let ticket = self.ticket.expose_secret();
        if self.endpoint.is_empty() || ticket.is_empty() {
            return Err(ReplyFault::Empty);
        }
        let url = format!("{}?ticket={}", self.endpoint, percent_encode(ticket));
        Ok(StreamTicket { url: url.into() })
    }
}
