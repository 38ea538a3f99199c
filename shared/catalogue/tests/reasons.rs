//! Reasons as people read them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use catalogue::{Catalogue, Language, TextArgument, codes_page};
use directory::reason::{Reason, ReasonCode};
use directory::{Field, Kind, Side};

const SIMPLIFIED: Catalogue = Catalogue::new(Language::ChineseSimplified);
const TRADITIONAL: Catalogue = Catalogue::new(Language::ChineseTraditional);
const ENGLISH: Catalogue = Catalogue::new(Language::English);

fn emptied() -> Reason {
    Reason::new(ReasonCode::GuardFieldEmptied)
        .field("field", Field::Mobile)
        .number("records", 100)
        .number("people", 1000)
        .number("limit", 50)
}

#[test]
fn a_reason_is_a_sentence_in_each_language() {
    let reason = emptied();
    assert_eq!(
        ENGLISH.sentence(&reason),
        "Mobile number would be emptied for 100 of 1000 people; the limit is 50"
    );
    assert_eq!(
        SIMPLIFIED.sentence(&reason),
        "1000 人里有 100 人的手机号要被清空，上限 50"
    );
    assert_eq!(
        TRADITIONAL.sentence(&reason),
        "1000 人裡有 100 人的手機號碼會被清空，上限 50"
    );
    assert!(
        SIMPLIFIED
            .remedy(&reason)
            .is_some_and(|remedy| remedy.contains("bangding hold release"))
    );
}

#[test]
fn names_fit_into_the_sentence() {
    let left = Reason::new(ReasonCode::ChangeLeft).side("side", Side::Ehr);
    assert_eq!(ENGLISH.sentence(&left), "Left in the eHR");
    assert_eq!(ENGLISH.side_name(Side::Ehr), "eHR");
    assert_eq!(SIMPLIFIED.sentence(&left), "已在 eHR 离职");
    let owned = Reason::new(ReasonCode::RecordFieldOwned).side("side", Side::Ehr);
    assert_eq!(
        SIMPLIFIED.sentence(&owned),
        "按当前策略，这个字段由 eHR 决定"
    );
    let stored = Reason::new(ReasonCode::WaitStoredOtherwise)
        .side("side", Side::Ehr)
        .field("field", Field::Title);
    assert_eq!(SIMPLIFIED.sentence(&stored), "eHR 存下的职位与写入的不同");
    let required = |kind| {
        Reason::new(ReasonCode::DingTalkValueRequired)
            .kind("kind", kind)
            .field("field", Field::Name)
    };
    assert_eq!(
        SIMPLIFIED.sentence(&required(Kind::Department)),
        "钉钉要求必须有部门名称"
    );
    assert_eq!(
        SIMPLIFIED.sentence(&required(Kind::Person)),
        "钉钉要求必须有姓名"
    );
    assert_eq!(
        SIMPLIFIED.field_name_of(Kind::Department, Field::Name),
        "部门名称"
    );
}

#[test]
fn a_count_of_one_is_singular_and_a_key_is_selected_by() {
    let dropped = |n: i64| Reason::new(ReasonCode::RunDepartmentsDropped).number("departments", n);
    assert!(
        ENGLISH
            .sentence(&dropped(1))
            .starts_with("One special department was")
    );
    assert!(
        ENGLISH
            .sentence(&dropped(2))
            .starts_with("2 special departments were")
    );
    let invalid = |field| Reason::new(ReasonCode::DingTalkValueInvalid).field("field", field);
    assert_eq!(
        SIMPLIFIED.remedy(&invalid(Field::Manager)).as_deref(),
        Some("只写一位主管")
    );
    assert_eq!(
        SIMPLIFIED.remedy(&invalid(Field::Title)).as_deref(),
        Some("在来源方改正")
    );
    let large = Reason::new(ReasonCode::PolicyVersionMissing).number("version", i64::MAX);
    assert_eq!(
        ENGLISH.sentence(&large),
        "There is no policy version 9223372036854775807"
    );
}

#[test]
fn a_cause_stands_inside_and_lends_its_remedy() {
    let paused = Reason::new(ReasonCode::GatePaused);
    let outer = Reason::new(ReasonCode::RunNothingWritten).cause(paused.clone());
    assert_eq!(
        ENGLISH.sentence(&outer),
        "Nothing is written: writing is paused"
    );
    assert_eq!(SIMPLIFIED.sentence(&outer), "什么都没有写：已暂停写入");
    assert_eq!(
        ENGLISH.remedy(&outer).as_deref(),
        Some("Resume it: bangding resume")
    );
    let both = Reason::all([paused.clone(), Reason::stored_text("old words")]).unwrap();
    assert_eq!(ENGLISH.sentence(&both), "Writing is paused; old words");
    let deep = (0..200).fold(paused, |inner, _| {
        Reason::new(ReasonCode::ChangeNotWritten).cause(inner)
    });
    assert!(
        ENGLISH
            .sentence(&deep)
            .ends_with("not written: writing is paused")
    );
}

