//! Stream mode: tickets, connections, and the events that go over them.

use std::collections::BTreeMap;

use directory::Timestamp;
use rand::Rng as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::World;
use super::event::{DeliveryState, PushOutcome};
use super::fault::FaultKind;
use super::params::CallParams;
use super::reply::ApiError;

/// Tickets and open connections. They end with the process.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamHall {
    /// Where connections are opened, without the ticket.
    endpoint: Option<String>,
    /// When each unused ticket was issued, in milliseconds since 1970.
    tickets: BTreeMap<String, i64>,
    /// Open connections, and whether their end was announced.
    lines: BTreeMap<u64, bool>,
    last_line: u64,
    last_message: u64,
}

/// An event to send over a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPush {
    /// The delivery, for [`World::record_push`].
    pub delivery: u64,
    /// The connection.
    pub line: u64,
    /// What its answer names.
    pub message_id: String,
    /// The frame.
    pub text: String,
    /// Milliseconds that the client may take to answer.
    pub deadline_ms: u64,
}

/// A connection was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketRefusal {
    /// Never issued, or used before.
    #[error("the ticket is unknown or was used")]
    Unknown,
    /// Issued too long ago.
    #[error("the ticket has expired")]
    Expired,
}

/// What the console shows of Stream mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StreamSummary {
    /// Open connections.
    pub connections: usize,
    /// Whether events go over them.
    pub chosen: bool,
}

impl World {
    /// `POST /v1.0/gateway/connections/open`. The form of its refusals is unconfirmed.
    pub(super) fn open_stream(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let keys = &self.company.credentials;
        let known = params.text("clientId").as_deref() == Some(&keys.app_key)
            && params.text("clientSecret").as_deref() == Some(&keys.app_secret);
        if !known {
            return Err(ApiError::new(
                400,
                "invalidClientIdOrSecret",
                "无效的clientId或者clientSecret",
            ));
        }
        let refused = || ApiError::new(400, "invalidParameter", "subscriptions 不合法");
        let topics = params.objects("subscriptions").map_err(|_| refused())?;
        let is_topic = |topic: &Value| {
            matches!(
                topic["type"].as_str(),
                Some("EVENT" | "CALLBACK" | "SYSTEM")
            ) && topic["topic"]
                .as_str()
                .is_some_and(|topic| !topic.is_empty())
        };
        if topics.is_empty() || !topics.iter().all(is_topic) {
            return Err(refused());
        }
        let endpoint = self.stream.endpoint.clone();
        let endpoint = endpoint.ok_or_else(|| ApiError::new(503, "system.busy", "系统繁忙"))?;
        // Signs that have to be percent-encoded in an address.
        let ticket = format!("{}+/=", self.next_uuid().to_lowercase());
        self.stream.tickets.insert(ticket.clone(), now.millis());
        Ok(json!({"endpoint": endpoint, "ticket": ticket}))
    }

    /// Sets where connections are opened: a `ws` address of this machine.
    pub fn set_stream_endpoint(&mut self, endpoint: String) {
        self.stream.endpoint = Some(endpoint);
    }

    /// Takes the ticket and returns the number of the connection that it opens.
    ///
    /// # Errors
    /// [`TicketRefusal`] for a ticket that opens none. It can be used once, whatever becomes of the connection.
    pub fn connect_stream(&mut self, now: Timestamp, ticket: &str) -> Result<u64, TicketRefusal> {
        let issued = self.stream.tickets.remove(ticket);
        let issued = issued.ok_or(TicketRefusal::Unknown)?;
        if now.millis() - issued > self.settings.ticket_life_ms {
            return Err(TicketRefusal::Expired);
        }
        self.stream.last_line += 1;
        self.stream.lines.insert(self.stream.last_line, false);
        Ok(self.stream.last_line)
    }

    /// Notes that a connection has ended.
    pub fn end_stream(&mut self, line: u64) {
        self.stream.lines.remove(&line);
    }

    /// Announces the end of every connection; returns the frame for each.
    pub fn announce_stream_ends(&mut self, now: Timestamp) -> Vec<(u64, String)> {
        let ids: Vec<u64> = self.stream.lines.keys().copied().collect();
        self.stream
            .lines
            .values_mut()
            .for_each(|leaving| *leaving = true);
        let data = json!({"reason": "the server is restarted"}).to_string();
        ids.into_iter()
            .map(|line| (line, self.system_frame(now, "disconnect", &data).1))
            .collect()
    }

