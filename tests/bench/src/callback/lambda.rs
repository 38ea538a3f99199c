//! Lambda's Runtime API on loopback for one function, and the process of that function.

use std::net::Ipv4Addr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use runtime::SystemClock;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use super::CallbackError;
use crate::process::cpu_of;

/// Limit for an event. A function that takes longer has died.
const PATIENCE: Duration = Duration::from_secs(120);

/// A function in its process that asks for work.
pub struct LambdaFunction {
    child: Child,
    served: JoinHandle<()>,
    work: mpsc::Sender<String>,
    idle: mpsc::Receiver<Duration>,
    answers: mpsc::Receiver<String>,
    /// CPU time when it last asked for work.
    pub(super) used: Duration,
}

impl Drop for LambdaFunction {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// One event, from the hand-over until the function asks for work again.
pub struct InvocationResult {
    /// The answer of the function.
    pub answer: String,
    /// CPU time of all its threads.
    pub(super) cpu: Duration,
    /// Time until the answer.
    pub took: Duration,
}

struct RuntimeApi {
    pid: AtomicI32,
    count: AtomicU64,
    work: Mutex<mpsc::Receiver<String>>,
    idle: mpsc::Sender<Duration>,
    answers: mpsc::Sender<String>,
}

impl LambdaFunction {
    /// Starts the program and waits until it asks for work.
    ///
    /// # Errors
    /// [`CallbackError::Function`] if it ends before that.
    pub async fn start(mut command: Command) -> Result<Self, CallbackError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(CallbackError::setup_error("the Runtime API"))?;
        let address = listener
            .local_addr()
            .map_err(CallbackError::setup_error("the Runtime API"))?;
        let ((work, work_in), (idle_out, idle)) = (mpsc::channel(1), mpsc::channel(4));
        let (answers_out, answers) = mpsc::channel(4);
        let api = Arc::new(RuntimeApi {
            pid: AtomicI32::new(0),
            count: AtomicU64::new(0),
            work: Mutex::new(work_in),
            idle: idle_out,
            answers: answers_out,
        });
        command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let child = command
            .spawn()
            .map_err(CallbackError::setup_error("the measured program"))?;
        let pid = child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .unwrap_or_default();
        api.pid.store(pid, Ordering::SeqCst);
        let served = tokio::spawn(serve_api(listener, api));
        let mut function = Self {
            child,
            served,
            work,
            idle,
            answers,
            used: Duration::ZERO,
        };
        function.used = function.wait_until_idle().await?;
        Ok(function)
    }

    /// Hands an event over; waits for the answer and until the function asks for work again.
    ///
    /// # Errors
    /// [`CallbackError::Function`] if it ends before that.
    pub async fn invoke(&mut self, event: String) -> Result<InvocationResult, CallbackError> {
        let began = Instant::now();
        self.work
            .send(event)
            .await
            .map_err(|_| CallbackError::Function("it takes no more events"))?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await;
        let answer = answer
            .ok()
            .flatten()
            .ok_or(CallbackError::Function("it did not answer an event"))?;
        let took = began.elapsed();
        let used = self.wait_until_idle().await?;
        let cpu = used.saturating_sub(self.used);
        self.used = used;
        Ok(InvocationResult { answer, cpu, took })
    }

    async fn wait_until_idle(&mut self) -> Result<Duration, CallbackError> {
        tokio::select! {
            idle = self.idle.recv() => idle.ok_or(CallbackError::Function("its Runtime API has ended")),
            _ = self.child.wait() => Err(CallbackError::Function("it died")),
            () = tokio::time::sleep(PATIENCE) => Err(CallbackError::Function("it did not ask for work")),
        }
    }

    /// Returns the id of its process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends the process as Lambda does, and waits for it.
    pub(super) async fn end(mut self) {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            let pid = nix::unistd::Pid::from_raw(pid);
            if nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).is_ok() {
                _ = tokio::time::timeout(PATIENCE, self.child.wait()).await;
            }
        }
    }
}

async fn serve_api(listener: TcpListener, api: Arc<RuntimeApi>) {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next_invocation))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(take_response),
        )
        .route(
            "/2018-06-01/runtime/invocation/{id}/error",
            post(take_error),
        )
        .route("/2018-06-01/runtime/init/error", post(take_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(api);
    let listener =
        axum::serve::ListenerExt::tap_io(listener, |stream| _ = stream.set_nodelay(true));
    if let Err(err) = axum::serve(listener, router).await {
        tracing::error!("the Runtime API stopped: {err}");
    }
}

async fn next_invocation(State(api): State<Arc<RuntimeApi>>) -> Response {
    let used = cpu_of(api.pid.load(Ordering::SeqCst)).unwrap_or_default();
    _ = api.idle.send(used).await;
    let Some(event) = api.work.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let count = api.count.fetch_add(1, Ordering::Relaxed);
    let deadline = SystemClock.now().plus_millis(10_000).millis();
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            format!("00000000-0000-4000-8000-{count:012}"),
        ),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:000000000000:function:bench".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-67405a10-2d3c4b5a69788796a5b4c3d2;Sampled=0".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn take_response(State(api): State<Arc<RuntimeApi>>, body: Bytes) -> Response {
    _ = api
        .answers
        .send(String::from_utf8_lossy(&body).into_owned())
        .await;
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}

async fn take_error(
    State(api): State<Arc<RuntimeApi>>,
    _headers: HeaderMap,
    body: Bytes,
) -> Response {
    let why = String::from_utf8_lossy(&body).into_owned();
    tracing::error!("a measured function reports: {why}");
    _ = api.answers.send(why).await;
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}
