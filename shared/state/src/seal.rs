//! Sealed values: AES-256-GCM, bound to the corp, record and field that they belong to (T19 in `infra/README.md`).

use std::fmt;

use aes_gcm::aead::{Aead, AeadInPlace, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::CorpId;
use directory::reason::{Reason, ReasonCode};
use serde::{Deserialize, Serialize};

/// A binding's sealing key. `Debug` hides it.
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// From the binding's secret.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

/// Where a sealed value belongs. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct SealContext<'a> {
    /// The tenant.
    pub corp: &'a CorpId,
    /// The record: a link id, or a control item's id.
    pub record: &'a str,
    /// The field, or the purpose.
    pub field: &'a str,
}

impl SealContext<'_> {
    /// Each part with its length, so that no two places spell the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [self.corp.as_str(), self.record, self.field] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

/// A sealed value: base64 of the nonce (12 bytes) and the ciphertext with its tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedValue(String);

/// Why a value did not open. One reason only, so that it tells nothing about the key or the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open here")]
pub struct SealError;

impl From<SealError> for Reason {
    fn from(_: SealError) -> Self {
        Self::new(ReasonCode::StateNotOpened)
    }
}

/// Seals a value. `nonce` must be random and never used twice with one key.
///
/// # Errors
/// [`SealError`] for a value of more than 64 GiB, which AES-GCM cannot take.
pub fn seal_value(
    key: &SealKey,
    place: SealContext<'_>,
    nonce: [u8; 12],
    value: &[u8],
) -> Result<SealedValue, SealError> {
    let payload = Payload {
        msg: value,
        aad: &place.associated_data(),
    };
    let sealed = make_cipher(key)
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| SealError)?;
    Ok(SealedValue(
        STANDARD.encode([nonce.as_slice(), &sealed].concat()),
    ))
}

/// Opens a value in the place that it was sealed for.
///
/// # Errors
/// [`SealError`] for another key, another place, or a changed value.
pub fn open_value(
    key: &SealKey,
    place: SealContext<'_>,
    sealed: &SealedValue,
) -> Result<Vec<u8>, SealError> {
    let bytes = STANDARD.decode(&sealed.0).map_err(|_| SealError)?;
    let (nonce, sealed) = bytes.split_at_checked(12).ok_or(SealError)?;
    let payload = Payload {
        msg: sealed,
        aad: &place.associated_data(),
    };
    make_cipher(key)
        .decrypt(Nonce::from_slice(nonce), payload)
        .map_err(|_| SealError)
}

/// Bytes of a nonce, before a sealed body; a tag of 16 bytes stands behind it.
const NONCE_BYTES: usize = 12;

/// Seals a large body where it stands, so that it is in memory once: the nonce, the ciphertext, the tag. `nonce` as in
/// [`seal_body`].
///
/// # Errors
/// As [`seal_body`].
pub fn seal_body(
    key: &SealKey,
    place: SealContext<'_>,
    nonce: [u8; 12],
    mut body: Vec<u8>,
) -> Result<Vec<u8>, SealError> {
    let tag = make_cipher(key).encrypt_in_place_detached(
        Nonce::from_slice(&nonce),
        &place.associated_data(),
        &mut body,
    );
    let tag = tag.map_err(|_| SealError)?;
    body.reserve_exact(NONCE_BYTES + tag.len());
    body.splice(..0, nonce);
    body.extend(tag);
    Ok(body)
}

/// Opens what [`seal_body`] sealed, where it stands.
///
/// # Errors
/// As [`open_body`].
pub fn open_body(
    key: &SealKey,
    place: SealContext<'_>,
    mut sealed: Vec<u8>,
) -> Result<Vec<u8>, SealError> {
    let (rest, tag) = sealed.split_last_chunk::<16>().ok_or(SealError)?;
    let (tag, end) = (Tag::from(*tag), rest.len());
    sealed.truncate(end);
    let (nonce, body) = sealed
        .split_first_chunk_mut::<NONCE_BYTES>()
        .ok_or(SealError)?;
    let opened = make_cipher(key).decrypt_in_place_detached(
        Nonce::from_slice(nonce),
        &place.associated_data(),
        body,
        &tag,
    );
    opened.map_err(|_| SealError)?;
    sealed.drain(..NONCE_BYTES);
    Ok(sealed)
}

