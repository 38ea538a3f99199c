//! A DingTalk that says what a test wants, under a clock that nobody waits for.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use directory::Timestamp;
use http::{Request, Response};
use outbound::{Transport, TransportError};
use secrecy::SecretString;
use serde_json::Value;

use super::*;
use crate::error::DingTalkError;

pub(super) const START: Timestamp = Timestamp(1_763_800_000_000);

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct AskedRequest {
    pub(super) uri: String,
    pub(super) body: Value,
    pub(super) at: Timestamp,
}

impl AskedRequest {
    pub(super) fn path(&self) -> &str {
        self.uri
            .trim_start_matches("http://dingtalk.test")
            .split('?')
            .next()
            .unwrap()
    }
}

pub(super) type ScriptedAnswer = Result<(u16, String), TransportError>;

/// Status 200 with this body.
pub(super) fn ok_answer(body: &str) -> ScriptedAnswer {
    Ok((200, body.to_owned()))
}

/// The scripted transport, clock and token store in one.
pub(super) struct ScriptedTransport {
    handler: Box<dyn Fn(&AskedRequest) -> ScriptedAnswer + Send + Sync>,
    latency: Duration,
    started: tokio::time::Instant,
    asked: Mutex<Vec<AskedRequest>>,
    pub(super) renewals: AtomicU64,
}

impl ScriptedTransport {
    /// Every request is answered by `handler` after `latency_millis`.
    pub(super) fn with_handler(
        latency_millis: u64,
        handler: impl Fn(&AskedRequest) -> ScriptedAnswer + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            handler: Box::new(handler),
            latency: Duration::from_millis(latency_millis),
            started: tokio::time::Instant::now(),
            asked: Mutex::default(),
            renewals: AtomicU64::new(0),
        })
    }

    /// These answers, in this order; the last one again and again.
    pub(super) fn with_answers(answers: Vec<ScriptedAnswer>) -> Arc<Self> {
        let answers = Mutex::new(VecDeque::from(answers));
        Self::with_handler(10, move |_| {
            let mut answers = answers.lock().unwrap();
            match (answers.len(), answers.front()) {
                (1, Some(Ok(last))) => Ok(last.clone()),
                (1, _) => Err(TransportError::TimedOut),
                _ => answers.pop_front().unwrap(),
            }
        })
    }

    pub(super) fn asked_requests(&self) -> Vec<AskedRequest> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn build_client(self: &Arc<Self>) -> Client {
        let config = ClientConfig {
            endpoints: Self::test_endpoints(),
            app_key: "dingApp".to_owned(),
            agent_id: Some(42),
            pace: CallRate::default(),
        };
        Client::new(
            config,
            self.clone(),
            self.clone(),
            self.clone(),
            Arc::new(|| 0),
        )
    }

    pub(super) fn test_endpoints() -> Endpoints {
        Endpoints {
            api: "http://dingtalk.test".to_owned(),
            oapi: "http://dingtalk.test".to_owned(),
        }
    }

    pub(super) fn build_token_api(self: &Arc<Self>) -> TokenApi {
        TokenApi::new(
            Self::test_endpoints(),
            self.clone(),
            self.clone(),
            Arc::new(|| 0),
        )
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let body = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        let asked = AskedRequest {
            uri: request.uri().to_string(),
            body,
            at: self.now(),
        };
        self.asked.lock().unwrap().push(asked.clone());
        let said = (self.handler)(&asked);
        tokio::time::sleep(self.latency).await;
        said.map(|(status, body)| {
            Response::builder()
                .status(status)
                .body(Bytes::from(body))
                .unwrap()
        })
    }
}

#[async_trait]
impl Clock for ScriptedTransport {
    fn now(&self) -> Timestamp {
        START.plus_millis(i64::try_from(self.started.elapsed().as_millis()).unwrap())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[async_trait]
impl TokenSource for ScriptedTransport {
    async fn current_token(&self) -> Result<AccessToken, DingTalkError> {
        Ok(AccessToken::new(SecretString::from("token 1/+")))
    }

    async fn renew_token(&self, refused: TokenHash) -> Result<AccessToken, DingTalkError> {
        assert_eq!(refused, self.current_token().await?.hash());
        self.renewals.fetch_add(1, Ordering::Relaxed);
        Ok(AccessToken::new(SecretString::from("token2")))
    }
}
