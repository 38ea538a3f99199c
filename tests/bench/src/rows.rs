//! `bench rows`: what one list row costs once it has arrived: decoded, brought into canonical form, hashed, compared. No
//! network, no database: the pages are in memory, and the client, the index and the hashes are the real ones.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dingtalk::client::{
    AccessToken, Client, ClientConfig, Clock, Endpoints, Pace, TokenHash, Tokens, Transport, TransportError,
};
use directory::hash::{self, HashKey};
use directory::index::{BaseIndex, Listed, Nomination};
use directory::link::Version;
use directory::{Base, DeptId, Field, FieldSet, Kind, Lifecycle, Link, NativeId, Side, Timestamp, Value, Values};
use serde_json::json;

use crate::args::RowsArgs;
use crate::figure::{Figures, Target};
use crate::process::{Unreadable, usage};

/// Rows of a page (`dingtalk-api.md` §3.3).
const PAGE: u32 = 100;

/// What `design.md` §10 asks, per person and side.
const CPU: Target = Target::AtMost(6.0);

/// The same, of the memory of a whole sweep of 200,000 people.
const MEMORY: Target = Target::AtMost(32.0);

/// Far above the pages that are asked for: the clock stands still, and nobody may wait for it.
const CALLS: u32 = 100_000;

/// Person fields that a row shows.
const SHOWN: FieldSet = FieldSet::PERSON.without(FieldSet::of(&[Field::MainDepartment, Field::Leads, Field::Manager]));

/// Measures and prints; whether the target holds.
///
/// # Errors
/// [`Unreadable`] where the process's CPU time cannot be read.
pub async fn run(args: &RowsArgs) -> Result<bool, Unreadable> {
    let client = client(args.people);
    let key = HashKey::new([7; 32]);
    let department = link(&key, Kind::Department, "1", &Values::new());
    let pages = args.people.div_ceil(PAGE);
    let empty = usage()?;
    let mut index = index(&key, &client, &department, pages).await;
    let before = usage()?;
    let mut agreeing = 0_u64;
    for page in 0..pages {
        agreeing += see(&mut index, &client, &department, page).await;
    }
    let spent = usage()?.cpu_ms.saturating_sub(before.cpu_ms);
    let mut figures = Figures::of("rows");
    let people = f64::from(pages * PAGE);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds and rows are far below 2^52")]
    let (spent, agreeing) = (spent as f64, agreeing as f64);
    // A row that did not agree was not compared with what it is: the figure would mean nothing.
    figures.ours("agreeing_rows", agreeing, "rows", Target::Exactly(people));
    figures.ours("cpu_per_person_and_side", spent * 1000.0 / people, "µs", CPU);
    // What a sweep keeps per person as long as it lasts; the pages here are not its own.
    let kept = crate::floor::ratio(before.resident_kib.saturating_sub(empty.resident_kib), 1024);
    figures.ours("index_memory", kept, "MiB", MEMORY);
    figures.ours("index_memory_per_person", kept * 1024.0 * 1024.0 / people, "B", Target::None);
    Ok(figures.hold)
}

/// Sees a page as a sweep does; how many rows agree with base.
async fn see(index: &mut BaseIndex, client: &Client, department: &Link, page: u32) -> u64 {
    let Ok(page) = client.members(DeptId(1), page * PAGE, FieldSet::PERSON).await else { return 0 };
    let mut agreeing = 0;
    for row in &page.rows {
        let values = resolved(&row.record.values, department);
        agreeing += u64::from(matches!(index.see(Side::DingTalk, &row.record.id, &values), Nomination::Agrees(_)));
        index.see_place(&row.record.id, department.id, row.leads_here);
    }
    agreeing
}

/// Department ids as link ids, as the run's names do it.
fn resolved(values: &Values, department: &Link) -> Values {
    let mut values = values.clone();
    values.show_refs(Field::Departments, [department.id.to_string()]);
    values
}

