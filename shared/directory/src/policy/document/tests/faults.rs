//! What is wrong with a document, and where.

use super::*;

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
