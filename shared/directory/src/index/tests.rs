//! The index, row by row.

use super::*;
use crate::field::Field;
use crate::ids::Kind;
use crate::link::Base;
use crate::link::LinkLifecycle;
use crate::link::RowVersion;
use crate::reason::{Reason, ReasonCode};
use crate::record::FieldValue;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const LISTED: ListedFields = ListedFields {
    dingtalk: FieldSet::of_fields(&[Field::Name, Field::Title]),
    ehr: FieldSet::of_fields(&[Field::Name]),
    ehr_news: FieldSet::NONE,
};

pub(crate) fn key() -> HashKey {
    HashKey::new([9; 32])
}

pub(crate) fn values(name: &str, title: &str) -> FieldValues {
    let mut values = FieldValues::new();
    values.show_text(Field::Name, Some(name.to_owned()));
    values.show_text(Field::Title, Some(title.to_owned()));
    values
}

pub(crate) fn link(n: u8, values: &FieldValues) -> Link {
    let hashes = values
        .iter()
        .map(|(field, value)| (field, hash::hash_field(&key(), field, value)))
        .collect();
    Link {
        id: LinkId([n; 16]),
        kind: Kind::Person,
        generation: 1,
        version: RowVersion(1),
        dingtalk: NativeId::new(&format!("u{n}")).ok(),
        ehr: NativeId::new(&format!("e{n}")).ok(),
        unionid: None,
        protected: false,
        base: Base {
            hashes,
            departments: BTreeSet::from([LinkId([100; 16])]),
            leads: BTreeSet::new(),
        },
        intents: Vec::new(),
        lifecycle: LinkLifecycle::Active,
        waits: Vec::new(),
    }
}

fn native(id: &str) -> NativeId {
    NativeId::new(id).unwrap()
}

fn index(links: &[Link]) -> BaseIndex {
    let mut index = BaseIndex::new(key(), LISTED);
    links.iter().for_each(|link| index.add_link(link));
    index.freeze();
    index
}

#[test]
fn a_differing_row_is_nominated_and_an_agreeing_one_is_not() {
    let li = values("李娜", "工程师");
    let mut index = index(&[link(1, &li), link(2, &values("王伟", "经理"))]);
    assert_eq!(
        index.compare_row(Side::DingTalk, &native("u1"), &li),
        Nomination::Agrees(LinkId([1; 16]))
    );
    let promoted = values("王伟", "总监");
    assert_eq!(
        index.compare_row(Side::DingTalk, &native("u2"), &promoted),
        Nomination::Differs(LinkId([2; 16]))
    );
    assert_eq!(
        index.compare_row(Side::DingTalk, &native("u3"), &li),
        Nomination::Unknown
    );
    // The eHR's list shows no title, so it agrees.
    assert_eq!(
        index.compare_row(Side::Ehr, &native("e2"), &promoted),
        Nomination::Agrees(LinkId([2; 16]))
    );
}

#[test]
fn a_hidden_field_differs_from_an_agreed_one() {
    let mut shown = values("李娜", "工程师");
    let mut index = index(&[link(1, &shown)]);
    shown.hide(Field::Title);
    assert_eq!(
        index.compare_row(Side::DingTalk, &native("u1"), &shown),
        Nomination::Differs(LinkId([1; 16]))
    );
}

#[test]
fn a_field_shown_only_by_the_ehr_is_not_compared() {
    let mut shown = values("李娜", "工程师");
    let mut index = BaseIndex::new(
        key(),
        ListedFields {
            ehr: FieldSet::PERSON,
            ..LISTED
        },
    );
    index.add_link(&link(1, &shown));
    index.freeze();
    shown.show_text(Field::Remark, Some("eHR only".to_owned()));
    assert_eq!(
        index.compare_row(Side::Ehr, &native("e1"), &shown),
        Nomination::Agrees(LinkId([1; 16]))
    );
    shown.show_text(Field::Title, Some("改了".to_owned()));
    assert_eq!(
        index.compare_row(Side::Ehr, &native("e1"), &shown),
        Nomination::Differs(LinkId([1; 16]))
    );
}

#[test]
fn a_field_owned_by_the_ehr_is_compared_before_it_was_ever_agreed() {
    let mut shown = values("李娜", "工程师");
    let news = FieldSet::of_fields(&[Field::Remark]);
    let mut index = BaseIndex::new(
        key(),
        ListedFields {
            ehr: FieldSet::PERSON,
            ehr_news: news,
            ..LISTED
        },
    );
    index.add_link(&link(1, &shown));
    index.freeze();
    assert_eq!(
        index.compare_row(Side::Ehr, &native("e1"), &shown),
        Nomination::Agrees(LinkId([1; 16])),
        "hidden is no news"
    );
    shown.show_text(Field::Remark, Some("for DingTalk".to_owned()));
    assert_eq!(
        index.compare_row(Side::Ehr, &native("e1"), &shown),
        Nomination::Differs(LinkId([1; 16]))
    );
}

#[test]
fn an_unsettled_link_is_nominated_even_when_its_row_agrees() {
    let li = values("李娜", "工程师");
    let mut waiting = link(1, &li);
    waiting.lifecycle = LinkLifecycle::Absent {
        runs: 1,
        since: crate::ids::Timestamp(0),
    };
    assert_eq!(
        index(&[waiting]).compare_row(Side::DingTalk, &native("u1"), &li),
        Nomination::Differs(LinkId([1; 16]))
    );
}

#[test]
fn a_changed_leader_mark_displaces_the_link() {
    let li = values("李娜", "工程师");
    for (leads, displaced) in [(false, 0), (true, 1)] {
        let mut index = index(&[link(1, &li)]);
        let nomination = index.compare_member_row(
            &native("u1"),
            &li,
            Some(MemberPlace {
                department: LinkId([100; 16]),
                leads,
            }),
        );
        assert_eq!(
            nomination,
            Nomination::Agrees(LinkId([1; 16])),
            "the list itself shows no leads"
        );
        assert_eq!(index.displaced_links().count(), displaced);
    }
}

#[test]
fn values_of_every_type_are_hashed() {
    let mut typed = FieldValues::new();
    typed.show(Field::Order, Some(FieldValue::Number(3)));
    typed.show(Field::HideMobile, Some(FieldValue::Flag(true)));
    let hashes: BTreeMap<_, _> = typed
        .iter()
        .map(|(f, v)| (f, hash::hash_field(&key(), f, v)))
        .collect();
    assert_eq!(hashes.len(), 2);
}

#[test]
fn links_are_still_found_after_the_base_is_dropped() {
    let li = values("李娜", "工程师");
    let linked = LinkIndex::from(index(&[link(2, &li), link(1, &li)]));
    assert_eq!(
        linked.find_link(Side::DingTalk, &native("u1")),
        Some(LinkId([1; 16]))
    );
    assert_eq!(
        linked.find_link(Side::Ehr, &native("e2")),
        Some(LinkId([2; 16]))
    );
    assert_eq!(
        linked.find_link(Side::Ehr, &native("u2")),
        None,
        "another side's id"
    );
    let reason = Reason::new(ReasonCode::IdentityUseridReused);
    let lifecycle = LinkLifecycle::Quarantined {
        reason,
        since: crate::ids::Timestamp(0),
    };
    let linked = LinkIndex::from(index(&[Link {
        lifecycle,
        ..link(1, &li)
    }]));
    assert_eq!(
        linked.find_link(Side::DingTalk, &native("u1")),
        None,
        "nobody knows whose it is"
    );
}
