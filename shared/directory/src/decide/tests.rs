mod ehr_decides;
mod identities;
mod interrupted_writes;

use super::*;
use crate::ids::{Kind, LinkId, NativeId, UnionId};
use crate::index::tests::{key, values};
use crate::link::LinkWait;
use crate::policy::PolicyPreset;

fn record(side: &str, title: &str) -> Record {
    let mut record = Record::new(Kind::Person, NativeId::new(side).unwrap());
    record.values = values("李娜", title);
    record.unionid = UnionId::new("union-1").ok();
    record
}

fn new_link() -> Link {
    Link {
        id: LinkId([1; 16]),
        kind: Kind::Person,
        generation: 1,
        version: RowVersion(1),
        dingtalk: None,
        ehr: None,
        unionid: None,
        protected: false,
        base: Base::default(),
        intents: Vec::new(),
        lifecycle: LinkLifecycle::Creating,
        waits: Vec::new(),
    }
}

fn decide(link: &Link, stored: bool, dingtalk: &Record, ehr: Option<&Record>) -> Decision {
    decide_kept(link, stored, dingtalk, ehr, Some(&dingtalk.id))
}

fn decide_kept(
    link: &Link,
    stored: bool,
    dingtalk: &Record,
    ehr: Option<&Record>,
    kept: Option<&NativeId>,
) -> Decision {
    decide_by(
        &Policy::dingtalk_is_master(),
        link,
        stored,
        FreshRead::Here(dingtalk),
        ehr,
        kept,
        Timestamp(7),
    )
}

fn decide_by(
    policy: &Policy,
    link: &Link,
    stored: bool,
    dingtalk: FreshRead<&Record>,
    ehr: Option<&Record>,
    kept: Option<&NativeId>,
    now: Timestamp,
) -> Decision {
    let key = key();
    let create =
        FieldSet::PERSON.without(FieldSet::of_fields(&[Field::Leads, Field::MainDepartment]));
    let writable = WritableFields {
        create,
        update: create.without(FieldSet::of_fields(&[Field::Mobile])),
    };
    let context = DecisionContext {
        policy,
        key: &key,
        fields: FieldSet::PERSON,
        writable,
        now,
    };
    let counterpart = |record| EhrRecord {
        record,
        version: 1,
        dingtalk: kept,
        not_yet: false,
    };
    decide_pair(
        RecordPair {
            link,
            stored: stored.then_some(link.version),
            dingtalk,
            ehr: ehr.map(counterpart),
        },
        context,
    )
}

/// The link as it is stored after both sides agree on `title`.
fn settled(title: &str) -> Link {
    match decide(
        &new_link(),
        false,
        &record("u1", title),
        Some(&record("e1", title)),
    ) {
        Decision::Settle(settled) => settled.link,
        other => panic!("{other:?}"),
    }
}

fn item(decision: Decision) -> PlanItem {
    match decision {
        Decision::Write(item) => *item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_person_missing_in_the_ehr_is_created() {
    let item = item(decide(&new_link(), false, &record("u1", "工程师"), None));
    assert_eq!(
        (item.main_action(), item.before.as_ref()),
        (WriteAction::Create, None)
    );
    assert_eq!(item.changes().count(), 2);
    assert_eq!(
        item.link.base.hashes.len(),
        item.parts[0].values.shown_fields().len()
    );
}

#[test]
fn planning_again_after_applying_finds_nothing() {
    let link = settled("工程师");
    assert!(matches!(
        decide(
            &link,
            true,
            &record("u1", "工程师"),
            Some(&record("e1", "工程师"))
        ),
        Decision::Nothing
    ));
}

#[test]
fn a_promotion_is_one_change_of_one_field() {
    let item = item(decide(
        &settled("工程师"),
        true,
        &record("u1", "总监"),
        Some(&record("e1", "工程师")),
    ));
    assert_eq!(item.main_action(), WriteAction::Update);
    assert_eq!(
        item.changes()
            .map(|c| (c.field, c.overwrites_edit))
            .collect::<Vec<_>>(),
        [(Field::Title, false)]
    );
}

#[test]
fn an_edit_on_the_side_that_does_not_own_is_overwritten_and_recorded() {
    let item = item(decide(
        &settled("工程师"),
        true,
        &record("u1", "工程师"),
        Some(&record("e1", "改了")),
    ));
    assert!(item.parts[0].changes[0].overwrites_edit);
    assert_eq!(item.parts[0].values.text(Field::Title), Some("工程师"));
}

#[test]
fn a_hidden_field_empties_nothing() {
    let mut hidden = record("u1", "工程师");
    hidden.values.hide(Field::Title);
    assert!(matches!(
        decide(
            &settled("工程师"),
            true,
            &hidden,
            Some(&record("e1", "工程师"))
        ),
        Decision::Nothing
    ));
}

#[test]
fn an_empty_field_empties_the_other_side() {
    let item = item(decide(
        &settled("工程师"),
        true,
        &record("u1", ""),
        Some(&record("e1", "工程师")),
    ));
    assert_eq!(item.parts[0].changes[0].after, None);
}

#[test]
fn a_shared_membership_merges_member_by_member() {
    let departments = |id: &str, ids: &[u8]| {
        let mut record = record(id, "工程师");
        record.values.show_refs(
            Field::Departments,
            ids.iter().map(|n| LinkId([*n; 16]).to_string()),
        );
        record
    };
    let mut policy = Policy::from_preset(PolicyPreset::Custom);
    policy.owners.share_field(Kind::Person, Field::Departments);
    let decide = |link: &Link, stored, dingtalk: &Record, ehr: &Record| {
        decide_by(
            &policy,
            link,
            stored,
            FreshRead::Here(dingtalk),
            Some(ehr),
            Some(&dingtalk.id),
            Timestamp(0),
        )
    };
    let agreed = match decide(
        &new_link(),
        false,
        &departments("u1", &[1, 2]),
        &departments("e1", &[1, 2]),
    ) {
        Decision::Settle(settled) => settled.link,
        other => panic!("{other:?}"),
    };
    let item = item(decide(
        &agreed,
        true,
        &departments("u1", &[2, 3]),
        &departments("e1", &[1, 2, 4]),
    ));
    let expected = departments("x", &[2, 3, 4]);
    for side in [Side::DingTalk, Side::Ehr] {
        let change = &item.part_for(side).unwrap().changes[0];
        assert_eq!(
            change.after.as_ref(),
            expected.values.get(Field::Departments)
        );
    }
    assert_eq!(item.link.base.departments.len(), 3);
}
