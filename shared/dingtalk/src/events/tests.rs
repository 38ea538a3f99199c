use proptest::prelude::*;

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/events/", $name, ".json")).as_slice()
    };
}

/// Kind and queue groups of an event.
fn describe_event(plaintext: &[u8]) -> String {
    let event = parse(plaintext).unwrap();
    let groups: Vec<String> = event.wakes.iter().map(Wake::queue_group).collect();
    format!("{:?} {}", event.kind, groups.join(" "))
        .trim_end()
        .to_owned()
}

/// Kind and queue groups of every fixture that is an event.
const FIXTURE_WAKES: &[(&[u8], &str)] = &[
    (
        fixture!("user_add_org"),
        "Changed(\"user_add_org\") dt#person#184919295227658120",
    ),
    (
        fixture!("user_add_org_documented"),
        "Changed(\"user_add_org\") dt#person#015x",
    ),
    (
        fixture!("user_add_org_stream"),
        "Changed(\"user_add_org\") dt#person#015x dt#person#016x",
    ),
    (
        fixture!("user_modify_org"),
        "Changed(\"user_modify_org\") dt#person#zhangsan",
    ),
    (
        fixture!("user_leave_org"),
        "Changed(\"user_leave_org\") dt#person#li.na",
    ),
    (
        fixture!("user_active_org"),
        "Changed(\"user_active_org\") dt#person#li.na",
    ),
    (
        fixture!("org_admin_add"),
        "Changed(\"org_admin_add\") dt#person#011505184066774889",
    ),
    (
        fixture!("org_admin_remove"),
        "Changed(\"org_admin_remove\") dt#person#011505184066774889",
    ),
    (
        fixture!("label_user_change"),
        "Changed(\"label_user_change\") dt#person#0115",
    ),
    (
        fixture!("label_conf_modify"),
        "Ignored(\"label_conf_modify\")",
    ),
    (
        fixture!("org_dept_create"),
        "Changed(\"org_dept_create\") dt#department#581208264",
    ),
    (
        fixture!("org_dept_modify"),
        "Changed(\"org_dept_modify\") dt#department#581208264",
    ),
    (
        fixture!("org_dept_remove"),
        "Changed(\"org_dept_remove\") dt#department#581208264",
    ),
    (
        fixture!("org_change"),
        "Changed(\"org_change\") dt#everything",
    ),
    (
        fixture!("org_remove"),
        "Changed(\"org_remove\") dt#everything",
    ),
    (fixture!("check_url"), "UrlCheck"),
    (
        fixture!("check_create_suite_url"),
        "UrlCheckSuite { random: \"LPIdSnlF\" }",
    ),
    (
        fixture!("check_update_suite_url"),
        "UrlCheckSuite { random: \"abc\" }",
    ),
    (fixture!("suite_ticket"), "Ignored(\"suite_ticket\")"),
    (
        fixture!("hrm_user_record_change"),
        "Ignored(\"hrm_user_record_change\")",
    ),
    (
        fixture!("bpms_instance_change"),
        "Ignored(\"bpms_instance_change\")",
    ),
    (
        fixture!("attendance_check_record"),
        "Ignored(\"attendance_check_record\")",
    ),
    (fixture!("unknown_type"), "Ignored(\"something_of_2027\")"),
    (
        fixture!("unknown_field"),
        "Changed(\"user_add_org\") dt#person#u",
    ),
];

#[test]
fn every_fixture_wakes_the_records_it_names() {
    for &(plaintext, expected) in FIXTURE_WAKES {
        assert_eq!(describe_event(plaintext), expected);
    }
}

#[test]
fn what_is_no_event_at_all_is_unreadable() {
    for plaintext in [
        fixture!("malformed_cut"),
        fixture!("malformed_array"),
        fixture!("malformed_no_type"),
        fixture!("malformed_no_random"),
        br#"{"EventType":"","UserId":["u"]}"#,
        br#"{"EventType":["user_add_org"],"UserId":["u"]}"#,
        br#"{"EventType":"user_add_org","UserId":["u"],"x":1e999}"#,
    ] {
        assert!(
            parse(plaintext).is_err(),
            "{}",
            String::from_utf8_lossy(plaintext)
        );
    }
}

