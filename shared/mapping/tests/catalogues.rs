//! What sides say about their fields: holds after a change, suggestions, previews.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use std::collections::BTreeSet;

use directory::text::PersonalText;
use directory::{Field, Side};
use mapping::comparison::{check_against_catalogue, find_held_fields};
use mapping::field_catalogue::NativeType;
use mapping::preview::{ValueOddity, preview_mapping};
use mapping::suggestion::suggest_fields;
use mapping::{FieldCatalogue, FieldDescription, Mapping, NativeRow, NativeValue, read_document};

fn described(label: &str, native_type: NativeType, options: &[&str]) -> FieldDescription {
    FieldDescription {
        label: label.to_owned(),
        native_type,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        listed: true,
        writable: true,
        readable: true,
        sensitive: false,
    }
}

fn catalogue(fields: &[(&str, FieldDescription)]) -> FieldCatalogue {
    FieldCatalogue {
        fields: fields
            .iter()
            .map(|(key, field)| ((*key).to_owned(), field.clone()))
            .collect(),
    }
}

fn mapped() -> Mapping {
    let text = r#"{"version": 1, "slots_given": 1, "fields": [
        {"field": "mobile", "ehr": {"key": "w1", "read": [{"do": "phone", "as": "national"}]}},
        {"field": "title", "ehr": {"key": "w2"}},
        {"slot": 1, "label": "班车", "owner": "ehr", "dingtalk": {"key": "ext:班车"}, "ehr": {"key": "w3", "read": [
            {"do": "choose", "pairs": [{"native": "一号线", "canonical": "1"}, {"native": "二号线", "canonical": "2"}]}]}}]}"#;
    read_document(text).unwrap().mapping
}

fn known() -> FieldCatalogue {
    catalogue(&[
        ("w1", described("手机", NativeType::Phone, &[])),
        ("w2", described("职位", NativeType::Text, &[])),
        (
            "w3",
            described("班车", NativeType::Choice, &["一号线", "二号线", "三号线"]),
        ),
    ])
}

