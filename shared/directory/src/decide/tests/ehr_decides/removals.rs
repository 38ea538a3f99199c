//! Who is removed from DingTalk, and who is not.

use super::*;

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
