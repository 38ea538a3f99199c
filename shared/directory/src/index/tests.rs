//! The index, row by row.

use super::*;
use crate::ids::Kind;
use crate::link::Version;
use crate::record::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const LISTED: Listed = Listed {
    dingtalk: FieldSet::of(&[Field::Name, Field::Title]),
    ehr: FieldSet::of(&[Field::Name]),
    ehr_news: FieldSet::NONE,
};

pub(crate) fn key() -> HashKey {
    HashKey::new([9; 32])
}

pub(crate) fn values(name: &str, title: &str) -> Values {
    let mut values = Values::new();
    values.show_text(Field::Name, Some(name.to_owned()));
    values.show_text(Field::Title, Some(title.to_owned()));
    values
}

pub(crate) fn link(n: u8, values: &Values) -> Link {
    let hashes = values.iter().map(|(field, value)| (field, hash::field(&key(), field, value))).collect();
    Link {
        id: LinkId([n; 16]),
        kind: Kind::Person,
        generation: 1,
        version: Version(1),
        dingtalk: NativeId::new(&format!("u{n}")).ok(),
        ehr: NativeId::new(&format!("e{n}")).ok(),
        unionid: None,
        protected: false,
        base: Base { hashes, departments: BTreeSet::from([LinkId([100; 16])]), leads: BTreeSet::new() },
        intents: Vec::new(),
        lifecycle: Lifecycle::Active,
        waits: Vec::new(),
    }
}

fn native(id: &str) -> NativeId {
    NativeId::new(id).unwrap()
}

fn index(links: &[Link]) -> BaseIndex {
    let mut index = BaseIndex::new(key(), LISTED);
    links.iter().for_each(|link| index.add(link));
    index.freeze();
    index
}

#[test]
fn an_agreeing_row_costs_nothing_and_a_differing_one_is_nominated() {
    let li = values("李娜", "工程师");
    let mut index = index(&[link(1, &li), link(2, &values("王伟", "经理"))]);
    assert_eq!(index.see(Side::DingTalk, &native("u1"), &li), Nomination::Agrees(LinkId([1; 16])));
    let promoted = values("王伟", "总监");
    assert_eq!(index.see(Side::DingTalk, &native("u2"), &promoted), Nomination::Differs(LinkId([2; 16])));
    assert_eq!(index.see(Side::DingTalk, &native("u3"), &li), Nomination::Unknown);
    // The eHR's list shows no title, so it agrees.
    assert_eq!(index.see(Side::Ehr, &native("e2"), &promoted), Nomination::Agrees(LinkId([2; 16])));
}

#[test]
fn a_hidden_field_differs_from_an_agreed_one() {
    let mut shown = values("李娜", "工程师");
    let mut index = index(&[link(1, &shown)]);
    shown.hide(Field::Title);
    assert_eq!(index.see(Side::DingTalk, &native("u1"), &shown), Nomination::Differs(LinkId([1; 16])));
}

#[test]
fn a_field_that_only_the_ehr_shows_is_no_news() {
    let mut shown = values("李娜", "工程师");
    let mut index = BaseIndex::new(key(), Listed { ehr: FieldSet::PERSON, ..LISTED });
    index.add(&link(1, &shown));
    index.freeze();
    shown.show_text(Field::Remark, Some("eHR only".to_owned()));
    assert_eq!(index.see(Side::Ehr, &native("e1"), &shown), Nomination::Agrees(LinkId([1; 16])));
    shown.show_text(Field::Title, Some("改了".to_owned()));
    assert_eq!(index.see(Side::Ehr, &native("e1"), &shown), Nomination::Differs(LinkId([1; 16])));
}

#[test]
fn a_field_that_the_ehr_decides_is_news_before_anybody_agreed_on_it() {
    let mut shown = values("李娜", "工程师");
    let news = FieldSet::of(&[Field::Remark]);
    let mut index = BaseIndex::new(key(), Listed { ehr: FieldSet::PERSON, ehr_news: news, ..LISTED });
    index.add(&link(1, &shown));
    index.freeze();
    assert_eq!(index.see(Side::Ehr, &native("e1"), &shown), Nomination::Agrees(LinkId([1; 16])), "hidden is no news");
    shown.show_text(Field::Remark, Some("for DingTalk".to_owned()));
    assert_eq!(index.see(Side::Ehr, &native("e1"), &shown), Nomination::Differs(LinkId([1; 16])));
}

#[test]
fn an_unsettled_link_is_looked_at_again() {
    let li = values("李娜", "工程师");
    let mut waiting = link(1, &li);
    waiting.lifecycle = Lifecycle::Absent { runs: 1, since: crate::ids::Timestamp(0) };
    assert_eq!(index(&[waiting]).see(Side::DingTalk, &native("u1"), &li), Nomination::Differs(LinkId([1; 16])));
}

#[test]
fn a_new_leader_mark_is_noticed_at_the_end() {
    let li = values("李娜", "工程师");
    for (leads, displaced) in [(false, 0), (true, 1)] {
        let mut index = index(&[link(1, &li)]);
        let nomination = index.see_member(&native("u1"), &li, Some(Place { department: LinkId([100; 16]), leads }));
        assert_eq!(nomination, Nomination::Agrees(LinkId([1; 16])), "the list itself shows no leads");
        assert_eq!(index.displaced().count(), displaced);
    }
}

#[test]
fn values_of_every_type_are_hashed() {
    let mut typed = Values::new();
    typed.show(Field::Order, Some(Value::Number(3)));
    typed.show(Field::HideMobile, Some(Value::Flag(true)));
    let hashes: BTreeMap<_, _> = typed.iter().map(|(f, v)| (f, hash::field(&key(), f, v))).collect();
    assert_eq!(hashes.len(), 2);
}

#[test]
fn whom_a_link_knows_is_known_when_the_base_is_let_go() {
    let li = values("李娜", "工程师");
    let linked = Linked::from(index(&[link(2, &li), link(1, &li)]));
    assert_eq!(linked.link(Side::DingTalk, &native("u1")), Some(LinkId([1; 16])));
    assert_eq!(linked.link(Side::Ehr, &native("e2")), Some(LinkId([2; 16])));
    assert_eq!(linked.link(Side::Ehr, &native("u2")), None, "another side's id");
    let reason = "the userid now belongs to another unionid".to_owned();
    let lifecycle = Lifecycle::Quarantined { reason, since: crate::ids::Timestamp(0) };
    let linked = Linked::from(index(&[Link { lifecycle, ..link(1, &li) }]));
    assert_eq!(linked.link(Side::DingTalk, &native("u1")), None, "nobody knows whose it is");
}
