//! Reading a day as eHRs and people write it.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::canonical;
use crate::ids::Timestamp;
use crate::reason::{Reason, ReasonCode};

/// Text that is no day. The text itself is not repeated: it is about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a day: write it as 2026-03-01")]
pub struct ParseDayError;

impl From<ParseDayError> for Reason {
    fn from(_: ParseDayError) -> Self {
        Self::new(ReasonCode::LedgerDayInvalid)
    }
}

/// The civil date in Asia/Shanghai that a text means.
///
/// Taken: `2026-03-01`, `2026/3/1`, `2026.3.1`, `2026年3月1日`, `20260301`; any of the first four with a time, which does not
/// move the day except that `24:00` is the next one (`:60`, a leap second, counts as the minute before); an instant with a
/// zone (`2026-02-28T16:00:00Z`), which falls on a day in Asia/Shanghai; milliseconds (13 digits) or seconds (10) since the
/// epoch. `0` and days that do not exist, such as 29 February 2026, are refused, never moved.
///
/// # Errors
/// [`ParseDayError`].
pub fn parse_day(text: &str) -> Result<Date, ParseDayError> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse_digits(text);
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (
            text.get(..at).unwrap_or_default(),
            text.get(at + 1..).unwrap_or_default().trim(),
        ),
        None => (text, ""),
    };
    let date = parse_civil_date(date)?;
    let Some(at) = time.find(['Z', 'z', '+', '-']) else {
        return adjust_for_time(date, time);
    };
    let (clock, zone) = time.split_at_checked(at).ok_or(ParseDayError)?;
    let (date, clock) = parse_date_time(date, clock.trim())?;
    let zoned = date
        .to_datetime(clock)
        .to_zoned(TimeZone::fixed(parse_offset(zone)?))
        .map_err(|_| ParseDayError)?;
    canonical::shanghai_day(Timestamp(zoned.timestamp().as_millisecond())).ok_or(ParseDayError)
}

fn parse_digits(text: &str) -> Result<Date, ParseDayError> {
    let number = || text.parse::<i64>().map_err(|_| ParseDayError);
    match text.len() {
        8 => {
            let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
            date_from_parts(part(0, 4), part(4, 6), part(6, 8))
        }
        10 => {
            canonical::shanghai_day(Timestamp(number()?.saturating_mul(1000))).ok_or(ParseDayError)
        }
        13 => canonical::shanghai_day(Timestamp(number()?)).ok_or(ParseDayError),
        _ => Err(ParseDayError),
    }
}

fn parse_civil_date(text: &str) -> Result<Date, ParseDayError> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    match parts.as_slice() {
        [year, month, day] => date_from_parts(year, month, day),
        _ => Err(ParseDayError),
    }
}

fn date_from_parts(year: &str, month: &str, day: &str) -> Result<Date, ParseDayError> {
    let number = |text: &str, most: usize| {
        let plain = !text.is_empty()
            && text.len() <= most
            && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i16>()
            .ok()
            .filter(|_| plain)
            .ok_or(ParseDayError)
    };
    if year.len() != 4 {
        return Err(ParseDayError);
    }
    let small =
        |text| number(text, 2).and_then(|number| i8::try_from(number).map_err(|_| ParseDayError));
    Date::new(number(year, 4)?, small(month)?, small(day)?).map_err(|_| ParseDayError)
}

fn adjust_for_time(date: Date, time: &str) -> Result<Date, ParseDayError> {
    if time.is_empty() {
        Ok(date)
    } else {
        parse_date_time(date, time).map(|(date, _)| date)
    }
}

/// The day and the time; 24:00 is the next day's beginning.
fn parse_date_time(date: Date, time: &str) -> Result<(Date, Time), ParseDayError> {
    let whole = time.split('.').next().unwrap_or_default();
    let mut parts = [0_i8; 3];
    let written: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&written.len()) {
        return Err(ParseDayError);
    }
    for (part, text) in parts.iter_mut().zip(&written) {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        *part = text.parse().ok().filter(|_| plain).ok_or(ParseDayError)?;
    }
    match parts {
        [24, 0, 0] => Ok((
            date.tomorrow().map_err(|_| ParseDayError)?,
            Time::midnight(),
        )),
        [hour, minute, second] => {
            let second = if second == 60 { 59 } else { second };
            Ok((
                date,
                Time::new(hour, minute, second, 0).map_err(|_| ParseDayError)?,
            ))
        }
    }
}

/// `Z`, `+08:00` or `+0800`.
fn parse_offset(zone: &str) -> Result<jiff::tz::Offset, ParseDayError> {
    if zone.eq_ignore_ascii_case("z") {
        return Ok(jiff::tz::Offset::UTC);
    }
    let (sign, rest) = zone.split_at_checked(1).ok_or(ParseDayError)?;
    let digits = rest.replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseDayError);
    }
    let number: i32 = digits.parse().map_err(|_| ParseDayError)?;
    let seconds = (number / 100 * 60 + number % 100) * 60;
    jiff::tz::Offset::from_seconds(if sign == "-" { -seconds } else { seconds })
        .map_err(|_| ParseDayError)
}
