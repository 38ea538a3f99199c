//! What a restore plans, and what it says cannot come back.

use super::*;

fn target(was: &SnapshotRecord) -> RestoreTarget {
    RestoreTarget {
        link: was.link,
        dingtalk: was.values(Side::DingTalk).cloned(),
        ehr: was.values(Side::Ehr).cloned(),
        active: true,
        untouchable: false,
    }
}

fn codes(reasons: &[Reason]) -> Vec<ReasonCode> {
    reasons.iter().filter_map(Reason::code).collect()
}

/// The eHR decides everything, and both sides may be written.
fn ehr_decides() -> Policy {
    let mut policy = Policy::from_preset(PolicyPreset::EhrIsMaster);
    policy.direction = SyncDirection::Both;
    policy
}

fn restore(was: &SnapshotRecord, now: &RestoreTarget) -> RestorePlan {
    let known = (1_000_000..1_000_040).map(link).collect();
    plan_restore(was, now, &ehr_decides(), None, &known)
}

#[test]
fn a_blanked_field_is_written_where_it_is_decided() {
    let was = person(1, "李娜");
    assert_eq!(restore(&was, &target(&was)).changes, []);
    let mut now = target(&was);
    now.ehr.as_mut().unwrap().show(Field::Name, None);
    now.dingtalk.as_mut().unwrap().show(Field::Name, None);
    let plan = restore(&was, &now);
    let expected = RestoreChange {
        side: Side::Ehr,
        field: Field::Name,
        before: None,
        after: was.values(Side::Ehr).unwrap().get(Field::Name).cloned(),
    };
    assert_eq!(plan.changes, [expected]);
    assert_eq!((plan.cannot.len(), plan.creates.len()), (0, 0));
}

#[test]
fn what_cannot_come_back_is_said() {
    let mut was = person(1, "李娜");
    was.sides
        .get_mut(&SideName::Ehr)
        .unwrap()
        .hide(Field::Mobile);
    let mut now = target(&was);
    now.ehr
        .as_mut()
        .unwrap()
        .show_text(Field::Mobile, Some("+861".to_owned()));
    let plan = restore(&was, &now);
    assert_eq!(codes(&plan.cannot), [ReasonCode::RestoreFieldHidden]);
    let was = person(1, "李娜");
    let mut now = target(&was);
    now.dingtalk
        .as_mut()
        .unwrap()
        .show_text(Field::Mobile, Some("+861".to_owned()));
    let mut policy = Policy::dingtalk_is_master();
    policy.direction = SyncDirection::Both;
    let plan = plan_restore(
        &was,
        &now,
        &policy,
        None,
        &BTreeSet::from([link(1_000_001)]),
    );
    assert_eq!(codes(&plan.cannot), [ReasonCode::RestoreEmployeeOnly]);
    let one_way = Policy::from_preset(PolicyPreset::EhrIsMaster);
    assert!(!one_way.may_write(Side::Ehr));
    now.ehr.as_mut().unwrap().show(Field::Name, None);
    let plan = plan_restore(
        &was,
        &now,
        &one_way,
        None,
        &BTreeSet::from([link(1_000_001)]),
    );
    assert_eq!(codes(&plan.cannot), [ReasonCode::RestoreDirectionForbids]);
    assert_eq!(plan.changes, []);
    now.untouchable = true;
    let plan = restore(&was, &now);
    assert_eq!(
        (codes(&plan.cannot), plan.changes),
        (vec![ReasonCode::RestoreUntouchable], vec![])
    );
}

#[test]
fn a_deleted_account_is_created_anew_and_says_what_is_lost() {
    let was = person(1, "李娜");
    let mut now = target(&was);
    now.dingtalk = None;
    now.active = false;
    let plan = restore(&was, &now);
    assert_eq!(plan.creates, [Side::DingTalk]);
    assert!(plan.takes_back);
    assert_eq!(codes(&plan.notes), [ReasonCode::RestoreAccountDeleted]);
    let mut department = person(2, "研发部");
    department.kind = Kind::Department;
    let plan = restore(&department, &now);
    assert_eq!(codes(&plan.notes), [ReasonCode::RestoreGroupChat]);
}

#[test]
fn references_to_what_is_gone_are_left_out_and_empty_nothing() {
    let mut was = person(1, "李娜");
    let ehr = was.sides.get_mut(&SideName::Ehr).unwrap();
    ehr.show_refs(
        Field::Departments,
        [link(1_000_001), link(77)].map(|link| link.to_string()),
    );
    let mut now = target(&was);
    now.ehr
        .as_mut()
        .unwrap()
        .show_refs(Field::Departments, [link(1_000_005).to_string()]);
    let plan = restore(&was, &now);
    assert_eq!(codes(&plan.cannot), [ReasonCode::RestoreReferenceGone]);
    assert_eq!(
        plan.changes[0].after,
        Some(FieldValue::Refs([link(1_000_001).to_string()].into()))
    );
    was.sides
        .get_mut(&SideName::Ehr)
        .unwrap()
        .show_refs(Field::Departments, [link(77).to_string()]);
    assert_eq!(restore(&was, &now).changes, []);
}

#[test]
fn one_field_is_restored_alone() {
    let was = person(1, "李娜");
    let mut now = target(&was);
    now.dingtalk = None;
    for field in [Field::Name, Field::Mobile] {
        now.ehr.as_mut().unwrap().show(field, None);
    }
    let policy = ehr_decides();
    let only = Some(FieldSet::of_fields(&[Field::Mobile]));
    let plan = plan_restore(&was, &now, &policy, only, &BTreeSet::new());
    assert_eq!(plan.creates, []);
    assert_eq!(
        plan.changes
            .iter()
            .map(|change| change.field)
            .collect::<Vec<_>>(),
        [Field::Mobile]
    );
}
