//! Does what is asked about records that wait, on a state that somebody has open.

use directory::Side;
use engine::LookError;
use engine::records::{Conflict, ConflictState, Granted, Hold, HoldState, NotReleased, NotResolved, QuarantinedState};
use state::store::Stored;
use state::{Binding, StoreError, WriteError};

use super::order::{Answer, Order, Sort, Stopped};
use super::reader::{self, Reader};
use super::waiting;
use crate::plan::desk::{PlanDesk, unusable};
use crate::plan::order::Trouble;

/// Records of a hold that are told by name.
const NAMED: usize = 1000;

/// Does what is asked.
///
/// # Errors
/// [`Trouble`]; nothing was written then.
pub(crate) async fn serve(desk: &PlanDesk, binding: &Binding, order: &Order) -> Result<Answer, Trouble> {
    let reader = Reader::new(desk, binding).await?;
    match order {
        Order::Conflicts { all } => conflicts(&reader, *all).await,
        Order::Conflict(id) => told(&reader, &one_conflict(&reader, id).await?).await,
        Order::Resolve { id, keep, by } => {
            let stored = one_conflict(&reader, id).await?;
            resolved(&reader, desk.deps.corps.resolve(binding, stored, *keep, by).await).await
        }
        Order::Reopen(id) => {
            let stored = one_conflict(&reader, id).await?;
            resolved(&reader, desk.deps.corps.reopen(binding, stored).await).await
        }
        Order::Holds { all } => {
            let holds = reader.records.holds().await.map_err(|err| read(&err))?;
            let mut holds: Vec<_> = holds.iter().filter(|hold| *all || is_open(&hold.body)).map(reader::hold).collect();
            holds.sort_by_key(|hold| std::cmp::Reverse(hold.since));
            Ok(Answer::Holds(holds))
        }
        Order::Hold(id) => hold(&reader, one_hold(&reader, id).await?).await,
        Order::Release { id, by } => {
            let stored = one_hold(&reader, id).await?;
            let released = reader.records.release(stored, by, desk.deps.corps.clock.now()).await;
            hold(&reader, released.map_err(|err| not_released(&err))?).await
        }
        Order::TakeBack(id) => {
            let taken = reader.records.take_back(one_hold(&reader, id).await?).await;
            hold(&reader, taken.map_err(|err| not_released(&err))?).await
        }
        Order::Quarantined { all } => quarantined(&reader, *all).await,
        Order::QuarantinedOne(id) => quarantined_one(&reader, id).await,
        Order::Retry(id) => {
            let Answer::QuarantinedOne(one) = quarantined_one(&reader, id).await? else { return Err(unknown()) };
            let all = reader.records.quarantined().await.map_err(|err| read(&err))?;
            let stored = all.into_iter().find(|stored| stored.id == one.id).ok_or_else(unknown)?;
            let tried = desk.deps.corps.retry(binding, &stored.body).await;
            tried.map_err(|err| not_resolved(err, Sort::Quarantine))?;
            // Names may have changed with it.
            quarantined_one(&Reader::new(desk, binding).await?, &one.id).await
        }
        Order::Waiting => waiting::all(desk, binding, &reader).await,
    }
}

fn unknown() -> Trouble {
    Trouble::Record(Stopped::Unknown(Sort::Quarantine))
}

fn is_open(hold: &Hold) -> bool {
    matches!(hold.state, HoldState::Held | HoldState::Released { .. })
}

/// The one record whose id begins so.
fn one<T>(all: Vec<Stored<T>>, sort: Sort, typed: &str) -> Result<Stored<T>, Trouble> {
    let typed = typed.trim();
    let mut named: Vec<Stored<T>> = all.into_iter().filter(|stored| is_named(&stored.id, typed)).collect();
    match (named.pop(), named.len()) {
        (Some(stored), 0) => Ok(stored),
        (Some(_), more) => Err(Trouble::Record(Stopped::Ambiguous { count: more + 1 })),
        (None, _) => Err(Trouble::Record(Stopped::Unknown(sort))),
    }
}

/// A list shows the first digits, and of a conflict the field after them.
fn is_named(id: &str, typed: &str) -> bool {
    let short = || {
        let ((record, field), (digits, typed_field)) = (id.split_once('-')?, typed.split_once('-')?);
        Some(record.starts_with(digits) && field == typed_field && !digits.is_empty())
    };
    !typed.is_empty() && (id.starts_with(typed) || short().unwrap_or_default())
}

async fn one_conflict(reader: &Reader, id: &str) -> Result<Stored<Conflict>, Trouble> {
    one(reader.records.conflicts().await.map_err(|err| read(&err))?, Sort::Conflict, id)
}

