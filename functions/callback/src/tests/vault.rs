//! Keys are read every five minutes, serve for a day without the vault, and their absence is believed for ten seconds.

use super::*;

const MINUTE: i64 = 60 * 1_000;

async fn status_at(deps: &CallbackDeps, minutes: i64) -> u16 {
    let at = NOW.plus_millis(minutes * MINUTE);
    send_push(
        deps,
        &push_from(&cipher("token1", KEY), LEAVES, APP_KEY, at),
        at,
    )
    .await
    .status
}

#[tokio::test]
async fn keys_are_kept_for_five_minutes() {
    let (world, deps) = world().await;
    for minutes in [0, 1, 4] {
        assert_eq!(status_at(&deps, minutes).await, 200);
    }
    assert_eq!(world.vault_reads.load(Ordering::SeqCst), 1);
    assert_eq!(status_at(&deps, 5).await, 200);
    assert_eq!(world.vault_reads.load(Ordering::SeqCst), 2);
}

/// On AWS its role may read nothing else.
#[tokio::test]
async fn the_callback_asks_for_its_own_secret_alone() {
    let (world, deps) = world().await;
    assert_eq!(status_at(&deps, 0).await, 200);
    assert_eq!(
        world.names_read.lock().unwrap().as_slice(),
        ["test/callback/b1"]
    );
}

#[tokio::test(start_paused = true)]
async fn older_keys_serve_for_a_day_while_the_vault_does_not_answer() {
    for mood in [FakeMood::Fails, FakeMood::Hangs] {
        let (world, deps) = world().await;
        assert_eq!(status_at(&deps, 0).await, 200);
        world.set_moods(FakeMood::Well, mood);
        assert_eq!(status_at(&deps, 6).await, 200);
        let reads = world.vault_reads.load(Ordering::SeqCst);
        assert_eq!(status_at(&deps, 6).await, 200);
        assert_eq!(
            world.vault_reads.load(Ordering::SeqCst),
            reads,
            "an unanswering vault is left alone for a while"
        );
        assert_eq!(status_at(&deps, 24 * 60 - 1).await, 200);
        assert_eq!(
            status_at(&deps, 24 * 60).await,
            503,
            "after a day they are too old"
        );
        world.set_moods(FakeMood::Well, FakeMood::Well);
        assert_eq!(status_at(&deps, 24 * 60 + 1).await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_vault_without_cached_keys_is_a_failure() {
    for mood in [FakeMood::Fails, FakeMood::Hangs] {
        let (world, deps) = world().await;
        world.set_moods(FakeMood::Well, mood);
        let begun = tokio::time::Instant::now();
        assert_eq!(status_at(&deps, 0).await, 503);
        assert!(begun.elapsed() < Duration::from_millis(1_200));
        assert!(world.received_messages().is_empty());
    }
}

#[tokio::test]
async fn strangers_can_neither_flood_the_vault_nor_fill_the_cache() {
    let (world, deps) = world().await;
    let stranger = Push {
        binding: "nobody",
        ..push(LEAVES)
    };
    for _ in 0..20 {
        send_push(&deps, &stranger, NOW).await;
    }
    assert_eq!(world.vault_reads.load(Ordering::SeqCst), 1);
    assert_eq!(status_at(&deps, 0).await, 200);
    for n in 0..2_000 {
        let name = format!("nobody{n}");
        let request = CallbackRequest {
            binding: &name,
            query: &stranger.query,
            body: &stranger.body,
        };
        handle(&deps, request, NOW, [9; 32]).await;
    }
    let reads = world.vault_reads.load(Ordering::SeqCst);
    assert_eq!(status_at(&deps, 0).await, 200);
    assert_eq!(
        world.vault_reads.load(Ordering::SeqCst),
        reads,
        "a real binding is not pushed out by absent ones"
    );
}

#[tokio::test]
async fn a_binding_made_after_a_failed_lookup_is_found() {
    let (world, deps) = world().await;
    let kept = std::mem::take(&mut *world.secrets.lock().unwrap());
    assert_eq!(status_at(&deps, 0).await, 403);
    *world.secrets.lock().unwrap() = kept;
    assert_eq!(status_at(&deps, 1).await, 200);
}

#[tokio::test]
async fn unusable_keys_answer_unavailable_and_not_refused() {
    let (world, deps) = world().await;
    for secret in world.secrets.lock().unwrap().values_mut() {
        *secret = "{\"v\":1}".into();
    }
    assert_eq!(status_at(&deps, 0).await, 503);
}
