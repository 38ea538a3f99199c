//! Forged, replayed, oversized, misdirected: one answer for all of them, and nothing in the queue.

use super::*;

async fn assert_refused(deps: &CallbackDeps, push: &Push, now: Timestamp, why: &str) {
    assert_eq!(
        send_push(deps, push, now).await,
        CallbackResponse::refused(),
        "{why}"
    );
}

#[tokio::test]
async fn every_refusal_is_the_same_answer() {
    let (world, deps) = world().await;
    let good = || push(LEAVES);
    let stranger = push_from(&cipher("guessed", KEY), LEAVES, APP_KEY, NOW);
    assert_refused(&deps, &stranger, NOW, "forged").await;
    let other_key = push_from(&cipher("token1", OLD_KEY), LEAVES, APP_KEY, NOW);
    assert_refused(&deps, &other_key, NOW, "signed, but not decryptable").await;
    assert_refused(
        &deps,
        &push_from(&cipher("token1", KEY), LEAVES, "dingstranger", NOW),
        NOW,
        "another owner",
    )
    .await;
    assert_refused(
        &deps,
        &good(),
        NOW.plus_millis(5 * 60 * 1_000 + 1),
        "replayed too late",
    )
    .await;
    assert_refused(
        &deps,
        &good(),
        NOW.plus_millis(-5 * 60 * 1_000 - 1),
        "from the future",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            binding: "b2",
            ..good()
        },
        NOW,
        "another binding's address",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            binding: "nobody",
            ..good()
        },
        NOW,
        "no such binding",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            binding: "../b1",
            ..good()
        },
        NOW,
        "a path in the place of a binding",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            binding: "",
            ..good()
        },
        NOW,
        "no binding",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            query: String::new(),
            ..good()
        },
        NOW,
        "no query",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            query: good().query.replace("nonce", "n"),
            ..good()
        },
        NOW,
        "no nonce",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            query: format!("{}&nonce=other", good().query),
            ..good()
        },
        NOW,
        "two nonces",
    )
    .await;
    assert_refused(
        &deps,
        &Push {
            query: format!("{}&x={}", good().query, "x".repeat(5_000)),
            ..good()
        },
        NOW,
        "long",
    )
    .await;
    for body in [
        &b""[..],
        b"{}",
        b"[]",
        b"{\"encrypt\":7}",
        b"{\"encrypt\":\"\"}",
        b"\xff\xfe",
        &[b' '; 65_537],
    ] {
        assert_refused(
            &deps,
            &Push {
                body: body.to_vec(),
                ..good()
            },
            NOW,
            "a body that is none",
        )
        .await;
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
