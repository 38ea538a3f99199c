//! Phone numbers, read in any usual spelling and written in one.

use directory::reason::{Reason, ReasonCode};
use unicode_normalization::UnicodeNormalization as _;

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhoneStyle {
    /// `+8613800000000`.
    E164,
    /// `13800000000` for the form's own country, `+85261234567` for any other.
    National,
    /// `+86-13800000000`: DingTalk's spelling of a number with its country.
    Dashed,
}

impl PhoneStyle {
    /// Every style, with its word in the document.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("e164", Self::E164),
        ("national", Self::National),
        ("dashed", Self::Dashed),
    ];
}

/// Country and spelling of a phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneForm {
    /// Country calling code of numbers without one, 1 to 3 digits: `86`.
    pub country: String,
    /// How numbers are written.
    pub style: PhoneStyle,
}

/// Digits of a number with its country code (E.164 allows 15).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Digits of a Chinese number with an area code of three digits, without country code and trunk zero.
const CHINESE_DIGITS: std::ops::RangeInclusive<usize> = 10..=11;

/// What separates groups of digits.
fn is_separator(c: char) -> bool {
    super::is_blank(c)
        || matches!(
            c,
            '-' | '.' | '(' | ')' | '/' | '‐' | '‑' | '–' | '—' | '−' | '·'
        )
}

impl PhoneForm {
    /// Refused: masked numbers (`138****0001`), numbers that a spreadsheet damaged (`1.38E+10`), letters, extensions, and
    /// numbers that are too short or too long.
    pub(super) fn read(&self, native: &str) -> Result<Option<String>, Reason> {
        let folded: String = native.nfkc().collect();
        let folded = folded.trim_matches(super::is_blank);
        if folded.is_empty() {
            return Ok(None);
        }
        if folded.contains(['*', '•', '×']) {
            return Err(Reason::new(ReasonCode::ValuePhoneMasked));
        }
        if is_damaged(folded) {
            return Err(Reason::new(ReasonCode::ValueNumberDamaged));
        }
        let bare: String = folded.chars().filter(|c| !is_separator(*c)).collect();
        let (international, digits) = match bare.strip_prefix('+') {
            Some(digits) => (true, digits),
            None => match bare.strip_prefix("00") {
                Some(digits) => (true, digits),
                None => (false, bare.as_str()),
            },
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let full = if international {
            digits.to_owned()
        } else {
            self.with_country(digits)
        };
        checked_number(&drop_trunk_zero(&full)).map(Some)
    }

    /// A number without `+`: with its country in front, unless it begins with it already.
    fn with_country(&self, digits: &str) -> String {
        let rest = digits.strip_prefix("86").unwrap_or_default();
        if self.country == "86" && is_chinese_mobile(rest) {
            return digits.to_owned();
        }
        [self.country.as_str(), digits].concat()
    }

    /// Refused: what is not in E.164.
    pub(super) fn write(&self, canonical: &str) -> Result<String, Reason> {
        let digits = canonical.strip_prefix('+').ok_or_else(invalid)?;
        checked_number(digits)?;
        let own = digits.strip_prefix(self.country.as_str());
        Ok(match (self.style, own) {
            (PhoneStyle::National, Some(rest)) => self.national(rest),
            (PhoneStyle::Dashed, Some(rest)) => format!("+{}-{rest}", self.country),
            _ => canonical.to_owned(),
        })
    }

    fn national(&self, rest: &str) -> String {
        let service = rest.len() == 10 && (rest.starts_with("400") || rest.starts_with("800"));
        if self.country != "86" || is_chinese_mobile(rest) || service {
            rest.to_owned()
        } else {
            format!("0{rest}")
        }
    }
}

/// `13800000000` was a number once: `1.38E+10`, `13800000000.0`.
fn is_damaged(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['E', 'e']).unwrap_or((text, "0"));
    let exponential = text.contains(['E', 'e'])
        && digits(exponent.trim_start_matches('+'))
        && mantissa.split('.').all(digits);
    exponential || text.strip_suffix(".0").is_some_and(digits)
}

fn is_chinese_mobile(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// Whether digits behind `86` can be a number: a mobile; Beijing (`10`) or another large city (`2x`) with eight digits; another
/// area code of three digits with seven or eight; `400` and `800`. No area code begins with `86`: that is the country once more.
fn is_chinese_number(rest: &str) -> bool {
    match rest.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => rest.len() == 10,
        [b'1', ..] => is_chinese_mobile(rest),
        [b'8', b'6', ..] | [b'0', ..] => false,
        _ => CHINESE_DIGITS.contains(&rest.len()),
    }
}

/// China's trunk prefix (`010` for Beijing) is not part of the international number.
fn drop_trunk_zero(digits: &str) -> String {
    match digits.strip_prefix("860") {
        Some(rest) => format!("86{rest}"),
        None => digits.to_owned(),
    }
}

fn checked_number(digits: &str) -> Result<String, Reason> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let chinese = digits.strip_prefix("86");
    let chinese_fits = chinese.is_none_or(is_chinese_number);
    (plain && DIGITS.contains(&digits.len()) && chinese_fits)
        .then(|| format!("+{digits}"))
        .ok_or_else(invalid)
}

fn invalid() -> Reason {
    Reason::new(ReasonCode::ValuePhoneInvalid)
}
