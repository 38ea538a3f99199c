use super::*;

const LISTED: &str = r#"{"userid":"zhangsan","unionid":"z21HjQliSzpw0YWCNxmii6u2Os62cZ62iSZ","name":"张三","avatar":"","state_code":"86","mobile":"18513027676","hide_mobile":false,"telephone":"010-86123456-2345","job_number":"4","title":"技术总监","email":"test@xxx.com","org_email":"test@corp.com","work_place":"未来park","remark":"备注","dept_id_list":[2,3,4],"dept_order":1,"extension":"{\"爱好\":\"旅游\",\"年龄\":\"24\"}","hired_date":1597573616828,"active":true,"admin":false,"boss":false,"leader":true,"exclusive_account":false}"#;
const READ: &str = r#"{"userid":"zhangsan","unionid":"z21HjQliSzpw0YWxxxxx","name":"张三","state_code":"86","mobile":"18513027676","hide_mobile":false,"telephone":"","job_number":"4","title":"技术总监","email":"test@xxx.com","org_email":"test@corp.com","work_place":"未来park","remark":"","exclusive_account":false,"manager_userid":"manager240","dept_id_list":[2,3],"dept_order_list":[{"dept_id":2,"order":1},{"dept_id":3,"order":9}],"leader_in_dept":[{"dept_id":2,"leader":true},{"dept_id":3,"leader":false}],"role_list":[{"id":100,"name":"总监","group_name":"职务"}],"extension":"{\"爱好\":\"旅游\"}","hired_date":1597573616828,"active":true,"real_authed":true,"senior":false,"admin":true,"boss":false}"#;

fn parse_record(json: &str, depth: ReadDepth, visible: FieldSet) -> Record {
    read_row(json, depth, visible).unwrap().record
}

fn read_row(json: &str, depth: ReadDepth, visible: FieldSet) -> Result<PersonReading, ReplyFault> {
    let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
    read_person_row(&raw, depth, visible)
}

