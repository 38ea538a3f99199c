//! A world with its own clock, and short functions to call it. Requests are built only here.

use bytes::Bytes;
use directory::Timestamp;
use sandbox::company;
use sandbox::world::{CallReply, Settings, World};
use serde_json::{Value, json};

/// 2026-03-02 10:00:00 in Shanghai.
const MORNING: i64 = 1_772_416_800_000;

pub(crate) struct WorldHarness {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    token: String,
}

impl WorldHarness {
    pub(crate) fn new(people: usize, departments: usize) -> Self {
        Self::with_settings(people, departments, Settings::default())
    }

    pub(crate) fn with_settings(people: usize, departments: usize, settings: Settings) -> Self {
        let world = World::new(company::generate(people, departments, 7), settings);
        let mut harness = Self {
            world,
            now: Timestamp(MORNING),
            token: String::new(),
        };
        harness.log_in();
        harness
    }

    pub(crate) fn log_in(&mut self) -> String {
        let keys = self.world.company().credentials.clone();
        let answer = self.get(&format!(
            "/gettoken?appkey={}&appsecret={}",
            keys.app_key, keys.app_secret
        ));
        self.token = answer["access_token"].as_str().expect("a token").to_owned();
        self.token.clone()
    }

    pub(crate) fn advance_clock(&mut self, ms: i64) {
        self.now = self.now.plus_millis(ms);
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        body: &Value,
        token: Option<&str>,
    ) -> CallReply {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("x-acs-dingtalk-access-token", token);
        }
        let body = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        self.world
            .call(self.now, &request.body(body).expect("a request"))
    }

    pub(crate) fn get(&mut self, path: &str) -> Value {
        parse_body(&self.send("GET", path, &Value::Null, None))
    }

    /// Sends a POST with the token in the query. One second passes first, so that the frequency
    /// limit is not reached.
    pub(crate) fn post(&mut self, path: &str, body: Value) -> Value {
        self.advance_clock(1000);
        self.post_at_once(path, body)
    }

    #[allow(clippy::needless_pass_by_value, reason = "the tests read better")]
    pub(crate) fn post_at_once(&mut self, path: &str, body: Value) -> Value {
        let path = format!("{path}?access_token={}", self.token);
        parse_body(&self.send("POST", &path, &body, None))
    }

    pub(crate) fn post_new(
        &mut self,
        path: &str,
        body: &Value,
        token: Option<&str>,
    ) -> (u16, Value) {
        let answer = self.send("POST", path, body, token);
        (answer.response.status().as_u16(), parse_body(&answer))
    }

    pub(crate) fn person_at(&self, at: usize) -> String {
        self.world
            .company()
            .people
            .keys()
            .nth(at)
            .expect("so many people")
            .clone()
    }

    /// Returns a person who is neither administrator nor leader.
    pub(crate) fn ordinary_person(&self) -> String {
        let people = &self.world.company().people;
        let found = people
            .values()
            .find(|p| !p.is_admin() && p.departments.iter().all(|m| !m.leader));
        found.expect("an ordinary person").userid.clone()
    }

    pub(crate) fn user(&mut self, userid: &str) -> Value {
        self.post("/topapi/v2/user/get", json!({"userid": userid}))
    }
}

pub(crate) fn parse_body(answer: &CallReply) -> Value {
    serde_json::from_slice(answer.response.body()).expect("JSON")
}
