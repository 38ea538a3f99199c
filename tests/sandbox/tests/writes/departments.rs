//! Writes to departments.

use dingtalk::client::{
    CallOutcome, CreatedDepartment, Deletion, DepartmentOptions, UnwritableReason,
};
use dingtalk::{DingTalkError, DingTalkErrorKind, UniqueField};
use directory::{DeptId, Field, FieldValues};
use sandbox::world::WRITE_PERMISSION;
use serde_json::json;

use crate::client_harness::{ClientHarness, values};
use crate::expectations::refused_for;

const PLAIN: DepartmentOptions = DepartmentOptions {
    group_chat: None,
    auto_add_user: None,
    hidden: None,
    limited: None,
    only_self: None,
};

async fn create_department(
    harness: &ClientHarness,
    values: &FieldValues,
) -> Result<CreatedDepartment, DingTalkError> {
    Ok(harness
        .client
        .create_department(values, PLAIN)
        .await?
        .done()
        .expect("a known outcome"))
}

async fn update_department(
    harness: &ClientHarness,
    id: DeptId,
    values: &FieldValues,
) -> Result<Vec<(Field, UnwritableReason)>, DingTalkError> {
    let outcome = harness.client.update_department(id, values, PLAIN).await?;
    Ok(outcome.done().expect("a known outcome").left)
}

#[tokio::test]
async fn a_department_is_created_read_updated_moved_and_deleted() {
    let harness = ClientHarness::open().await;
    let (parent, _) = harness.department_at(0).await;
    let (other, _) = harness.department_at(1).await;
    let fields = [
        (Field::Name, " 二级部门 "),
        (Field::Parent, &*parent.to_string()),
        (Field::Order, "7"),
        (Field::SourceIdentifier, "EHR-77"),
    ];
    let made = create_department(&harness, &values(&fields)).await.unwrap();
    let read = harness.client.read_department(made.id).await.unwrap();
    assert_eq!(read.values.text(Field::Name), Some("二级部门"), "trimmed");
    assert_eq!(read.values.text(Field::SourceIdentifier), Some("EHR-77"));
    assert_eq!(
        read.values.refs(Field::Parent).collect::<Vec<_>>(),
        [parent.to_string()]
    );
    let moved = [
        (Field::Name, "新名"),
        (Field::Parent, &*other.to_string()),
        (Field::SourceIdentifier, ""),
    ];
    assert!(
        update_department(&harness, made.id, &values(&moved))
            .await
            .unwrap()
            .is_empty()
    );
    let read = harness.client.read_department(made.id).await.unwrap();
    assert_eq!(read.values.text(Field::Name), Some("新名"));
    assert_eq!(
        read.values.refs(Field::Parent).collect::<Vec<_>>(),
        [other.to_string()]
    );
    assert_eq!(read.values.get(Field::SourceIdentifier), None);
    assert_eq!(
        harness.client.delete_department(made.id).await.unwrap(),
        CallOutcome::Done(Deletion::Deleted)
    );
    assert_eq!(
        harness.client.delete_department(made.id).await.unwrap(),
        CallOutcome::Done(Deletion::NotThere)
    );
    let kinds = ["org_dept_create", "org_dept_modify", "org_dept_remove"];
    assert_eq!(
        harness.event_origins().await,
        kinds.map(|kind| (kind.to_owned(), true))
    );
}

#[tokio::test]
async fn a_department_order_is_read_back_as_written() {
    let harness = ClientHarness::open().await;
    let order = dingtalk::client::department_order(3).to_string();
    let made = create_department(
        &harness,
        &values(&[
            (Field::Name, "甲"),
            (Field::Parent, "1"),
            (Field::Order, &order),
        ]),
    )
    .await;
    let read = harness
        .client
        .read_department(made.unwrap().id)
        .await
        .unwrap();
    assert_eq!(
        read.values.get(Field::Order),
        Some(&directory::FieldValue::Number(3))
    );
}

