//! What the journal says of one record: each change of each field, opened, newest first.

use directory::reason::{Reason, ReasonArgument, ReasonCode};
use directory::{Field, FieldValue, LinkId, RunId, Side, Timestamp, WriteAction};
use state::StoreError;
use state::store::{ChainEntry, FieldChange, FieldOwner};

use super::ReviewStore;

/// Entries of one record that are read: more than a person has in a working life.
const ENTRIES_MAX: i32 = 1000;

/// How an earlier version began the sentence of an entry that says what a side refused.
const NOT_WRITTEN_PREFIX: &str = "not written: ";

/// One change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldHistory {
    /// Which field.
    pub field: Field,
    /// When.
    pub at: Timestamp,
    /// The run.
    pub run: RunId,
    /// The entry's place in the run.
    pub seq: u64,
    /// The side that was written to.
    pub side: Side,
    /// What was done to the record.
    pub action: WriteAction,
    /// Who decided, as the policy of then said.
    pub owner: FieldOwner,
    /// What the side had; references are link ids.
    pub before: Option<FieldValue>,
    /// What it got.
    pub after: Option<FieldValue>,
    /// `before` was somebody's edit: the value that lost.
    pub lost: bool,
    /// Both sides had changed a shared field.
    pub conflict: bool,
    /// Why.
    pub reason: Reason,
    /// Why it was not written after all; `None` where it was.
    pub refused: Option<Reason>,
}

impl ReviewStore {
    /// The changes of a record, or of one field of it, newest first. Through an index: for people, never for a decision.
    ///
    /// # Errors
    /// [`StoreError`]; `Malformed` where a value does not open.
    pub async fn record_history(
        &self,
        link: LinkId,
        field: Option<Field>,
    ) -> Result<Vec<FieldHistory>, StoreError> {
        let entries = self
            .store
            .record_changes(&self.corp, link, ENTRIES_MAX)
            .await?;
        let refusals = match_refusals(&entries);
        let mut history = Vec::new();
        for (entry, refused) in entries.iter().zip(refusals) {
            let wanted = |change: &&FieldChange| field.is_none_or(|field| change.field == field);
            for change in entry.change.fields.iter().filter(wanted) {
                history.push(self.open_change(entry, change, refused.clone())?);
            }
        }
        Ok(history)
    }

    fn open_change(
        &self,
        entry: &ChainEntry,
        change: &FieldChange,
        refused: Option<Reason>,
    ) -> Result<FieldHistory, StoreError> {
        let record = entry.change.record.to_string();
        let owner = match entry.change.owner {
            Side::DingTalk => FieldOwner::DingTalk,
            Side::Ehr => FieldOwner::Ehr,
        };
        Ok(FieldHistory {
            field: change.field,
            at: entry.change.at,
            run: entry.run.clone(),
            seq: entry.seq,
            side: entry.change.side,
            action: entry.change.action,
            owner: change.owner.unwrap_or(owner),
            before: self.open_value(&record, change.field.key(), change.before.as_ref())?,
            after: self.open_value(&record, change.field.key(), change.after.as_ref())?,
            lost: change.lost,
            conflict: change.conflict,
            reason: entry.change.reason.clone(),
            refused,
        })
    }
}

/// For each entry, newest first, why it was not written. A refusal comes after the entries of its item, which are one per
/// side at most, in the same run.
fn match_refusals(entries: &[ChainEntry]) -> Vec<Option<Reason>> {
    let mut open: Option<(&RunId, Reason, Vec<Side>)> = None;
    let mut refusals = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.change.fields.is_empty()
            && let Some(reason) = refusal_in(&entry.change.reason)
        {
            open = Some((&entry.run, reason, Vec::new()));
            refusals.push(None);
            continue;
        }
        let refused = match &mut open {
            Some((run, reason, sides))
                if **run == entry.run && !sides.contains(&entry.change.side) =>
            {
                sides.push(entry.change.side);
                Some(reason.clone())
            }
            _ => {
                open = None;
                None
            }
        };
        refusals.push(refused);
    }
    refusals
}

/// What a side refused, where an entry says nothing else.
fn refusal_in(reason: &Reason) -> Option<Reason> {
    match (reason.code(), reason.argument("text")) {
        (Some(ReasonCode::ChangeNotWritten), _) => reason.inner().cloned(),
        (Some(ReasonCode::StoredText), Some(ReasonArgument::Text(text))) => text
            .strip_prefix(NOT_WRITTEN_PREFIX)
            .map(Reason::stored_text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::Kind;
    use state::store::NewEntry;

    fn entry(run: &str, seq: u64, side: Side, refused: bool) -> ChainEntry {
        let change = FieldChange {
            field: Field::Title,
            before: None,
            after: None,
            owner: None,
            lost: false,
            conflict: false,
        };
        ChainEntry {
            run: RunId::new(run).unwrap(),
            seq,
            change: NewEntry {
                at: Timestamp(0),
                side,
                record: LinkId([1; 16]),
                kind: Kind::Person,
                action: WriteAction::Update,
                fields: if refused { Vec::new() } else { vec![change] },
                // The newest run says it by code, the others as earlier versions did.
                reason: match (refused, run) {
                    (false, _) => Reason::new(ReasonCode::ChangeAdopted),
                    (true, "a") => Reason::new(ReasonCode::ChangeNotWritten)
                        .cause(Reason::stored_text("taken")),
                    (true, _) => Reason::stored_text("not written: taken"),
                },
                owner: Side::DingTalk,
            },
        }
    }

    #[test]
    fn a_refusal_marks_only_the_item_just_before_it() {
        use Side::{DingTalk, Ehr};
        let entries = [
            entry("b", 9, Ehr, false),
            entry("a", 5, Ehr, true),
            entry("a", 4, Ehr, false),
            entry("a", 3, DingTalk, false),
            entry("a", 2, Ehr, false),
            entry("a", 1, DingTalk, true),
            entry("0", 1, DingTalk, false),
        ];
        let refused: Vec<bool> = match_refusals(&entries)
            .iter()
            .map(Option::is_some)
            .collect();
        assert_eq!(refused, [false, false, true, true, false, false, false]);
    }
}
