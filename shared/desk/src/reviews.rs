//! What waits for a person: conflicts, holds and quarantined records, listed page by page, decided one by one.

use directory::{Reason, Side};
use engine::LookError;
use engine::reviews::{
    ChoiceOutcome, Conflict, ConflictState, Hold, HoldState, QuarantineState, QuarantinedRecord,
    ReleaseError, ResolveError,
};
use state::store::StoredItem;
use state::{StoreError, WriteError};

use crate::desk::OrderContext;
use crate::error::{OrderError, RecordCategory, RecordOrderError};
use crate::masking::Masking;
use crate::order::ReviewRequest;
use crate::paging::{Cursor, PAGE_SIZE, Page};
use crate::record_reader::{RecordReader, view_hold};
use crate::reply::Reply;

/// Records that are compared with the beginning of an id: a person has a conflict per field at most.
const NAMED_MAX: usize = 50;

impl OrderContext<'_> {
    pub(crate) async fn review(&self, request: &ReviewRequest) -> Result<Reply, OrderError> {
        let reader = self.open_reader().await?;
        match request {
            ReviewRequest::Conflicts { all, cursor } => {
                self.list_conflicts(&reader, *all, cursor.as_ref()).await
            }
            ReviewRequest::Conflict(id) => {
                let stored = self.find_conflict(&reader, id).await?;
                reply_conflict(&reader, &stored, Masking::Open).await
            }
            ReviewRequest::Resolve { id, keep } => self.resolve(&reader, id, *keep).await,
            ReviewRequest::Reopen(id) => self.reopen(&reader, id).await,
            ReviewRequest::Holds { all, cursor } => {
                list_holds(&reader, *all, cursor.as_ref()).await
            }
            ReviewRequest::Hold { id, from } => {
                reply_hold(&reader, find_hold(&reader, id).await?, *from).await
            }
            ReviewRequest::Release(id) => self.release(&reader, id).await,
            ReviewRequest::TakeBack(id) => self.take_back(&reader, id).await,
            ReviewRequest::Quarantined { all, cursor } => {
                self.list_quarantined(&reader, *all, cursor.as_ref()).await
            }
            ReviewRequest::QuarantinedOne(id) => {
                let stored = self.find_quarantined(&reader, id).await?;
                reply_quarantined(&reader, &stored).await
            }
            ReviewRequest::Retry(id) => self.retry(&reader, id).await,
            ReviewRequest::Waiting { cursor } => self.list_waiting(&reader, cursor.as_ref()).await,
        }
    }

    async fn list_conflicts(
        &self,
        reader: &RecordReader,
        all: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let after = cursor.map(Cursor::as_str);
        let read = reader.records.conflicts_page(after, PAGE_SIZE).await;
        let read = read.map_err(|err| read_error(&err))?;
        let mut rows = Vec::new();
        for stored in &read {
            let (kind, link) = (stored.body.kind, stored.body.link);
            let wanted = all || stored.body.state == ConflictState::Open;
            if wanted && self.covers_link(reader, kind, link).await? {
                rows.push(reader.view_conflict(stored, Masking::Masked).await?);
            }
        }
        Ok(Reply::Conflicts(Page::behind(rows, ids(&read))))
    }

    async fn find_conflict(
        &self,
        reader: &RecordReader,
        typed: &str,
    ) -> Result<StoredItem<Conflict>, OrderError> {
        let (digits, _) = typed.trim().split_once('-').unwrap_or((typed.trim(), ""));
        let named = reader.records.conflicts_named(digits, NAMED_MAX).await;
        let named = named.map_err(|err| read_error(&err))?;
        let stored = choose_named(named, RecordCategory::Conflict, typed)?;
        let (kind, link) = (stored.body.kind, stored.body.link);
        self.check_link(reader, kind, link).await?;
        self.subject.name_record(kind, link);
        self.subject.name_target(stored.id.as_str());
        Ok(stored)
    }

    async fn resolve(
        &self,
        reader: &RecordReader,
        id: &str,
        keep: Side,
    ) -> Result<Reply, OrderError> {
        let stored = self.find_conflict(reader, id).await?;
        let corps = &self.desk.corps;
        let resolved = corps
            .resolve_conflict(&self.binding, stored, keep, self.by)
            .await;
        let resolved = resolved.map_err(|err| not_resolved(err, RecordCategory::Conflict))?;
        reply_conflict(reader, &resolved, Masking::Masked).await
    }

    async fn reopen(&self, reader: &RecordReader, id: &str) -> Result<Reply, OrderError> {
        let stored = self.find_conflict(reader, id).await?;
        let reopened = self.desk.corps.reopen_conflict(&self.binding, stored).await;
        let reopened = reopened.map_err(|err| not_resolved(err, RecordCategory::Conflict))?;
        reply_conflict(reader, &reopened, Masking::Masked).await
    }

    async fn release(&self, reader: &RecordReader, id: &str) -> Result<Reply, OrderError> {
        let stored = find_hold(reader, id).await?;
        self.subject.name_target(stored.id.as_str());
        let released = reader
            .records
            .release_hold(stored, self.by, self.now())
            .await;
        reply_hold(reader, released.map_err(|err| not_released(&err))?, 0).await
    }

    async fn take_back(&self, reader: &RecordReader, id: &str) -> Result<Reply, OrderError> {
        let stored = find_hold(reader, id).await?;
        self.subject.name_target(stored.id.as_str());
        let taken = reader.records.take_back_release(stored).await;
        reply_hold(reader, taken.map_err(|err| not_released(&err))?, 0).await
    }

    async fn list_quarantined(
        &self,
        reader: &RecordReader,
        all: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let after = cursor.map(Cursor::as_str);
        let read = reader.records.quarantined_page(after, PAGE_SIZE).await;
        let read = read.map_err(|err| read_error(&err))?;
        let mut rows = Vec::new();
        for stored in &read {
            let (kind, link) = (stored.body.kind, stored.body.link);
            let wanted = all || stored.body.state == QuarantineState::Waits;
            if wanted && self.covers_link(reader, kind, link).await? {
                rows.push(reader.view_quarantined(stored).await?);
            }
        }
        Ok(Reply::Quarantined(Page::behind(rows, ids(&read))))
    }

    async fn find_quarantined(
        &self,
        reader: &RecordReader,
        typed: &str,
    ) -> Result<StoredItem<QuarantinedRecord>, OrderError> {
        let named = reader
            .records
            .quarantined_named(typed.trim(), NAMED_MAX)
            .await;
        let named = named.map_err(|err| read_error(&err))?;
        let stored = choose_named(named, RecordCategory::Quarantine, typed)?;
        let (kind, link) = (stored.body.kind, stored.body.link);
        self.check_link(reader, kind, link).await?;
        self.subject.name_record(kind, link);
        Ok(stored)
    }

    async fn retry(&self, reader: &RecordReader, id: &str) -> Result<Reply, OrderError> {
        let stored = self.find_quarantined(reader, id).await?;
        let corps = &self.desk.corps;
        let tried = corps.retry_quarantined(&self.binding, &stored.body).await;
        tried.map_err(|err| not_resolved(err, RecordCategory::Quarantine))?;
        // Names may have changed with it.
        let reader = self.open_reader().await?;
        let stored = self.find_quarantined(&reader, &stored.id).await?;
        reply_quarantined(&reader, &stored).await
    }
}

