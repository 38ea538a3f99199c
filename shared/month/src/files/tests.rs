use std::collections::BTreeMap;

use super::*;

fn input() -> MonthInput {
    MonthInput {
        worked_minutes: 8_465,
        attended_day_hundredths: 1_755,
        leave: BTreeMap::from([("annual".to_owned(), 210)]),
        ..MonthInput::default()
    }
}

fn row<'a>(name: &'a str, input: &'a MonthInput) -> PayrollRow<'a> {
    PayrollRow {
        job_number: "007",
        name,
        userid: "amy",
        input,
        open_decisions: 2,
        rules_version: 3,
    }
}

fn head(column: &PayrollColumn) -> String {
    format!("{column:?}")
}

fn read(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn a_row_has_hours_and_days_with_two_decimals() {
    let input = input();
    let rows = read(&payroll_csv(&[row("艾米", &input)], head).unwrap());
    let cell = |name: &str| rows[0][name].as_str();
    assert_eq!(cell("WorkedHours"), "141.08");
    assert_eq!(cell("AttendedDays"), "17.55");
    assert_eq!(cell("LeaveHours(\"annual\")"), "3.50");
    assert_eq!((cell("JobNumber"), cell("Name")), ("007", "艾米"));
    assert_eq!((cell("OpenDecisions"), cell("RulesVersion")), ("2", "3"));
}

#[test]
fn no_text_is_a_formula() {
    let input = input();
    for bad in [
        "=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "  =1", "＝1",
    ] {
        let rows = read(&payroll_csv(&[row(bad, &input)], head).unwrap());
        assert_eq!(rows[0]["Name"], format!("'{bad}"));
    }
    let rows = read(&payroll_csv(&[row("a=b, \"c\"\nd", &input)], head).unwrap());
    assert_eq!(rows[0]["Name"], "a=b, \"c\"\nd");
    let heads = payroll_csv(&[], |_| "=evil".to_owned()).unwrap();
    assert!(
        String::from_utf8(heads)
            .unwrap()
            .starts_with("\u{feff}'=evil,")
    );
}

#[test]
fn an_xlsx_is_written() {
    let input = input();
    let bytes = payroll_xlsx(&[row("=1+1", &input)], head).unwrap();
    assert!(bytes.starts_with(b"PK"));
    let long = "x".repeat(32_768);
    assert!(matches!(
        payroll_xlsx(&[row(&long, &input)], head),
        Err(FileError::Xlsx(_))
    ));
}