#[tokio::test]
async fn heads_must_be_members_and_can_be_cleared() {
    let harness = ClientHarness::open().await;
    let (department, _) = harness.department_at(0).await;
    let (member, stranger) = {
        let world = harness.server.world.lock().await;
        let people = &world.company().people;
        let member = people
            .values()
            .find(|p| p.is_in(department.0))
            .unwrap()
            .userid
            .clone();
        (
            member,
            people
                .values()
                .find(|p| !p.is_in(department.0))
                .unwrap()
                .userid
                .clone(),
        )
    };
    let fields = values(&[
        (Field::Name, "新"),
        (Field::Parent, "1"),
        (Field::Heads, &member),
    ]);
    let made = create_department(&harness, &fields).await.unwrap();
    assert_eq!(
        made.written.left,
        [(Field::Heads, UnwritableReason::AfterCreation)]
    );
    refused_for(
        update_department(&harness, department, &values(&[(Field::Heads, &stranger)])).await,
        Field::Heads,
    );
    update_department(&harness, department, &values(&[(Field::Heads, &member)]))
        .await
        .unwrap();
    let heads = |read: &directory::Record| {
        read.values
            .refs(Field::Heads)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        heads(&harness.client.read_department(department).await.unwrap()),
        std::slice::from_ref(&member)
    );
    assert!(
        harness
            .read(&member)
            .await
            .values
            .refs(Field::Leads)
            .any(|id| id == department.to_string())
    );
    update_department(&harness, department, &values(&[(Field::Heads, "")]))
        .await
        .unwrap();
    assert!(heads(&harness.client.read_department(department).await.unwrap()).is_empty());
}

#[tokio::test]
async fn duplicate_and_invalid_department_names_are_refused() {
    let harness = ClientHarness::open().await;
    let (_, taken) = harness.department_at(0).await;
    let twin = create_department(
        &harness,
        &values(&[(Field::Name, &taken), (Field::Parent, "1")]),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(
            twin.trouble,
            DingTalkErrorKind::Taken {
                what: UniqueField::DepartmentName,
                ..
            }
        ),
        "{twin}"
    );
    for name in ["a-b", "a,b", "a，b", &"长".repeat(65)] {
        let error = create_department(
            &harness,
            &values(&[(Field::Name, name), (Field::Parent, "1")]),
        )
        .await
        .unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
    }
    assert_eq!(harness.count_calls("/topapi/v2/department/create").await, 1);
    harness
        .change_settings(json!({"sensitive_words": ["违禁"]}))
        .await;
    refused_for(
        create_department(
            &harness,
            &values(&[(Field::Name, "违禁品部"), (Field::Parent, "1")]),
        )
        .await,
        Field::Name,
    );
}

#[tokio::test]
async fn a_parent_must_exist_and_must_not_be_too_deep_or_below() {
    let harness = ClientHarness::with_settings(json!({"department_depth_max": 3})).await;
    refused_for(
        create_department(
            &harness,
            &values(&[(Field::Name, "甲"), (Field::Parent, "5")]),
        )
        .await,
        Field::Parent,
    );
    let mut parent = create_department(
        &harness,
        &values(&[(Field::Name, "一"), (Field::Parent, "1")]),
    )
    .await
    .unwrap()
    .id;
    let top = parent;
    for _ in 0..2 {
        let below = values(&[(Field::Name, "下"), (Field::Parent, &parent.to_string())]);
        parent = create_department(&harness, &below).await.unwrap().id;
    }
    let below = values(&[(Field::Name, "下"), (Field::Parent, &parent.to_string())]);
    refused_for(create_department(&harness, &below).await, Field::Parent);
    refused_for(
        update_department(
            &harness,
            top,
            &values(&[(Field::Parent, &parent.to_string())]),
        )
        .await,
        Field::Parent,
    );
    let (other, _) = harness.department_at(0).await;
    refused_for(
        update_department(
            &harness,
            top,
            &values(&[(Field::Parent, &other.to_string())]),
        )
        .await,
        Field::Parent,
    );
    assert!(
        harness
            .client
            .read_department(top)
            .await
            .unwrap()
            .values
            .refs(Field::Parent)
            .any(|id| id == "1")
    );
}

