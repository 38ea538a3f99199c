//! People, fields and what happened to them.

use directory::{Field, Reason, Side, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A person in a list; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonRow {
    /// The link's id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Job number.
    pub job_number: Option<String>,
    /// Mobile number, masked.
    pub mobile: Option<String>,
    /// Departments as paths.
    pub departments: Vec<String>,
    /// Title.
    pub title: Option<String>,
    /// In service; otherwise left.
    pub is_here: bool,
}

/// Who decides a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldOwnership {
    /// DingTalk.
    Dingtalk,
    /// The eHR.
    Ehr,
    /// Both may change it.
    Shared,
}

/// One field of a person on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldRow {
    /// Which.
    #[schema(value_type = String)]
    pub field: Field,
    /// DingTalk's value; `None` is empty.
    pub dingtalk: Option<String>,
    /// DingTalk does not show the field.
    pub is_hidden: bool,
    /// The eHR's value; `None` is empty.
    pub ehr: Option<String>,
    /// Who decides.
    pub owner: FieldOwnership,
    /// Since when the value stands.
    #[schema(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
}

/// Something that happened to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineRow {
    /// When.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// Which field; `None` for the whole record.
    #[schema(value_type = Option<String>)]
    pub field: Option<Field>,
    /// The side that was written to.
    #[schema(value_type = String)]
    pub side: Side,
    /// What it had; masked.
    pub before: Option<String>,
    /// What it got; masked.
    pub after: Option<String>,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// The run.
    pub run: String,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonDetail {
    /// As in the list.
    pub row: PersonRow,
    /// DingTalk's id.
    pub dingtalk_id: Option<String>,
    /// The eHR's id.
    pub ehr_id: Option<String>,
    /// Every field.
    pub fields: Vec<FieldRow>,
    /// What happened, newest first.
    pub timeline: Vec<TimelineRow>,
    /// Values are shown as they are.
    pub is_revealed: bool,
}
