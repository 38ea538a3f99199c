//! A working day: what happens, and what is true of it.

use jiff::civil::Date;

use super::LEAVE_TYPES;
use super::person::{Made, PersonMonth};

/// What happens on a working day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Plain,
    /// Within the grace.
    AlmostLate,
    Late,
    Early,
    MissingOn,
    MissingOff,
    Corrected,
    Absent,
    LeaveDay,
    LeaveMorning,
    LeaveEvening,
    Revoked,
    Modified,
    Pending,
    Overtime,
    Trip,
}

/// How often each happens, in ten thousand.
const ODDS: [(Event, i64); 15] = [
    (Event::AlmostLate, 300),
    (Event::Late, 300),
    (Event::Early, 120),
    (Event::MissingOn, 15),
    (Event::MissingOff, 20),
    (Event::Corrected, 120),
    (Event::Absent, 8),
    (Event::LeaveDay, 130),
    (Event::LeaveMorning, 80),
    (Event::LeaveEvening, 80),
    (Event::Revoked, 25),
    (Event::Modified, 20),
    (Event::Pending, 4),
    (Event::Overtime, 400),
    (Event::Trip, 60),
];

impl PersonMonth<'_> {
    fn draw(&mut self) -> Event {
        let mut drawn = self.between(0, 9_999);
        for (event, odds) in ODDS {
            drawn -= odds;
            if drawn < 0 {
                return event;
            }
        }
        Event::Plain
    }

    /// A working day; a trip under way goes on until its days are over.
    pub(super) fn make_up_workday(
        &mut self,
        day: Date,
        trip: Option<(String, u32)>,
    ) -> Option<(String, u32)> {
        self.truth.scheduled += self.planned_minutes();
        if let Some((id, left)) = trip {
            return self.spend_trip_day(day, id, left);
        }
        match self.draw() {
            Event::Plain => self.punch_all(day, 0, 0),
            Event::AlmostLate => {
                let late = self.between(1, 5);
                self.punch_all(day, late, 0);
            }
            Event::Late => self.come_late(day),
            Event::Early => self.go_early(day),
            Event::MissingOn => self.miss(day, true),
            Event::MissingOff => self.miss(day, false),
            Event::Corrected => self.correct(day),
            Event::Absent => self.stay_away(day),
            Event::LeaveDay => self.take_day(day),
            Event::LeaveMorning => self.take_hours(day, true),
            Event::LeaveEvening => self.take_hours(day, false),
            Event::Revoked => self.take_back(day),
            Event::Modified => self.change_leave(day),
            Event::Pending => self.wait_for_leave(day),
            Event::Overtime => self.work_longer(day),
            Event::Trip => {
                let days = u32::try_from(self.between(1, 3)).unwrap_or(1);
                let id = self.ask_trip(day, days);
                return self.spend_trip_day(day, id, days);
            }
        }
        None
    }

    /// All punches; the first one this late, the last one this early. All minutes count as worked.
    fn punch_all(&mut self, day: Date, late: i64, early: i64) {
        let made = |_: usize, at: i64| Made::At(at);
        self.punch_by(day, late, early, made);
        self.truth.worked += self.planned_minutes();
    }

    /// Plans and punches of the day: `made` says what comes of each, by its place and moment.
    fn punch_by(&mut self, day: Date, late: i64, early: i64, made: impl Fn(usize, i64) -> Made) {
        let sections = self.shift.sections.clone();
        let last = sections.len() * 2 - 1;
        for ((from, to), at) in sections.into_iter().zip(0..) {
            for (minute, place) in [(from, at * 2), (to, at * 2 + 1)] {
                let on = place % 2 == 0;
                let slack = match place {
                    0 if late > 0 => late,
                    _ if place == last && early > 0 => -early,
                    _ if on => -self.between(0, 15),
                    _ => self.between(0, 15),
                };
                let at = self.millis(day, minute + slack) + self.between(0, 59) * 1000;
                self.add_plan(day, on, minute, made(place, at));
            }
        }
    }

    fn come_late(&mut self, day: Date) {
        let late = self.between(6, 90);
        self.punch_all(day, late, 0);
        self.truth.worked -= late;
        self.truth.late += late;
        self.truth.late_times += 1;
    }

    fn go_early(&mut self, day: Date) {
        let early = self.between(1, 60);
        self.punch_all(day, 0, early);
        self.truth.worked -= early;
        self.truth.early += early;
        self.truth.early_times += 1;
    }

    fn miss(&mut self, day: Date, on: bool) {
        let last = self.shift.sections.len() * 2 - 1;
        let gone = if on { 0 } else { last };
        self.punch_by(day, 0, 0, |place, at| match place == gone {
            true => Made::Missing,
            false => Made::At(at),
        });
        let open = self.section_minutes(gone / 2);
        self.truth.worked += self.planned_minutes() - open;
        self.truth.unknown += open;
        self.truth.missing += 1;
        self.truth.open.insert((day, "missing_punch", 0));
    }

    fn correct(&mut self, day: Date) {
        let id = self.ask_correction(day);
        self.punch_by(day, 0, 0, |place, at| match place {
            0 => Made::Approved(id.clone()),
            _ => Made::At(at),
        });
        self.truth.worked += self.planned_minutes();
    }

    fn stay_away(&mut self, day: Date) {
        self.punch_by(day, 0, 0, |_, _| Made::Missing);
        self.truth.absence += self.planned_minutes();
        for at in 0..u32::try_from(self.shift.sections.len()).unwrap_or_default() {
            self.truth.missing += 2;
            self.truth.open.insert((day, "absence", at));
        }
    }

    fn draw_kind(&mut self) -> usize {
        usize::try_from(self.between(0, 2)).unwrap_or_default()
    }

    fn take_day(&mut self, day: Date) {
        let (kind, (from, to)) = (self.draw_kind(), self.bounds());
        let minutes = self.planned_minutes();
        let id = self.ask_leave(day, kind, (from, to), minutes);
        self.punch_by(day, 0, 0, |_, _| Made::Approved(id.clone()));
        self.count_leave(kind, minutes);
    }

    fn count_leave(&mut self, kind: usize, minutes: i64) {
        *self
            .truth
            .leave
            .entry(LEAVE_TYPES[kind].0.to_owned())
            .or_default() += minutes;
    }

    /// One to two and a half hours at the begin or at the end: no pause lies in them.
    fn take_hours(&mut self, day: Date, morning: bool) {
        let (kind, (from, to)) = (self.draw_kind(), self.bounds());
        let minutes = self.between(2, 5) * 30;
        let span = if morning {
            (from, from + minutes)
        } else {
            (to - minutes, to)
        };
        self.ask_leave(day, kind, span, minutes);
        let slack = self.between(0, 10);
        let (late, early) = if morning {
            (minutes - slack, 0)
        } else {
            (0, minutes - slack)
        };
        self.punch_by(day, late, early, |_, at| Made::At(at));
        self.count_leave(kind, minutes);
        self.truth.worked += self.planned_minutes() - minutes;
    }

    fn take_back(&mut self, day: Date) {
        let (kind, bounds) = (self.draw_kind(), self.bounds());
        let id = self.ask_leave(day, kind, bounds, self.planned_minutes());
        self.ask_revocation(day, &id);
        self.punch_all(day, 0, 0);
    }

    /// A whole day becomes two hours at the end.
    fn change_leave(&mut self, day: Date) {
        let (kind, (from, to)) = (self.draw_kind(), self.bounds());
        let id = self.ask_leave(day, kind, (from, to), self.planned_minutes());
        self.ask_modification(day, &id, kind, (to - 120, to), 120);
        let early = 120 - self.between(0, 10);
        self.punch_by(day, 0, early, |_, at| Made::At(at));
        self.count_leave(kind, 120);
        self.truth.worked += self.planned_minutes() - 120;
    }

    fn wait_for_leave(&mut self, day: Date) {
        let (kind, bounds) = (self.draw_kind(), self.bounds());
        let id = self.ask_leave(day, kind, bounds, self.planned_minutes());
        self.keep_waiting(&id);
        self.truth.open.insert((day, "request_open", 0));
        self.punch_all(day, 0, 0);
    }

    fn spend_trip_day(&mut self, day: Date, id: String, left: u32) -> Option<(String, u32)> {
        self.punch_by(day, 0, 0, |_, _| Made::Approved(id.clone()));
        self.truth.trip += self.planned_minutes();
        (left > 1).then_some((id, left - 1))
    }

    /// The day with a last punch at this moment instead of after work.
    pub(super) fn punch_until(&mut self, day: Date, until: i64) {
        let last = self.shift.sections.len() * 2 - 1;
        self.punch_by(day, 0, 0, |place, at| {
            Made::At(if place == last { until } else { at })
        });
        self.truth.worked += self.planned_minutes();
    }
}
