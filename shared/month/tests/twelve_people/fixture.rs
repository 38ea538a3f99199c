//! Reads the month that is written out by hand.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Timestamp, UserId};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use month::{
    CountingRules, DayKind, FactBatch, FactBook, FactCoverage, FactKind, GraceMode, LeaveSlice,
    LeaveType, MinuteMark, MissingPunchRule, OvertimeBasis, OvertimeDay, OvertimeFactors,
    OvertimeRules, PersonTerms, PlannedPunch, Punch, PunchResult, PunchSide, PunchState,
    RequestAction, RequestContent, RequestFact, RequestState, RestTime, Rounding,
    RoundingDirection, ShiftFact, Span, WorkCalendar, month_days,
};

pub(crate) struct FixturePerson {
    pub(crate) terms: PersonTerms,
    pub(crate) book: FactBook,
    pub(crate) truth: BTreeMap<String, i64>,
    pub(crate) open: Vec<(Date, String)>,
    shift: &'static Shift,
}

struct Shift {
    id: i64,
    name: &'static str,
    sections: &'static [(&'static str, &'static str)],
    rest: Option<(&'static str, &'static str)>,
}

const SHIFTS: [Shift; 3] = [
    Shift {
        id: 1,
        name: "day",
        sections: &[("09:00", "18:00")],
        rest: Some(("12:00", "13:00")),
    },
    Shift {
        id: 2,
        name: "night",
        sections: &[("22:00", "30:00")],
        rest: Some(("26:00", "26:30")),
    },
    Shift {
        id: 3,
        name: "split",
        sections: &[("08:00", "12:00"), ("13:30", "17:30")],
        rest: None,
    },
];

const LEAVE_TYPES: [(&str, &str); 3] = [("annual", "年假"), ("personal", "事假"), ("sick", "病假")];

pub(crate) fn october() -> Date {
    date(2026, 10, 1)
}

pub(crate) fn leave_name(code: &str) -> &str {
    LEAVE_TYPES.iter().find(|one| one.0 == code).unwrap().1
}

pub(crate) fn calendar() -> WorkCalendar {
    let day = |day| date(2026, 10, day);
    let mut days = BTreeMap::from([(day(10), DayKind::Workday)]);
    days.extend((1..=3).map(|one| (day(one), DayKind::PublicHoliday)));
    days.extend((5..=7).map(|one| (day(one), DayKind::RestDay)));
    WorkCalendar {
        version: 1,
        year: 2026,
        days,
    }
}

pub(crate) fn rules() -> CountingRules {
    CountingRules {
        version: 1,
        valid_from: date(2026, 1, 1),
        late_grace_minutes: 5,
        early_grace_minutes: 0,
        grace_mode: GraceMode::Whole,
        absent_after_late_minutes: Some(120),
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
        paid_leave: BTreeSet::from(["annual".to_owned(), "sick".to_owned()]),
    }
}

pub(crate) fn read_fixture() -> Vec<FixturePerson> {
    let text = include_str!("../fixtures/october_2026.txt");
    let mut people: Vec<FixturePerson> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split('#').next().unwrap().split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["person", name, shift, zone, until @ ..] => {
                people.push(FixturePerson::new(name, shift, zone, until.get(1).copied()));
            }
            words => people.last_mut().unwrap().read_line(words),
        }
    }
    people
}

/// The same person with other punches on a day.
pub(crate) fn with_punches(person: &FixturePerson, day: &str, punches: &[&str]) -> FixturePerson {
    let mut changed = FixturePerson {
        terms: person.terms.clone(),
        book: person.book.clone(),
        truth: BTreeMap::new(),
        open: Vec::new(),
        shift: person.shift,
    };
    changed.set_results(parse_day(day), punches);
    changed
}

fn parse_day(text: &str) -> Date {
    format!("2026-{text}").parse().unwrap()
}

