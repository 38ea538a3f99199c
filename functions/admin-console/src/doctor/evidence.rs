//! What probes judge. Every part may be missing.

use directory::{Field, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk_port::QuotaFigures;

/// How the other side answered a harmless call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerEvidence {
    /// As it should.
    Accepted,
    /// It refused our credentials.
    CredentialsRefused,
    /// It did not answer, or answered that it is busy: this may pass.
    Unreachable,
}

/// How DingTalk answered a call that needs a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionEvidence {
    /// It was carried out.
    Granted,
    /// It was refused. Whether the permission is missing, or granted in a version that is not published, cannot be told.
    MissingOrUnpublished,
}

/// What the app may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScopeEvidence {
    /// The whole company.
    pub is_whole_company: bool,
    /// It is what a person accepted.
    pub is_accepted: bool,
    /// People whom the eHR has and the app does not see; `None` if that was not counted.
    pub left_out: Option<u64>,
}

/// What came of the last messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageEvidence {
    /// Sent in the last seven days.
    pub sent: u64,
    /// Of these, messages that DingTalk refused.
    pub refused: u64,
}

/// What the last audit of the journal found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalEvidence {
    /// Entries that were recomputed.
    pub entries: u64,
    /// A hash that does not fit.
    pub is_broken: bool,
}

/// Everything that the probes judge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct DoctorEvidence {
    /// When it was gathered.
    #[schema(value_type = Option<i64>)]
    pub gathered_at: Option<Timestamp>,
    /// The exchange of AppKey and AppSecret for an access token.
    pub token: Option<AnswerEvidence>,
    /// Whether the app belongs to the bound company.
    pub is_own_company: Option<bool>,
    /// Reading people and departments.
    pub read_contacts: Option<PermissionEvidence>,
    /// Writing people and departments; `None` also where nothing is written to DingTalk.
    pub write_contacts: Option<PermissionEvidence>,
    /// What the app may see.
    pub scope: Option<ScopeEvidence>,
    /// Fields that the mapping uses and DingTalk does not show.
    #[schema(value_type = Option<Vec<String>>)]
    pub hidden_fields: Option<Vec<Field>>,
    /// When DingTalk last verified the callback address.
    #[schema(value_type = Option<i64>)]
    pub callback_verified: Option<Timestamp>,
    /// There is a public address that DingTalk could call.
    pub has_callback_address: Option<bool>,
    /// The last event.
    #[schema(value_type = Option<i64>)]
    pub last_event: Option<Timestamp>,
    /// Changes of the last seven days that only a sweep found, though events are on.
    pub missed_by_events: Option<u64>,
    /// The last complete sweep.
    #[schema(value_type = Option<i64>)]
    pub swept_at: Option<Timestamp>,
    /// Minutes between two sweeps.
    pub sweep_minutes: Option<u32>,
    /// Metered calls of this month.
    pub quota: Option<QuotaFigures>,
    /// Which part of the month is over, per thousand.
    pub month_passed_per_mille: Option<u16>,
    /// How far this machine's clock is from DingTalk's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// The eHR's answer to a harmless call.
    pub ehr: Option<AnswerEvidence>,
    /// Messages.
    pub messages: Option<MessageEvidence>,
    /// The journal.
    pub journal: Option<JournalEvidence>,
    /// The age of the AppSecret in days.
    pub secret_age_days: Option<u32>,
    /// Decisions that have waited for more than seven days.
    pub waiting_long: Option<u64>,
}
