//! The keys are changed while events come: those of before, of now and of after are all DingTalk's.

use super::*;

const NEW_KEY: &str = "abcdefghijklmnopqrstuvwxyz01234567890ABCDEF";
const SECOND: i64 = 1_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

fn at(seconds: i64) -> Timestamp {
    NOW.plus_millis(seconds * SECOND)
}

async fn status(deps: &Deps, token: &str, key: &str, seconds: i64) -> u16 {
    send(deps, &push_from(&cipher(token, key), LEAVES, APP_KEY, at(seconds)), at(seconds)).await.status
}

fn id() -> BindingId {
    BindingId::new("b1").unwrap()
}

fn secrets(world: &Arc<World>) -> StagedSecrets {
    StagedSecrets::new(Arc::new(Face(Arc::clone(world))), "test/")
}

/// New keys in waiting; those of now are to serve for a day after the change.
async fn stage(world: &Arc<World>) {
    let mut secret = secrets(world).secrets.binding(&id()).await.unwrap();
    let (token, aes_key) = (secret.callback_token.clone(), secret.callback_aes_key.clone());
    secret.previous_callback = Some(PreviousCallback { token, aes_key, until: NOW.plus_millis(DAY) });
    (secret.callback_token, secret.callback_aes_key) = ("token2".into(), NEW_KEY.into());
    secrets(world).propose(&id(), &secret).await.unwrap();
}

#[tokio::test]
async fn nothing_is_refused_at_any_moment_of_a_change() {
    let (world, deps) = world().await;
    assert_eq!(status(&deps, "token1", KEY, 0).await, 200);
    stage(&world).await;
    assert_eq!(status(&deps, "token1", KEY, 1).await, 200);
    assert_eq!(status(&deps, "token2", NEW_KEY, 2).await, 200, "pending keys are found although the others are fresh");
    assert_eq!(status(&deps, "token1", KEY, 3).await, 200);
    secrets(&world).promote(&id()).await.unwrap();
    for seconds in [4, 400] {
        assert_eq!(status(&deps, "token2", NEW_KEY, seconds).await, 200);
        assert_eq!(status(&deps, "token1", KEY, seconds).await, 200);
    }
    assert_eq!(status(&deps, "token1", KEY, DAY / SECOND - 1).await, 200);
    assert_eq!(status(&deps, "token1", KEY, DAY / SECOND).await, 403, "a day after the change they are strangers'");
    assert_eq!(status(&deps, "token2", NEW_KEY, DAY / SECOND).await, 200);
}

#[tokio::test]
async fn the_answer_is_under_the_keys_that_were_used() {
    let (world, deps) = world().await;
    stage(&world).await;
    let pushed = push_from(&cipher("token2", NEW_KEY), LEAVES, APP_KEY, NOW);
    let answer = send(&deps, &pushed, NOW).await;
    assert_eq!(cipher("token2", NEW_KEY).open_reply(answer.body.as_bytes()).unwrap(), "success");
}

#[tokio::test]
async fn keys_changed_without_waiting_are_found_by_the_first_event_under_them() {
    let (world, deps) = world().await;
    assert_eq!(status(&deps, "token1", KEY, 0).await, 200);
    stage(&world).await;
    secrets(&world).promote(&id()).await.unwrap();
    assert_eq!(status(&deps, "token2", NEW_KEY, 1).await, 200);
}

#[tokio::test]
async fn forged_events_make_us_read_the_vault_every_ten_seconds_at_most() {
    let (world, deps) = world().await;
    assert_eq!(status(&deps, "token1", KEY, 0).await, 200);
    let before = world.vault_reads.load(Ordering::SeqCst);
    for tenths in 0..100 {
        let now = NOW.plus_millis(1_000 + tenths * 100);
        let forged = push_from(&cipher("guessed", KEY), LEAVES, APP_KEY, now);
        assert_eq!(send(&deps, &forged, now).await.status, 403);
    }
    assert_eq!(world.vault_reads.load(Ordering::SeqCst) - before, 1, "in ten seconds");
    assert_eq!(status(&deps, "guessed", KEY, 12).await, 403);
    assert_eq!(world.vault_reads.load(Ordering::SeqCst) - before, 2);
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_is_silent_about_new_keys_refuses_in_time_and_keeps_the_old_ones() {
    for mood in [Mood::Fails, Mood::Hangs] {
        let (world, deps) = world().await;
        assert_eq!(status(&deps, "token1", KEY, 0).await, 200);
        stage(&world).await;
        world.set(Mood::Well, mood);
        let begun = tokio::time::Instant::now();
        assert_eq!(status(&deps, "token2", NEW_KEY, 1).await, 403);
        assert!(begun.elapsed() < Duration::from_millis(1_000));
        assert_eq!(status(&deps, "token1", KEY, 2).await, 200);
        world.set(Mood::Well, Mood::Well);
        assert_eq!(status(&deps, "token2", NEW_KEY, 12).await, 200, "DingTalk pushes again after ten seconds");
    }
}
