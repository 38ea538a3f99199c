//! Answers that never come: done, never done, done later.

use std::time::Duration;

use dingtalk::DingTalkErrorKind;
use dingtalk::client::{CallOutcome, Deletion, DepartmentOptions};
use directory::{DeptId, Field};
use sandbox::world::{Fault, FaultKind, Settings};
use serde_json::json;

use crate::client_harness::{ClientHarness, values};

const CREATE: &str = "/topapi/v2/department/create";
const UPDATE: &str = "/topapi/v2/user/update";

async fn child_names(counter: &ClientHarness) -> Vec<String> {
    let children = counter
        .client
        .list_sub_departments(DeptId::ROOT)
        .await
        .unwrap()
        .rows;
    children
        .iter()
        .filter_map(|child| child.values.text(Field::Name))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_write_is_not_repeated() {
    let counter = ClientHarness::open().await;
    let fields = values(&[
        (Field::Name, "丢失部"),
        (Field::Parent, "1"),
        (Field::SourceIdentifier, "EHR-1"),
    ]);
    for kind in [FaultKind::LostConnection, FaultKind::TruncatedJson] {
        counter.lose_call(kind, CREATE).await;
        let made = counter
            .client
            .create_department(&fields, DepartmentOptions::default())
            .await
            .unwrap();
        assert_eq!(made, CallOutcome::Unknown, "{kind:?}");
        let named = child_names(&counter)
            .await
            .iter()
            .filter(|name| *name == "丢失部")
            .count();
        assert_eq!(named, 1, "{kind:?}");
        let children = counter
            .client
            .list_sub_departments(DeptId::ROOT)
            .await
            .unwrap()
            .rows;
        let adopted = children
            .iter()
            .find(|child| child.values.text(Field::Name) == Some("丢失部"))
            .unwrap();
        let id = adopted.id.to_dept_id().unwrap();
        let read = counter.client.read_department(id).await.unwrap();
        assert_eq!(read.values.text(Field::SourceIdentifier), Some("EHR-1"));
        assert_eq!(
            counter.client.delete_department(id).await.unwrap(),
            CallOutcome::Done(Deletion::Deleted)
        );
    }
    assert_eq!(counter.count_calls(CREATE).await, 2);
}

#[tokio::test]
async fn a_lost_request_is_unknown_too() {
    let counter = ClientHarness::open().await;
    let fields = values(&[(Field::Name, "没有部"), (Field::Parent, "1")]);
    for kind in [
        FaultKind::LostRequest,
        FaultKind::Error500,
        FaultKind::Empty200,
        FaultKind::Html200,
    ] {
        counter.lose_call(kind, CREATE).await;
        let made = counter
            .client
            .create_department(&fields, DepartmentOptions::default())
            .await
            .unwrap();
        assert_eq!(made, CallOutcome::Unknown, "{kind:?}");
        assert!(
            !child_names(&counter).await.contains(&"没有部".to_owned()),
            "{kind:?}"
        );
    }
    assert_eq!(counter.count_calls(CREATE).await, 4);
}

#[tokio::test]
async fn a_late_write_overwrites_a_newer_one() {
    let counter = ClientHarness::open().await;
    let read = counter.ordinary_person().await;
    let id = read.id.as_str();
    counter
        .arm(Fault {
            ms: Some(3_600_000),
            ..Fault::new(FaultKind::LateEffect).at(UPDATE)
        })
        .await;
    let late = counter
        .update_person(&read, &values(&[(Field::Title, "旧职位")]))
        .await
        .unwrap();
    assert_eq!(late, CallOutcome::Unknown);
    assert!(
        counter
            .update_person(&read, &values(&[(Field::Title, "新职位")]))
            .await
            .unwrap()
            .done()
            .is_some()
    );
    assert_eq!(
        counter.read(id).await.values.text(Field::Title),
        Some("新职位")
    );
    let later = sandbox::http::machine_time().plus_millis(3_600_001);
    counter.server.world.lock().await.land_due_writes(later);
    assert_eq!(
        counter.read(id).await.values.text(Field::Title),
        Some("旧职位")
    );
    assert_eq!(counter.count_calls(UPDATE).await, 2);
}

#[tokio::test]
async fn a_late_write_emits_an_event() {
    let counter = ClientHarness::open().await;
    counter
        .arm(Fault {
            ms: Some(30),
            ..Fault::new(FaultKind::LateEffect).at(CREATE)
        })
        .await;
    let fields = values(&[(Field::Name, "迟到部"), (Field::Parent, "1")]);
    let made = counter
        .client
        .create_department(&fields, DepartmentOptions::default())
        .await
        .unwrap();
    assert_eq!(made, CallOutcome::Unknown);
    // Nobody asks anything: the server itself carries it out.
    for _ in 0..500 {
        if !counter.event_origins().await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        counter.event_origins().await,
        [("org_dept_create".to_owned(), true)]
    );
}

#[tokio::test]
async fn a_throttled_write_is_retried_and_applied_once() {
    let counter = ClientHarness::open().await;
    counter.lose_call(FaultKind::Throttle, UPDATE).await;
    let read = counter.ordinary_person().await;
    let written = counter
        .update_person(&read, &values(&[(Field::Title, "顾问")]))
        .await
        .unwrap();
    assert!(written.done().is_some());
    assert_eq!(counter.count_calls(UPDATE).await, 2);
    assert_eq!(
        counter.event_origins().await,
        [("user_modify_org".to_owned(), true)]
    );
    counter.arm(Fault::new(FaultKind::BanPage).at(UPDATE)).await;
    let error = counter
        .update_person(&read, &values(&[(Field::Title, "专家")]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::Banned { .. }),
        "{error}"
    );
    assert_eq!(counter.count_calls(UPDATE).await, 3, "a ban is not retried");
}

#[tokio::test]
async fn a_read_shows_a_write_before_the_lists_do() {
    let counter = ClientHarness::with_settings(json!({"list_lag_ms": 3_600_000})).await;
    let fields = values(&[(Field::Name, "慢部"), (Field::Parent, "1")]);
    let made = counter
        .client
        .create_department(&fields, DepartmentOptions::default())
        .await
        .unwrap()
        .done()
        .unwrap();
    assert!(counter.client.read_department(made.id).await.is_ok());
    assert!(!child_names(&counter).await.contains(&"慢部".to_owned()));
    let read = counter.ordinary_person().await;
    let home = DeptId(
        read.values
            .refs(Field::Departments)
            .next()
            .unwrap()
            .parse()
            .unwrap(),
    );
    assert!(
        counter
            .update_person(&read, &values(&[(Field::Title, "新职位")]))
            .await
            .unwrap()
            .done()
            .is_some()
    );
    let shown = directory::FieldSet::PERSON;
    let page = counter.client.list_members(home, 0, shown).await.unwrap();
    let row = page
        .rows
        .iter()
        .find(|row| row.record.id == read.id)
        .unwrap();
    assert_eq!(
        row.record.values.text(Field::Title),
        read.values.text(Field::Title),
        "the list is old"
    );
    assert_eq!(
        counter
            .read(read.id.as_str())
            .await
            .values
            .text(Field::Title),
        Some("新职位")
    );
    counter
        .client
        .delete_person(&read)
        .await
        .unwrap()
        .done()
        .unwrap();
    let page = counter.client.list_members(home, 0, shown).await.unwrap();
    assert!(
        page.rows.iter().any(|row| row.record.id == read.id),
        "the list still has who has left"
    );
    counter
        .change_settings(json!({"list_lag_ms": Settings::default().list_lag_ms}))
        .await;
    let page = counter.client.list_members(home, 0, shown).await.unwrap();
    assert!(page.rows.iter().all(|row| row.record.id != read.id));
    assert!(child_names(&counter).await.contains(&"慢部".to_owned()));
}
