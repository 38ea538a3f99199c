use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use directory::hash::FieldHash;
use directory::{Base, Field, FieldSet, LinkLifecycle, Side, Timestamp, WriteAction, WriteIntent};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use directory::link::LinkWait;
use directory::reason::{Reason, ReasonCode};

fn corp() -> CorpId {
    CorpId::new("ding0123456789abcdef35c2f4657eb6378f").unwrap()
}

/// 15 agreed fields, three departments, one of them led, and an update under way that changes three fields.
fn typical_link() -> Link {
    let hashes: BTreeMap<Field, FieldHash> = FieldSet::PERSON
        .iter()
        .take(15)
        .map(|field| (field, [0xaa; 12]))
        .collect();
    let intent = WriteIntent {
        side: Side::Ehr,
        fields: hashes.clone().into_iter().take(3).collect(),
        action: WriteAction::Update,
        at: Timestamp(1_780_000_000_000),
    };
    Link {
        id: LinkId([0xfe; 16]),
        kind: Kind::Person,
        generation: 1,
        version: RowVersion(u128::MAX),
        dingtalk: Some(NativeId::new("0156446320-1084137352").unwrap()),
        ehr: Some(NativeId::new("5f0c2a9e7b6d4c1f8e3a9b2c7d6e5f40").unwrap()),
        unionid: Some([7; 12]),
        protected: false,
        base: Base {
            hashes,
            departments: [1, 2, 3].map(|n| LinkId([n; 16])).into(),
            leads: [LinkId([2; 16])].into(),
        },
        intents: vec![intent],
        lifecycle: LinkLifecycle::Active,
        waits: vec![],
    }
}

#[test]
fn the_link_of_a_typical_person_fits_one_write_unit() {
    let encoded = encode_link(&corp(), &typical_link()).unwrap();
    assert!(encoded.overflow.is_none());
    let bytes = item_size(&encoded.main);
    assert!((400..=700).contains(&bytes), "{bytes} bytes");
    assert_eq!(
        decode_link(Kind::Person, &encoded.main, None).unwrap(),
        typical_link()
    );
}

#[test]
fn an_overflow_item_of_another_version_is_refused() {
    let mut link = typical_link();
    link.base.departments = (0..60).map(|n| LinkId([n; 16])).collect();
    let encoded = encode_link(&corp(), &link).unwrap();
    let overflow = encoded.overflow.unwrap();
    assert!(item_size(&encoded.main) <= 1024);
    assert_eq!(
        decode_link(Kind::Person, &encoded.main, Some(&overflow)).unwrap(),
        link
    );
    link.version = RowVersion(5);
    let newer = encode_link(&corp(), &link).unwrap();
    assert!(matches!(
        decode_link(Kind::Person, &newer.main, Some(&overflow)),
        Err(StoreError::Malformed { .. })
    ));
    assert!(matches!(
        decode_link(Kind::Person, &newer.main, None),
        Err(StoreError::Malformed { .. })
    ));
}

#[test]
fn an_unknown_schema_version_is_reported() {
    let mut encoded = encode_link(&corp(), &typical_link()).unwrap();
    encoded
        .main
        .insert("v".into(), AttributeValue::N("2".into()));
    let error = decode_link(Kind::Person, &encoded.main, None).unwrap_err();
    assert_eq!(
        error,
        StoreError::UnknownVersion {
            what: "link",
            found: 2,
            known: 1
        }
    );
}

#[test]
fn a_malformed_item_is_an_error_and_never_a_panic() {
    let whole = encode_link(&corp(), &typical_link()).unwrap().main;
    for name in ["sk", "v", "r", "g", "l", "p"] {
        for wrong in [
            None,
            Some(AttributeValue::Bool(true)),
            Some(AttributeValue::S("x".into())),
        ] {
            let mut item = whole.clone();
            item.remove(name);
            if let Some(wrong) = wrong {
                item.insert(name.into(), wrong);
            }
            assert!(decode_link(Kind::Person, &item, None).is_err(), "{name}");
        }
    }
}

fn timestamps() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp)
}

fn hashes() -> impl Strategy<Value = BTreeMap<Field, FieldHash>> {
    btree_map(
        proptest::sample::select(Field::ALL.to_vec()),
        any::<FieldHash>(),
        0..=20,
    )
}

fn natives() -> impl Strategy<Value = Option<NativeId>> {
    option::of("[a-zA-Z0-9李𠮷]{1,100}".prop_map(|id| NativeId::new(&id).unwrap()))
}

fn link_ids() -> impl Strategy<Value = BTreeSet<LinkId>> {
    btree_set(any::<[u8; 16]>().prop_map(LinkId), 0..80)
}

fn intents() -> impl Strategy<Value = Vec<WriteIntent>> {
    let sides = prop_oneof![Just(Side::DingTalk), Just(Side::Ehr)];
    let actions = prop_oneof![
        Just(WriteAction::Create),
        Just(WriteAction::Update),
        Just(WriteAction::Remove),
        Just(WriteAction::Restore)
    ];
    let intent = (sides, hashes(), actions, timestamps());
    vec(
        intent.prop_map(|(side, fields, action, at)| WriteIntent {
            side,
            fields,
            action,
            at,
        }),
        0..4,
    )
}

fn reasons() -> impl Strategy<Value = Reason> {
    prop_oneof![
        "\\PC{0,40}".prop_map(Reason::stored_text),
        proptest::sample::select(Field::ALL.to_vec())
            .prop_map(|field| Reason::new(ReasonCode::WaitEmployee).field("field", field)),
    ]
}

fn lifecycles() -> impl Strategy<Value = LinkLifecycle> {
    prop_oneof![
        Just(LinkLifecycle::Creating),
        Just(LinkLifecycle::Active),
        (any::<u32>(), timestamps())
            .prop_map(|(runs, since)| LinkLifecycle::Absent { runs, since }),
        timestamps().prop_map(|at| LinkLifecycle::Left { at }),
        timestamps().prop_map(|since| LinkLifecycle::Leaving { since }),
        (reasons(), timestamps())
            .prop_map(|(reason, since)| LinkLifecycle::Quarantined { reason, since }),
    ]
}

prop_compose! {
    fn waits()(
        field in option::of(proptest::sample::select(Field::ALL.to_vec())),
        value in any::<FieldHash>(), reason in reasons(), since in timestamps(), next in timestamps(),
    ) -> LinkWait {
        LinkWait { field, value, reason, since, next }
    }
}

prop_compose! {
    fn links()(
        (id, kind, generation, version) in
            (any::<[u8; 16]>(), prop_oneof![Just(Kind::Person), Just(Kind::Department)], any::<u32>(), any::<u128>()),
        (dingtalk, ehr, unionid, protected) in (natives(), natives(), option::of(any::<FieldHash>()), any::<bool>()),
        (hashes, departments, leads) in (hashes(), link_ids(), link_ids()),
        (intents, lifecycle, waits) in (intents(), lifecycles(), vec(waits(), 0..3)),
    ) -> Link {
        Link {
            id: LinkId(id), kind, generation, version: RowVersion(version), dingtalk, ehr, unionid, protected,
            base: Base { hashes, departments, leads }, intents, lifecycle, waits,
        }
    }
}

proptest! {
    #[test]
    fn any_link_is_encoded_and_decoded_unchanged(link in links()) {
        let encoded = encode_link(&corp(), &link).unwrap();
        prop_assert!(item_size(&encoded.main) <= 1024 || link.dingtalk.is_some() || link.ehr.is_some());
        prop_assert_eq!(decode_link(link.kind, &encoded.main, encoded.overflow.as_ref()).unwrap(), link);
    }
}
