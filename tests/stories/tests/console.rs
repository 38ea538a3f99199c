//! The console of a running `up`: who signs in with its link sees the company, and nobody else sees anything.

use std::collections::BTreeMap;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;
use stories::company::http_client;
use stories::polling::wait_until;
use stories::{RunningProgram, SandboxCompany};
use tempfile::tempdir;

/// A browser without a screen: keeps cookies, follows nothing.
struct Browser {
    client: Client,
    address: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(address: &str) -> Self {
        Self {
            client: http_client(),
            address: address.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, method: Method, path: &str, accept: &str, form: &str) -> Response {
        let pairs = self.cookies.iter();
        let cookies: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.address))
            .header("user-agent", "story")
            .header("accept", accept)
            .header("accept-language", "en")
            .header("cookie", cookies.join("; "));
        if method == Method::POST {
            request = request
                .header("origin", &self.address)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_owned());
        }
        let answer = request.send().await.expect("the console answers");
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let pair = cookie.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    async fn page(&mut self, path: &str) -> (StatusCode, String) {
        let answer = self.send(Method::GET, path, "text/html", "").await;
        (answer.status(), answer.text().await.unwrap())
    }

    async fn json(&mut self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, "application/json", "").await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Sends a form of the page at `page` to `path`; returns where it leads.
    async fn post(&mut self, page: &str, path: &str) -> String {
        let answer = self.submit(page, path, "text/html").await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {text}");
        headers["location"].to_str().unwrap().to_owned()
    }

    async fn submit(&mut self, page: &str, path: &str, accept: &str) -> Response {
        let (_, text) = self.page(page).await;
        let field = "name=\"form_token\" value=\"";
        let start = text.find(field).expect("a form on the page") + field.len();
        let form = format!("form_token={}", &text[start..start + 64]);
        self.send(Method::POST, path, accept, &form).await
    }
}

/// Starts `up` for the company; returns its first object too.
async fn start_up(dingtalk: &SandboxCompany, data: &std::path::Path) -> (RunningProgram, Value) {
    let up = dingtalk.up_command(data).await;
    let mut up = up.args(["--sweep-minutes", "1440"]).start();
    let report = up.first_object().await;
    assert_eq!(report["run"]["complete"], true, "{report}");
    (up, report)
}

/// The address of the console, and the path of the link.
fn console_of(report: &Value) -> (String, String) {
    let text = |key: &str| report["console"][key].as_str().expect("text").to_owned();
    let (url, link) = (text("url"), text("link"));
    let path = link.strip_prefix(&url).expect("the link is the console's");
    (url.clone(), path.to_owned())
}

async fn signed_in(url: &str, link: &str) -> Browser {
    let mut browser = Browser::new(url);
    let (status, _) = browser.page(link).await;
    assert_eq!(status, StatusCode::OK, "looking at a link uses nothing up");
    assert_eq!(browser.post(link, link).await, "/");
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_up_opens_the_console_of_the_company() {
    let dingtalk = SandboxCompany::start(45, 8, 61).await;
    let home = tempdir().unwrap();
    let (_up, report) = start_up(&dingtalk, home.path()).await;
    let (url, link) = console_of(&report);
    assert_ne!(
        Some(url.as_str()),
        report["binding"]["callback_url"]
            .as_str()
            .and_then(|callback| callback.split("/callback").next()),
        "a port of its own"
    );
    let mut owner = signed_in(&url, &link).await;
    let (status, _) = owner.page(&link).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "the link works once");

    let (people, departments) = (&report["run"]["people"], &report["run"]["departments"]);
    assert_eq!(people, 45);
    let figures = owner.json("/").await["figures"].clone();
    let both = people.as_u64().unwrap() + departments.as_u64().unwrap();
    assert_eq!(figures["agreement"]["compared"], both, "{figures}");
    assert_eq!(figures["agreement"]["equal"], both, "{figures}");
    assert_eq!(figures["waiting"]["holds"], 0);
    for unknown in [&figures["last_event"], &figures["waiting"]["matches"]] {
        assert!(unknown.is_null(), "{figures}");
    }
    let (_, dashboard) = owner.page("/").await;
    assert!(
        dashboard.contains(&format!("{both} records")),
        "{dashboard}"
    );
    let run = report["run"]["id"].as_str().unwrap();
    let run = owner.json(&format!("/runs/{run}")).await;
    assert_eq!(&run["run"]["seen"]["people"], people, "{run}");

    see_a_plan(&mut owner).await;
    see_a_person(&mut owner, &dingtalk).await;
    see_the_journal(&mut owner).await;
    assert_eq!(owner.post("/doctor", "/doctor").await, "/doctor");
    for page in [
        "/plans",
        "/runs",
        "/people",
        "/journal",
        "/doctor",
        "/queues?queue=holds",
    ] {
        let (status, text) = owner.page(page).await;
        assert_eq!(status, StatusCode::OK, "{page}: {text}");
    }
}

