use super::*;
use crate::ids::{Kind, LinkId, NativeId, UnionId};
use crate::index::tests::{key, values};
use crate::link::LinkWait;
use crate::policy::PolicyPreset;

mod interrupted_writes;

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
fn a_reused_userid_stays_quarantined() {
    let link = settled("工程师");
    let mut stranger = record("u1", "工程师");
    stranger.unionid = UnionId::new("union-2").ok();
    let Decision::Quarantine(held) = decide(&link, true, &stranger, Some(&record("e1", "工程师")))
    else {
        panic!()
    };
    let Decision::Quarantine(again) =
        decide(&held.link, true, &stranger, Some(&record("e1", "工程师")))
    else {
        panic!()
    };
    assert_eq!(again.link, held.link);
}

#[test]
fn a_rehired_person_gets_a_new_generation_and_userid() {
    let removal = RemovalRequest {
        side: Side::Ehr,
        ehr_version: Some(1),
        reason: Reason::new(ReasonCode::ChangeLeft).side("side", Side::Ehr),
    };
    let left = plan_removal(&settled("工程师"), removal, Timestamp(1)).link;
    let mut old = record("e1", "工程师");
    old.active = false;
    let item = item(decide(&left, true, &record("u2", "工程师"), Some(&old)));
    assert_eq!(
        (item.main_action(), item.link.generation),
        (WriteAction::Restore, 2)
    );
    assert_eq!(
        item.before.as_ref().and_then(|link| link.dingtalk.as_ref()),
        NativeId::new("u1").ok().as_ref()
    );
    assert_eq!(item.link.dingtalk, NativeId::new("u2").ok());
    assert_eq!(item.link.lifecycle, LinkLifecycle::Active);
}

#[test]
fn an_outdated_id_in_the_ehr_is_replaced_without_field_changes() {
    let old = NativeId::new("u0").unwrap();
    let (dingtalk, ehr) = (record("u1", "工程师"), record("e1", "工程师"));
    let item = item(decide_kept(
        &settled("工程师"),
        true,
        &dingtalk,
        Some(&ehr),
        Some(&old),
    ));
    assert_eq!(
        (item.main_action(), item.changes().count()),
        (WriteAction::Update, 0)
    );
}

#[test]
fn an_interrupted_create_is_adopted() {
    // The intent was stored and the eHR has the record, but base was never written.
    let mut link = new_link();
    link.dingtalk = NativeId::new("u1").ok();
    link.ehr = NativeId::new("e1").ok();
    link.intents.push(crate::link::WriteIntent {
        side: Side::Ehr,
        fields: std::collections::BTreeMap::new(),
        action: WriteAction::Create,
        at: Timestamp(0),
    });
    let (dingtalk, ehr) = (record("u1", "工程师"), record("e1", "工程师"));
    let Decision::Settle(after) = decide(&link, true, &dingtalk, Some(&ehr)) else {
        panic!()
    };
    assert_eq!(after.link.lifecycle, LinkLifecycle::Active);
    assert_eq!(
        after.link.intents.len(),
        1,
        "the killed call may still land"
    );
    let policy = Policy::dingtalk_is_master();
    let later = Timestamp(LATE_WRITE_MS);
    let late = decide_by(
        &policy,
        &after.link,
        true,
        FreshRead::Here(&dingtalk),
        Some(&ehr),
        Some(&dingtalk.id),
        later,
    );
    let Decision::Settle(late) = late else {
        panic!()
    };
    assert!(late.link.intents.is_empty());
}

mod ehr_decides {
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
        let Decision::Waits(reason) =
            by_ehr(&new_link(), false, FreshRead::NotFound, Some(&bare), 0)
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
    fn a_leaver_is_deleted_only_after_the_grace_period() {
        let mut left = full("e1", "工程师");
        left.active = false;
        let dingtalk = full("u1", "工程师");
        let Decision::Settle(leaving) = by_ehr(
            &agreed(),
            true,
            FreshRead::Here(&dingtalk),
            Some(&left),
            100,
        ) else {
            panic!()
        };
        assert_eq!(
            leaving.link.lifecycle,
            LinkLifecycle::Leaving {
                since: Timestamp(100)
            }
        );
        let day = 24 * 60 * 60 * 1000;
        let early = by_ehr(
            &leaving.link,
            true,
            FreshRead::Here(&dingtalk),
            Some(&left),
            99 + day,
        );
        assert!(matches!(early, Decision::Nothing), "{early:?}");
        let item = item(by_ehr(
            &leaving.link,
            true,
            FreshRead::Here(&dingtalk),
            Some(&left),
            100 + day,
        ));
        assert_eq!(
            (item.main_action(), item.parts[0].to),
            (WriteAction::Remove, Side::DingTalk)
        );
        let back = by_ehr(
            &leaving.link,
            true,
            FreshRead::Here(&dingtalk),
            Some(&full("e1", "工程师")),
            200,
        );
        assert!(matches!(back, Decision::Settle(_)), "taken back in time");
    }

    #[test]
    fn an_administrator_who_left_is_not_removed() {
        let (mut left, mut boss) = (full("e1", "总裁"), full("u1", "总裁"));
        left.active = false;
        boss.protected = true;
        let decided = by_ehr(
            &agreed(),
            true,
            FreshRead::Here(&boss),
            Some(&left),
            i64::MAX,
        );
        assert!(matches!(decided, Decision::Waits(_)));
    }

    #[test]
    fn absence_alone_removes_no_record() {
        let gone = by_ehr(
            &agreed(),
            true,
            FreshRead::Here(&full("u1", "工程师")),
            None,
            0,
        );
        assert!(matches!(gone, Decision::Missing(Side::Ehr)), "{gone:?}");
        let nowhere = by_ehr(&agreed(), true, FreshRead::NotFound, None, 0);
        assert!(
            matches!(nowhere, Decision::Missing(Side::Ehr)),
            "DingTalk's word is not enough: {nowhere:?}"
        );
        let stranger = by_ehr(
            &new_link(),
            false,
            FreshRead::Here(&full("u9", "外人")),
            None,
            0,
        );
        assert!(matches!(stranger, Decision::Unmatched(Side::DingTalk)));
        let unseen = by_ehr(
            &agreed(),
            true,
            FreshRead::Unseen,
            Some(&full("e1", "总监")),
            0,
        );
        assert!(matches!(unseen, Decision::Nothing));
    }

    #[test]
    fn a_leaver_added_again_by_hand_is_not_removed() {
        let left = Link {
            lifecycle: LinkLifecycle::Left { at: Timestamp(0) },
            ..agreed()
        };
        let back = by_ehr(&left, true, FreshRead::Here(&full("u1", "工程师")), None, 1);
        assert!(
            matches!(back, Decision::Unmatched(Side::DingTalk)),
            "{back:?}"
        );
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
}

#[test]
fn a_copy_deleted_in_the_ehr_is_created_again_with_an_empty_base() {
    let agreed = settled("工程师");
    assert!(agreed.base.hashes.contains_key(&Field::Title));
    let mut dingtalk = record("u1", "工程师");
    dingtalk.values.hide(Field::Title);
    let item = item(decide(&agreed, true, &dingtalk, None));
    assert_eq!(
        (item.main_action(), item.link.generation),
        (WriteAction::Create, 2)
    );
    assert!(
        !item.link.base.hashes.contains_key(&Field::Title),
        "what was hidden was agreed with another record"
    );
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
