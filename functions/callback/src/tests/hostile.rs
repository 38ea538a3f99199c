//! Forged, replayed, oversized, misdirected: one answer for all of them, and nothing in the queue.

use super::*;

async fn assert_refused(deps: &CallbackDeps, push: &Push, now: Timestamp, why: &str) {
    assert_eq!(
        send_push(deps, push, now).await,
        CallbackResponse::refused(),
        "{why}"
    );
}

/// Pushes of strangers, and a genuine one that comes too late or too early.
fn forged_and_replayed() -> Vec<(Push, Timestamp, &'static str)> {
    let window = 5 * 60 * 1_000;
    let stranger = push_from(&cipher("guessed", KEY), LEAVES, APP_KEY, NOW);
    let other_key = push_from(&cipher("token1", OLD_KEY), LEAVES, APP_KEY, NOW);
    let other_owner = push_from(&cipher("token1", KEY), LEAVES, "dingstranger", NOW);
    let (late, early) = (NOW.plus_millis(window + 1), NOW.plus_millis(-window - 1));
    vec![
        (stranger, NOW, "forged"),
        (other_key, NOW, "signed, but not decryptable"),
        (other_owner, NOW, "another owner"),
        (push(LEAVES), late, "replayed too late"),
        (push(LEAVES), early, "from the future"),
    ]
}

/// A genuine push at addresses that are not its own.
fn misdirected() -> Vec<(Push, Timestamp, &'static str)> {
    [
        ("b2", "another binding's address"),
        ("nobody", "no such binding"),
        ("../b1", "a path in the place of a binding"),
        ("", "no binding"),
    ]
    .map(|(binding, why)| {
        let push = Push {
            binding,
            ..push(LEAVES)
        };
        (push, NOW, why)
    })
    .into()
}

/// A genuine push with another query.
fn odd_queries() -> Vec<(Push, Timestamp, &'static str)> {
    let good = push(LEAVES).query;
    [
        (String::new(), "no query"),
        (good.replace("nonce", "n"), "no nonce"),
        (format!("{good}&nonce=other"), "two nonces"),
        (format!("{good}&x={}", "x".repeat(5_000)), "long"),
    ]
    .map(|(query, why)| {
        let push = Push {
            query,
            ..push(LEAVES)
        };
        (push, NOW, why)
    })
    .into()
}

/// A genuine query with bodies that hold no event.
fn odd_bodies() -> Vec<(Push, Timestamp, &'static str)> {
    [
        &b""[..],
        b"{}",
        b"[]",
        b"{\"encrypt\":7}",
        b"{\"encrypt\":\"\"}",
        b"\xff\xfe",
        &[b' '; 65_537],
    ]
    .map(|body| {
        let push = Push {
            body: body.to_vec(),
            ..push(LEAVES)
        };
        (push, NOW, "a body that is none")
    })
    .into()
}

#[tokio::test]
async fn every_refusal_is_the_same_answer() {
    let (world, deps) = world().await;
    let hostile = [
        forged_and_replayed(),
        misdirected(),
        odd_queries(),
        odd_bodies(),
    ];
    for (push, now, why) in hostile.iter().flatten() {
        assert_refused(&deps, push, *now, why).await;
    }
    assert!(world.received_messages().is_empty());
}

#[tokio::test]
async fn an_event_of_another_corp_is_refused_although_it_is_signed() {
    let (world, deps) = world().await;
    let foreign = LEAVES.replace(CORP, "dingother");
    assert_refused(&deps, &push(&foreign), NOW, "another corp").await;
    assert!(world.received_messages().is_empty());
}

#[tokio::test]
async fn a_body_of_exactly_64_kib_is_accepted() {
    let (_, deps) = world().await;
    let mut whole = push(LEAVES);
    let room = 64 * 1024 - whole.body.len();
    whole.body.extend(std::iter::repeat_n(b' ', room));
    assert_eq!(
        decrypt_reply(&send_push(&deps, &whole, NOW).await),
        "success"
    );
    whole.body.push(b' ');
    assert_refused(&deps, &whole, NOW, "a byte too many").await;
}

#[tokio::test]
async fn every_single_changed_byte_of_the_body_is_refused() {
    let (world, deps) = world().await;
    let good = push(LEAVES);
    for at in 0..good.body.len() {
        let mut body = good.body.clone();
        body[at] ^= 1;
        let changed = Push {
            binding: "b1",
            query: good.query.clone(),
            body,
        };
        assert_refused(&deps, &changed, NOW, &format!("byte {at}")).await;
    }
    assert!(world.received_messages().is_empty());
}

#[tokio::test]
async fn nothing_secret_is_in_any_answer() {
    let (world, deps) = world().await;
    let mut answers = Vec::new();
    for (queue, vault) in [
        (FakeMood::Well, FakeMood::Fails),
        (FakeMood::Well, FakeMood::Well),
        (FakeMood::Fails, FakeMood::Well),
    ] {
        world.set_moods(queue, vault);
        answers.push(send_push(&deps, &push(LEAVES), NOW).await.body);
    }
    for secret in ["token1", KEY, "app-secret", APP_KEY, "li.na"] {
        assert!(
            answers.iter().all(|answer| !answer.contains(secret)),
            "{secret}"
        );
    }
}
