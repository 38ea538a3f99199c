use jiff::civil::date;

use super::*;

fn rules(version: u32, valid_from: Date) -> CountingRules {
    CountingRules {
        version,
        valid_from,
        late_grace_minutes: 5,
        early_grace_minutes: 0,
        grace_mode: GraceMode::Whole,
        absent_after_late_minutes: None,
        missing_punch: MissingPunchRule::Decide,
        overtime: OvertimeRules {
            basis: OvertimeBasis::FormWithinPunches,
            day: OvertimeDay::SplitAtMidnight,
            rounding: Rounding {
                step_minutes: 30,
                direction: RoundingDirection::Down,
            },
            least_minutes: 30,
            factors: OvertimeFactors {
                workday_percent: 150,
                rest_day_percent: 200,
                public_holiday_percent: 300,
            },
            holiday_shift_is_overtime: true,
        },
        paid_leave: BTreeSet::new(),
    }
}

#[test]
fn rounding_goes_to_whole_steps() {
    let round = |direction, minutes| {
        Rounding {
            step_minutes: 30,
            direction,
        }
        .apply(minutes)
    };
    assert_eq!(round(RoundingDirection::Down, 59), 30);
    assert_eq!(round(RoundingDirection::Up, 31), 60);
    assert_eq!(round(RoundingDirection::Nearest, 44), 30);
    assert_eq!(round(RoundingDirection::Nearest, 45), 60);
    assert_eq!(round(RoundingDirection::Up, -5), 0);
}

#[test]
fn a_form_outside_its_limits_names_each_field() {
    let mut form = rules(1, date(2026, 1, 1));
    assert_eq!(form.find_faults(), []);
    form.late_grace_minutes = -1;
    form.overtime.rounding.step_minutes = 0;
    form.overtime.factors.rest_day_percent = 20;
    let fields: Vec<&str> = form.find_faults().iter().map(|fault| fault.field).collect();
    assert_eq!(
        fields,
        ["late_grace_minutes", "step_minutes", "rest_day_percent"]
    );
}

#[test]
fn a_day_has_the_last_rules_before_it() {
    let mut book = RuleBook::default();
    book.add(rules(1, date(2026, 1, 1))).unwrap();
    book.add(rules(2, date(2026, 7, 1))).unwrap();
    assert!(book.add(rules(2, date(2026, 9, 1))).is_err());
    assert!(book.add(rules(3, date(2026, 7, 1))).is_err());
    assert_eq!(book.rules_on(date(2025, 12, 31)), None);
    assert_eq!(book.rules_on(date(2026, 6, 30)).unwrap().version, 1);
    assert_eq!(book.rules_on(date(2026, 10, 1)).unwrap().version, 2);
}

#[test]
fn an_unknown_field_is_refused() {
    let mut form = serde_json::to_value(rules(1, date(2026, 1, 1))).unwrap();
    form["late_grace"] = 3.into();
    assert!(serde_json::from_value::<CountingRules>(form).is_err());
}
