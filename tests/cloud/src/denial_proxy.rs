//! A proxy between the functions and AWS. It passes every request on, and remembers which requests
//! AWS denied to which function.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use stories::company::http_client;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Size limit of bodies, in bytes. Requests and answers of a function are smaller.
const BODY_MAX: usize = 16 << 20;

/// A request that AWS denied, read from its message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessDenial {
    /// The function with the role.
    pub function: String,
    /// The action, as `service:Operation`.
    pub action: String,
    /// ARN of the resource; empty if the message names none.
    pub resource: String,
}

impl AccessDenial {
    /// Parses `User: arn:aws:sts::…:assumed-role/ROLE/FUNCTION is not authorized to perform: ACTION
    /// on resource: ARN …`. SQS leaves the resource out.
    fn parse_message(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once(":assumed-role/")?;
        let (who, rest) = rest.split_once(" is not authorized to perform: ")?;
        let word = |text: &str| {
            text.split([' ', '"', '<'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let resource = rest
            .split_once(" on resource: ")
            .map(|(_, rest)| word(rest))
            .unwrap_or_default();
        let action = word(rest);
        let function = who.split('/').nth(1)?;
        Some(Self {
            function: function.to_owned(),
            action,
            resource,
        })
    }
}

/// The running proxy. Dropping it stops it.
pub struct DenialProxy {
    address: SocketAddr,
    state: Arc<ProxyState>,
    served: JoinHandle<()>,
}

struct ProxyState {
    client: reqwest::Client,
    to: OnceLock<String>,
    denied: Mutex<Vec<AccessDenial>>,
}

impl Drop for DenialProxy {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl DenialProxy {
    /// Listens on a free port of 127.0.0.1. [`DenialProxy::forward_to`] sets the target.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(ProxyState {
            client: http_client(),
            to: OnceLock::new(),
            denied: Mutex::default(),
        });
        let router = Router::new()
            .fallback(handle_request)
            .with_state(Arc::clone(&state));
        let served =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self {
            address,
            state,
            served,
        }
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the target, once.
    pub fn forward_to(&self, url: &str) {
        _ = self.state.to.set(url.to_owned());
    }

    /// Returns the denials since the last call.
    #[must_use]
    pub fn take_denials(&self) -> Vec<AccessDenial> {
        std::mem::take(
            &mut self
                .state
                .denied
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

async fn handle_request(State(state): State<Arc<ProxyState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    state
        .forward_request(&parts, body)
        .await
        .unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

impl ProxyState {
    async fn forward_request(
        &self,
        parts: &http::request::Parts,
        body: Bytes,
    ) -> Result<Response, reqwest::Error> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let to = self.to.get().map_or("http://127.0.0.1:0", String::as_str);
        let mut headers = parts.headers.clone();
        // The host stays as it was signed.
        headers.remove(http::header::CONTENT_LENGTH);
        let request = self
            .client
            .request(parts.method.clone(), format!("{to}{path}"))
            .headers(headers)
            .body(body);
        let answer = request.send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(http::header::TRANSFER_ENCODING);
        let body = answer.bytes().await?;
        if status.is_client_error() {
            let denial = AccessDenial::parse_message(&String::from_utf8_lossy(&body));
            self.denied
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(denial);
        }
        Ok((status, headers, body).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_message_gives_function_action_and_resource() {
        let message = r#"{"__type":"AccessDeniedException","message":"User: arn:aws:sts::000000000000:assumed-role/r-1/s-callback is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-central-1:000000000000:s-wakes.fifo because no identity-based policy allows the sqs:SendMessage action"}"#;
        let denial = AccessDenial::parse_message(message).unwrap();
        assert_eq!(
            (denial.function.as_str(), denial.action.as_str()),
            ("s-callback", "sqs:SendMessage")
        );
        assert_eq!(
            denial.resource,
            "arn:aws:sqs:eu-central-1:000000000000:s-wakes.fifo"
        );
        let message = "User: arn:aws:sts::0:assumed-role/r/s-callback is not authorized to perform: sqs:SendMessage because no";
        let denial = AccessDenial::parse_message(message).unwrap();
        assert_eq!(
            (denial.action.as_str(), denial.resource.as_str()),
            ("sqs:SendMessage", "")
        );
        assert_eq!(
            AccessDenial::parse_message(r#"{"message":"no such secret"}"#),
            None
        );
    }
}
