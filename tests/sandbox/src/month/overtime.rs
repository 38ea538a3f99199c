//! Overtime: after work, over midnight, on days of rest and on holidays.

use jiff::civil::Date;

use super::person::PersonMonth;

const MINUTE: i64 = 60_000;

impl PersonMonth<'_> {
    /// After work: the form says from when to when, the punch says until when it was true.
    pub(super) fn work_longer(&mut self, day: Date) {
        let (_, end) = self.bounds();
        // The form's clock is the company's, and a night shift ends in the morning: only day shifts here.
        if end > 1440 || self.truth.zone != "Asia/Shanghai" {
            let until = self.millis(day, end) + self.between(0, 15) * MINUTE;
            self.punch_until(day, until);
            return;
        }
        let over_midnight = self.happens(60);
        let (from, asked) = if over_midnight {
            (22 * 60, self.between(5, 8) * 30)
        } else {
            (end + 30, self.between(2, 6) * 30)
        };
        let stayed = asked + self.between(-29, 20);
        let until = self.millis(day, from + stayed) + self.between(0, 59) * 1000;
        self.punch_until(day, until);
        self.ask_overtime(day, from, from + asked);
        let worked = asked.min(stayed);
        let before_midnight = (1440 - from).min(worked);
        self.count_overtime(day, before_midnight);
        if let Ok(tomorrow) = day.tomorrow() {
            self.count_overtime(tomorrow, worked - before_midnight);
        }
    }

    /// A day without work: now and then somebody works, seldom without a punch.
    pub(super) fn make_up_rest_day(&mut self, day: Date) {
        if self.truth.zone != "Asia/Shanghai" || self.shift_id == 702 || !self.happens(20) {
            return;
        }
        let (from, asked) = (self.between(9, 14) * 60, self.between(2, 10) * 30);
        self.ask_overtime(day, from, from + asked);
        if self.happens(30) {
            self.truth.open.insert((day, "overtime_without_punch", 0));
            return;
        }
        let (late, stayed) = (self.between(-15, 20), asked + self.between(-20, 20));
        let seconds = self.between(0, 59) * 1000;
        let come = self.millis(day, from + late) + seconds;
        let go = self.millis(day, from + stayed) + seconds;
        self.add_punch(day, come);
        self.add_punch(day, go);
        self.count_overtime(day, asked.min(stayed) - late.max(0));
    }

    /// Cut down to half hours. After the last day and in the next month nothing counts.
    fn count_overtime(&mut self, day: Date, minutes: i64) {
        let counted = minutes.max(0) / 30 * 30;
        let gone = self.truth.last_day.is_some_and(|last| day > last);
        if !gone && day.month() == 10 {
            let kind = self.overtime_kind(day);
            self.truth.overtime[kind] += counted;
        }
    }
}
