//! The parameters of a call: query, JSON or form, numbers also as text.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::reply::ApiError;

/// The parameters of a call. If the query and the body both have a name, the body wins.
#[derive(Debug, Default)]
pub(super) struct CallParams {
    fields: Map<String, Value>,
    query: Vec<(String, String)>,
}

impl CallParams {
    /// Parses the query and the body.
    pub(super) fn read(request: &http::Request<Bytes>) -> Result<Self, ApiError> {
        let query = query_pairs(request.uri().query().unwrap_or_default());
        let mut fields: Map<String, Value> = query
            .iter()
            .map(|(name, value)| (name.clone(), Value::String(value.clone())))
            .collect();
        fields.extend(body_params(request)?);
        Ok(Self { fields, query })
    }

    /// Returns a parameter that counts only in the query (`/gettoken`).
    pub(super) fn in_query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// Returns text; numbers become text. `None` if the parameter is absent, null or empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// Returns the text as it was sent, also if it is empty. `None` if the parameter is absent or
    /// null.
    pub(super) fn given_text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// Returns a list of integers, sent as an array or separated by commas. Fails with `code` if an
    /// item is not an integer.
    pub(super) fn numbers(&self, name: &str, code: i64) -> Result<Option<Vec<i64>>, ApiError> {
        if self.given_text(name).is_none() {
            return Ok(None);
        }
        let number = |text: &String| {
            text.trim()
                .trim_matches('"')
                .parse()
                .map_err(|_| ApiError::from_code(code))
        };
        self.list(name)
            .iter()
            .map(number)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Returns an array of objects; a form sends it as JSON text. An absent one is empty.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Value>, ApiError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(rows)) => Ok(rows.clone()),
            Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
            Some(Value::String(text)) => {
                serde_json::from_str(text).map_err(|_| ApiError::unreadable(name))
            }
            Some(_) => Err(ApiError::unreadable(name)),
        }
    }

    /// Returns required text.
    pub(super) fn need(&self, name: &str) -> Result<String, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    /// Returns an integer, also if it was sent as text. Fails for anything else.
    pub(super) fn int(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.text(name)
            .map(|text| text.trim().parse().map_err(|_| ApiError::unreadable(name)))
            .transpose()
    }

    /// Returns a required integer.
    pub(super) fn need_int(&self, name: &str) -> Result<i64, ApiError> {
        self.int(name)?.ok_or_else(|| ApiError::missing(name))
    }

    /// Returns a boolean, also if it was sent as text.
    pub(super) fn bool(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(ApiError::unreadable(name)),
        }
    }

    /// Returns a list that was sent as an array or separated by commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        match self.fields.get(name) {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str()
                        .map_or_else(|| item.to_string(), str::to_owned)
                })
                .collect(),
            _ => self
                .text(name)
                .map(|text| {
                    text.split(',')
                        .map(str::trim)
                        .filter(|s| !s.is_empty())
                        .map(str::to_owned)
                        .collect()
                })
                .unwrap_or_default(),
        }
    }

    /// Returns an object; a form sends it as JSON text.
    pub(super) fn object(&self, name: &str) -> Option<Map<String, Value>> {
        match self.fields.get(name)? {
            Value::Object(object) => Some(object.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    /// Returns the subject of the call for the log: the department with its page, or the person.
    pub(super) fn call_subject(&self) -> Option<String> {
        if let Some(dept) = self.text("dept_id") {
            return Some(match self.text("cursor") {
                Some(cursor) => format!("dept {dept} cursor {cursor}"),
                None => format!("dept {dept}"),
            });
        }
        self.text("userid").map(|user| format!("user {user}"))
    }
}

fn body_params(request: &http::Request<Bytes>) -> Result<Map<String, Value>, ApiError> {
    let body = request.body();
    if body.is_empty() {
        return Ok(Map::new());
    }
    let form = request
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if form {
        let text = String::from_utf8_lossy(body);
        return Ok(query_pairs(&text)
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        // For GET the new SDK sends `{}` or nothing, and some clients send `null`.
        Ok(Value::Null) => Ok(Map::new()),
        _ => Err(ApiError::from_code(47001)),
    }
}

/// Parses the pairs of a query or of a form.
pub(crate) fn query_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(name), percent_decode(value))
        })
        .collect()
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], hex) {
            (b'+', _) => out.push(b' '),
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encodes everything but letters, digits and `-_.~`.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