/// Everybody linked, with the base that the pages have.
async fn index(key: &HashKey, client: &Client, department: &Link, pages: u32) -> BaseIndex {
    let listed = Listed { dingtalk: SHOWN, ehr: SHOWN, ehr_news: FieldSet::NONE };
    let mut index = BaseIndex::new(key.clone(), listed);
    for page in 0..pages {
        let Ok(page) = client.members(DeptId(1), page * PAGE, FieldSet::PERSON).await else { continue };
        for row in &page.rows {
            let values = resolved(&row.record.values, department);
            let mut person = link(key, Kind::Person, row.record.id.as_str(), &values);
            person.base.departments.insert(department.id);
            index.add(&person);
        }
    }
    index.freeze();
    index
}

fn link(key: &HashKey, kind: Kind, id: &str, values: &Values) -> Link {
    let native = NativeId::new(id).ok();
    let hash_of = |(field, value): (Field, Option<&Value>)| (field, hash::field(key, field, value));
    Link {
        id: hash::link_id(key, Side::DingTalk, kind, &native.clone().unwrap_or_else(|| DeptId(1).into()), 0),
        kind,
        generation: 1,
        version: Version(1),
        dingtalk: native,
        ehr: None,
        unionid: None,
        protected: false,
        base: Base { hashes: values.iter().map(hash_of).collect(), ..Base::default() },
        intents: Vec::new(),
        lifecycle: Lifecycle::Active,
        waits: Vec::new(),
    }
}

/// Pages in memory, a clock that stands still and a token that is never refused.
struct Memory {
    people: u32,
    pages: Vec<Bytes>,
}

fn client(people: u32) -> Client {
    let pages = people.div_ceil(PAGE);
    let memory = Arc::new(Memory { people, pages: (0..pages).map(|page| body(page, pages)).collect() });
    let endpoints = Endpoints { api: "http://dingtalk.test".to_owned(), oapi: "http://dingtalk.test".to_owned() };
    let pace = Pace { calls_per_second: CALLS, burst: CALLS };
    let config = ClientConfig { endpoints, app_key: "bench".to_owned(), agent_id: None, pace };
    Client::new(config, Arc::clone(&memory) as _, Arc::clone(&memory) as _, memory, Arc::new(|| 0))
}

/// A page with the fields of a real one.
fn body(page: u32, pages: u32) -> Bytes {
    let person = |n: u32| {
        json!({
            "userid": format!("0156446320{n:010}"), "unionid": format!("z21HjQliSzpw0YWCNxmii{n:012}"),
            "name": format!("张三{n}"), "avatar": "", "state_code": "86", "mobile": format!("185{n:08}"),
            "hide_mobile": false, "telephone": "", "job_number": format!("A{n}"), "title": "高级软件工程师",
            "email": format!("zhang{n}@example.cn"), "org_email": format!("zhang{n}@corp.example.cn"),
            "work_place": "上海市浦东新区", "remark": "", "dept_id_list": [1], "dept_order": n,
            "extension": "{\"工牌号\":\"7\",\"爱好\":\"旅游\"}", "hired_date": 1_597_573_616_828_i64,
            "active": true, "admin": false, "boss": false, "leader": false, "exclusive_account": false,
        })
    };
    let list: Vec<_> = (page * PAGE..(page + 1) * PAGE).map(person).collect();
    let has_more = page + 1 < pages;
    let result = json!({ "has_more": has_more, "next_cursor": (page + 1) * PAGE, "list": list });
    Bytes::from(json!({ "errcode": 0, "errmsg": "ok", "result": result, "request_id": "bench" }).to_string())
}

#[async_trait]
impl Transport for Memory {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let asked: serde_json::Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let cursor = asked["cursor"].as_u64().and_then(|cursor| usize::try_from(cursor).ok()).unwrap_or_default();
        let page = self.pages.get(cursor / PAGE as usize).cloned().unwrap_or_default();
        http::Response::builder().status(200).body(page).map_err(|_| TransportError::NotConnected { source: None })
    }
}

#[async_trait]
impl Clock for Memory {
    fn now(&self) -> Timestamp {
        Timestamp(i64::from(self.people))
    }

    async fn sleep(&self, _duration: Duration) {}
}

#[async_trait]
impl Tokens for Memory {
    async fn current(&self) -> Result<AccessToken, dingtalk::Error> {
        Ok(AccessToken::new("bench".to_owned().into()))
    }

    async fn renewed(&self, _refused: TokenHash) -> Result<AccessToken, dingtalk::Error> {
        self.current().await
    }
}
