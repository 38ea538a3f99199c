//! Scalars as the old host writes them: a number may arrive as a string and the reverse (`dingtalk-api.md` §0.4).

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Flag(bool),
    Number(i64),
    Text(String),
}

/// A whole number, also as a string of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Scalar")]
pub(super) struct Number(pub(super) i64);

/// Yes or no: `true`, `"true"`, `1`, `"1"` and their opposites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "Scalar")]
pub(super) struct Flag(pub(super) bool);

/// Text, also a bare number.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Scalar")]
pub(super) struct Text(pub(super) String);

impl TryFrom<Scalar> for Number {
    type Error = &'static str;

    fn try_from(scalar: Scalar) -> Result<Self, Self::Error> {
        match scalar {
            Scalar::Number(number) => Ok(Self(number)),
            Scalar::Text(text) => text.trim().parse().map(Self).map_err(|_| "not a whole number"),
            Scalar::Flag(_) => Err("not a whole number"),
        }
    }
}

impl TryFrom<Scalar> for Flag {
    type Error = &'static str;

    fn try_from(scalar: Scalar) -> Result<Self, Self::Error> {
        match scalar {
            Scalar::Flag(flag) => Ok(Self(flag)),
            Scalar::Number(0) => Ok(Self(false)),
            Scalar::Number(1) => Ok(Self(true)),
            Scalar::Text(text) if text == "false" || text == "0" => Ok(Self(false)),
            Scalar::Text(text) if text == "true" || text == "1" => Ok(Self(true)),
            Scalar::Number(_) | Scalar::Text(_) => Err("neither yes nor no"),
        }
    }
}

impl TryFrom<Scalar> for Text {
    type Error = &'static str;

    fn try_from(scalar: Scalar) -> Result<Self, Self::Error> {
        match scalar {
            Scalar::Text(text) => Ok(Self(text)),
            Scalar::Number(number) => Ok(Self(number.to_string())),
            Scalar::Flag(_) => Err("not a text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_read_in_either_spelling() {
        let number = |json: &str| serde_json::from_str::<Number>(json).map(|number| number.0).ok();
        assert_eq!((number("7"), number("\"-7\""), number("\"7.5\""), number("true")), (Some(7), Some(-7), None, None));
        let flag = |json: &str| serde_json::from_str::<Flag>(json).map(|flag| flag.0).ok();
        assert_eq!(
            (flag("true"), flag("\"false\""), flag("1"), flag("\"no\"")),
            (Some(true), Some(false), Some(true), None)
        );
        let text = |json: &str| serde_json::from_str::<Text>(json).map(|text| text.0).ok();
        assert_eq!(
            (text("\"a\""), text("5"), text("null"), text("[]")),
            (Some("a".into()), Some("5".into()), None, None)
        );
    }
}
