//! Documents: faults at their lines, canonical form, succession, owners, the published schema.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use directory::policy::Policy;
use directory::reason::ReasonCode;
use directory::{Field, Side};
use mapping::document::document_schema;
use mapping::succession::{
    MappingChangeKind, check_owners, check_succession, diff_mappings, roll_back,
};
use mapping::{Mapping, Slot, read_document};
use serde_json::Value;

const WHOLE: &str = r#"{
  "version": 1,
  "slots_given": 4,
  "retired": [2],
  "purposes": {"bank": "发工资时核对账号"},
  "fields": [
    {"field": "mobile", "dingtalk": {"key": "mobile"}, "ehr": {"key": "手机", "read": [
      {"do": "trim", "spaces": "all"}, {"do": "phone", "as": "national", "country": "86"}]}},
    {"field": "name", "ehr": {"key": "姓", "read": [{"do": "template", "canonical": "{value}{名}"}]}},
    {"field": "hired_on", "ehr": {"key": "入职", "read": [
      {"do": "date", "as": "slash", "order": "month_first", "open_end": "empty"}]}},
    {"field": "manager", "ehr": {"key": "上级"}},
    {"slot": 1, "label": "工牌号", "type": "text", "owner": "ehr",
      "dingtalk": {"key": "ext:工牌号", "read": [{"do": "template", "native": "EMP-{value}"}]},
      "ehr": {"key": "badge", "read": [{"do": "case", "to": "upper"}]}},
    {"slot": 3, "label": "班车", "type": "choice", "owner": "dingtalk", "on": false,
      "dingtalk": {"key": "ext:班车", "read": [
        {"do": "choose", "pairs": [{"native": "一号线", "canonical": "1"}], "otherwise": "keep"}]},
      "ehr": {"key": "bus", "read": [{"do": "default", "value": "0"}]}},
    {"slot": 4, "label": "工资卡开户行", "owner": "ehr", "dingtalk": {"key": "ext:开户行"}, "ehr": {"key": "bank", "read": [
      {"do": "choose", "pairs": [{"native": "ICBC", "canonical": "工行"}], "otherwise": {"becomes": "其他"}}]}}
  ]
}"#;

fn whole() -> Mapping {
    read_document(WHOLE).unwrap().mapping
}

fn faults(text: &str) -> Vec<String> {
    let refused = read_document(text).unwrap_err();
    let line = |problem: &mapping::document::MappingProblem| {
        format!(
            "{}:{} {} {}",
            problem.line,
            problem.column,
            problem.path,
            problem.reason.code_text()
        )
    };
    refused.problems.iter().map(line).collect()
}

fn slot(number: u8) -> Slot {
    Slot::new(number).unwrap()
}

#[test]
fn saving_names_what_has_no_way_back_and_what_is_sensitive() {
    let cautions = read_document(WHOLE).unwrap().cautions;
    let seen: Vec<String> = cautions
        .iter()
        .map(|caution| format!("{} {}", caution.line, caution.reason))
        .collect();
    assert_eq!(
        seen,
        [
            "9 mapping-one-way side=ehr transform=template",
            "16 mapping-default-fills side=ehr",
            "20 mapping-one-way side=ehr transform=choose",
            "20 mapping-sensitive-on class=bank",
        ]
    );
}

#[test]
fn the_canonical_document_gives_the_same_mapping() {
    let mapping = whole();
    for text in [mapping.canonical_text(), mapping.pretty_text()] {
        let again = read_document(&text).unwrap().mapping;
        assert_eq!(again, mapping);
        assert_eq!(again.mapping_hash(), mapping.mapping_hash());
    }
    let mut other = whole();
    other.fields[0].on = false;
    assert_ne!(other.mapping_hash(), mapping.mapping_hash());
    assert_eq!(mapping.next_slot(), Slot::new(5));
}

