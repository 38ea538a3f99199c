//! Faults that no emulator can raise, under the real SDKs: throttling, transaction conflicts, unprocessed items, failures of
//! the service, silence, and answers that are lost after the request was carried out.
//!
//! Everything happens in one thread and in virtual time, and every choice comes from the seed: a history that failed
//! fails again.

mod services;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

pub use services::{FakeBucket, FakeDynamoDb, FakeFifoQueue, FakeSecretsManager, StoredMessage};

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFate {
    /// It is answered.
    Clear,
    /// Refused for now.
    Throttled,
    /// The service fails before it does anything.
    Failed,
    /// The service fails after it did it.
    FailedAfter,
    /// Never carried out, never answered.
    Silence,
    /// Carried out, never answered.
    SilenceAfter,
    /// Carried out, and the connection breaks.
    BrokenAfter,
    /// A transaction that somebody else is in the middle of: nothing is done. For what knows none, [`Weather::Clear`].
    Conflict,
    /// A batch of which a part is done. For what is no batch, [`Weather::Clear`].
    Partial,
}

/// Everything but clear weather, each as likely as the others.
const FAULTS: [RequestFate; 8] = [
    RequestFate::Throttled,
    RequestFate::Failed,
    RequestFate::FailedAfter,
    RequestFate::Silence,
    RequestFate::SilenceAfter,
    RequestFate::BrokenAfter,
    RequestFate::Conflict,
    RequestFate::Partial,
];

/// One request as a service sees it.
#[derive(Debug, Clone)]
pub struct ServiceRequest {
    /// The operation's name; for S3 the method.
    pub operation: String,
    /// The path.
    pub path: String,
    /// Whether nothing may be there yet (S3).
    pub if_none: bool,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer: status, content type, body.
pub type ServiceReply = (u16, &'static str, Vec<u8>);

/// A service of AWS, played in this process.
pub trait InProcessService: Send + Sync {
    /// Carries a request out.
    fn carry_out(&self, asked: &ServiceRequest) -> ServiceReply;
    /// Its answer when it is asked too often.
    fn throttled_reply(&self) -> ServiceReply;
    /// Its answer when a transaction is in the way; `None` where it knows none.
    fn conflict_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply>;
    /// The answer after half of a batch was carried out; `None` where the request is none.
    fn partial_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply>;
}

/// A connector to a service in changing weather.
#[derive(Clone)]
pub struct FaultInjector {
    service: Arc<dyn InProcessService>,
    chance: Arc<Mutex<fastrand::Rng>>,
    /// Requests of a hundred that meet trouble.
    percent: u8,
    log: Arc<Mutex<Vec<(String, RequestFate)>>>,
}

impl fmt::Debug for FaultInjector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Storm({} %)", self.percent)
    }
}

impl FaultInjector {
    /// Weather from a seed; so many of a hundred requests meet trouble. The SDK's own randomness in this thread is seeded
    /// too.
    #[must_use]
    pub fn new(service: Arc<dyn InProcessService>, seed: u64, percent: u8) -> Self {
        fastrand::seed(seed ^ 0x5eed);
        Self {
            service,
            chance: Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))),
            percent,
            log: Arc::default(),
        }
    }

    /// For an SDK's configuration.
    #[must_use]
    pub fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Every request so far, and what became of it.
    #[must_use]
    pub fn request_log(&self) -> Vec<(String, RequestFate)> {
        self.log.lock().unwrap().clone()
    }

    fn draw_fate(&self) -> (RequestFate, Duration) {
        let mut chance = self.chance.lock().unwrap();
        let storm = chance.u8(0..100) < self.percent;
        let weather = if storm {
            FAULTS[chance.usize(0..FAULTS.len())]
        } else {
            RequestFate::Clear
        };
        (weather, Duration::from_millis(chance.u64(1..50)))
    }

    async fn carry_request(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = to_service_request(&request);
        let (weather, way) = self.draw_fate();
        self.log
            .lock()
            .unwrap()
            .push((asked.operation.clone(), weather));
        tokio::time::sleep(way).await;
        let answer = match weather {
            RequestFate::Clear => self.service.carry_out(&asked),
            RequestFate::Throttled => self.service.throttled_reply(),
            RequestFate::Failed => failure_reply(),
            RequestFate::FailedAfter => {
                self.service.carry_out(&asked);
                failure_reply()
            }
            RequestFate::Silence => std::future::pending().await,
            RequestFate::SilenceAfter => {
                self.service.carry_out(&asked);
                std::future::pending().await
            }
            RequestFate::BrokenAfter => {
                self.service.carry_out(&asked);
                return Err(ConnectorError::io("the connection was reset".into()));
            }
            RequestFate::Conflict => self
                .service
                .conflict_reply(&asked)
                .unwrap_or_else(|| self.service.carry_out(&asked)),
            RequestFate::Partial => self
                .service
                .partial_reply(&asked)
                .unwrap_or_else(|| self.service.carry_out(&asked)),
        };
        tokio::time::sleep(way).await;
        Ok(to_http_response(answer))
    }
}

impl HttpConnector for FaultInjector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry_request(request))
    }
}

fn to_service_request(request: &HttpRequest) -> ServiceRequest {
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.rsplit('.').next());
    let path = request.uri().split('?').next().unwrap_or_default();
    ServiceRequest {
        operation: target.unwrap_or(request.method()).to_owned(),
        path: path.to_owned(),
        if_none: request.headers().get("if-none-match").is_some(),
        body: request.body().bytes().expect("a body in memory").to_vec(),
    }
}

fn failure_reply() -> ServiceReply {
    (
        500,
        "application/x-amz-json-1.0",
        br#"{"__type":"InternalServerError"}"#.to_vec(),
    )
}

fn to_http_response((status, kind, body): ServiceReply) -> HttpResponse {
    let length = body.len().to_string();
    let mut response = HttpResponse::new(
        StatusCode::try_from(status).expect("a status"),
        SdkBody::from(body),
    );
    response.headers_mut().insert("content-type", kind);
    response.headers_mut().insert("content-length", length);
    response
}
