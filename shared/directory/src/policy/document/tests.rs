use proptest::prelude::*;
use serde_json::json;

use super::shape::{DOCUMENT, ValueShape};
use super::*;
use crate::field::{Field, FieldSet};
use crate::ids::{Kind, NativeId, Side};
use crate::policy::{EmploymentType, IdsBySide, PolicyPreset, PolicyScope, SyncDirection};
use crate::reason::{Reason, ReasonCode};

/// What is wrong with a document, one per line: `line:column path what`.
fn check(text: &str) -> Vec<String> {
    match read_document(text) {
        Ok(_) => Vec::new(),
        Err(refused) => refused
            .problems
            .iter()
            .map(|problem| {
                format!(
                    "{}:{} {} {:?}",
                    problem.line,
                    problem.column,
                    problem.path,
                    word(&problem.what)
                )
            })
            .collect(),
    }
}

/// The variant's name.
fn word(fault: &PolicyFault) -> String {
    let debug = format!("{fault:?}");
    debug.split([' ', '(', '{']).next().unwrap().to_owned()
}

#[test]
fn a_preset_is_a_whole_policy() {
    for preset in PolicyPreset::ALL
        .into_iter()
        .filter(|preset| *preset != PolicyPreset::Custom)
    {
        let word = fault::preset_word(preset);
        let checked = read_document(&format!(r#"{{"version": 1, "preset": "{word}"}}"#)).unwrap();
        assert_eq!(checked.policy, Policy::from_preset(preset));
    }
}

#[test]
fn every_fault_is_reported_at_its_position() {
    let text = r#"{
  "version": 1,
  "preset": "custom",
  "direction": "dingtalk_to_ehr",
  "lifecylce": "ehr",
  "owners": {"default": "dingtalk", "person": {"mobile": "ehr", "parent": "ehr", "titel": "dingtalk"}},
  "shared": {"department": ["order", "order"]},
  "scope": {"takes": "emploees"},
  "departments": {"include": {"dingtalk": ["7", 8]}, "exclude": {"dingtalk": ["7"]}},
  "limits": {"removals_percent": 200, "blanked_percent": 2.55, "removals_floor": -1},
  "sweep": {"hours": ["8-9"], "every_minutes": 5},
  "rotation": "7",
  "grace_days": 1.5
}"#;
    let expected = [
        r#"1:1  "Missing""#,
        r#"5:3  "UnknownKey""#,
        r#"6:58 owners.person.mobile "OwnerAgainstDirection""#,
        r#"6:65 owners.person "UnknownKey""#,
        r#"6:82 owners.person "UnknownKey""#,
        r#"7:29 shared.department.order "SharedOneWay""#,
        r#"7:38 shared.department "Repeated""#,
        r#"8:22 scope.takes "UnknownWord""#,
        r#"9:49 departments.include.dingtalk "Type""#,
        r#"9:79 departments.exclude.dingtalk.7 "IncludedAndExcluded""#,
        r#"10:34 limits.removals_percent "Percent""#,
        r#"10:58 limits.blanked_percent "Percent""#,
        r#"10:82 limits.removals_floor "OutOfRange""#,
        r#"11:23 sweep.hours "Hours""#,
        r#"11:48 sweep.every_minutes "OutOfRange""#,
        r#"12:15 rotation "Type""#,
        r#"13:17 grace_days "OutOfRange""#,
    ];
    assert_eq!(check(text), expected);
}

#[test]
fn a_message_names_the_fault_and_its_remedy() {
    let told = |text: &str| read_document(text).unwrap_err().to_string();
    assert_eq!(
        told("{\n  \"version\": 1,\n  \"preset\": \"ehr_is_master\",\n  \"lifecylce\": \"ehr\"\n}")
            .split(" There")
            .next(),
        Some("4:3: \"lifecylce\" is not known here. Did you mean \"lifecycle\"?")
    );
    assert_eq!(
        told(r#"{"version": 1, "preset": "dingtalk_is_master", "lifecycle": "ehr"}"#),
        "1:61: lifecycle: the preset dingtalk_is_master says otherwise. Leave this out, or set \"preset\": \"custom\""
    );
    assert_eq!(
        told("{\"version\": 1,}"),
        "1:14: this is not JSON: trailing commas are not allowed. Write strict JSON: double quotes, no comments, no comma after the last item"
    );
    assert!(
        told(r#"{"version": 1, "preset": "EHR-is-master"}"#)
            .contains("Did you mean \"ehr_is_master\"?")
    );
    assert!(!told(r#"{"version": 1, "preset": "zzz"}"#).contains("Did you mean"));
}

#[test]
fn a_fault_and_a_caution_are_reasons() {
    let refused = |text: &str| Reason::from(&read_document(text).unwrap_err().problems[0].what);
    let misspelt = refused(r#"{"preset": "ehr_is_mster", "version": 1}"#);
    assert_eq!(misspelt.code(), Some(ReasonCode::PolicyWordUnknown));
    let text = |name: &str| misspelt.argument(name).map(ToString::to_string);
    assert_eq!(text("nearest").as_deref(), Some("ehr_is_master"));
    assert_eq!(text("word").as_deref(), Some("ehr_is_mster"));
    let far = refused(r#"{"preset": "zzz", "version": 1}"#);
    assert_eq!(
        far.argument("nearest").map(ToString::to_string).as_deref(),
        Some("none")
    );
    let checked = read_document(r#"{"version": 1, "preset": "ehr_is_master"}"#).unwrap();
    assert_eq!(
        Reason::from(&checked.cautions[0].what),
        Reason::new(ReasonCode::PolicyMobileWaits)
    );
}

/// What is asked for has to be there, and what is wrong is not called missing as well.
#[test]
fn required_choices_are_written_or_come_from_a_preset() {
    let missing = |text: &str| {
        check(text)
            .into_iter()
            .filter(|line| line.contains("Missing"))
            .count()
    };
    assert_eq!(missing("{}"), 4);
    assert_eq!(missing(r#"{"version": 1, "preset": "ehr_is_master"}"#), 0);
    assert_eq!(missing(r#"{"version": "1", "preset": "ehr_is_master"}"#), 0);
    assert_eq!(
        missing(r#"{"version": 1, "preset": "nobody_is_master"}"#),
        0
    );
    assert_eq!(
        missing(r#"{"version": 1, "direction": "both", "lifecycle": "ehr", "owners": {}}"#),
        1
    );
    assert_eq!(
        check(r#"{"version": 2, "preset": "ehr_is_master"}"#),
        [r#"1:13 version "UnknownVersion""#]
    );
}

#[test]
fn contradicting_parts_are_refused() {
    let custom = |rest: &str| {
        format!(
            r#"{{"version": 1, "direction": "both", "lifecycle": "ehr", "owners": {{"default": "ehr"}}, {rest}}}"#
        )
    };
    let faults = |rest: &str| {
        check(&custom(rest))
            .iter()
            .map(|line| line.rsplit('"').nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        faults(r#""scope": {"takes": "employees_and_custom"}"#),
        ["NoCustomFields"]
    );
    assert_eq!(
        faults(r#""scope": {"custom_fields": ["工牌号"]}"#),
        ["CustomNotTaken"]
    );
    let master =
        r#"{"version": 1, "preset": "dingtalk_is_master", "scope": {"custom_fields": ["工牌号"]}}"#;
    let named = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
    assert_eq!(
        read_document(master).unwrap().policy.scope,
        named,
        "where the preset takes custom fields, some can be chosen"
    );
    assert_eq!(
        faults(r#""limits": {"removals_percent": 30}"#),
        ["LimitsCrossed"]
    );
    assert_eq!(
        faults(r#""employment_types": {"include": ["intern"], "exclude": ["intern"]}"#),
        ["IncludedAndExcluded"]
    );
    assert_eq!(
        faults(r#""sweep": {"hours": ["01:00-01:10"]}"#),
        ["HoursTooShort"]
    );
    assert_eq!(faults(r#""lifecycle": "ehr""#), ["DuplicateKey"]);
    let text = r#"{"version": 1, "direction": "both", "lifecycle": "ehr",
        "owners": {"default": "ehr", "person": {"remark": "dingtalk"}}, "shared": {"person": ["remark"]}}"#;
    assert_eq!(
        check(text),
        [r#"2:95 shared.person.remark "OwnedAndShared""#]
    );
    let text = r#"{"version": 1, "preset": "ehr_is_master", "direction": "both", "owners": {"default": "dingtalk"},
        "shared": {"person": ["remark"]}}"#;
    assert_eq!(check(text).len(), 3, "{:?}", check(text));
}

#[test]
fn a_document_that_is_not_an_object_gives_one_fault() {
    assert_eq!(check("[]"), [r#"1:1  "Type""#]);
    assert_eq!(check(""), [r#"1:1  "Syntax""#]);
    assert_eq!(
        check("\u{feff}{\"version\": 1, \"preset\": \"ehr_is_master\"}"),
        [""; 0]
    );
    assert_eq!(check("{\n// later\n}"), [r#"2:1  "Syntax""#]);
    assert_eq!(
        check(&"[".repeat(100_000)).len(),
        1,
        "deep nesting is refused, not followed"
    );
}

#[test]
fn columns_count_characters() {
    let text = r#"{"version": 1, "preset": "ehr_is_master", "untouchable": {"people": {"ehr": ["张三", "李#四"]}}}"#;
    assert_eq!(check(text), [r#"1:84 untouchable.people.ehr "Id""#]);
    assert!(
        !read_document(text).unwrap_err().to_string().contains("李"),
        "ids of people are not repeated"
    );
}

#[test]
fn cautions_are_reported() {
    let text = r#"{"version": 1, "direction": "both", "lifecycle": "ehr", "owners": {"default": "ehr"},
        "shared": {"person": ["remark"]}, "limits": {"removals_percent": 100, "removals_percent_max": 100},
        "grace_days": 0, "employment_types": {"include": ["full_time"]}}"#;
    let cautions: Vec<_> = read_document(text)
        .unwrap()
        .cautions
        .into_iter()
        .map(|caution| caution.what)
        .collect();
    let shared = PolicyCaution::Shared {
        kind: Kind::Person,
        field: Field::Remark,
    };
    let employment = [
        PolicyCaution::EmploymentFromRoster,
        PolicyCaution::UnknownEmploymentIsOut,
    ];
    let expected = [
        PolicyCaution::MobileWaits,
        shared,
        PolicyCaution::GuardOff,
        PolicyCaution::NoGrace,
    ]
    .into_iter()
    .chain(employment);
    assert_eq!(cautions, expected.collect::<Vec<_>>());
    assert!(
        read_document(r#"{"version": 1, "preset": "dingtalk_is_master", "grace_days": 0}"#)
            .unwrap()
            .cautions
            .is_empty()
    );
}

#[test]
fn the_published_schema_is_up_to_date() {
    let published = include_str!("../../../../../infra/policy.schema.json");
    let published: serde_json::Value = serde_json::from_str(published).unwrap();
    assert_eq!(
        published,
        document_schema(),
        "renew it: cargo bangding policy schema > infra/policy.schema.json"
    );
}

/// One good value for a shape, and a bad one.
fn sample(shape: &ValueShape) -> (serde_json::Value, serde_json::Value) {
    match shape {
        ValueShape::Object(_) | ValueShape::FieldOwners(_) => (json!({}), json!([])),
        ValueShape::List(item) => (json!([sample(item).0]), json!([sample(item).1])),
        ValueShape::Word(words) => (json!(words[0].0), json!("no such word")),
        ValueShape::Field(kind) => (
            json!(FieldSet::of_kind(*kind).iter().next().unwrap().key()),
            json!("no such field"),
        ),
        ValueShape::Whole(min, max) => (json!(min), json!(max + 1)),
        ValueShape::Percent => (json!(12.5), json!(100.1)),
        ValueShape::Text(max) => (json!("a"), json!("a".repeat(max + 1))),
        ValueShape::Id => (json!("1"), json!("a#b")),
        ValueShape::Hours => (json!("01:00-02:00"), json!("01:00-25:00")),
        ValueShape::Version => (json!(1), json!(2)),
    }
}

/// Every place of the shape takes its good values into the typed document, and names its bad ones.
#[test]
fn shape_and_document_agree() {
    fn walk(
        shape: &ValueShape,
        wrap: &dyn Fn(serde_json::Value) -> serde_json::Value,
        places: &mut usize,
    ) {
        let accepted = |value: serde_json::Value| {
            let text = wrap(value).to_string();
            let tree = parse_tree(&text).unwrap();
            let mut check = DocumentCheck::new(&text);
            let sound = check
                .check_value(&tree, &DOCUMENT, "")
                .unwrap_or_else(|| json!({}));
            let document: PolicyDocument = serde_json::from_value(sound).unwrap();
            (check.problems.is_empty(), document)
        };
        let (good, bad) = sample(shape);
        let (is_good, document) = accepted(good.clone());
        assert!(is_good, "{good}");
        assert!(!accepted(bad.clone()).0, "{bad}");
        *places += 1;
        match shape {
            ValueShape::Object(members) => members.iter().for_each(|member| {
                walk(
                    &member.shape,
                    &|value| wrap(json!({member.key: value})),
                    places,
                );
            }),
            ValueShape::Word(words) => words.iter().for_each(|(word, _)| {
                let (is_good, other) = accepted(json!(word));
                assert!(is_good);
                assert!(
                    *word == words[0].0 || other != document,
                    "{word} reaches the document"
                );
            }),
            _ => {}
        }
    }
    let mut places = 0;
    walk(&DOCUMENT, &|value| value, &mut places);
    assert_eq!(places, 45, "every member of the document is walked");
}

fn ids() -> impl Strategy<Value = IdsBySide> {
    let set = || proptest::collection::btree_set("[a-z0-9]{1,6}", 0..3);
    (set(), set()).prop_map(|(dingtalk, ehr)| {
        let native =
            |ids: BTreeSet<String>| ids.iter().map(|id| NativeId::new(id).unwrap()).collect();
        IdsBySide {
            dingtalk: native(dingtalk),
            ehr: native(ehr),
        }
    })
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::DingTalk), Just(Side::Ehr)]
}

fn policies() -> impl Strategy<Value = Policy> {
    let owners = proptest::collection::btree_map(0usize..20, proptest::option::of(side()), 0..8);
    let numbers = (
        0u64..=1000,
        0u64..=1000,
        0u16..=365,
        1u8..=100,
        15u32..=10_080,
    );
    let people = (0usize..3, proptest::collection::btree_set(0usize..6, 0..3));
    (side(), side(), owners, ids(), ids(), numbers, people).prop_map(
        |(default, lifecycle, owners, marks, untouched, numbers, (scope, out))| {
            let mut policy = Policy::from_preset(PolicyPreset::Custom);
            policy.direction = SyncDirection::Both;
            (policy.lifecycle, policy.owners) =
                (lifecycle, crate::policy::FieldOwners::all(default));
            for (at, owner) in owners {
                let field = Field::ALL[at];
                for kind in [Kind::Person, Kind::Department] {
                    match owner {
                        _ if !FieldSet::of_kind(kind).contains(field) => {}
                        Some(side) => policy.owners.assign_field(kind, field, side),
                        None => policy.owners.share_field(kind, field),
                    }
                }
            }
            policy.scope = match scope {
                0 => PolicyScope::OrganisationOnly,
                1 => PolicyScope::Employees,
                _ => {
                    PolicyScope::EmployeesAndCustom(["工牌号".to_owned(), "a b".to_owned()].into())
                }
            };
            policy.departments.exclude = marks;
            policy.untouchable.people = untouched;
            policy.employment_types.exclude =
                out.into_iter().map(|at| EmploymentType::ALL[at]).collect();
            policy.limits.removals_share = numbers.0.min(numbers.1);
            policy.limits.removals_share_max = numbers.0.max(numbers.1);
            (
                policy.grace_days,
                policy.rotation,
                policy.sweep.every_minutes,
            ) = (numbers.2, numbers.3, numbers.4);
            policy.sweep.hours = vec!["22:00-06:00".parse().unwrap()];
            policy
        },
    )
}

proptest! {
    #[test]
    fn a_policy_is_read_back_from_its_canonical_text(policy in policies()) {
        let again = read_document(&policy.canonical_text()).unwrap().policy;
        prop_assert_eq!(&again, &policy);
        prop_assert_eq!(again.policy_hash(), policy.policy_hash());
        prop_assert_eq!(read_document(&policy.pretty_text()).unwrap().policy, policy);
    }

    #[test]
    fn reading_any_text_does_not_panic(text in "[\\[\\]{}\",:a-z0-9 ]{0,60}") {
        if let Err(refused) = read_document(&text) { prop_assert!(!refused.problems.is_empty()); }
    }

    #[test]
    fn other_owners_give_another_hash(policy in policies(), at in 0usize..20) {
        let field = Field::ALL[at];
        prop_assume!(FieldSet::PERSON.contains(field));
        let mut other = policy.clone();
        let owner = policy.field_owner(Kind::Person, field).side_or(Side::Ehr);
        other.owners.assign_field(Kind::Person, field, owner.other());
        prop_assert_ne!(policy.policy_hash(), other.policy_hash());
    }
}

#[test]
fn the_policy_hash_matches_the_known_value() {
    // A changed canonical form makes every stored plan look as if its policy had changed: raise VERSION with it.
    assert_eq!(
        Policy::dingtalk_is_master().canonical_text(),
        include_str!("canonical.json").trim_end()
    );
}
