//! Pushes events: encrypts, signs, posts, and reads the reply. To loopback only.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use dingtalk::crypto::CallbackCipher;

use super::clock::machine_time;
use super::server::ServerState;
use crate::world::{EventPush, PushOutcome, percent_encode};

/// Bytes of a reply that are read. A correct reply has a few hundred.
const REPLY_MAX: usize = 64 * 1024;

/// Pushes events with one HTTP client.
#[derive(Debug, Clone)]
pub(super) struct Pusher {
    client: reqwest::Client,
}

impl Pusher {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // Only the first installation in a process counts. Any provider will do for loopback.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("DingTalkSandbox")
            .build()?;
        Ok(Self { client })
    }

    /// Makes one push and returns its outcome.
    pub(super) async fn push(&self, push: &EventPush) -> PushOutcome {
        let patience = Duration::from_millis(push.deadline_ms);
        match tokio::time::timeout(patience, self.post_push(push)).await {
            Ok(outcome) => outcome,
            Err(_) => unreachable_for("it did not answer in time"),
        }
    }

    async fn post_push(&self, push: &EventPush) -> PushOutcome {
        let keys = &push.subscription;
        let Ok(cipher) = CallbackCipher::new(
            &keys.token,
            &keys.aes_key,
            std::slice::from_ref(&push.owner),
        ) else {
            return unreachable_for("token or aes_key is malformed");
        };
        let Some(mut url) = loopback_url(&keys.url) else {
            return unreachable_for("the address is not a URL of this machine");
        };
        let mut at = machine_time();
        if push.seconds {
            at.0 /= 1000;
        }
        let (query, body) = cipher.seal_push(&push.plaintext, &push.owner, at, push.random);
        let pairs: Vec<String> = query
            .to_pairs()
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encode(value)))
            .collect();
        let own = url.query().map(|own| format!("{own}&")).unwrap_or_default();
        url.set_query(Some(&format!("{own}{}", pairs.join("&"))));
        let request = self
            .client
            .post(url)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body);
        match request.send().await {
            Ok(response) => judge_reply(&cipher, response).await,
            Err(error) if error.is_connect() => unreachable_for("nothing listens there"),
            Err(_) => unreachable_for("the connection broke"),
        }
    }
}

async fn judge_reply(cipher: &CallbackCipher, mut response: reqwest::Response) -> PushOutcome {
    let status = response.status().as_u16();
    let refused = |why: &str| PushOutcome::Refused {
        status,
        why: why.to_owned(),
    };
    if status != 200 {
        return refused("the status is not 200");
    }
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > REPLY_MAX {
            return refused("the reply is too long");
        }
    }
    match cipher.open_reply(&body) {
        Ok(reply) if reply == "success" => PushOutcome::Accepted,
        Ok(_) => refused("the reply does not decrypt to success"),
        Err(_) => refused("the reply cannot be decrypted"),
    }
}

fn unreachable_for(why: &str) -> PushOutcome {
    PushOutcome::Unreachable {
        why: why.to_owned(),
    }
}

/// Returns the URL if it leads to this machine and nowhere else.
fn loopback_url(text: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(text).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    (here && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// Pushes every event that is due, each in its own task, until the server stops.
pub(super) async fn push_due_events(face: ServerState) {
    let face = Arc::new(face);
    loop {
        let now = machine_time();
        let (due, frames, next) = {
            let mut world = face.world.lock().await;
            let before = world.revision();
            let due = world.due_pushes(now);
            let frames = world.due_frames(now);
            if world.revision() != before {
                face.changed.notify_one();
            }
            (due, frames, world.next_push())
        };
        for frame in frames {
            face.streams.push(&face, frame).await;
        }
        for push in due {
            let face = Arc::clone(&face);
            tokio::spawn(async move {
                let outcome = face.pusher.push(&push).await;
                face.world
                    .lock()
                    .await
                    .record_push(push.delivery, outcome, machine_time());
                face.changed.notify_one();
                face.due.notify_one();
            });
        }
        let pause = next.map_or(60_000, |due| (due - now.millis()).clamp(1, 60_000));
        let pause = Duration::from_millis(u64::try_from(pause).unwrap_or(1));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = face.due.notified() => {}
        }
    }
}
