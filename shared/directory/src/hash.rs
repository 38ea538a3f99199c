//! Keyed hashes of field values: what `base` keeps instead of the values themselves.
//!
//! BLAKE3 in keyed mode, truncated to 96 bits. The key is per binding and lives in its secret, so that a stolen table
//! says nothing about anybody; 96 bits keep an accidental collision below 10⁻¹⁹ for a record.

use crate::field::Field;
use crate::ids::{Kind, LinkId, NativeId, Side};
use crate::record::FieldValue;

/// A binding's hash key: 32 random bytes. `Debug` hides it.
#[derive(Clone)]
pub struct HashKey([u8; 32]);

impl HashKey {
    /// From the binding's secret.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(..)")
    }
}

/// 96 bits of a keyed hash.
pub type FieldHash = [u8; 12];

/// Longest input that is hashed in one piece: nearly every value is shorter.
const ONE_PIECE_MAX: usize = 128;

/// The hash of one field's value; *empty* has a hash of its own, so that it differs from *never seen*. Whether a number is
/// hidden is never empty in DingTalk: an eHR that says nothing about it means that it is not.
#[must_use]
pub fn hash_field(key: &HashKey, field: Field, value: Option<&FieldValue>) -> FieldHash {
    let number = field as u8;
    truncate_hash(match value {
        None if field == Field::HideMobile => hash_parts(key, [&[number, b'f', 0]]),
        None => hash_parts(key, [&[number, b'e']]),
        Some(FieldValue::Text(text)) => {
            hash_parts(key, [&[number, b't'], text.expose().as_bytes()])
        }
        Some(FieldValue::Day(day)) => {
            let [century, year] = day.year().to_be_bytes();
            let (month, day) = (day.month().cast_unsigned(), day.day().cast_unsigned());
            hash_parts(key, [&[number, b'd', century, year, month, day]])
        }
        Some(FieldValue::Number(value)) => hash_parts(key, [&[number, b'n'], &value.to_be_bytes()]),
        Some(FieldValue::Flag(flag)) => hash_parts(key, [&[number, b'f', u8::from(*flag)]]),
        Some(FieldValue::Refs(refs)) => {
            let mut content =
                Vec::with_capacity(refs.iter().map(|reference| reference.len() + 8).sum());
            for reference in refs {
                content.extend((reference.len() as u64).to_be_bytes());
                content.extend(reference.as_bytes());
            }
            hash_parts(key, [&[number, b'r'], &content])
        }
    })
}

/// The hash of any bytes under the binding's key, for example an id in an index that is kept in memory.
#[must_use]
pub fn hash_bytes(key: &HashKey, purpose: &str, content: &[u8]) -> FieldHash {
    truncate_hash(hash_parts(
        key,
        [
            &[0xff],
            &(purpose.len() as u64).to_be_bytes(),
            purpose.as_bytes(),
            content,
        ],
    ))
}

/// The link id of a record that was first seen under this id on this side: the same each time, so that a create that
/// was killed and begun again is the same create, and so that records can refer to each other before they are stored.
/// `nth` counts the holders of a native id that was freed and given to somebody else.
#[must_use]
pub fn derive_link_id(
    key: &HashKey,
    side: Side,
    kind: Kind,
    native: &NativeId,
    nth: u32,
) -> LinkId {
    let nth = nth.to_be_bytes();
    let (nth, end): (&[u8], &[u8]) = if nth == [0; 4] {
        (b"", b"")
    } else {
        (&nth, b"#")
    };
    let whose = [
        &[0xfe],
        side.key().as_bytes(),
        b"#",
        kind.key().as_bytes(),
        b"#",
        nth,
        end,
        native.as_str().as_bytes(),
    ];
    LinkId(truncate_hash(hash_parts(key, whose)))
}

/// The keyed hash of the parts, one after the other.
fn hash_parts<const N: usize>(key: &HashKey, parts: [&[u8]; N]) -> [u8; 32] {
    let mut short = [0; ONE_PIECE_MAX];
    let mut length = 0;
    for part in parts {
        let end = length + part.len();
        let Some(place) = short.get_mut(length..end) else {
            return hash_parts_long(key, &parts);
        };
        place.copy_from_slice(part);
        length = end;
    }
    *blake3::keyed_hash(&key.0, &short[..length]).as_bytes()
}

