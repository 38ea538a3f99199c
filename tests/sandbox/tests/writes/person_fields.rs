//! Writes to single fields of people.

use std::collections::BTreeMap;

use dingtalk::client::{
    MobileForm, NewPerson, PersonChange, UnwritableReason, WrittenFields, custom_changes,
    person_order,
};
use dingtalk::{DingTalkErrorKind, UniqueField};
use directory::{DeptId, Field, FieldSet, Record};
use sandbox::world::Act;
use serde_json::json;

use crate::client_harness::{ClientHarness, userid, values};
use crate::expectations::{
    MOBILE, expect_joined, expect_taken, refused_for, sample_person, with_values,
};

#[tokio::test]
async fn an_update_keeps_unnamed_custom_fields() {
    let harness = ClientHarness::open().await;
    let fields = with_values(
        sample_person(),
        &[(Field::Extension, r#"{"爱好":"旅游","年龄":"24"}"#)],
    );
    expect_joined(harness.create_person("ehr-77", &fields).await);
    let change = |text: &'static str| values(&[(Field::Extension, text)]);
    let extension = |record: &Record| record.values.text(Field::Extension).map(str::to_owned);
    let mut read = harness.read("ehr-77").await;
    _ = harness
        .update_person(&read, &change(r#"{"工位":"A1"}"#))
        .await
        .unwrap();
    read = harness.read("ehr-77").await;
    assert_eq!(
        extension(&read).unwrap(),
        r#"{"工位":"A1","年龄":"24","爱好":"旅游"}"#
    );
    _ = harness
        .update_person(&read, &change(r#"{"年龄":null}"#))
        .await
        .unwrap();
    read = harness.read("ehr-77").await;
    assert_eq!(extension(&read).unwrap(), r#"{"工位":"A1","爱好":"旅游"}"#);
    _ = harness
        .update_person(&read, &values(&[(Field::Title, "顾问")]))
        .await
        .unwrap();
    assert_eq!(
        extension(&harness.read("ehr-77").await),
        extension(&read),
        "an update without them leaves them"
    );
    let whole = custom_changes(extension(&read).as_deref(), Some(r#"{"工位":"B2"}"#)).unwrap();
    _ = harness
        .update_person(&read, &values(&[(Field::Extension, &whole)]))
        .await
        .unwrap();
    assert_eq!(
        extension(&harness.read("ehr-77").await).unwrap(),
        r#"{"工位":"B2"}"#
    );
}

#[tokio::test]
async fn unread_custom_fields_are_not_written() {
    let harness = ClientHarness::open().await;
    let mut read = harness.ordinary_person().await;
    read.values.hide(Field::Extension);
    let error = harness
        .update_person(&read, &values(&[(Field::Extension, r#"{"工位":"A1"}"#)]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
        "{error}"
    );
    assert_eq!(harness.count_calls("/topapi/v2/user/update").await, 0);
}

async fn first_member(harness: &ClientHarness, b: DeptId) -> String {
    let world = harness.server.world.lock().await;
    assert_eq!(
        world.company().people["ehr-77"]
            .membership(b.0)
            .unwrap()
            .order,
        person_order(0)
    );
    world
        .list_members(sandbox::http::machine_time(), b.0, 0, 1)
        .unwrap()
        .people[0]
        .userid
        .clone()
}

/// Asserts that an unknown department is refused, and that departments are never emptied.
async fn assert_departments_are_needed(harness: &ClientHarness, read: &Record) {
    refused_for(
        harness
            .update_person(read, &values(&[(Field::Departments, "9")]))
            .await,
        Field::Departments,
    );
    let none = harness
        .update_person(read, &values(&[(Field::Departments, "")]))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(
        none.left,
        [(Field::Departments, UnwritableReason::NeverEmpty)]
    );
}

#[tokio::test]
async fn an_update_replaces_departments_and_ends_leadership_there() {
    let harness = ClientHarness::open().await;
    let (a, _) = harness.department_at(0).await;
    let (b, _) = harness.department_at(1).await;
    let both = format!("{a},{b}");
    expect_joined(
        harness
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Departments, &both)]),
            )
            .await,
    );
    harness
        .act(Act::SetHeads {
            dept_id: a.0,
            userids: vec!["ehr-77".into()],
        })
        .await;
    let read = harness.read("ehr-77").await;
    let orders = BTreeMap::from([(b, person_order(0))]);
    let stays = values(&[(Field::Departments, &both), (Field::Leads, "")]);
    let change = PersonChange {
        read: &read,
        values: &stays,
        orders: &orders,
    };
    let written = harness
        .client
        .update_person(&change)
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(
        written.left,
        [(Field::Leads, UnwritableReason::ThroughTheDepartment)]
    );
    assert!(
        harness
            .read("ehr-77")
            .await
            .values
            .refs(Field::Leads)
            .any(|id| id == a.to_string())
    );
    assert_eq!(
        first_member(&harness, b).await,
        "ehr-77",
        "larger orders come first"
    );
    _ = harness
        .update_person(&read, &values(&[(Field::Departments, &b.to_string())]))
        .await
        .unwrap();
    let after = harness.read("ehr-77").await;
    assert_eq!(
        after.values.refs(Field::Departments).collect::<Vec<_>>(),
        [b.to_string()]
    );
    assert_eq!(after.values.refs(Field::Leads).count(), 0);
    assert_departments_are_needed(&harness, &read).await;
}

#[tokio::test]
async fn a_refusal_names_the_duplicate_field() {
    let harness = ClientHarness::with_settings(json!({"job_numbers_unique": true})).await;
    let fields = with_values(
        sample_person(),
        &[(Field::Email, "a@b.example"), (Field::Telephone, "010-1")],
    );
    expect_joined(harness.create_person("ehr-77", &fields).await);
    let again = |entries: &[(Field, &str)]| {
        let plain = values(&[
            (Field::Name, "某"),
            (Field::Mobile, "+8619900000002"),
            (Field::Departments, "1"),
        ]);
        with_values(plain, entries)
    };
    expect_taken(
        harness.create_person("ehr-77", &again(&[])).await,
        UniqueField::Userid,
    );
    expect_taken(
        harness
            .create_person("ehr-78", &again(&[(Field::Mobile, MOBILE)]))
            .await,
        UniqueField::Mobile,
    );
    expect_taken(
        harness
            .create_person("ehr-78", &again(&[(Field::Email, "a@b.example")]))
            .await,
        UniqueField::Email,
    );
    expect_taken(
        harness
            .create_person("ehr-78", &again(&[(Field::Telephone, "010-1")]))
            .await,
        UniqueField::Telephone,
    );
    refused_for(
        harness
            .create_person("ehr-78", &again(&[(Field::JobNumber, "E77")]))
            .await,
        Field::JobNumber,
    );
    harness
        .change_settings(json!({"job_numbers_unique": false}))
        .await;
    expect_joined(
        harness
            .create_person("ehr-78", &again(&[(Field::JobNumber, "E77")]))
            .await,
    );
}

#[tokio::test]
async fn foreign_mobile_numbers_are_written_in_their_own_form() {
    let harness = ClientHarness::open().await;
    expect_joined(
        harness
            .create_person(
                "hk",
                &with_values(sample_person(), &[(Field::Mobile, "+85261234567")]),
            )
            .await,
    );
    assert_eq!(
        harness.read("hk").await.values.text(Field::Mobile),
        Some("+85261234567")
    );
    harness
        .change_settings(json!({"registered_abroad": true}))
        .await;
    refused_for(
        harness.create_person("ehr-77", &sample_person()).await,
        Field::Mobile,
    );
    let (id, orders, values) = (userid("ehr-77"), BTreeMap::new(), sample_person());
    let person = NewPerson {
        userid: &id,
        values: &values,
        orders: &orders,
        mobile_form: MobileForm::Abroad,
    };
    expect_joined(harness.client.create_person(&person).await);
    assert_eq!(
        harness.read("ehr-77").await.values.text(Field::Mobile),
        Some(MOBILE)
    );
}

#[tokio::test]
async fn position_management_takes_over_title_and_departments() {
    let harness = ClientHarness::with_settings(json!({"smart_hr_positions": "refuses"})).await;
    let read = harness.ordinary_person().await;
    let change = values(&[(Field::Title, "总监"), (Field::Remark, "备注一")]);
    let error = harness.update_person(&read, &change).await.unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::ManagedBySmartHr { ref code } if code == "12150"),
        "{error}"
    );
    assert!(error.advice().contains("Smart HR"));
    _ = harness
        .update_person(&read, &values(&[(Field::Remark, "备注一")]))
        .await
        .unwrap();
    harness
        .change_settings(json!({"smart_hr_positions": "ignores"}))
        .await;
    let written = harness
        .update_person(&read, &change)
        .await
        .unwrap()
        .done()
        .unwrap();
    let after = harness.read(read.id.as_str()).await;
    let not_taken = written.not_taken(&change, &after.values);
    assert_eq!(not_taken, FieldSet::of_fields(&[Field::Title]));
    assert!(WrittenFields::looks_managed_by_smart_hr(not_taken));
}

#[tokio::test]
async fn invalid_values_are_refused_before_sending() {
    let harness = ClientHarness::open().await;
    let long = "长".repeat(201);
    let many = (1..=101)
        .map(|id: i64| id.to_string())
        .collect::<Vec<_>>()
        .join(",");
    for bad in [
        values(&[(Field::Name, "某"), (Field::Departments, "1")]),
        values(&[(Field::Mobile, MOBILE), (Field::Departments, "1")]),
        values(&[(Field::Name, "某"), (Field::Mobile, MOBILE)]),
        with_values(sample_person(), &[(Field::Title, &long)]),
        with_values(sample_person(), &[(Field::Mobile, "138****0001")]),
        with_values(sample_person(), &[(Field::Departments, &many)]),
        with_values(sample_person(), &[(Field::MainDepartment, "2")]),
        with_values(sample_person(), &[(Field::Extension, "free text")]),
    ] {
        let error = harness.create_person("ehr-77", &bad).await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
    }
    assert_eq!(harness.count_calls("/topapi/v2/user/create").await, 0);
    refused_for(
        harness
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Manager, "nobody")]),
            )
            .await,
        Field::Manager,
    );
    refused_for(
        harness
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Email, "x")]),
            )
            .await,
        Field::Email,
    );
    refused_for(
        harness
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Departments, "7")]),
            )
            .await,
        Field::Departments,
    );
}
