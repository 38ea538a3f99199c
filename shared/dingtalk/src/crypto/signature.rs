//! The signature: SHA-1 over the sorted concatenation of token, timestamp, nonce and ciphertext.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

/// 40 lower-case hexadecimal digits.
pub(super) fn sign_parts(token: &str, timestamp: &str, nonce: &str, encrypt: &str) -> String {
    signature_digest(token, timestamp, nonce, encrypt)
        .iter()
        .fold(String::with_capacity(40), |mut hex, byte| {
            _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Compares in constant time. Only lower case is accepted: one signature has one spelling, so that it can be the key of
/// a replay table.
pub(super) fn signature_matches(signature: &str, expected: [u8; 20]) -> bool {
    decode_hex(signature).is_some_and(|given| given.ct_eq(&expected).into())
}

pub(super) fn signature_digest(
    token: &str,
    timestamp: &str,
    nonce: &str,
    encrypt: &str,
) -> [u8; 20] {
    let mut parts = [
        token.as_bytes(),
        timestamp.as_bytes(),
        nonce.as_bytes(),
        encrypt.as_bytes(),
    ];
    parts.sort_unstable();
    parts
        .iter()
        .fold(Sha1::new(), Digest::chain_update)
        .finalize()
        .into()
}

fn decode_hex(hex: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = match pair {
            [high, low] => hex_digit(*high)? << 4 | hex_digit(*low)?,
            _ => return None,
        };
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
