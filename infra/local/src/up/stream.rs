//! `up --stream`: events over a connection that this machine opens.

mod wake_sink;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dingtalk::DingTalkError;
use dingtalk::client::{AppSecretSource, EventStream, StreamGateway, StreamParts, StreamWatcher};
use directory::BindingId;
use directory::reason::Reason;
use directory::text::describe_error;
use engine::bind::BindError;
use outbound::NetworkDialer;
use runtime::{SystemClock, client_endpoints, random_jitter};
use secrecy::SecretString;
use state::Binding;
use state::vault::SecretStore;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::args::UpArgs;
use super::internal_refusal;
use super::screen::Screen;
use super::target::DingTalkTarget;
use crate::language::text;
use crate::machine::Machine;
use wake_sink::WakeSink;

/// How long the first connection is waited for before the sync goes on without it.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);

/// The running stream. Dropping it closes its connection.
pub(crate) struct RunningStream {
    task: JoinHandle<()>,
    connected: watch::Receiver<bool>,
}

impl Drop for RunningStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts it where the command line asks for it.
pub(crate) fn start_if_asked(
    args: &UpArgs,
    screen: &Arc<Screen>,
    target: &DingTalkTarget,
    machine: &Machine,
    binding: &Binding,
) -> Result<Option<RunningStream>, BindError> {
    if !args.stream {
        return Ok(None);
    }
    start_stream(screen, target, machine, binding).map(Some)
}

fn start_stream(
    screen: &Arc<Screen>,
    target: &DingTalkTarget,
    machine: &Machine,
    binding: &Binding,
) -> Result<RunningStream, BindError> {
    let dialer = NetworkDialer::new(target.is_loopback())
        .map_err(|err| internal_refusal("opening connections", &err))?;
    let (told, connected) = watch::channel(false);
    let parts = StreamParts {
        gateway: StreamGateway::new(
            client_endpoints(&target.endpoints),
            binding.app_key.clone(),
            Arc::clone(&machine.transport),
        ),
        dialer: Arc::new(dialer),
        secret: Arc::new(StoredSecret {
            secrets: machine.secrets.clone(),
            binding: binding.id.clone(),
        }),
        sink: Arc::new(WakeSink {
            wakes: machine.queues.wakes.clone(),
            binding: binding.id.clone(),
            corp: binding.corp_id.clone(),
        }),
        watcher: Arc::new(ScreenWatcher {
            screen: Arc::clone(screen),
            told,
        }),
        clock: Arc::new(SystemClock),
        jitter: random_jitter(),
    };
    let stream = EventStream::new(parts);
    let task = tokio::spawn(async move {
        stream.run().await;
    });
    Ok(RunningStream { task, connected })
}

impl RunningStream {
    /// Waits for the first connection, and tells what is left to do in the console; our own sandbox plays that part. Whether
    /// events arrive: without a connection the sync goes on, and it is tried again all the time.
    pub(crate) async fn confirm(
        &self,
        screen: &Screen,
        target: &DingTalkTarget,
        machine: &Machine,
    ) -> Result<bool, BindError> {
        let mut connected = self.connected.clone();
        let waiting = connected.wait_for(|connected| *connected);
        let is_open = matches!(
            tokio::time::timeout(CONNECTED_WITHIN, waiting).await,
            Ok(Ok(_))
        );
        if !is_open {
            screen.print_line(&text!(screen.language(), "up-stream-waits"));
            return Ok(false);
        }
        match &target.sandbox {
            Some(sandbox) => {
                choose_in_sandbox(machine, &sandbox.url).await?;
                Ok(true)
            }
            None => {
                let line = text!(screen.language(), "up-stream-choose");
                screen.print_line(&format!("  {line}"));
                Ok(false)
            }
        }
    }
}

/// Plays the console's button.
async fn choose_in_sandbox(machine: &Machine, url: &str) -> Result<(), BindError> {
    let request = http::Request::post(format!("{url}/__sandbox/stream"));
    let request = request
        .body(Bytes::new())
        .map_err(|err| internal_refusal("choosing Stream mode", &err))?;
    let answer = machine.transport.send(request).await;
    let answer = answer.map_err(|err| internal_refusal("choosing Stream mode", &err))?;
    if !answer.status().is_success() {
        let status = answer.status();
        let cause = format!("the sandbox did not choose Stream mode: {status}");
        return Err(BindError::from(crate::machine::machine_reason_of(cause)));
    }
    Ok(())
}

/// The AppSecret as it is stored now.
struct StoredSecret {
    secrets: SecretStore,
    binding: BindingId,
}

#[async_trait]
impl AppSecretSource for StoredSecret {
    async fn read_app_secret(&self) -> Result<SecretString, String> {
        let stored = self.secrets.get_credentials(&self.binding).await;
        stored
            .map(|credentials| credentials.app_secret)
            .map_err(|err| describe_error(&err))
    }
}

struct ScreenWatcher {
    screen: Arc<Screen>,
    told: watch::Sender<bool>,
}

impl StreamWatcher for ScreenWatcher {
    fn connected(&self) {
        self.told.send_replace(true);
        let language = self.screen.language();
        self.screen
            .print_line(&text!(language, "up-stream-connected"));
    }

    fn disconnected(&self, refused: Option<&DingTalkError>) {
        self.told.send_replace(false);
        let why = refused.map(|err| self.screen.describe(&Reason::from(err)));
        let why = why.unwrap_or_default();
        self.screen.print_line(&text!(
            self.screen.language(),
            "up-stream-lost",
            reason = &why
        ));
    }
}

#[cfg(test)]
mod tests;
