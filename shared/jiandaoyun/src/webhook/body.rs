//! What a push tells. Of the row only its ids are kept.

use directory::{NativeId, Side, Timestamp, Wake, WakeTarget};
use serde_json::{Map, Value};

/// What a push tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushBody {
    /// What happened.
    pub operation: PushOperation,
    /// When, by the sender's clock; `None` where it is not told.
    pub at: Option<Timestamp>,
    /// The form; `None` where it is not told.
    pub entry_id: Option<String>,
    /// The row; `None` where it is about none, or its id cannot be read.
    pub data_id: Option<NativeId>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOperation {
    /// A row was made, changed, deleted or brought back.
    Row,
    /// The form was changed: the mapping has to be checked.
    Form,
    /// Something else, such as a test of the connection: it is answered, and nothing follows.
    Other,
}

impl PushBody {
    /// Reads a body; `None` unless it is an object with an `op`.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let operation = match body.get("op")?.as_str()? {
            "data_create" | "data_update" | "data_remove" | "data_recover" => PushOperation::Row,
            "form_update" => PushOperation::Form,
            _ => PushOperation::Other,
        };
        let data = body.get("data");
        let text = |name: &str| data?.get(name)?.as_str();
        Some(Self {
            operation,
            at: body.get("opTime").and_then(Value::as_i64).map(Timestamp),
            entry_id: text("entryId").map(str::to_owned),
            data_id: text("_id").and_then(|id| NativeId::new(id).ok()),
        })
    }

    /// What to look at again, where the people's form is `people_form`; `None` for a push that asks for nothing: a test, or
    /// a form of other things. A row whose id cannot be read, and a form that was changed, ask for everybody.
    #[must_use]
    pub fn wake(&self, people_form: &str) -> Option<Wake> {
        if self.entry_id.as_deref() != Some(people_form) {
            return None;
        }
        let (target, because) = match (self.operation, &self.data_id) {
            (PushOperation::Row, Some(id)) => (WakeTarget::Person(id.clone()), "data push"),
            (PushOperation::Row, None) => (WakeTarget::Everything, "data push"),
            (PushOperation::Form, _) => (WakeTarget::Everything, "form_update"),
            (PushOperation::Other, _) => return None,
        };
        Some(Wake {
            side: Side::Ehr,
            target,
            because: because.to_owned(),
        })
    }
}
