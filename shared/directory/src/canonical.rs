//! Canonical form: the same fact spelled one way, whichever side it was read from.

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::ids::Timestamp;

/// Where the civil dates are. Looked up once: every list row has one.
static SHANGHAI: LazyLock<Option<TimeZone>> = LazyLock::new(|| TimeZone::get("Asia/Shanghai").ok());

/// Text: NFC, trimmed; `None` where nothing is left. What is so already, as nearly everything is, is taken as it is.
#[must_use]
pub fn normalize_text<'a>(raw: impl Into<Cow<'a, str>>) -> Option<String> {
    let raw = raw.into();
    if is_nfc(&raw) {
        let trimmed = raw.trim();
        return match trimmed.len() {
            0 => None,
            length if length == raw.len() => Some(raw.into_owned()),
            _ => Some(trimmed.to_owned()),
        };
    }
    let nfc: String = raw.nfc().collect();
    let trimmed = nfc.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Whether it is certainly in NFC, as text of nothing but ASCII and unified ideographs is.
fn is_nfc(text: &str) -> bool {
    let stable = |c: char| c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}');
    text.chars().all(stable) || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Mobile number as E.164 (`+8613800000000`).
///
/// `state_code` is DingTalk's country code (`86`); a number that already begins with `+` keeps its own. Spaces, dashes,
/// dots and brackets are dropped and full-width digits folded. Anything else stays as it is, so that two different
/// strings never become the same number.
#[must_use]
pub fn normalize_mobile(raw: &str, state_code: Option<&str>) -> Option<String> {
    if raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return (!raw.is_empty()).then(|| international_number(raw, state_code));
    }
    let kept: String = raw
        .nfkc()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
        .collect();
    // Once more: what was dropped may have kept two combining marks apart.
    let folded: String = kept.nfkc().collect();
    if folded.is_empty() {
        return None;
    }
    if folded.starts_with('+') || !folded.chars().all(|c| c.is_ascii_digit()) {
        return Some(folded);
    }
    Some(international_number(&folded, state_code))
}

fn international_number(digits: &str, state_code: Option<&str>) -> String {
    let code = state_code.map_or("86", |code| code.trim().trim_start_matches('+'));
    ["+", if code.is_empty() { "86" } else { code }, digits].concat()
}

/// E-mail address: NFC, trimmed, the domain in lower case (the local part is the mailbox owner's business).
#[must_use]
pub fn normalize_email<'a>(raw: impl Into<Cow<'a, str>>) -> Option<String> {
    let address = normalize_text(raw)?;
    Some(match address.rsplit_once('@') {
        Some((_, domain))
            if domain
                .bytes()
                .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) =>
        {
            address
        }
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()).nfc().collect(),
        None => address,
    })
}

/// The civil date in Asia/Shanghai on which an instant falls; `None` outside the years that can be written.
#[must_use]
pub fn shanghai_day(instant: Timestamp) -> Option<Date> {
    let instant = jiff::Timestamp::from_millisecond(instant.millis()).ok()?;
    Some(SHANGHAI.as_ref()?.to_datetime(instant).date())
}

/// Midnight in Asia/Shanghai at the start of a civil date.
#[must_use]
pub fn start_of_day(day: Date) -> Option<Timestamp> {
    let shanghai = SHANGHAI.clone()?;
    Some(Timestamp(
        day.to_zoned(shanghai).ok()?.timestamp().as_millisecond(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn mobiles_become_e164() {
        assert_eq!(
            normalize_mobile("138 0000 0001", Some("86")).as_deref(),
            Some("+8613800000001")
        );
        assert_eq!(
            normalize_mobile("１３８00000001", None).as_deref(),
            Some("+8613800000001")
        );
        assert_eq!(
            normalize_mobile("+852-61234567", Some("86")).as_deref(),
            Some("+85261234567")
        );
        assert_eq!(
            normalize_mobile("138****0001", Some("86")).as_deref(),
            Some("138****0001")
        );
        assert_eq!(normalize_mobile("  ", None), None);
    }

    #[test]
    fn an_instant_falls_on_its_day_in_shanghai() {
        assert_eq!(
            shanghai_day(Timestamp(1_597_573_616_828)),
            Some(date(2020, 8, 16))
        );
        // 2020-02-28 16:00 UTC is already the leap day in Shanghai.
        assert_eq!(
            shanghai_day(Timestamp(1_582_905_600_000)),
            Some(date(2020, 2, 29))
        );
        assert_eq!(shanghai_day(Timestamp(i64::MAX)), None);
    }

    #[test]
    fn a_day_in_chinese_summer_time_is_read_back_unchanged() {
        // China had summer time from 1986 to 1991.
        let hired = date(1988, 7, 1);
        assert_eq!(start_of_day(hired).and_then(shanghai_day), Some(hired));
    }

    #[test]
    fn composed_and_decomposed_names_normalize_alike() {
        assert_eq!(normalize_text("  e\u{301}  "), normalize_text("é"));
        assert_eq!(normalize_text("𠮷野家 😀"), Some("𠮷野家 😀".to_owned()));
    }

    proptest! {
        #[test]
        fn the_fast_path_returns_what_normalization_returns(
            raw in "[ \t]?([a-zA-Z0-9@.+]|[一-龥]|[\u{ac00}-\u{ac10}\u{1100}-\u{1112}\u{1161}\u{301}\u{65e5}e]|[０-９]){0,8}[ \u{3000}]?"
        ) {
            let nfc: String = raw.nfc().collect();
            let expected = Some(nfc.trim().to_owned()).filter(|text| !text.is_empty());
            prop_assert_eq!(normalize_text(raw.as_str()), expected.clone());
            prop_assert_eq!(normalize_text(raw.clone()), expected.clone());
            let lowered = expected.map(|text| match text.rsplit_once('@') {
                Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()).nfc().collect(),
                None => text,
            });
            prop_assert_eq!(normalize_email(raw), lowered);
        }

        #[test]
        fn normalizing_twice_changes_nothing(raw in "\\PC{0,40}") {
            if let Some(once) = normalize_text(&raw) { prop_assert_eq!(normalize_text(&once), Some(once)); }
            if let Some(once) = normalize_mobile(&raw, Some("86")) { prop_assert_eq!(normalize_mobile(&once, Some("86")), Some(once)); }
            if let Some(once) = normalize_email(&raw) { prop_assert_eq!(normalize_email(&once), Some(once)); }
        }
    }
}
