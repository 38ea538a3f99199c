//! Codes of an authenticator (TOTP, RFC 6238) and recovery codes.

use directory::Timestamp;
use secrecy::{ExposeSecret as _, SecretSlice};
use totp_rs::{Builder, Totp};

use crate::token::hash_text;

/// How many recovery codes somebody gets.
pub const RECOVERY_CODES: usize = 10;

/// Characters of recovery codes: no vowels, and nothing that looks like something else.
const ALPHABET: &[u8; 32] = b"23456789bcdfghjkmnpqrstvwxyz-BCD";

/// An authenticator that is being set up. What it holds is shown once.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// 20 random bytes.
    pub secret: SecretSlice<u8>,
    /// Codes for the day when the authenticator is lost; each works once.
    pub recovery_codes: Vec<String>,
}

impl Enrolment {
    /// From random bytes.
    #[must_use]
    pub fn new(secret: [u8; 32], codes: &[[u8; 32]; RECOVERY_CODES]) -> Self {
        Self {
            secret: SecretSlice::from(secret[..20].to_vec()),
            recovery_codes: codes.iter().map(spell_code).collect(),
        }
    }

    /// The address that an authenticator reads from the picture. `None` if the account's name has a colon.
    #[must_use]
    pub fn provisioning_url(&self, account: &str) -> Option<String> {
        totp(self.secret.expose_secret(), account)?.to_url().ok()
    }

    /// The secret as people type it.
    #[must_use]
    pub fn secret_text(&self) -> String {
        totp_rs::Secret::from(self.secret.expose_secret().to_vec()).to_base32()
    }
}

/// 16 characters in groups of four: 28 letters and digits, 77 bits.
fn spell_code(random: &[u8; 32]) -> String {
    let letters: Vec<char> = random
        .iter()
        .filter_map(|byte| {
            let index = usize::from(byte & 31);
            (index < 28).then(|| char::from(ALPHABET[index]))
        })
        .chain(std::iter::repeat('2'))
        .take(16)
        .collect();
    let groups: Vec<String> = letters.chunks(4).map(String::from_iter).collect();
    groups.join("-")
}

/// What is stored of a recovery code. Spaces, dashes and case do not matter.
#[must_use]
pub fn hash_recovery_code(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    hash_text("recovery code", &plain)
}

fn totp(secret: &[u8], account: &str) -> Option<Totp> {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_issuer(Some("Bangding"))
        .with_account_name(account)
        .build()
        .ok()
}

/// The step (30 seconds, counted from 1970) that a code belongs to, one before and one after now included. `None` for a
/// wrong code, for one of `last_step` or before, and for what is not six digits.
pub(super) fn matching_step(
    secret: &[u8],
    code: &str,
    now: Timestamp,
    last_step: u64,
) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.millis() / 1000).ok()?;
    let step = totp(secret, "x")?.check(&digits, seconds)?;
    (step > last_step).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_of_rfc_6238_are_accepted_in_their_step() {
        // Appendix B, SHA-1; the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp(seconds * 1000);
            let step = matching_step(SECRET, code, now, 0);
            assert_eq!(step, u64::try_from(seconds / 30).ok(), "{code}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_never_twice() {
        let at =
            |seconds: i64, last| matching_step(SECRET, "081 804", Timestamp(seconds * 1000), last);
        let step = 1_111_111_109 / 30;
        assert_eq!(at(1_111_111_109 - 30, 0), Some(step));
        assert_eq!(at(1_111_111_109 + 30, 0), Some(step));
        assert_eq!(at(1_111_111_109 + 90, 0), None);
        assert_eq!(at(1_111_111_109, step), None);
        for odd in ["", "08180", "0818040", "abcdef", "０８１８０４"] {
            assert_eq!(
                matching_step(SECRET, odd, Timestamp(1_111_111_109_000), 0),
                None
            );
        }
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let codes: [[u8; 32]; RECOVERY_CODES] = std::array::from_fn(|n| {
            std::array::from_fn(|m| u8::try_from((n * 37 + m * 11) % 256).unwrap_or(0))
        });
        let enrolment = Enrolment::new([1; 32], &codes);
        let code = &enrolment.recovery_codes[3];
        assert_eq!(code.len(), 19);
        let typed = code.replace('-', " ").to_uppercase();
        assert_eq!(hash_recovery_code(&typed), hash_recovery_code(code));
        assert!(
            enrolment
                .provisioning_url("owner")
                .is_some_and(|url| url.starts_with("otpauth://totp/"))
        );
    }
}