#[test]
fn every_fault_is_reported_at_its_line() {
    let text = r#"{
  "version": 2,
  "slots_given": 3,
  "retired": [1, 9],
  "purposes": {"bank": "x", "salary": "工资核对核对"},
  "fields": [
    {"field": "mobil"},
    {"field": "mobile", "label": "x", "ehr": {"key": "手机", "read": [{"do": "fone"}]}},
    {"field": "name", "slot": 1},
    {"slot": 1, "label": "a", "owner": "ehr", "dingtalk": {"key": "a"}, "ehr": {"key": "a"}},
    {"slot": 4, "label": "b", "owner": "hr", "ehr": {"key": "b"}},
    {"slot": 3, "label": "c", "owner": "dingtalk", "dingtalk": {"key": "a"}, "ehr": {"key": "c", "read": [
      {"do": "trim"}, {"do": "constant", "value": "x"}]}},
    {"field": "manager", "ehr": {"key": "m", "read": [{"do": "trim"}]}},
    {"field": "title", "ehr": {"key": "t", "read": [{"do": "trim", "country": "86"}]}},
    {"field": "remark", "ehr": {"key": "身份证号"}},
    {"field": "email", "ehr": {"key": "e", "read": [{"do": "template", "native": "{a"}]}},
    {"field": "email", "ehr": {"key": "e", "read": [{"do": "choose", "pairs": [
      {"native": "1", "canonical": "a"}, {"native": "1", "canonical": "b"}]}]}},
    {"field": "work_place", "ehr": {"key": "w", "read": [{"do": "phone", "country": "0x"}]}},
    {"field": "work_place", "ehr": {"key": "w"}}, {"field": "work_place", "ehr": {"key": "w2"}}
  ]
}"#;
    assert_eq!(
        faults(text),
        [
            "1:1 retired mapping-slot-not-given",
            "2:14 version policy-schema-unknown",
            "5:24 purposes.bank mapping-purpose-short",
            "5:29 purposes policy-key-unknown",
            "7:15 fields.0.field policy-word-unknown",
            "8:34 fields.1.label mapping-slot-only",
            "8:76 fields.1.ehr.read.0.do policy-word-unknown",
            "9:5 fields.2 mapping-target-unclear",
            "10:5 fields.3 mapping-slot-retired",
            "11:40 fields.4.owner policy-word-unknown",
            "12:5 fields.5.dingtalk.key mapping-native-key-twice",
            "12:5 fields.5.ehr.read mapping-step-not-first",
            "12:5 fields.5 mapping-owner-unwritable",
            "14:5 fields.6.ehr.read mapping-reference-transformed",
            "15:68 fields.7.ehr.read.0 policy-key-unknown",
            "16:5 fields.8 mapping-purpose-missing",
            "17:82 fields.9.ehr.read.0.native mapping-template-invalid",
            "19:42 fields.10.ehr.read.0.pairs.1 mapping-choice-twice",
            "20:85 fields.11.ehr.read.0.country mapping-country-invalid",
            "21:51 fields.13 mapping-field-twice",
        ]
    );
    assert_eq!(faults("{"), ["1:1  policy-not-json"]);
    assert_eq!(faults("[]"), ["1:1  policy-type-wrong"]);
    assert_eq!(faults(""), ["1:1  policy-not-json"]);
    assert_eq!(faults("{}"), ["1:1  mapping-key-missing"]);
}

