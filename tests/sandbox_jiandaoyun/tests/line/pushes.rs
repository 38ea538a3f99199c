//! Pushes end to end: signed by the sandbox, checked by ours, turned into a wake and nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use directory::{NativeId, Timestamp, Wake, WakeTarget};
use ehr::Connector as _;
use jiandaoyun::webhook::{
    PushRejection, PushWindow, ReceivedPush, RecentPushes, SIGNATURE_HEADER, verify_push,
};
use sandbox_jiandaoyun::company::PEOPLE;
use sandbox_jiandaoyun::{PushSubscription, machine_time};
use secrecy::SecretString;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::harness::*;

const SECRET: &str = "push-secret";

/// A push as it came over the wire.
#[derive(Clone)]
struct Delivery {
    query: String,
    signature: String,
    body: Bytes,
}

impl Delivery {
    fn part(&self, name: &str) -> &str {
        let mut pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).unwrap().1
    }

    fn verify(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<jiandaoyun::webhook::VerifiedPush, PushRejection> {
        let push = ReceivedPush {
            nonce: self.part("nonce"),
            timestamp: self.part("timestamp"),
            signature: &self.signature,
            body: &self.body,
        };
        verify_push(
            &push,
            &SecretString::from(secret),
            now,
            PushWindow::default(),
        )
    }
}

#[derive(Default)]
struct Receiver {
    deliveries: Vec<Delivery>,
    recent: RecentPushes,
    wakes: Vec<Wake>,
}

async fn take_push(
    State(receiver): State<Arc<Mutex<Receiver>>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers
        .get(SIGNATURE_HEADER)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let query = query.unwrap();
    let delivery = Delivery {
        query,
        signature,
        body,
    };
    assert_eq!(delivery.part("binding"), "b1");
    let now = Timestamp(machine_time());
    let mut receiver = receiver.lock().await;
    receiver.deliveries.push(delivery.clone());
    let Ok(push) = delivery.verify(SECRET, now) else {
        return StatusCode::FORBIDDEN;
    };
    if receiver
        .recent
        .remember(&push, now, PushWindow::default())
        .is_ok()
    {
        receiver.wakes.extend(push.body.wake(PEOPLE));
    }
    StatusCode::OK
}

async fn start_receiver() -> (String, Arc<Mutex<Receiver>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ehr?binding=b1", listener.local_addr().unwrap());
    let receiver: Arc<Mutex<Receiver>> = Arc::default();
    let router = Router::new()
        .fallback(take_push)
        .with_state(Arc::clone(&receiver));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

async fn wait_for_deliveries(receiver: &Mutex<Receiver>, count: usize) {
    for _ in 0..400 {
        if receiver.lock().await.deliveries.len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!(
        "only {} pushes came",
        receiver.lock().await.deliveries.len()
    );
}

async fn subscribed(people: usize, secret: &str) -> (Tenant, Arc<Mutex<Receiver>>, Vec<NativeId>) {
    let tenant = tenant(people).await;
    let ids = tenant
        .people()
        .await
        .into_iter()
        .map(|one| one.record.id)
        .collect();
    let (url, receiver) = start_receiver().await;
    let subscription = PushSubscription::new(&url, secret);
    tenant
        .server
        .world
        .lock()
        .await
        .subscribe(Some(subscription));
    (tenant, receiver, ids)
}

#[tokio::test]
async fn an_edit_wakes_its_person_once() {
    let (tenant, receiver, ids) = subscribed(2, SECRET).await;
    {
        let mut world = tenant.server.world.lock().await;
        let edited = json!({ "full_name": "改名" });
        world.edit_row(machine_time(), FORM, ids[1].as_str(), &edited);
        world.remove_row(machine_time(), FORM, ids[0].as_str());
        world.edit_form(machine_time(), FORM, |_| {});
    }
    wait_for_deliveries(&receiver, 3).await;
    let targets: Vec<_> = receiver
        .lock()
        .await
        .wakes
        .iter()
        .map(|wake| wake.target.clone())
        .collect();
    let person = |at: usize| WakeTarget::Person(ids[at].clone());
    assert_eq!(targets, [person(1), person(0), WakeTarget::Everything]);
}

#[tokio::test]
async fn a_true_push_cannot_be_used_again_later_or_otherwise() {
    let (tenant, receiver, ids) = subscribed(1, SECRET).await;
    let edited = json!({ "full_name": "改名" });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_row(machine_time(), FORM, ids[0].as_str(), &edited);
    wait_for_deliveries(&receiver, 1).await;
    let mut receiver = receiver.lock().await;
    let true_one = receiver.deliveries[0].clone();
    let now = Timestamp(machine_time());
    let window = PushWindow::default();
    // Replayed.
    let again = true_one.verify(SECRET, now).unwrap();
    let replayed = receiver.recent.remember(&again, now, window);
    assert_eq!(replayed, Err(PushRejection::Replayed));
    // Late.
    let late = now.plus_millis(window.millis + 2000);
    assert_eq!(true_one.verify(SECRET, late), Err(PushRejection::Late));
    // Forged: another body, another person's id, under the same signature.
    let text = String::from_utf8(true_one.body.to_vec()).unwrap();
    let forged = Delivery {
        body: Bytes::from(text.replace(ids[0].as_str(), "65f0ffffffffffffffffffff")),
        ..true_one.clone()
    };
    assert_ne!(forged.body, true_one.body);
    assert_eq!(forged.verify(SECRET, now), Err(PushRejection::Forged));
    assert_eq!(true_one.verify("another", now), Err(PushRejection::Forged));
    assert_eq!(receiver.wakes.len(), 1);
}

#[tokio::test]
async fn a_sender_with_another_secret_wakes_nobody() {
    let (tenant, receiver, ids) = subscribed(1, "not-ours").await;
    let edited = json!({ "full_name": "改名" });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_row(machine_time(), FORM, ids[0].as_str(), &edited);
    // The first try and five more.
    wait_for_deliveries(&receiver, 6).await;
    assert!(receiver.lock().await.wakes.is_empty());
}

#[tokio::test]
async fn what_is_not_pushed_is_found_by_the_list() {
    let (tenant, receiver, ids) = subscribed(3, SECRET).await;
    let before = tenant.connector().read_change_stamp().await.unwrap();
    {
        let mut world = tenant.server.world.lock().await;
        let many: Vec<&str> = ids.iter().map(NativeId::as_str).collect();
        world.edit_rows(machine_time(), FORM, &many, &json!({ "full_name": "批量" }));
    }
    // A write of our own is not pushed either: no echo.
    let update = write(
        directory::WriteAction::Update,
        Some(&ids[0]),
        texts(&[(directory::Field::Title, "会计")]),
    );
    tenant.connector().write_record(&update).await.unwrap();
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(receiver.lock().await.deliveries.is_empty());
    assert_ne!(
        tenant.connector().read_change_stamp().await.unwrap(),
        before
    );
    let names = tenant.people().await;
    let renamed =
        |one: &ehr::StoredRecord| one.record.values.text(directory::Field::Name) == Some("批量");
    assert!(names.iter().all(renamed));
}
