//! People.

use std::collections::BTreeMap;

use dingtalk::client::{
    Deletion, Entry, MobileForm, NewPerson, Outcome, PersonChange, Unwritable, Written, custom_changes, person_order,
};
use dingtalk::{Error, Trouble, Unique};
use directory::{DeptId, Field, FieldSet, Record, Values};
use sandbox::world::Act;
use serde_json::json;

use crate::counter::{Counter, userid, values};

const MOBILE: &str = "+8619900000001";

fn somebody() -> Values {
    values(&[(Field::Name, "陈新"), (Field::Mobile, MOBILE), (Field::Departments, "1"), (Field::JobNumber, "E77")])
}

fn with(mut base: Values, entries: &[(Field, &str)]) -> Values {
    for (field, value) in values(entries).iter() {
        base.show(field, value.cloned());
    }
    base
}

#[track_caller]
fn joined(outcome: Result<Outcome<Entry>, Error>) -> Written {
    match outcome.unwrap() {
        Outcome::Done(Entry::Joined { unionid, written }) => {
            assert!(unionid.is_some(), "it is spelled unionId here");
            written
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused_for<T: std::fmt::Debug>(outcome: Result<T, Error>, wanted: Field) {
    match outcome.expect_err("refused").trouble {
        Trouble::FieldRefused { field, .. } => assert_eq!(field, wanted),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn taken<T: std::fmt::Debug>(outcome: Result<T, Error>, wanted: Unique) {
    match outcome.expect_err("refused").trouble {
        Trouble::Taken { what, .. } => assert_eq!(what, wanted),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_is_taken_in_read_changed_and_deleted() {
    let counter = Counter::open().await;
    let (branch, _) = counter.branch(0).await;
    let manager = counter.ordinary().await;
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
    let mut fields = with(somebody(), &fields);
    let day = directory::canonical::day(directory::Timestamp(1_582_905_600_000)).unwrap();
    fields.show(Field::HiredOn, Some(directory::Value::Day(day)));
    assert!(joined(counter.hire("ehr-77", &fields).await).left.is_empty());
    let read = counter.read("ehr-77").await;
    let fields = with(fields, &[(Field::Name, "陈新")]);
    for (field, value) in fields.iter() {
        assert_eq!(read.values.get(field), value, "{field:?}");
    }
    let change = [(Field::Name, "陈改"), (Field::Title, ""), (Field::Manager, ""), (Field::WorkPlace, "二楼")];
    let written = counter.change(&read, &values(&change)).await.unwrap().done().unwrap();
    assert!(written.left.is_empty());
    let read = counter.read("ehr-77").await;
    assert_eq!(written.not_taken(&values(&change), &read.values), FieldSet::NONE);
    assert_eq!((read.values.get(Field::Title), read.values.get(Field::Manager)), (None, None));
    assert_eq!(read.values.text(Field::JobNumber), Some("E77"), "what is not named stays");
    assert_eq!(counter.client.delete_person(&read).await.unwrap(), Outcome::Done(Deletion::Deleted));
    assert_eq!(counter.client.delete_person(&read).await.unwrap(), Outcome::Done(Deletion::NotThere));
    let kinds = ["user_add_org", "user_modify_org", "user_leave_org"];
    assert_eq!(counter.told().await, kinds.map(|kind| (kind.to_owned(), true)));
}

#[tokio::test]
async fn a_mobile_number_is_left_to_the_employee() {
    let counter = Counter::with(json!({"mobile_update": "refused"})).await;
    let read = counter.ordinary().await;
    let values = values(&[(Field::Mobile, MOBILE), (Field::Title, "顾问")]);
    let written = counter.change(&read, &values).await.unwrap().done().unwrap();
    assert_eq!(written.left, [(Field::Mobile, Unwritable::ByTheEmployee)]);
    assert_eq!(written.sent, FieldSet::of(&[Field::Title]));
    let after = counter.read(read.id.as_str()).await;
    assert_eq!(after.values.text(Field::Mobile), read.values.text(Field::Mobile));
    assert_eq!(after.values.text(Field::Title), Some("顾问"));
    let calls = counter.calls("/topapi/v2/user/update").await;
    let only = crate::counter::values(&[(Field::Mobile, MOBILE)]);
    assert_eq!(counter.change(&read, &only).await.unwrap().done().unwrap().sent, FieldSet::NONE);
    assert_eq!(counter.calls("/topapi/v2/user/update").await, calls, "nothing is left to send");
}

#[tokio::test]
async fn an_invitation_is_neither_an_error_nor_an_entry() {
    let counter = Counter::with(json!({"joining": "agree"})).await;
    for _ in 0..2 {
        assert_eq!(counter.hire("ehr-77", &somebody()).await.unwrap(), Outcome::Done(Entry::Invited));
    }
    let error = counter.client.person(&userid("ehr-77"), FieldSet::PERSON).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::NotFound), "{error}");
    assert!(counter.told().await.is_empty());
    counter.act(Act::AcceptInvitation { userid: "ehr-77".into() }).await;
    assert_eq!(counter.read("ehr-77").await.values.text(Field::JobNumber), Some("E77"));
    assert_eq!(counter.told().await, [("user_add_org".to_owned(), false)]);
    let other = with(somebody(), &[(Field::Mobile, "+8619900000002")]);
    assert_eq!(counter.hire("ehr-78", &other).await.unwrap(), Outcome::Done(Entry::Invited));
    counter.act(Act::DeclineInvitation { userid: "ehr-78".into() }).await;
    assert!(counter.client.person(&userid("ehr-78"), FieldSet::PERSON).await.is_err());
}

#[tokio::test]
async fn whoever_is_added_again_within_a_day_has_to_agree_and_is_the_same_person() {
    let counter = Counter::with(json!({"joining": "agree_within_a_day"})).await;
    joined(counter.hire("ehr-77", &somebody()).await);
    let before = counter.read("ehr-77").await;
    assert_eq!(counter.client.delete_person(&before).await.unwrap(), Outcome::Done(Deletion::Deleted));
    assert_eq!(counter.hire("ehr-79", &somebody()).await.unwrap(), Outcome::Done(Entry::Invited));
    counter.act(Act::AcceptInvitation { userid: "ehr-79".into() }).await;
    assert_eq!(counter.read("ehr-79").await.unionid, before.unionid);
}

#[tokio::test]
async fn custom_fields_are_kept_unless_they_are_named() {
    let counter = Counter::open().await;
    let fields = with(somebody(), &[(Field::Extension, r#"{"爱好":"旅游","年龄":"24"}"#)]);
    joined(counter.hire("ehr-77", &fields).await);
    let change = |text: &'static str| values(&[(Field::Extension, text)]);
    let extension = |record: &Record| record.values.text(Field::Extension).map(str::to_owned);
    let mut read = counter.read("ehr-77").await;
    _ = counter.change(&read, &change(r#"{"工位":"A1"}"#)).await.unwrap();
    read = counter.read("ehr-77").await;
    assert_eq!(extension(&read).unwrap(), r#"{"工位":"A1","年龄":"24","爱好":"旅游"}"#);
    _ = counter.change(&read, &change(r#"{"年龄":null}"#)).await.unwrap();
    read = counter.read("ehr-77").await;
    assert_eq!(extension(&read).unwrap(), r#"{"工位":"A1","爱好":"旅游"}"#);
    _ = counter.change(&read, &values(&[(Field::Title, "顾问")])).await.unwrap();
    assert_eq!(extension(&counter.read("ehr-77").await), extension(&read), "an update without them leaves them");
    let whole = custom_changes(extension(&read).as_deref(), Some(r#"{"工位":"B2"}"#)).unwrap();
    _ = counter.change(&read, &values(&[(Field::Extension, &whole)])).await.unwrap();
    assert_eq!(extension(&counter.read("ehr-77").await).unwrap(), r#"{"工位":"B2"}"#);
}

#[tokio::test]
async fn custom_fields_that_were_not_read_are_not_written() {
    let counter = Counter::open().await;
    let mut read = counter.ordinary().await;
    read.values.hide(Field::Extension);
    let error = counter.change(&read, &values(&[(Field::Extension, r#"{"工位":"A1"}"#)])).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::NotSent { .. }), "{error}");
    assert_eq!(counter.calls("/topapi/v2/user/update").await, 0);
}

#[tokio::test]
async fn departments_are_exactly_those_and_leadership_ends_with_membership() {
    let counter = Counter::open().await;
    let (a, _) = counter.branch(0).await;
    let (b, _) = counter.branch(1).await;
    let both = format!("{a},{b}");
    joined(counter.hire("ehr-77", &with(somebody(), &[(Field::Departments, &both)])).await);
    counter.act(Act::SetHeads { dept_id: a.0, userids: vec!["ehr-77".into()] }).await;
    let read = counter.read("ehr-77").await;
    let orders = BTreeMap::from([(b, person_order(0))]);
    let stays = values(&[(Field::Departments, &both), (Field::Leads, "")]);
    let change = PersonChange { read: &read, values: &stays, orders: &orders };
    let written = counter.client.update_person(&change).await.unwrap().done().unwrap();
    assert_eq!(written.left, [(Field::Leads, Unwritable::ThroughTheDepartment)]);
    assert!(counter.read("ehr-77").await.values.refs(Field::Leads).any(|id| id == a.to_string()));
    let first = {
        let world = counter.server.world.lock().await;
        assert_eq!(world.company().people["ehr-77"].membership(b.0).unwrap().order, person_order(0));
        world.look_members(sandbox::http::machine_time(), b.0, 0, 1).unwrap().people[0].userid.clone()
    };
    assert_eq!(first, "ehr-77", "larger orders come first");
    _ = counter.change(&read, &values(&[(Field::Departments, &b.to_string())])).await.unwrap();
    let after = counter.read("ehr-77").await;
    assert_eq!(after.values.refs(Field::Departments).collect::<Vec<_>>(), [b.to_string()]);
    assert_eq!(after.values.refs(Field::Leads).count(), 0);
    refused_for(counter.change(&read, &values(&[(Field::Departments, "9")])).await, Field::Departments);
    let none = counter.change(&read, &values(&[(Field::Departments, "")])).await.unwrap().done().unwrap();
    assert_eq!(none.left, [(Field::Departments, Unwritable::NeverEmpty)]);
}

#[tokio::test]
async fn what_is_unique_is_named() {
    let counter = Counter::with(json!({"job_numbers_unique": true})).await;
    let fields = with(somebody(), &[(Field::Email, "a@b.example"), (Field::Telephone, "010-1")]);
    joined(counter.hire("ehr-77", &fields).await);
    let again = |entries: &[(Field, &str)]| {
        let plain = values(&[(Field::Name, "某"), (Field::Mobile, "+8619900000002"), (Field::Departments, "1")]);
        with(plain, entries)
    };
    taken(counter.hire("ehr-77", &again(&[])).await, Unique::Userid);
    taken(counter.hire("ehr-78", &again(&[(Field::Mobile, MOBILE)])).await, Unique::Mobile);
    taken(counter.hire("ehr-78", &again(&[(Field::Email, "a@b.example")])).await, Unique::Email);
    taken(counter.hire("ehr-78", &again(&[(Field::Telephone, "010-1")])).await, Unique::Telephone);
    refused_for(counter.hire("ehr-78", &again(&[(Field::JobNumber, "E77")])).await, Field::JobNumber);
    counter.set(json!({"job_numbers_unique": false})).await;
    joined(counter.hire("ehr-78", &again(&[(Field::JobNumber, "E77")])).await);
}

#[tokio::test]
async fn foreign_numbers_and_companies_abroad_have_their_form() {
    let counter = Counter::open().await;
    joined(counter.hire("hk", &with(somebody(), &[(Field::Mobile, "+85261234567")])).await);
    assert_eq!(counter.read("hk").await.values.text(Field::Mobile), Some("+85261234567"));
    counter.set(json!({"registered_abroad": true})).await;
    refused_for(counter.hire("ehr-77", &somebody()).await, Field::Mobile);
    let (id, orders, values) = (userid("ehr-77"), BTreeMap::new(), somebody());
    let person = NewPerson { userid: &id, values: &values, orders: &orders, mobile_form: MobileForm::Abroad };
    joined(counter.client.create_person(&person).await);
    assert_eq!(counter.read("ehr-77").await.values.text(Field::Mobile), Some(MOBILE));
}

#[tokio::test]
async fn position_management_takes_over_title_and_departments() {
    let counter = Counter::with(json!({"smart_hr_positions": "refuses"})).await;
    let read = counter.ordinary().await;
    let change = values(&[(Field::Title, "总监"), (Field::Remark, "备注一")]);
    let error = counter.change(&read, &change).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::ManagedBySmartHr { ref code } if code == "12150"), "{error}");
    assert!(error.advice().contains("Smart HR"));
    _ = counter.change(&read, &values(&[(Field::Remark, "备注一")])).await.unwrap();
    counter.set(json!({"smart_hr_positions": "ignores"})).await;
    let written = counter.change(&read, &change).await.unwrap().done().unwrap();
    let after = counter.read(read.id.as_str()).await;
    let not_taken = written.not_taken(&change, &after.values);
    assert_eq!(not_taken, FieldSet::of(&[Field::Title]));
    assert!(Written::looks_managed_by_smart_hr(not_taken));
}

#[tokio::test]
async fn administrators_are_never_deleted() {
    let counter = Counter::open().await;
    let admin = {
        let world = counter.server.world.lock().await;
        world.company().people.values().find(|p| p.sys_level == 1).unwrap().userid.clone()
    };
    let error = counter.client.delete_person(&counter.read(&admin).await).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::NotSent { .. }), "{error}");
    assert_eq!(counter.calls("/topapi/v2/user/delete").await, 0);
}

#[tokio::test]
async fn what_is_missing_too_long_or_impossible_is_never_sent() {
    let counter = Counter::open().await;
    let long = "长".repeat(201);
    let many = (1..=101).map(|id: i64| id.to_string()).collect::<Vec<_>>().join(",");
    for bad in [
        values(&[(Field::Name, "某"), (Field::Departments, "1")]),
        values(&[(Field::Mobile, MOBILE), (Field::Departments, "1")]),
        values(&[(Field::Name, "某"), (Field::Mobile, MOBILE)]),
        with(somebody(), &[(Field::Title, &long)]),
        with(somebody(), &[(Field::Mobile, "138****0001")]),
        with(somebody(), &[(Field::Departments, &many)]),
        with(somebody(), &[(Field::MainDepartment, "2")]),
        with(somebody(), &[(Field::Extension, "free text")]),
    ] {
        let error = counter.hire("ehr-77", &bad).await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::NotSent { .. }), "{error}");
    }
    assert_eq!(counter.calls("/topapi/v2/user/create").await, 0);
    refused_for(counter.hire("ehr-77", &with(somebody(), &[(Field::Manager, "nobody")])).await, Field::Manager);
    refused_for(counter.hire("ehr-77", &with(somebody(), &[(Field::Email, "x")])).await, Field::Email);
    refused_for(counter.hire("ehr-77", &with(somebody(), &[(Field::Departments, "7")])).await, Field::Departments);
}

#[tokio::test]
async fn outside_the_scope_is_said_and_a_full_department_is_a_limit() {
    let counter = Counter::with(json!({"department_people_max": 0})).await;
    let error = counter.hire("ehr-77", &somebody()).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::LimitReached { .. }), "{error}");
    let (seen, _) = counter.branch(0).await;
    let outsider = {
        let world = counter.server.world.lock().await;
        let company = world.company();
        let outside =
            |p: &&sandbox::company::Person| p.departments.iter().all(|m| !company.chain(m.dept_id).contains(&seen.0));
        company.people.values().filter(outside).find(|p| !p.is_admin() && !p.boss).unwrap().userid.clone()
    };
    let read = counter.read(&outsider).await;
    counter.set(json!({"department_people_max": null, "scope": {"depts": [seen.0]}})).await;
    let error = counter.change(&read, &values(&[(Field::Title, "顾问")])).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::OutOfScope), "{error}");
    let error = counter.client.delete_person(&read).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::OutOfScope), "{error}");
    let root = counter.hire("ehr-77", &somebody()).await.unwrap_err();
    assert!(matches!(root.trouble, Trouble::OutOfScope), "{root}");
    let inside = with(somebody(), &[(Field::Departments, &DeptId(seen.0).to_string())]);
    joined(counter.hire("ehr-77", &inside).await);
}
