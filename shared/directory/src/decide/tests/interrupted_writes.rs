//! What was begun and cut off, or refused on one side.

use super::*;
use crate::link::WriteIntent;

fn shared_title() -> Policy {
    let mut policy = Policy::from_preset(PolicyPreset::Custom);
    policy.owners.share_field(Kind::Person, Field::Title);
    policy
}

fn settled_by(policy: &Policy, dingtalk: &Record, ehr: &Record) -> Link {
    let id = dingtalk.id.clone();
    match decide_by(
        policy,
        &new_link(),
        false,
        FreshRead::Here(dingtalk),
        Some(ehr),
        Some(&id),
        Timestamp(0),
    ) {
        Decision::Settle(settled) => settled.link,
        other => panic!("{other:?}"),
    }
}

fn intent(side: Side, title: &str) -> WriteIntent {
    let title = FieldValue::Text(title.into());
    let fields = [(
        Field::Title,
        hash::hash_field(&key(), Field::Title, Some(&title)),
    )]
    .into();
    WriteIntent {
        side,
        fields,
        action: WriteAction::Update,
        at: Timestamp(0),
    }
}

/// Of a shared field, what was decided before its write was cut off gives way to what somebody wrote since, however late the
/// next look comes.
#[test]
fn an_edit_after_an_interrupted_write_is_kept() {
    let policy = shared_title();
    let mut link = settled_by(&policy, &record("u1", "工程师"), &record("e1", "工程师"));
    link.intents.push(intent(Side::DingTalk, "经理"));
    // The eHR said 经理, which was sent and landed; then somebody in DingTalk saw it and wrote 总监.
    let (dingtalk, ehr) = (record("u1", "总监"), record("e1", "经理"));
    for now in [1, LATE_WRITE_MS * 10] {
        let id = dingtalk.id.clone();
        let decided = decide_by(
            &policy,
            &link,
            true,
            FreshRead::Here(&dingtalk),
            Some(&ehr),
            Some(&id),
            Timestamp(now),
        );
        let item = item(decided);
        let change = &item.part_for(Side::Ehr).unwrap().changes[0];
        assert_eq!(change.after.as_ref(), dingtalk.values.get(Field::Title));
        assert!(change.conflict, "both values are told");
    }
}

/// A write of ours that landed and was never confirmed is nobody's edit, however long ago it was.
#[test]
fn an_old_intent_still_explains_its_own_write() {
    let policy = shared_title();
    let mut link = settled_by(&policy, &record("u1", "工程师"), &record("e1", "工程师"));
    link.intents.push(intent(Side::DingTalk, "经理"));
    let (dingtalk, ehr) = (record("u1", "经理"), record("e1", "总监"));
    let id = dingtalk.id.clone();
    let late = Timestamp(LATE_WRITE_MS * 10);
    let item = item(decide_by(
        &policy,
        &link,
        true,
        FreshRead::Here(&dingtalk),
        Some(&ehr),
        Some(&id),
        late,
    ));
    let change = &item.part_for(Side::DingTalk).unwrap().changes[0];
    assert_eq!(
        (change.after.as_ref(), change.conflict),
        (ehr.values.get(Field::Title), false)
    );
    assert!(item.link.intents.is_empty(), "this read explains it");
}

/// Two writes were cut off, one to each side: the later one was decided in sight of what the earlier one was to be.
#[test]
fn of_two_interrupted_writes_the_later_decision_wins() {
    let policy = shared_title();
    let agreed = settled_by(&policy, &record("u1", "工程师"), &record("e1", "工程师"));
    let (dingtalk, ehr) = (record("u1", "总监"), record("e1", "经理"));
    let (to_ehr, to_dingtalk) = (intent(Side::Ehr, "总监"), intent(Side::DingTalk, "经理"));
    let id = dingtalk.id.clone();
    for (intents, to) in [
        ([to_ehr.clone(), to_dingtalk.clone()], Side::DingTalk),
        ([to_dingtalk, to_ehr], Side::Ehr),
    ] {
        let link = Link {
            intents: intents.into(),
            ..agreed.clone()
        };
        let item = item(decide_by(
            &policy,
            &link,
            true,
            FreshRead::Here(&dingtalk),
            Some(&ehr),
            Some(&id),
            Timestamp(1),
        ));
        assert_eq!(
            item.parts.iter().map(|part| part.to).collect::<Vec<_>>(),
            [to]
        );
    }
}

#[test]
fn a_refusal_by_one_side_does_not_block_the_other_side() {
    let mut policy = Policy::from_preset(PolicyPreset::Custom);
    policy
        .owners
        .assign_field(Kind::Person, Field::Title, Side::Ehr);
    policy
        .owners
        .assign_field(Kind::Person, Field::Remark, Side::DingTalk);
    let with = |id: &str, title: &str, remark: &str| {
        let mut record = record(id, title);
        record
            .values
            .show_text(Field::Remark, Some(remark.to_owned()));
        record
    };
    let mut link = settled_by(
        &policy,
        &with("u1", "工程师", "甲"),
        &with("e1", "工程师", "甲"),
    );
    let agreed = link.base.hashes[&Field::Title];
    let (dingtalk, ehr) = (with("u1", "工程师", "乙"), with("e1", "总监", "甲"));
    let id = dingtalk.id.clone();
    let decide = |link: &Link| {
        decide_by(
            &policy,
            link,
            true,
            FreshRead::Here(&dingtalk),
            Some(&ehr),
            Some(&id),
            Timestamp(5),
        )
    };
    let both = item(decide(&link));
    assert_eq!(both.parts.len(), 2);
    let value = both.fingerprint(&key());
    let (since, next) = (Timestamp(0), Timestamp(1000));
    link.waits = vec![LinkWait {
        field: None,
        value,
        reason: Reason::stored_text("bad title"),
        since,
        next,
    }];
    let alone = item(decide(&link));
    assert_eq!(
        alone.parts.iter().map(|part| part.to).collect::<Vec<_>>(),
        [Side::Ehr]
    );
    assert_eq!(
        alone.link.base.hashes[&Field::Title],
        agreed,
        "what was refused is not agreed on"
    );
    assert_ne!(
        alone.link.base.hashes[&Field::Remark],
        link.base.hashes[&Field::Remark]
    );
}

#[test]
fn an_interrupted_create_is_adopted() {
    // The intent was stored and the eHR has the record, but base was never written.
    let mut link = new_link();
    link.dingtalk = NativeId::new("u1").ok();
    link.ehr = NativeId::new("e1").ok();
    link.intents.push(WriteIntent {
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