impl FixturePerson {
    fn new(name: &str, shift: &str, zone: &str, until: Option<&str>) -> Self {
        let shift = SHIFTS.iter().find(|one| one.name == shift).unwrap();
        let mut person = Self {
            terms: PersonTerms {
                user: UserId::new(name).unwrap(),
                zone: TimeZone::get(zone).unwrap(),
                employed_from: None,
                employed_to: until.map(parse_day),
            },
            book: FactBook::default(),
            truth: BTreeMap::new(),
            open: Vec::new(),
            shift,
        };
        let rest = |(from, to)| RestTime {
            from_minute: seconds(from) / 60,
            to_minute: seconds(to) / 60,
        };
        let types = LEAVE_TYPES.iter().map(|(code, name)| LeaveType {
            leave_code: (*code).to_owned(),
            name: (*name).to_owned(),
            read_only: Some(true),
        });
        person.book.apply(FactBatch {
            shifts: vec![ShiftFact {
                shift_id: shift.id,
                name: shift.name.to_owned(),
                rests: shift.rest.into_iter().map(rest).collect(),
            }],
            leave_types: types.collect(),
            ..FactBatch::default()
        });
        for day in month_days(october()) {
            let employed = person.terms.employed_to.is_none_or(|last| day <= last);
            let works = calendar().day_kind(day) == Some(DayKind::Workday) && employed;
            person.set_plan(day, works);
        }
        person
    }

    fn read_line(&mut self, words: &[&str]) {
        match words {
            ["every", punches @ ..] => {
                for day in month_days(october()) {
                    self.set_results(day, punches);
                }
            }
            ["plan", day] => {
                self.set_plan(parse_day(day), true);
                self.set_results(parse_day(day), &["08:55", "18:05"]);
            }
            ["unread", day] => self.forget_plan(parse_day(day)),
            ["noplan", day] => self.cover(FactKind::Plans, parse_day(day)),
            ["punch", day, times @ ..] => self.add_punches(parse_day(day), times),
            ["truth", figures @ ..] => {
                let pair = |one: &&str| {
                    let (name, value) = one.split_once('=').unwrap();
                    (name.to_owned(), value.parse().unwrap())
                };
                self.truth = figures.iter().map(pair).collect();
            }
            ["open", day, code] => self.open.push((parse_day(day), (*code).to_owned())),
            [day, punches @ ..] if day.contains('-') => self.set_results(parse_day(day), punches),
            words => self.add_request(words),
        }
    }

    fn add_request(&mut self, words: &[&str]) {
        let id = words[1].to_owned();
        let leave = |rest: &[&str]| self.leave(rest);
        let (action, content) = match *words {
            ["leave" | "pending", _, ref rest @ ..] => (RequestAction::Original, leave(rest)),
            ["modify", _, of, ref rest @ ..] => {
                (RequestAction::Modifies(of.to_owned()), leave(rest))
            }
            ["revoke", _, of] => (RequestAction::Revokes(of.to_owned()), RequestContent::Other),
            ["overtime", _, from, at, to, until] => {
                let content = RequestContent::Overtime {
                    span: self.span((from, at), (to, until)),
                    claimed_minutes: None,
                };
                (RequestAction::Original, content)
            }
            ["trip", _, from, at, to, until] => {
                let span = self.span((from, at), (to, until));
                (RequestAction::Original, RequestContent::Trip { span })
            }
            ["outing", _, from, at, to, until] => {
                let span = self.span((from, at), (to, until));
                (RequestAction::Original, RequestContent::Outing { span })
            }
            ["unreadable", _] => (RequestAction::Original, RequestContent::Unreadable),
            _ => panic!("not understood: {words:?}"),
        };
        let state = match words[0] {
            "pending" => RequestState::Running,
            _ => RequestState::Passed,
        };
        let number = i64::try_from(self.book.requests.len()).unwrap();
        let request = RequestFact {
            id,
            user: self.terms.user.clone(),
            state,
            action,
            finished_at: Some(Timestamp(number)),
            content,
        };
        self.book.apply(FactBatch {
            requests: vec![request],
            ..FactBatch::default()
        });
    }

    fn leave(&self, words: &[&str]) -> RequestContent {
        let [type_name, day, from, to, minutes] = *words else {
            panic!("not understood: {words:?}")
        };
        RequestContent::Leave {
            type_name: type_name.to_owned(),
            slices: vec![LeaveSlice {
                work_date: parse_day(day),
                span: self.span((day, from), (day, to)),
                minutes: minutes.parse().unwrap(),
            }],
        }
    }

    fn span(&self, from: (&str, &str), to: (&str, &str)) -> Span {
        let mark = |(day, time)| MinuteMark::of(self.moment(parse_day(day), time));
        Span::new(mark(from), mark(to)).unwrap()
    }

