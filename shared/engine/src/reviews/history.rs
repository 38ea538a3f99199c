//! What the journal says of one record: each change of each field, opened, newest first.

use directory::reason::{Reason, ReasonArgument, ReasonCode};
use directory::{Field, FieldValue, LinkId, RunId, Side, Timestamp, WriteAction};
use state::StoreError;
use state::store::{ChainEntry, FieldChange, FieldOwner, JournalEntry, OrderEntry};

use super::ReviewStore;

/// Entries that belong together at most: a refusal, and what it refuses on each side.
const GROUP_MAX: usize = 3;

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

/// One page of what the journal has of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// Changes of its fields, newest first.
    pub changes: Vec<FieldHistory>,
    /// Orders that name it, newest first; those that were done, refused or failed.
    pub orders: Vec<OrderEntry>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl ReviewStore {
    /// A page of what the journal has of a record, or of one field of it, newest first, from at most `limit` entries older
    /// than the key `before`. Through an index: for people, never for a decision.
    ///
    /// # Errors
    /// [`StoreError`]; `Malformed` where a value does not open.
    pub async fn record_history(
        &self,
        link: LinkId,
        field: Option<Field>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<HistoryPage, StoreError> {
        let read = self
            .store
            .record_entries(&self.corp, link, before, limit.max(GROUP_MAX + 1))
            .await?;
        let (mut changes, mut orders, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for (entry, key) in read.entries {
            match entry {
                JournalEntry::Change(change) => {
                    changes.push(change);
                    keys.push(key);
                }
                JournalEntry::Order(order) => orders.push((order, key)),
            }
        }
        let mut refusals = match_refusals(&changes);
        let mut page = HistoryPage {
            changes: Vec::new(),
            orders: Vec::new(),
            next: None,
        };
        if read.has_more {
            // What a refusal at the end refuses may be on the next page, which begins with it then.
            let whole = whole_groups(&changes, &refusals);
            changes.truncate(whole);
            refusals.truncate(whole);
            page.next = page_end(&keys, whole, &orders);
        }
        let is_inside = |key: &String| page.next.as_ref().is_none_or(|next| key >= next);
        page.orders = orders
            .into_iter()
            .filter(|(_, key)| is_inside(key))
            .map(|(order, _)| order)
            .collect();
        for (entry, refused) in changes.iter().zip(refusals) {
            let wanted = |change: &&FieldChange| field.is_none_or(|field| change.field == field);
            for change in entry.change.fields.iter().filter(wanted) {
                page.changes
                    .push(self.open_change(entry, change, refused.clone())?);
            }
        }
        Ok(page)
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

/// How many of these entries, newest first, are of groups that do not go on behind the last one. All of them where nothing
/// else would be left.
fn whole_groups(entries: &[ChainEntry], refusals: &[Option<Reason>]) -> usize {
    let is_open = |at: usize| {
        refusals.get(at).is_some_and(Option::is_some)
            || entries.get(at).is_some_and(|entry| {
                entry.change.fields.is_empty() && refusal_in(&entry.change.reason).is_some()
            })
    };
    let open = (0..entries.len())
        .rev()
        .take(GROUP_MAX)
        .take_while(|at| is_open(*at))
        .count();
    match entries.len() - open {
        0 => entries.len(),
        whole => whole,
    }
}

/// The key that a page ends at: of its last whole change, or, if all of its changes are whole, of its oldest entry.
fn page_end(keys: &[String], whole: usize, orders: &[(OrderEntry, String)]) -> Option<String> {
    let last_change = whole.checked_sub(1).and_then(|last| keys.get(last));
    if whole < keys.len() {
        return last_change.cloned();
    }
    let last_order = orders.last().map(|(_, key)| key);
    last_change.into_iter().chain(last_order).min().cloned()
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
    fn a_page_does_not_end_inside_a_refused_item() {
        use Side::{DingTalk, Ehr};
        let entries = [
            entry("b", 9, Ehr, false),
            entry("a", 5, Ehr, true),
            entry("a", 4, Ehr, false),
        ];
        let refusals = match_refusals(&entries);
        assert_eq!(whole_groups(&entries, &refusals), 1);
        assert_eq!(whole_groups(&entries[..2], &refusals[..2]), 1);
        assert_eq!(whole_groups(&entries[1..], &refusals[1..]), 2);
        let keys = ["9", "5", "4"].map(str::to_owned);
        assert_eq!(page_end(&keys, 1, &[]), Some("9".to_owned()));
        let ended = [entry("a", 3, DingTalk, false)];
        assert_eq!(whole_groups(&ended, &[None]), 1);
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
