//! Requests to the callback address: strangers learn nothing and change nothing, and DingTalk gets
//! its answer in time.

use std::time::{Duration, Instant};

use dingtalk::crypto::{CallbackCipher, CallbackReply};
use directory::Timestamp;
use runtime::SystemClock;
use sandbox::world::{Act, CallRecord};
use serde_json::{Value, json};
use stories::company::http_client;
use stories::polling::wait_until;
use stories::{LedgerSnapshot, RunningProgram, SandboxCompany};
use tempfile::{TempDir, tempdir};

/// What the callback has, end to end.
const IN_TIME: Duration = Duration::from_millis(1500);

struct CallbackStory {
    dingtalk: SandboxCompany,
    home: TempDir,
    up: RunningProgram,
    binding: Value,
    app_key: String,
}

impl CallbackStory {
    async fn begin(seed: u64) -> Self {
        let dingtalk = SandboxCompany::start(30, 5, seed).await;
        let home = tempdir().unwrap();
        let mut up = dingtalk
            .up_command(home.path())
            .await
            .args(["--sweep-minutes", "1440"])
            .start();
        let binding = up.first_object().await["binding"].clone();
        let app_key = dingtalk.credentials().await.app_key;
        dingtalk.clear_log().await;
        Self {
            dingtalk,
            home,
            up,
            binding,
            app_key,
        }
    }

    fn binding_text(&self, name: &str) -> &str {
        self.binding[name].as_str().expect("text")
    }

    fn callback_cipher(&self, token: &str, owner: &str) -> CallbackCipher {
        CallbackCipher::new(token, self.binding_text("aes_key"), &[owner.to_owned()])
            .expect("the keys that were printed")
    }

    /// Builds a push about a person as DingTalk sends it.
    fn user_event(&self, corp: &str, userid: &str) -> String {
        json!({"EventType": "user_modify_org", "CorpId": corp, "UserId": [userid], "TimeStamp": "1"}).to_string()
    }

    fn sign_push(
        &self,
        cipher: &CallbackCipher,
        owner: &str,
        event: &str,
        at: Timestamp,
    ) -> (String, String) {
        let (query, body) = cipher.seal_push(
            event,
            owner,
            at,
            runtime::random_bytes().expect("randomness"),
        );
        let pairs = query
            .to_pairs()
            .map(|(name, value)| format!("{name}={value}"));
        (pairs.join("&"), body)
    }

    async fn post_push(&self, query: &str, body: impl Into<Vec<u8>>) -> (u16, String) {
        self.post_push_to(self.binding_text("callback_url"), query, body)
            .await
    }

