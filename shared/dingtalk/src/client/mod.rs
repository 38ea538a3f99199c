//! The client: what is asked of DingTalk, how fast, how often again, and what its answers mean.
//!
//! One [`Client`] is one app in one corp. It paces itself per interface at the documented limit, renews a refused token
//! once, retries what a retry can help, and gives everything else a name. Rows become canonical
//! [`Record`](directory::Record)s here; DingTalk's own structures stay private.

mod approvals;
mod attendance;
mod call;
mod call_counters;
mod clock;
mod config;
mod crawl;
mod departments;
mod failed_callbacks;
mod leave;
mod lenient;
mod notices;
mod people;
mod rate_limit;
mod retry;
mod roster;
mod rows;
mod scopes;
#[cfg(feature = "stream")]
mod stream;
mod token_api;
mod tokens;
mod wire_person;
mod write;

#[cfg(test)]
mod script;

pub use approvals::{
    ApprovalAction, ApprovalInstance, ApprovalStatus, ApprovalTask, ApprovalTemplate, FormValue,
    INSTANCE_USERS_MAX, INSTANCE_WINDOW_DAYS, InstanceIdsPage, InstanceQuery, ManagedTemplate,
    TemplatesPage,
};
pub use attendance::{
    ATTENDANCE_DAYS_MAX, ATTENDANCE_PEOPLE_MAX, ATTENDANCE_ROWS_MAX, AttendanceGroup,
    AttendanceQuery, AttendanceRow, CheckSide, GroupRow, HolidayKind, HolidayRow, PlannedCheck,
    PunchRow, ScheduleRow, Shift, ShiftPunch, ShiftRest, ShiftRow, TimeResult,
};
pub use call_counters::CallTally;
pub use clock::{Clock, Jitter};
pub use config::{CallRate, Client, ClientConfig, Endpoints};
pub use crawl::{CrawlEnd, CrawlItem, CrawlState, DirectoryReader, crawl_directory};
pub use departments::SubDepartments;
pub use failed_callbacks::FailedCallbacks;
pub use leave::{
    LeaveQuotaRow, LeaveRecordRow, LeaveRecordState, LeaveTypeRow, LeaveUnit, QUOTA_PEOPLE_MAX,
};
pub use notices::{
    ForbiddenReceiver, Notice, NoticeContent, NoticeProgress, SendResult, SendStatus, TaskId,
};
pub use people::{MemberRow, MembersPage};
pub use rate_limit::{LearnedPace, PaceMemory};
pub use roster::{
    Admin, AdminLevel, DeepField, IdPart, OnJobPage, ProofNews, ROSTER_MAX, RosterDoubt,
    RosterKinds, RosterLayout, RosterProof, RosterRow, RosterRows, RosterValue, SampledPerson,
};
pub use rows::{OddRow, RowPage};
pub use scopes::Scopes;
#[cfg(feature = "stream")]
pub use stream::{
    AppSecretSource, EventSink, EventStream, NotStored, StreamGateway, StreamParts, StreamTicket,
    StreamWatcher, StreamedEvent,
};
pub use token_api::{CompanyProof, IssuedToken, TokenApi};
pub use tokens::{AccessToken, TokenHash, TokenSource};
pub use wire_person::UnreadableRow;
pub use write::{
    CallOutcome, CreatedDepartment, CustomFieldsError, Deletion, DepartmentOptions, MobileForm,
    NewPerson, PersonChange, PersonEntry, UnwritableReason, WriteMoment, WrittenFields,
    custom_changes, department_order, person_order,
};