    /// Returns the text that the answer has to repeat, and the frame of a ping.
    pub fn stream_ping(&mut self, now: Timestamp) -> (String, String) {
        let opaque = self.next_uuid();
        let data = json!({"opaque": opaque}).to_string();
        self.system_frame(now, "ping", &data)
    }

    fn system_frame(&mut self, now: Timestamp, topic: &str, data: &str) -> (String, String) {
        let message_id = self.next_message_id();
        let frame = json!({
            "specVersion": "1.0", "type": "SYSTEM",
            "headers": {"topic": topic, "messageId": message_id, "contentType": "application/json",
                "time": now.millis().to_string()},
            "data": data,
        });
        (message_id, frame.to_string())
    }

    fn next_message_id(&mut self) -> String {
        self.stream.last_message += 1;
        format!(
            "{:x}_{:x}",
            self.rng.random::<u32>(),
            self.stream.last_message
        )
    }

    /// Returns how many connections are open, and whether events go over them.
    #[must_use]
    pub fn stream_summary(&self) -> StreamSummary {
        StreamSummary {
            connections: self.stream.lines.len(),
            chosen: self.push_by_stream,
        }
    }

    /// Chooses Stream mode, as the console's button does: only while a connection is open. Returns whether it is chosen.
    pub fn choose_stream(&mut self) -> bool {
        self.push_by_stream |= !self.stream.lines.is_empty();
        self.mark_changed();
        self.push_by_stream
    }

    /// Goes back to the subscription's address.
    pub fn leave_stream_mode(&mut self) {
        self.push_by_stream = false;
        self.mark_changed();
    }

    /// Whether a planned fault cuts a connection at this point.
    pub fn cuts_stream(&mut self, point: &str) -> bool {
        let faults = self.faults.fire_matching(point, false, &mut self.rng);
        faults
            .iter()
            .any(|fault| fault.kind == FaultKind::CutStream)
    }

    /// Returns the events that are due over connections; each is in flight until [`World::record_push`] records its
    /// outcome. Without any connection the attempt has failed.
    pub fn due_frames(&mut self, now: Timestamp) -> Vec<StreamPush> {
        if !self.push_by_stream {
            return Vec::new();
        }
        let mut pushes = Vec::new();
        for at in self.due_deliveries(now) {
            let delivery = self.deliveries[at].id;
            let Some(line) = self.choose_line() else {
                let why = "no connection is open".to_owned();
                self.record_push(delivery, PushOutcome::Unreachable { why }, now);
                continue;
            };
            let message_id = self.next_message_id();
            let corp = &self.company.credentials.corp_id;
            let delivered = &mut self.deliveries[at];
            delivered.state = DeliveryState::InFlight;
            pushes.push(StreamPush {
                delivery,
                line,
                text: delivered
                    .event
                    .stream_frame(corp, &message_id, now.millis()),
                message_id,
                deadline_ms: self.settings.stream_answer_ms,
            });
        }
        pushes
    }

    /// Any connection; one whose end was announced only where there is no other.
    fn choose_line(&mut self) -> Option<u64> {
        let staying = |leaving: bool| {
            let lines = self.stream.lines.iter();
            let lines = lines.filter(move |(_, leaves)| **leaves == leaving);
            lines.map(|(line, _)| *line).collect::<Vec<u64>>()
        };
        let lines = Some(staying(false))
            .filter(|lines| !lines.is_empty())
            .unwrap_or_else(|| staying(true));
        if lines.is_empty() {
            return None;
        }
        let at = self.rng.random_range(0..lines.len());
        lines.get(at).copied()
    }
}

/// Reads a client's answer: the message that it answers, and what became of the event. The official Python client
/// repeats the event's own data and no status; its code alone tells.
#[cfg(feature = "http")]
pub(crate) fn read_stream_answer(text: &str) -> Option<(String, PushOutcome)> {
    let answer: Value = serde_json::from_str(text).ok()?;
    let message_id = answer["headers"]["messageId"].as_str()?.to_owned();
    let code = answer["code"].as_u64().unwrap_or_default();
    let data: Value = match &answer["data"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        data => data.clone(),
    };
    let outcome = if code == 200 && data["status"] != "LATER" {
        PushOutcome::Accepted
    } else {
        PushOutcome::Refused {
            status: u16::try_from(code).unwrap_or_default(),
            why: data["status"].as_str().unwrap_or("no success").to_owned(),
        }
    };
    Some((message_id, outcome))
}
