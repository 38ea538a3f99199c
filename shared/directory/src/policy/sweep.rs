//! When to sweep: how often, and in which hours of the day in Asia/Shanghai.

use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// A stretch of hours, `01:00-06:00`, the end excluded. It may run over midnight (`22:00-06:00`) and may end at `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourRange {
    from: u16,
    to: u16,
}

/// What hours look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "hours are written HH:MM-HH:MM, for example 22:00-06:00, and begin and end at different times"
)]
pub struct ParseHoursError;

impl HourRange {
    /// Whether a minute of the day, 0 to 1439, is within.
    #[must_use]
    pub fn contains(self, minute: u16) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// How long it is, in minutes.
    #[must_use]
    pub fn length_minutes(self) -> u16 {
        if self.from < self.to {
            self.to - self.from
        } else {
            DAY_MINUTES - self.from + self.to
        }
    }
}

impl FromStr for HourRange {
    type Err = ParseHoursError;

    fn from_str(text: &str) -> Result<Self, ParseHoursError> {
        let (from, to) = text.split_once('-').ok_or(ParseHoursError)?;
        let (from, to) = (parse_minute(from)?, parse_minute(to)?);
        if from == DAY_MINUTES || from == to {
            return Err(ParseHoursError);
        }
        Ok(Self { from, to })
    }
}

fn parse_minute(text: &str) -> Result<u16, ParseHoursError> {
    let digits = |part: &str| {
        let two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>()
            .ok()
            .filter(|_| two)
            .ok_or(ParseHoursError)
    };
    let (hour, minute) = text.split_once(':').ok_or(ParseHoursError)?;
    let at = digits(hour)? * 60
        + digits(minute).and_then(|minute| {
            if minute < 60 {
                Ok(minute)
            } else {
                Err(ParseHoursError)
            }
        })?;
    if at <= DAY_MINUTES {
        Ok(at)
    } else {
        Err(ParseHoursError)
    }
}

impl fmt::Display for HourRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

/// When to sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepSchedule {
    /// Minutes between two sweeps: 15 (how often the schedule asks) to 10,080, a week. `up` asks more often
    /// by its own argument.
    pub every_minutes: u32,
    /// The hours in which one may begin; at any hour where there are none.
    pub hours: Vec<HourRange>,
}

impl Default for SweepSchedule {
    fn default() -> Self {
        Self {
            every_minutes: 24 * 60,
            hours: Vec::new(),
        }
    }
}

impl SweepSchedule {
    /// Whether a sweep may begin at a minute of the day in Asia/Shanghai, 0 to 1439.
    #[must_use]
    pub fn may_begin(&self, minute: u16) -> bool {
        self.hours.is_empty() || self.hours.iter().any(|hours| hours.contains(minute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hour_ranges_are_printed_as_they_are_parsed() {
        for text in [
            "00:00-24:00",
            "22:00-06:00",
            "01:30-01:31",
            "23:59-24:00",
            "12:00-00:00",
        ] {
            assert_eq!(text.parse::<HourRange>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "1:00-2:00",
            "01:00",
            "24:00-06:00",
            "01:00-24:01",
            "01:60-02:00",
            "03:00-03:00",
            "+1:00-02:00",
        ] {
            assert_eq!(text.parse::<HourRange>(), Err(ParseHoursError), "{text}");
        }
    }

    #[test]
    fn an_hour_range_may_cross_midnight() {
        let night: HourRange = "22:00-06:00".parse().unwrap();
        assert_eq!(night.length_minutes(), 8 * 60);
        let within =
            [21 * 60 + 59, 22 * 60, 0, 5 * 60 + 59, 6 * 60].map(|minute| night.contains(minute));
        assert_eq!(within, [false, true, true, true, false]);
        assert_eq!(
            "00:00-24:00".parse::<HourRange>().unwrap().length_minutes(),
            DAY_MINUTES
        );
        assert!(SweepSchedule::default().may_begin(720));
        assert!(
            !SweepSchedule {
                every_minutes: 60,
                hours: vec![night]
            }
            .may_begin(720)
        );
    }
}
