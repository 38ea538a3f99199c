//! What a person reads of faults and cautions.

use super::*;
use crate::reason::{Reason, ReasonCode};

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
