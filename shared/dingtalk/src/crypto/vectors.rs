//! Known answers and properties of the callback cryptography.

use directory::Timestamp;
use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
    negative: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    token: String,
    aes_key: String,
    owner_key: String,
    timestamp: String,
    nonce: String,
    encrypt: String,
    signature: String,
    #[serde(default)]
    plaintext: String,
    random16: Option<String>,
}

impl Vector {
    fn cipher(&self) -> Result<CallbackCipher, CallbackKeyError> {
        let owners = ["someOtherOwner".to_owned(), self.owner_key.clone()];
        let window = TimestampWindow {
            seconds_too: true,
            ..TimestampWindow::default()
        };
        Ok(CallbackCipher::new(&self.token, &self.aes_key, &owners)?.with_window(window))
    }

    fn query(&self) -> SignedQuery {
        SignedQuery::from_pairs([
            ("signature", self.signature.as_str()),
            ("timestamp", &self.timestamp),
            ("nonce", &self.nonce),
        ])
        .unwrap()
    }

    fn body(&self) -> Vec<u8> {
        serde_json::json!({ "encrypt": self.encrypt })
            .to_string()
            .into_bytes()
    }

    /// The vector's own time.
    fn now(&self) -> Timestamp {
        let sent: i64 = self.timestamp.parse().unwrap();
        Timestamp(if self.timestamp.len() == 10 {
            sent * 1000
        } else {
            sent
        })
    }

    fn open(&self) -> Result<OpenedCallback, RejectionError> {
        self.cipher()
            .unwrap()
            .open_callback(&self.query(), &self.body(), self.now())
    }
}

fn load_vectors() -> Vectors {
    serde_json::from_str(include_str!("../../tests/fixtures/crypto-vectors.json")).unwrap()
}

#[test]
fn every_positive_vector_opens() {
    let Vectors { vectors, .. } = load_vectors();
    assert_eq!(vectors.len(), 16);
    for vector in vectors {
        let opened = vector
            .open()
            .unwrap_or_else(|err| panic!("{}: {:?}", vector.id, err.cause()));
        assert_eq!(
            opened.plaintext,
            vector.plaintext.as_bytes(),
            "{}",
            vector.id
        );
        assert_eq!(opened.owner, vector.owner_key, "{}", vector.id);
    }
}

#[test]
fn every_vector_is_encrypted_and_signed_byte_for_byte() {
    for vector in load_vectors().vectors {
        let random: [u8; 16] = vector
            .random16
            .as_deref()
            .unwrap()
            .as_bytes()
            .try_into()
            .unwrap();
        let encrypt =
            vector
                .cipher()
                .unwrap()
                .encrypt(&vector.plaintext, &vector.owner_key, random);
        assert_eq!(encrypt, vector.encrypt, "{}", vector.id);
        let signed =
            signature::sign_parts(&vector.token, &vector.timestamp, &vector.nonce, &encrypt);
        assert_eq!(signed, vector.signature, "{}", vector.id);
    }
}

#[test]
fn a_vector_opens_as_an_answer() {
    for vector in load_vectors().vectors {
        let reply = CallbackReply {
            msg_signature: vector.signature.clone(),
            timestamp: vector.timestamp.clone(),
            nonce: vector.nonce.clone(),
            encrypt: vector.encrypt.clone(),
        };
        let reply = serde_json::to_vec(&reply).unwrap();
        assert_eq!(
            vector.cipher().unwrap().open_reply(&reply).unwrap(),
            vector.plaintext,
            "{}",
            vector.id
        );
    }
}

#[test]
fn every_negative_vector_is_refused_for_its_own_reason() {
    let Vectors { negative, .. } = load_vectors();
    assert_eq!(negative.len(), 7);
    for vector in negative {
        let expected = match vector.id.as_str() {
            "n01-bad-signature" | "n03-wrong-token" | "n04-wrong-timestamp" => {
                RejectionCause::Signature
            }
            "n02-wrong-owner" => RejectionCause::Owner,
            "n06-tampered-ciphertext" => RejectionCause::Padding,
            "n10-not-base64" => RejectionCause::Ciphertext,
            "n07-short-aes-key" => {
                assert_eq!(vector.cipher().unwrap_err(), CallbackKeyError::Length);
                continue;
            }
            other => panic!("a vector without an expectation: {other}"),
        };
        let refused = vector.open().unwrap_err();
        assert_eq!(refused.cause(), expected, "{}", vector.id);
        assert_eq!(refused.to_string(), "the callback was refused");
    }
}

#[test]
fn unusable_keys_are_refused_when_the_cipher_is_made() {
    let key = "1234567890123456789012345678901234567890123";
    let owners = ["ding1".to_owned()];
    assert_eq!(
        CallbackCipher::new("", key, &owners).unwrap_err(),
        CallbackKeyError::NoToken
    );
    assert_eq!(
        CallbackCipher::new("t", key, &[]).unwrap_err(),
        CallbackKeyError::NoOwner
    );
    assert_eq!(
        CallbackCipher::new("t", key, &[String::new()]).unwrap_err(),
        CallbackKeyError::NoOwner
    );
    assert_eq!(
        CallbackCipher::new("t", &key.replace('1', "*"), &owners).unwrap_err(),
        CallbackKeyError::Alphabet
    );
    assert_eq!(
        CallbackCipher::new("t", &"é".repeat(21), &owners).unwrap_err(),
        CallbackKeyError::Length
    );
}

