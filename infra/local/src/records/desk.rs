//! Does what is asked about records that wait, on a state that somebody has open.

use directory::Side;
use directory::reason::Reason;
use engine::LookError;
use engine::reviews::{
    ChoiceOutcome, Conflict, ConflictState, Hold, HoldState, QuarantineState, ReleaseError,
    ResolveError,
};
use state::store::StoredItem;
use state::{Binding, StoreError, WriteError};

use super::order::{RecordCategory, RecordOrder, RecordOrderError, RecordReply};
use super::record_reader::{self, RecordReader};
use super::{journal, waiting};
use crate::plan::desk::{PlanOrderHandler, unusable_state};
use crate::plan::order::PlanOrderError;

/// Records of a hold that are told by name.
const RECORDS_NAMED: usize = 1000;

/// Does what is asked.
///
/// # Errors
/// [`PlanOrderError`]; nothing was written then.
pub(crate) async fn handle_record_order(
    desk: &PlanOrderHandler,
    binding: &Binding,
    order: &RecordOrder,
) -> Result<RecordReply, PlanOrderError> {
    let reader = RecordReader::new(desk, binding).await?;
    match order {
        RecordOrder::Conflicts { all } => list_conflicts(&reader, *all).await,
        RecordOrder::Conflict(id) => {
            reply_conflict(&reader, &find_conflict(&reader, id).await?).await
        }
        RecordOrder::Resolve { id, keep, by } => {
            let stored = find_conflict(&reader, id).await?;
            reply_resolved(
                &reader,
                desk.deps
                    .corps
                    .resolve_conflict(binding, stored, *keep, by)
                    .await,
            )
            .await
        }
        RecordOrder::Reopen(id) => {
            let stored = find_conflict(&reader, id).await?;
            reply_resolved(
                &reader,
                desk.deps.corps.reopen_conflict(binding, stored).await,
            )
            .await
        }
        RecordOrder::Holds { all } => {
            let holds = reader
                .records
                .list_holds()
                .await
                .map_err(|err| read_error(&err))?;
            let mut holds: Vec<_> = holds
                .iter()
                .filter(|hold| *all || is_open(&hold.body))
                .map(record_reader::view_hold)
                .collect();
            holds.sort_by_key(|hold| std::cmp::Reverse(hold.since));
            Ok(RecordReply::Holds(holds))
        }
        RecordOrder::Hold(id) => reply_hold(&reader, find_hold(&reader, id).await?).await,
        RecordOrder::Release { id, by } => {
            let stored = find_hold(&reader, id).await?;
            let released = reader
                .records
                .release_hold(stored, by, desk.deps.corps.clock.now())
                .await;
            reply_hold(&reader, released.map_err(|err| not_released(&err))?).await
        }
        RecordOrder::TakeBack(id) => {
            let taken = reader
                .records
                .take_back_release(find_hold(&reader, id).await?)
                .await;
            reply_hold(&reader, taken.map_err(|err| not_released(&err))?).await
        }
        RecordOrder::Quarantined { all } => list_quarantined(&reader, *all).await,
        RecordOrder::QuarantinedOne(id) => find_quarantined(&reader, id).await,
        RecordOrder::Retry(id) => {
            let RecordReply::QuarantinedOne(one) = find_quarantined(&reader, id).await? else {
                return Err(unknown());
            };
            let all = reader
                .records
                .list_quarantined()
                .await
                .map_err(|err| read_error(&err))?;
            let stored = all
                .into_iter()
                .find(|stored| stored.id == one.id)
                .ok_or_else(unknown)?;
            let tried = desk
                .deps
                .corps
                .retry_quarantined(binding, &stored.body)
                .await;
            tried.map_err(|err| not_resolved(err, RecordCategory::Quarantine))?;
            // Names may have changed with it.
            find_quarantined(&RecordReader::new(desk, binding).await?, &one.id).await
        }
        RecordOrder::Waiting => waiting::list_waiting(desk, binding, &reader).await,
        RecordOrder::Why { who, field } => journal::explain_field(&reader, who, *field).await,
        RecordOrder::History { who, field } => journal::history(&reader, who, *field).await,
        RecordOrder::Verify => journal::verify(desk, binding).await,
    }
}

fn unknown() -> PlanOrderError {
    PlanOrderError::Record(RecordOrderError::Unknown(RecordCategory::Quarantine))
}

fn is_open(hold: &Hold) -> bool {
    matches!(hold.state, HoldState::Held | HoldState::Released { .. })
}