fn make_cipher(key: &SealKey) -> Aes256Gcm {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&key.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_only_with_its_key_and_context() {
        let (corp, other) = (CorpId::new("ding1").unwrap(), CorpId::new("ding2").unwrap());
        let place = SealContext {
            corp: &corp,
            record: "r1",
            field: "name",
        };
        let key = SealKey::new([3; 32]);
        let sealed = seal_value(&key, place, [9; 12], "李娜".as_bytes()).unwrap();
        assert_eq!(open_value(&key, place, &sealed).unwrap(), "李娜".as_bytes());
        assert_eq!(
            open_value(&SealKey::new([4; 32]), place, &sealed),
            Err(SealError)
        );
        assert_eq!(
            open_value(
                &key,
                SealContext {
                    corp: &other,
                    ..place
                },
                &sealed
            ),
            Err(SealError)
        );
        assert_eq!(
            open_value(
                &key,
                SealContext {
                    record: "r2",
                    ..place
                },
                &sealed
            ),
            Err(SealError)
        );
        assert_eq!(
            open_value(
                &key,
                SealContext {
                    field: "title",
                    ..place
                },
                &sealed
            ),
            Err(SealError)
        );
        assert_eq!(
            open_value(
                &key,
                SealContext {
                    record: "r",
                    field: "1name",
                    ..place
                },
                &sealed
            ),
            Err(SealError)
        );
    }

    #[test]
    fn malformed_input_is_refused() {
        let corp = CorpId::new("ding1").unwrap();
        let place = SealContext {
            corp: &corp,
            record: "r1",
            field: "name",
        };
        for text in [
            "",
            "AAAA",
            "not base64!",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(
                open_value(&SealKey::new([3; 32]), place, &SealedValue(text.into())),
                Err(SealError)
            );
        }
    }

    #[test]
    fn a_body_opens_only_unchanged_and_in_its_context() {
        let corp = CorpId::new("ding1").unwrap();
        let place = SealContext {
            corp: &corp,
            record: "run",
            field: "checkpoint",
        };
        let key = SealKey::new([3; 32]);
        for body in [Vec::new(), b"x".to_vec(), vec![7; 70_000]] {
            let sealed = seal_body(&key, place, [9; 12], body.clone()).unwrap();
            assert_eq!(sealed.len(), body.len() + 28);
            assert!(body.len() < 16 || !sealed.windows(16).any(|part| part == &body[..16]));
            assert_eq!(open_body(&key, place, sealed.clone()).unwrap(), body);
            assert_eq!(
                open_body(
                    &key,
                    SealContext {
                        record: "other",
                        ..place
                    },
                    sealed.clone()
                ),
                Err(SealError)
            );
            assert_eq!(
                open_body(&SealKey::new([4; 32]), place, sealed.clone()),
                Err(SealError)
            );
            for cut in [0, 11, 12, 27, sealed.len() - 1] {
                assert_eq!(
                    open_body(&key, place, sealed[..cut].to_vec()),
                    Err(SealError)
                );
            }
        }
    }

    /// NIST GCM test case 13's key and nonce (all zero, empty text) with no associated data is fixed by the cipher's own
    /// tests; here the layout is pinned: nonce first, tag last.
    #[test]
    fn the_layout_is_nonce_then_ciphertext_then_tag() {
        let corp = CorpId::new("ding1").unwrap();
        let place = SealContext {
            corp: &corp,
            record: "r1",
            field: "name",
        };
        let sealed = seal_value(&SealKey::new([0; 32]), place, [7; 12], b"abc").unwrap();
        let bytes = STANDARD.decode(&sealed.0).unwrap();
        assert_eq!(
            (bytes.len(), &bytes[..12]),
            (12 + 3 + 16, [7; 12].as_slice())
        );
    }
}
