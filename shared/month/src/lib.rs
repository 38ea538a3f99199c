#![doc = include_str!("../README.md")]

mod calendar;
mod closing;
mod context;
mod count_day;
mod count_month;
mod decision;
mod evidence;
mod fact_book;
mod facts;
#[cfg(feature = "files")]
mod files;
mod overtime;
mod requests;
mod rules;
mod span;

pub use calendar::{CalendarDifference, DayKind, WorkCalendar, find_calendar_differences};
pub use closing::{
    ClosedMonth, ClosingRefusal, DifferenceKey, MonthDifference, Settlement, close_month,
    find_differences,
};
pub use context::PersonTerms;
pub use count_day::DayCount;
pub use count_month::{MonthInput, MonthOfPerson, OvertimeMinutes, count_month, month_days};
pub use decision::{Decision, DecisionKey, DecisionKind, Ruling, Rulings};
pub use evidence::EvidenceId;
pub use fact_book::{FactBatch, FactBook, FactCoverage, FactKind};
pub use facts::{
    LeaveBalance, LeaveSlice, LeaveType, PlannedPunch, Punch, PunchResult, PunchSide, PunchState,
    RequestAction, RequestContent, RequestFact, RequestState, RestTime, ShiftFact,
};
#[cfg(feature = "files")]
pub use files::{FileError, PayrollColumn, PayrollRow, payroll_csv, payroll_xlsx};
pub use requests::{EffectiveRequest, resolve_requests};
pub use rules::{
    CountingRules, GraceMode, MissingPunchRule, OvertimeBasis, OvertimeDay, OvertimeFactors,
    OvertimeRules, Rounding, RoundingDirection, RuleBook, RuleFault,
};
pub use span::{MinuteMark, Span, SpanSet};
