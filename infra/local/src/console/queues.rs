//! What waits for a decision, as the console shows it.

use admin_console::desk_port::{
    ConflictRow, ConsoleReply, DecisionTarget, HoldRow, OrderRefusal, QuarantineRow, QueueName,
    ReplyPage, WaitingFigures,
};
use desk::{
    ConflictState, ConflictView, Cursor, HoldState, HoldView, Page, QuarantineView, Reply,
    ReviewRequest,
};

use super::desk_visit::{DeskVisit, label_of, not_here, odd_reply};

/// Holds of a page whose records are named, and how many of each: every hold takes an order of its own.
const NAMED_HOLDS: usize = 10;
const NAMED_RECORDS: usize = 5;

/// Pages that are counted through before it is said that the number is not known.
const COUNTED_PAGES: usize = 40;

impl DeskVisit<'_> {
    pub(super) async fn list_queue(
        &self,
        queue: QueueName,
        cursor: Option<String>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let cursor = cursor.map(Cursor);
        match queue {
            QueueName::Holds => self.list_holds(cursor).await,
            QueueName::Conflicts => {
                let all = true;
                let reply = self.order(ReviewRequest::Conflicts { all, cursor }).await?;
                let Reply::Conflicts(page) = reply else {
                    return Err(odd_reply());
                };
                Ok(ConsoleReply::Conflicts(reply_page(page, conflict_row)))
            }
            QueueName::Quarantine => {
                let all = false;
                let reply = self.order(ReviewRequest::Quarantined { all, cursor });
                let Reply::Quarantined(page) = reply.await? else {
                    return Err(odd_reply());
                };
                Ok(ConsoleReply::Quarantine(reply_page(page, |one| {
                    Some(quarantine_row(one))
                })))
            }
            QueueName::Matches => Err(no_matches()),
        }
    }

    async fn list_holds(&self, cursor: Option<Cursor>) -> Result<ConsoleReply, OrderRefusal> {
        let all = true;
        let Reply::Holds(page) = self.order(ReviewRequest::Holds { all, cursor }).await? else {
            return Err(odd_reply());
        };
        let mut page = reply_page(page, hold_row);
        for row in page.rows.iter_mut().take(NAMED_HOLDS) {
            let (id, from) = (row.id.clone(), 0);
            let Reply::Hold { records, .. } = self.order(ReviewRequest::Hold { id, from }).await?
            else {
                return Err(odd_reply());
            };
            row.records = records.iter().take(NAMED_RECORDS).map(label_of).collect();
        }
        Ok(ConsoleReply::Holds(page))
    }

    pub(super) async fn decide(
        &self,
        target: DecisionTarget,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let request = match target {
            DecisionTarget::ReleaseHold(id) => ReviewRequest::Release(id),
            DecisionTarget::TakeBackRelease(id) => ReviewRequest::TakeBack(id),
            DecisionTarget::ResolveConflict(id, keep) => ReviewRequest::Resolve { id, keep },
            DecisionTarget::ReopenConflict(id) => ReviewRequest::Reopen(id),
            DecisionTarget::RetryRecord(id) => ReviewRequest::Retry(id),
            DecisionTarget::DecideMatch { .. } => return Err(no_matches()),
        };
        self.order(request).await?;
        Ok(ConsoleReply::Done)
    }

    /// What waits; `None` where it cannot be counted, or not by this actor.
    pub(super) async fn count_waiting(&self) -> Option<WaitingFigures> {
        let all = false;
        let conflicts = |cursor| ReviewRequest::Conflicts { all, cursor };
        let holds = |cursor| ReviewRequest::Holds { all, cursor };
        let quarantined = |cursor| ReviewRequest::Quarantined { all, cursor };
        Some(WaitingFigures {
            conflicts: self.count_pages(conflicts).await?,
            matches: None,
            holds: self.count_pages(holds).await?,
            quarantined: self.count_pages(quarantined).await?,
        })
    }

    async fn count_pages(
        &self,
        request: impl Fn(Option<Cursor>) -> ReviewRequest + Send + Sync,
    ) -> Option<u64> {
        let (mut count, mut cursor) = (0, None);
        for _ in 0..COUNTED_PAGES {
            let (rows, next) = match self.order(request(cursor)).await.ok()? {
                Reply::Conflicts(page) => (page.rows.len(), page.next),
                Reply::Holds(page) => (page.rows.len(), page.next),
                Reply::Quarantined(page) => (page.rows.len(), page.next),
                _ => return None,
            };
            count += rows as u64;
            if next.is_none() {
                return Some(count);
            }
            cursor = next;
        }
        None
    }
}

fn no_matches() -> OrderRefusal {
    not_here("proposed matches are not kept on this machine")
}

fn reply_page<V, R>(page: Page<V>, row: impl Fn(&V) -> Option<R>) -> ReplyPage<R> {
    ReplyPage {
        rows: page.rows.iter().filter_map(row).collect(),
        next: page.next.map(|cursor| cursor.0),
        total: None,
    }
}

/// What was released can be taken back until a sweep has applied it.
fn hold_row(hold: &HoldView) -> Option<HoldRow> {
    let is_released = match hold.state {
        HoldState::Held => false,
        HoldState::Released { .. } => true,
        HoldState::Applied { .. } | HoldState::Gone { .. } => return None,
    };
    Some(HoldRow {
        id: hold.id.clone(),
        reason: hold.reason.clone(),
        count: hold.count,
        records: Vec::new(),
        since: hold.since,
        is_released,
    })
}

/// What was resolved can be opened again while it matters.
fn conflict_row(conflict: &ConflictView) -> Option<ConflictRow> {
    let is_resolved = match conflict.state {
        ConflictState::Open => false,
        ConflictState::Resolved { .. } => true,
        ConflictState::Moot { .. } => return None,
    };
    Some(ConflictRow {
        id: conflict.id.clone(),
        record: label_of(&conflict.record),
        field: conflict.field,
        dingtalk: conflict.dingtalk.clone(),
        ehr: conflict.ehr.clone(),
        stands: conflict.stands,
        since: conflict.since,
        is_resolved,
    })
}

fn quarantine_row(one: &QuarantineView) -> QuarantineRow {
    QuarantineRow {
        id: one.id.clone(),
        record: label_of(&one.record),
        reason: one.reason.clone(),
        since: one.since,
        tries: one.tries,
        next: one.next,
    }
}
