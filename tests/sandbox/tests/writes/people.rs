//! Writes to people.

use dingtalk::DingTalkErrorKind;
use dingtalk::client::{CallOutcome, Deletion, PersonEntry, UnwritableReason};
use directory::{DeptId, Field, FieldSet};
use sandbox::world::Act;
use serde_json::json;

use crate::client_harness::{ClientHarness, userid, values};
use crate::expectations::{MOBILE, expect_joined, sample_person, with_values};

#[tokio::test]
async fn a_person_is_created_read_updated_and_deleted() {
    let harness = ClientHarness::open().await;
    let (branch, _) = harness.department_at(0).await;
    let manager = harness.ordinary_person().await;
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
        expect_joined(harness.create_person("ehr-77", &fields).await)
            .left
            .is_empty()
    );
    let read = harness.read("ehr-77").await;
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
    let written = harness
        .update_person(&read, &values(&change))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert!(written.left.is_empty());
    let read = harness.read("ehr-77").await;
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
        "fields that are not named should stay"
    );
    assert_eq!(
        harness.client.delete_person(&read).await.unwrap(),
        CallOutcome::Done(Deletion::Deleted)
    );
    assert_eq!(
        harness.client.delete_person(&read).await.unwrap(),
        CallOutcome::Done(Deletion::NotThere)
    );
    let kinds = ["user_add_org", "user_modify_org", "user_leave_org"];
    assert_eq!(
        harness.event_origins().await,
        kinds.map(|kind| (kind.to_owned(), true))
    );
}

#[tokio::test]
async fn only_the_employee_can_change_a_mobile_number() {
    let harness = ClientHarness::with_settings(json!({"mobile_update": "refused"})).await;
    let read = harness.ordinary_person().await;
    let values = values(&[(Field::Mobile, MOBILE), (Field::Title, "顾问")]);
    let written = harness
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
    let after = harness.read(read.id.as_str()).await;
    assert_eq!(
        after.values.text(Field::Mobile),
        read.values.text(Field::Mobile)
    );
    assert_eq!(after.values.text(Field::Title), Some("顾问"));
    let calls = harness.count_calls("/topapi/v2/user/update").await;
    let only = crate::client_harness::values(&[(Field::Mobile, MOBILE)]);
    assert_eq!(
        harness
            .update_person(&read, &only)
            .await
            .unwrap()
            .done()
            .unwrap()
            .sent,
        FieldSet::NONE
    );
    assert_eq!(
        harness.count_calls("/topapi/v2/user/update").await,
        calls,
        "nothing is left to send"
    );
}

#[tokio::test]
async fn an_invitation_is_not_an_error_and_adds_no_person() {
    let harness = ClientHarness::with_settings(json!({"joining": "agree"})).await;
    for _ in 0..2 {
        assert_eq!(
            harness
                .create_person("ehr-77", &sample_person())
                .await
                .unwrap(),
            CallOutcome::Done(PersonEntry::Invited)
        );
    }
    let error = harness
        .client
        .read_person(&userid("ehr-77"), FieldSet::PERSON)
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::NotFound),
        "{error}"
    );
    assert!(harness.event_origins().await.is_empty());
    harness
        .act(Act::AcceptInvitation {
            userid: "ehr-77".into(),
        })
        .await;
    assert_eq!(
        harness.read("ehr-77").await.values.text(Field::JobNumber),
        Some("E77")
    );
    assert_eq!(
        harness.event_origins().await,
        [("user_add_org".to_owned(), false)]
    );
    let other = with_values(sample_person(), &[(Field::Mobile, "+8619900000002")]);
    assert_eq!(
        harness.create_person("ehr-78", &other).await.unwrap(),
        CallOutcome::Done(PersonEntry::Invited)
    );
    harness
        .act(Act::DeclineInvitation {
            userid: "ehr-78".into(),
        })
        .await;
    assert!(
        harness
            .client
            .read_person(&userid("ehr-78"), FieldSet::PERSON)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_person_readded_within_a_day_must_accept_and_keeps_the_account() {
    let harness = ClientHarness::with_settings(json!({"joining": "agree_within_a_day"})).await;
    expect_joined(harness.create_person("ehr-77", &sample_person()).await);
    let before = harness.read("ehr-77").await;
    assert_eq!(
        harness.client.delete_person(&before).await.unwrap(),
        CallOutcome::Done(Deletion::Deleted)
    );
    assert_eq!(
        harness
            .create_person("ehr-79", &sample_person())
            .await
            .unwrap(),
        CallOutcome::Done(PersonEntry::Invited)
    );
    harness
        .act(Act::AcceptInvitation {
            userid: "ehr-79".into(),
        })
        .await;
    assert_eq!(harness.read("ehr-79").await.unionid, before.unionid);
}

#[tokio::test]
async fn administrators_are_never_deleted() {
    let harness = ClientHarness::open().await;
    let admin = {
        let world = harness.server.world.lock().await;
        world
            .company()
            .people
            .values()
            .find(|p| p.sys_level == 1)
            .unwrap()
            .userid
            .clone()
    };
    let error = harness
        .client
        .delete_person(&harness.read(&admin).await)
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
        "{error}"
    );
    assert_eq!(harness.count_calls("/topapi/v2/user/delete").await, 0);
}

#[tokio::test]
async fn out_of_scope_writes_and_full_departments_are_reported() {
    let harness = ClientHarness::with_settings(json!({"department_people_max": 0})).await;
    let error = harness
        .create_person("ehr-77", &sample_person())
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::LimitReached { .. }),
        "{error}"
    );
    let (seen, _) = harness.department_at(0).await;
    let outsider = {
        let world = harness.server.world.lock().await;
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
    let read = harness.read(&outsider).await;
    harness
        .change_settings(json!({"department_people_max": null, "scope": {"depts": [seen.0]}}))
        .await;
    let error = harness
        .update_person(&read, &values(&[(Field::Title, "顾问")]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::OutOfScope),
        "{error}"
    );
    let error = harness.client.delete_person(&read).await.unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::OutOfScope),
        "{error}"
    );
    let root = harness
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
    expect_joined(harness.create_person("ehr-77", &inside).await);
}
