use super::*;

fn field(kind: &str, name: &str, value: &str, ext: &str) -> FormValue {
    FormValue {
        name: Some(name.to_owned()),
        value: Some(value.to_owned()),
        ext_value: Some(ext.to_owned()),
        component_type: Some(kind.to_owned()),
        ..FormValue::default()
    }
}

fn read(meaning: &RequestMeaning, values: &[FormValue]) -> RequestContent {
    FormReader::new(&TimeZone::get("Asia/Shanghai").unwrap()).read(meaning, values)
}

const LEAVE: &str = r#"["2026-01-06 13:51","2026-01-06 13:52",0.02,"hour","事假","请假类型"]"#;
const DAYS: &str = r#"{"detailList":[
    {"workDate":1767628800000,"approveInfo":{"fromTime":1767661200000,"toTime":1767664800000,"durationInHour":1.0}},
    {"workDate":1767715200000,"isRest":true,"approveInfo":{"durationInHour":0}}]}"#;

#[test]
fn leave_is_read_day_by_day_and_a_day_of_rest_is_none() {
    let content = read(&RequestMeaning::Leave, &[field(HOLIDAY, "", LEAVE, DAYS)]);
    let RequestContent::Leave { type_name, slices } = content else {
        panic!("{content:?}")
    };
    assert_eq!((type_name.as_str(), slices.len()), ("事假", 1));
    assert_eq!((slices[0].minutes, slices[0].span.minutes()), (60, 60));
    assert_eq!(slices[0].work_date.to_string(), "2026-01-06");
}

#[test]
fn a_leave_that_is_not_clear_is_unreadable_and_never_empty() {
    let bad = [
        field(HOLIDAY, "", LEAVE, "{}"),
        field(HOLIDAY, "", LEAVE, r#"{"detailList":[]}"#),
        field(
            HOLIDAY,
            "",
            LEAVE,
            &DAYS.replace("1767661200000", "\"nine\""),
        ),
        field(HOLIDAY, "", r#"["2026-01-06","2026-01-06",1,"day"]"#, DAYS),
        field("TextField", "", LEAVE, DAYS),
    ];
    for field in bad {
        assert_eq!(
            read(&RequestMeaning::Leave, &[field]),
            RequestContent::Unreadable
        );
    }
}

#[test]
fn a_range_is_read_by_the_clock_of_the_zone() {
    let range = |value: &str| field("DDDateRangeField", "[]", value, "");
    let meaning = RequestMeaning::Overtime {
        hours_field: Some("时长".to_owned()),
    };
    let values = [
        range(r#"["2026-10-12 18:30","2026-10-12 21:00"]"#),
        field("NumberField", "时长", "2.5", ""),
    ];
    let RequestContent::Overtime {
        span,
        claimed_minutes,
    } = read(&meaning, &values)
    else {
        panic!("no overtime")
    };
    assert_eq!((span.minutes(), claimed_minutes), (150, Some(150)));
    assert_eq!(span.from.0 * 60, 1_791_801_000);
    let days = read(
        &RequestMeaning::Trip,
        &[range(r#"["2026-10-12","2026-10-13"]"#)],
    );
    assert!(matches!(days, RequestContent::Trip { span } if span.minutes() == 2 * 1440));
    let odd_hours = [values[0].clone(), field("NumberField", "时长", "two", "")];
    assert_eq!(read(&meaning, &odd_hours), RequestContent::Unreadable);
    for unclear in [
        vec![],
        vec![range(r#"["2026-10-12 下午","2026-10-13"]"#)],
        vec![range(r#"["2026-10-13","2026-10-12"]"#)],
        vec![values[0].clone(), values[0].clone()],
    ] {
        assert_eq!(
            read(&RequestMeaning::Outing, &unclear),
            RequestContent::Unreadable
        );
    }
}

#[test]
fn meanings_are_suggested_by_what_dingtalk_says_and_by_exact_names() {
    let template = |attendance_type, name: &str| ManagedTemplate {
        process_code: "PROC-1".to_owned(),
        name: name.to_owned(),
        attendance_type,
    };
    assert_eq!(
        suggest_meaning(&template(Some(2), "x")),
        Some(RequestMeaning::Leave)
    );
    assert_eq!(
        suggest_meaning(&template(Some(0), "出差")),
        Some(RequestMeaning::Trip)
    );
    assert_eq!(suggest_meaning(&template(None, "出差申请")), None);
}
