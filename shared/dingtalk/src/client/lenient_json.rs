//! Scalars as the old host writes them: a number may arrive as a string and the reverse.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// One scalar, text borrowed from the answer where nothing in it is escaped. Every field of every list row is one: it is
/// read in one step, not tried as each type in turn.
enum Scalar<'de> {
    Flag(bool),
    Number(i64),
    Text(Cow<'de, str>),
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneScalar)
    }
}

struct OneScalar;

impl<'de> Visitor<'de> for OneScalar {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number or yes or no")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
        i64::try_from(number)
            .map(Scalar::Number)
            .map_err(|_| E::custom("a number that is too large"))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text)))
    }
}

/// A whole number, also as a string of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LenientNumber(pub(super) i64);

/// Yes or no: `true`, `"true"`, `1`, `"1"` and their opposites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LenientFlag(pub(super) bool);

/// Text, also a bare number.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LenientText(pub(super) String);

impl<'de> Deserialize<'de> for LenientNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Scalar::deserialize(deserializer)? {
            Scalar::Number(number) => Some(number),
            Scalar::Text(text) => text.trim().parse().ok(),
            Scalar::Flag(_) => None,
        };
        number
            .map(Self)
            .ok_or_else(|| D::Error::custom("not a whole number"))
    }
}

impl<'de> Deserialize<'de> for LenientFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Scalar::deserialize(deserializer)? {
            Scalar::Flag(flag) => Ok(Self(flag)),
            Scalar::Number(0) => Ok(Self(false)),
            Scalar::Number(1) => Ok(Self(true)),
            Scalar::Text(text) if text == "false" || text == "0" => Ok(Self(false)),
            Scalar::Text(text) if text == "true" || text == "1" => Ok(Self(true)),
            Scalar::Number(_) | Scalar::Text(_) => Err(D::Error::custom("neither yes nor no")),
        }
    }
}

impl<'de> Deserialize<'de> for LenientText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Scalar::deserialize(deserializer)? {
            Scalar::Text(text) => Ok(Self(text.into_owned())),
            Scalar::Number(number) => Ok(Self(number.to_string())),
            Scalar::Flag(_) => Err(D::Error::custom("not a text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_read_in_either_spelling() {
        let number = |json: &str| {
            serde_json::from_str::<LenientNumber>(json)
                .map(|number| number.0)
                .ok()
        };
        assert_eq!(
            (
                number("7"),
                number("\"-7\""),
                number("\"7.5\""),
                number("true")
            ),
            (Some(7), Some(-7), None, None)
        );
        let flag = |json: &str| {
            serde_json::from_str::<LenientFlag>(json)
                .map(|flag| flag.0)
                .ok()
        };
        assert_eq!(
            (flag("true"), flag("\"false\""), flag("1"), flag("\"no\"")),
            (Some(true), Some(false), Some(true), None)
        );
        let text = |json: &str| {
            serde_json::from_str::<LenientText>(json)
                .map(|text| text.0)
                .ok()
        };
        assert_eq!(
            (text("\"a\""), text("5"), text("null"), text("[]")),
            (Some("a".into()), Some("5".into()), None, None)
        );
        assert_eq!(
            (text(r#""\u738b\n""#), text("1.5"), text("true")),
            (Some("王\n".into()), None, None)
        );
        assert_eq!(
            (number("9223372036854775808"), number("-1"), flag("2")),
            (None, Some(-1), None)
        );
        let read = serde_json::from_reader::<_, LenientText>(&b"\"\xe7\x8e\x8b\""[..])
            .map(|text| text.0)
            .ok();
        assert_eq!(read, Some("王".into()), "from what cannot be borrowed");
    }
}