fn ids<T>(stored: &[StoredItem<T>]) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
    stored.iter().map(|stored| stored.id.as_str())
}

fn is_open(hold: &Hold) -> bool {
    matches!(hold.state, HoldState::Held | HoldState::Released { .. })
}

async fn list_holds(
    reader: &RecordReader,
    all: bool,
    cursor: Option<&Cursor>,
) -> Result<Reply, OrderError> {
    let after = cursor.map(Cursor::as_str);
    let read = reader.records.holds_page(after, PAGE_SIZE).await;
    let read = read.map_err(|err| read_error(&err))?;
    let rows = read
        .iter()
        .filter(|stored| all || is_open(&stored.body))
        .map(view_hold)
        .collect();
    Ok(Reply::Holds(Page::behind(rows, ids(&read))))
}

async fn find_hold(reader: &RecordReader, typed: &str) -> Result<StoredItem<Hold>, OrderError> {
    let named = reader.records.holds_named(typed.trim(), NAMED_MAX).await;
    let named = named.map_err(|err| read_error(&err))?;
    choose_named(named, RecordCategory::Hold, typed)
}

/// The one record whose id is typed, in full or its beginning.
fn choose_named<T>(
    all: Vec<StoredItem<T>>,
    category: RecordCategory,
    typed: &str,
) -> Result<StoredItem<T>, OrderError> {
    let typed = typed.trim();
    let mut named: Vec<StoredItem<T>> = all
        .into_iter()
        .filter(|stored| matches_id(&stored.id, typed))
        .collect();
    match (named.pop(), named.len()) {
        (Some(stored), 0) => Ok(stored),
        (Some(_), more) => Err(OrderError::Record(RecordOrderError::Ambiguous {
            count: more + 1,
        })),
        (None, _) => Err(OrderError::Record(RecordOrderError::Unknown(category))),
    }
}