#[tokio::test]
async fn the_root_and_nonempty_departments_cannot_be_deleted() {
    let harness = ClientHarness::open().await;
    let (full, _) = harness.department_at(0).await;
    let people = harness.client.delete_department(full).await.unwrap_err();
    assert!(
        matches!(people.trouble, DingTalkErrorKind::NotEmpty { ref code } if code == "60005"),
        "{people}"
    );
    let top = create_department(
        &harness,
        &values(&[(Field::Name, "一"), (Field::Parent, "1")]),
    )
    .await
    .unwrap()
    .id;
    create_department(
        &harness,
        &values(&[(Field::Name, "二"), (Field::Parent, &top.to_string())]),
    )
    .await
    .unwrap();
    let below = harness.client.delete_department(top).await.unwrap_err();
    assert!(
        matches!(below.trouble, DingTalkErrorKind::NotEmpty { ref code } if code == "60006"),
        "{below}"
    );
    let root = harness
        .client
        .delete_department(DeptId::ROOT)
        .await
        .unwrap_err();
    assert!(matches!(root.trouble, DingTalkErrorKind::NotSent { .. }));
    let root = update_department(&harness, DeptId::ROOT, &values(&[(Field::Name, "公司")]))
        .await
        .unwrap_err();
    assert!(
        matches!(root.trouble, DingTalkErrorKind::Protected { .. }),
        "{root}"
    );
    let gone = update_department(&harness, DeptId(99), &values(&[(Field::Name, "无")]))
        .await
        .unwrap_err();
    assert!(
        matches!(gone.trouble, DingTalkErrorKind::NotFound),
        "{gone}"
    );
}

#[tokio::test]
async fn writes_need_the_permission_and_the_scope() {
    let harness = ClientHarness::with_settings(json!({"revoke": [WRITE_PERMISSION]})).await;
    let fields = values(&[(Field::Name, "甲"), (Field::Parent, "1")]);
    let error = create_department(&harness, &fields).await.unwrap_err();
    let DingTalkErrorKind::PermissionMissing { scope, apply_link } = error.trouble else {
        panic!("{error}")
    };
    assert_eq!(scope.as_deref(), Some(WRITE_PERMISSION));
    assert!(
        apply_link.ends_with(&format!("%23{WRITE_PERMISSION}")),
        "{apply_link}"
    );
    let (seen, _) = harness.department_at(0).await;
    let (unseen, _) = harness.department_at(1).await;
    harness
        .change_settings(json!({"grant": [WRITE_PERMISSION], "scope": {"depts": [seen.0]}}))
        .await;
    let error = update_department(&harness, unseen, &values(&[(Field::Name, "新")]))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::OutOfScope),
        "{error}"
    );
    update_department(&harness, seen, &values(&[(Field::Name, "新")]))
        .await
        .unwrap();
}

#[tokio::test]
async fn noncanonical_department_options_are_set_and_kept() {
    let harness = ClientHarness::open().await;
    let options = DepartmentOptions {
        group_chat: Some(true),
        hidden: Some(true),
        limited: Some(true),
        ..PLAIN
    };
    let fields = values(&[(Field::Name, "隐"), (Field::Parent, "1")]);
    let made = harness
        .client
        .create_department(&fields, options)
        .await
        .unwrap()
        .done()
        .unwrap();
    update_department(&harness, made.id, &values(&[(Field::Name, "藏")]))
        .await
        .unwrap();
    let later = DepartmentOptions {
        auto_add_user: Some(true),
        ..PLAIN
    };
    _ = harness
        .client
        .update_department(made.id, &FieldValues::new(), later)
        .await
        .unwrap();
    let world = harness.server.world.lock().await;
    let department = &world.company().departments[&made.id.0];
    assert!(department.create_dept_group && department.hide_dept && department.sight.outer_dept);
    assert!(department.auto_add_user && !department.sight.outer_dept_only_self);
    assert_eq!(department.name, "藏");
}
