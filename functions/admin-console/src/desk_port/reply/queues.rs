//! What waits for a decision.

use directory::{Field, Reason, Side, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::RecordLabel;

/// One field of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchField {
    /// Which.
    #[schema(value_type = String)]
    pub field: Field,
    /// Its value, masked; `None` is empty.
    pub value: Option<String>,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoldRow {
    /// Its id.
    pub id: String,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// How many records.
    pub count: u64,
    /// The first of them.
    pub records: Vec<RecordLabel>,
    /// Since when.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// It was released and has not been applied yet.
    pub is_released: bool,
}

/// A conflict; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConflictRow {
    /// Its id.
    pub id: String,
    /// Whose.
    pub record: RecordLabel,
    /// Which field.
    #[schema(value_type = String)]
    pub field: Field,
    /// DingTalk's value.
    pub dingtalk: Option<String>,
    /// The eHR's value.
    pub ehr: Option<String>,
    /// Whose value stands.
    #[schema(value_type = String)]
    pub stands: Side,
    /// Since when.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// Somebody decided it.
    pub is_resolved: bool,
}

/// A quarantined record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuarantineRow {
    /// Its id.
    pub id: String,
    /// Whose.
    pub record: RecordLabel,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// Since when.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again.
    #[schema(value_type = Option<i64>)]
    pub next: Option<Timestamp>,
}

/// One side of a proposed match; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchCandidate {
    /// Name.
    pub name: Option<String>,
    /// Fields and their values.
    pub fields: Vec<MatchField>,
}

/// Two records that may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchRow {
    /// Its id.
    pub id: String,
    /// Why nobody decides it but a person.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// DingTalk's.
    pub dingtalk: MatchCandidate,
    /// The eHR's.
    pub ehr: MatchCandidate,
}