/// A list shows the first digits, and of a conflict the field after them.
fn matches_id(id: &str, typed: &str) -> bool {
    let short = || {
        let ((record, field), (digits, typed_field)) =
            (id.split_once('-')?, typed.split_once('-')?);
        Some(record.starts_with(digits) && field == typed_field && !digits.is_empty())
    };
    !typed.is_empty() && (id.starts_with(typed) || short().unwrap_or_default())
}

async fn reply_conflict(
    reader: &RecordReader,
    stored: &StoredItem<Conflict>,
    masking: Masking,
) -> Result<Reply, OrderError> {
    let view = reader.view_conflict(stored, masking).await?;
    Ok(Reply::Conflict(Box::new(view)))
}

async fn reply_hold(
    reader: &RecordReader,
    stored: StoredItem<Hold>,
    from: usize,
) -> Result<Reply, OrderError> {
    let page = reader
        .records
        .held_records_page(&stored, from, PAGE_SIZE)
        .await
        .map_err(|err| read_error(&err))?;
    let mut records = Vec::with_capacity(page.len());
    for record in page {
        records.push(reader.load_identity(stored.body.kind, record.link).await?);
    }
    Ok(Reply::Hold {
        hold: Box::new(view_hold(&stored)),
        records,
    })
}

async fn reply_quarantined(
    reader: &RecordReader,
    stored: &StoredItem<QuarantinedRecord>,
) -> Result<Reply, OrderError> {
    let view = reader.view_quarantined(stored).await?;
    Ok(Reply::QuarantinedOne(Box::new(view)))
}

fn read_error(err: &StoreError) -> OrderError {
    OrderError::unusable(err)
}

fn not_released(err: &ReleaseError) -> OrderError {
    OrderError::Record(match err {
        ReleaseError::Closed => RecordOrderError::Closed(RecordCategory::Hold),
        ReleaseError::NotReleased => RecordOrderError::NotDecided(RecordCategory::Hold),
        ReleaseError::Write(WriteError::Stale | WriteError::Exists { .. }) => {
            RecordOrderError::Stale
        }
        ReleaseError::Write(_) => return OrderError::unusable(err),
    })
}

fn not_resolved(err: ResolveError, category: RecordCategory) -> OrderError {
    OrderError::Record(match err {
        ResolveError::Closed => RecordOrderError::Closed(category),
        ResolveError::Open => RecordOrderError::NotDecided(category),
        ResolveError::Not(not) => not_granted(not),
        ResolveError::Look(LookError::Closed(why)) => {
            return OrderError::NotNow { why };
        }
        ResolveError::Look(err) => RecordOrderError::NotNow(Reason::from(&err)),
        ResolveError::Write(WriteError::Stale | WriteError::Exists { .. }) => {
            RecordOrderError::Stale
        }
        err => return OrderError::unusable(&err),
    })
}

fn not_granted(granted: ChoiceOutcome) -> RecordOrderError {
    match granted {
        ChoiceOutcome::Moved(side) => RecordOrderError::Moved(side),
        ChoiceOutcome::Unseen(side) => RecordOrderError::Unseen(side),
        ChoiceOutcome::Owned(side) => RecordOrderError::Owned(side),
        ChoiceOutcome::Employee => RecordOrderError::Employee,
        ChoiceOutcome::Refused(why) => RecordOrderError::Refused(why),
        // It is no refusal; as one it is at least not taken for a success.
        ChoiceOutcome::Done => RecordOrderError::Unseen(Side::DingTalk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_matches_by_prefix_and_a_conflict_also_by_its_field() {
        let id = "0bd1aa00000000000000000000000000-title";
        for typed in [id, "0bd1", "0bd1-title", "0bd1aa00000000000000000000000000"] {
            assert!(matches_id(id, typed), "{typed}");
        }
        for typed in ["", "-title", "0bd1-name", "bd1", "0bd2-title"] {
            assert!(!matches_id(id, typed), "{typed}");
        }
    }
}
