//! Faults that no emulator can raise, with the real SDKs: throttling, transaction conflicts,
//! unprocessed items, service failures, silence, and answers that are lost after the request was
//! carried out.
//!
//! Everything runs in one thread and in virtual time, and every choice comes from the seed. A
//! history that failed fails again.

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

/// Fate of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFate {
    /// It is answered normally.
    Clear,
    /// It is throttled.
    Throttled,
    /// The service fails before it does anything.
    Failed,
    /// The service fails after it has done it.
    FailedAfter,
    /// It is neither carried out nor answered.
    Silence,
    /// It is carried out and never answered.
    SilenceAfter,
    /// It is carried out, and the connection breaks.
    BrokenAfter,
    /// Another transaction is in the way, and nothing is done. An operation without transactions
    /// gets [`RequestFate::Clear`].
    Conflict,
    /// Only a part of a batch is done. An operation without batches gets [`RequestFate::Clear`].
    Partial,
}

/// Every fate but [`RequestFate::Clear`], each with the same chance.
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

/// A request as a service sees it.
#[derive(Debug, Clone)]
pub struct ServiceRequest {
    /// Name of the operation; for S3 the method.
    pub operation: String,
    /// Path of the request.
    pub path: String,
    /// Whether the object must not exist yet (S3).
    pub if_none: bool,
    /// Body of the request.
    pub body: Vec<u8>,
}

/// An answer: status, content type, body.
pub type ServiceReply = (u16, &'static str, Vec<u8>);

/// A service of AWS that runs in this process.
pub trait InProcessService: Send + Sync {
    /// Carries a request out.
    fn carry_out(&self, asked: &ServiceRequest) -> ServiceReply;
    /// Returns the answer to a throttled request.
    fn throttled_reply(&self) -> ServiceReply;
    /// Returns the answer if another transaction is in the way; `None` if the operation has no
    /// transactions.
    fn conflict_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply>;
    /// Carries out half of a batch and returns the answer; `None` if the request is no batch.
    fn partial_reply(&self, asked: &ServiceRequest) -> Option<ServiceReply>;
}

/// A connector to a service that injects faults.
#[derive(Clone)]
pub struct FaultInjector {
    service: Arc<dyn InProcessService>,
    chance: Arc<Mutex<fastrand::Rng>>,
    /// Percent of requests that meet a fault.
    percent: u8,
    log: Arc<Mutex<Vec<(String, RequestFate)>>>,
}

impl fmt::Debug for FaultInjector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Storm({} %)", self.percent)
    }
}

impl FaultInjector {
    /// Injects faults from a seed into this percent of requests. It also seeds the SDK's own
    /// randomness in this thread.
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

    /// Returns the HTTP client for an SDK's configuration.
    #[must_use]
    pub fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Returns every request so far with its fate.
    #[must_use]
    pub fn request_log(&self) -> Vec<(String, RequestFate)> {
        self.log.lock().unwrap().clone()
    }

    fn draw_fate(&self) -> (RequestFate, Duration) {
        let mut chance = self.chance.lock().unwrap();
        let is_faulty = chance.u8(0..100) < self.percent;
        let fate = if is_faulty {
            FAULTS[chance.usize(0..FAULTS.len())]
        } else {
            RequestFate::Clear
        };
        (fate, Duration::from_millis(chance.u64(1..50)))
    }

    async fn carry_request(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = to_service_request(&request);
        let (fate, delay) = self.draw_fate();
        self.log
            .lock()
            .unwrap()
            .push((asked.operation.clone(), fate));
        tokio::time::sleep(delay).await;
        let answer = match fate {
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
        tokio::time::sleep(delay).await;
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
