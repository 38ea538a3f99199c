//! Civil dates, read in any usual spelling and written in one.

mod spelled;

use directory::Timestamp;
use directory::canonical;
use directory::effective_dates::{is_no_end, parse_day};
use directory::reason::{Reason, ReasonCode};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use unicode_normalization::UnicodeNormalization as _;

/// How a day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayStyle {
    /// `2026-03-01`.
    Iso,
    /// `2026/3/1`.
    Slash,
    /// `2026.3.1`.
    Dot,
    /// `20260301`.
    Compact,
    /// `2026年3月1日`.
    Chinese,
    /// Milliseconds since the epoch, at the start of the day in Asia/Shanghai. Every whole number is read so.
    Millis,
    /// Seconds since the epoch, the same way.
    Seconds,
    /// Excel's serial number, counted from 1900.
    Excel1900,
    /// Excel's serial number, counted from 1904.
    Excel1904,
}

impl DayStyle {
    /// Every style, with its word in the document.
    pub const WORDS: [(&'static str, Self); 9] = [
        ("iso", Self::Iso),
        ("slash", Self::Slash),
        ("dot", Self::Dot),
        ("compact", Self::Compact),
        ("chinese", Self::Chinese),
        ("millis", Self::Millis),
        ("seconds", Self::Seconds),
        ("excel1900", Self::Excel1900),
        ("excel1904", Self::Excel1904),
    ];
}

/// Which comes first in `03/04/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayOrder {
    /// The day.
    DayFirst,
    /// The month.
    MonthFirst,
}

impl DayOrder {
    /// Every order, with its word in the document.
    pub const WORDS: [(&'static str, Self); 2] = [
        ("day_first", Self::DayFirst),
        ("month_first", Self::MonthFirst),
    ];
}

/// What `长期` or `9999-12-31` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenEnd {
    /// It is refused.
    Refused,
    /// It is no day: the field is empty.
    Empty,
}

impl OpenEnd {
    /// Every meaning, with its word in the document.
    pub const WORDS: [(&'static str, Self); 2] =
        [("refused", Self::Refused), ("empty", Self::Empty)];
}

/// How days are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayForm {
    /// How they are written.
    pub style: DayStyle,
    /// The order in `03/04/2026`; without one such a text is refused where both could be meant.
    pub order: Option<DayOrder>,
    /// What "no end" means.
    pub open_end: OpenEnd,
}

/// Words for "no end" in exports of eHRs.
const OPEN_WORDS: [&str; 6] = ["长期", "長期", "永久", "无固定期限", "無固定期限", "至今"];

/// Days before this one are placeholders of some system (`0001-01-01`, `1899-12-30`).
const EARLIEST: Date = date(1900, 1, 1);

impl DayForm {
    /// Refused: years of two digits, a month without a day, days that do not exist, days before 1900, and `03/04/2026`
    /// without a stated order.
    pub(super) fn read(self, native: &str) -> Result<Option<String>, Reason> {
        let folded: String = native.nfkc().collect();
        let text = folded.trim_matches(super::is_blank);
        if text.is_empty() {
            return Ok(None);
        }
        if OPEN_WORDS.contains(&text) {
            return self.read_open_end();
        }
        let day = self.parse(text)?;
        if is_no_end(day) {
            return self.read_open_end();
        }
        if day < EARLIEST {
            return Err(invalid());
        }
        Ok(Some(day.to_string()))
    }

    fn read_open_end(self) -> Result<Option<String>, Reason> {
        match self.open_end {
            OpenEnd::Empty => Ok(None),
            OpenEnd::Refused => Err(Reason::new(ReasonCode::ValueDayOpen)),
        }
    }

    fn parse(self, text: &str) -> Result<Date, Reason> {
        if let Ok(number) = text.parse::<i64>() {
            return self.parse_number(text, number);
        }
        if let Some(day) = spelled::parse_numbers_last_year(text, self.order) {
            return day;
        }
        spelled::parse_spelled(text)
            .or_else(|| parse_day(text).ok())
            .ok_or_else(invalid)
    }

    fn parse_number(self, text: &str, number: i64) -> Result<Date, Reason> {
        let compact = parse_day(text).ok().filter(|_| text.len() == 8);
        let counted = match self.style {
            DayStyle::Millis => from_millis(number),
            DayStyle::Seconds => number.checked_mul(1000).and_then(from_millis),
            DayStyle::Excel1900 => from_serial(number, date(1899, 12, 30)),
            DayStyle::Excel1904 => from_serial(number, date(1904, 1, 1)),
            _ => return parse_day(text).map_err(|_| invalid()),
        };
        match (compact, counted.filter(|day| *day >= EARLIEST)) {
            // `20260301` where milliseconds are expected: nearly 1970, or that day?
            (Some(_), Some(_)) => Err(Reason::new(ReasonCode::ValueDayAmbiguous)),
            (Some(day), None) | (None, Some(day)) => Ok(day),
            (None, None) => Err(invalid()),
        }
    }

    /// Refused: what is not `2026-03-01`.
    pub(super) fn write(self, canonical: &str) -> Result<String, Reason> {
        let day: Date = canonical.parse().map_err(|_| invalid())?;
        let (year, month, of_month) = (day.year(), day.month(), day.day());
        let serial = |since: Date| {
            let days = since.until(day).map_err(|_| invalid())?.get_days();
            Ok::<_, Reason>(days.to_string())
        };
        let millis = || canonical::start_of_day(day).ok_or_else(invalid);
        Ok(match self.style {
            DayStyle::Iso => day.to_string(),
            DayStyle::Slash => format!("{year}/{month}/{of_month}"),
            DayStyle::Dot => format!("{year}.{month}.{of_month}"),
            DayStyle::Compact => format!("{year:04}{month:02}{of_month:02}"),
            DayStyle::Chinese => format!("{year}年{month}月{of_month}日"),
            DayStyle::Millis => millis()?.millis().to_string(),
            DayStyle::Seconds => (millis()?.millis() / 1000).to_string(),
            DayStyle::Excel1900 => serial(date(1899, 12, 30))?,
            DayStyle::Excel1904 => serial(date(1904, 1, 1))?,
        })
    }
}

fn from_millis(millis: i64) -> Option<Date> {
    // 0 stands for "no value" in more systems than it stands for 1970.
    (millis != 0).then(|| canonical::shanghai_day(Timestamp(millis)))?
}

fn from_serial(days: i64, since: Date) -> Option<Date> {
    // Below 61 Excel counts a day that did not exist, 29 February 1900.
    (days > 60 && days < 1_000_000).then(|| since.checked_add(days.days()).ok())?
}

fn invalid() -> Reason {
    Reason::new(ReasonCode::ValueDayInvalid)
}