#[test]
fn a_list_row_shows_all_but_the_deep_fields() {
    let record = parse_record(LISTED, ReadDepth::Listed, FieldSet::PERSON);
    assert_eq!(
        record.values.shown_fields(),
        FieldSet::PERSON.without(DEEP_FIELDS)
    );
    assert_eq!(record.values.text(Field::Mobile), Some("+8618513027676"));
    assert_eq!(
        record.values.text(Field::Extension),
        Some(r#"{"年龄":"24","爱好":"旅游"}"#)
    );
    assert_eq!(
        record.values.refs(Field::Departments).collect::<Vec<_>>(),
        ["2", "3", "4"]
    );
    assert!(
        matches!(record.values.get(Field::HiredOn), Some(FieldValue::Day(day)) if day.to_string() == "2020-08-16")
    );
    assert!(!record.protected);
}

#[test]
fn a_read_shows_leads_and_manager_and_hides_the_main_department_it_does_not_know() {
    let record = parse_record(READ, ReadDepth::Read, FieldSet::PERSON);
    assert_eq!(
        record.values.shown_fields(),
        FieldSet::PERSON.without(FieldSet::of_fields(&[Field::MainDepartment]))
    );
    assert_eq!(record.values.refs(Field::Leads).collect::<Vec<_>>(), ["2"]);
    assert_eq!(
        record.values.refs(Field::Manager).collect::<Vec<_>>(),
        ["manager240"]
    );
    assert_eq!(record.values.get(Field::Remark), None);
    assert!(record.values.shown_fields().contains(Field::Remark));
    assert!(record.protected);
}

#[test]
fn the_main_department_is_where_a_position_says_so() {
    let json = r#"{"userid":"u","dept_position_list":[{"dept_id":2,"is_main":false},{"dept_id":"3","is_main":"true"}]}"#;
    let record = parse_record(json, ReadDepth::Read, FieldSet::PERSON);
    assert_eq!(
        record
            .values
            .refs(Field::MainDepartment)
            .collect::<Vec<_>>(),
        ["3"]
    );
}

#[test]
fn an_absent_field_is_empty_if_its_permission_is_proven_and_hidden_otherwise() {
    let visible = FieldSet::of_fields(&[
        Field::Title,
        Field::Name,
        Field::Departments,
        Field::HideMobile,
        Field::Manager,
    ]);
    let record = parse_record(r#"{"userid":"u"}"#, ReadDepth::Listed, visible);
    assert_eq!(
        record.values.shown_fields(),
        FieldSet::of_fields(&[Field::Title])
    );
    assert_eq!(record.values.get(Field::Title), None);
}

#[test]
fn a_field_that_came_is_shown_even_without_proven_permission() {
    let record = parse_record(
        r#"{"userid":"u","mobile":"13800000001","email":""}"#,
        ReadDepth::Listed,
        FieldSet::NONE,
    );
    assert_eq!(
        record.values.shown_fields(),
        FieldSet::of_fields(&[Field::Mobile])
    );
}

#[test]
fn ids_that_cannot_be_one_are_refused_and_school_departments_left_out() {
    for nameless in [
        r#"{"userid":"a#b"}"#,
        r#"{"name":"李娜"}"#,
        "[]",
        "7",
        "null",
    ] {
        assert!(read_row(nameless, ReadDepth::Listed, FieldSet::NONE).is_err());
    }
    let record = parse_record(
        r#"{"userid":"u","dept_id_list":[-7,"5"]}"#,
        ReadDepth::Listed,
        FieldSet::NONE,
    );
    assert_eq!(
        record.values.refs(Field::Departments).collect::<Vec<_>>(),
        ["5"]
    );
}

#[test]
fn custom_fields_are_sorted_on_every_level() {
    assert_eq!(
        sorted_extension(r#"{"b":{"d":1,"c":[{"f":2,"e":null}]},"a":"x"}"#.to_owned()).unwrap(),
        r#"{"a":"x","b":{"c":[{"e":null,"f":2}],"d":1}}"#
    );
    assert_eq!(sorted_extension("{}".to_owned()), None);
    assert_eq!(
        sorted_extension("{\"e\u{301}\":1,\"f\":2}".to_owned()).as_deref(),
        Some("{\"f\":2,\"\u{e9}\":1}"),
        "sorted as it is composed"
    );
    assert_eq!(
        sorted_extension(" free text ".to_owned()).as_deref(),
        Some("free text")
    );
}

#[test]
fn a_day_of_entry_that_stands_for_none_is_hidden_and_named() {
    let visible = FieldSet::PERSON;
    for none in [
        "0",
        "-1",
        "-2208988800001",
        "253402185600000",
        "253402271999000",
        "9223372036854775807",
        "\"9999-12-31\"",
        "\"1890-01-01\"",
        "\"0\"",
    ] {
        let json = format!(r#"{{"userid":"u","hired_date":{none}}}"#);
        let read = read_row(&json, ReadDepth::Listed, visible).unwrap();
        assert!(
            !read.record.values.shown_fields().contains(Field::HiredOn),
            "{none}"
        );
        assert_eq!(read.odd.unwrap().implausible, ["hired_date"], "{none}");
    }
    for (read_as, day) in [
        ("1597573616828", "2020-08-16"),
        ("\"1597573616828\"", "2020-08-16"),
        ("1597573616828.0", "2020-08-16"),
        ("\"2020-08-16\"", "2020-08-16"),
        ("\"2020-08-16 00:00:00\"", "2020-08-16"),
        ("4102329600000", "2099-12-31"),
    ] {
        let json = format!(r#"{{"userid":"u","hired_date":{read_as}}}"#);
        let read = read_row(&json, ReadDepth::Listed, visible).unwrap();
        assert!(
            matches!(read.record.values.get(Field::HiredOn), Some(FieldValue::Day(read)) if read.to_string() == day),
            "{read_as}"
        );
        assert!(read.odd.is_none());
    }
    for unreadable in [
        "{}",
        "true",
        "1.5",
        "\"soon\"",
        "1e300",
        "99999999999999999999",
        "\"\"",
    ] {
        let json = format!(r#"{{"userid":"u","hired_date":{unreadable}}}"#);
        let read = read_row(&json, ReadDepth::Listed, visible).unwrap();
        assert!(
            !read.record.values.shown_fields().contains(Field::HiredOn),
            "{unreadable}"
        );
        assert_eq!(read.odd.unwrap().fields, ["hired_date"], "{unreadable}");
    }
    let absent = read_row(
        r#"{"userid":"u","hired_date":null}"#,
        ReadDepth::Listed,
        visible,
    )
    .unwrap();
    assert!(absent.record.values.shown_fields().contains(Field::HiredOn));
}

#[test]
fn odd_spellings_are_read_where_they_say_one_thing() {
    let json = r#"{"userId":2.0,"name":"张三","state_code":86,"mobile":13800000001,"hide_mobile":"yes","job_number":4.0,
        "dept_id_list":"[2,\"3\",4.0]","extension":{"爱好":"旅游"},"leader_in_dept":{"dept_id":"2","leader":1},"boss":"no"}"#;
    let read = read_row(json, ReadDepth::Read, FieldSet::PERSON).unwrap();
    assert!(read.odd.is_none(), "{:?}", read.odd);
    let values = &read.record.values;
    assert_eq!(read.record.id.as_str(), "2");
    assert_eq!(values.text(Field::Mobile), Some("+8613800000001"));
    assert_eq!(values.get(Field::HideMobile), Some(&FieldValue::Flag(true)));
    assert_eq!(values.text(Field::JobNumber), Some("4"));
    assert_eq!(
        values.refs(Field::Departments).collect::<Vec<_>>(),
        ["2", "3", "4"]
    );
    assert_eq!(values.refs(Field::Leads).collect::<Vec<_>>(), ["2"]);
    assert_eq!(values.text(Field::Extension), Some(r#"{"爱好":"旅游"}"#));
    assert!(!read.record.protected);
}

#[test]
fn a_person_of_whom_it_is_not_clear_whether_they_are_administrator_is_protected() {
    for unclear in [
        r#""admin":"maybe""#,
        r#""boss":{}"#,
        r#""admin":false,"admin":true"#,
    ] {
        let json = format!(r#"{{"userid":"u",{unclear}}}"#);
        let read = read_row(&json, ReadDepth::Listed, FieldSet::NONE).unwrap();
        assert!(read.record.protected, "{unclear}");
        assert!(read.odd.is_some());
    }
}

#[test]
fn a_number_without_its_readable_country_code_and_a_set_with_an_unreadable_member_are_hidden() {
    let json = r#"{"userid":"u","state_code":{},"mobile":"61234567","dept_id_list":[2,null],
        "leader_in_dept":[{"dept_id":2,"leader":true},{"leader":true}],"manager_userid":["m"]}"#;
    let read = read_row(json, ReadDepth::Read, FieldSet::PERSON).unwrap();
    let shown = read.record.values.shown_fields();
    for field in [
        Field::Mobile,
        Field::Departments,
        Field::Leads,
        Field::Manager,
    ] {
        assert!(!shown.contains(field), "{field:?}");
    }
    assert_eq!(
        read.odd.unwrap().fields,
        [
            "state_code",
            "dept_id_list",
            "leader_in_dept",
            "manager_userid"
        ]
    );
}
