//! Edited entries, stored together with their news.

use std::collections::BTreeSet;

use directory::CorpId;

use super::{EditNews, FEED_ENTRY, KEPT_S, feed_pk, head_pk, place_sk};
use crate::error::{ExistingItem, StoreError, WriteError};
use crate::store::Store;
use crate::store::item::{Item, number_value};
use crate::store::ledger::{EntryPut, LEDGER_ENTRY, LookupKey, item_version};
use crate::store::tally::Table;
use crate::store::transaction::{TransactionError, TransactionStep, WriteCondition};
use crate::store::versioned::{
    ItemAddress, PutCondition, own_write_version, to_json, versioned_item,
};

/// How often an edit is tried when others write to the same feed.
const EDIT_ATTEMPTS: u32 = 16;

/// Entries that are edited together: a transaction has a hundred steps, and an entry takes two besides its finds.
pub const EDITS_MAX: usize = 41;

/// An edit of an entry that the feed tells.
#[derive(Clone, Copy)]
pub struct EntryEdit<'a> {
    /// The entry's body, JSON.
    pub body: &'a str,
    /// What must be true: `New`, or the version that was read. `Any` is taken as `New`.
    pub condition: PutCondition,
    /// All of the entry's finds.
    pub finds: &'a [LookupKey],
    /// What is told.
    pub news: &'a EditNews,
}

impl Store {
    /// Stores edited entries, their finds and their news, all or nothing; answers with the new version of the first. At
    /// most [`EDITS_MAX`], each of another entry.
    ///
    /// # Errors
    /// Of the first, [`WriteError::Exists`] for `New`, [`WriteError::Stale`] for `Version`, when it is not so; of the others
    /// `Stale`; `TooLarge` above 396 KiB. `Stale` also when others kept writing to the feed for all of the attempts.
    pub async fn edit_entries(
        &self,
        corp: &CorpId,
        edits: &[EntryEdit<'_>],
    ) -> Result<u64, WriteError> {
        let mut before = Vec::new();
        for edit in edits.iter().take(EDITS_MAX) {
            before.push(self.item_before_edit(corp, edit).await?);
        }
        if before.is_empty() || before.len() < edits.len() {
            return Err(WriteError::Store(StoreError::Malformed {
                what: FEED_ENTRY,
                why: "too many entries, or none",
            }));
        }
        let mark = self.next_mark();
        let jitter = self.jitter(&mark);
        for attempt in 1..=EDIT_ATTEMPTS {
            match self.try_edits(corp, edits, &before, &mark).await? {
                Some(version) => return Ok(version),
                None => self.back_off(attempt.min(4), jitter).await,
            }
        }
        Err(WriteError::Stale)
    }

    async fn item_before_edit(
        &self,
        corp: &CorpId,
        edit: &EntryEdit<'_>,
    ) -> Result<Item, WriteError> {
        let item = self
            .entry_item(corp, edit.news.kind, &edit.news.id)
            .await
            .map_err(WriteError::Store)?;
        let item = item.unwrap_or_default();
        let found = item_version(&item).map_err(WriteError::Store)?;
        match (edit.condition, found) {
            (PutCondition::Version(expected), found) if found != expected => Err(WriteError::Stale),
            (PutCondition::New | PutCondition::Any, 1..) => Err(WriteError::Exists {
                which: ExistingItem::Item,
            }),
            _ => Ok(item),
        }
    }

    /// `None` when somebody else wrote to the feed meanwhile.
    async fn try_edits(
        &self,
        corp: &CorpId,
        edits: &[EntryEdit<'_>],
        before: &[Item],
        mark: &[u8],
    ) -> Result<Option<u64>, WriteError> {
        let (mut steps, mut entries) = (Vec::new(), Vec::new());
        for (edit, before) in edits.iter().zip(before) {
            entries.push(steps.len());
            steps.extend(self.edit_steps(corp, edit, before, mark)?);
        }
        steps.extend(self.feed_steps(corp, edits, mark).await?);
        let (Some(edit), Some(before)) = (edits.first(), before.first()) else {
            return Ok(None);
        };
        let pk = EntryPut {
            corp,
            kind: edit.news.kind,
            id: &edit.news.id,
            body: edit.body,
            finds: &BTreeSet::new(),
        }
        .pk();
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &pk,
            sk: &edit.news.id,
            what: LEDGER_ENTRY,
        };
        let expected = item_version(before).map_err(WriteError::Store)?;
        let conditions = match self.write_transaction(steps, self.jitter(mark)).await {
            Ok(()) => return Ok(Some(expected + 1)),
            Err(TransactionError::Failed(error)) => {
                return self
                    .check_own_versioned_write(address, mark, error)
                    .await
                    .map(Some);
            }
            Err(TransactionError::Conditions(conditions)) => conditions,
        };
        if let Some(Some(stored)) = conditions.first() {
            let own = own_write_version(LEDGER_ENTRY, stored, mark).map_err(WriteError::Store)?;
            let lost = if expected == 0 {
                WriteError::Exists {
                    which: ExistingItem::Item,
                }
            } else {
                WriteError::Stale
            };
            return own.map(Some).ok_or(lost);
        }
        let lost = entries
            .into_iter()
            .any(|at| matches!(conditions.get(at), Some(Some(_))));
        if lost {
            Err(WriteError::Stale)
        } else {
            Ok(None)
        }
    }

    fn edit_steps(
        &self,
        corp: &CorpId,
        edit: &EntryEdit<'_>,
        before: &Item,
        mark: &[u8],
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let (kind, id) = (edit.news.kind, edit.news.id.as_str());
        let finds = edit.finds.iter().map(LookupKey::stored_text).collect();
        let put = EntryPut {
            corp,
            kind,
            id,
            body: edit.body,
            finds: &finds,
        };
        let pk = put.pk();
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &pk,
            sk: id,
            what: LEDGER_ENTRY,
        };
        let expected = item_version(before).map_err(WriteError::Store)?;
        self.entry_steps(&put, address, before, expected, mark)
    }

    async fn feed_steps(
        &self,
        corp: &CorpId,
        edits: &[EntryEdit<'_>],
        mark: &[u8],
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let (head, feed) = (head_pk(corp), feed_pk(corp));
        let last = self.feed_head(corp).await.map_err(WriteError::Store)?;
        let when = if last == 0 {
            WriteCondition::new_item()
        } else {
            WriteCondition {
                expression: "n = :n",
                values: Item::from([(":n".to_owned(), number_value(last))]),
            }
        };
        let put = |item, when| {
            TransactionStep::put(self, Table::Ledger, item, Some(when)).map_err(WriteError::Store)
        };
        let end = last + edits.len() as u64;
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &head,
            sk: "-",
            what: FEED_ENTRY,
        };
        let mut steps = vec![put(
            versioned_item(address, "{}".to_owned(), end, mark.to_vec()),
            when,
        )?];
        for (place, edit) in (last + 1..).zip(edits) {
            let place = place_sk(place);
            let address = ItemAddress {
                table: Table::Ledger,
                pk: &feed,
                sk: &place,
                what: FEED_ENTRY,
            };
            let mut item =
                versioned_item(address, to_json(FEED_ENTRY, edit.news)?, 1, mark.to_vec());
            let expires = (edit.news.at.millis() / 1000).saturating_add(KEPT_S);
            item.insert("x".to_owned(), number_value(expires.max(0).unsigned_abs()));
            steps.push(put(item, WriteCondition::new_item())?);
        }
        Ok(steps)
    }
}