/// The one record whose id begins so.
fn find_by_prefix<T>(
    all: Vec<StoredItem<T>>,
    sort: RecordCategory,
    typed: &str,
) -> Result<StoredItem<T>, PlanOrderError> {
    let typed = typed.trim();
    let mut named: Vec<StoredItem<T>> = all
        .into_iter()
        .filter(|stored| matches_id(&stored.id, typed))
        .collect();
    match (named.pop(), named.len()) {
        (Some(stored), 0) => Ok(stored),
        (Some(_), more) => Err(PlanOrderError::Record(RecordOrderError::Ambiguous {
            count: more + 1,
        })),
        (None, _) => Err(PlanOrderError::Record(RecordOrderError::Unknown(sort))),
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

async fn find_conflict(
    reader: &RecordReader,
    id: &str,
) -> Result<StoredItem<Conflict>, PlanOrderError> {
    find_by_prefix(
        reader
            .records
            .list_conflicts()
            .await
            .map_err(|err| read_error(&err))?,
        RecordCategory::Conflict,
        id,
    )
}

async fn find_hold(reader: &RecordReader, id: &str) -> Result<StoredItem<Hold>, PlanOrderError> {
    find_by_prefix(
        reader
            .records
            .list_holds()
            .await
            .map_err(|err| read_error(&err))?,
        RecordCategory::Hold,
        id,
    )
}

async fn list_conflicts(reader: &RecordReader, all: bool) -> Result<RecordReply, PlanOrderError> {
    let mut conflicts = Vec::new();
    for stored in reader
        .records
        .list_conflicts()
        .await
        .map_err(|err| read_error(&err))?
    {
        if all || stored.body.state == ConflictState::Open {
            conflicts.push(reader.view_conflict(&stored).await?);
        }
    }
    conflicts.sort_by_key(|conflict| std::cmp::Reverse(conflict.since));
    Ok(RecordReply::Conflicts(conflicts))
}

async fn reply_conflict(
    reader: &RecordReader,
    stored: &StoredItem<Conflict>,
) -> Result<RecordReply, PlanOrderError> {
    Ok(RecordReply::Conflict(Box::new(
        reader.view_conflict(stored).await?,
    )))
}

async fn reply_resolved(
    reader: &RecordReader,
    resolved: Result<StoredItem<Conflict>, ResolveError>,
) -> Result<RecordReply, PlanOrderError> {
    reply_conflict(
        reader,
        &resolved.map_err(|err| not_resolved(err, RecordCategory::Conflict))?,
    )
    .await
}

async fn reply_hold(
    reader: &RecordReader,
    stored: StoredItem<Hold>,
) -> Result<RecordReply, PlanOrderError> {
    let mut records = Vec::new();
    let all = reader
        .records
        .held_records(&stored)
        .await
        .map_err(|err| read_error(&err))?;
    for record in all.iter().take(RECORDS_NAMED) {
        records.push(reader.load_identity(stored.body.kind, record.link).await?);
    }
    Ok(RecordReply::Hold {
        hold: Box::new(record_reader::view_hold(&stored)),
        records,
    })
}

async fn list_quarantined(reader: &RecordReader, all: bool) -> Result<RecordReply, PlanOrderError> {
    let mut told = Vec::new();
    for stored in reader
        .records
        .list_quarantined()
        .await
        .map_err(|err| read_error(&err))?
    {
        if all || stored.body.state == QuarantineState::Waits {
            told.push(reader.view_quarantined(&stored).await?);
        }
    }
    told.sort_by_key(|one| std::cmp::Reverse(one.since));
    Ok(RecordReply::Quarantined(told))
}

async fn find_quarantined(reader: &RecordReader, id: &str) -> Result<RecordReply, PlanOrderError> {
    let all = reader
        .records
        .list_quarantined()
        .await
        .map_err(|err| read_error(&err))?;
    let stored = find_by_prefix(all, RecordCategory::Quarantine, id)?;
    Ok(RecordReply::QuarantinedOne(Box::new(
        reader.view_quarantined(&stored).await?,
    )))
}

fn read_error(err: &StoreError) -> PlanOrderError {
    unusable_state(err)
}

fn not_released(err: &ReleaseError) -> PlanOrderError {
    match err {
        ReleaseError::Closed => {
            PlanOrderError::Record(RecordOrderError::Closed(RecordCategory::Hold))
        }
        ReleaseError::NotReleased => {
            PlanOrderError::Record(RecordOrderError::NotDecided(RecordCategory::Hold))
        }
        ReleaseError::Write(WriteError::Stale | WriteError::Exists { .. }) => {
            PlanOrderError::Record(RecordOrderError::Stale)
        }
        ReleaseError::Write(_) => unusable_state(err),
    }
}

fn not_resolved(err: ResolveError, sort: RecordCategory) -> PlanOrderError {
    PlanOrderError::Record(match err {
        ResolveError::Closed => RecordOrderError::Closed(sort),
        ResolveError::Open => RecordOrderError::NotDecided(sort),
        ResolveError::Not(not) => not_granted(not),
        ResolveError::Look(LookError::Closed(why)) => {
            return PlanOrderError::NotNow { why };
        }
        ResolveError::Look(err) => RecordOrderError::NotNow(Reason::from(&err)),
        ResolveError::Write(WriteError::Stale | WriteError::Exists { .. }) => {
            RecordOrderError::Stale
        }
        err => return unusable_state(&err),
    })
}

fn not_granted(granted: ChoiceOutcome) -> RecordOrderError {
    match granted {
        ChoiceOutcome::Moved(side) => RecordOrderError::Moved(side),
        ChoiceOutcome::Unseen(side) => RecordOrderError::Unseen(side),
        ChoiceOutcome::Owned(side) => RecordOrderError::Owned(side),
        ChoiceOutcome::Employee => RecordOrderError::Employee,
        ChoiceOutcome::Refused(why) => RecordOrderError::Refused(why),
        // It is no reason; told as one it is at least not taken for a success.
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
