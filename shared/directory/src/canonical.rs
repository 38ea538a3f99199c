//! Canonical form: the same fact spelled one way, whichever side it was read from (`design.md` §4.13).

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use crate::ids::Timestamp;

/// Text: NFC, trimmed; `None` where nothing is left.
#[must_use]
pub fn text(raw: &str) -> Option<String> {
    let nfc: String = raw.nfc().collect();
    let trimmed = nfc.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Mobile number as E.164 (`+8613800000000`).
///
/// `state_code` is DingTalk's country code (`86`); a number that already begins with `+` keeps its own. Spaces, dashes,
/// dots and brackets are dropped and full-width digits folded. Anything else stays as it is, so that two different
/// strings never become the same number.
#[must_use]
pub fn mobile(raw: &str, state_code: Option<&str>) -> Option<String> {
    let kept: String = raw.nfkc().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    // Once more: what was dropped may have kept two combining marks apart.
    let folded: String = kept.nfkc().collect();
    if folded.is_empty() {
        return None;
    }
    if folded.starts_with('+') || !folded.chars().all(|c| c.is_ascii_digit()) {
        return Some(folded);
    }
    let code = state_code.map_or("86", |code| code.trim().trim_start_matches('+'));
    Some(format!("+{}{folded}", if code.is_empty() { "86" } else { code }))
}

/// E-mail address: NFC, trimmed, the domain in lower case (the local part is the mailbox owner's business).
#[must_use]
pub fn email(raw: &str) -> Option<String> {
    let address = text(raw)?;
    Some(match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()).nfc().collect(),
        None => address,
    })
}

/// The civil date in Asia/Shanghai on which an instant falls; `None` outside the years that can be written.
#[must_use]
pub fn day(instant: Timestamp) -> Option<Date> {
    let instant = jiff::Timestamp::from_millisecond(instant.millis()).ok()?;
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").ok()?;
    Some(instant.to_zoned(shanghai).date())
}

/// Midnight in Asia/Shanghai at the start of a civil date.
#[must_use]
pub fn start_of(day: Date) -> Option<Timestamp> {
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").ok()?;
    Some(Timestamp(day.to_zoned(shanghai).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn mobiles_become_e164() {
        assert_eq!(mobile("138 0000 0001", Some("86")).as_deref(), Some("+8613800000001"));
        assert_eq!(mobile("１３８00000001", None).as_deref(), Some("+8613800000001"));
        assert_eq!(mobile("+852-61234567", Some("86")).as_deref(), Some("+85261234567"));
        assert_eq!(mobile("138****0001", Some("86")).as_deref(), Some("138****0001"));
        assert_eq!(mobile("  ", None), None);
    }

    #[test]
    fn days_are_shanghai_days() {
        assert_eq!(day(Timestamp(1_597_573_616_828)), Some(date(2020, 8, 16)));
        // 2020-02-28 16:00 UTC is already the leap day in Shanghai.
        assert_eq!(day(Timestamp(1_582_905_600_000)), Some(date(2020, 2, 29)));
        assert_eq!(day(Timestamp(i64::MAX)), None);
    }

    #[test]
    fn a_day_in_summer_time_survives() {
        // China had summer time from 1986 to 1991.
        let hired = date(1988, 7, 1);
        assert_eq!(start_of(hired).and_then(day), Some(hired));
    }

    #[test]
    fn composed_and_decomposed_names_are_one() {
        assert_eq!(text("  e\u{301}  "), text("é"));
        assert_eq!(text("𠮷野家 😀"), Some("𠮷野家 😀".to_owned()));
    }

    proptest! {
        #[test]
        fn canonical_forms_are_fixed_points(raw in "\\PC{0,40}") {
            if let Some(once) = text(&raw) { prop_assert_eq!(text(&once), Some(once)); }
            if let Some(once) = mobile(&raw, Some("86")) { prop_assert_eq!(mobile(&once, Some("86")), Some(once)); }
            if let Some(once) = email(&raw) { prop_assert_eq!(email(&once), Some(once)); }
        }
    }
}