#[test]
fn what_was_stored_before_is_shown_as_it_is() {
    let old = Reason::from_stored("left in the eHR { $x }");
    for catalogue in [SIMPLIFIED, TRADITIONAL, ENGLISH] {
        assert_eq!(catalogue.sentence(&old), "left in the eHR { $x }");
        assert_eq!(
            (catalogue.remedy(&old), catalogue.message(&old).code),
            (None, None)
        );
    }
}

#[test]
fn a_code_of_a_newer_version_is_named_with_its_arguments() {
    let json = r#"{"code":"moon-is-full","arguments":{"field":{"field":"title"},"nights":3}}"#;
    let newer = Reason::from_stored(json);
    assert_eq!(
        ENGLISH.sentence(&newer),
        "code moon-is-full (field: Title, nights: 3)"
    );
    assert_eq!(
        SIMPLIFIED.sentence(&newer),
        "代码 moon-is-full（field: 职位, nights: 3）"
    );
    assert_eq!(
        ENGLISH.sentence(&Reason::from_stored(r#"{"code":"moon-is-full"}"#)),
        "code moon-is-full"
    );
}

#[test]
fn a_message_names_its_code() {
    let message = SIMPLIFIED.message(&Reason::new(ReasonCode::GatePaused));
    assert_eq!(
        message.to_string(),
        "已暂停写入 → 恢复写入：bangding resume [gate-paused]"
    );
}

#[test]
fn hostile_arguments_stay_inert() {
    let hostile = "{ $records } { gate-paused } [x]\n.remedy = no\u{1b}[31m\u{202e}";
    let reason = Reason::new(ReasonCode::LedgerNameUnknown)
        .kind("kind", Kind::Person)
        .text("name", hostile);
    let shown = "{ $records } { gate-paused } [x] .remedy = no [31m ";
    assert_eq!(
        SIMPLIFIED.sentence(&reason),
        format!("内置员工台账里没有这个人员：{shown}")
    );
    assert_eq!(
        ENGLISH.sentence(&reason),
        format!("No person in the ledger is called {shown}")
    );
    let code = Reason::from_stored(
        &serde_json::json!({"code": hostile, "arguments": {hostile: hostile}}).to_string(),
    );
    assert!(
        !ENGLISH
            .message(&code)
            .to_string()
            .contains(char::is_control)
    );
}

#[test]
fn a_reason_without_its_arguments_shows_which_are_missing() {
    for catalogue in [SIMPLIFIED, TRADITIONAL, ENGLISH] {
        for code in ReasonCode::ALL {
            let reason = Reason::new(*code);
            assert!(!catalogue.sentence(&reason).is_empty(), "{code}");
            _ = catalogue.remedy(&reason);
        }
    }
    assert!(
        ENGLISH
            .sentence(&Reason::new(ReasonCode::PlanExpired))
            .contains("{$hours}")
    );
}

#[test]
fn no_isolation_marks_are_written() {
    for catalogue in [SIMPLIFIED, TRADITIONAL, ENGLISH] {
        let text = catalogue.text("unknown-code", &[("code", TextArgument::Text("x"))]);
        assert!(!text.contains(['\u{2068}', '\u{2069}']), "{text}");
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "the catalogue has no text `no-such-text`")]
fn an_id_without_a_text_stops_a_debug_build() {
    _ = ENGLISH.text("no-such-text", &[]);
}

#[test]
#[cfg(not(debug_assertions))]
fn an_id_without_a_text_is_shown_in_brackets() {
    assert_eq!(ENGLISH.text("no-such-text", &[]), "[no-such-text]");
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "the text `up-held`")]
fn an_argument_that_is_missing_stops_a_debug_build() {
    _ = ENGLISH.text("up-held", &[("count", TextArgument::Number(1))]);
}

#[test]
fn a_refused_action_is_named_in_words() {
    let refused = |key: &str| Reason::new(ReasonCode::OrderNotAllowed).text("action", key);
    assert_eq!(
        SIMPLIFIED.sentence(&refused("approve-plan")),
        "你的角色不能做这项操作（批准计划）"
    );
    assert_eq!(
        TRADITIONAL.sentence(&refused("approve-plan")),
        "你的角色不能做這項操作（核准計畫）"
    );
    assert_eq!(
        ENGLISH.sentence(&refused("approve-plan")),
        "None of your roles may approve a plan"
    );
    assert_eq!(
        ENGLISH.sentence(&refused("of-a-newer-version")),
        "None of your roles may of-a-newer-version"
    );
}

#[test]
fn threads_read_the_same_texts() {
    let threads: Vec<_> = (0..8)
        .map(|_| std::thread::spawn(|| SIMPLIFIED.sentence(&emptied())))
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), SIMPLIFIED.sentence(&emptied()));
    }
}

#[test]
fn the_page_of_codes_is_up_to_date() {
    let stored = include_str!("../CODES.md");
    assert!(
        stored == codes_page(),
        "run `cargo run -p catalogue --example codes`"
    );
}
