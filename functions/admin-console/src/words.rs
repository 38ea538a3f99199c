//! Words of one language, for pages.

use catalogue::{Catalogue, Language, TextArgument};
use directory::{Field, Kind, Reason, Side, Timestamp};
use jiff::tz::TimeZone;

/// The zone in which times are shown.
const ZONE: &str = "Asia/Shanghai";

/// The catalogue of one language, and how times and counts are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(Catalogue);

impl Words {
    /// The words of a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self(Catalogue::new(language))
    }

    /// The language.
    #[must_use]
    pub fn language(self) -> Language {
        self.0.language()
    }

    /// A text without arguments.
    #[must_use]
    pub fn text(self, id: &str) -> String {
        self.0.text(id, &[])
    }

    /// A text with arguments.
    #[must_use]
    pub fn with(self, id: &str, arguments: &[(&str, TextArgument<'_>)]) -> String {
        self.0.text(id, arguments)
    }

    /// A text whose only argument is a number, `$count`.
    #[must_use]
    pub fn count(self, id: &str, count: u64) -> String {
        self.with(id, &[("count", number(count))])
    }

    /// A text whose only argument is `$text`.
    #[must_use]
    pub fn about(self, id: &str, text: &str) -> String {
        self.with(id, &[("text", TextArgument::Text(text))])
    }

    /// A field's name.
    #[must_use]
    pub fn field(self, kind: Kind, field: Field) -> String {
        self.0.field_name_of(kind, field)
    }

    /// Names of a person's fields, joined.
    #[must_use]
    pub fn field_list(self, fields: &[Field]) -> String {
        let names: Vec<String> = fields
            .iter()
            .map(|field| self.0.field_name(*field))
            .collect();
        names.join(match self.language() {
            Language::English => ", ",
            _ => "、",
        })
    }

    /// A side's name.
    #[must_use]
    pub fn side(self, side: Side) -> String {
        self.0.side_name(side)
    }

    /// A reason as a sentence.
    #[must_use]
    pub fn sentence(self, reason: &Reason) -> String {
        self.0.sentence(reason)
    }

    /// What a person can do about a reason.
    #[must_use]
    pub fn remedy(self, reason: &Reason) -> Option<String> {
        self.0.remedy(reason)
    }

    /// A time as 2026-11-30 14:03, in Asia/Shanghai.
    #[must_use]
    pub fn time(self, at: Timestamp) -> String {
        spell(at, "%Y-%m-%d %H:%M")
    }

    /// How long ago: 2 分钟前.
    #[must_use]
    pub fn ago(self, now: Timestamp, at: Timestamp) -> String {
        let minutes = (now.millis() - at.millis()).max(0) / 60_000;
        let (id, count) = match minutes {
            0 => return self.text("console-just-now"),
            1..60 => ("console-minutes-ago", minutes),
            60..1_440 => ("console-hours-ago", minutes / 60),
            _ => ("console-days-ago", minutes / 1_440),
        };
        self.count(id, count.unsigned_abs())
    }

    /// A length of time: 13.5 秒, 4 分 12 秒.
    #[must_use]
    pub fn duration(self, millis: i64) -> String {
        let seconds = millis.max(0) / 1000;
        if seconds < 60 {
            let tenths = (millis.max(0) % 1000) / 100;
            let text = format!("{seconds}.{tenths}");
            return self.about("console-seconds", &text);
        }
        let parts = [
            ("minutes", TextArgument::Number(seconds / 60)),
            ("seconds", TextArgument::Number(seconds % 60)),
        ];
        self.with("console-minutes-seconds", &parts)
    }
}

/// A count as an argument.
#[must_use]
pub(crate) fn number(count: u64) -> TextArgument<'static> {
    TextArgument::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A count with separators: 12,408.
#[must_use]
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn spell(at: Timestamp, form: &str) -> String {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let Ok(at) = jiff::Timestamp::from_millisecond(at.millis()) else {
        return "–".to_owned();
    };
    at.to_zoned(zone).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_shanghai_and_counts_are_grouped() {
        let words = Words::new(Language::English);
        assert_eq!(words.time(Timestamp(1_796_000_000_000)), "2026-11-30 08:53");
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
