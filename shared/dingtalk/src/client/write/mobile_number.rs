//! Mobile numbers as `user/create` wants them.

use directory::{Field, Kind};

use crate::error::CallFault;

/// How the company's registered address wants mainland numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MobileForm {
    /// Registered on the mainland: eleven digits; other numbers as `+xx-xxxxxx`.
    #[default]
    Mainland,
    /// Registered elsewhere: mainland numbers too as `+86-xxxxxx`, else 60103.
    Abroad,
}

/// A mobile number is + and 6 to 15 digits, beginning with a country code.
const INVALID_MOBILE: CallFault = CallFault::Invalid {
    kind: Kind::Person,
    field: Field::Mobile,
};
/// Country codes of one and of two digits; all others have three (ITU-T E.164, list of assigned codes).
const ONE_DIGIT_CODES: [&str; 2] = ["1", "7"];
const TWO_DIGIT_CODES: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// A canonical number (`+8613800000000`) in DingTalk's form.
pub(super) fn native_mobile(canonical: &str, form: MobileForm) -> Result<String, CallFault> {
    let digits = canonical.strip_prefix('+').ok_or(INVALID_MOBILE)?;
    if !(6..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(INVALID_MOBILE);
    }
    let (code, number) = digits
        .split_at_checked(code_length(digits))
        .ok_or(INVALID_MOBILE)?;
    match (code, form) {
        ("86", MobileForm::Mainland) => Ok(number.to_owned()),
        _ => Ok(format!("+{code}-{number}")),
    }
}

fn code_length(digits: &str) -> usize {
    if ONE_DIGIT_CODES.iter().any(|code| digits.starts_with(code)) {
        1
    } else if TWO_DIGIT_CODES.iter().any(|code| digits.starts_with(code)) {
        2
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_form_of_their_country_and_of_the_company() {
        let mainland = |number| native_mobile(number, MobileForm::Mainland);
        assert_eq!(mainland("+8613800000001").as_deref(), Ok("13800000001"));
        assert_eq!(
            native_mobile("+8613800000001", MobileForm::Abroad).as_deref(),
            Ok("+86-13800000001")
        );
        assert_eq!(mainland("+85261234567").as_deref(), Ok("+852-61234567"));
        assert_eq!(mainland("+6581234567").as_deref(), Ok("+65-81234567"));
        assert_eq!(mainland("+12025550123").as_deref(), Ok("+1-2025550123"));
        for wrong in [
            "13800000001",
            "+86138 0000",
            "138****0001",
            "+123",
            "+1234567890123456",
            "",
        ] {
            assert_eq!(mainland(wrong), Err(INVALID_MOBILE), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_number() {
        for number in [
            "+8613800000001",
            "+85261234567",
            "+6581234567",
            "+12025550123",
        ] {
            for form in [MobileForm::Mainland, MobileForm::Abroad] {
                let written = native_mobile(number, form).unwrap();
                assert_eq!(
                    directory::canonical::normalize_mobile(&written, Some("86")).as_deref(),
                    Some(number)
                );
            }
        }
    }
}
