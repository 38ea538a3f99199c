//! Departments.

use dingtalk::client::{CreatedDepartment, Deletion, DepartmentOptions, Outcome, Unwritable};
use dingtalk::{Error, Trouble, Unique};
use directory::{DeptId, Field, Values};
use sandbox::world::WRITE_PERMISSION;
use serde_json::json;

use crate::counter::{Counter, values};

const PLAIN: DepartmentOptions =
    DepartmentOptions { group_chat: None, auto_add_user: None, hidden: None, limited: None, only_self: None };

async fn create(counter: &Counter, values: &Values) -> Result<CreatedDepartment, Error> {
    Ok(counter.client.create_department(values, PLAIN).await?.done().expect("a known outcome"))
}

async fn update(counter: &Counter, id: DeptId, values: &Values) -> Result<Vec<(Field, Unwritable)>, Error> {
    let outcome = counter.client.update_department(id, values, PLAIN).await?;
    Ok(outcome.done().expect("a known outcome").left)
}

#[track_caller]
fn refused_for<T: std::fmt::Debug>(outcome: Result<T, Error>, wanted: Field) {
    match outcome.expect_err("refused").trouble {
        Trouble::FieldRefused { field, .. } => assert_eq!(field, wanted),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_department_is_made_read_changed_moved_and_deleted() {
    let counter = Counter::open().await;
    let (parent, _) = counter.branch(0).await;
    let (other, _) = counter.branch(1).await;
    let fields = [
        (Field::Name, " 二级部门 "),
        (Field::Parent, &*parent.to_string()),
        (Field::Order, "7"),
        (Field::SourceIdentifier, "EHR-77"),
    ];
    let made = create(&counter, &values(&fields)).await.unwrap();
    let read = counter.client.department(made.id).await.unwrap();
    assert_eq!(read.values.text(Field::Name), Some("二级部门"), "trimmed");
    assert_eq!(read.values.text(Field::SourceIdentifier), Some("EHR-77"));
    assert_eq!(read.values.refs(Field::Parent).collect::<Vec<_>>(), [parent.to_string()]);
    let moved = [(Field::Name, "新名"), (Field::Parent, &*other.to_string()), (Field::SourceIdentifier, "")];
    assert!(update(&counter, made.id, &values(&moved)).await.unwrap().is_empty());
    let read = counter.client.department(made.id).await.unwrap();
    assert_eq!(read.values.text(Field::Name), Some("新名"));
    assert_eq!(read.values.refs(Field::Parent).collect::<Vec<_>>(), [other.to_string()]);
    assert_eq!(read.values.get(Field::SourceIdentifier), None);
    assert_eq!(counter.client.delete_department(made.id).await.unwrap(), Outcome::Done(Deletion::Deleted));
    assert_eq!(counter.client.delete_department(made.id).await.unwrap(), Outcome::Done(Deletion::NotThere));
    let kinds = ["org_dept_create", "org_dept_modify", "org_dept_remove"];
    assert_eq!(counter.told().await, kinds.map(|kind| (kind.to_owned(), true)));
}

#[tokio::test]
async fn smaller_orders_come_first() {
    let counter = Counter::open().await;
    let order = dingtalk::client::department_order(3).to_string();
    let made = create(&counter, &values(&[(Field::Name, "甲"), (Field::Parent, "1"), (Field::Order, &order)])).await;
    let read = counter.client.department(made.unwrap().id).await.unwrap();
    assert_eq!(read.values.get(Field::Order), Some(&directory::Value::Number(3)));
}

#[tokio::test]
async fn heads_are_members_come_after_creation_and_are_cleared_by_force() {
    let counter = Counter::open().await;
    let (department, _) = counter.branch(0).await;
    let (member, stranger) = {
        let world = counter.server.world.lock().await;
        let people = &world.company().people;
        let member = people.values().find(|p| p.is_in(department.0)).unwrap().userid.clone();
        (member, people.values().find(|p| !p.is_in(department.0)).unwrap().userid.clone())
    };
    let fields = values(&[(Field::Name, "新"), (Field::Parent, "1"), (Field::Heads, &member)]);
    let made = create(&counter, &fields).await.unwrap();
    assert_eq!(made.written.left, [(Field::Heads, Unwritable::AfterCreation)]);
    refused_for(update(&counter, department, &values(&[(Field::Heads, &stranger)])).await, Field::Heads);
    update(&counter, department, &values(&[(Field::Heads, &member)])).await.unwrap();
    let heads = |read: &directory::Record| read.values.refs(Field::Heads).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(heads(&counter.client.department(department).await.unwrap()), std::slice::from_ref(&member));
    assert!(counter.read(&member).await.values.refs(Field::Leads).any(|id| id == department.to_string()));
    update(&counter, department, &values(&[(Field::Heads, "")])).await.unwrap();
    assert!(heads(&counter.client.department(department).await.unwrap()).is_empty());
}

#[tokio::test]
async fn names_are_unique_among_siblings_and_bad_ones_are_never_sent() {
    let counter = Counter::open().await;
    let (_, taken) = counter.branch(0).await;
    let twin = create(&counter, &values(&[(Field::Name, &taken), (Field::Parent, "1")])).await.unwrap_err();
    assert!(matches!(twin.trouble, Trouble::Taken { what: Unique::DepartmentName, .. }), "{twin}");
    for name in ["a-b", "a,b", "a，b", &"长".repeat(65)] {
        let error = create(&counter, &values(&[(Field::Name, name), (Field::Parent, "1")])).await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::NotSent { .. }), "{error}");
    }
    assert_eq!(counter.calls("/topapi/v2/department/create").await, 1);
    counter.set(json!({"sensitive_words": ["违禁"]})).await;
    refused_for(create(&counter, &values(&[(Field::Name, "违禁品部"), (Field::Parent, "1")])).await, Field::Name);
}

