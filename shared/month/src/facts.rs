//! Facts: what DingTalk says that happened, as far as a month is counted from it. Moments are UTC; days are those of the
//! company's calendar.

use directory::{Timestamp, UserId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::span::Span;

/// Coming or going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PunchSide {
    /// 上班.
    OnDuty,
    /// 下班.
    OffDuty,
}

/// A punch that a schedule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPunch {
    /// DingTalk's number of the plan.
    pub plan_id: i64,
    /// Coming or going; `None` on a day of rest.
    pub side: Option<PunchSide>,
    /// When; `None` on a day of rest.
    pub planned_at: Option<Timestamp>,
    /// The shift; `None` on a day of rest.
    pub shift_id: Option<i64>,
}

/// What came of a planned punch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PunchResult {
    /// DingTalk's number of the plan.
    pub plan_id: i64,
    /// Coming or going.
    pub side: PunchSide,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// What came of it.
    pub state: PunchState,
    /// The request that decided it, where one did.
    pub request: Option<String>,
}

/// The state of a planned punch. A missing punch is a state, never a zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PunchState {
    /// Somebody punched, at this moment.
    Made(Timestamp),
    /// A request stands for it (leave, trip, punch correction): as planned.
    Approved,
    /// Nobody punched.
    Missing,
    /// DingTalk says something that is not understood, or nothing yet.
    NotKnown,
}

/// One punch, also one that no plan asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Punch {
    /// DingTalk's number of the record.
    pub record_id: i64,
    /// The day that DingTalk counts it to; a night shift's end counts to the day before.
    pub work_date: Date,
    /// When.
    pub at: Timestamp,
    /// Whether DingTalk takes it for valid.
    pub valid: bool,
}

/// A shift, as far as a plan does not say it already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftFact {
    /// DingTalk's number.
    pub shift_id: i64,
    /// Its name, for people.
    pub name: String,
    /// Pauses that are not paid.
    pub rests: Vec<RestTime>,
}

/// A pause of a shift, in minutes after the work date's midnight by the clock on the wall; above 1,440 on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestTime {
    /// Its begin.
    pub from_minute: i64,
    /// Its end.
    pub to_minute: i64,
}

/// A kind of leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveType {
    /// DingTalk's code.
    pub leave_code: String,
    /// Its name, which requests use.
    pub name: String,
    /// Whether it was made in DingTalk's console: then no app may change its balances. `None` where DingTalk does not say.
    pub read_only: Option<bool>,
}

/// What somebody has left of one kind of leave, in hundredths of a day or an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveBalance {
    /// DingTalk's code of the kind.
    pub leave_code: String,
    /// The cycle, such as `2026`.
    pub cycle: String,
    /// Given, in hundredths; `None` where it is not said.
    pub given_hundredths: Option<i64>,
    /// Used, in hundredths; `None` where it is not said.
    pub used_hundredths: Option<i64>,
    /// Whether the hundredths are of hours; else of days.
    pub in_hours: bool,
}

/// A request (审批单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFact {
    /// The instance's id.
    pub id: String,
    /// For whom.
    pub user: UserId,
    /// How far it is.
    pub state: RequestState,
    /// What it does to another one.
    pub action: RequestAction,
    /// When it was finished; orders several changes of one request.
    pub finished_at: Option<Timestamp>,
    /// What is asked for.
    pub content: RequestContent,
}

/// How far a request is. Passed means: completed, and agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Not decided.
    Running,
    /// Completed and agreed to.
    Passed,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
    /// A state that is not understood.
    NotKnown,
}

/// What a request does to another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestAction {
    /// Nothing: it stands alone.
    Original,
    /// Takes that one back.
    Revokes(String),
    /// Stands for that one from now on.
    Modifies(String),
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestContent {
    /// 请假, day by day.
    Leave {
        /// The kind's name, as the form has it.
        type_name: String,
        /// Days, from the form's own list.
        slices: Vec<LeaveSlice>,
    },
    /// 加班.
    Overtime {
        /// From when to when.
        span: Span,
        /// What the form claims, in minutes.
        claimed_minutes: Option<i64>,
    },
    /// 出差.
    Trip {
        /// From when to when.
        span: Span,
    },
    /// 外出.
    Outing {
        /// From when to when.
        span: Span,
    },
    /// 补卡: its effect is in the punch's result.
    PunchCorrection,
    /// Another template.
    Other,
    /// A template that matters here, with values that are not understood.
    Unreadable,
}

/// One day of a leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveSlice {
    /// Which day.
    pub work_date: Date,
    /// From when to when.
    pub span: Span,
    /// How much DingTalk takes off, in minutes.
    pub minutes: i64,
}