#[test]
fn an_old_callback_and_a_large_one_are_refused() {
    let vector = &load_vectors().vectors[0];
    let cipher = vector.cipher().unwrap();
    let late = vector.now().plus_millis(5 * 60 * 1000 + 1);
    assert_eq!(
        cipher
            .open_callback(&vector.query(), &vector.body(), late)
            .unwrap_err()
            .cause(),
        RejectionCause::Timestamp
    );
    let large = vec![b' '; BODY_MAX_BYTES + 1];
    assert_eq!(
        cipher
            .open_callback(&vector.query(), &large, vector.now())
            .unwrap_err()
            .cause(),
        RejectionCause::TooLarge
    );
}

#[test]
fn ciphertext_cannot_move_into_the_nonce() {
    // Sorted: nonce "0…" + encrypt, so that 64 characters of ciphertext could change places under the same signature.
    let vector = &load_vectors().vectors[0];
    let (head, rest) = vector.encrypt.split_at(64);
    let query = SignedQuery {
        nonce: head.to_owned(),
        ..vector.query()
    };
    let body = serde_json::json!({ "encrypt": rest }).to_string();
    let refused = vector
        .cipher()
        .unwrap()
        .open_callback(&query, body.as_bytes(), vector.now())
        .unwrap_err();
    assert_eq!(refused.cause(), RejectionCause::Query);
}

#[test]
fn nothing_secret_is_in_debug() {
    let vector = &load_vectors().vectors[0];
    let shown = format!(
        "{:?} {:?}",
        vector.cipher().unwrap(),
        vector.open().unwrap()
    );
    assert!(
        !shown.contains(&vector.token)
            && !shown.contains("EventType")
            && !shown.contains(&vector.aes_key)
    );
}

fn cipher() -> CallbackCipher {
    let owners = ["dingAppKey".to_owned(), "dingCorp".to_owned()];
    CallbackCipher::new(
        "token",
        "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij",
        &owners,
    )
    .unwrap()
}

const NOW: Timestamp = Timestamp(1_763_800_000_000);

proptest! {
    #[test]
    fn what_is_pushed_is_opened(plaintext in "\\PC{0,300}", random: [u8; 32], skew in -300_000_i64..=300_000) {
        let (query, body) = cipher().seal_push(&plaintext, "dingCorp", NOW, random);
        let opened = cipher().open_callback(&query, body.as_bytes(), NOW.plus_millis(skew)).unwrap();
        prop_assert_eq!(opened.plaintext, plaintext.as_bytes());
        prop_assert_eq!(opened.owner, "dingCorp");
    }

    #[test]
    fn what_is_replied_is_opened(plaintext in "\\PC{0,300}", random: [u8; 32]) {
        let reply = serde_json::to_vec(&cipher().seal_reply(&plaintext, "dingAppKey", NOW, random)).unwrap();
        prop_assert_eq!(cipher().open_reply(&reply).unwrap(), plaintext);
    }

    #[test]
    fn a_flipped_byte_in_the_body_is_refused(at: prop::sample::Index, flip in 1_u8.., random: [u8; 32]) {
        let (query, body) = cipher().seal_push("{\"EventType\":\"check_url\"}", "dingAppKey", NOW, random);
        let mut body = body.into_bytes();
        let at = at.index(body.len());
        body[at] ^= flip;
        prop_assert!(cipher().open_callback(&query, &body, NOW).is_err());
    }

    #[test]
    fn a_flipped_byte_in_the_query_is_refused(at: prop::sample::Index, flip in 1_u8..0x80, random: [u8; 32]) {
        let (query, body) = cipher().seal_push("success", "dingAppKey", NOW, random);
        let mut joined = format!("{}{}{}", query.signature, query.timestamp, query.nonce).into_bytes();
        let at = at.index(joined.len());
        joined[at] ^= flip;
        let joined = String::from_utf8(joined).unwrap();
        let (signature, rest) = joined.split_at(query.signature.len());
        let (timestamp, nonce) = rest.split_at(query.timestamp.len());
        let changed = [("signature", signature), ("timestamp", timestamp), ("nonce", nonce)];
        let refused = SignedQuery::from_pairs(changed).and_then(|query| cipher().open_callback(&query, body.as_bytes(), NOW));
        prop_assert!(refused.is_err());
    }

    #[test]
    fn a_flipped_ciphertext_never_panics_even_when_signed(at: prop::sample::Index, flip in 1_u8.., random: [u8; 32]) {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::STANDARD;
        let mut raw = engine.decode(cipher().encrypt("0123456789", "dingAppKey", *b"0123456789abcdef")).unwrap();
        let at = at.index(raw.len());
        raw[at] ^= flip;
        let mut reply = cipher().seal_reply("", "dingAppKey", NOW, random);
        reply.encrypt = engine.encode(raw);
        reply.msg_signature = signature::sign_parts("token", &reply.timestamp, &reply.nonce, &reply.encrypt);
        _ = cipher().open_reply(&serde_json::to_vec(&reply).unwrap());
    }

    #[test]
    fn arbitrary_bytes_never_panic(body: Vec<u8>, signature: String, timestamp: String, nonce: String) {
        let query = SignedQuery { signature, timestamp, nonce };
        prop_assert!(cipher().open_callback(&query, &body, NOW).is_err());
        prop_assert!(cipher().open_reply(&body).is_err());
    }

    #[test]
    fn arbitrary_signed_ciphertext_never_panics(raw: Vec<u8>, whole in 0_usize..8) {
        use base64::Engine as _;
        let mut raw = raw;
        raw.resize(whole * 16, 7);
        let encrypt = base64::engine::general_purpose::STANDARD.encode(&raw);
        let timestamp = NOW.millis().to_string();
        let signature = signature::sign_parts("token", &timestamp, "nonce", &encrypt);
        let query = SignedQuery { signature, timestamp, nonce: "nonce".to_owned() };
        let body = serde_json::json!({ "encrypt": encrypt }).to_string();
        prop_assert!(cipher().open_callback(&query, body.as_bytes(), NOW).is_err());
    }
}
