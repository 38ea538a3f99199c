//! Every page in three languages and two forms; names of people who mean no good.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use admin_console::desk_port::ConsoleRole;
use console::{ConsoleWorld, HOSTILE_NAMES, SignedInAs, WorldOptions};
use http::StatusCode;

const OWNER: SignedInAs = SignedInAs::Role(ConsoleRole::Owner);

/// Every page that is read, with everything in it that can be shown.
const PAGES: [&str; 22] = [
    "/",
    "/queues?queue=holds",
    "/queues?queue=conflicts",
    "/queues?queue=quarantine",
    "/queues?queue=matches",
    "/plans",
    "/plans/plan1",
    "/plans/plan1?from=10",
    "/people",
    "/people?q=BD1",
    "/people?q=nothing",
    "/people/link5",
    "/runs",
    "/runs/run2",
    "/runs/run3",
    "/journal",
    "/doctor",
    "/bind",
    "/bind/report",
    "/account",
    "/step-up",
    "/sign-in",
];

/// What a page must not have: a text that is missing, or an argument that was not given.
fn assert_complete(path: &str, body: &str) {
    for sign in ["[console-", "[wizard-", "[probe-", "{$", "[field-"] {
        assert!(!body.contains(sign), "{path}: {sign}: {body}");
    }
}

#[tokio::test]
async fn every_page_is_complete_in_every_language_with_and_without_a_company_behind_it() {
    for is_empty in [false, true] {
        let world = ConsoleWorld::start(WorldOptions::default()).await;
        if is_empty {
            world.desk.empty_out();
        }
        let mut browser = world.signed_in(OWNER).await;
        for (tag, lang) in [("zh-CN", "简"), ("zh-TW", "正"), ("en", "E")] {
            browser.language = tag.to_owned();
            for path in PAGES {
                let answer = browser.get(path).await;
                let is_gone = is_empty && answer.status == StatusCode::NOT_FOUND;
                assert!(
                    answer.status == StatusCode::OK || is_gone,
                    "{path}: {}",
                    answer.status
                );
                assert!(
                    answer.body.contains(&format!("<html lang=\"{tag}\"")),
                    "{path} {lang}"
                );
                assert_complete(path, &answer.body);
                assert!(
                    answer.body.len() < 100 * 1024,
                    "{path}: {} bytes",
                    answer.body.len()
                );
            }
        }
    }
}

#[tokio::test]
async fn every_page_is_json_for_programs() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.signed_in(OWNER).await;
    browser.accept = "application/json".to_owned();
    for path in PAGES {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert!(json.is_object(), "{path}");
    }
    let mut nobody = world.browser();
    nobody.accept = "application/json".to_owned();
    assert_eq!(
        nobody.get("/people/link1").await.status,
        StatusCode::UNAUTHORIZED
    );
    let description = nobody.get("/openapi.json").await;
    let description: serde_json::Value = serde_json::from_str(&description.body).unwrap();
    assert!(description["paths"]["/plans/{id}"]["get"].is_object());
    assert!(description["components"]["schemas"]["DashboardFigures"].is_object());
}

#[tokio::test]
async fn names_of_people_who_mean_no_good_are_shown_and_do_nothing() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.signed_in(OWNER).await;
    let mut seen = String::new();
    for place in 12..17 {
        seen += &browser.get(&format!("/people/link{place}")).await.body;
    }
    for path in ["/people?q=BD10", "/plans/plan1?from=10", "/journal", "/"] {
        seen += &browser.get(path).await.body;
    }
    seen += &browser
        .get("/people?q=%3Cscript%3Ealert(2)%3C%2Fscript%3E")
        .await
        .body;
    assert!(
        !seen.contains("<script>alert") && !seen.contains("onmouseover=\"alert"),
        "markup of a stranger"
    );
    assert!(
        !seen.contains('\u{202e}'),
        "the direction of writing is turned"
    );
    assert!(seen.contains("⟦U+202E⟧") && seen.contains("&lt;script&gt;alert(1)"));
    assert!(
        seen.contains(HOSTILE_NAMES[4]),
        "an honest name is shown as it is"
    );
}

#[tokio::test]
async fn values_are_masked_until_somebody_asks_and_the_journal_knows_who() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.signed_in(SignedInAs::Role(ConsoleRole::Hr)).await;
    let masked = browser.get("/people/link3").await.body;
    assert!(
        masked.contains("138****") && !masked.contains("13811112273"),
        "{masked}"
    );
    let entries = world.desk.journal_length();
    let shown = browser.post("/people/link3/reveal", &[]).await.body;
    assert!(shown.contains("13811112273"), "{shown}");
    assert_eq!(world.desk.journal_length(), entries + 1);
    let (actor, action, _) = world.desk.last_entry();
    assert_eq!(
        (actor.as_deref(), action.as_str()),
        (Some("李娜"), "reveal-values")
    );
}

#[tokio::test]
async fn what_is_not_known_is_called_unknown() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    world.desk.empty_out();
    let mut browser = world.signed_in(OWNER).await;
    let page = browser.get("/").await.body;
    assert!(page.contains("Nothing was synced yet"), "{page}");
    assert!(
        page.contains("What waits cannot be read now") && !page.contains("Nothing waits for you")
    );
    assert!(
        !page.contains("100.0"),
        "nothing is called equal that was not compared"
    );
    let page = browser.get("/doctor").await.body;
    assert!(
        page.contains("0 fine, 0 to care about, 0 stopped, 16 unknown"),
        "{page}"
    );
}

#[tokio::test]
async fn decisions_are_taken_and_taken_back() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.signed_in(SignedInAs::OwnerWithCode).await;
    browser
        .post("/queues/holds/hold1", &[("decision", "release")])
        .await;
    assert!(
        browser
            .get("/queues?queue=holds")
            .await
            .body
            .contains("Take the release back")
    );
    browser
        .post("/queues/holds/hold1", &[("decision", "take_back")])
        .await;
    assert!(
        browser
            .get("/queues?queue=holds")
            .await
            .body
            .contains("Release…")
    );
    browser
        .post("/queues/conflicts/conflict1", &[("decision", "ehr")])
        .await;
    assert!(
        browser
            .get("/queues?queue=conflicts")
            .await
            .body
            .contains("Decided")
    );
    browser.post("/plans/plan1/approve", &[]).await;
    browser.post("/plans/plan1/apply", &[]).await;
    let plan = browser.get("/plans/plan1").await.body;
    assert!(
        plan.contains("5 of 17 written") && plan.contains("data-refresh=\"1\""),
        "{plan}"
    );
    assert_eq!(
        browser.post("/plans/plan1/approve", &[]).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        browser.post("/plans/plan9/approve", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}
