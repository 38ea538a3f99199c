//! The eHR decides, and DingTalk follows.

mod removals;

use super::*;

fn full(id: &str, title: &str) -> Record {
    let mut record = record(id, title);
    record.unionid = None;
    record
        .values
        .show_text(Field::Mobile, Some("+8613800000001".to_owned()));
    record
        .values
        .show_refs(Field::Departments, [LinkId([9; 16]).to_string()]);
    record
}

fn by_ehr(
    link: &Link,
    stored: bool,
    dingtalk: FreshRead<&Record>,
    ehr: Option<&Record>,
    now: i64,
) -> Decision {
    let policy = Policy {
        grace_days: 1,
        ..Policy::from_preset(PolicyPreset::EhrIsMaster)
    };
    decide_by(&policy, link, stored, dingtalk, ehr, None, Timestamp(now))
}

fn agreed() -> Link {
    match by_ehr(
        &new_link(),
        false,
        FreshRead::Here(&full("u1", "工程师")),
        Some(&full("e1", "工程师")),
        0,
    ) {
        Decision::Settle(settled) => settled.link,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_person_gets_a_derived_userid() {
    let item = item(by_ehr(
        &new_link(),
        false,
        FreshRead::NotFound,
        Some(&full("e1", "工程师")),
        0,
    ));
    assert_eq!(
        (item.main_action(), item.parts[0].to),
        (WriteAction::Create, Side::DingTalk)
    );
    assert_eq!(
        item.link.dingtalk,
        NativeId::new(&item.link.id.to_string()).ok()
    );
    assert!(!item.needs_canary);
}

#[test]
fn a_person_without_a_mobile_is_not_created() {
    let mut bare = full("e1", "工程师");
    bare.values.show_text(Field::Mobile, None);
    let Decision::Waits(reason) = by_ehr(&new_link(), false, FreshRead::NotFound, Some(&bare), 0)
    else {
        panic!()
    };
    let expected = Reason::new(ReasonCode::WaitFieldMissing)
        .kind("kind", Kind::Person)
        .field("field", Field::Mobile);
    assert_eq!(reason, expected);
}

#[test]
fn a_missing_field_waits_once_whatever_its_stored_reason() {
    let mut bare = full("e1", "工程师");
    bare.values.show_text(Field::Mobile, None);
    let mut link = new_link();
    link.waits.push(LinkWait {
        field: Some(Field::Mobile),
        value: [0; 12],
        reason: Reason::stored_text("DingTalk creates nobody without mobile"),
        since: Timestamp(0),
        next: Timestamp(0),
    });
    match by_ehr(&link, true, FreshRead::NotFound, Some(&bare), 0) {
        Decision::Settle(settled) => assert_eq!(settled.link.waits, link.waits),
        Decision::Waits(reason) => assert_eq!(reason, link.waits[0].reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_edit_in_dingtalk_is_overwritten_and_journalled() {
    let item = item(by_ehr(
        &agreed(),
        true,
        FreshRead::Here(&full("u1", "改了")),
        Some(&full("e1", "总监")),
        0,
    ));
    let change = &item.part_for(Side::DingTalk).unwrap().changes[0];
    assert!(change.overwrites_edit);
    assert_eq!(change.before, Some(FieldValue::Text("改了".into())));
}

#[test]
fn a_new_mobile_waits_for_the_employee_and_the_title_does_not() {
    let mut changed = full("e1", "总监");
    changed
        .values
        .show_text(Field::Mobile, Some("+8613900000009".to_owned()));
    let item = item(by_ehr(
        &agreed(),
        true,
        FreshRead::Here(&full("u1", "工程师")),
        Some(&changed),
        0,
    ));
    assert_eq!(
        item.changes()
            .map(|change| change.field)
            .collect::<Vec<_>>(),
        [Field::Title]
    );
    assert_eq!(item.link.waits[0].field, Some(Field::Mobile));
    let mut done = item.link.clone();
    done.version = RowVersion(1);
    let now = by_ehr(
        &done,
        true,
        FreshRead::Here(&full("u1", "总监")),
        Some(&changed),
        5,
    );
    assert!(matches!(now, Decision::Waits(_)), "{now:?}");
    let mut followed = full("u1", "总监");
    followed
        .values
        .show_text(Field::Mobile, Some("+8613900000009".to_owned()));
    let Decision::Settle(settled) =
        by_ehr(&done, true, FreshRead::Here(&followed), Some(&changed), 6)
    else {
        panic!()
    };
    assert!(settled.link.waits.is_empty());
}

#[test]
fn a_deleted_copy_is_created_again_under_a_new_userid_after_a_canary_check() {
    let item = item(by_ehr(
        &agreed(),
        true,
        FreshRead::NotFound,
        Some(&full("e1", "工程师")),
        0,
    ));
    assert!(item.needs_canary);
    assert_eq!(item.link.generation, 2);
    assert!(
        item.link
            .dingtalk
            .as_ref()
            .unwrap()
            .as_str()
            .ends_with("-2")
    );
}

#[test]
fn a_refused_item_is_retried_after_a_day_or_when_it_changes() {
    let ehr = full("e1", "总监");
    let mut link = agreed();
    let first = item(by_ehr(
        &link,
        true,
        FreshRead::Here(&full("u1", "工程师")),
        Some(&ehr),
        0,
    ));
    let value = first.fingerprint(&key());
    let (since, next) = (Timestamp(0), Timestamp(1000));
    link.waits = vec![LinkWait {
        field: None,
        value,
        reason: Reason::stored_text("bad title"),
        since,
        next,
    }];
    let decide = |title, now| {
        by_ehr(
            &link,
            true,
            FreshRead::Here(&full("u1", "工程师")),
            Some(&full("e1", title)),
            now,
        )
    };
    assert!(matches!(decide("总监", 999), Decision::Waits(_)));
    assert!(matches!(decide("总监", 1000), Decision::Write(_)));
    assert!(matches!(decide("经理", 5), Decision::Write(_)));
}
