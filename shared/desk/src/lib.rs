#![doc = include_str!("../README.md")]

mod action;
mod actor;
mod authorize;
pub mod binding;
mod company_view;
mod desk;
mod error;
mod export;
mod handling;
mod history;
mod key_text;
mod ledger_edits;
mod ledger_views;
mod masking;
mod order;
mod order_journal;
mod paging;
mod plans;
mod policies;
mod record_reader;
mod reply;
mod reviews;
mod roles;
pub mod rotation;
mod status;
mod views;
mod waiting;
mod writing;

pub use action::{ActionEffect, OrderAction};
pub use actor::{Actor, Role, SignIn};
pub use desk::Desk;
pub use error::{LedgerOrderError, OrderError, RecordCategory, RecordOrderError};
pub use ledger_views::{EditRequest, EditVerb, LedgerChangeView, LedgerEntryView, UpcomingView};
pub use masking::{mask_email, mask_number, mask_value};
pub use order::{
    JournalRequest, LedgerRequest, Order, OrderRequest, PlanRequest, PolicyRequest, ReviewRequest,
    WritingRequest,
};
pub use paging::{Cursor, PAGE_SIZE, Page};
pub use reply::{ChangeFeedView, NamedPerson, PolicyView, Reply};
pub use roles::{Permission, permission_of};
pub use status::{PlanNeed, StatusView, SweepOutcome, SweepView, WaitingPlan, WaitingRecords};
pub use views::{
    AuditView, ChangeView, ConflictView, ExportRow, HoldView, JournalBreak, OrderView,
    QuarantineView, RecordIdentity, WaitingItem, WaitsFor,
};

// What replies contain of the crates below, so that those who print them need only the desk.
pub use ehr::ledger::{EditOutcome, EditRefusal};
pub use engine::gate::ANSWER_VALID_MS as PAUSE_COUNTS_AFTER_MS;
pub use engine::plans::{
    AGE_MAX_HOURS, NotApplied, PlanBody, PlanDifference, PlanHead, PlanState, PlannedItem,
    PlannedPart,
};
pub use engine::reviews::{ConflictState, HoldState, QuarantineCause, QuarantineState};
pub use engine::status::{BindingStatus, BudgetStatus, FieldSpending, Spending};

#[cfg(test)]
mod tests;