#[tokio::test]
async fn a_parent_is_there_above_and_not_too_deep() {
    let counter = Counter::with(json!({"department_depth_max": 3})).await;
    refused_for(create(&counter, &values(&[(Field::Name, "甲"), (Field::Parent, "5")])).await, Field::Parent);
    let mut parent = create(&counter, &values(&[(Field::Name, "一"), (Field::Parent, "1")])).await.unwrap().id;
    let top = parent;
    for _ in 0..2 {
        let below = values(&[(Field::Name, "下"), (Field::Parent, &parent.to_string())]);
        parent = create(&counter, &below).await.unwrap().id;
    }
    let below = values(&[(Field::Name, "下"), (Field::Parent, &parent.to_string())]);
    refused_for(create(&counter, &below).await, Field::Parent);
    refused_for(update(&counter, top, &values(&[(Field::Parent, &parent.to_string())])).await, Field::Parent);
    let (other, _) = counter.branch(0).await;
    refused_for(update(&counter, top, &values(&[(Field::Parent, &other.to_string())])).await, Field::Parent);
    assert!(counter.client.department(top).await.unwrap().values.refs(Field::Parent).any(|id| id == "1"));
}

#[tokio::test]
async fn what_is_not_empty_stays_and_so_does_the_root() {
    let counter = Counter::open().await;
    let (full, _) = counter.branch(0).await;
    let people = counter.client.delete_department(full).await.unwrap_err();
    assert!(matches!(people.trouble, Trouble::NotEmpty { ref code } if code == "60005"), "{people}");
    let top = create(&counter, &values(&[(Field::Name, "一"), (Field::Parent, "1")])).await.unwrap().id;
    create(&counter, &values(&[(Field::Name, "二"), (Field::Parent, &top.to_string())])).await.unwrap();
    let below = counter.client.delete_department(top).await.unwrap_err();
    assert!(matches!(below.trouble, Trouble::NotEmpty { ref code } if code == "60006"), "{below}");
    let root = counter.client.delete_department(DeptId::ROOT).await.unwrap_err();
    assert!(matches!(root.trouble, Trouble::NotSent { .. }));
    let root = update(&counter, DeptId::ROOT, &values(&[(Field::Name, "公司")])).await.unwrap_err();
    assert!(matches!(root.trouble, Trouble::Protected { .. }), "{root}");
    let gone = update(&counter, DeptId(99), &values(&[(Field::Name, "无")])).await.unwrap_err();
    assert!(matches!(gone.trouble, Trouble::NotFound), "{gone}");
}

#[tokio::test]
async fn without_the_permission_there_is_a_link_and_outside_the_scope_nothing() {
    let counter = Counter::with(json!({"revoke": [WRITE_PERMISSION]})).await;
    let fields = values(&[(Field::Name, "甲"), (Field::Parent, "1")]);
    let error = create(&counter, &fields).await.unwrap_err();
    let Trouble::PermissionMissing { scope, apply_link } = error.trouble else { panic!("{error}") };
    assert_eq!(scope.as_deref(), Some(WRITE_PERMISSION));
    assert!(apply_link.ends_with(&format!("%23{WRITE_PERMISSION}")), "{apply_link}");
    let (seen, _) = counter.branch(0).await;
    let (unseen, _) = counter.branch(1).await;
    counter.set(json!({"grant": [WRITE_PERMISSION], "scope": {"depts": [seen.0]}})).await;
    let error = update(&counter, unseen, &values(&[(Field::Name, "新")])).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::OutOfScope), "{error}");
    update(&counter, seen, &values(&[(Field::Name, "新")])).await.unwrap();
}

#[tokio::test]
async fn what_is_no_canonical_field_is_set_and_stays() {
    let counter = Counter::open().await;
    let options = DepartmentOptions { group_chat: Some(true), hidden: Some(true), limited: Some(true), ..PLAIN };
    let fields = values(&[(Field::Name, "隐"), (Field::Parent, "1")]);
    let made = counter.client.create_department(&fields, options).await.unwrap().done().unwrap();
    update(&counter, made.id, &values(&[(Field::Name, "藏")])).await.unwrap();
    let later = DepartmentOptions { auto_add_user: Some(true), ..PLAIN };
    _ = counter.client.update_department(made.id, &Values::new(), later).await.unwrap();
    let world = counter.server.world.lock().await;
    let department = &world.company().departments[&made.id.0];
    assert!(department.create_dept_group && department.hide_dept && department.sight.outer_dept);
    assert!(department.auto_add_user && !department.sight.outer_dept_only_self);
    assert_eq!(department.name, "藏");
}