fn hash_parts_long(key: &HashKey, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// The first bytes of a hash.
fn truncate_hash<const N: usize>(hash: [u8; 32]) -> [u8; N] {
    std::array::from_fn(|at| hash[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::PersonalText;

    fn key() -> HashKey {
        HashKey::new([7; 32])
    }

    #[test]
    fn the_hash_depends_on_field_value_and_key() {
        let zhang = FieldValue::Text(PersonalText::from("张三"));
        let hash = hash_field(&key(), Field::Name, Some(&zhang));
        assert_eq!(hash, hash_field(&key(), Field::Name, Some(&zhang)));
        assert_ne!(hash, hash_field(&key(), Field::Title, Some(&zhang)));
        assert_ne!(
            hash,
            hash_field(&HashKey::new([8; 32]), Field::Name, Some(&zhang))
        );
        assert_ne!(hash, hash_field(&key(), Field::Name, None));
        let shown = Some(&FieldValue::Flag(false));
        assert_eq!(
            hash_field(&key(), Field::HideMobile, None),
            hash_field(&key(), Field::HideMobile, shown)
        );
    }

    /// By another implementation of BLAKE3.
    const KNOWN: [&str; 9] = [
        "ba89c29b8b3e3ddbce8ec3a3",
        "b65247513d889d20316f709c",
        "10e947493846e14585259695",
        "954e1fe91e8a2cb2d949e882",
        "8a8da1e9b8e73d7e02a483a3",
        "a75e3327bd03f586f7cce664",
        "31dcf70b19c9b1fd2a12eb8c",
        "ccf10de3ca412153dd62ec4d4d02f9e0",
        "d3f35e885224f3dbea3c4446691c196c",
    ];

    /// They are stored: as the first version computed them, whatever their length.
    #[test]
    fn hashes_match_the_known_vectors() {
        let stream =
            |parts: &[&[u8]]| -> FieldHash { truncate_hash(hash_parts_long(&key(), parts)) };
        for length in [
            1,
            ONE_PIECE_MAX - 3,
            ONE_PIECE_MAX - 2,
            ONE_PIECE_MAX - 1,
            ONE_PIECE_MAX,
            1025,
            5000,
        ] {
            let text = "x".repeat(length);
            let hash = hash_field(
                &key(),
                Field::Title,
                Some(&FieldValue::Text(PersonalText::from(text.as_str()))),
            );
            assert_eq!(hash, stream(&[&[6], b"t", text.as_bytes()]), "{length}");
            assert_eq!(
                hash_bytes(&key(), "turn", text.as_bytes()),
                stream(&[&[0xff, 0, 0, 0, 0, 0, 0, 0, 4], b"turn", text.as_bytes()])
            );
        }
        let hex = |hash: &[u8]| {
            hash.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let day = FieldValue::Day(jiff::civil::date(2020, 2, 29));
        let refs = FieldValue::Refs(["1".to_owned(), "23".to_owned()].into());
        let link = |nth| {
            derive_link_id(
                &key(),
                Side::DingTalk,
                Kind::Person,
                &NativeId::new("u1").unwrap(),
                nth,
            )
            .to_string()
        };
        let known = [
            hex(&hash_field(&key(), Field::Remark, None)),
            hex(&hash_field(
                &key(),
                Field::Name,
                Some(&FieldValue::Text(PersonalText::from("张三"))),
            )),
            hex(&hash_field(&key(), Field::HiredOn, Some(&day))),
            hex(&hash_field(
                &key(),
                Field::Order,
                Some(&FieldValue::Number(-7)),
            )),
            hex(&hash_field(
                &key(),
                Field::HideMobile,
                Some(&FieldValue::Flag(true)),
            )),
            hex(&hash_field(&key(), Field::Departments, Some(&refs))),
            hex(&hash_bytes(&key(), "dt", b"u1")),
            link(0),
            link(2),
        ];
        assert_eq!(known, KNOWN);
    }

    #[test]
    fn reference_sets_are_hashed_member_by_member() {
        let refs = |ids: &[&str]| FieldValue::Refs(ids.iter().map(|id| (*id).to_owned()).collect());
        assert_ne!(
            hash_field(&key(), Field::Departments, Some(&refs(&["12", "3"]))),
            hash_field(&key(), Field::Departments, Some(&refs(&["1", "23"])))
        );
    }
}
