//! Ids that are used again, replaced or lost, and who they belong to.

use super::*;

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
