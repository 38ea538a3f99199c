//! What DingTalk holds of attendance, leave and approvals. Moments are milliseconds since 1970.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkBook {
    /// People with the rights of an attendance administrator.
    pub attendance_admins: BTreeSet<String>,
    /// People with rights to OA approval.
    pub approval_admins: BTreeSet<String>,
    /// Whether nothing is ever too old. A made-up month stays where it is while the machine's time goes on.
    pub keeps_everything: bool,
    /// Shifts by number.
    pub shifts: BTreeMap<i64, ShiftRecord>,
    /// Attendance groups by number.
    pub groups: BTreeMap<i64, GroupRecord>,
    /// Schedules by `userid`, in the order of time.
    pub plans: BTreeMap<String, Vec<PlanRecord>>,
    /// Punches by `userid`, in the order of time.
    pub punches: BTreeMap<String, Vec<PunchRecord>>,
    /// Special days.
    pub holidays: BTreeMap<Date, HolidayRecord>,
    /// Kinds of leave.
    pub leave_types: Vec<LeaveTypeRecord>,
    /// Balances.
    pub quotas: Vec<QuotaRecord>,
    /// Approval templates.
    pub templates: Vec<TemplateRecord>,
    /// Approval instances by id.
    pub instances: BTreeMap<String, InstanceRecord>,
}

/// A shift. Minutes are after the work date's midnight, above 1,440 on the next day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShiftRecord {
    /// Its name.
    pub name: String,
    /// Coming and going, section by section.
    pub sections: Vec<(i64, i64)>,
    /// Pauses.
    pub rests: Vec<(i64, i64)>,
}

/// An attendance group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Its name.
    pub name: String,
    /// `FIXED`, `TURN` or `NONE`.
    pub kind: String,
    /// Its shifts.
    pub shift_ids: Vec<i64>,
    /// Its people.
    pub members: BTreeSet<String>,
}

/// A planned punch, or a day of rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// Its number.
    pub plan_id: i64,
    /// The day.
    pub work_date: Date,
    /// `OnDuty` or `OffDuty`; empty on a day of rest.
    pub side: String,
    /// When; 0 on a day of rest.
    pub planned_at: i64,
    /// The shift; 0 on a day of rest.
    pub shift_id: i64,
    /// The group.
    pub group_id: i64,
    /// What came of it; `None` as long as nothing is known.
    pub outcome: Option<PunchOutcome>,
}

/// What came of a planned punch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PunchOutcome {
    /// The number of the result.
    pub id: i64,
    /// When somebody punched.
    pub punched_at: Option<i64>,
    /// `Normal`, `Late`, `NotSigned` and so on.
    pub time_result: String,
    /// `USER`, `APPROVE`, `SYSTEM`.
    pub source: String,
    /// The request that decided it.
    pub instance_id: Option<String>,
}

/// A punch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PunchRecord {
    /// Its number.
    pub id: i64,
    /// The day that it counts to.
    pub work_date: Date,
    /// When.
    pub at: i64,
    /// Whether it is valid.
    pub legal: bool,
}

/// A special day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HolidayRecord {
    /// Its name.
    pub name: String,
    /// `festival`, `rest` or `overtime`.
    pub kind: String,
    /// Of a day that is worked: the day that is free for it.
    pub real_date: Option<Date>,
}

/// A kind of leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeaveTypeRecord {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `day`, `halfDay` or `hour`.
    pub unit: String,
    /// `inner` or `external`.
    pub source: String,
}

/// A balance, in hundredths of days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotaRecord {
    /// Whose.
    pub userid: String,
    /// Of which kind.
    pub code: String,
    /// Such as `2026`.
    pub cycle: String,
    /// Given.
    pub given: i64,
    /// Used.
    pub used: i64,
}

/// An approval template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateRecord {
    /// `PROC-…`.
    pub process_code: String,
    /// Its name.
    pub name: String,
    /// 0 none, 1 补卡, 2 请假.
    pub attendance_type: i64,
}

/// An approval instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceRecord {
    /// Of which template.
    pub process_code: String,
    /// Who started it.
    pub originator: String,
    /// When.
    pub created_at: i64,
    /// When it was decided.
    pub finished_at: Option<i64>,
    /// `RUNNING`, `TERMINATED` or `COMPLETED`.
    pub status: String,
    /// `agree` or `refuse`; empty while it runs.
    pub result: String,
    /// `NONE`, `MODIFY` or `REVOKE`.
    pub action: String,
    /// The instance that it changes.
    pub main: Option<String>,
    /// The form, as DingTalk answers it.
    pub values: Vec<Value>,
}
