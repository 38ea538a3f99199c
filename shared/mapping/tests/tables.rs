//! The tables of odd values: each row's value is read, and what was read is written again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use std::fmt::Write as _;

use directory::reason::Reason;
use directory::text::PersonalText;
use mapping::transform::{
    ChoiceTable, DayForm, DayOrder, DayStyle, JoinTemplate, LetterCase, OpenEnd, PhoneForm,
    PhoneStyle, TrimSpaces, UnknownChoice, WrapTemplate,
};
use mapping::{FieldReading, NativeRow, NativeValue, SideRoute, Transform};

/// Undoes the table's escapes: `\t`, `\n`, `\r`, `\\`, `\u{200b}`, and quotes around cells with blanks at an end.
fn unescape(cell: &str) -> String {
    let cell = cell
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| *inner != inner.trim_matches(' '))
        .unwrap_or(cell);
    let mut text = String::new();
    let mut rest = cell.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next() {
            Some('t') => text.push('\t'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('u') => {
                let code: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let code = u32::from_str_radix(&code, 16).expect("a code point");
                text.push(char::from_u32(code).expect("a character"));
            }
            other => text.extend(other),
        }
    }
    text
}

fn day(style: DayStyle, order: Option<DayOrder>, open_end: OpenEnd) -> Transform {
    Transform::Day(DayForm {
        style,
        order,
        open_end,
    })
}

fn date_step(name: &str) -> Transform {
    let style = DayStyle::WORDS.iter().find(|(word, _)| *word == name);
    let order = DayOrder::WORDS.iter().find(|(word, _)| *word == name);
    let open_end = match name {
        "open_empty" => OpenEnd::Empty,
        _ => OpenEnd::Refused,
    };
    let style = style.map_or(DayStyle::Iso, |(_, style)| *style);
    day(style, order.map(|(_, order)| *order), open_end)
}

fn phone_step(name: &str) -> Transform {
    let (country, style) = match name.strip_prefix("hk_") {
        Some(style) => ("852", style),
        None => ("86", name),
    };
    let style = PhoneStyle::WORDS.iter().find(|(word, _)| *word == style);
    Transform::Phone(PhoneForm {
        country: country.to_owned(),
        style: style.expect("a style").1,
    })
}

fn choose_step(name: &str) -> Transform {
    let (pairs, otherwise): (&[(&str, &str)], _) = match name {
        "gender" => (
            &[
                ("男", "M"),
                ("1", "M"),
                ("male", "M"),
                ("女", "F"),
                ("2", "F"),
                ("female", "F"),
            ],
            UnknownChoice::Refuse,
        ),
        "type" => (
            &[
                ("全职", "full_time"),
                ("正式", "full_time"),
                ("实习", "intern"),
                ("兼职", "part_time"),
                ("劳务派遣", "dispatched"),
                ("退休返聘", "rehired_retiree"),
            ],
            UnknownChoice::Refuse,
        ),
        "flag" => (
            &[
                ("是", "yes"),
                ("Y", "yes"),
                ("true", "yes"),
                ("否", "no"),
                ("N", "no"),
                ("false", "no"),
            ],
            UnknownChoice::Refuse,
        ),
        "keep" => (&[("北京", "BJ"), ("上海", "SH")], UnknownChoice::Keep),
        _ => (
            &[("北京", "BJ"), ("上海", "SH")],
            UnknownChoice::Becomes("elsewhere".to_owned()),
        ),
    };
    let owned =
        |(native, canonical): &(&str, &str)| ((*native).to_owned(), (*canonical).to_owned());
    Transform::Choose(ChoiceTable {
        pairs: pairs.iter().map(owned).collect(),
        otherwise,
    })
}

fn template_step(text: &str) -> Transform {
    WrapTemplate::new(text).map_or_else(
        |_| Transform::Join(JoinTemplate::new(text).expect("a template")),
        Transform::Wrap,
    )
}

fn fill_step(name: &str) -> Transform {
    match name.split_once(':') {
        Some(("constant", value)) => Transform::Constant(value.to_owned()),
        Some((_, value)) => Transform::Default(value.to_owned()),
        None => panic!("constant:… or default:…"),
    }
}

fn trim_step(name: &str) -> Transform {
    let found = TrimSpaces::WORDS.iter().find(|(word, _)| *word == name);
    Transform::Trim(found.expect("a way to trim").1)
}

fn case_step(name: &str) -> Transform {
    let found = LetterCase::WORDS.iter().find(|(word, _)| *word == name);
    Transform::Case(found.expect("a case").1)
}

fn code(reason: &Reason) -> String {
    format!("!{}", reason.code_text())
}

/// What a row gives: the canonical value, and what is written for it.
fn work_row(step: Transform, native: &str) -> (String, String) {
    let route = SideRoute {
        key: "own".to_owned(),
        transforms: vec![step],
    };
    let row = NativeRow::from([
        (
            "own".to_owned(),
            NativeValue::Text(PersonalText::from(native)),
        ),
        ("名".to_owned(), NativeValue::Text(PersonalText::from("三"))),
    ]);
    let empty = || "(empty)".to_owned();
    let reading = match route.read(&row) {
        Err(reason) => return (code(&reason), "-".to_owned()),
        Ok(reading) => reading,
    };
    let canonical = match &reading {
        FieldReading::Value(text) => Some(text.expose()),
        _ => None,
    };
    let written = match route.write(canonical) {
        Err(reason) => code(&reason),
        Ok(native) => native.unwrap_or_else(empty),
    };
    (canonical.map_or_else(empty, str::to_owned), written)
}

/// Works a table; fails with every row that is otherwise than expected.
fn check_table(table: &str, rows_min: usize, step: impl Fn(&str) -> Transform) {
    let mut rows = 0;
    let mut wrong = String::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<String> = line.split('\t').map(unescape).collect();
        let [name, native, canonical, written] = cells.as_slice() else {
            panic!("four cells: {line}");
        };
        rows += 1;
        let found = work_row(step(name), native);
        if found != (canonical.clone(), written.clone()) {
            writeln!(wrong, "{line}\n    found {found:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(rows >= rows_min, "{rows} rows");
}

#[test]
fn dates_are_read_as_the_table_expects() {
    check_table(include_str!("tables/date.tsv"), 200, date_step);
}

#[test]
fn phone_numbers_are_read_as_the_table_expects() {
    check_table(include_str!("tables/phone.tsv"), 200, phone_step);
}

#[test]
fn blanks_are_trimmed_as_the_table_expects() {
    check_table(include_str!("tables/trim.tsv"), 200, trim_step);
}

#[test]
fn letters_are_folded_as_the_table_expects() {
    check_table(include_str!("tables/case.tsv"), 200, case_step);
}

#[test]
fn choices_are_read_as_the_table_expects() {
    check_table(include_str!("tables/choose.tsv"), 200, choose_step);
}

#[test]
fn templates_are_read_as_the_table_expects() {
    check_table(include_str!("tables/template.tsv"), 200, template_step);
}

#[test]
fn constants_and_defaults_fill_as_the_table_expects() {
    check_table(include_str!("tables/fill.tsv"), 200, fill_step);
}

#[test]
#[should_panic(expected = "found")]
fn a_wrong_row_is_found() {
    check_table("iso\t2026-03-01\t2026-03-02\t2026-03-01", 1, date_step);
}