async fn one_hold(reader: &Reader, id: &str) -> Result<Stored<Hold>, Trouble> {
    one(reader.records.holds().await.map_err(|err| read(&err))?, Sort::Hold, id)
}

async fn conflicts(reader: &Reader, all: bool) -> Result<Answer, Trouble> {
    let mut conflicts = Vec::new();
    for stored in reader.records.conflicts().await.map_err(|err| read(&err))? {
        if all || stored.body.state == ConflictState::Open {
            conflicts.push(reader.conflict(&stored).await?);
        }
    }
    conflicts.sort_by_key(|conflict| std::cmp::Reverse(conflict.since));
    Ok(Answer::Conflicts(conflicts))
}

async fn told(reader: &Reader, stored: &Stored<Conflict>) -> Result<Answer, Trouble> {
    Ok(Answer::Conflict(Box::new(reader.conflict(stored).await?)))
}

async fn resolved(reader: &Reader, resolved: Result<Stored<Conflict>, NotResolved>) -> Result<Answer, Trouble> {
    told(reader, &resolved.map_err(|err| not_resolved(err, Sort::Conflict))?).await
}

async fn hold(reader: &Reader, stored: Stored<Hold>) -> Result<Answer, Trouble> {
    let mut records = Vec::new();
    let all = reader.records.held_records(&stored).await.map_err(|err| read(&err))?;
    for record in all.iter().take(NAMED) {
        records.push(reader.who(stored.body.kind, record.link).await?);
    }
    Ok(Answer::Hold { hold: Box::new(reader::hold(&stored)), records })
}

async fn quarantined(reader: &Reader, all: bool) -> Result<Answer, Trouble> {
    let mut told = Vec::new();
    for stored in reader.records.quarantined().await.map_err(|err| read(&err))? {
        if all || stored.body.state == QuarantinedState::Waits {
            told.push(reader.quarantined(&stored).await?);
        }
    }
    told.sort_by_key(|one| std::cmp::Reverse(one.since));
    Ok(Answer::Quarantined(told))
}

async fn quarantined_one(reader: &Reader, id: &str) -> Result<Answer, Trouble> {
    let all = reader.records.quarantined().await.map_err(|err| read(&err))?;
    let stored = one(all, Sort::Quarantine, id)?;
    Ok(Answer::QuarantinedOne(Box::new(reader.quarantined(&stored).await?)))
}

fn read(err: &StoreError) -> Trouble {
    unusable(err)
}

fn not_released(err: &NotReleased) -> Trouble {
    match err {
        NotReleased::Closed => Trouble::Record(Stopped::Closed(Sort::Hold)),
        NotReleased::NotReleased => Trouble::Record(Stopped::NotDecided(Sort::Hold)),
        NotReleased::Write(WriteError::Stale | WriteError::Exists { .. }) => Trouble::Record(Stopped::Stale),
        NotReleased::Write(_) => unusable(err),
    }
}

fn not_resolved(err: NotResolved, sort: Sort) -> Trouble {
    Trouble::Record(match err {
        NotResolved::Closed => Stopped::Closed(sort),
        NotResolved::Open => Stopped::NotDecided(sort),
        NotResolved::Not(not) => not_granted(not),
        NotResolved::Look(LookError::Closed(why)) => {
            return Trouble::NotNow { why, code: "closed".to_owned() };
        }
        NotResolved::Look(err) => Stopped::NotNow(err.sentence()),
        NotResolved::Write(WriteError::Stale | WriteError::Exists { .. }) => Stopped::Stale,
        err => return unusable(&err),
    })
}

fn not_granted(granted: Granted) -> Stopped {
    match granted {
        Granted::Moved(side) => Stopped::Moved(side),
        Granted::Unseen(side) => Stopped::Unseen(side),
        Granted::Owned(side) => Stopped::Owned(side),
        Granted::Employee => Stopped::Employee,
        Granted::Refused(why) => Stopped::Refused(why),
        // It is no reason; told as one it is at least not taken for a success.
        Granted::Done => Stopped::Unseen(Side::DingTalk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_named_by_its_beginning_and_a_conflict_by_digits_and_field() {
        let id = "0bd1aa00000000000000000000000000-title";
        for typed in [id, "0bd1", "0bd1-title", "0bd1aa00000000000000000000000000"] {
            assert!(is_named(id, typed), "{typed}");
        }
        for typed in ["", "-title", "0bd1-name", "bd1", "0bd2-title"] {
            assert!(!is_named(id, typed), "{typed}");
        }
    }
}