#[test]
fn a_slot_is_never_given_twice() {
    let codes = |next: &Mapping| -> Vec<ReasonCode> {
        let reasons = check_succession(&whole(), next);
        reasons.iter().filter_map(directory::Reason::code).collect()
    };
    assert_eq!(codes(&whole()), []);
    let mut gone = whole();
    gone.fields
        .retain(|mapped| mapped.target.slot() != Some(slot(3)));
    assert_eq!(codes(&gone), [ReasonCode::MappingSlotGone]);
    gone.retired.insert(slot(3));
    assert_eq!(codes(&gone), [], "given up");
    let mut back = whole();
    back.retired.clear();
    assert_eq!(codes(&back), [ReasonCode::MappingSlotRetired]);
    let mut fewer = whole();
    fewer.slots_given = 3;
    assert_eq!(codes(&fewer), [ReasonCode::MappingSlotsFewer]);
    let mut moved = whole();
    let badge = moved
        .fields
        .iter_mut()
        .find(|mapped| mapped.target.slot() == Some(slot(1)))
        .unwrap();
    badge.ehr.as_mut().unwrap().key = "other".to_owned();
    assert_eq!(codes(&moved), [], "one side was renamed");
    let badge = moved
        .fields
        .iter_mut()
        .find(|mapped| mapped.target.slot() == Some(slot(1)))
        .unwrap();
    badge.dingtalk.as_mut().unwrap().key = "ext:other".to_owned();
    assert_eq!(codes(&moved), [ReasonCode::MappingSlotRebound]);
    let retyped = WHOLE.replace(r#""type": "text""#, r#""type": "date""#);
    let retyped = read_document(&retyped).unwrap().mapping;
    assert_eq!(codes(&retyped), [ReasonCode::MappingSlotRetyped]);
    let mut without = whole();
    without
        .fields
        .retain(|mapped| mapped.target.slot() != Some(slot(3)));
    let reused = check_succession(&without, &whole());
    assert_eq!(reused[0].code(), Some(ReasonCode::MappingSlotReused));
}

#[test]
fn going_back_keeps_every_number() {
    let earlier = read_document(
        r#"{"version": 1, "slots_given": 2, "fields": [
        {"slot": 1, "label": "工牌号", "owner": "ehr", "dingtalk": {"key": "ext:工牌号"}, "ehr": {"key": "badge"}},
        {"slot": 2, "label": "x", "owner": "ehr", "dingtalk": {"key": "ext:x"}, "ehr": {"key": "x"}}]}"#,
    );
    let (earlier, current) = (earlier.unwrap().mapping, whole());
    let back = roll_back(&current, &earlier);
    assert_eq!(check_succession(&current, &back), []);
    assert_eq!(back.slots_given, 4);
    assert!(back.custom(slot(2)).is_none(), "it was given up since");
    assert!(!back.custom(slot(4)).unwrap().on, "it came later");
    assert!(back.canonical(Field::Mobile).is_none());
    let text = back.canonical_text();
    assert_eq!(read_document(&text).unwrap().mapping, back);
}

#[test]
fn a_diff_names_each_changed_field() {
    let mut after = whole();
    after
        .fields
        .retain(|mapped| mapped.target.name() != "manager");
    after.fields[0].on = false;
    after.fields[1].ehr.as_mut().unwrap().key.push('x');
    let changes = diff_mappings(&whole(), &after);
    let seen: Vec<(String, MappingChangeKind)> = changes
        .into_iter()
        .map(|change| (change.name, change.kind))
        .collect();
    let expected = [
        ("name", MappingChangeKind::SwitchedOff),
        ("mobile", MappingChangeKind::Rerouted(Side::Ehr)),
        ("manager", MappingChangeKind::Removed),
    ];
    assert_eq!(seen, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(diff_mappings(&whole(), &whole()), []);
}

#[test]
fn an_owner_that_cannot_be_heard_is_refused() {
    let faults = check_owners(&whole(), &Policy::dingtalk_is_master());
    let seen: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        seen,
        ["mapping-owner-unwritable side=ehr transform=template"]
    );
    let ehr_is_master = Policy::from_preset(directory::policy::PolicyPreset::EhrIsMaster);
    assert_eq!(check_owners(&whole(), &ehr_is_master), []);
}

#[test]
fn the_published_schema_is_up_to_date() {
    let published: Value =
        serde_json::from_str(include_str!("../../../infra/mapping.schema.json")).unwrap();
    assert!(
        published == document_schema(),
        "renew it: cargo run -p mapping --example schema > infra/mapping.schema.json"
    );
}

/// Every key and word of a document that is accepted stands in the schema.
#[test]
fn the_schema_names_every_key_and_word_that_is_read() {
    let schema = document_schema().to_string();
    fn keys(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    found.push(key.clone());
                    if matches!(
                        key.as_str(),
                        "do" | "as"
                            | "order"
                            | "open_end"
                            | "spaces"
                            | "to"
                            | "owner"
                            | "type"
                            | "field"
                    ) {
                        found.extend(value.as_str().map(str::to_owned));
                    }
                    keys(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    keys(
        &serde_json::from_str(&whole().canonical_text()).unwrap(),
        &mut found,
    );
    assert!(found.len() > 60, "{found:?}");
    for word in found {
        assert!(schema.contains(&format!("\"{word}\"")), "{word}");
    }
}
