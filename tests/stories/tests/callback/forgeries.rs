//! Strangers get the same refusal whatever they try, and have no effect.

use std::time::Duration;

use runtime::SystemClock;
use sandbox::world::Act;
use stories::polling::wait_until;

use super::CallbackStory;

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