#[test]
fn ids_that_can_be_read_are_woken_and_a_sweep_stands_for_the_rest() {
    for plaintext in [
        fixture!("malformed_no_people"),
        fixture!("malformed_empty_people"),
    ] {
        assert_eq!(
            describe_event(plaintext),
            "Changed(\"user_add_org\") dt#everything"
        );
    }
    for (fields, groups) in [
        (r#""UserId":["a",null]"#, "dt#person#a dt#everything"),
        (r#""UserId":["a",""]"#, "dt#person#a dt#everything"),
        (
            r#""UserId":["a",{},7,true]"#,
            "dt#person#a dt#person#7 dt#everything",
        ),
        (r#""UserId":["a","b#c"]"#, "dt#person#a dt#everything"),
        (r#""userId":"a""#, "dt#person#a"),
        (r#""user_id":["a"]"#, "dt#person#a"),
        (r#""USER_ID_LIST":["a"]"#, "dt#person#a"),
        (r#""UserId":"[\"a\",\"b\"]""#, "dt#person#a dt#person#b"),
        (r#""UserId":"a,b""#, "dt#person#a dt#person#b dt#everything"),
        (
            r#""UserId":["a"],"userId":["b"]"#,
            "dt#person#a dt#person#b",
        ),
        (
            r#""UserId":["a"],"UserId":["b","a"]"#,
            "dt#person#a dt#person#b",
        ),
        (r#""UserId":null"#, "dt#everything"),
        (r#""UserId":99999999999999999999"#, "dt#everything"),
    ] {
        let event = format!(r#"{{"EventType":"user_leave_org",{fields}}}"#);
        assert_eq!(
            describe_event(event.as_bytes()),
            format!("Changed(\"user_leave_org\") {groups}"),
            "{event}"
        );
    }
    for (fields, groups) in [
        (r#""DeptId":[2.0]"#, "dt#department#2"),
        (r#""DeptId":["2.0",3]"#, "dt#department#2 dt#department#3"),
        (r#""DeptId":"4""#, "dt#department#4"),
        (r#""dept_id":[5,2.5]"#, "dt#department#5 dt#everything"),
        (r#""DeptId":[6,-7]"#, "dt#department#6"),
        (r#""DeptId":["x"]"#, "dt#everything"),
    ] {
        let event = format!(r#"{{"EventType":"org_dept_remove",{fields}}}"#);
        assert_eq!(
            describe_event(event.as_bytes()),
            format!("Changed(\"org_dept_remove\") {groups}"),
            "{event}"
        );
    }
}

#[test]
fn more_than_a_thousand_ids_ask_for_a_sweep_beside_the_first_thousand() {
    let ids: Vec<String> = (0..1001).map(|n| format!("u{n}")).collect();
    let event = serde_json::json!({ "EventType": "user_modify_org", "UserId": ids });
    let wakes = parse(event.to_string().as_bytes()).unwrap().wakes;
    assert_eq!(wakes.len(), 1001);
    assert_eq!(wakes[1000].target, WakeTarget::Everything);
}

#[test]
fn events_are_read_in_all_three_dialects() {
    let real = parse(fixture!("user_add_org")).unwrap();
    assert_eq!(
        real.corp.unwrap().as_str(),
        "dingc7c5220402493357f2c783f7214b6d69"
    );
    assert_eq!(
        (real.event_id, real.born_at),
        (None, Some(Timestamp(1_640_921_671_286)))
    );
    let documented = parse(fixture!("user_add_org_documented")).unwrap();
    assert_eq!(documented.event_id.as_deref(), Some("c7c7"));
    assert_eq!(documented.born_at, Some(Timestamp(1_663_143_335_567)));
    let stream = parse(fixture!("user_add_org_stream")).unwrap();
    assert_eq!(
        (stream.corp.unwrap().as_str(), stream.event_id.as_deref()),
        ("ding1", Some("c7c8"))
    );
    assert_eq!(parse(fixture!("unknown_field")).unwrap().born_at, None);
    assert_eq!(parse(fixture!("check_url")).unwrap().corp, None);
}

#[test]
fn an_undelivered_entry_carries_its_own_type_and_time() {
    let entry = serde_json::json!({
        "call_back_tag": "org_dept_remove",
        "event_time": 1_606_126_433_000_i64,
        "org_dept_remove": { "deptid": [7], "corpid": "ding1" },
    });
    let event = parse_undelivered(&entry).unwrap();
    assert_eq!(event.kind, EventKind::Changed("org_dept_remove".to_owned()));
    assert_eq!(event.wakes[0].queue_group(), "dt#department#7");
    assert_eq!(
        (event.born_at, event.corp.is_some()),
        (Some(Timestamp(1_606_126_433_000)), true)
    );
    let bare = serde_json::json!({ "call_back_tag": "org_change", "event_time": 1 });
    assert_eq!(
        parse_undelivered(&bare).unwrap().wakes[0].target,
        WakeTarget::Everything
    );
    assert!(parse_undelivered(&serde_json::json!({ "event_time": 1 })).is_err());
    let empty = serde_json::json!({ "call_back_tag": "user_add_org", "user_add_org": [] });
    assert_eq!(
        parse_undelivered(&empty).unwrap().wakes[0].target,
        WakeTarget::Everything
    );
}

#[test]
fn a_streamed_event_is_read_from_headers_and_data() {
    let headers = serde_json::json!({
        "topic": "*", "eventType": "user_modify_org", "eventId": "e1", "eventCorpId": "ding1",
        "eventBornTime": "1685501863357", "messageId": "m1",
    });
    let data = r#"{"timeStamp":"1685501863300","userId":["015x"],"optStaffId":"m"}"#;
    let event = parse_streamed(&headers, data).unwrap();
    assert_eq!(event.kind, EventKind::Changed("user_modify_org".to_owned()));
    assert_eq!(event.wakes[0].queue_group(), "dt#person#015x");
    assert_eq!(event.event_id.as_deref(), Some("e1"));
    assert_eq!(event.corp.unwrap().as_str(), "ding1");
    assert_eq!(event.born_at, Some(Timestamp(1_685_501_863_357)));
    for unreadable in ["", "[]", "{", r#"{"errCode":20001}"#] {
        let event = parse_streamed(&headers, unreadable).unwrap();
        assert_eq!(
            event.wakes[0].target,
            WakeTarget::Everything,
            "{unreadable}"
        );
    }
    let nameless = serde_json::json!({ "eventId": "e1" });
    assert!(parse_streamed(&nameless, data).is_err());
    let named = r#"{"EventType":"org_change"}"#;
    assert!(parse_streamed(&nameless, named).is_ok());
}

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(".{0,4}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_id_beside_it_takes_away_one_that_can_be_read(odd in arbitrary_json()) {
        let event = serde_json::json!({ "EventType": "user_leave_org", "UserId": ["good", odd], "x": odd });
        let wakes = parse(event.to_string().as_bytes()).unwrap().wakes;
        prop_assert_eq!(wakes[0].queue_group(), "dt#person#good");
        prop_assert!(wakes.len() > 1 || odd == serde_json::json!("good"), "the other is looked at, or asks for a sweep");
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        _ = parse(&bytes);
    }

    #[test]
    fn wakes_are_there_exactly_for_changes(name in "[a-z_]{1,20}|user_add_org|org_dept_modify", ids in prop::collection::vec(-9_i64..99, 0..4)) {
        let payload = serde_json::json!({ "EventType": name, "UserId": ids, "DeptId": ids });
        if let Ok(event) = parse(payload.to_string().as_bytes()) {
            prop_assert_eq!(matches!(event.kind, EventKind::Changed(_)), !event.wakes.is_empty());
        }
    }
}
