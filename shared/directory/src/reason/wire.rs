//! Reasons in JSON: `{"code": "plan-expired", "arguments": {"hours": 30}}`.
//!
//! An argument that is a string or a number is text or a number; the others are objects of one key, for example
//! `{"field": "title"}` or `{"reason": {"code": …}}`. Reading never fails on JSON: a bare string is a sentence of an
//! earlier version, and what a newer version wrote is kept as text.

use serde::de::DeserializeOwned;
use serde::ser::{SerializeMap as _, SerializeStruct as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Code, Reason, ReasonArgument, ReasonCode};

/// The code of an object that names none.
const NO_CODE: &str = "unknown";

impl Reason {
    /// The JSON form as text, for a place that stores text.
    #[must_use]
    pub fn to_stored(&self) -> String {
        // Text keys and plain values always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Self::to_stored`] wrote; any other text is a sentence of an earlier version.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) if object.contains_key("code") => {
                Self::of_value(Value::Object(object))
            }
            _ => Self::stored_text(text),
        }
    }

    /// What earlier versions stored as a word about DingTalk, such as `credentials_refused`, beside a sentence: the
    /// code of the word where it needs no other argument than DingTalk's code, and the sentence otherwise.
    #[must_use]
    pub fn from_key_and_text(key: &str, text: &str) -> Self {
        let code = match key {
            "credentials_refused" => ReasonCode::DingTalkCredentialsRefused,
            "company_refused" => ReasonCode::DingTalkCompanyRefused,
            "disabled" => ReasonCode::DingTalkDisabled,
            "agent_refused" => ReasonCode::DingTalkAgentRefused,
            "token_refused" => ReasonCode::DingTalkTokenRefused,
            "smart_hr_closed" => ReasonCode::DingTalkSmartHrClosed,
            "quota_used_up" => ReasonCode::DingTalkQuotaUsedUp,
            "unknown_interface" => ReasonCode::DingTalkInterfaceUnknown,
            _ => return Self::stored_text(text),
        };
        // DingTalk's own code was not stored; the word stands in its place.
        Self::new(code).text("code", key)
    }

    fn of_value(value: Value) -> Self {
        let mut object = match value {
            Value::Object(object) => object,
            Value::String(text) => return Self::stored_text(text),
            Value::Null => return Self::stored_text(""),
            other => return Self::stored_text(other.to_string()),
        };
        let code = match object.remove("code") {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => NO_CODE.to_owned(),
        };
        let code = ReasonCode::of(&code).map_or(Code::Newer(code), Code::Known);
        let arguments = match object.remove("arguments") {
            Some(Value::Object(arguments)) => arguments,
            _ => serde_json::Map::new(),
        };
        let arguments = arguments
            .into_iter()
            .map(|(name, value)| (name, ReasonArgument::of_value(value)))
            .collect();
        Self { code, arguments }
    }
}

impl ReasonArgument {
    fn of_value(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Number(number) => match number.as_i64() {
                Some(number) => Self::Number(number),
                None => Self::Text(number.to_string()),
            },
            Value::Object(object) => Self::of_object(&object),
            other => Self::Text(other.to_string()),
        }
    }

    fn of_object(object: &serde_json::Map<String, Value>) -> Self {
        fn known<T: DeserializeOwned>(value: &Value) -> Option<T> {
            serde_json::from_value(value.clone()).ok()
        }
        let unknown = || Self::Text(Value::Object(object.clone()).to_string());
        let (Some((tag, value)), 1) = (object.iter().next(), object.len()) else {
            return unknown();
        };
        let read = match tag.as_str() {
            "field" => known(value).map(Self::Field),
            "side" => known(value).map(Self::Side),
            "kind" => known(value).map(Self::Kind),
            "date" => known(value).map(Self::Date),
            "reason" => Some(Self::Reason(Box::new(Reason::of_value(value.clone())))),
            _ => return unknown(),
        };
        // A field, a side or a kind that only a newer version knows.
        read.unwrap_or_else(|| {
            value
                .as_str()
                .map_or_else(unknown, |text| Self::Text(text.to_owned()))
        })
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 1 + usize::from(!self.arguments.is_empty());
        let mut object = serializer.serialize_struct("Reason", fields)?;
        object.serialize_field("code", self.code_text())?;
        if !self.arguments.is_empty() {
            object.serialize_field("arguments", &self.arguments)?;
        }
        object.end()
    }
}

impl Serialize for ReasonArgument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn tagged<S: Serializer>(
            serializer: S,
            tag: &str,
            value: &impl Serialize,
        ) -> Result<S::Ok, S::Error> {
            let mut object = serializer.serialize_map(Some(1))?;
            object.serialize_entry(tag, value)?;
            object.end()
        }
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Field(field) => tagged(serializer, "field", field),
            Self::Side(side) => tagged(serializer, "side", side),
            Self::Kind(kind) => tagged(serializer, "kind", kind),
            Self::Date(date) => tagged(serializer, "date", date),
            Self::Reason(reason) => tagged(serializer, "reason", reason),
        }
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::of_value)
    }
}

impl<'de> Deserialize<'de> for ReasonArgument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::of_value)
    }
}
