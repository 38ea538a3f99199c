//! Keyed hashes of field values: what `base` keeps instead of the values themselves.
//!
//! BLAKE3 in keyed mode, truncated to 96 bits. The key is per binding and lives in its secret, so that a stolen table
//! says nothing about anybody; 96 bits keep an accidental collision below 10⁻¹⁹ for a record.

use crate::field::Field;
use crate::ids::{Kind, LinkId, NativeId, Side};
use crate::record::Value;

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

/// The hash of one field's value; *empty* has a hash of its own, so that it differs from *never seen*. Whether a number is
/// hidden is never empty in DingTalk: an eHR that says nothing about it means that it is not.
#[must_use]
pub fn field(key: &HashKey, field: Field, value: Option<&Value>) -> FieldHash {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(&[field as u8]);
    match value {
        None if field == Field::HideMobile => _ = hasher.update(&[b'f', 0]),
        None => _ = hasher.update(b"e"),
        Some(Value::Text(text)) => _ = hasher.update(b"t").update(text.expose().as_bytes()),
        Some(Value::Day(day)) => {
            hasher.update(b"d").update(&day.year().to_be_bytes());
            hasher.update(&[day.month().cast_unsigned(), day.day().cast_unsigned()]);
        }
        Some(Value::Number(number)) => _ = hasher.update(b"n").update(&number.to_be_bytes()),
        Some(Value::Flag(flag)) => _ = hasher.update(&[b'f', u8::from(*flag)]),
        Some(Value::Refs(refs)) => {
            hasher.update(b"r");
            for reference in refs {
                hasher.update(&(reference.len() as u64).to_be_bytes()).update(reference.as_bytes());
            }
        }
    }
    truncated(&hasher)
}

/// The hash of any bytes under the binding's key, for example an id in an index that is kept in memory.
#[must_use]
pub fn bytes(key: &HashKey, purpose: &str, content: &[u8]) -> FieldHash {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(&[0xff]).update(&(purpose.len() as u64).to_be_bytes()).update(purpose.as_bytes()).update(content);
    truncated(&hasher)
}

/// The link id of a record that was first seen under this id on this side: the same each time, so that a create that
/// was killed and begun again is the same create, and so that records can refer to each other before they are stored.
/// `nth` counts the holders of a native id that was freed and given to somebody else.
#[must_use]
pub fn link_id(key: &HashKey, side: Side, kind: Kind, native: &NativeId, nth: u32) -> LinkId {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(&[0xfe]).update(side.key().as_bytes()).update(b"#").update(kind.key().as_bytes()).update(b"#");
    let mut id = [0; 16];
    if nth > 0 {
        hasher.update(&nth.to_be_bytes()).update(b"#");
    }
    hasher.update(native.as_str().as_bytes()).finalize_xof().fill(&mut id);
    LinkId(id)
}

fn truncated(hasher: &blake3::Hasher) -> FieldHash {
    let mut out = FieldHash::default();
    hasher.finalize_xof().fill(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Personal;

    fn key() -> HashKey {
        HashKey::new([7; 32])
    }

    #[test]
    fn field_value_and_key_all_count() {
        let zhang = Value::Text(Personal::from("张三"));
        let hash = field(&key(), Field::Name, Some(&zhang));
        assert_eq!(hash, field(&key(), Field::Name, Some(&zhang)));
        assert_ne!(hash, field(&key(), Field::Title, Some(&zhang)));
        assert_ne!(hash, field(&HashKey::new([8; 32]), Field::Name, Some(&zhang)));
        assert_ne!(hash, field(&key(), Field::Name, None));
        let shown = Some(&Value::Flag(false));
        assert_eq!(field(&key(), Field::HideMobile, None), field(&key(), Field::HideMobile, shown));
    }

    #[test]
    fn sets_are_hashed_by_member() {
        let refs = |ids: &[&str]| Value::Refs(ids.iter().map(|id| (*id).to_owned()).collect());
        assert_ne!(
            field(&key(), Field::Departments, Some(&refs(&["12", "3"]))),
            field(&key(), Field::Departments, Some(&refs(&["1", "23"])))
        );
    }
}
