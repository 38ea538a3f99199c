//! Signing in: what works, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use admin_console::desk_port::ConsoleRole;
use admin_console::sign_in::{
    IDLE_MS, LIFE_MS, LINK_LIFE_MS, LOCK_MS, PENDING_LIFE_MS, STEP_UP_MS,
};
use console::{BrowserClient, CORP, ConsoleWorld, SignedInAs, WorldOptions, totp_code};
use http::StatusCode;

const OWNER: SignedInAs = SignedInAs::Role(ConsoleRole::Owner);
const STEP_MS: i64 = 30 * 1000;

async fn world() -> ConsoleWorld {
    ConsoleWorld::start(WorldOptions::default()).await
}

#[tokio::test]
async fn a_link_is_not_used_up_by_opening_it_and_works_once() {
    let world = world().await;
    let link = world.link("owner").await;
    let mut browser = world.browser();
    assert_eq!(browser.get(&link).await.status, StatusCode::OK);
    assert_eq!(browser.get(&link).await.status, StatusCode::OK);
    let entered = browser.post(&link, &[]).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let cookie = entered.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("bangding-session=") && cookie.contains("HttpOnly; SameSite=Lax"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let mut other = world.browser();
    assert_eq!(other.post(&link, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(other.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_link_that_is_too_old_or_made_up_is_refused() {
    let world = world().await;
    let link = world.link("owner").await;
    world.pass_time(LINK_LIFE_MS);
    let mut browser = world.browser();
    assert_eq!(browser.post(&link, &[]).await.status, StatusCode::FORBIDDEN);
    let made_up = format!("/link/{}", "A".repeat(43));
    assert_eq!(
        browser.post(&made_up, &[]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        browser.get("/link/short").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_and_after_eight_hours() {
    let world = world().await;
    let mut idle = world.signed_in(OWNER).await;
    world.pass_time(IDLE_MS - 1);
    assert_eq!(idle.get("/").await.status, StatusCode::OK);
    world.pass_time(IDLE_MS);
    assert_eq!(idle.get("/").await.location(), "/sign-in");
    let mut busy = world.signed_in(OWNER).await;
    let mut passed = 0;
    while passed + IDLE_MS / 2 < LIFE_MS {
        world.pass_time(IDLE_MS / 2);
        passed += IDLE_MS / 2;
        assert_eq!(busy.get("/").await.status, StatusCode::OK, "{passed}");
    }
    world.pass_time(IDLE_MS / 2);
    assert_eq!(busy.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_session_that_moves_to_another_browser_ends_in_both() {
    let world = world().await;
    let mut own = world.signed_in(OWNER).await;
    let mut thief = own.clone();
    thief.user_agent = "another browser".to_owned();
    assert_eq!(thief.get("/").await.location(), "/sign-in");
    assert_eq!(own.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn signing_out_ends_one_session_and_signing_out_everywhere_all_of_them() {
    let world = world().await;
    let (mut one, mut two) = (world.signed_in(OWNER).await, world.signed_in(OWNER).await);
    let mut copy = one.clone();
    assert_eq!(one.post("/sign-out", &[]).await.location(), "/sign-in");
    assert_eq!(copy.get("/").await.location(), "/sign-in");
    assert_eq!(two.get("/").await.status, StatusCode::OK);
    let mut three = world.signed_in(OWNER).await;
    let mut other = world.signed_in(SignedInAs::Role(ConsoleRole::Hr)).await;
    three.post("/sign-out-everywhere", &[]).await;
    assert_eq!(two.get("/").await.location(), "/sign-in");
    assert_eq!(other.get("/").await.status, StatusCode::OK);
}

async fn try_code(browser: &mut BrowserClient, code: &str) -> StatusCode {
    let fields = [("account", "owner"), ("code", code)];
    browser.post("/sign-in", &fields).await.status
}

#[tokio::test]
async fn a_code_works_once_and_the_sixth_guess_is_not_looked_at() {
    let world = world().await;
    let (secret, _) = world.enrol(&mut world.signed_in(OWNER).await).await;
    let mut browser = world.browser();
    world.pass_time(STEP_MS);
    let code = totp_code(&secret, world.now());
    assert_eq!(try_code(&mut browser, &code).await, StatusCode::SEE_OTHER);
    let mut other = world.browser();
    assert_eq!(
        try_code(&mut other, &code).await,
        StatusCode::FORBIDDEN,
        "replayed"
    );
    for _ in 0..4 {
        assert_eq!(try_code(&mut other, "000000").await, StatusCode::FORBIDDEN);
    }
    world.pass_time(STEP_MS);
    let right = totp_code(&secret, world.now());
    assert_eq!(
        try_code(&mut other, &right).await,
        StatusCode::TOO_MANY_REQUESTS,
        "the sixth"
    );
    world.pass_time(LOCK_MS);
    let right = totp_code(&secret, world.now());
    assert_eq!(try_code(&mut other, &right).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_refused_and_counted_like_a_wrong_code() {
    let world = world().await;
    let mut browser = world.browser();
    for _ in 0..5 {
        let fields = [("account", "nobody"), ("code", "000000")];
        let refused = browser.post("/sign-in", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        try_code(&mut browser, "000000").await,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn a_recovery_code_works_once() {
    let world = world().await;
    let (_, codes) = world.enrol(&mut world.signed_in(OWNER).await).await;
    assert_eq!(codes.len(), 10);
    let mut browser = world.browser();
    assert_eq!(
        try_code(&mut browser, &codes[0]).await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        try_code(&mut browser, &codes[0]).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        try_code(&mut browser, &codes[1]).await,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_second_proof_changes_the_token_and_counts_for_ten_minutes() {
    let world = world().await;
    let mut browser = world.signed_in(OWNER).await;
    let (secret, _) = world.enrol(&mut browser).await;
    world.pass_time(STEP_UP_MS);
    browser.post("/writing/pause", &[]).await;
    assert_eq!(
        browser.post("/writing/resume", &[]).await.location(),
        "/step-up"
    );
    assert!(world.desk.is_paused());
    let mut before = browser.clone();
    let code = totp_code(&secret, world.now());
    assert_eq!(
        browser.post("/step-up", &[("code", &code)]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_ne!(
        before.cookies["bangding-session"],
        browser.cookies["bangding-session"]
    );
    assert_eq!(
        before.get("/").await.location(),
        "/sign-in",
        "the token before has ended"
    );
    assert_eq!(
        browser.post("/step-up", &[("code", &code)]).await.status,
        StatusCode::FORBIDDEN,
        "replayed"
    );
    browser.post("/writing/resume", &[]).await;
    assert!(!world.desk.is_paused());
}

#[tokio::test]
async fn after_a_second_proof_the_reader_is_where_they_were_and_never_elsewhere() {
    let world = world().await;
    let mut browser = world.signed_in(OWNER).await;
    let (secret, _) = world.enrol(&mut browser).await;
    for (back, expected) in [
        ("/plans/plan1", "/plans/plan1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ] {
        world.pass_time(STEP_MS);
        let page = browser.get(&format!("/step-up?back={back}")).await;
        assert!(
            page.body
                .contains(&format!("name=\"back\" value=\"{expected}\"")),
            "{back}"
        );
        let fields = [("code", &*totp_code(&secret, world.now())), ("back", back)];
        let proven = browser.post("/step-up", &fields).await;
        assert_eq!(proven.location(), expected);
    }
}

#[tokio::test]
async fn of_two_who_follow_a_link_or_send_a_code_at_once_one_is_refused() {
    let world = world().await;
    let (secret, _) = world.enrol(&mut world.signed_in(OWNER).await).await;
    let link = world.link("owner").await;
    let (mut one, mut two) = (world.browser(), world.browser());
    let (first, second) = tokio::join!(one.post(&link, &[]), two.post(&link, &[]));
    let entered = |answers: [StatusCode; 2]| {
        answers
            .iter()
            .filter(|status| **status == StatusCode::SEE_OTHER)
            .count()
    };
    assert_eq!(entered([first.status, second.status]), 1);
    world.pass_time(STEP_MS);
    let code = totp_code(&secret, world.now());
    let (first, second) = tokio::join!(try_code(&mut one, &code), try_code(&mut two, &code));
    assert_eq!(entered([first, second]), 1);
}

/// Goes to DingTalk's page; the `state` that it is sent.
async fn go_to_dingtalk(browser: &mut BrowserClient) -> String {
    let sent = browser.get("/sign-in/dingtalk").await;
    let url = sent.location();
    assert!(
        url.starts_with(
            "https://login.dingtalk.com/oauth2/auth?redirect_uri=http%3A%2F%2F127.0.0.1"
        ),
        "{url}"
    );
    assert!(url.contains("&scope=openid%20corpid&") && url.contains(&format!("corpId={CORP}")));
    let start = url.find("&state=").unwrap() + 7;
    url[start..start + 43].to_owned()
}

fn back(code: &str, state: &str) -> String {
    format!("/sign-in/dingtalk/return?code={code}&authCode={code}&state={state}")
}

#[tokio::test]
async fn somebody_with_a_role_signs_in_on_dingtalks_page() {
    let world = world().await;
    let mut browser = world.browser();
    let state = go_to_dingtalk(&mut browser).await;
    let code = world.login.agree(CORP, Some("hr"));
    assert_eq!(browser.get(&back(&code, &state)).await.location(), "/");
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert_eq!(
        browser.get(&back(&code, &state)).await.status,
        StatusCode::FORBIDDEN,
        "reused"
    );
}

#[tokio::test]
async fn what_dingtalk_sends_back_counts_only_for_who_was_sent_there() {
    let world = world().await;
    let (mut victim, mut attacker) = (world.browser(), world.browser());
    let attackers_state = go_to_dingtalk(&mut attacker).await;
    let own_state = go_to_dingtalk(&mut victim).await;
    let code = || world.login.agree(CORP, Some("owner"));
    for (path, what) in [
        (back(&code(), &attackers_state), "swapped state"),
        (back(&code(), &"A".repeat(43)), "made-up state"),
        (back(&code(), ""), "no state"),
        (back("", &own_state), "no code"),
        (
            format!("/sign-in/dingtalk/return?error=access_denied&state={own_state}"),
            "denied",
        ),
        ("/sign-in/dingtalk/return".to_owned(), "nothing"),
    ] {
        let answer = victim.get(&path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
        assert!(!victim.cookies.contains_key("bangding-session"), "{what}");
    }
    let mut stranger = world.browser();
    let answer = stranger.get(&back(&code(), &own_state)).await;
    assert_eq!(
        answer.status,
        StatusCode::FORBIDDEN,
        "a browser that was sent nowhere"
    );
    world.pass_time(PENDING_LIFE_MS);
    let answer = victim.get(&back(&code(), &own_state)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "too old");
}

#[tokio::test]
async fn another_company_no_role_and_a_used_code_are_refused_each_with_its_reason() {
    let world = world().await;
    for (corp, user, text) in [
        ("ding-other", Some("owner"), "another company"),
        (CORP, Some("somebody"), "no role"),
        (CORP, None, "no role"),
    ] {
        let mut browser = world.browser();
        let state = go_to_dingtalk(&mut browser).await;
        let code = world.login.agree(corp, user);
        let answer = browser.get(&back(&code, &state)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
    }
    let mut browser = world.browser();
    let state = go_to_dingtalk(&mut browser).await;
    assert_eq!(
        browser.get(&back("used-before", &state)).await.status,
        StatusCode::FORBIDDEN
    );
    let state = go_to_dingtalk(&mut browser).await;
    let code = world.login.agree(CORP, Some("hr"));
    world.login.go_down();
    assert_eq!(
        browser.get(&back(&code, &state)).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}
