//! One person's month: the schedule, then day after day.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{TrueMonth, annual_quota};
use crate::world::{HolidayRecord, PlanRecord, PunchOutcome, PunchRecord, ShiftRecord, WorkBook};

/// What a month is made up with.
pub(super) struct PersonMonth<'a> {
    pub(super) userid: String,
    pub(super) shift_id: i64,
    pub(super) shift: ShiftRecord,
    pub(super) zone: TimeZone,
    pub(super) book: &'a mut WorkBook,
    pub(super) rng: &'a mut ChaCha8Rng,
    pub(super) truth: TrueMonth,
    /// People's numbers are apart, so that none repeats.
    next_number: i64,
}

/// What comes of one planned punch.
pub(super) enum Made {
    At(i64),
    Missing,
    /// A request stands for it.
    Approved(String),
}

impl<'a> PersonMonth<'a> {
    pub(super) fn new(
        userid: &str,
        at: usize,
        book: &'a mut WorkBook,
        rng: &'a mut ChaCha8Rng,
    ) -> Self {
        let (shift_id, zone) = match at % 20 {
            3 | 9 => (702, "Asia/Shanghai"),
            5 | 14 => (703, "Asia/Shanghai"),
            17 => (701, "Europe/Berlin"),
            _ => (701, "Asia/Shanghai"),
        };
        let group = book.groups.get_mut(&(shift_id + 100));
        group
            .into_iter()
            .for_each(|one| _ = one.members.insert(userid.to_owned()));
        let truth = TrueMonth {
            zone: zone.to_owned(),
            last_day: (at % 90 == 41).then(|| date(2026, 10, 20)),
            ..TrueMonth::default()
        };
        Self {
            userid: userid.to_owned(),
            shift_id,
            shift: book.shifts.get(&shift_id).cloned().unwrap_or(ShiftRecord {
                name: String::new(),
                sections: Vec::new(),
                rests: Vec::new(),
            }),
            zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC),
            book,
            rng,
            truth,
            next_number: i64::try_from(at).unwrap_or_default() * 100_000 + 10_000_000_000,
        }
    }

    /// Makes up every day.
    pub(super) fn make_up(&mut self) {
        let mut trip: Option<(String, u32)> = None;
        for day in 1..=31 {
            let day = date(2026, 10, day);
            if self.truth.last_day.is_some_and(|last| day > last) {
                continue;
            }
            if self.works_on(day) {
                trip = self.make_up_workday(day, trip);
            } else {
                self.add_rest(day);
                self.make_up_rest_day(day);
            }
        }
        let used = self
            .truth
            .leave
            .get("lt-annual")
            .copied()
            .unwrap_or_default();
        self.book.quotas.push(annual_quota(&self.userid, used));
        let punches = self.book.punches.entry(self.userid.clone()).or_default();
        punches.sort_by_key(|punch| punch.at);
    }

    pub(super) fn into_truth(self) -> TrueMonth {
        self.truth
    }

    pub(super) fn works_on(&self, day: Date) -> bool {
        self.special(day) == Some("overtime") || (self.special(day).is_none() && !weekend(day))
    }

    /// 0 working day, 1 day of rest, 2 public holiday.
    pub(super) fn overtime_kind(&self, day: Date) -> usize {
        match self.special(day) {
            Some("festival") => 2,
            _ => usize::from(!self.works_on(day)),
        }
    }

    fn special(&self, day: Date) -> Option<&str> {
        let holiday: Option<&HolidayRecord> = self.book.holidays.get(&day);
        holiday.map(|one| one.kind.as_str())
    }

    /// Minutes that are to be worked: sections without pauses.
    pub(super) fn planned_minutes(&self) -> i64 {
        let length = |spans: &[(i64, i64)]| spans.iter().map(|(from, to)| to - from).sum::<i64>();
        length(&self.shift.sections) - length(&self.shift.rests)
    }

    /// Minutes of one section.
    pub(super) fn section_minutes(&self, at: usize) -> i64 {
        let (from, to) = self.shift.sections.get(at).copied().unwrap_or_default();
        let inside = self
            .shift
            .rests
            .iter()
            .filter(|rest| from <= rest.0 && rest.1 <= to);
        to - from - inside.map(|rest| rest.1 - rest.0).sum::<i64>()
    }

    /// The begin and the end of the shift, in minutes after midnight.
    pub(super) fn bounds(&self) -> (i64, i64) {
        let first = self.shift.sections.first().copied().unwrap_or_default();
        let last = self.shift.sections.last().copied().unwrap_or_default();
        (first.0, last.1)
    }

    /// A minute after the day's midnight on the wall, in milliseconds since 1970.
    pub(super) fn millis(&self, day: Date, minute: i64) -> i64 {
        let wall = day.at(0, 0, 0, 0).checked_add(minute.minutes());
        let zoned = wall.and_then(|wall| wall.to_zoned(self.zone.clone()));
        zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
    }

    pub(super) fn next_number(&mut self) -> i64 {
        self.next_number += 1;
        self.next_number
    }

    /// Whether something happens that happens this often in a thousand.
    pub(super) fn happens(&mut self, permille: u32) -> bool {
        self.rng.random_range(0..1000) < permille
    }

    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.rng.random_range(least..=most)
    }

    fn add_rest(&mut self, day: Date) {
        let plan = PlanRecord {
            plan_id: self.next_number(),
            work_date: day,
            side: String::new(),
            planned_at: 0,
            shift_id: 0,
            group_id: self.shift_id + 100,
            outcome: None,
        };
        self.book
            .plans
            .entry(self.userid.clone())
            .or_default()
            .push(plan);
    }

    /// Adds a planned punch with what came of it, and the punch where there is one.
    pub(super) fn add_plan(&mut self, day: Date, on: bool, minute: i64, made: Made) {
        let planned_at = self.millis(day, minute);
        let (punched_at, source, instance_id) = match made {
            Made::At(at) => (Some(at), "USER", None),
            Made::Missing => (None, "SYSTEM", None),
            Made::Approved(id) => (Some(planned_at), "APPROVE", Some(id)),
        };
        let time_result = match punched_at {
            None => "NotSigned",
            Some(at) if on && at >= planned_at + 60_000 => "Late",
            Some(at) if !on && at < planned_at => "Early",
            Some(_) => "Normal",
        };
        if let (Some(at), "USER") = (punched_at, source) {
            self.add_punch(day, at);
        }
        let outcome = PunchOutcome {
            id: self.next_number(),
            punched_at,
            time_result: time_result.to_owned(),
            source: source.to_owned(),
            instance_id,
        };
        let plan = PlanRecord {
            plan_id: self.next_number(),
            work_date: day,
            side: if on { "OnDuty" } else { "OffDuty" }.to_owned(),
            planned_at,
            shift_id: self.shift_id,
            group_id: self.shift_id + 100,
            outcome: Some(outcome),
        };
        self.book
            .plans
            .entry(self.userid.clone())
            .or_default()
            .push(plan);
    }

    pub(super) fn add_punch(&mut self, day: Date, at: i64) {
        let punch = PunchRecord {
            id: self.next_number(),
            work_date: day,
            at,
            legal: true,
        };
        self.book
            .punches
            .entry(self.userid.clone())
            .or_default()
            .push(punch);
    }
}

fn weekend(day: Date) -> bool {
    use jiff::civil::Weekday::{Saturday, Sunday};
    matches!(day.weekday(), Saturday | Sunday)
}
