//! Fresh keys out of the caller's randomness.

use engine::ports::Randomness;

/// The letters and digits that DingTalk's console takes in a token or an encoding key.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Bytes from here on are dropped: every letter is as likely as any other below it (4 × 62).
const FAIR_BYTES: u8 = 248;

/// Random letters and digits.
pub(crate) fn random_text(randomness: &dyn Randomness, letters: usize) -> String {
    let mut text = String::with_capacity(letters);
    while text.len() < letters {
        let fair = randomness
            .bytes()
            .into_iter()
            .filter(|byte| *byte < FAIR_BYTES)
            .take(letters - text.len());
        text.extend(fair.map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
    }
    text
}

/// A random key of 32 bytes.
pub(crate) fn random_key(randomness: &dyn Randomness) -> [u8; 32] {
    let mut key = [0; 32];
    for half in key.chunks_exact_mut(16) {
        half.copy_from_slice(&randomness.bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[test]
    fn a_text_has_the_length_asked_for_and_letters_and_digits_only() {
        let next = AtomicU8::new(0);
        let bytes = || [(); 16].map(|()| next.fetch_add(7, Ordering::Relaxed));
        let text = random_text(&bytes, 43);
        assert_eq!(text.len(), 43);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let key = random_key(&bytes);
        assert_ne!(key[..16], key[16..]);
    }
}
