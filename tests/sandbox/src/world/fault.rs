//! Faults: misbehaviour on request.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::settings::Scope;

/// Kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 90018 (`code` "90002" for the platform-wide one), or the 403 of the new host.
    Throttle,
    /// HTTP 500 with a page of HTML.
    #[serde(rename = "error500")]
    Error500,
    /// HTTP 200 without a byte.
    #[serde(rename = "empty200")]
    Empty200,
    /// Half of the rows of a list are missing, and the page claims to be the last.
    LosePage,
    /// All rows of a list are missing, and the page claims to be the last.
    EmptyList,
    /// The page returns the cursor that was sent as its next cursor.
    RepeatCursor,
    /// The second half of the body comes `ms` (30,000) later.
    SlowBody,
    /// HTTP 200 with a page of HTML.
    #[serde(rename = "html200")]
    Html200,
    /// The caller's address is banned for `ms` (the setting by default); `html` chooses the page.
    BanPage,
    /// The call is carried out, and the connection closes without an answer.
    LostConnection,
    /// The call is never carried out, and the connection closes without an answer.
    LostRequest,
    /// The connection closes without an answer, and a write is carried out `ms` (5,000) later. Any
    /// other call behaves as with [`LostConnection`](Self::LostConnection).
    LateEffect,
    /// A page of HTML with this `status` (200) and `content_type` (`text/html`), as a gateway sends one.
    HtmlPage,
    /// An answer with this `code` and `sub_code`, neither a success nor documented: `errcode` on the old host (HTTP 200
    /// unless `status` says otherwise), `code` on the new one (400).
    ErrorCode,
    /// The `field` of a row is this `value`, or missing without one: of the row with this `id`, of every row without one; of
    /// the answer itself where it has no rows.
    OddField,
    /// The row with this `id`, or the first one, comes twice.
    RepeatRow,
    /// The body ends in the middle.
    TruncatedJson,
    /// Every token becomes invalid before the call is handled.
    ExpireToken,
    /// The call sees only `scope`, or nothing if `scope` is absent.
    ShrinkScope,
    /// The call sees no mobile number and no country code.
    HideMobile,
    /// The call is carried out, and its answer waits for `POST /__sandbox/release`.
    Hold,
    /// A Stream connection is cut at the point that `interface` names: `stream/handshake`, `stream/connected`,
    /// `stream/event` (before it is sent), `stream/sent`, `stream/answer` (which gets lost), `stream/answered`,
    /// `stream/ping`, `stream/leaving`.
    CutStream,
    /// An event is pushed twice.
    EventTwice,
    /// An event is pushed `ms` (2,000) late.
    EventLate,
    /// An event is pushed after the next event, or `ms` (5,000) late if there is none.
    EventOutOfOrder,
    /// An event is never pushed and never appears on the failed list.
    EventNever,
}

impl FaultKind {
    /// Whether this fault hits events instead of calls.
    #[must_use]
    pub fn is_of_events(self) -> bool {
        matches!(
            self,
            Self::EventTwice | Self::EventLate | Self::EventOutOfOrder | Self::EventNever
        )
    }
}

/// Any JSON, `null` too: a value that is not there is another thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OddValue(pub serde_json::Value);

/// A planned fault, as `POST /__sandbox/faults` takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Kind of the fault.
    pub kind: FaultKind,
    /// Path of the interface, or type of the event. Absent means any.
    #[serde(default)]
    pub interface: Option<String>,
    /// Number of matching calls that pass before the first hit.
    #[serde(default)]
    pub after: u64,
    /// Number of calls that are hit after that. Absent means all.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// Chance that a matching call is hit, drawn with the world's seed.
    #[serde(default = "always")]
    pub probability: f64,
    /// Milliseconds, if the kind uses them.
    #[serde(default)]
    pub ms: Option<i64>,
    /// Error code, if the kind uses one.
    #[serde(default)]
    pub code: Option<String>,
    /// `sub_code`, where the kind has one.
    #[serde(default)]
    pub sub_code: Option<String>,
    /// HTTP status, where the kind has one.
    #[serde(default)]
    pub status: Option<u16>,
    /// Content type, where the kind has one.
    #[serde(default)]
    pub content_type: Option<String>,
    /// A row's field.
    #[serde(default)]
    pub field: Option<String>,
    /// Its value.
    #[serde(
        default,
        deserialize_with = "some_value",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<OddValue>,
    /// A row's `userid` or `dept_id`.
    #[serde(default)]
    pub id: Option<String>,
    /// Whether the answer is HTML instead of JSON, if the kind knows both.
    #[serde(default)]
    pub html: bool,
    /// The scope that [`FaultKind::ShrinkScope`] leaves.
    #[serde(default)]
    pub scope: Option<Scope>,
}

