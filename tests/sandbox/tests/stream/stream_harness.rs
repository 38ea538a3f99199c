//! A sandbox, and our client that follows its events over a connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dingtalk::DingTalkError;
use dingtalk::client::{
    AppSecretSource, Clock, Endpoints, EventSink, EventStream, NotStored, StreamGateway,
    StreamParts, StreamWatcher, StreamedEvent,
};
use directory::Timestamp;
use outbound::{HttpTransport, NetworkDialer};
use sandbox::http::machine_time;
use sandbox::world::{Act, DeliveryState, Fault, FaultKind, SettingsChange};
use sandbox::{RunningServer, Server, ServerConfig};
use secrecy::SecretString;
use serde_json::json;
use tokio::task::JoinHandle;

struct MachineClock;

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        machine_time()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

struct FixedSecret(SecretString);

#[async_trait]
impl AppSecretSource for FixedSecret {
    async fn read_app_secret(&self) -> Result<SecretString, String> {
        Ok(self.0.clone())
    }
}

/// What arrived, in order; fails as often as it is told to.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) stored: Mutex<Vec<StreamedEvent>>,
    pub(crate) failures: Mutex<u32>,
    pub(crate) connections: Mutex<u32>,
    pub(crate) refusals: Mutex<Vec<String>>,
}

#[async_trait]
impl EventSink for Ledger {
    async fn store_event(&self, event: StreamedEvent) -> Result<(), NotStored> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(NotStored("planned".to_owned()));
        }
        self.stored.lock().unwrap().push(event);
        Ok(())
    }
}

impl StreamWatcher for Ledger {
    fn connected(&self) {
        *self.connections.lock().unwrap() += 1;
    }

    fn disconnected(&self, refused: Option<&DingTalkError>) {
        let mut refusals = self.refusals.lock().unwrap();
        refusals.extend(refused.map(|why| why.trouble.counter_key().to_owned()));
    }
}

pub(crate) struct StreamHarness {
    pub(crate) server: RunningServer,
    pub(crate) ledger: Arc<Ledger>,
    running: Option<JoinHandle<()>>,
}

impl Drop for StreamHarness {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

impl StreamHarness {
    /// A sandbox without a client.
    pub(crate) async fn serve() -> Self {
        let mut config = ServerConfig::in_memory(30, 6, 2);
        config.settings.qps = 0;
        config.settings.retry_ms = [500, 1500];
        let server = Server::start(config).await.unwrap();
        Self {
            server,
            ledger: Arc::default(),
            running: None,
        }
    }

    /// A sandbox whose events our client follows.
    pub(crate) async fn follow() -> Self {
        let mut harness = Self::serve().await;
        harness.start_client().await;
        harness.choose_stream().await;
        harness
    }

    pub(crate) async fn start_client(&mut self) {
        let keys = self.server.world.lock().await.company().credentials.clone();
        self.start_client_with(keys.app_secret.into());
    }

    pub(crate) fn start_client_with(&mut self, secret: SecretString) {
        let app_key = {
            let world = self.server.world.try_lock().unwrap();
            world.company().credentials.app_key.clone()
        };
        let url = self.server.url.clone();
        let endpoints = Endpoints {
            api: url.clone(),
            oapi: url,
        };
        let transport = Arc::new(HttpTransport::new(true).unwrap());
        let parts = StreamParts {
            gateway: StreamGateway::new(endpoints, app_key, transport),
            dialer: Arc::new(NetworkDialer::new(true).unwrap()),
            secret: Arc::new(FixedSecret(secret)),
            sink: self.ledger.clone(),
            watcher: self.ledger.clone(),
            clock: Arc::new(MachineClock),
            jitter: Arc::new(|| 0),
        };
        let stream = EventStream::new(parts);
        self.running = Some(tokio::spawn(async move {
            stream.run().await;
        }));
    }

    /// Presses the console's button as soon as a connection is open.
    pub(crate) async fn choose_stream(&self) {
        self.wait_until("a connection", async || {
            self.server.world.lock().await.choose_stream()
        })
        .await;
    }

    pub(crate) async fn change_settings(&self, change: serde_json::Value) {
        let change: SettingsChange = serde_json::from_value(change).unwrap();
        let mut world = self.server.world.lock().await;
        world.change_settings(machine_time(), &change).unwrap();
    }

    pub(crate) async fn arm(&self, kind: FaultKind, at: &str) {
        self.server.world.lock().await.arm(Fault::new(kind).at(at));
    }

    /// Hires somebody; returns their `userid`.
    pub(crate) async fn hire(&self, name: &str) -> String {
        let act: Act = serde_json::from_value(json!({"act": "hire", "name": name})).unwrap();
        let done = {
            let mut world = self.server.world.lock().await;
            world.act(machine_time(), act).unwrap()
        };
        self.server.apply_changes().await;
        serde_json::to_value(done).unwrap()["userid"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// How often an event about this person was stored.
    pub(crate) fn times_stored(&self, userid: &str) -> usize {
        let group = format!("dt#person#{userid}");
        let stored = self.ledger.stored.lock().unwrap();
        let wakes = stored.iter().filter_map(|one| one.event.as_ref());
        wakes
            .flat_map(|event| &event.wakes)
            .filter(|wake| wake.queue_group() == group)
            .count()
    }

    pub(crate) async fn wait_for_event(&self, userid: &str) {
        self.wait_until(userid, async || self.times_stored(userid) > 0)
            .await;
    }

    /// Waits until DingTalk holds every event for delivered.
    pub(crate) async fn wait_until_delivered(&self) {
        self.wait_until("every event delivered", async || {
            let world = self.server.world.lock().await;
            let delivered = |state| state == DeliveryState::Delivered;
            world.deliveries().all(|delivery| delivered(delivery.state))
        })
        .await;
    }

    pub(crate) async fn post(&self, path: &str) -> u16 {
        let url = format!("{}/__sandbox/{path}", self.server.url);
        let request = http::Request::post(url).body(bytes::Bytes::new()).unwrap();
        let transport = HttpTransport::new(true).unwrap();
        let answer = outbound::Transport::send(&transport, request)
            .await
            .unwrap();
        answer.status().as_u16()
    }

    pub(crate) async fn connections(&self) -> usize {
        self.server.world.lock().await.stream_summary().connections
    }

    pub(crate) async fn wait_until(&self, what: &str, done: impl AsyncFn() -> bool) {
        for _ in 0..1000 {
            if done().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let world = self.server.world.lock().await;
        let states: Vec<_> = world
            .deliveries()
            .map(|delivery| (delivery.state, &delivery.attempts))
            .collect();
        panic!("{what} did not come within ten seconds: {states:?}");
    }
}
