//! The cipher of one binding's callbacks, for both ends of the conversation.

use std::fmt;

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes::{Aes256, Block};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use directory::Timestamp;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConstantTimeEq};

use super::rejection::{CallbackKeyError, RejectionCause, RejectionError};
use super::signed_query::{SignedQuery, TimestampWindow};
use super::{BODY_MAX_BYTES, envelope, signature};

/// The 43rd character may carry bits that the key does not have; two of three published official keys do.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
const KEY_CHARACTERS: usize = 43;

/// Signing token, AES key and accepted owner keys of one callback address. `Debug` hides them.
///
/// A pure value: hold two while a key is being rotated and try the previous one on [`RejectionCause::Signature`].
pub struct CallbackCipher {
    token: SecretString,
    key: SecretBox<[u8; 32]>,
    owners: Vec<String>,
    window: TimestampWindow,
}

/// What a verified callback said.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedCallback {
    /// The event, JSON; parse it with [`events::parse`](crate::events::parse).
    pub plaintext: Vec<u8>,
    /// Which of the accepted owner keys it was meant for; the answer carries the same.
    pub owner: String,
}

/// The answer to a callback. It serialises to the JSON that DingTalk wants: four strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackReply {
    /// Lower-case hexadecimal SHA-1.
    pub msg_signature: String,
    /// Milliseconds, as text.
    #[serde(rename = "timeStamp")]
    pub timestamp: String,
    /// Sixteen letters and digits.
    pub nonce: String,
    /// Base64 ciphertext.
    pub encrypt: String,
}

#[derive(Serialize, Deserialize)]
struct EncryptedBody {
    encrypt: String,
}

