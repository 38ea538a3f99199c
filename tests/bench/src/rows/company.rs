//! A company in memory: the pages of all its lists, a clock that does not advance, and a token that
//! is never refused.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dingtalk::client::{
    AccessToken, CallRate, Client, ClientConfig, Clock, Endpoints, TokenHash, TokenSource,
};
use directory::Timestamp;
use outbound::{Transport, TransportError};
use serde_json::{Value, json};

/// Rows of a page.
const PAGE: u32 = 100;
/// Number of direct members of a department.
const DEPARTMENT_SIZE: u32 = 1000;
/// Id of the first department with members. The root is 1 and has only departments.
const FIRST_DEPARTMENT: u32 = 2;

/// Pace far above the number of pages, because the clock does not advance and a wait would never
/// end.
const CALLS: u32 = 100_000;

struct MemoryTransport {
    departments: Bytes,
    nothing: Bytes,
    /// Pages of members by department.
    members: Vec<Vec<Bytes>>,
}

/// Returns a client of a company with this many people.
pub(super) fn memory_client(people: u32) -> Client {
    let departments = people.div_ceil(DEPARTMENT_SIZE);
    let listed = (0..departments).map(
        |n| json!({ "dept_id": FIRST_DEPARTMENT + n, "name": format!("部门{n}"), "parent_id": 1 }),
    );
    let members = |department: u32| {
        let from = department * DEPARTMENT_SIZE;
        let until = people.min(from + DEPARTMENT_SIZE);
        let pages: Vec<u32> = (from..until).step_by(PAGE as usize).collect();
        pages
            .iter()
            .map(|start| render_page(department, *start, until))
            .collect()
    };
    let memory = Arc::new(MemoryTransport {
        departments: success_body(&json!(listed.collect::<Vec<_>>())),
        nothing: success_body(&json!([])),
        members: (0..departments).map(members).collect(),
    });
    let endpoints = Endpoints {
        api: "http://dingtalk.test".to_owned(),
        oapi: "http://dingtalk.test".to_owned(),
    };
    let pace = CallRate {
        calls_per_second: CALLS,
        burst: CALLS,
    };
    let config = ClientConfig {
        endpoints,
        app_key: "bench".to_owned(),
        agent_id: None,
        pace,
    };
    Client::new(
        config,
        Arc::clone(&memory) as _,
        Arc::clone(&memory) as _,
        memory,
        Arc::new(|| 0),
    )
}

/// Renders a page of the people from `start` on, with the fields of a real page.
fn render_page(department: u32, start: u32, until: u32) -> Bytes {
    let end = until.min(start + PAGE);
    let person = |n: u32| {
        json!({
            "userid": format!("0156446320{n:010}"), "unionid": format!("z21HjQliSzpw0YWCNxmii{n:012}"),
            "name": format!("张三{n}"), "avatar": "", "state_code": "86", "mobile": format!("185{n:08}"),
            "hide_mobile": false, "telephone": "", "job_number": format!("A{n}"), "title": "高级软件工程师",
            "email": format!("zhang{n}@example.cn"), "org_email": format!("zhang{n}@corp.example.cn"),
            "work_place": "上海市浦东新区", "remark": "", "dept_id_list": [FIRST_DEPARTMENT + department], "dept_order": n,
            "extension": "{\"工牌号\":\"7\",\"爱好\":\"旅游\"}", "hired_date": 1_597_573_616_828_i64,
            "active": true, "admin": false, "boss": false, "leader": false, "exclusive_account": false,
        })
    };
    let cursor = end - department * DEPARTMENT_SIZE;
    let list: Vec<_> = (start..end).map(person).collect();
    success_body(&json!({ "has_more": end < until, "next_cursor": cursor, "list": list }))
}

fn success_body(result: &Value) -> Bytes {
    Bytes::from(
        json!({ "errcode": 0, "errmsg": "ok", "result": result, "request_id": "bench" })
            .to_string(),
    )
}

impl MemoryTransport {
    fn find_page(&self, department: u64, cursor: u64) -> Option<&Bytes> {
        let department = usize::try_from(department.checked_sub(FIRST_DEPARTMENT.into())?).ok()?;
        self.members
            .get(department)?
            .get(usize::try_from(cursor / u64::from(PAGE)).ok()?)
    }
}

#[async_trait]
impl Transport for MemoryTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let number = |name: &str| asked[name].as_u64().unwrap_or_default();
        let body = match (
            request.uri().path().ends_with("/listsub"),
            number("dept_id"),
        ) {
            (true, 1) => self.departments.clone(),
            (true, _) => self.nothing.clone(),
            (false, 1) => success_body(&json!({ "has_more": false, "list": [] })),
            (false, department) => self
                .find_page(department, number("cursor"))
                .cloned()
                .unwrap_or_default(),
        };
        http::Response::builder()
            .status(200)
            .body(body)
            .map_err(|_| TransportError::NotConnected { source: None })
    }
}

#[async_trait]
impl Clock for MemoryTransport {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    async fn sleep(&self, _duration: Duration) {}
}

#[async_trait]
impl TokenSource for MemoryTransport {
    async fn current_token(&self) -> Result<AccessToken, dingtalk::DingTalkError> {
        Ok(AccessToken::new("bench".to_owned().into()))
    }

    async fn renew_token(
        &self,
        _refused: TokenHash,
    ) -> Result<AccessToken, dingtalk::DingTalkError> {
        self.current_token().await
    }
}