/// `null` is a value.
fn some_value<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<OddValue>, D::Error> {
    OddValue::deserialize(deserializer).map(Some)
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "serde's default has the type of the field"
)]
fn once() -> Option<u64> {
    Some(1)
}

fn always() -> f64 {
    1.0
}

impl Fault {
    /// Plans this kind once, at the next matching call of any interface.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            interface: None,
            after: 0,
            times: Some(1),
            probability: 1.0,
            ms: None,
            code: None,
            sub_code: None,
            status: None,
            content_type: None,
            field: None,
            value: None,
            id: None,
            html: false,
            scope: None,
        }
    }

    /// Limits the fault to this interface or type of event.
    #[must_use]
    pub fn at(mut self, interface: &str) -> Self {
        self.interface = Some(interface.to_owned());
        self
    }

    /// Lets this many matching calls pass first.
    #[must_use]
    pub fn after(mut self, calls: u64) -> Self {
        self.after = calls;
        self
    }

    /// With this code, and `sub_code` where it is not empty.
    #[must_use]
    pub fn code(mut self, code: &str, sub_code: &str) -> Self {
        self.code = Some(code.to_owned());
        self.sub_code = Some(sub_code.to_owned()).filter(|sub_code| !sub_code.is_empty());
        self
    }

    /// With this HTTP status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With this value in a field of the rows.
    #[must_use]
    pub fn odd_field(field: &str, value: serde_json::Value) -> Self {
        Self {
            field: Some(field.to_owned()),
            value: Some(OddValue(value)),
            ..Self::new(FaultKind::OddField)
        }
    }

    /// Without this field in the rows.
    #[must_use]
    pub fn without_field(field: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(FaultKind::OddField)
        }
    }

    /// Only in the row of this `userid` or `dept_id`.
    #[must_use]
    pub fn of_row(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Hits this many calls; `None` means all.
    #[must_use]
    pub fn times(mut self, times: impl Into<Option<u64>>) -> Self {
        self.times = times.into();
        self
    }
}

/// A planned fault, with counts of matches and hits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmedFault {
    /// Its number, for `DELETE /__sandbox/faults?id=`.
    pub id: u64,
    /// The fault as it was planned.
    pub fault: Fault,
    /// Matching calls so far.
    pub seen: u64,
    /// Calls hit so far.
    pub fired: u64,
}

/// All faults of a world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct PlannedFaults {
    armed: Vec<ArmedFault>,
    last_id: u64,
}

impl PlannedFaults {
    pub(super) fn arm(&mut self, fault: Fault) -> u64 {
        self.last_id += 1;
        self.armed.push(ArmedFault {
            id: self.last_id,
            fault,
            seen: 0,
            fired: 0,
        });
        self.last_id
    }

    pub(super) fn disarm(&mut self, id: Option<u64>) {
        self.armed
            .retain(|armed| id.is_some_and(|id| armed.id != id));
    }

    pub(super) fn armed(&self) -> &[ArmedFault] {
        &self.armed
    }

    /// Returns the faults that hit a call of this interface or an event of this type, and counts
    /// them.
    pub(super) fn fire_matching(
        &mut self,
        name: &str,
        events: bool,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Fault> {
        let mut fired = Vec::new();
        for armed in &mut self.armed {
            let fault = &armed.fault;
            if fault.kind.is_of_events() != events
                || fault.interface.as_deref().is_some_and(|at| at != name)
            {
                continue;
            }
            armed.seen += 1;
            let spent = fault.times.is_some_and(|times| armed.fired >= times);
            if armed.seen <= fault.after
                || spent
                || !rng.random_bool(fault.probability.clamp(0.0, 1.0))
            {
                continue;
            }
            armed.fired += 1;
            fired.push(fault.clone());
        }
        fired
    }
}
