//! What a service said.

use bytes::Bytes;
use directory::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::CallError;
use crate::error::Cause;

/// An answer that arrived whole.
pub(super) struct ServiceResponse {
    status: StatusCode,
    /// The name of the error, without its namespace. Of letters, digits and dots: it may be logged.
    code: Option<String>,
    date: Option<Timestamp>,
    body: Bytes,
}

impl ServiceResponse {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let code = if status.is_success() {
            None
        } else {
            header("x-amzn-errortype")
                .and_then(short_error_code)
                .or_else(|| error_code_in(&body))
        };
        Self {
            status,
            code,
            date: header("date").and_then(parse_date_header),
            body,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.status == StatusCode::OK
    }

    /// The service's own time.
    pub(super) fn server_time(&self) -> Option<Timestamp> {
        self.date
    }

    /// Whether the same call may be answered differently in a moment: trouble of theirs, or too many calls.
    pub(super) fn is_retryable(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        self.status.is_server_error()
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || [
                "Throttl",
                "TooManyRequests",
                "LimitExceeded",
                "RequestTimeout",
                "Unavailable",
                "InternalFailure",
            ]
            .iter()
            .any(|mark| code.contains(mark))
    }

    /// The body of a success. A redirect or an empty 204 is none.
    pub(super) fn into_body(self) -> Result<Bytes, CallError> {
        if self.is_success() {
            return Ok(self.body);
        }
        let code = self
            .code
            .clone()
            .unwrap_or_else(|| format!("status {}", self.status.as_u16()));
        if self.is_retryable() || !self.status.is_client_error() {
            return Err(CallError::Unavailable(Cause::new(code)));
        }
        Err(CallError::Refused(code))
    }
}

fn error_code_in(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody<'a> {
        #[serde(rename = "__type", borrow)]
        kind: Option<&'a str>,
    }
    serde_json::from_slice::<ErrorBody>(body)
        .ok()?
        .kind
        .and_then(short_error_code)
}

/// `com.amazonaws.sqs#QueueDoesNotExist` and `QueueDoesNotExist:http://…` both name `QueueDoesNotExist`.
fn short_error_code(text: &str) -> Option<String> {
    let name = text.rsplit('#').next()?.split(':').next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_';
    (!name.is_empty() && name.len() <= 80 && name.bytes().all(plain)).then(|| name.to_owned())
}

fn parse_date_header(date: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(date)
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make_response(
        status: u16,
        headers: &[(&'static str, &str)],
        body: &'static str,
    ) -> ServiceResponse {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        ServiceResponse::new(
            StatusCode::from_u16(status).unwrap(),
            &headers.collect(),
            Bytes::from_static(body.as_bytes()),
        )
    }

    #[test]
    fn an_error_response_gives_its_code_and_whether_to_retry() {
        let missing = make_response(
            400,
            &[],
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"secret"}"#,
        );
        assert_eq!(
            missing.into_body().unwrap_err(),
            CallError::Refused("QueueDoesNotExist".into())
        );
        let header = [(
            "x-amzn-errortype",
            "ResourceNotFoundException:http://internal.amazon.com/coral/",
        )];
        let gone = make_response(400, &header, "");
        assert_eq!(
            gone.into_body().unwrap_err(),
            CallError::Refused("ResourceNotFoundException".into())
        );
        for (status, body) in [
            (503, ""),
            (500, "<html>"),
            (429, "{}"),
            (400, r#"{"__type":"ThrottlingException"}"#),
        ] {
            let busy = make_response(status, &[], body);
            assert!(busy.is_retryable(), "{status}");
            assert!(matches!(busy.into_body(), Err(CallError::Unavailable(_))));
        }
    }

    #[test]
    fn only_status_200_with_a_body_is_a_success() {
        assert_eq!(make_response(200, &[], "{}").into_body().unwrap(), "{}");
        for status in [204, 301, 302, 304] {
            assert!(
                matches!(
                    make_response(status, &[], "{}").into_body(),
                    Err(CallError::Unavailable(_))
                ),
                "{status}"
            );
        }
        let odd = make_response(403, &[], r#"{"__type":"<script>"}"#);
        assert_eq!(
            odd.into_body().unwrap_err(),
            CallError::Refused("status 403".into())
        );
    }

    #[test]
    fn the_date_header_is_parsed() {
        let dated = make_response(200, &[("date", "Sat, 22 Nov 2025 08:26:40 GMT")], "");
        assert_eq!(dated.server_time(), Some(Timestamp(1_763_800_000_000)));
        assert_eq!(
            make_response(200, &[("date", "yesterday")], "").server_time(),
            None
        );
    }
}
