use super::*;
use crate::ids::{Kind, NativeId, UnionId};
use crate::index::tests::{key, values};

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
        version: Version(1),
        dingtalk: None,
        ehr: None,
        unionid: None,
        protected: false,
        base: Base::default(),
        intents: Vec::new(),
        lifecycle: Lifecycle::Creating,
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
    let policy = Policy::dingtalk_is_master();
    let key = key();
    let context = Context { policy: &policy, key: &key, fields: FieldSet::PERSON, now: Timestamp(7) };
    let counterpart = |record| Counterpart { record, version: 1, dingtalk: kept };
    present(Pair { link, stored: stored.then_some(link.version), dingtalk, ehr: ehr.map(counterpart) }, context)
}

/// The link as it is stored after both sides agree on `title`.
fn settled(title: &str) -> Link {
    match decide(&new_link(), false, &record("u1", title), Some(&record("e1", title))) {
        Decision::Settle(settled) => settled.link,
        other => panic!("{other:?}"),
    }
}

fn item(decision: Decision) -> Item {
    match decision {
        Decision::Write(item) => *item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_person_whom_the_ehr_does_not_have_is_created() {
    let item = item(decide(&new_link(), false, &record("u1", "工程师"), None));
    assert_eq!((item.action, item.before), (Action::Create, None));
    assert_eq!(item.changes.len(), 2);
    assert_eq!(item.link.base.hashes.len(), item.values.shown().len());
}

#[test]
fn replanning_after_applying_finds_nothing() {
    let link = settled("工程师");
    assert!(matches!(decide(&link, true, &record("u1", "工程师"), Some(&record("e1", "工程师"))), Decision::Nothing));
}

#[test]
fn a_promotion_is_one_change_of_one_field() {
    let item = item(decide(&settled("工程师"), true, &record("u1", "总监"), Some(&record("e1", "工程师"))));
    assert_eq!(item.action, Action::Update);
    assert_eq!(item.changes.iter().map(|c| (c.field, c.overwrites_edit)).collect::<Vec<_>>(), [(Field::Title, false)]);
}

#[test]
fn an_edit_of_the_copy_is_overwritten_and_said_so() {
    let item = item(decide(&settled("工程师"), true, &record("u1", "工程师"), Some(&record("e1", "改了"))));
    assert!(item.changes[0].overwrites_edit);
    assert_eq!(item.values.text(Field::Title), Some("工程师"));
}

#[test]
fn a_hidden_field_blanks_nothing() {
    let mut hidden = record("u1", "工程师");
    hidden.values.hide(Field::Title);
    assert!(matches!(decide(&settled("工程师"), true, &hidden, Some(&record("e1", "工程师"))), Decision::Nothing));
}

#[test]
fn an_empty_field_blanks() {
    let item = item(decide(&settled("工程师"), true, &record("u1", ""), Some(&record("e1", "工程师"))));
    assert_eq!(item.changes[0].after, None);
}

#[test]
fn a_reused_userid_stays_quarantined() {
    let link = settled("工程师");
    let mut stranger = record("u1", "工程师");
    stranger.unionid = UnionId::new("union-2").ok();
    let Decision::Quarantine(held) = decide(&link, true, &stranger, Some(&record("e1", "工程师"))) else { panic!() };
    let Decision::Quarantine(again) = decide(&held.link, true, &stranger, Some(&record("e1", "工程师"))) else {
        panic!()
    };
    assert_eq!(again.link, held.link);
}

#[test]
fn a_rehire_is_a_new_generation_under_a_new_userid() {
    let left = gone(&settled("工程师"), Some(1), "left", Timestamp(1)).link;
    let mut old = record("e1", "工程师");
    old.active = false;
    let item = item(decide(&left, true, &record("u2", "工程师"), Some(&old)));
    assert_eq!((item.action, item.link.generation), (Action::Restore, 2));
    assert_eq!(item.before.as_ref().and_then(|link| link.dingtalk.as_ref()), NativeId::new("u1").ok().as_ref());
    assert_eq!(item.link.dingtalk, NativeId::new("u2").ok());
    assert_eq!(item.link.lifecycle, Lifecycle::Active);
}

#[test]
fn an_old_id_in_the_ehr_is_replaced_even_where_no_field_changes() {
    let old = NativeId::new("u0").unwrap();
    let (dingtalk, ehr) = (record("u1", "工程师"), record("e1", "工程师"));
    let item = item(decide_kept(&settled("工程师"), true, &dingtalk, Some(&ehr), Some(&old)));
    assert_eq!((item.action, item.changes.len()), (Action::Update, 0));
}

#[test]
fn a_killed_create_is_adopted() {
    // The intent was stored and the eHR has the record, but base was never written.
    let mut link = new_link();
    link.dingtalk = NativeId::new("u1").ok();
    link.ehr = NativeId::new("e1").ok();
    link.intents.push(crate::link::Intent {
        side: Side::Ehr,
        fields: std::collections::BTreeMap::new(),
        action: Action::Create,
        at: Timestamp(0),
    });
    let Decision::Settle(after) = decide(&link, true, &record("u1", "工程师"), Some(&record("e1", "工程师")))
    else {
        panic!()
    };
    assert!(after.link.intents.is_empty());
    assert_eq!(after.link.lifecycle, Lifecycle::Active);
}
