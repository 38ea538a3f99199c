//! When to sweep: how often, and in which hours of the day in Asia/Shanghai.

use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A stretch of hours, `01:00-06:00`, the end excluded. It may run over midnight (`22:00-06:00`) and may end at `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    from: u16,
    to: u16,
}

/// What hours look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("hours are written HH:MM-HH:MM, for example 22:00-06:00, and begin and end at different times")]
pub struct InvalidHours;

impl Hours {
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
    pub fn minutes(self) -> u16 {
        if self.from < self.to { self.to - self.from } else { DAY - self.from + self.to }
    }
}

impl FromStr for Hours {
    type Err = InvalidHours;

    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let (from, to) = text.split_once('-').ok_or(InvalidHours)?;
        let (from, to) = (minute(from)?, minute(to)?);
        if from == DAY || from == to {
            return Err(InvalidHours);
        }
        Ok(Self { from, to })
    }
}

fn minute(text: &str) -> Result<u16, InvalidHours> {
    let digits = |part: &str| {
        let two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| two).ok_or(InvalidHours)
    };
    let (hour, minute) = text.split_once(':').ok_or(InvalidHours)?;
    let at = digits(hour)? * 60
        + digits(minute).and_then(|minute| if minute < 60 { Ok(minute) } else { Err(InvalidHours) })?;
    if at <= DAY { Ok(at) } else { Err(InvalidHours) }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// When to sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// Minutes between two sweeps: 15 (how often the schedule asks, `design.md` §6) to 10,080, a week. `up` asks more often
    /// by its own argument.
    pub every_minutes: u32,
    /// The hours in which one may begin; at any hour where there are none.
    pub hours: Vec<Hours>,
}

impl Default for Sweep {
    fn default() -> Self {
        Self { every_minutes: 24 * 60, hours: Vec::new() }
    }
}

impl Sweep {
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
    fn hours_are_read_and_written_alike() {
        for text in ["00:00-24:00", "22:00-06:00", "01:30-01:31", "23:59-24:00", "12:00-00:00"] {
            assert_eq!(text.parse::<Hours>().unwrap().to_string(), text);
        }
        for text in
            ["", "1:00-2:00", "01:00", "24:00-06:00", "01:00-24:01", "01:60-02:00", "03:00-03:00", "+1:00-02:00"]
        {
            assert_eq!(text.parse::<Hours>(), Err(InvalidHours), "{text}");
        }
    }

    #[test]
    fn a_night_runs_over_midnight() {
        let night: Hours = "22:00-06:00".parse().unwrap();
        assert_eq!(night.minutes(), 8 * 60);
        let within = [21 * 60 + 59, 22 * 60, 0, 5 * 60 + 59, 6 * 60].map(|minute| night.contains(minute));
        assert_eq!(within, [false, true, true, true, false]);
        assert_eq!("00:00-24:00".parse::<Hours>().unwrap().minutes(), DAY);
        assert!(Sweep::default().may_begin(720));
        assert!(!Sweep { every_minutes: 60, hours: vec![night] }.may_begin(720));
    }
}
