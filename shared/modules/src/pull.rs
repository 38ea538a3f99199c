//! Reads a stretch of days from DingTalk into facts, in small steps that can be repeated and resumed.
//!
//! A step asks for one piece, such as a week of 50 people, and returns its facts with the next step. Whoever stores both
//! together can be killed at any moment: the step is done again and changes nothing.

mod cursor;
mod day_rows;
mod forms;
mod leave;
mod requests;

use std::collections::BTreeMap;

use dingtalk::client::Client;
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::{Timestamp, UserId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use month::{FactBatch, FactKind};

pub use cursor::PullCursor;
pub use forms::{FormReader, RequestMeaning, suggest_meaning};
pub use requests::read_request;

/// What is read.
#[derive(Debug, Clone)]
pub struct PullScope {
    /// In whose name attendance is asked for.
    pub attendance_admin: UserId,
    /// In whose name leave is asked for.
    pub leave_admin: UserId,
    /// Whose, in an order that stays the same while a cursor lives.
    pub people: Vec<UserId>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many days before the first one a request may have been started, at most 365 together with what has passed since.
    pub lookback_days: i64,
    /// Templates that matter, with what they mean.
    pub templates: BTreeMap<String, RequestMeaning>,
    /// The zone of the clock in forms (UNCONFIRMED for companies abroad).
    pub form_zone: TimeZone,
    /// Whether the company is registered abroad.
    pub abroad: bool,
    /// Whether balances are read as well.
    pub balances: bool,
}

/// What one step brought.
#[derive(Debug)]
pub struct PullStep {
    /// Facts; see [`FactBook::apply`](month::FactBook::apply).
    pub batch: FactBatch,
    /// What could not be read.
    pub odd: Vec<OddFact>,
    /// What comes next; [`PullCursor::Done`] after the last step.
    pub next: PullCursor,
}

/// A row or a record that could not be read. The rest goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddFact {
    /// Of which interface.
    pub interface: &'static str,
    /// Whose; `None` where that is not known.
    pub user: Option<UserId>,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Fields that are missing or not understood.
    pub fields: Vec<&'static str>,
}

/// Why a step failed. Its cursor stays: the step is done again later.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// DingTalk, or the way to it.
    #[error(transparent)]
    DingTalk(#[from] DingTalkError),
    /// The cursor is one of another scope: it points behind the last person, template or kind of leave.
    #[error("the cursor does not belong to this scope; begin anew")]
    ForeignCursor,
}

/// Does one step. `now` ends the window of requests; `leave_codes` are the kinds of leave that are known by now, in order.
///
/// # Errors
/// [`PullError`]. What DingTalk refuses for one record alone is an [`OddFact`] instead.
pub async fn step_pull(
    client: &Client,
    scope: &PullScope,
    cursor: &PullCursor,
    leave_codes: &[String],
    now: Timestamp,
) -> Result<PullStep, PullError> {
    match cursor {
        PullCursor::Shifts { cursor } => leave::read_shifts(client, scope, *cursor).await,
        PullCursor::LeaveTypes => leave::read_leave_types(client, scope).await,
        PullCursor::Days { kind, chunk, from } => {
            let kind = FactKind::from(*kind);
            day_rows::read_days(client, scope, kind, *chunk, *from).await
        }
        PullCursor::Requests {
            template,
            from,
            token,
        } => {
            let place = requests::RequestPlace {
                template: *template,
                from: *from,
                token: *token,
            };
            requests::read_requests(client, scope, place, now).await
        }
        PullCursor::Balances { kind, chunk } => {
            leave::read_balances(client, scope, leave_codes, *kind, *chunk).await
        }
        PullCursor::Done => Ok(PullStep {
            batch: FactBatch::default(),
            odd: Vec::new(),
            next: PullCursor::Done,
        }),
    }
}

/// Whether an error is about one record and no reason to stop.
fn concerns_one_record(error: &DingTalkError) -> bool {
    matches!(
        error.trouble,
        DingTalkErrorKind::NotFound
            | DingTalkErrorKind::Malformed { .. }
            | DingTalkErrorKind::Refused { .. }
            | DingTalkErrorKind::OutOfScope
    )
}

impl OddFact {
    fn of_row(interface: &'static str, row: dingtalk::client::OddRow) -> Self {
        Self {
            interface,
            user: row.user,
            id: None,
            fields: row.fields,
        }
    }
}
