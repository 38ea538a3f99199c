//! Whole rows through a mapping and back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use std::collections::{BTreeMap, BTreeSet};

use directory::reason::{Reason, ReasonCode};
use directory::text::PersonalText;
use directory::{Field, FieldValue, FieldValues, Side};
use jiff::civil::date;
use mapping::mapped_row::{read_row, write_row};
use mapping::{FieldReading, Mapping, NativeRow, NativeValue, Slot, read_document};

fn mapped() -> Mapping {
    let text = r#"{"version": 1, "slots_given": 2, "fields": [
        {"field": "name", "ehr": {"key": "姓名", "read": [{"do": "trim", "spaces": "all"}]}},
        {"field": "mobile", "ehr": {"key": "手机", "read": [{"do": "phone", "as": "national"}]}},
        {"field": "hired_on", "ehr": {"key": "入职", "read": [{"do": "date", "as": "slash"}]}},
        {"field": "hide_mobile", "ehr": {"key": "隐藏", "read": [{"do": "choose", "pairs": [
            {"native": "是", "canonical": "yes"}, {"native": "否", "canonical": "no"}]}]}},
        {"field": "manager", "ehr": {"key": "上级"}},
        {"field": "title", "on": false, "ehr": {"key": "职位"}},
        {"slot": 1, "label": "工牌号", "owner": "ehr", "dingtalk": {"key": "ext:工牌号"}, "ehr": {"key": "工牌"}},
        {"slot": 2, "label": "班车", "owner": "dingtalk", "dingtalk": {"key": "ext:班车"}, "ehr": {"key": "班车"}}]}"#;
    read_document(text).unwrap().mapping
}

fn slot(number: u8) -> Slot {
    Slot::new(number).unwrap()
}

fn row(cells: &[(&str, &str)]) -> NativeRow {
    let value = |text: &str| match text {
        "" => NativeValue::Empty,
        text => NativeValue::Text(PersonalText::from(text)),
    };
    cells
        .iter()
        .map(|(key, text)| ((*key).to_owned(), value(text)))
        .collect()
}

#[test]
fn one_odd_value_holds_one_field() {
    let native = row(&[
        ("姓名", "李 娜"),
        ("手机", "138****0001"),
        ("入职", "2020年2月29日"),
        ("隐藏", "否"),
        ("上级", "王伟"),
        ("职位", "工程师"),
        ("工牌", "7"),
        ("班车", ""),
    ]);
    let found = read_row(&mapped(), Side::Ehr, &native, &BTreeSet::new());
    assert_eq!(found.values.text(Field::Name), Some("李娜"));
    assert_eq!(
        found.values.get(Field::HiredOn),
        Some(&FieldValue::Day(date(2020, 2, 29)))
    );
    assert_eq!(
        found.values.get(Field::HideMobile),
        Some(&FieldValue::Flag(false))
    );
    let shown = found.values.shown_fields();
    assert!(
        !shown.contains(Field::Mobile)
            && !shown.contains(Field::Manager)
            && !shown.contains(Field::Title)
    );
    let held: Vec<_> = found
        .held
        .iter()
        .map(|(name, reason)| (name.as_str(), reason.code()))
        .collect();
    assert_eq!(held, [("mobile", Some(ReasonCode::ValuePhoneMasked))]);
    let seven = FieldReading::Value(PersonalText::from("7"));
    assert_eq!(
        found.custom,
        [(slot(1), seven), (slot(2), FieldReading::Empty)].into()
    );
}

#[test]
fn a_held_field_is_hidden_on_the_way_in_and_refused_on_the_way_out() {
    let native = row(&[("姓名", "李娜"), ("工牌", "7")]);
    let held = BTreeSet::from(["name".to_owned(), "slot 1".to_owned()]);
    let found = read_row(&mapped(), Side::Ehr, &native, &held);
    assert!(found.values.shown_fields().is_empty());
    assert_eq!(found.custom, [(slot(2), FieldReading::Hidden)].into());
    let mut values = FieldValues::new();
    values.show_text(Field::Name, Some("王芳".to_owned()));
    let reasons = held
        .iter()
        .map(|name| (name.clone(), Reason::new(ReasonCode::FieldRenamed)));
    let custom = [(slot(1), None), (slot(2), Some("一号线".to_owned()))].into();
    let changes = write_row(&mapped(), Side::Ehr, &values, &custom, &reasons.collect());
    assert_eq!(
        changes.writes,
        [("班车".to_owned(), Some("一号线".to_owned()))].into()
    );
    assert_eq!(
        changes.refused.keys().collect::<Vec<_>>(),
        ["name", "slot 1"]
    );
}

#[test]
fn what_is_written_is_spelled_as_the_side_spells_it() {
    let mut values = FieldValues::new();
    values.show_text(Field::Name, Some("李 娜".to_owned()));
    values.show_text(Field::Mobile, Some("+8613800000001".to_owned()));
    values.show(Field::HiredOn, Some(FieldValue::Day(date(2020, 2, 29))));
    values.show(Field::HideMobile, Some(FieldValue::Flag(true)));
    values.show_text(Field::Email, Some("a@example.com".to_owned()));
    let changes = write_row(
        &mapped(),
        Side::Ehr,
        &values,
        &BTreeMap::new(),
        &BTreeMap::new(),
    );
    let expected = [
        ("入职", "2020/2/29"),
        ("手机", "13800000001"),
        ("隐藏", "是"),
    ];
    let expected = expected.map(|(key, text)| (key.to_owned(), Some(text.to_owned())));
    assert_eq!(changes.writes, expected.into());
    let code = changes.refused["name"].code();
    assert_eq!(
        code,
        Some(ReasonCode::ValueNotReturned),
        "the side would show it without the blank"
    );
}
