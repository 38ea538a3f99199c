//! `--stream` against a sandbox that is not told any address of ours.

use std::time::{Duration, Instant};

use clap::Parser as _;
use sandbox::http::machine_time;
use sandbox::world::Act;
use sandbox::{RunningServer, Server, ServerConfig};
use secrecy::SecretString;
use state::DingTalkEndpoints;
use state::queue::messages::{WakeMessage, decode_body};
use state::vault::DingTalkCredentials;

use super::super::target::DingTalkApp;
use super::*;
use crate::args::{Args, Command};
use crate::machine::MachineConfig;

struct StreamFixture {
    server: RunningServer,
    machine: Machine,
    binding: Binding,
    target: DingTalkTarget,
    screen: Arc<Screen>,
    _data: tempfile::TempDir,
}

impl StreamFixture {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(ServerConfig::in_memory(8, 3, 1))
            .await
            .unwrap();
        let keys = server.world.lock().await.company().credentials.clone();
        let place = MachineConfig {
            data: data.path().to_owned(),
            dynamodb: None,
            allow_loopback: true,
        };
        let machine = Machine::start(&place).await.unwrap();
        let mut binding = Binding::new("b-1".parse().unwrap(), keys.corp_id.parse().unwrap());
        binding.app_key.clone_from(&keys.app_key);
        let credentials = DingTalkCredentials {
            app_key: keys.app_key.clone(),
            app_secret: keys.app_secret.clone().into(),
        };
        machine
            .secrets
            .put_credentials(&binding.id, &credentials)
            .await
            .unwrap();
        let app = DingTalkApp {
            corp_id: binding.corp_id.clone(),
            agent_id: keys.agent_id,
            app_key: keys.app_key,
            app_secret: SecretString::from(keys.app_secret),
        };
        let target = DingTalkTarget {
            app,
            endpoints: DingTalkEndpoints::at(&server.url),
            sandbox: None,
        };
        let Command::Up(args) = Args::try_parse_from(["bangding", "up", "--json"])
            .unwrap()
            .command
        else {
            panic!("another command was read")
        };
        Self {
            server,
            machine,
            binding,
            target,
            screen: Arc::new(Screen::new(&args)),
            _data: data,
        }
    }

    fn follow(&self) -> RunningStream {
        start_stream(&self.screen, &self.target, &self.machine, &self.binding).unwrap()
    }

    async fn hire(&self, name: &str) -> String {
        let act: Act =
            serde_json::from_value(serde_json::json!({"act": "hire", "name": name})).unwrap();
        let done = self
            .server
            .world
            .lock()
            .await
            .act(machine_time(), act)
            .unwrap();
        self.server.apply_changes().await;
        serde_json::to_value(done).unwrap()["userid"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn next_wake(&self) -> WakeMessage {
        let queue = &self.machine.queues.wakes;
        let received = queue.receive(1, Duration::from_secs(5)).await.unwrap();
        let message = received.first().expect("a wake");
        queue.delete(&message.receipt).await.unwrap();
        decode_body(&message.body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_arrive_although_nobody_can_reach_us() {
    let fixture = StreamFixture::start().await;
    let stream = fixture.follow();
    assert!(
        !stream
            .confirm(&fixture.screen, &fixture.target, &fixture.machine)
            .await
            .unwrap(),
        "somebody has to choose it in the console"
    );
    assert!(fixture.server.world.lock().await.choose_stream());
    let began = Instant::now();
    let userid = fixture.hire("陈一").await;
    let woken = fixture.next_wake().await;
    assert!(
        began.elapsed() < Duration::from_millis(500),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(woken.wake.queue_group(), format!("dt#person#{userid}"));
    assert_eq!(
        (woken.binding, woken.corp),
        (fixture.binding.id.clone(), fixture.binding.corp_id.clone())
    );
    drop(stream);
    fixture.machine.stop().await;
}

/// The answer got lost and the event came again: the queue knows it by its event's id.
#[tokio::test]
async fn the_same_event_twice_is_one_look() {
    let fixture = StreamFixture::start().await;
    let sink = WakeSink {
        wakes: fixture.machine.queues.wakes.clone(),
        binding: fixture.binding.id.clone(),
        corp: fixture.binding.corp_id.clone(),
    };
    let corp = fixture.binding.corp_id.as_str();
    for (message_id, event_id) in [("m1", "e1"), ("m2", "e1"), ("m3", "e2")] {
        let headers = serde_json::json!({"eventType": "user_modify_org", "eventId": event_id, "eventCorpId": corp});
        let event = dingtalk::events::parse_streamed(&headers, r#"{"userId":["a"]}"#).ok();
        let message_id = message_id.to_owned();
        dingtalk::client::EventSink::store_event(
            &sink,
            dingtalk::client::StreamedEvent { message_id, event },
        )
        .await
        .unwrap();
    }
    assert_eq!(fixture.machine.queues.wakes.count_waiting().await, 2);
    let foreign = serde_json::json!({"eventType": "user_modify_org", "eventId": "e3", "eventCorpId": "dingother"});
    let unreadable = dingtalk::client::StreamedEvent {
        message_id: "m5".to_owned(),
        event: None,
    };
    let foreign = dingtalk::client::StreamedEvent {
        message_id: "m4".to_owned(),
        event: dingtalk::events::parse_streamed(&foreign, r#"{"userId":["b"]}"#).ok(),
    };
    for event in [foreign, unreadable] {
        dingtalk::client::EventSink::store_event(&sink, event)
            .await
            .unwrap();
    }
    assert_eq!(
        fixture.machine.queues.wakes.count_waiting().await,
        3,
        "a sweep for the unreadable one, nothing for the other company's"
    );
    fixture.machine.stop().await;
}