#[test]
fn a_changed_field_is_held_alone_with_its_reason() {
    let held = |change: &dyn Fn(&mut FieldCatalogue)| -> Vec<String> {
        let mut now = known();
        change(&mut now);
        let held = find_held_fields(&mapped(), Side::Ehr, &known(), &now);
        held.iter()
            .map(|one| format!("{}: {}", one.name, one.reason))
            .collect()
    };
    assert_eq!(held(&|_| {}), [""; 0]);
    let field = |now: &mut FieldCatalogue, key: &str, change: &dyn Fn(&mut FieldDescription)| {
        change(now.fields.get_mut(key).unwrap());
    };
    let renamed = held(&|now| field(now, "w2", &|field| field.label = "岗位".to_owned()));
    assert_eq!(
        renamed,
        [r#"title: field-renamed label="职位" now="岗位" side=ehr"#]
    );
    let retyped = held(&|now| field(now, "w1", &|field| field.native_type = NativeType::Number));
    assert_eq!(retyped, [r#"mobile: field-retyped label="手机" side=ehr"#]);
    let option = |option: &'static str| {
        held(&move |now| field(now, "w3", &|field| _ = field.options.remove(option)))
    };
    assert_eq!(
        option("二号线"),
        [r#"slot 1: field-option-gone label="班车" options=1 side=ehr"#]
    );
    assert_eq!(option("三号线"), [""; 0], "the mapping does not use it");
    let unreadable = held(&|now| field(now, "w1", &|field| field.readable = false));
    assert_eq!(
        unreadable,
        [r#"mobile: field-permission-gone label="手机" side=ehr"#]
    );
    let locked = held(&|now| field(now, "w2", &|field| field.writable = false));
    assert_eq!(
        locked,
        [r#"title: field-not-writable label="职位" side=ehr"#]
    );
    let gone = held(&|now| _ = now.fields.remove("w3"));
    assert_eq!(gone, [r#"slot 1: field-gone label="班车" side=ehr"#]);
}

#[test]
fn a_mapping_is_checked_against_what_a_side_has() {
    let seen = |catalogue: &FieldCatalogue| -> Vec<String> {
        let held = check_against_catalogue(&mapped(), Side::Ehr, catalogue);
        held.iter()
            .map(|one| format!("{}: {}", one.name, one.reason))
            .collect()
    };
    assert_eq!(seen(&known()), [""; 0]);
    let mut other = known();
    other.fields.remove("w1");
    other.fields.insert(
        "w2".to_owned(),
        described("家庭住址", NativeType::Text, &[]),
    );
    other
        .fields
        .insert("w3".to_owned(), described("班车", NativeType::Choices, &[]));
    assert_eq!(
        seen(&other),
        [
            "mobile: mapping-key-not-listed key=w1 side=ehr",
            "title: mapping-purpose-missing class=home",
            "slot 1: mapping-type-unsupported key=w3 side=ehr",
        ]
    );
}

fn suggested(fields: &[(&str, FieldDescription)]) -> Vec<(Field, String, u8)> {
    let suggestions = suggest_fields(&catalogue(fields));
    suggestions
        .into_iter()
        .map(|one| (one.field, one.key, one.confidence))
        .collect()
}

/// The types of the labels below, in their order.
const TYPES: [NativeType; 8] = [
    NativeType::Text,
    NativeType::Phone,
    NativeType::Text,
    NativeType::Text,
    NativeType::Date,
    NativeType::Reference,
    NativeType::Reference,
    NativeType::Text,
];

#[test]
fn labels_of_three_languages_are_recognised() {
    for labels in [
        [
            "姓名",
            "手机号码",
            "工号",
            "岗位",
            "入职日期",
            "所属部门",
            "直属上级",
            "工作地点",
        ],
        [
            "姓名",
            "行動電話",
            "員工編號",
            "職稱",
            "到職日期",
            "所屬部門",
            "直屬主管",
            "工作地點",
        ],
        [
            "Full Name",
            "Mobile Number",
            "Employee No.",
            "Job Title",
            "Hire Date",
            "Department",
            "Line Manager",
            "Work Location",
        ],
    ] {
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let described: Vec<_> = keys
            .iter()
            .zip(labels.iter().zip(TYPES))
            .map(|(key, (label, native_type))| (*key, described(label, native_type, &[])))
            .collect();
        let mut found: Vec<(String, Field)> = suggested(&described)
            .into_iter()
            .filter(|(_, _, confidence)| *confidence >= 90)
            .map(|(field, key, _)| (key, field))
            .collect();
        found.sort();
        let expected = [
            Field::Name,
            Field::Mobile,
            Field::JobNumber,
            Field::Title,
            Field::HiredOn,
            Field::Departments,
            Field::Manager,
            Field::WorkPlace,
        ];
        let expected: Vec<(String, Field)> = keys
            .iter()
            .map(|key| (*key).to_owned())
            .zip(expected)
            .collect();
        assert_eq!(found, expected, "{labels:?}");
    }
}

#[test]
fn doubtful_and_sensitive_labels_are_not_suggested() {
    let text = |label| described(label, NativeType::Text, &[]);
    assert_eq!(
        suggested(&[("a", text("身份证号")), ("b", text("紧急联系人手机"))]),
        []
    );
    assert_eq!(
        suggested(&[("a", text("手机")), ("b", text("手机"))]),
        [],
        "two fit equally well"
    );
    assert_eq!(
        suggested(&[("a", text("手机")), ("b", text("手机号"))]),
        [(Field::Mobile, "a".to_owned(), 95)],
        "the usual label first"
    );
    let mut marked = text("手机");
    marked.sensitive = true;
    assert_eq!(suggested(&[("a", marked)]), []);
    let wrong_type = suggested(&[("a", described("入职日期", NativeType::File, &[]))]);
    assert_eq!(wrong_type, [(Field::HiredOn, "a".to_owned(), 65)]);
    assert_eq!(
        suggested(&[("a", text("爱好")), ("b", text("")), ("c", text("😀"))]),
        []
    );
}

#[test]
fn the_preview_shows_the_oddest_values_first() {
    let row = |mobile: &str| {
        let value = match mobile {
            "" => NativeValue::Empty,
            text => NativeValue::Text(PersonalText::from(text)),
        };
        (None, Some(NativeRow::from([("w1".to_owned(), value)])))
    };
    let mut records: Vec<_> = (0..200)
        .map(|nth| row(&format!("138000{nth:05}")))
        .collect();
    records[17] = row("138****0001");
    records[40] = row(" 13900000000");
    records[60] = row("+85261234567");
    records[80] = row("");
    records[90] = (None, Some(NativeRow::new()));
    let previews = preview_mapping(&mapped(), &records, 4);
    let mobile = &previews[0];
    assert_eq!(
        (mobile.read, mobile.empty, mobile.hidden, mobile.refused),
        (197, 1, 1, 1)
    );
    let seen: Vec<usize> = mobile.values.iter().map(|value| value.record).collect();
    assert_eq!(seen[..3], [17, 40, 60], "refused, a blank, another country");
    assert!(matches!(
        mobile.values[0].oddity,
        Some(ValueOddity::Refused(_))
    ));
    assert_eq!(mobile.values.len(), 4);
    assert_eq!(mobile.values[3].oddity, None, "the rest is usual");
    assert_eq!(previews.len(), 3);
    assert_eq!(previews[1].hidden, 200);
    let all = BTreeSet::from_iter(previews.iter().map(|preview| preview.name.as_str()));
    assert_eq!(all, BTreeSet::from(["mobile", "title", "slot 1"]));
}
