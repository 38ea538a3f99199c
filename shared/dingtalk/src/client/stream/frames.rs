//! The frames of a stream: JSON texts, in both directions.

use serde::Deserialize;
use serde_json::{Value, json};

use super::StreamedEvent;
use crate::events;

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StreamFrame {
    /// Has to be stored, and then acknowledged.
    Event(StreamedEvent),
    /// Wants its data back.
    Ping { message_id: String, data: String },
    /// The server will close this connection in ten seconds.
    Disconnect,
    /// A request that we did not subscribe to. It is told so.
    Foreign { message_id: String },
    /// Nothing that we know anything to do about, or no id to answer to.
    Other,
}

#[derive(Deserialize)]
struct WireFrame {
    #[serde(rename = "type", default)]
    kind: String,
    /// The official description once writes `header`.
    #[serde(alias = "header", default)]
    headers: Value,
    #[serde(default)]
    data: Value,
}

impl StreamFrame {
    /// Reads a frame; what is no frame is [`Self::Other`].
    pub(super) fn read(text: &str) -> Self {
        let Ok(frame) = serde_json::from_str::<WireFrame>(text) else {
            return Self::Other;
        };
        let data = match frame.data {
            Value::String(text) => text,
            Value::Null => String::new(),
            value => value.to_string(),
        };
        let header = |name| frame.headers.get(name).map(header_text).unwrap_or_default();
        let message_id = header("messageId");
        let (kind, topic) = (frame.kind.to_ascii_uppercase(), header("topic"));
        match (kind.as_str(), topic.as_str()) {
            ("SYSTEM", "disconnect") => Self::Disconnect,
            _ if message_id.is_empty() => Self::Other,
            ("SYSTEM", "ping") => Self::Ping { message_id, data },
            ("EVENT", _) => Self::Event(StreamedEvent {
                message_id,
                event: events::parse_streamed(&frame.headers, &data).ok(),
            }),
            ("CALLBACK", _) => Self::Foreign { message_id },
            _ => Self::Other,
        }
    }
}

fn header_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Stored: not again.
pub(super) fn success_answer(message_id: &str) -> String {
    let data = json!({ "status": "SUCCESS", "message": "success" });
    answer(200, message_id, "OK", &data.to_string())
}

/// Not stored: push it again.
pub(super) fn later_answer(message_id: &str) -> String {
    let data = json!({ "status": "LATER", "message": "not stored" });
    answer(200, message_id, "OK", &data.to_string())
}

/// To a ping: the same data back, with its `opaque`.
pub(super) fn ping_answer(message_id: &str, data: &str) -> String {
    answer(200, message_id, "OK", data)
}

/// To a request that nobody here answers.
pub(super) fn foreign_answer(message_id: &str) -> String {
    answer(404, message_id, "not implemented", "{}")
}

fn answer(code: u16, message_id: &str, message: &str, data: &str) -> String {
    json!({
        "code": code,
        "headers": { "messageId": message_id, "contentType": "application/json" },
        "message": message,
        "data": data,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::wake::WakeTarget;

    #[test]
    fn frames_are_read_in_both_spellings_of_their_headers() {
        for headers in ["headers", "header"] {
            let frame = json!({
                "specVersion": "1.0", "type": "EVENT",
                headers: {"topic": "*", "messageId": "m1", "time": 1, "eventType": "user_add_org", "eventId": "e"},
                "data": "{\"userId\":[\"a\"]}",
            });
            let StreamFrame::Event(StreamedEvent {
                message_id,
                event: Some(event),
            }) = StreamFrame::read(&frame.to_string())
            else {
                panic!("no event");
            };
            assert_eq!(message_id, "m1");
            assert!(matches!(event.wakes[0].target, WakeTarget::Person(_)));
        }
    }

    #[test]
    fn system_frames_callbacks_and_odd_ones_are_told_apart() {
        let read = |frame: Value| StreamFrame::read(&frame.to_string());
        let ping = json!({"type": "SYSTEM", "headers": {"topic": "ping", "messageId": 7}, "data": "{\"opaque\":\"x\"}"});
        let expected = StreamFrame::Ping {
            message_id: "7".to_owned(),
            data: "{\"opaque\":\"x\"}".to_owned(),
        };
        assert_eq!(read(ping), expected);
        let disconnect =
            json!({"type": "SYSTEM", "headers": {"topic": "disconnect"}, "data": "{}"});
        assert_eq!(read(disconnect), StreamFrame::Disconnect);
        let callback = json!({"type": "CALLBACK", "headers": {"topic": "/v1.0/im/bot/messages/get", "messageId": "m"}});
        let message_id = "m".to_owned();
        assert_eq!(read(callback), StreamFrame::Foreign { message_id });
        let typeless = json!({"type": "EVENT", "headers": {"messageId": "m"}, "data": "{}"});
        assert!(matches!(
            read(typeless),
            StreamFrame::Event(StreamedEvent { event: None, .. })
        ));
        for odd in [
            "",
            "[]",
            "{}",
            "null",
            r#"{"type":"EVENT","headers":{},"data":"{}"}"#,
        ] {
            assert_eq!(StreamFrame::read(odd), StreamFrame::Other, "{odd}");
        }
    }

    #[test]
    fn answers_have_the_documented_shape() {
        let said: Value = serde_json::from_str(&success_answer("m\"1")).unwrap();
        assert_eq!(
            (&said["code"], &said["headers"]["messageId"]),
            (&json!(200), &json!("m\"1"))
        );
        let data: Value = serde_json::from_str(said["data"].as_str().unwrap()).unwrap();
        assert_eq!(data["status"], "SUCCESS");
        let later: Value = serde_json::from_str(&later_answer("m")).unwrap();
        assert!(later["data"].as_str().unwrap().contains("LATER"));
        let pong: Value = serde_json::from_str(&ping_answer("m", "{\"opaque\":1}")).unwrap();
        assert_eq!(pong["data"], "{\"opaque\":1}");
    }
}
