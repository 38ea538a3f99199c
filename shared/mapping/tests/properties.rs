//! What holds for every value: reading what was written gives what was to be written, and what is hidden stays hidden.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use directory::text::PersonalText;
use mapping::transform::{
    ChoiceTable, DayForm, DayStyle, LetterCase, OpenEnd, PhoneForm, PhoneStyle, TrimSpaces,
    UnknownChoice, WrapTemplate,
};
use mapping::{FieldReading, NativeRow, NativeValue, SideRoute, Transform};
use proptest::prelude::*;

fn day_step() -> impl Strategy<Value = Transform> {
    proptest::sample::select(DayStyle::WORDS.to_vec()).prop_map(|(_, style)| {
        Transform::Day(DayForm {
            style,
            order: None,
            open_end: OpenEnd::Empty,
        })
    })
}

/// Transforms that fold several spellings into one.
fn folding_step() -> impl Strategy<Value = Transform> {
    let phone = (
        proptest::sample::select(PhoneStyle::WORDS.to_vec()),
        "86|852|1|886",
    );
    prop_oneof![
        proptest::sample::select(TrimSpaces::WORDS.to_vec())
            .prop_map(|(_, spaces)| Transform::Trim(spaces)),
        proptest::sample::select(LetterCase::WORDS.to_vec())
            .prop_map(|(_, case)| Transform::Case(case)),
        day_step(),
        phone.prop_map(|((_, style), country)| Transform::Phone(PhoneForm { country, style })),
        "\\PC{1,4}".prop_map(Transform::Default),
    ]
}

fn any_step() -> impl Strategy<Value = Transform> {
    let choice = proptest::collection::btree_map("[a-c男女]{1,2}", "[a-c男女]{1,2}", 1..5);
    let choice = (choice, any::<bool>()).prop_map(|(pairs, keeps)| {
        Transform::Choose(ChoiceTable {
            pairs: pairs.into_iter().collect(),
            otherwise: if keeps {
                UnknownChoice::Keep
            } else {
                UnknownChoice::Refuse
            },
        })
    });
    let wrap = "[A-Z工-]{0,3}".prop_map(|text| {
        Transform::Wrap(WrapTemplate::new(&format!("{text}{{value}}{text}")).unwrap())
    });
    prop_oneof![
        5 => folding_step(),
        1 => choice,
        1 => wrap,
        1 => "\\PC{1,4}".prop_map(Transform::Constant),
    ]
}

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[0-9 +()-]{5,16}",
        "1[3-9][0-9]{9}",
        "(19|20)[0-9]{2}[-/.年](0?[1-9]|1[0-2])[-/.月](0?[1-9]|[12][0-9]|3[01])日?",
        "[a-c男女]{1,2}",
        "[A-Z工-]{0,3}[a-z]{0,4}[A-Z工-]{0,3}",
    ]
}

fn read(route: &SideRoute, value: Option<&str>) -> Result<FieldReading, directory::Reason> {
    let native = match value {
        Some(text) => NativeValue::Text(PersonalText::from(text)),
        None => NativeValue::Empty,
    };
    route.read(&NativeRow::from([(route.key.clone(), native)]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_is_read_again(
        steps in proptest::collection::vec(any_step(), 0..4),
        value in proptest::option::of(any_value()),
    ) {
        let route = SideRoute { key: "k".to_owned(), transforms: steps };
        if let Ok(native) = route.write(value.as_deref()) {
            let expected = match &value {
                Some(text) => FieldReading::Value(PersonalText::from(text.as_str())),
                None => FieldReading::Empty,
            };
            prop_assert_eq!(read(&route, native.as_deref()), Ok(expected));
        }
    }

    /// What one transform reads it can write, so that the check above is not empty. Left out: tables and templates, whose
    /// canonical values can be read as others; letters beyond ASCII, some of which have no single case; days before 1980,
    /// whose milliseconds can look like a date.
    #[test]
    fn what_one_transform_reads_it_writes(step in folding_step(), value in any_value()) {
        let route = SideRoute { key: "k".to_owned(), transforms: vec![step.clone()] };
        if let Ok(FieldReading::Value(text)) = read(&route, Some(&value)) {
            let text = text.expose();
            let left_out = match step {
                Transform::Day(_) => text < "1980",
                _ => !text.is_ascii(),
            };
            let written = route.write(Some(text));
            prop_assert!(left_out || written.is_ok(), "{:?}", written);
        }
    }

    #[test]
    fn hidden_stays_hidden(steps in proptest::collection::vec(any_step(), 0..4)) {
        let constant = matches!(steps.first(), Some(Transform::Constant(_)));
        let route = SideRoute { key: "k".to_owned(), transforms: steps };
        let hidden = route.read(&NativeRow::new());
        prop_assert!(constant || hidden == Ok(FieldReading::Hidden));
    }

    #[test]
    fn no_error_carries_a_value(step in any_step(), value in "[密秘]{4,8}") {
        let route = SideRoute { key: "k".to_owned(), transforms: vec![step] };
        if let Err(reason) = read(&route, Some(&value)) {
            let shown = format!("{reason} {reason:?}");
            prop_assert!(!shown.contains(['密', '秘']));
        }
    }
}
