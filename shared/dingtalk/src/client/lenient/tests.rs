use super::*;

fn raw(json: &str) -> Box<RawValue> {
    serde_json::from_str(json).unwrap()
}

fn number(json: &str) -> Option<i64> {
    read_number(&raw(json)).into_option()
}

fn text(json: &str) -> Option<String> {
    read_text(&raw(json)).into_option()
}

fn flag(json: &str) -> Option<bool> {
    read_flag(&raw(json)).into_option()
}

#[test]
fn a_whole_number_is_read_in_every_spelling() {
    for (json, read) in [
        ("7", Some(7)),
        ("\"-7\"", Some(-7)),
        ("\" 7 \"", Some(7)),
        ("2.0", Some(2)),
        ("\"2.0\"", Some(2)),
        ("1e3", Some(1000)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("1e999", None),
        ("7.5", None),
        ("\"7.5\"", None),
        ("\"inf\"", None),
        ("\"\"", None),
        ("true", None),
        ("[7]", None),
        ("{}", None),
    ] {
        assert_eq!(number(json), read, "{json}");
    }
    assert_eq!(read_number(&raw("null")), Reading::Absent);
    assert_eq!(read_number(&raw("{}")), Reading::Unreadable);
}

#[test]
fn text_is_read_with_its_escapes_and_from_a_number_of_any_length() {
    for (json, read) in [
        ("\"a\"", Some("a")),
        (r#""\u738b\n""#, Some("王\n")),
        ("5", Some("5")),
        ("4.0", Some("4")),
        ("99999999999999999999", Some("99999999999999999999")),
        ("1.5", None),
        ("true", None),
        ("[]", None),
        (r#"{"a":1}"#, None),
        (r#""\ud83d""#, None),
        ("\"\u{fffd}\"", None),
    ] {
        assert_eq!(text(json).as_deref(), read, "{json}");
    }
    assert_eq!(read_text(&raw("null")), Reading::Absent);
}

#[test]
fn yes_and_no_are_read_in_every_spelling() {
    for yes in [
        "true",
        "\"true\"",
        "1",
        "\"1\"",
        "1.0",
        "\"yes\"",
        "\"Y\"",
        "\"TRUE \"",
    ] {
        assert_eq!(flag(yes), Some(true), "{yes}");
    }
    for no in [
        "false",
        "\"false\"",
        "0",
        "\"0\"",
        "0.0",
        "\"no\"",
        "\"N\"",
        "-0",
    ] {
        assert_eq!(flag(no), Some(false), "{no}");
    }
    for neither in ["2", "\"\"", "\"maybe\"", "[]", "{}", "0.5"] {
        assert_eq!(flag(neither), None, "{neither}");
    }
}

#[test]
fn a_list_is_read_as_array_as_text_or_as_one_item() {
    let list = |json: &str| read_list(&raw(json), read_number);
    for json in ["[2,\"3\",4.0]", "\"[2,3,4]\"", "\" [2, 3, 4] \""] {
        assert_eq!(list(json), Reading::Read(vec![2, 3, 4]), "{json}");
    }
    assert_eq!(list("5"), Reading::Read(vec![5]));
    assert_eq!(list("[]"), Reading::Read(vec![]));
    assert_eq!(list("null"), Reading::Absent);
    for json in [
        "[2,null]", "[2,\"\"]", "[2,{}]", "\"2,3\"", "\"\"", "{}", "\"[2\"",
    ] {
        assert_eq!(list(json), Reading::Unreadable, "{json}");
    }
}

#[test]
fn a_field_that_comes_twice_is_read_only_if_both_say_the_same() {
    let json = raw(r#"{"a":1,"a":1,"b":1,"b":2,"userId":"x","other":1e999}"#);
    let mut row = Row::parse(&json).unwrap();
    assert_eq!(row.number("a"), Reading::Read(1));
    assert_eq!(row.number("b"), Reading::Unreadable);
    assert_eq!(
        row.read(&["userid", "userId"], read_text),
        Reading::Read("x".to_owned())
    );
    assert_eq!(row.number("c"), Reading::Absent);
    assert_eq!(
        row.into_unreadable(),
        ["b"],
        "what nobody asks for is no trouble"
    );
    assert!(Row::parse(&raw("[1]")).is_none() && Row::parse(&raw("null")).is_none());
}

#[test]
fn an_answer_reads_its_scalars_in_the_same_way() {
    let answer = |json: &str| serde_json::from_str::<LenientNumber>(json).map(|number| number.0);
    assert_eq!(answer("\"2.0\"").ok(), Some(2));
    assert!(answer("null").is_err() && answer("[]").is_err());
    let from_value = serde_json::from_value::<LenientText>(serde_json::json!(7));
    assert_eq!(from_value.map(|text| text.0).ok().as_deref(), Some("7"));
}
