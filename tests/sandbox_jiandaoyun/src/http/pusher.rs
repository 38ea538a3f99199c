//! Pushes what people did, to loopback only.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sha1::{Digest as _, Sha1};
use tokio::sync::Mutex;

use super::machine_time;
use crate::world::{PendingPush, PushSubscription, World};

/// How often is looked whether a push is due.
const LOOK_EVERY: Duration = Duration::from_millis(5);

pub(super) async fn push_until_stopped(world: Arc<Mutex<World>>) {
    // Only the first installation in a process counts. Any provider will do for loopback.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    let Ok(client) = client.build() else { return };
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        loop {
            let (due, deadline) = {
                let mut world = world.lock().await;
                (
                    world.take_due_push(machine_time()),
                    world.settings.push_deadline_ms,
                )
            };
            let Some((push, subscription)) = due else {
                break;
            };
            let sent = send_push(&client, &push, &subscription);
            let taken = tokio::time::timeout(Duration::from_millis(deadline), sent).await;
            let taken = matches!(taken, Ok(true));
            world.lock().await.note_push(machine_time(), push, taken);
        }
    }
}

async fn send_push(
    client: &reqwest::Client,
    push: &PendingPush,
    subscription: &PushSubscription,
) -> bool {
    let Some(mut url) = loopback_url(&subscription.url) else {
        return false;
    };
    let nonce = format!("{:06x}{}", machine_time() & 0xff_ffff, push.tries);
    let timestamp = (machine_time() / 1000).to_string();
    let own = url.query().map(|own| format!("{own}&")).unwrap_or_default();
    url.set_query(Some(&format!("{own}nonce={nonce}&timestamp={timestamp}")));
    let signature = sign(&nonce, &push.body, &subscription.secret, &timestamp);
    let request = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("X-JDY-DeliverId", &push.delivery)
        .header("X-JDY-Signature", signature)
        .body(push.body.clone());
    request
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

fn sign(nonce: &str, body: &str, secret: &str, timestamp: &str) -> String {
    let signed = format!("{nonce}:{body}:{secret}:{timestamp}");
    let digest = Sha1::digest(signed.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The URL if it leads to this machine and nowhere else.
fn loopback_url(text: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(text).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let here = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    (here && url.scheme() == "http").then_some(url)
}
