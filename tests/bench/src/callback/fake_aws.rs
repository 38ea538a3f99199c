//! SQS and Secrets Manager on loopback, over TLS. They keep what is sent, and can be made to fail.

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use md5::{Digest as _, Md5};
use runtime::SystemClock;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::CallbackError;
use super::tls::{Authority, TlsListener};

/// AWS refuses signatures that differ more from its clock, in milliseconds.
const SKEW_MAX_MS: i64 = 5 * 60 * 1_000;

/// How a service behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServiceBehavior {
    /// It answers.
    #[default]
    Well,
    /// It accepts the request and never answers.
    Stalls,
    /// It answers with 503.
    Fails,
    /// It never stores a deduplication id with this beginning. These ids are hexadecimal hashes.
    FailsSome(&'static str),
}

/// What happened so far, and how the services behave.
#[derive(Default)]
pub struct ServiceState {
    /// Number of stored wakes by the mark of their push.
    pub stored: HashMap<String, u32>,
    /// Messages that were dropped as repeated. A FIFO queue stores a deduplication id once.
    pub repeated: u64,
    deduplication: HashSet<String>,
    /// Behaviour of the queue.
    pub queue: ServiceBehavior,
    /// Behaviour of the vault.
    pub vault: ServiceBehavior,
    /// Milliseconds by which the services' clock is ahead of this machine's.
    pub ahead_ms: i64,
    /// Requests with a signature too far from the services' clock.
    pub skewed: u64,
}

/// The running services. Dropping them stops them.
pub struct FakeAws {
    address: SocketAddr,
    seen: Arc<Mutex<ServiceState>>,
    served: JoinHandle<()>,
    /// The authority that signed the certificate.
    pub authority: Authority,
}

impl Drop for FakeAws {
    fn drop(&mut self) {
        self.served.abort();
    }
}

struct SharedServices {
    seen: Arc<Mutex<ServiceState>>,
    secret: String,
    secret_name: String,
}

impl FakeAws {
    /// Starts the services. The vault holds one secret.
    ///
    /// # Errors
    /// [`CallbackError::Setup`] if they cannot listen.
    pub async fn start(secret_name: String, secret: String) -> Result<Self, CallbackError> {
        let authority = Authority::new()?;
        let listener =
            TlsListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &authority).await?;
        let address = listener.address;
        let seen = Arc::new(Mutex::new(ServiceState::default()));
        let services = Arc::new(SharedServices {
            seen: Arc::clone(&seen),
            secret,
            secret_name,
        });
        let router = Router::new()
            .route("/", post(answer_request))
            .with_state(services);
        let served = tokio::spawn(async move {
            if let Err(err) = axum::serve(listener, router).await {
                tracing::error!("the sink stopped: {err}");
            }
        });
        Ok(Self {
            address,
            seen,
            served,
            authority,
        })
    }

    /// Returns what happened and how the services behave.
    pub fn service_state(&self) -> MutexGuard<'_, ServiceState> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the address of both. It is a name, so that resolving it is part of the measurement.
    pub(super) fn endpoint(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Returns the address of the queue.
    pub(super) fn queue_url(&self) -> String {
        format!("{}/000000000000/bench-wakes.fifo", self.endpoint())
    }
}

async fn answer_request(
    State(services): State<Arc<SharedServices>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let now = {
        let mut seen = services.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = SystemClock.now().millis().saturating_add(seen.ahead_ms);
        if signed_at(text("x-amz-date")).is_none_or(|at| (now - at).abs() > SKEW_MAX_MS) {
            seen.skewed += 1;
            let refused = json!({"__type": "com.amazon.coral.service#InvalidSignatureException"});
            return dated_response(now, StatusCode::FORBIDDEN, &refused);
        }
        now
    };
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    match text("x-amz-target") {
        "AmazonSQS.SendMessage" => send_message(&services, &asked, now).await,
        "secretsmanager.GetSecretValue" => get_secret_value(&services, &asked, now).await,
        _ => dated_response(
            now,
            StatusCode::BAD_REQUEST,
            &json!({"__type": "UnknownOperationException"}),
        ),
    }
}

async fn send_message(services: &SharedServices, asked: &Value, now: i64) -> Response {
    let id = asked["MessageDeduplicationId"].as_str().unwrap_or_default();
    let mood = services
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .queue;
    if mood == ServiceBehavior::Fails
        || matches!(mood, ServiceBehavior::FailsSome(beginning) if id.starts_with(beginning))
    {
        return dated_response(
            now,
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({"__type": "ServiceUnavailable"}),
        );
    }
    if mood == ServiceBehavior::Stalls {
        return std::future::pending().await;
    }
    let body = asked["MessageBody"].as_str().unwrap_or_default();
    let digest: String = Md5::digest(body.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let message: Value = serde_json::from_str(body).unwrap_or_default();
    // Messages of peers have no mark of the push.
    let mark = message["signature_hash"].as_str().unwrap_or(id).to_owned();
    let mut seen = services.seen.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.deduplication.insert(id.to_owned()) {
        *seen.stored.entry(mark).or_default() += 1;
    } else {
        seen.repeated += 1;
    }
    let sent = json!({"MessageId": "219f8380-5770-4cc2-8c3e-5c715e145f5e", "MD5OfMessageBody": digest,
        "SequenceNumber": "18849496460467696128"});
    dated_response(now, StatusCode::OK, &sent)
}

async fn get_secret_value(services: &SharedServices, asked: &Value, now: i64) -> Response {
    let mood = services
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .vault;
    match mood {
        ServiceBehavior::Stalls => return std::future::pending().await,
        ServiceBehavior::Well => {}
        _ => {
            return dated_response(
                now,
                StatusCode::SERVICE_UNAVAILABLE,
                &json!({"__type": "InternalServiceError"}),
            );
        }
    }
    let stage = asked["VersionStage"].as_str().unwrap_or("AWSCURRENT");
    if asked["SecretId"] != services.secret_name.as_str() || stage != "AWSCURRENT" {
        return dated_response(
            now,
            StatusCode::BAD_REQUEST,
            &json!({"__type": "ResourceNotFoundException"}),
        );
    }
    let secret = json!({"ARN": "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bench",
        "Name": services.secret_name, "SecretString": services.secret, "VersionStages": [stage],
        "VersionId": "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE", "CreatedDate": 1_763_800_000});
    dated_response(now, StatusCode::OK, &secret)
}

fn dated_response(now: i64, status: StatusCode, body: &Value) -> Response {
    let since = Duration::from_millis(u64::try_from(now).unwrap_or_default());
    let date = httpdate::fmt_http_date(std::time::UNIX_EPOCH + since);
    let headers = [
        (header::DATE, date),
        (
            header::CONTENT_TYPE,
            "application/x-amz-json-1.0".to_owned(),
        ),
    ];
    (status, headers, body.to_string()).into_response()
}

/// Parses a time like `20251122T082640Z` to milliseconds.
fn signed_at(text: &str) -> Option<i64> {
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(
        at.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}
