//! The wizard, from nothing to written, over HTTP.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use console::{BrowserClient, ConsoleWorld, SignedInAs, WorldOptions};
use http::StatusCode;

async fn unbound() -> (ConsoleWorld, BrowserClient) {
    let options = WorldOptions {
        is_bound: false,
        ..WorldOptions::default()
    };
    let world = ConsoleWorld::start(options).await;
    let browser = world.signed_in(SignedInAs::OwnerWithCode).await;
    (world, browser)
}

async fn credentials(browser: &mut BrowserClient, secret: &str) -> console::Answer {
    let fields = [
        ("corp_id", "ding86f13963d4eb77b2"),
        ("agent_id", "1234567890"),
        ("app_key", "dingkey"),
        ("app_secret", secret),
    ];
    browser.post("/bind/credentials", &fields).await
}

#[tokio::test]
async fn each_step_leads_to_the_next_one_and_nothing_is_written_before_the_approval() {
    let (world, mut browser) = unbound().await;
    assert_eq!(browser.get("/").await.location(), "/bind");
    let waits = browser
        .post("/bind/make-app", &[("published", "waits")])
        .await;
    assert_eq!(waits.location(), "/bind/make-app");
    let made = browser
        .post("/bind/make-app", &[("published", "yes")])
        .await;
    assert_eq!(made.location(), "/bind/choose-ehr");
    let chosen = browser.post("/bind/choose-ehr", &[("ehr", "ledger")]).await;
    assert_eq!(chosen.location(), "/bind/credentials");
    let wrong = credentials(&mut browser, "wrong-secret").await;
    assert_eq!(wrong.location(), "/bind/credentials");
    let page = browser.get("/bind/credentials").await.body;
    assert!(
        page.contains("Refused") && page.contains("Copy both again"),
        "{page}"
    );
    let right = credentials(&mut browser, "right-secret-0123456789").await;
    assert_eq!(right.location(), "/bind/callback");
    assert_eq!(world.desk.stored_secrets(), 1);
    let skipped = browser.post("/bind/callback", &[("skip", "yes")]).await;
    assert_eq!(skipped.location(), "/bind/permissions");
    let refused = browser.post("/bind/permissions/probe", &[]).await.body;
    assert!(
        refused.contains("12 people are outside") && refused.contains("Missing or unpublished"),
        "{refused}"
    );
    world.desk.let_dingtalk_agree();
    browser.post("/bind/permissions/probe", &[]).await;
    browser.post("/bind/authorise/probe", &[]).await;
    let decided = browser
        .post("/bind/direction", &[("direction", "dingtalk")])
        .await;
    assert_eq!(decided.location(), "/bind/plan");
    browser.post("/bind/plan/probe", &[]).await;
    assert!(browser.get("/bind").await.body.contains("Go by this plan?"));
    browser.post("/plans/plan2/approve", &[]).await;
    assert!(browser.get("/bind").await.body.contains("The first sync"));
    browser.post("/plans/plan2/apply", &[]).await;
    for _ in 0..4 {
        browser.get("/bind").await;
    }
    assert!(browser.get("/bind").await.body.contains("It is bound"));
}

#[tokio::test]
async fn a_secret_is_in_no_page_and_keys_of_the_callback_in_one() {
    let (_, mut browser) = unbound().await;
    browser
        .post("/bind/make-app", &[("published", "yes")])
        .await;
    browser.post("/bind/choose-ehr", &[("ehr", "ledger")]).await;
    credentials(&mut browser, "right-secret-0123456789").await;
    let made = browser.post("/bind/callback/probe", &[]).await.body;
    assert!(
        made.contains("8fJ4kd02lsmPq7vYt1cNw5xHb6ZaEu9RgLoXiT3SmDQ"),
        "{made}"
    );
    let mut seen = browser.get("/bind/callback").await.body;
    browser.accept = "application/json".to_owned();
    seen += &browser.get("/bind/callback").await.body;
    seen += &browser.get("/bind/credentials").await.body;
    assert!(
        !seen.contains("8fJ4kd02") && !seen.contains("right-secret"),
        "{seen}"
    );
}

#[tokio::test]
async fn what_cannot_be_right_is_named_at_its_field_and_dingtalk_is_not_asked() {
    let (world, mut browser) = unbound().await;
    browser
        .post("/bind/make-app", &[("published", "yes")])
        .await;
    browser.post("/bind/choose-ehr", &[("ehr", "ledger")]).await;
    let fields = [
        ("corp_id", "12345"),
        ("agent_id", "abc"),
        ("app_key", "same"),
        ("app_secret", "same"),
    ];
    let answer = browser.post("/bind/credentials", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for fault in ["begins with", "is a number", "pasted twice"] {
        assert!(answer.body.contains(fault), "{fault}: {}", answer.body);
    }
    assert!(
        answer.body.contains("value=\"12345\"") && answer.body.contains("aria-invalid=\"true\"")
    );
    assert_eq!(world.desk.stored_secrets(), 0);
}

#[tokio::test]
async fn a_step_before_its_turn_is_refused_and_its_page_says_so() {
    let (_, mut browser) = unbound().await;
    let early = browser
        .post("/bind/direction", &[("direction", "ehr")])
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(
        browser
            .get("/bind/direction")
            .await
            .body
            .contains("comes after the ones before it")
    );
    assert_eq!(
        browser.get("/bind/nonsense").await.status,
        StatusCode::NOT_FOUND
    );
    let odd = browser
        .post("/bind/make-app", &[("published", "perhaps")])
        .await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}
