//! Forged requests: each route that changes something, in every way that another site could send it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use admin_console::describe_api;
use admin_console::desk_port::ConsoleRole;
use axum::body::Body;
use console::{BrowserClient, ConsoleWorld, HOST, SignedInAs, WorldOptions};
use http::{Method, Request, StatusCode};

const FORM: &str = "application/x-www-form-urlencoded";
const OWN: &str = "http://127.0.0.1:4040";

/// How a request is forged: its origin, its content type, its token.
struct Forgery {
    what: &'static str,
    origin: Option<&'static str>,
    site: Option<&'static str>,
    content_type: &'static str,
    token: Option<String>,
}

fn forgeries(own: &str, others: &str) -> Vec<Forgery> {
    let base = |what| Forgery {
        what,
        origin: Some(OWN),
        site: None,
        content_type: FORM,
        token: Some(own.to_owned()),
    };
    vec![
        Forgery {
            token: None,
            ..base("no token")
        },
        Forgery {
            token: Some("0".repeat(64)),
            ..base("a made-up token")
        },
        Forgery {
            token: Some(others.to_owned()),
            ..base("the token of another session")
        },
        Forgery {
            origin: Some("https://evil.example"),
            ..base("another origin")
        },
        Forgery {
            origin: Some("null"),
            ..base("an origin that is hidden")
        },
        Forgery {
            origin: None,
            ..base("no origin at all")
        },
        Forgery {
            site: Some("cross-site"),
            ..base("the browser says cross-site")
        },
        Forgery {
            content_type: "text/plain",
            ..base("a form that needs no permission")
        },
        Forgery {
            content_type: "application/json",
            ..base("JSON")
        },
    ]
}

fn forge(browser: &BrowserClient, path: &str, forgery: &Forgery) -> Request<Body> {
    let mut request = browser
        .request(&Method::POST, path)
        .header("content-type", forgery.content_type);
    if let Some(origin) = forgery.origin {
        request = request.header("origin", origin);
    }
    if let Some(site) = forgery.site {
        request = request.header("sec-fetch-site", site);
    }
    let token = forgery.token.as_ref();
    let body = token.map_or_else(String::new, |token| format!("form_token={token}"));
    request
        .body(Body::from(format!(
            "{body}&decision=release&keep=ehr&same=true&code=000000"
        )))
        .unwrap()
}

fn changing_paths() -> Vec<String> {
    let description = serde_json::to_value(describe_api()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let changing = paths.iter().filter(|(_, item)| item.get("post").is_some());
    changing
        .map(|(path, _)| {
            path.replace("{id}", "hold1")
                .replace("{step}", "make-app")
                .replace("{token}", &"A".repeat(43))
        })
        .collect()
}

#[tokio::test]
async fn no_forged_request_changes_anything() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.signed_in(SignedInAs::OwnerWithCode).await;
    let mut other = world.signed_in(SignedInAs::Role(ConsoleRole::Hr)).await;
    let (own, others) = (browser.form_token().await, other.form_token().await);
    assert_ne!(own, others);
    let paths = changing_paths();
    assert!(paths.len() >= 20, "{paths:?}");
    let entries = world.desk.journal_length();
    for path in &paths {
        for forgery in forgeries(&own, &others) {
            let answer = browser.clone().send(forge(&browser, path, &forgery)).await;
            let is_refused = [StatusCode::FORBIDDEN, StatusCode::UNSUPPORTED_MEDIA_TYPE]
                .contains(&answer.status);
            assert!(is_refused, "{path}, {}: {}", forgery.what, answer.status);
            assert!(
                answer.headers.get("set-cookie").is_none(),
                "{path}, {}",
                forgery.what
            );
        }
    }
    assert_eq!(world.desk.journal_length(), entries);
    assert_eq!(
        browser.get("/account").await.status,
        StatusCode::OK,
        "still signed in"
    );
    // The same request, honestly sent, does something.
    browser.post("/writing/pause", &[]).await;
    assert_eq!(world.desk.journal_length(), entries + 1);
}

#[tokio::test]
async fn foreign_names_and_oversized_requests_are_not_looked_at() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.browser();
    for (host, status) in [
        (HOST, StatusCode::OK),
        ("localhost:4040", StatusCode::OK),
        ("rebound.example:4040", StatusCode::MISDIRECTED_REQUEST),
        ("127.0.0.1.evil.example", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = Request::get("/sign-in")
            .header("host", host)
            .body(Body::empty());
        assert_eq!(
            browser.send(request.unwrap()).await.status,
            status,
            "{host}"
        );
    }
    let long = format!("/people?q={}", "x".repeat(5_000));
    assert_eq!(browser.get(&long).await.status, StatusCode::URI_TOO_LONG);
    let request = browser
        .request(&Method::POST, "/sign-in")
        .header("origin", OWN)
        .header("content-type", FORM)
        .body(Body::from("x".repeat(admin_console::BODY_MAX + 1)));
    let answer = browser.send(request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_others_out() {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.browser();
    for path in [
        "/sign-in",
        "/",
        "/nowhere",
        "/assets/console.css",
        "/openapi.json",
    ] {
        let answer = browser.get(path).await;
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{path}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert!(
            answer.headers.get("strict-transport-security").is_none(),
            "on loopback"
        );
        assert!(
            !answer.body.contains("style=\"") && !answer.body.contains(" onclick"),
            "{path}"
        );
    }
    assert_eq!(
        browser.get("/sign-in").await.headers["cache-control"],
        "no-store"
    );
}
