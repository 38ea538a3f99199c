//! Writes without an answer: carried out, never carried out, carried out later.

use std::time::Duration;

use dingtalk::DingTalkErrorKind;
use dingtalk::client::{CallOutcome, Deletion, DepartmentOptions};
use directory::{DeptId, Field};
use sandbox::world::{Fault, FaultKind, Settings};
use serde_json::json;

use crate::client_harness::{ClientHarness, values};

const CREATE: &str = "/topapi/v2/department/create";
const UPDATE: &str = "/topapi/v2/user/update";

async fn child_names(harness: &ClientHarness) -> Vec<String> {
    let children = harness
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
    let harness = ClientHarness::open().await;
    let fields = values(&[
        (Field::Name, "丢失部"),
        (Field::Parent, "1"),
        (Field::SourceIdentifier, "EHR-1"),
    ]);
    for kind in [FaultKind::LostConnection, FaultKind::TruncatedJson] {
        harness.lose_call(kind, CREATE).await;
        let made = harness
            .client
            .create_department(&fields, DepartmentOptions::default())
            .await
            .unwrap();
        assert_eq!(made, CallOutcome::Unknown, "{kind:?}");
        let named = child_names(&harness)
            .await
            .iter()
            .filter(|name| *name == "丢失部")
            .count();
        assert_eq!(named, 1, "{kind:?}");
        let children = harness
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
        let read = harness.client.read_department(id).await.unwrap();
        assert_eq!(read.values.text(Field::SourceIdentifier), Some("EHR-1"));
        assert_eq!(
            harness.client.delete_department(id).await.unwrap(),
            CallOutcome::Done(Deletion::Deleted)
        );
    }
    assert_eq!(harness.count_calls(CREATE).await, 2);
}

#[tokio::test]
async fn a_lost_request_is_unknown_too() {
    let harness = ClientHarness::open().await;
    let fields = values(&[(Field::Name, "没有部"), (Field::Parent, "1")]);
    for kind in [
        FaultKind::LostRequest,
        FaultKind::Error500,
        FaultKind::Empty200,
        FaultKind::Html200,
    ] {
        harness.lose_call(kind, CREATE).await;
        let made = harness
            .client
            .create_department(&fields, DepartmentOptions::default())
            .await
            .unwrap();
        assert_eq!(made, CallOutcome::Unknown, "{kind:?}");
        assert!(
            !child_names(&harness).await.contains(&"没有部".to_owned()),
            "{kind:?}"
        );
    }
    assert_eq!(harness.count_calls(CREATE).await, 4);
}

#[tokio::test]
async fn a_late_write_overwrites_a_newer_one() {
    let harness = ClientHarness::open().await;
    let read = harness.ordinary_person().await;
    let id = read.id.as_str();
    harness
        .arm(Fault {
            ms: Some(3_600_000),
            ..Fault::new(FaultKind::LateEffect).at(UPDATE)
        })
        .await;
    let late = harness
        .update_person(&read, &values(&[(Field::Title, "旧职位")]))
        .await
        .unwrap();
    assert_eq!(late, CallOutcome::Unknown);
    assert!(
        harness
            .update_person(&read, &values(&[(Field::Title, "新职位")]))
            .await
            .unwrap()
            .done()
            .is_some()
    );
    assert_eq!(
        harness.read(id).await.values.text(Field::Title),
        Some("新职位")
    );
    let later = sandbox::http::machine_time().plus_millis(3_600_001);
    harness.server.world.lock().await.land_due_writes(later);
    assert_eq!(
        harness.read(id).await.values.text(Field::Title),
        Some("旧职位")
    );
    assert_eq!(harness.count_calls(UPDATE).await, 2);
}

#[tokio::test]
async fn a_late_write_emits_an_event() {
    let harness = ClientHarness::open().await;
    harness
        .arm(Fault {
            ms: Some(30),
            ..Fault::new(FaultKind::LateEffect).at(CREATE)
        })
        .await;
    let fields = values(&[(Field::Name, "迟到部"), (Field::Parent, "1")]);
    let made = harness
        .client
        .create_department(&fields, DepartmentOptions::default())
        .await
        .unwrap();
    assert_eq!(made, CallOutcome::Unknown);
    // There is no call here: the server itself carries the write out.
    for _ in 0..500 {
        if !harness.event_origins().await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        harness.event_origins().await,
        [("org_dept_create".to_owned(), true)]
    );
}

#[tokio::test]
async fn a_throttled_write_is_retried_and_applied_once() {
    let harness = ClientHarness::open().await;
    harness.lose_call(FaultKind::Throttle, UPDATE).await;
    let read = harness.ordinary_person().await;
    let written = harness
        .update_person(&read, &values(&[(Field::Title, "顾问")]))
        .await
        .unwrap();
    assert!(written.done().is_some());
    assert_eq!(harness.count_calls(UPDATE).await, 2);
    assert_eq!(
        harness.event_origins().await,
        [("user_modify_org".to_owned(), true)]
    );
    harness.arm(Fault::new(FaultKind::BanPage).at(UPDATE)).await;
    let error = harness
        .update_person(&read, &values(&[(Field::Title, "专家")]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::Banned { .. }),
        "{error}"
    );
    assert_eq!(harness.count_calls(UPDATE).await, 3, "a ban is not retried");
}

#[tokio::test]
async fn a_read_shows_a_write_before_the_lists_do() {
    let harness = ClientHarness::with_settings(json!({"list_lag_ms": 3_600_000})).await;
    let fields = values(&[(Field::Name, "慢部"), (Field::Parent, "1")]);
    let made = harness
        .client
        .create_department(&fields, DepartmentOptions::default())
        .await
        .unwrap()
        .done()
        .unwrap();
    assert!(harness.client.read_department(made.id).await.is_ok());
    assert!(!child_names(&harness).await.contains(&"慢部".to_owned()));
    let read = harness.ordinary_person().await;
    let home = DeptId(
        read.values
            .refs(Field::Departments)
            .next()
            .unwrap()
            .parse()
            .unwrap(),
    );
    assert!(
        harness
            .update_person(&read, &values(&[(Field::Title, "新职位")]))
            .await
            .unwrap()
            .done()
            .is_some()
    );
    let shown = directory::FieldSet::PERSON;
    let page = harness.client.list_members(home, 0, shown).await.unwrap();
    let row = page
        .rows
        .iter()
        .find(|row| row.record.id == read.id)
        .unwrap();
    assert_eq!(
        row.record.values.text(Field::Title),
        read.values.text(Field::Title),
        "the list should show the old state"
    );
    assert_eq!(
        harness
            .read(read.id.as_str())
            .await
            .values
            .text(Field::Title),
        Some("新职位")
    );
    harness
        .client
        .delete_person(&read)
        .await
        .unwrap()
        .done()
        .unwrap();
    let page = harness.client.list_members(home, 0, shown).await.unwrap();
    assert!(
        page.rows.iter().any(|row| row.record.id == read.id),
        "the list should still show the leaver"
    );
    harness
        .change_settings(json!({"list_lag_ms": Settings::default().list_lag_ms}))
        .await;
    let page = harness.client.list_members(home, 0, shown).await.unwrap();
    assert!(page.rows.iter().all(|row| row.record.id != read.id));
    assert!(child_names(&harness).await.contains(&"慢部".to_owned()));
}