    async fn post_push_to(
        &self,
        url: &str,
        query: &str,
        body: impl Into<Vec<u8>>,
    ) -> (u16, String) {
        let answer = http_client()
            .post(format!("{url}?{query}"))
            .body(body.into())
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    /// Returns the calls about people since the beginning.
    async fn person_reads(&self) -> Vec<CallRecord> {
        self.dingtalk
            .log()
            .await
            .into_iter()
            .filter(|call| call.interface == "/topapi/v2/user/get")
            .collect()
    }

    async fn name_in_ledger(&self, userid: &str) -> String {
        let ledger = LedgerSnapshot::read_directory(self.home.path())
            .await
            .expect("a binding");
        let active = ledger.active_by_dingtalk_id(directory::Kind::Person);
        let name = active[userid][0].record.values.text(directory::Field::Name);
        name.unwrap_or_default().to_owned()
    }
}

/// Changes the case of one letter in the middle of the body.
fn flip_letter_case(body: &str) -> String {
    let middle = body.len() / 2;
    let at = middle
        + body[middle..]
            .find(|c: char| c.is_ascii_alphabetic())
            .expect("a letter");
    let letter = body[at..=at].to_owned();
    let other = if letter == letter.to_lowercase() {
        letter.to_uppercase()
    } else {
        letter.to_lowercase()
    };
    format!("{}{other}{}", &body[..at], &body[at + 1..])
}

/// Query and body of a push.
type SignedPush = (String, String);

/// A genuine push, and pushes that must be refused.
struct PushVariants {
    genuine: SignedPush,
    forged: SignedPush,
    stale: SignedPush,
    early: SignedPush,
    stranger: SignedPush,
    elsewhere: SignedPush,
}

impl PushVariants {
    fn sign(story: &CallbackStory, person: &str) -> Self {
        let corp = story.binding_text("corp_id").to_owned();
        let (now, owner, token) = (
            SystemClock.now(),
            story.app_key.clone(),
            story.binding_text("token").to_owned(),
        );
        let event = story.user_event(&corp, person);
        let ours = story.callback_cipher(&token, &owner);
        let genuine = story.sign_push(&ours, &owner, &event, now);
        let forged = story.sign_push(
            &story.callback_cipher("AnotherToken123", &owner),
            &owner,
            &event,
            now,
        );
        let stale = story.sign_push(&ours, &owner, &event, now.plus_millis(-6 * 60 * 1000));
        let early = story.sign_push(&ours, &owner, &event, now.plus_millis(6 * 60 * 1000));
        let stranger = story.sign_push(
            &story.callback_cipher(&token, "dingstranger"),
            "dingstranger",
            &event,
            now,
        );
        let elsewhere = story.sign_push(
            &ours,
            &owner,
            &story.user_event("ding00000000000000000000000000000000", person),
            now,
        );
        Self {
            genuine,
            forged,
            stale,
            early,
            stranger,
            elsewhere,
        }
    }
}

/// Posts every push that must be refused; returns the answers by name.
async fn post_forgeries(
    story: &CallbackStory,
    pushes: &PushVariants,
) -> Vec<(&'static str, (u16, String))> {
    let oversized = format!(r#"{{"encrypt":"{}"}}"#, "A".repeat(100_000));
    let (query, body) = &pushes.genuine;
    let turned = flip_letter_case(body);
    let cases: Vec<(&str, &str, &str)> = vec![
        ("forged", &pushes.forged.0, &pushes.forged.1),
        ("six minutes old", &pushes.stale.0, &pushes.stale.1),
        ("six minutes early", &pushes.early.0, &pushes.early.1),
        ("for another app", &pushes.stranger.0, &pushes.stranger.1),
        (
            "of another company",
            &pushes.elsewhere.0,
            &pushes.elsewhere.1,
        ),
        ("another body", query, &pushes.forged.1),
        ("one character turned", query, &turned),
        ("half a body", query, &body[..body.len() / 2]),
        ("no body", query, ""),
        ("no JSON", query, "encrypt=1"),
        ("oversized", query, &oversized),
        ("no signature", "timestamp=1&nonce=2", body),
        ("no query", "", body),
    ];
    let mut answers = Vec::new();
    for (name, query, body) in &cases {
        answers.push((*name, story.post_push(query, *body).await));
    }
    let unknown_binding = story
        .binding_text("callback_url")
        .rsplit_once('/')
        .expect("a path")
        .0
        .to_owned();
    answers.push((
        "no such binding",
        story
            .post_push_to(
                &format!("{unknown_binding}/b-nosuchone"),
                query,
                body.clone(),
            )
            .await,
    ));
    answers
}

/// Pushes a genuine event about another person, and asserts that the engine reads only that person.
async fn assert_only_other_is_read(story: &CallbackStory, person: &str) {
    let corp = story.binding_text("corp_id").to_owned();
    let owner = story.app_key.clone();
    let ours = story.callback_cipher(story.binding_text("token"), &owner);
    // The same address accepts a real push about another person. Only then the engine looks, and
    // only at that person.
    let other = story.dingtalk.bystander(&[person]).await.userid;
    let (query, body) = story.sign_push(
        &ours,
        &owner,
        &story.user_event(&corp, &other),
        SystemClock.now(),
    );
    assert_eq!(story.post_push(&query, body).await.0, 200);
    wait_until(
        Duration::from_secs(10),
        "the real one is worked",
        async || {
            if story.person_reads().await.is_empty() {
                Err(story.up.stderr())
            } else {
                Ok(())
            }
        },
    )
    .await;
    let subjects: Vec<_> = story
        .person_reads()
        .await
        .into_iter()
        .filter_map(|call| call.subject)
        .collect();
    assert!(
        subjects.iter().all(|subject| subject.contains(&other)),
        "{subjects:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_callbacks_get_the_same_refusal_and_have_no_effect() {
    let mut story = CallbackStory::begin(61).await;
    let person = story.dingtalk.bystander(&[]).await.userid;
    // No event reports this change. If a request made the engine look, the ledger would show it.
    story
        .dingtalk
        .act(Act::Rename {
            userid: person.clone(),
            name: "没人说".into(),
        })
        .await;
    let pushes = PushVariants::sign(&story, &person);
    let answers = post_forgeries(&story, &pushes).await;
    for (name, (status, text)) in &answers {
        assert_eq!(
            (*status, text),
            (403, &answers[0].1.1),
            "{name}: all refusals are alike"
        );
    }
    assert!(!answers[0].1.1.contains("signature"), "{}", answers[0].1.1);
    let query = &pushes.genuine.0;
    let (status, _) = story.post_push(query, vec![b'x'; 11 * 1024 * 1024]).await;
    assert!(
        status == 403 || status == 413,
        "11 MiB were answered with {status}"
    );
    assert_only_other_is_read(&story, &person).await;
    assert_ne!(story.name_in_ledger(&person).await, "没人说");
    assert!(story.up.is_running());
}

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
