use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn example() -> Reason {
    let cause = Reason::new(ReasonCode::DingTalkThrottled).text("code", "90018");
    Reason::new(ReasonCode::WaitStoredOtherwise)
        .field("field", Field::Title)
        .side("side", Side::Ehr)
        .kind("kind", Kind::Person)
        .number("count", 3_u64)
        .date("date", date(2026, 3, 1))
        .cause(cause)
}

#[test]
fn a_reason_is_stored_as_its_code_and_its_arguments() {
    let stored = serde_json::to_value(example()).unwrap();
    let expected = serde_json::json!({"code": "wait-stored-otherwise", "arguments": {
        "field": {"field": "title"}, "side": {"side": "ehr"}, "kind": {"kind": "person"}, "count": 3,
        "date": {"date": "2026-03-01"}, "cause": {"reason": {"code": "dingtalk-throttled", "arguments": {"code": "90018"}}}}});
    assert_eq!(stored, expected);
    assert_eq!(serde_json::from_value::<Reason>(stored).unwrap(), example());
    assert_eq!(
        Reason::new(ReasonCode::PlanFailed).to_stored(),
        r#"{"code":"plan-failed"}"#
    );
}

#[test]
fn a_sentence_of_an_earlier_version_is_kept() {
    let old = "left in the eHR";
    assert_eq!(
        serde_json::from_value::<Reason>(old.into()).unwrap(),
        Reason::stored_text(old)
    );
    assert_eq!(Reason::from_stored(old), Reason::stored_text(old));
    assert_eq!(
        Reason::from_stored("{\"a\": 1}"),
        Reason::stored_text("{\"a\": 1}")
    );
    assert_eq!(Reason::from_stored(&example().to_stored()), example());
}

#[test]
fn what_a_newer_version_wrote_is_kept_as_text() {
    let newer = serde_json::json!({"code": "moon-is-full", "more": true, "arguments": {
        "field": {"field": "shoe_size"}, "money": {"money": 5}, "on": true, "share": 0.5}});
    let reason: Reason = serde_json::from_value(newer).unwrap();
    assert_eq!((reason.code(), reason.code_text()), (None, "moon-is-full"));
    assert_eq!(
        reason.argument("field"),
        Some(&ReasonArgument::Text("shoe_size".to_owned()))
    );
    assert_eq!(
        reason.argument("money"),
        Some(&ReasonArgument::Text("{\"money\":5}".to_owned()))
    );
    let again: Reason = serde_json::from_str(&reason.to_stored()).unwrap();
    assert_eq!(again, reason);
}

#[test]
fn a_log_line_names_the_code_and_cannot_be_broken() {
    assert_eq!(
        example().to_string(),
        "wait-stored-otherwise cause=(dingtalk-throttled code=90018) count=3 date=2026-03-01 field=title kind=person \
         side=ehr"
    );
    let hostile = Reason::stored_text("a\nlevel=error {x}");
    assert_eq!(
        hostile.to_string(),
        r#"stored-text text="a\nlevel=error {x}""#
    );
}

#[test]
fn several_reasons_become_one_in_their_order() {
    assert_eq!(Reason::all([]), None);
    let [a, b, c] = ["a", "b", "c"].map(Reason::stored_text);
    assert_eq!(Reason::all([a.clone()]), Some(a.clone()));
    let rest = Reason::new(ReasonCode::Several)
        .reason("first", b.clone())
        .reason("second", c.clone());
    let all = Reason::new(ReasonCode::Several)
        .reason("first", a.clone())
        .reason("second", rest);
    assert_eq!(Reason::all([a, b, c]), Some(all));
}

#[test]
fn the_cause_is_the_reason_inside() {
    assert_eq!(
        example().inner().and_then(Reason::code),
        Some(ReasonCode::DingTalkThrottled)
    );
    assert_eq!(Reason::new(ReasonCode::PlanFailed).inner(), None);
}

#[test]
fn a_number_beyond_the_range_is_the_greatest() {
    let reason = Reason::new(ReasonCode::PlanExpired).number("hours", u64::MAX);
    assert_eq!(
        reason.argument("hours"),
        Some(&ReasonArgument::Number(i64::MAX))
    );
}

#[test]
fn every_code_has_its_own_spelling_and_is_found_by_it() {
    let spellings: BTreeSet<&str> = ReasonCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(spellings.len(), ReasonCode::ALL.len());
    for code in ReasonCode::ALL {
        let text = code.as_str();
        assert_eq!(ReasonCode::of(text), Some(*code));
        assert!(
            text.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !text.ends_with('-'),
            "{text}"
        );
    }
    assert_eq!(ReasonCode::GuardTooManyRemovals.group(), "guard");
}

proptest! {
    #[test]
    fn any_json_is_read(text in "\\PC{0,40}", number in any::<i64>(), flag in any::<bool>()) {
        for value in [
            serde_json::json!(text), serde_json::json!(number), serde_json::json!(flag), serde_json::json!(null),
            serde_json::json!([text]), serde_json::json!({"code": number}), serde_json::json!({text.clone(): flag}),
            serde_json::json!({"code": text, "arguments": {text.clone(): {text.clone(): number}}}),
        ] {
            let reason: Reason = serde_json::from_value(value).unwrap();
            prop_assert_eq!(Reason::from_stored(&reason.to_stored()), reason);
        }
        let argument = Reason::new(ReasonCode::PlanFailed).text("a", text.as_str()).number("b", number);
        prop_assert_eq!(Reason::from_stored(&argument.to_stored()), argument);
    }
}
