use super::*;
use crate::field::Field;
use crate::ids::Timestamp;
use crate::index::tests::{link, values};
use crate::link::Intent;
use crate::record::Value;
use crate::text::Personal;

fn item(n: u8, action: Action, changes: &[(Field, Option<&str>)]) -> Item {
    let link = link(n, &values("李娜", "工程师"));
    let text = |text: &str| Value::Text(Personal::from(text));
    let mut item = Item {
        before: Some(link.clone()),
        link,
        ehr_version: Some(1),
        unionid: None,
        parts: vec![Part { to: Side::Ehr, action, values: Values::new(), changes: Vec::new() }],
        reason: "test".to_owned(),
        needs_canary: false,
    };
    for (field, after) in changes {
        let after = after.map(text);
        item.parts[0].values.show(*field, after.clone());
        let base_before = item.link.base.hashes.insert(*field, [0xee; 12]);
        item.parts[0].changes.push(Change {
            field: *field,
            before: Some(text("old")),
            after,
            base_before,
            overwrites_edit: false,
            conflict: false,
        });
    }
    item
}

fn approve(items: Vec<Item>, people: u64) -> ApprovedPlan {
    approve_released(items, people, &BTreeSet::new())
}

fn approve_released(items: Vec<Item>, people: u64, released: &BTreeSet<FieldHash>) -> ApprovedPlan {
    approve_after(items, people, released, &Passed::default())
}

fn approve_after(items: Vec<Item>, people: u64, released: &BTreeSet<FieldHash>, passed: &Passed) -> ApprovedPlan {
    let (policy, key) = (Policy::dingtalk_is_master(), crate::index::tests::key());
    Plan { items, ..Plan::default() }.approve(&Guard { policy: &policy, key: &key, people, released, passed })
}

#[test]
fn too_many_removals_are_held_and_the_rest_goes_on() {
    let mut items: Vec<_> = (0..6).map(|n| item(n, Action::Remove, &[])).collect();
    items.push(item(9, Action::Update, &[(Field::Title, Some("总监"))]));
    let approved = approve(items, 200);
    assert_eq!(approved.items().len(), 1);
    assert_eq!(approved.held().len(), 6);
    assert_eq!(approved.held()[0].reason, "6 of 200 people would be marked left; the limit is 5");
}

#[test]
fn a_blanked_column_is_held_and_the_same_peoples_other_changes_pass() {
    let both = [(Field::Mobile, None), (Field::Title, Some("总监"))];
    let items = (0..20).map(|n| item(n, Action::Update, if n == 0 { &both } else { &both[..1] })).collect();
    let approved = approve(items, 100);
    assert_eq!(approved.held().len(), 20);
    assert_eq!(approved.items().len(), 1);
    let passed = &approved.items()[0];
    assert_eq!(passed.parts[0].changes.len(), 1);
    assert!(!passed.parts[0].values.shown().contains(Field::Mobile));
    assert_ne!(passed.link.base.hashes.get(&Field::Mobile), Some(&[0xee; 12]));
}

#[test]
fn whoever_is_adopted_is_linked_although_all_changes_are_held() {
    let mut items: Vec<_> = (0..20).map(|n| item(n, Action::Update, &[(Field::Mobile, None)])).collect();
    items.iter_mut().for_each(|item| item.before = None);
    let approved = approve(items, 100);
    assert_eq!((approved.items().len(), approved.held().len(), approved.settled().len()), (0, 20, 20));
    assert!(approved.settled().iter().all(|settled| settled.before.is_none() && settled.link.dingtalk.is_some()));
}

#[test]
fn held_memberships_come_back_into_base() {
    let items = (0..20).map(|n| {
        let mut one = item(n, Action::Update, &[(Field::Departments, None), (Field::Title, Some("总监"))]);
        one.link.base.departments.clear();
        one.parts[0].changes.truncate(if n == 0 { 2 } else { 1 });
        one
    });
    let approved = approve(items.collect(), 100);
    assert_eq!(approved.items().len(), 1);
    assert_eq!(approved.items()[0].link.base.departments.len(), 1);
}

#[test]
fn what_was_sent_of_a_held_field_stays_unexplained() {
    let sent = |field| Intent {
        side: Side::DingTalk,
        fields: [(field, [0x11; 12])].into(),
        action: Action::Update,
        at: Timestamp(0),
    };
    let items = (0..20).map(|n| {
        let both = [(Field::Mobile, None), (Field::Title, Some("总监"))];
        let mut one = item(n, Action::Update, if n == 0 { &both } else { &both[..1] });
        one.before.as_mut().unwrap().intents = vec![sent(Field::Mobile), sent(Field::Title)];
        one
    });
    let approved = approve(items.collect(), 100);
    assert_eq!(approved.items()[0].link.intents, [sent(Field::Mobile)]);
}

#[test]
fn what_a_person_released_passes_and_is_not_counted() {
    let items: Vec<_> = (0..6).map(|n| item(n, Action::Remove, &[])).collect();
    let held = approve(items.clone(), 200);
    let released = held.held().iter().filter_map(|held| held.fingerprint).take(2).collect();
    let approved = approve_released(items, 200, &released);
    assert_eq!((approved.items().len(), approved.held().len()), (6, 0), "four are not too many");
    let all: Vec<_> = (0..9).map(|n| item(n, Action::Remove, &[])).collect();
    let approved = approve_released(all, 200, &released);
    assert_eq!((approved.items().len(), approved.held().len()), (2, 7));
}

#[test]
fn many_small_plans_of_one_run_are_as_much_as_a_large_one() {
    let removal = |n: u8| vec![item(n, Action::Remove, &[])];
    let mut passed = Passed::default();
    for n in 0..5 {
        let approved = approve_after(removal(n), 200, &BTreeSet::new(), &passed);
        assert_eq!(approved.held().len(), 0);
        passed.add(approved.passed());
    }
    assert_eq!(approve_after(removal(5), 200, &BTreeSet::new(), &passed).held().len(), 1, "the sixth of two hundred");
    let blank = |n: u8| vec![item(n, Action::Update, &[(Field::Mobile, None)])];
    let mut passed = Passed::default();
    for n in 0..9 {
        let approved = approve_after(blank(n), 100, &BTreeSet::new(), &passed);
        assert_eq!(approved.held().len(), usize::from(n >= 5), "{n}");
        passed.add(approved.passed());
    }
}

#[test]
fn another_value_is_another_item() {
    let key = crate::index::tests::key();
    let print = |title| item(1, Action::Update, &[(Field::Title, Some(title))]).fingerprint(&key);
    assert_eq!(print("总监"), print("总监"));
    assert_ne!(print("总监"), print("经理"));
}

#[test]
fn creates_are_never_too_many() {
    let items = (0..200).map(|n| item(n, Action::Create, &[(Field::Name, Some("新人"))])).collect();
    assert!(approve(items, 0).held().is_empty());
}
