//! The keys are changed while events come: those of before, of now and of after are all DingTalk's.

use super::*;

const NEW_KEY: &str = "abcdefghijklmnopqrstuvwxyz01234567890ABCDEF";
const SECOND: i64 = 1_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

fn at(seconds: i64) -> Timestamp {
    NOW.plus_millis(seconds * SECOND)
}

async fn push_status(deps: &CallbackDeps, token: &str, key: &str, seconds: i64) -> u16 {
    send_push(
        deps,
        &push_from(&cipher(token, key), LEAVES, APP_KEY, at(seconds)),
        at(seconds),
    )
    .await
    .status
}

fn id() -> BindingId {
    BindingId::new("b1").unwrap()
}

fn secrets(world: &Arc<CallbackWorld>) -> StagedSecretStore {
    StagedSecretStore::new(Arc::new(CallbackWorldHandle(Arc::clone(world))), "test/")
}

/// New keys in waiting; those of now are to serve for a day after the change.
async fn stage_new_keys(world: &Arc<CallbackWorld>) {
    let current = secrets(world).secrets.get_callback(&id()).await.unwrap();
    let next = CallbackSecret {
        token: "token2".into(),
        aes_key: NEW_KEY.into(),
        ..current.clone()
    };
    let next = next.following(&current, NOW.plus_millis(DAY));
    secrets(world).propose(&id(), &next).await.unwrap();
}

#[tokio::test]
async fn no_event_is_refused_at_any_moment_of_a_key_change() {
    let (world, deps) = world().await;
    assert_eq!(push_status(&deps, "token1", KEY, 0).await, 200);
    stage_new_keys(&world).await;
    assert_eq!(push_status(&deps, "token1", KEY, 1).await, 200);
    assert_eq!(
        push_status(&deps, "token2", NEW_KEY, 2).await,
        200,
        "pending keys are found although the others are fresh"
    );
    assert_eq!(push_status(&deps, "token1", KEY, 3).await, 200);
    secrets(&world)
        .promote::<CallbackSecret>(&id())
        .await
        .unwrap();
    for seconds in [4, 400] {
        assert_eq!(push_status(&deps, "token2", NEW_KEY, seconds).await, 200);
        assert_eq!(push_status(&deps, "token1", KEY, seconds).await, 200);
    }
    assert_eq!(
        push_status(&deps, "token1", KEY, DAY / SECOND - 1).await,
        200
    );
    assert_eq!(
        push_status(&deps, "token1", KEY, DAY / SECOND).await,
        403,
        "a day after the change they are strangers'"
    );
    assert_eq!(
        push_status(&deps, "token2", NEW_KEY, DAY / SECOND).await,
        200
    );
}

#[tokio::test]
async fn the_reply_is_encrypted_with_the_keys_of_the_push() {
    let (world, deps) = world().await;
    stage_new_keys(&world).await;
    let pushed = push_from(&cipher("token2", NEW_KEY), LEAVES, APP_KEY, NOW);
    let answer = send_push(&deps, &pushed, NOW).await;
    assert_eq!(
        cipher("token2", NEW_KEY)
            .open_reply(answer.body.as_bytes())
            .unwrap(),
        "success"
    );
}

#[tokio::test]
async fn keys_changed_without_waiting_are_found_by_the_first_event_under_them() {
    let (world, deps) = world().await;
    assert_eq!(push_status(&deps, "token1", KEY, 0).await, 200);
    stage_new_keys(&world).await;
    secrets(&world)
        .promote::<CallbackSecret>(&id())
        .await
        .unwrap();
    assert_eq!(push_status(&deps, "token2", NEW_KEY, 1).await, 200);
}

#[tokio::test]
async fn forged_events_cause_one_vault_read_per_ten_seconds() {
    let (world, deps) = world().await;
    assert_eq!(push_status(&deps, "token1", KEY, 0).await, 200);
    let before = world.vault_reads.load(Ordering::SeqCst);
    for tenths in 0..100 {
        let now = NOW.plus_millis(1_000 + tenths * 100);
        let forged = push_from(&cipher("guessed", KEY), LEAVES, APP_KEY, now);
        assert_eq!(send_push(&deps, &forged, now).await.status, 403);
    }
    assert_eq!(
        world.vault_reads.load(Ordering::SeqCst) - before,
        1,
        "in ten seconds"
    );
    assert_eq!(push_status(&deps, "guessed", KEY, 12).await, 403);
    assert_eq!(world.vault_reads.load(Ordering::SeqCst) - before, 2);
}

#[tokio::test(start_paused = true)]
async fn a_silent_vault_refuses_new_keys_in_time_and_keeps_the_old_ones() {
    for mood in [FakeMood::Fails, FakeMood::Hangs] {
        let (world, deps) = world().await;
        assert_eq!(push_status(&deps, "token1", KEY, 0).await, 200);
        stage_new_keys(&world).await;
        world.set_moods(FakeMood::Well, mood);
        let begun = tokio::time::Instant::now();
        assert_eq!(push_status(&deps, "token2", NEW_KEY, 1).await, 403);
        assert!(begun.elapsed() < Duration::from_millis(1_000));
        assert_eq!(push_status(&deps, "token1", KEY, 2).await, 200);
        world.set_moods(FakeMood::Well, FakeMood::Well);
        assert_eq!(
            push_status(&deps, "token2", NEW_KEY, 12).await,
            200,
            "DingTalk pushes again after ten seconds"
        );
    }
}