async fn see_a_plan(owner: &mut Browser) {
    let plan = owner.post("/plans", "/plans").await;
    let mut phase = Value::Null;
    for _ in 0..600 {
        phase = owner.json(&plan).await["plan"]["row"]["phase"].clone();
        if phase != "making" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(phase, "open");
    let (_, page) = owner.page(&plan).await;
    assert!(page.contains("Waits for approval"), "{page}");
}

/// A person is found by job number and shown masked; values are shown when they are asked for, and the journal has it.
async fn see_a_person(owner: &mut Browser, dingtalk: &SandboxCompany) {
    let truth = dingtalk.truth().await;
    let person = truth
        .people
        .iter()
        .find(|person| person.state_code == "86")
        .expect("somebody with a number of the mainland");
    let found = owner.json(&format!("/people?q={}", person.userid)).await;
    let row = found["found"]["rows"][0].clone();
    assert_eq!(row["name"], person.name.as_str(), "{found}");
    let id = row["id"].as_str().unwrap();
    let shown = owner.json(&format!("/people/{id}")).await["person"].clone();
    assert!(shown["row"]["mobile"].as_str().unwrap().contains("****"));
    assert!(!shown["timeline"].as_array().unwrap().is_empty(), "{shown}");
    assert!(!shown.to_string().contains(&person.mobile), "{shown}");
    let reveal = format!("/people/{id}/reveal");
    let opened = owner
        .submit(&format!("/people/{id}"), &reveal, "application/json")
        .await;
    let opened = opened.text().await.unwrap();
    assert!(opened.contains(&person.mobile), "{opened}");
    let journal = owner.json("/journal").await;
    let looked = journal["entries"]["rows"].as_array().unwrap().iter();
    let looked: Vec<&Value> = looked
        .filter(|row| row["action"] == "show-person" && row["record"]["name"] == *person.name)
        .collect();
    assert_eq!(looked.len(), 1, "{journal}");
}

async fn see_the_journal(owner: &mut Browser) {
    assert_eq!(owner.post("/", "/writing/pause").await, "/");
    let journal = owner.json("/journal").await;
    let newest = &journal["entries"]["rows"][0];
    assert_eq!(newest["action"], "pause-writes", "{journal}");
    assert_eq!(newest["actor"], "owner", "{journal}");
    assert_eq!(newest["outcome"], "done", "{journal}");
    let (_, page) = owner.page("/journal").await;
    assert!(page.contains("owner"), "{page}");
    // To go on takes a second proof, which a link is not.
    let resume = owner.post("/", "/writing/resume").await;
    assert!(resume.starts_with("/step-up"), "{resume}");
    assert!(owner.json("/").await["figures"]["paused_since"].is_i64());
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_foreign_names_see_nothing() {
    let dingtalk = SandboxCompany::start(5, 2, 62).await;
    let home = tempdir().unwrap();
    let (up, report) = start_up(&dingtalk, home.path()).await;
    let (url, link) = console_of(&report);
    let mut stranger = Browser::new(&url);
    for path in ["/", "/people", "/plans", "/journal", "/runs"] {
        let (status, text) = stranger.page(path).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {text}");
    }
    for host in ["evil.example", "rebound.example:4040"] {
        let asked = http_client().get(format!("{url}{link}"));
        let answer = asked.header("host", host).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    signed_in(&url, &link).await;
    up.kill().await;
    wait_until(
        std::time::Duration::from_secs(20),
        "the console is gone",
        async || match http_client().get(&url).send().await {
            Ok(answer) => Err(answer.status().to_string()),
            Err(_) => Ok(()),
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_up_that_ends_has_no_console() {
    let dingtalk = SandboxCompany::start(5, 2, 63).await;
    let home = tempdir().unwrap();
    let once = dingtalk.up_command(home.path()).await.run_once().await;
    once.run_report(0);
    assert!(once.single_object()["console"].is_null());
}
