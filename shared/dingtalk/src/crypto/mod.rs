//! Callback cryptography: verify first, then decrypt, and one opaque refusal.
//!
//! The functions are total on hostile input. Everything is pinned by `tests/fixtures/crypto-vectors.json`: ciphertexts
//! published by DingTalk or checked against seven implementations.

mod cipher;
mod envelope;
mod rejection;
mod signature;
mod signed_query;

#[cfg(test)]
mod vectors;

pub use cipher::{CallbackCipher, CallbackReply, OpenedCallback};
pub use rejection::{CallbackKeyError, RejectionCause, RejectionError};
pub use signed_query::{SignedQuery, TimestampWindow};

/// The largest callback body that is looked at, in bytes (T4 in `infra/README.md`).
pub const BODY_MAX_BYTES: usize = 64 * 1024;
