//! Forged, replayed, oversized, misdirected: one answer for all of them, and nothing in the queue.

use super::*;

async fn refused(deps: &Deps, push: &Push, now: Timestamp, why: &str) {
    assert_eq!(send(deps, push, now).await, CallbackResponse::refused(), "{why}");
}

#[tokio::test]
async fn every_refusal_is_the_same_answer() {
    let (world, deps) = world().await;
    let good = || push(LEAVES);
    let stranger = push_from(&cipher("guessed", KEY), LEAVES, APP_KEY, NOW);
    refused(&deps, &stranger, NOW, "forged").await;
    let other_key = push_from(&cipher("token1", OLD_KEY), LEAVES, APP_KEY, NOW);
    refused(&deps, &other_key, NOW, "signed, but not decryptable").await;
    refused(&deps, &push_from(&cipher("token1", KEY), LEAVES, "dingstranger", NOW), NOW, "another owner").await;
    refused(&deps, &good(), NOW.plus_millis(5 * 60 * 1_000 + 1), "replayed too late").await;
    refused(&deps, &good(), NOW.plus_millis(-5 * 60 * 1_000 - 1), "from the future").await;
    refused(&deps, &Push { binding: "b2", ..good() }, NOW, "another binding's address").await;
    refused(&deps, &Push { binding: "nobody", ..good() }, NOW, "no such binding").await;
    refused(&deps, &Push { binding: "../b1", ..good() }, NOW, "a path in the place of a binding").await;
    refused(&deps, &Push { binding: "", ..good() }, NOW, "no binding").await;
    refused(&deps, &Push { query: String::new(), ..good() }, NOW, "no query").await;
    refused(&deps, &Push { query: good().query.replace("nonce", "n"), ..good() }, NOW, "no nonce").await;
    refused(&deps, &Push { query: format!("{}&nonce=other", good().query), ..good() }, NOW, "two nonces").await;
    refused(&deps, &Push { query: format!("{}&x={}", good().query, "x".repeat(5_000)), ..good() }, NOW, "long").await;
    for body in [&b""[..], b"{}", b"[]", b"{\"encrypt\":7}", b"{\"encrypt\":\"\"}", b"\xff\xfe", &[b' '; 65_537]] {
        refused(&deps, &Push { body: body.to_vec(), ..good() }, NOW, "a body that is none").await;
    }
    assert!(world.received().is_empty());
}

#[tokio::test]
async fn an_event_of_another_corp_is_refused_although_it_is_signed() {
    let (world, deps) = world().await;
    let foreign = LEAVES.replace(CORP, "dingother");
    refused(&deps, &push(&foreign), NOW, "another corp").await;
    assert!(world.received().is_empty());
}

#[tokio::test]
async fn a_body_of_exactly_64_kib_is_looked_at() {
    let (_, deps) = world().await;
    let mut whole = push(LEAVES);
    let room = 64 * 1024 - whole.body.len();
    whole.body.extend(std::iter::repeat_n(b' ', room));
    assert_eq!(said(&send(&deps, &whole, NOW).await), "success");
    whole.body.push(b' ');
    refused(&deps, &whole, NOW, "a byte too many").await;
}

#[tokio::test]
async fn every_single_changed_byte_of_the_body_is_refused() {
    let (world, deps) = world().await;
    let good = push(LEAVES);
    for at in 0..good.body.len() {
        let mut body = good.body.clone();
        body[at] ^= 1;
        let changed = Push { binding: "b1", query: good.query.clone(), body };
        refused(&deps, &changed, NOW, &format!("byte {at}")).await;
    }
    assert!(world.received().is_empty());
}

#[tokio::test]
async fn nothing_secret_is_in_any_answer() {
    let (world, deps) = world().await;
    let mut answers = Vec::new();
    for (queue, vault) in [(Mood::Well, Mood::Fails), (Mood::Well, Mood::Well), (Mood::Fails, Mood::Well)] {
        world.set(queue, vault);
        answers.push(send(&deps, &push(LEAVES), NOW).await.body);
    }
    for secret in ["token1", KEY, "app-secret", APP_KEY, "li.na"] {
        assert!(answers.iter().all(|answer| !answer.contains(secret)), "{secret}");
    }
}
