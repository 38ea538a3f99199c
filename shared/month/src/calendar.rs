//! Which days are worked: the company's own calendar of a year, and where DingTalk's differs.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// What a day is to the law. It decides which of the three overtimes is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 工作日, also a weekend day that is worked instead of another (调休上班).
    Workday,
    /// 休息日, also a weekday that is free instead of another (调休).
    RestDay,
    /// 法定节假日.
    PublicHoliday,
}

/// A company's calendar of one year: the days that are not what their weekday says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkCalendar {
    /// Grows with every correction of the year.
    pub version: u32,
    /// The year; the calendar says nothing of any other.
    pub year: i16,
    /// Holidays, and days that changed places.
    pub days: BTreeMap<Date, DayKind>,
}

/// A day that the company's calendar and DingTalk's call differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDifference {
    /// Which day.
    pub date: Date,
    /// What the company says; `None` where its calendar does not reach.
    pub company: Option<DayKind>,
    /// What DingTalk says.
    pub dingtalk: DayKind,
}

impl WorkCalendar {
    /// What this day is; `None` in another year: not known, and never guessed from the weekday.
    #[must_use]
    pub fn day_kind(&self, date: Date) -> Option<DayKind> {
        (date.year() == self.year).then(|| {
            let exception = self.days.get(&date).copied();
            exception.unwrap_or_else(|| weekday_kind(date))
        })
    }
}

/// Where DingTalk's special days (`/v1.0/attendance/holidays`) and the company's calendar disagree, in both directions:
/// days that DingTalk names, and days of the company's that DingTalk does not name though it names others of the month.
#[must_use]
pub fn find_calendar_differences(
    company: &WorkCalendar,
    dingtalk: &BTreeMap<Date, DayKind>,
    days: &[Date],
) -> Vec<CalendarDifference> {
    let differs = |date: &Date| {
        let theirs = dingtalk.get(date).copied();
        let theirs = theirs.unwrap_or_else(|| weekday_kind(*date));
        let difference = CalendarDifference {
            date: *date,
            company: company.day_kind(*date),
            dingtalk: theirs,
        };
        (difference.company != Some(theirs)).then_some(difference)
    };
    days.iter().filter_map(differs).collect()
}

fn weekday_kind(date: Date) -> DayKind {
    match date.weekday() {
        Weekday::Saturday | Weekday::Sunday => DayKind::RestDay,
        _ => DayKind::Workday,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn october() -> WorkCalendar {
        WorkCalendar {
            version: 1,
            year: 2026,
            days: BTreeMap::from([
                (date(2026, 10, 1), DayKind::PublicHoliday),
                (date(2026, 10, 10), DayKind::Workday),
            ]),
        }
    }

    #[test]
    fn a_day_is_its_exception_its_weekday_or_not_known() {
        let calendar = october();
        assert_eq!(
            calendar.day_kind(date(2026, 10, 1)),
            Some(DayKind::PublicHoliday)
        );
        assert_eq!(
            calendar.day_kind(date(2026, 10, 10)),
            Some(DayKind::Workday)
        );
        assert_eq!(
            calendar.day_kind(date(2026, 10, 11)),
            Some(DayKind::RestDay)
        );
        assert_eq!(calendar.day_kind(date(2027, 1, 1)), None);
    }

    #[test]
    fn both_directions_of_a_difference_are_found() {
        let theirs = BTreeMap::from([
            (date(2026, 10, 1), DayKind::PublicHoliday),
            (date(2026, 10, 17), DayKind::Workday),
        ]);
        let days = [
            date(2026, 10, 1),
            date(2026, 10, 10),
            date(2026, 10, 17),
            date(2026, 10, 19),
        ];
        let found = find_calendar_differences(&october(), &theirs, &days);
        let dates: Vec<Date> = found.iter().map(|one| one.date).collect();
        assert_eq!(dates, [date(2026, 10, 10), date(2026, 10, 17)]);
        assert_eq!(found[0].dingtalk, DayKind::RestDay);
    }
}
