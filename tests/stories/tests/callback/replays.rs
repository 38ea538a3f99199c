//! Genuine pushes are answered in time, and a replay is one wake.

use std::time::{Duration, Instant};

use dingtalk::crypto::{CallbackCipher, CallbackReply};
use runtime::SystemClock;
use sandbox::world::Act;
use serde_json::json;
use stories::polling::wait_until;

use super::CallbackStory;

/// What the callback has, end to end.
const IN_TIME: Duration = Duration::from_millis(1500);

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_are_answered_in_time_and_replays_change_nothing() {
    let story = CallbackStory::begin(62).await;
    let (corp, owner) = (
        story.binding_text("corp_id").to_owned(),
        story.app_key.clone(),
    );
    let cipher = story.callback_cipher(story.binding_text("token"), &owner);
    let person = story.dingtalk.bystander(&[]).await.userid;
    story
        .dingtalk
        .act(Act::Rename {
            userid: person.clone(),
            name: "有人说".into(),
        })
        .await;
    let (query, body) = story.sign_push(
        &cipher,
        &owner,
        &story.user_event(&corp, &person),
        SystemClock.now(),
    );
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let began = Instant::now();
        let (status, text) = story.post_push(&query, body.clone()).await;
        slowest = slowest.max(began.elapsed());
        assert_eq!(status, 200, "{text}");
        let reply: CallbackReply = serde_json::from_str(&text).expect("the four strings");
        assert_eq!(decrypted_reply(&cipher, &reply), "success");
    }
    assert!(slowest <= IN_TIME, "an answer took {slowest:?}");
    wait_until(
        Duration::from_secs(5),
        "the name is in the ledger",
        async || {
            let name = story.name_in_ledger(&person).await;
            if name == "有人说" {
                Ok(())
            } else {
                Err(name)
            }
        },
    )
    .await;
    // A later event with other content shows that the queue is empty; the four replays were one
    // wake.
    let (query, body) = story.sign_push(
        &cipher,
        &owner,
        &story.user_event(&corp, &person),
        SystemClock.now(),
    );
    assert_eq!(story.post_push(&query, body).await.0, 200);
    assert_two_events_are_handled(&story).await;
}

/// Waits until two events are handled, and asserts that there are no more.
async fn assert_two_events_are_handled(story: &CallbackStory) {
    let worked = || {
        story
            .up
            .objects()
            .iter()
            .filter(|object| object["event"] == "user_modify_org")
            .count()
    };
    wait_until(
        Duration::from_secs(10),
        "the later event is worked",
        async || {
            if worked() >= 2 {
                Ok(())
            } else {
                Err(format!("{} events were worked", worked()))
            }
        },
    )
    .await;
    assert_eq!(
        worked(),
        2,
        "a replay is one wake: {:?}",
        story.up.objects()
    );
}

/// Decrypts a reply. It is signed and encrypted like a push, so the same cipher opens it.
fn decrypted_reply(cipher: &CallbackCipher, reply: &CallbackReply) -> String {
    let CallbackReply {
        msg_signature,
        timestamp,
        nonce,
        encrypt,
    } = reply.clone();
    let query = dingtalk::crypto::SignedQuery {
        signature: msg_signature,
        timestamp,
        nonce,
    };
    let body = json!({"encrypt": encrypt}).to_string();
    let opened = cipher
        .open_callback(&query, body.as_bytes(), SystemClock.now())
        .expect("a reply that opens");
    String::from_utf8(opened.plaintext).expect("text")
}