impl CallbackCipher {
    /// `owners` are all keys that the address accepts: AppKey, CorpId or SuiteKey.
    ///
    /// # Errors
    /// [`CallbackKeyError`] when the AES key is not 43 characters of base64, or when token or owners are empty.
    pub fn new(token: &str, aes_key: &str, owners: &[String]) -> Result<Self, CallbackKeyError> {
        if token.is_empty() {
            return Err(CallbackKeyError::NoToken);
        }
        if owners.is_empty() || owners.iter().any(String::is_empty) {
            return Err(CallbackKeyError::NoOwner);
        }
        if aes_key.len() != KEY_CHARACTERS {
            return Err(CallbackKeyError::Length);
        }
        let decoded = KEY_BASE64
            .decode(format!("{aes_key}="))
            .map_err(|_| CallbackKeyError::Alphabet)?;
        let key =
            <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| CallbackKeyError::Alphabet)?;
        Ok(Self {
            token: SecretString::from(token),
            key: SecretBox::new(Box::new(key)),
            owners: owners.to_vec(),
            window: TimestampWindow::default(),
        })
    }

    /// With another window for timestamps than five minutes.
    #[must_use]
    pub fn with_window(mut self, window: TimestampWindow) -> Self {
        self.window = window;
        self
    }

    /// Verifies a callback, then decrypts it.
    ///
    /// # Errors
    /// One opaque [`RejectionError`], whatever is wrong: timestamp outside of the window, body over 64 KiB or not
    /// `{"encrypt"}`, signature, padding, length field or owner key.
    pub fn open_callback(
        &self,
        query: &SignedQuery,
        body: &[u8],
        now: Timestamp,
    ) -> Result<OpenedCallback, RejectionError> {
        let body: EncryptedBody = parse_body(body)?;
        self.verify_query(query, &body.encrypt)?;
        if !self.window.admits_timestamp(&query.timestamp, now) {
            return Err(RejectionError(RejectionCause::Timestamp));
        }
        let (plaintext, owner) = self.decrypt(&body.encrypt)?;
        Ok(OpenedCallback { plaintext, owner })
    }

    /// Encrypts and signs an answer; `random` gives the 16 bytes before the message and the nonce.
    #[must_use]
    pub fn seal_reply(
        &self,
        plaintext: &str,
        owner: &str,
        now: Timestamp,
        random: [u8; 32],
    ) -> CallbackReply {
        let (prefix, nonce) = printable_random(random);
        let encrypt = self.encrypt(plaintext, owner, prefix);
        let timestamp = now.millis().to_string();
        let msg_signature =
            signature::sign_parts(self.token.expose_secret(), &timestamp, &nonce, &encrypt);
        CallbackReply {
            msg_signature,
            timestamp,
            nonce,
            encrypt,
        }
    }

    /// DingTalk's side: a push as it would send it, the query and the body `{"encrypt"}`.
    #[must_use]
    pub fn seal_push(
        &self,
        plaintext: &str,
        owner: &str,
        now: Timestamp,
        random: [u8; 32],
    ) -> (SignedQuery, String) {
        let CallbackReply {
            msg_signature,
            timestamp,
            nonce,
            encrypt,
        } = self.seal_reply(plaintext, owner, now, random);
        let body = serde_json::json!({ "encrypt": encrypt }).to_string();
        (
            SignedQuery {
                signature: msg_signature,
                timestamp,
                nonce,
            },
            body,
        )
    }

    /// DingTalk's side: verifies and decrypts an answer, `success` if all is well. Its time is not checked.
    ///
    /// # Errors
    /// [`RejectionError`] where DingTalk would count the push as failed.
    pub fn open_reply(&self, reply: &[u8]) -> Result<String, RejectionError> {
        let CallbackReply {
            msg_signature,
            timestamp,
            nonce,
            encrypt,
        } = parse_body(reply)?;
        self.verify_query(
            &SignedQuery {
                signature: msg_signature,
                timestamp,
                nonce,
            },
            &encrypt,
        )?;
        let (plaintext, _owner) = self.decrypt(&encrypt)?;
        String::from_utf8(plaintext).map_err(|_| RejectionError(RejectionCause::Text))
    }

    fn verify_query(&self, query: &SignedQuery, encrypt: &str) -> Result<(), RejectionError> {
        if !query.is_bounded() {
            return Err(RejectionError(RejectionCause::Query));
        }
        let expected = signature::signature_digest(
            self.token.expose_secret(),
            &query.timestamp,
            &query.nonce,
            encrypt,
        );
        if signature::signature_matches(&query.signature, expected) {
            Ok(())
        } else {
            Err(RejectionError(RejectionCause::Signature))
        }
    }

    pub(super) fn encrypt(&self, plaintext: &str, owner: &str, random: [u8; 16]) -> String {
        let mut buffer = envelope::seal(&random, plaintext.as_bytes(), owner.as_bytes());
        let (key, iv) = self.key_and_iv();
        let (blocks, _none) = Block::slice_as_chunks_mut(&mut buffer);
        cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into()).encrypt_blocks(blocks);
        STANDARD.encode(buffer)
    }

    fn decrypt(&self, encrypt: &str) -> Result<(Vec<u8>, String), RejectionError> {
        let mut buffer = STANDARD
            .decode(encrypt)
            .map_err(|_| RejectionError(RejectionCause::Ciphertext))?;
        let (blocks, remainder) = Block::slice_as_chunks_mut(&mut buffer);
        if !remainder.is_empty() {
            return Err(RejectionError(RejectionCause::Ciphertext));
        }
        let (key, iv) = self.key_and_iv();
        cbc::Decryptor::<Aes256>::new(&key.into(), &iv.into()).decrypt_blocks(blocks);
        let (message, owner) = envelope::open(&buffer)?;
        Ok((message.to_vec(), self.accepted_owner(owner)?))
    }

    /// Compares with every owner key, so that the time does not tell which one came close.
    fn accepted_owner(&self, owner: &[u8]) -> Result<String, RejectionError> {
        let mut known = Choice::from(0);
        for candidate in &self.owners {
            known |= candidate.as_bytes().ct_eq(owner);
        }
        let owner = str::from_utf8(owner).map_err(|_| RejectionError(RejectionCause::Owner))?;
        if bool::from(known) {
            Ok(owner.to_owned())
        } else {
            Err(RejectionError(RejectionCause::Owner))
        }
    }

    fn key_and_iv(&self) -> ([u8; 32], [u8; 16]) {
        let key = *self.key.expose_secret();
        let mut iv = [0; 16];
        iv.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        (key, iv)
    }
}

impl fmt::Debug for CallbackCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackCipher")
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OpenedCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("plaintext_bytes", &self.plaintext.len())
            .finish_non_exhaustive()
    }
}

fn parse_body<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, RejectionError> {
    if body.len() > BODY_MAX_BYTES {
        return Err(RejectionError(RejectionCause::TooLarge));
    }
    serde_json::from_slice(body).map_err(|_| RejectionError(RejectionCause::Body))
}

/// Sixteen letters and digits for the envelope and sixteen for the nonce: DingTalk uses printable ones.
fn printable_random(random: [u8; 32]) -> ([u8; 16], String) {
    const ALPHABET: [u8; 62] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letters = random.map(|byte| ALPHABET[usize::from(byte) % ALPHABET.len()]);
    let mut prefix = [0; 16];
    prefix
        .iter_mut()
        .zip(letters)
        .for_each(|(to, from)| *to = from);
    (
        prefix,
        letters
            .iter()
            .skip(prefix.len())
            .copied()
            .map(char::from)
            .collect(),
    )
}
