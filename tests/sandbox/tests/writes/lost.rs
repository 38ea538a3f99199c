//! Answers that never come: done, never done, done later.

use std::time::Duration;

use dingtalk::Trouble;
use dingtalk::client::{Deletion, DepartmentOptions, Outcome};
use directory::{DeptId, Field};
use sandbox::world::{Fault, FaultKind, Settings};
use serde_json::json;

use crate::counter::{Counter, values};

const CREATE: &str = "/topapi/v2/department/create";
const UPDATE: &str = "/topapi/v2/user/update";

async fn children(counter: &Counter) -> Vec<String> {
    let children = counter.client.sub_departments(DeptId::ROOT).await.unwrap();
    children.iter().filter_map(|child| child.values.text(Field::Name)).map(str::to_owned).collect()
}

#[tokio::test]
async fn done_and_lost_is_unknown_and_never_sent_twice() {
    let counter = Counter::open().await;
    let fields = values(&[(Field::Name, "丢失部"), (Field::Parent, "1"), (Field::SourceIdentifier, "EHR-1")]);
    for kind in [FaultKind::LostConnection, FaultKind::TruncatedJson] {
        counter.lose(kind, CREATE).await;
        let made = counter.client.create_department(&fields, DepartmentOptions::default()).await.unwrap();
        assert_eq!(made, Outcome::Unknown, "{kind:?}");
        let named = children(&counter).await.iter().filter(|name| *name == "丢失部").count();
        assert_eq!(named, 1, "{kind:?}");
        let children = counter.client.sub_departments(DeptId::ROOT).await.unwrap();
        let adopted = children.iter().find(|child| child.values.text(Field::Name) == Some("丢失部")).unwrap();
        let id = adopted.id.to_dept_id().unwrap();
        let read = counter.client.department(id).await.unwrap();
        assert_eq!(read.values.text(Field::SourceIdentifier), Some("EHR-1"));
        assert_eq!(counter.client.delete_department(id).await.unwrap(), Outcome::Done(Deletion::Deleted));
    }
    assert_eq!(counter.calls(CREATE).await, 2);
}

#[tokio::test]
async fn never_done_is_unknown_too() {
    let counter = Counter::open().await;
    let fields = values(&[(Field::Name, "没有部"), (Field::Parent, "1")]);
    for kind in [FaultKind::LostRequest, FaultKind::Error500, FaultKind::Empty200, FaultKind::Html200] {
        counter.lose(kind, CREATE).await;
        let made = counter.client.create_department(&fields, DepartmentOptions::default()).await.unwrap();
        assert_eq!(made, Outcome::Unknown, "{kind:?}");
        assert!(!children(&counter).await.contains(&"没有部".to_owned()), "{kind:?}");
    }
    assert_eq!(counter.calls(CREATE).await, 4);
}

#[tokio::test]
async fn a_late_write_lands_after_a_newer_one() {
    let counter = Counter::open().await;
    let read = counter.ordinary().await;
    let id = read.id.as_str();
    counter.arm(Fault { ms: Some(3_600_000), ..Fault::new(FaultKind::LateEffect).at(UPDATE) }).await;
    let late = counter.change(&read, &values(&[(Field::Title, "旧职位")])).await.unwrap();
    assert_eq!(late, Outcome::Unknown);
    assert!(counter.change(&read, &values(&[(Field::Title, "新职位")])).await.unwrap().done().is_some());
    assert_eq!(counter.read(id).await.values.text(Field::Title), Some("新职位"));
    let later = sandbox::http::machine_time().plus_millis(3_600_001);
    counter.server.world.lock().await.settle(later);
    assert_eq!(counter.read(id).await.values.text(Field::Title), Some("旧职位"));
    assert_eq!(counter.calls(UPDATE).await, 2);
}

#[tokio::test]
async fn a_late_write_is_pushed_like_any_other() {
    let counter = Counter::open().await;
    counter.arm(Fault { ms: Some(30), ..Fault::new(FaultKind::LateEffect).at(CREATE) }).await;
    let fields = values(&[(Field::Name, "迟到部"), (Field::Parent, "1")]);
    let made = counter.client.create_department(&fields, DepartmentOptions::default()).await.unwrap();
    assert_eq!(made, Outcome::Unknown);
    // Nobody asks anything: the server itself carries it out.
    for _ in 0..500 {
        if !counter.told().await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(counter.told().await, [("org_dept_create".to_owned(), true)]);
}

#[tokio::test]
async fn a_throttled_write_is_sent_again_and_done_once() {
    let counter = Counter::open().await;
    counter.lose(FaultKind::Throttle, UPDATE).await;
    let read = counter.ordinary().await;
    let written = counter.change(&read, &values(&[(Field::Title, "顾问")])).await.unwrap();
    assert!(written.done().is_some());
    assert_eq!(counter.calls(UPDATE).await, 2);
    assert_eq!(counter.told().await, [("user_modify_org".to_owned(), true)]);
    counter.arm(Fault::new(FaultKind::BanPage).at(UPDATE)).await;
    let error = counter.change(&read, &values(&[(Field::Title, "专家")])).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::Banned { .. }), "{error}");
    assert_eq!(counter.calls(UPDATE).await, 3, "a ban is not retried");
}

#[tokio::test]
async fn lists_show_a_write_later_and_a_read_at_once() {
    let counter = Counter::with(json!({"list_lag_ms": 3_600_000})).await;
    let fields = values(&[(Field::Name, "慢部"), (Field::Parent, "1")]);
    let made = counter.client.create_department(&fields, DepartmentOptions::default()).await.unwrap().done().unwrap();
    assert!(counter.client.department(made.id).await.is_ok());
    assert!(!children(&counter).await.contains(&"慢部".to_owned()));
    let read = counter.ordinary().await;
    let home = DeptId(read.values.refs(Field::Departments).next().unwrap().parse().unwrap());
    assert!(counter.change(&read, &values(&[(Field::Title, "新职位")])).await.unwrap().done().is_some());
    let shown = directory::FieldSet::PERSON;
    let page = counter.client.members(home, 0, shown).await.unwrap();
    let row = page.rows.iter().find(|row| row.record.id == read.id).unwrap();
    assert_eq!(row.record.values.text(Field::Title), read.values.text(Field::Title), "the list is old");
    assert_eq!(counter.read(read.id.as_str()).await.values.text(Field::Title), Some("新职位"));
    counter.client.delete_person(&read).await.unwrap().done().unwrap();
    let page = counter.client.members(home, 0, shown).await.unwrap();
    assert!(page.rows.iter().any(|row| row.record.id == read.id), "the list still has who has left");
    counter.set(json!({"list_lag_ms": Settings::default().list_lag_ms})).await;
    let page = counter.client.members(home, 0, shown).await.unwrap();
    assert!(page.rows.iter().all(|row| row.record.id != read.id));
    assert!(children(&counter).await.contains(&"慢部".to_owned()));
}
