use jiff::civil::date;

use super::*;

fn read(kind: &WidgetKind, json: &str) -> Reading<CellValue> {
    let raw = RawValue::from_string(json.to_owned()).unwrap();
    read_value(kind, Some(&raw))
}

fn text(value: &str) -> Reading<CellValue> {
    Reading::Read(CellValue::Text(value.to_owned()))
}

#[test]
fn values_are_read_as_documented() {
    assert_eq!(read(&WidgetKind::Text, r#""张三""#), text("张三"));
    assert_eq!(read(&WidgetKind::Number, "10"), text("10"));
    assert_eq!(read(&WidgetKind::Number, "10.5"), text("10.5"));
    assert_eq!(
        read(
            &WidgetKind::Phone,
            r#"{"phone":"13800000000","verified":true}"#
        ),
        text("13800000000")
    );
    assert_eq!(
        read(&WidgetKind::ComboCheck, r#"["a","b"]"#),
        Reading::Read(CellValue::Texts(vec!["a".into(), "b".into()]))
    );
    assert_eq!(
        read(
            &WidgetKind::User,
            r#"{"name":"张三","username":"u1","status":1}"#
        ),
        Reading::Read(CellValue::Members(vec!["u1".into()]))
    );
    assert_eq!(
        read(
            &WidgetKind::DeptGroup,
            r#"[{"dept_no":3,"name":"研发"},{"dept_no":"4"}]"#
        ),
        Reading::Read(CellValue::Departments(vec![3, 4]))
    );
}

#[test]
fn a_day_is_the_one_in_shanghai() {
    let day = |json: &str| read(&WidgetKind::DateTime, json);
    assert_eq!(
        day(r#""2026-02-28T16:00:00.000Z""#),
        Reading::Read(CellValue::Day(date(2026, 3, 1)))
    );
    assert_eq!(
        day(r#""2026-03-01""#),
        Reading::Read(CellValue::Day(date(2026, 3, 1)))
    );
    for odd in [r#""2026-02-30""#, r#""soon""#, "true", "[]x"] {
        let Ok(raw) = RawValue::from_string(odd.to_owned()) else {
            continue;
        };
        assert_eq!(
            read_value(&WidgetKind::DateTime, Some(&raw)),
            Reading::Unreadable
        );
    }
}

#[test]
fn both_shapes_of_another_row_are_read() {
    let row = RowId::new("5a3765a091646d77aef8e054").unwrap();
    for json in [
        r#""5a3765a091646d77aef8e054""#,
        r#"{"id":"5a3765a091646d77aef8e054","key":1}"#,
    ] {
        assert_eq!(
            read(&WidgetKind::Lookup, json),
            Reading::Read(CellValue::Row(row.clone()))
        );
    }
    assert_eq!(
        read(&WidgetKind::Lookup, r#"{"id":"a#b"}"#),
        Reading::Unreadable
    );
}

#[test]
fn empty_is_not_absent_and_unreadable_is_neither() {
    assert_eq!(read_value(&WidgetKind::Text, None), Reading::Absent);
    for empty in ["null", r#""""#, "[]", "{}", r#"{"phone":""}"#] {
        assert_eq!(read(&WidgetKind::Phone, empty), Reading::Empty, "{empty}");
    }
    for odd in [
        "1e999",
        r#""\ud800""#,
        "true",
        "{\"x\":1}",
        "[1]",
        r#""a�""#,
        "1e300",
    ] {
        assert_eq!(read(&WidgetKind::Text, odd), Reading::Unreadable, "{odd}");
    }
    assert_eq!(read(&WidgetKind::Number, "0"), text("0"));
    // A list with an odd member is hidden as a whole: a set that is written whole must not lose one.
    assert_eq!(
        read(&WidgetKind::DeptGroup, r#"[{"dept_no":3},{"name":"x"}]"#),
        Reading::Unreadable
    );
    assert_eq!(
        read(&WidgetKind::Image, r#"[{"name":"x"}]"#),
        Reading::Unreadable
    );
}