    /// A time on the wall where the person is.
    fn moment(&self, day: Date, time: &str) -> Timestamp {
        let wall = day
            .at(0, 0, 0, 0)
            .checked_add(seconds(time).seconds())
            .unwrap();
        let moment = wall.to_zoned(self.terms.zone.clone()).unwrap().timestamp();
        Timestamp(moment.as_millisecond())
    }

    fn set_plan(&mut self, day: Date, works: bool) {
        self.cover(FactKind::Plans, day);
        let mut plans = Vec::new();
        for (side, planned_at) in self.planned(day) {
            plans.push(PlannedPunch {
                plan_id: number(day, plans.len()),
                side: works.then_some(side),
                planned_at: works.then_some(planned_at),
                shift_id: works.then_some(self.shift.id),
            });
        }
        let user = self.terms.user.clone();
        let plans = plans.into_iter().map(|plan| (user.clone(), day, plan));
        self.book.apply(FactBatch {
            plans: plans.collect(),
            ..FactBatch::default()
        });
    }

    fn planned(&self, day: Date) -> Vec<(PunchSide, Timestamp)> {
        let both = |(on, off): &(&str, &str)| {
            [
                (PunchSide::OnDuty, self.moment(day, on)),
                (PunchSide::OffDuty, self.moment(day, off)),
            ]
        };
        self.shift.sections.iter().flat_map(both).collect()
    }

    fn set_results(&mut self, day: Date, punches: &[&str]) {
        let works = |book: &FactBook| {
            let plans = book.plans(&self.terms.user, day)?;
            plans.values().next()?.planned_at
        };
        if works(&self.book).is_none() {
            return;
        }
        self.cover(FactKind::Results, day);
        self.cover(FactKind::Punches, day);
        let made: Vec<&str> = punches
            .iter()
            .copied()
            .filter(|one| one.contains(':'))
            .collect();
        self.add_punches(day, &made);
        let planned = self.planned(day);
        assert_eq!(planned.len(), punches.len(), "{punches:?}");
        let mut results = Vec::new();
        for (at, ((side, planned_at), punch)) in planned.into_iter().zip(punches).enumerate() {
            let state = match *punch {
                "-" => PunchState::Missing,
                "+" => PunchState::Approved,
                "?" => PunchState::NotKnown,
                time => PunchState::Made(self.moment(day, time)),
            };
            let result = PunchResult {
                plan_id: number(day, at),
                side,
                planned_at,
                state,
                request: None,
            };
            results.push((self.terms.user.clone(), day, result));
        }
        self.book.apply(FactBatch {
            results,
            ..FactBatch::default()
        });
    }

    fn add_punches(&mut self, day: Date, times: &[&str]) {
        let mut punches = Vec::new();
        for time in times {
            let punch = Punch {
                record_id: number(day, punches.len()),
                work_date: day,
                at: self.moment(day, time),
                valid: true,
            };
            punches.push((self.terms.user.clone(), day, punch));
        }
        self.book.apply(FactBatch {
            punches,
            ..FactBatch::default()
        });
    }

    fn cover(&mut self, kind: FactKind, day: Date) {
        self.book.apply(FactBatch {
            coverage: Some(FactCoverage {
                kind,
                people: BTreeSet::from([self.terms.user.clone()]),
                from: day,
                to: day,
            }),
            ..FactBatch::default()
        });
    }

    /// As if the day's schedule had never been read.
    fn forget_plan(&mut self, day: Date) {
        let mut stored = serde_json::to_value(&self.book).unwrap();
        let days = stored["plans"][self.terms.user.as_str()]
            .as_object_mut()
            .unwrap();
        days.remove(&day.to_string()).unwrap();
        self.book = serde_json::from_value(stored).unwrap();
    }
}

fn number(day: Date, at: usize) -> i64 {
    i64::from(day.day()) * 10 + i64::try_from(at).unwrap()
}

/// `26:30` or `09:05:59` in seconds after midnight.
fn seconds(time: &str) -> i64 {
    let parts = time.split(':').map(|part| part.parse::<i64>().unwrap());
    let total = parts.fold((0, 3600), |(sum, unit), part| {
        (sum + part * unit, unit / 60)
    });
    total.0
}
