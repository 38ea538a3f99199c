//! The signature: SHA-1 over nonce, body, secret and timestamp, joined by colons. Not an HMAC.
//!
//! Source: 简道云's developer guide, data push, and its seven demos, which compare bare hexadecimal. One sample of the
//! guide has `sha1=` in front, so that is stripped.

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

use super::ReceivedPush;

pub(super) fn push_digest(push: &ReceivedPush<'_>, secret: &str) -> [u8; 20] {
    let parts: [&[u8]; 7] = [
        push.nonce.as_bytes(),
        b":",
        push.body,
        b":",
        secret.as_bytes(),
        b":",
        push.timestamp.as_bytes(),
    ];
    parts
        .into_iter()
        .fold(Sha1::new(), sha1::Digest::chain_update)
        .finalize()
        .into()
}

/// The signature of a push, 40 lower-case hexadecimal digits: for whoever plays the sender.
#[must_use]
pub fn sign_push(nonce: &str, timestamp: &str, body: &[u8], secret: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let push = ReceivedPush {
        nonce,
        timestamp,
        signature: "",
        body,
    };
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    push_digest(&push, secret)
        .into_iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

pub(super) fn matches(given: &str, expected: [u8; 20]) -> bool {
    let given = given.strip_prefix("sha1=").unwrap_or(given);
    decode_hex(given).is_some_and(|given| given.ct_eq(&expected).into())
}

fn decode_hex(hex: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    if hex.len() != 40 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..40).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
