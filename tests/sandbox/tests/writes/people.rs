//! People.

use std::collections::BTreeMap;

use dingtalk::client::{
    CallOutcome, Deletion, MobileForm, NewPerson, PersonChange, PersonEntry, UnwritableReason,
    WrittenFields, custom_changes, person_order,
};
use dingtalk::{DingTalkError, DingTalkErrorKind, UniqueField};
use directory::{DeptId, Field, FieldSet, FieldValues, Record};
use sandbox::world::Act;
use serde_json::json;

use crate::client_harness::{ClientHarness, userid, values};

const MOBILE: &str = "+8619900000001";

fn sample_person() -> FieldValues {
    values(&[
        (Field::Name, "陈新"),
        (Field::Mobile, MOBILE),
        (Field::Departments, "1"),
        (Field::JobNumber, "E77"),
    ])
}

fn with_values(mut base: FieldValues, entries: &[(Field, &str)]) -> FieldValues {
    for (field, value) in values(entries).iter() {
        base.show(field, value.cloned());
    }
    base
}

#[track_caller]
fn expect_joined(outcome: Result<CallOutcome<PersonEntry>, DingTalkError>) -> WrittenFields {
    match outcome.unwrap() {
        CallOutcome::Done(PersonEntry::Joined { unionid, written }) => {
            assert!(unionid.is_some(), "it is spelled unionId here");
            written
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused_for<T: std::fmt::Debug>(outcome: Result<T, DingTalkError>, wanted: Field) {
    match outcome.expect_err("refused").trouble {
        DingTalkErrorKind::FieldRefused { field, .. } => assert_eq!(field, wanted),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn expect_taken<T: std::fmt::Debug>(outcome: Result<T, DingTalkError>, wanted: UniqueField) {
    match outcome.expect_err("refused").trouble {
        DingTalkErrorKind::Taken { what, .. } => assert_eq!(what, wanted),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_is_created_read_updated_and_deleted() {
    let counter = ClientHarness::open().await;
    let (branch, _) = counter.department_at(0).await;
    let manager = counter.ordinary_person().await;
    let places = format!("1,{branch}");
    let fields = [
        (Field::Name, " 陈新 "),
        (Field::Departments, &*places),
        (Field::MainDepartment, &*branch.to_string()),
        (Field::Title, "工程师"),
        (Field::Email, "chen@mail.example"),
        (Field::WorkPlace, "一楼"),
        (Field::Manager, manager.id.as_str()),
        (Field::Extension, r#"{"爱好":"旅游"}"#),
    ];
    let mut fields = with_values(sample_person(), &fields);
    let day = directory::canonical::shanghai_day(directory::Timestamp(1_582_905_600_000)).unwrap();
    fields.show(Field::HiredOn, Some(directory::FieldValue::Day(day)));
    assert!(
        expect_joined(counter.create_person("ehr-77", &fields).await)
            .left
            .is_empty()
    );
    let read = counter.read("ehr-77").await;
    let fields = with_values(fields, &[(Field::Name, "陈新")]);
    for (field, value) in fields.iter() {
        assert_eq!(read.values.get(field), value, "{field:?}");
    }
    let change = [
        (Field::Name, "陈改"),
        (Field::Title, ""),
        (Field::Manager, ""),
        (Field::WorkPlace, "二楼"),
    ];
    let written = counter
        .update_person(&read, &values(&change))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert!(written.left.is_empty());
    let read = counter.read("ehr-77").await;
    assert_eq!(
        written.not_taken(&values(&change), &read.values),
        FieldSet::NONE
    );
    assert_eq!(
        (
            read.values.get(Field::Title),
            read.values.get(Field::Manager)
        ),
        (None, None)
    );
    assert_eq!(
        read.values.text(Field::JobNumber),
        Some("E77"),
        "what is not named stays"
    );
    assert_eq!(
        counter.client.delete_person(&read).await.unwrap(),
        CallOutcome::Done(Deletion::Deleted)
    );
    assert_eq!(
        counter.client.delete_person(&read).await.unwrap(),
        CallOutcome::Done(Deletion::NotThere)
    );
    let kinds = ["user_add_org", "user_modify_org", "user_leave_org"];
    assert_eq!(
        counter.event_origins().await,
        kinds.map(|kind| (kind.to_owned(), true))
    );
}

#[tokio::test]
async fn only_the_employee_can_change_a_mobile_number() {
    let counter = ClientHarness::with_settings(json!({"mobile_update": "refused"})).await;
    let read = counter.ordinary_person().await;
    let values = values(&[(Field::Mobile, MOBILE), (Field::Title, "顾问")]);
    let written = counter
        .update_person(&read, &values)
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(
        written.left,
        [(Field::Mobile, UnwritableReason::ByTheEmployee)]
    );
    assert_eq!(written.sent, FieldSet::of_fields(&[Field::Title]));
    let after = counter.read(read.id.as_str()).await;
    assert_eq!(
        after.values.text(Field::Mobile),
        read.values.text(Field::Mobile)
    );
    assert_eq!(after.values.text(Field::Title), Some("顾问"));
    let calls = counter.count_calls("/topapi/v2/user/update").await;
    let only = crate::client_harness::values(&[(Field::Mobile, MOBILE)]);
    assert_eq!(
        counter
            .update_person(&read, &only)
            .await
            .unwrap()
            .done()
            .unwrap()
            .sent,
        FieldSet::NONE
    );
    assert_eq!(
        counter.count_calls("/topapi/v2/user/update").await,
        calls,
        "nothing is left to send"
    );
}

#[tokio::test]
async fn an_invitation_is_not_an_error_and_adds_no_person() {
    let counter = ClientHarness::with_settings(json!({"joining": "agree"})).await;
    for _ in 0..2 {
        assert_eq!(
            counter
                .create_person("ehr-77", &sample_person())
                .await
                .unwrap(),
            CallOutcome::Done(PersonEntry::Invited)
        );
    }
    let error = counter
        .client
        .read_person(&userid("ehr-77"), FieldSet::PERSON)
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::NotFound),
        "{error}"
    );
    assert!(counter.event_origins().await.is_empty());
    counter
        .act(Act::AcceptInvitation {
            userid: "ehr-77".into(),
        })
        .await;
    assert_eq!(
        counter.read("ehr-77").await.values.text(Field::JobNumber),
        Some("E77")
    );
    assert_eq!(
        counter.event_origins().await,
        [("user_add_org".to_owned(), false)]
    );
    let other = with_values(sample_person(), &[(Field::Mobile, "+8619900000002")]);
    assert_eq!(
        counter.create_person("ehr-78", &other).await.unwrap(),
        CallOutcome::Done(PersonEntry::Invited)
    );
    counter
        .act(Act::DeclineInvitation {
            userid: "ehr-78".into(),
        })
        .await;
    assert!(
        counter
            .client
            .read_person(&userid("ehr-78"), FieldSet::PERSON)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_person_readded_within_a_day_must_accept_and_keeps_the_account() {
    let counter = ClientHarness::with_settings(json!({"joining": "agree_within_a_day"})).await;
    expect_joined(counter.create_person("ehr-77", &sample_person()).await);
    let before = counter.read("ehr-77").await;
    assert_eq!(
        counter.client.delete_person(&before).await.unwrap(),
        CallOutcome::Done(Deletion::Deleted)
    );
    assert_eq!(
        counter
            .create_person("ehr-79", &sample_person())
            .await
            .unwrap(),
        CallOutcome::Done(PersonEntry::Invited)
    );
    counter
        .act(Act::AcceptInvitation {
            userid: "ehr-79".into(),
        })
        .await;
    assert_eq!(counter.read("ehr-79").await.unionid, before.unionid);
}

#[tokio::test]
async fn an_update_keeps_unnamed_custom_fields() {
    let counter = ClientHarness::open().await;
    let fields = with_values(
        sample_person(),
        &[(Field::Extension, r#"{"爱好":"旅游","年龄":"24"}"#)],
    );
    expect_joined(counter.create_person("ehr-77", &fields).await);
    let change = |text: &'static str| values(&[(Field::Extension, text)]);
    let extension = |record: &Record| record.values.text(Field::Extension).map(str::to_owned);
    let mut read = counter.read("ehr-77").await;
    _ = counter
        .update_person(&read, &change(r#"{"工位":"A1"}"#))
        .await
        .unwrap();
    read = counter.read("ehr-77").await;
    assert_eq!(
        extension(&read).unwrap(),
        r#"{"工位":"A1","年龄":"24","爱好":"旅游"}"#
    );
    _ = counter
        .update_person(&read, &change(r#"{"年龄":null}"#))
        .await
        .unwrap();
    read = counter.read("ehr-77").await;
    assert_eq!(extension(&read).unwrap(), r#"{"工位":"A1","爱好":"旅游"}"#);
    _ = counter
        .update_person(&read, &values(&[(Field::Title, "顾问")]))
        .await
        .unwrap();
    assert_eq!(
        extension(&counter.read("ehr-77").await),
        extension(&read),
        "an update without them leaves them"
    );
    let whole = custom_changes(extension(&read).as_deref(), Some(r#"{"工位":"B2"}"#)).unwrap();
    _ = counter
        .update_person(&read, &values(&[(Field::Extension, &whole)]))
        .await
        .unwrap();
    assert_eq!(
        extension(&counter.read("ehr-77").await).unwrap(),
        r#"{"工位":"B2"}"#
    );
}

#[tokio::test]
async fn unread_custom_fields_are_not_written() {
    let counter = ClientHarness::open().await;
    let mut read = counter.ordinary_person().await;
    read.values.hide(Field::Extension);
    let error = counter
        .update_person(&read, &values(&[(Field::Extension, r#"{"工位":"A1"}"#)]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
        "{error}"
    );
    assert_eq!(counter.count_calls("/topapi/v2/user/update").await, 0);
}

#[tokio::test]
async fn an_update_replaces_departments_and_ends_leadership_there() {
    let counter = ClientHarness::open().await;
    let (a, _) = counter.department_at(0).await;
    let (b, _) = counter.department_at(1).await;
    let both = format!("{a},{b}");
    expect_joined(
        counter
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Departments, &both)]),
            )
            .await,
    );
    counter
        .act(Act::SetHeads {
            dept_id: a.0,
            userids: vec!["ehr-77".into()],
        })
        .await;
    let read = counter.read("ehr-77").await;
    let orders = BTreeMap::from([(b, person_order(0))]);
    let stays = values(&[(Field::Departments, &both), (Field::Leads, "")]);
    let change = PersonChange {
        read: &read,
        values: &stays,
        orders: &orders,
    };
    let written = counter
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
        counter
            .read("ehr-77")
            .await
            .values
            .refs(Field::Leads)
            .any(|id| id == a.to_string())
    );
    let first = {
        let world = counter.server.world.lock().await;
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
    };
    assert_eq!(first, "ehr-77", "larger orders come first");
    _ = counter
        .update_person(&read, &values(&[(Field::Departments, &b.to_string())]))
        .await
        .unwrap();
    let after = counter.read("ehr-77").await;
    assert_eq!(
        after.values.refs(Field::Departments).collect::<Vec<_>>(),
        [b.to_string()]
    );
    assert_eq!(after.values.refs(Field::Leads).count(), 0);
    refused_for(
        counter
            .update_person(&read, &values(&[(Field::Departments, "9")]))
            .await,
        Field::Departments,
    );
    let none = counter
        .update_person(&read, &values(&[(Field::Departments, "")]))
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
async fn a_refusal_names_the_duplicate_field() {
    let counter = ClientHarness::with_settings(json!({"job_numbers_unique": true})).await;
    let fields = with_values(
        sample_person(),
        &[(Field::Email, "a@b.example"), (Field::Telephone, "010-1")],
    );
    expect_joined(counter.create_person("ehr-77", &fields).await);
    let again = |entries: &[(Field, &str)]| {
        let plain = values(&[
            (Field::Name, "某"),
            (Field::Mobile, "+8619900000002"),
            (Field::Departments, "1"),
        ]);
        with_values(plain, entries)
    };
    expect_taken(
        counter.create_person("ehr-77", &again(&[])).await,
        UniqueField::Userid,
    );
    expect_taken(
        counter
            .create_person("ehr-78", &again(&[(Field::Mobile, MOBILE)]))
            .await,
        UniqueField::Mobile,
    );
    expect_taken(
        counter
            .create_person("ehr-78", &again(&[(Field::Email, "a@b.example")]))
            .await,
        UniqueField::Email,
    );
    expect_taken(
        counter
            .create_person("ehr-78", &again(&[(Field::Telephone, "010-1")]))
            .await,
        UniqueField::Telephone,
    );
    refused_for(
        counter
            .create_person("ehr-78", &again(&[(Field::JobNumber, "E77")]))
            .await,
        Field::JobNumber,
    );
    counter
        .change_settings(json!({"job_numbers_unique": false}))
        .await;
    expect_joined(
        counter
            .create_person("ehr-78", &again(&[(Field::JobNumber, "E77")]))
            .await,
    );
}

#[tokio::test]
async fn foreign_mobile_numbers_are_written_in_their_own_form() {
    let counter = ClientHarness::open().await;
    expect_joined(
        counter
            .create_person(
                "hk",
                &with_values(sample_person(), &[(Field::Mobile, "+85261234567")]),
            )
            .await,
    );
    assert_eq!(
        counter.read("hk").await.values.text(Field::Mobile),
        Some("+85261234567")
    );
    counter
        .change_settings(json!({"registered_abroad": true}))
        .await;
    refused_for(
        counter.create_person("ehr-77", &sample_person()).await,
        Field::Mobile,
    );
    let (id, orders, values) = (userid("ehr-77"), BTreeMap::new(), sample_person());
    let person = NewPerson {
        userid: &id,
        values: &values,
        orders: &orders,
        mobile_form: MobileForm::Abroad,
    };
    expect_joined(counter.client.create_person(&person).await);
    assert_eq!(
        counter.read("ehr-77").await.values.text(Field::Mobile),
        Some(MOBILE)
    );
}

#[tokio::test]
async fn position_management_takes_over_title_and_departments() {
    let counter = ClientHarness::with_settings(json!({"smart_hr_positions": "refuses"})).await;
    let read = counter.ordinary_person().await;
    let change = values(&[(Field::Title, "总监"), (Field::Remark, "备注一")]);
    let error = counter.update_person(&read, &change).await.unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::ManagedBySmartHr { ref code } if code == "12150"),
        "{error}"
    );
    assert!(error.advice().contains("Smart HR"));
    _ = counter
        .update_person(&read, &values(&[(Field::Remark, "备注一")]))
        .await
        .unwrap();
    counter
        .change_settings(json!({"smart_hr_positions": "ignores"}))
        .await;
    let written = counter
        .update_person(&read, &change)
        .await
        .unwrap()
        .done()
        .unwrap();
    let after = counter.read(read.id.as_str()).await;
    let not_taken = written.not_taken(&change, &after.values);
    assert_eq!(not_taken, FieldSet::of_fields(&[Field::Title]));
    assert!(WrittenFields::looks_managed_by_smart_hr(not_taken));
}

#[tokio::test]
async fn administrators_are_never_deleted() {
    let counter = ClientHarness::open().await;
    let admin = {
        let world = counter.server.world.lock().await;
        world
            .company()
            .people
            .values()
            .find(|p| p.sys_level == 1)
            .unwrap()
            .userid
            .clone()
    };
    let error = counter
        .client
        .delete_person(&counter.read(&admin).await)
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
        "{error}"
    );
    assert_eq!(counter.count_calls("/topapi/v2/user/delete").await, 0);
}

#[tokio::test]
async fn invalid_values_are_refused_before_sending() {
    let counter = ClientHarness::open().await;
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
        let error = counter.create_person("ehr-77", &bad).await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
    }
    assert_eq!(counter.count_calls("/topapi/v2/user/create").await, 0);
    refused_for(
        counter
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Manager, "nobody")]),
            )
            .await,
        Field::Manager,
    );
    refused_for(
        counter
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Email, "x")]),
            )
            .await,
        Field::Email,
    );
    refused_for(
        counter
            .create_person(
                "ehr-77",
                &with_values(sample_person(), &[(Field::Departments, "7")]),
            )
            .await,
        Field::Departments,
    );
}

#[tokio::test]
async fn out_of_scope_writes_and_full_departments_are_reported() {
    let counter = ClientHarness::with_settings(json!({"department_people_max": 0})).await;
    let error = counter
        .create_person("ehr-77", &sample_person())
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::LimitReached { .. }),
        "{error}"
    );
    let (seen, _) = counter.department_at(0).await;
    let outsider = {
        let world = counter.server.world.lock().await;
        let company = world.company();
        let outside = |p: &&sandbox::company::Person| {
            p.departments
                .iter()
                .all(|m| !company.chain(m.dept_id).contains(&seen.0))
        };
        company
            .people
            .values()
            .filter(outside)
            .find(|p| !p.is_admin() && !p.boss)
            .unwrap()
            .userid
            .clone()
    };
    let read = counter.read(&outsider).await;
    counter
        .change_settings(json!({"department_people_max": null, "scope": {"depts": [seen.0]}}))
        .await;
    let error = counter
        .update_person(&read, &values(&[(Field::Title, "顾问")]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::OutOfScope),
        "{error}"
    );
    let error = counter.client.delete_person(&read).await.unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::OutOfScope),
        "{error}"
    );
    let root = counter
        .create_person("ehr-77", &sample_person())
        .await
        .unwrap_err();
    assert!(
        matches!(root.trouble, DingTalkErrorKind::OutOfScope),
        "{root}"
    );
    let inside = with_values(
        sample_person(),
        &[(Field::Departments, &DeptId(seen.0).to_string())],
    );
    expect_joined(counter.create_person("ehr-77", &inside).await);
}
