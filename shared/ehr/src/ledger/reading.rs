//! Reading for people: one page, one entry, or the departments; never everyone at once.

use directory::{Kind, NativeId};
use state::store::{LedgerEntry, ShardPosition};

use super::company::CompanyOnDay;
use super::entry_body::EntryBody;
use super::leadership::LedgerEntries;
use super::{Ledger, matches_key, store_unavailable};
use crate::connector::{AlternateKey, CURSOR, Connector as _, EhrError, StoredRecord};

/// Entries that one number leads to at most.
pub(super) const FOUND_MAX: usize = 10;

/// One page of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// Entries as they are today, in no order that means anything. One that cannot be read is left out.
    pub records: Vec<StoredRecord>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl Ledger {
    /// At most `limit` entries of a kind, behind the position that an earlier page ended at.
    ///
    /// # Errors
    /// [`EhrError`]; see [`EhrError::is_cursor_invalid`] where the position is not of this list.
    pub async fn list_page(
        &self,
        kind: Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<LedgerPage, EhrError> {
        let after: Option<ShardPosition> = after
            .map(str::parse)
            .transpose()
            .map_err(|_| EhrError::Malformed(CURSOR))?;
        let page = self
            .store
            .entries_page(&self.corp, kind, after.as_ref(), limit)
            .await
            .map_err(store_unavailable)?;
        let read = |entry: &LedgerEntry| self.stored_record(entry).ok();
        Ok(LedgerPage {
            records: page.entries.iter().filter_map(read).collect(),
            next: page.next.map(|position| position.to_string()),
        })
    }

    /// The departments as they are today, without people.
    ///
    /// # Errors
    /// [`EhrError`]; a department that cannot be read is an error here, since paths through it would be wrong.
    pub async fn read_departments(&self) -> Result<CompanyOnDay, EhrError> {
        Ok(self.department_entries().await?.company_on(self.today))
    }

    /// Everyone who has this number or id, those who left too, ten at most.
    ///
    /// # Errors
    /// [`EhrError`].
    pub async fn find_all_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Vec<StoredRecord>, EhrError> {
        let ids = self
            .store
            .find_entries(&self.corp, kind, &self.lookup_key(key), FOUND_MAX)
            .await
            .map_err(store_unavailable)?;
        let mut found = Vec::new();
        for id in ids {
            let Ok(id) = NativeId::new(&id) else { continue };
            let stored = self.read_record(kind, &id).await?;
            found.extend(stored.filter(|stored| matches_key(stored, key)));
        }
        Ok(found)
    }

    pub(super) async fn department_entries(&self) -> Result<LedgerEntries, EhrError> {
        let mut entries = LedgerEntries::default();
        self.read_entries_of(Kind::Department, &mut entries).await?;
        Ok(entries)
    }

    pub(super) async fn read_entries_of(
        &self,
        kind: Kind,
        entries: &mut LedgerEntries,
    ) -> Result<(), EhrError> {
        let mut read = Vec::new();
        let each = &mut |entry: LedgerEntry| {
            read.push(EntryBody::from_entry(&entry).map(|body| (entry.version, body)));
        };
        self.store
            .each_entry(&self.corp, kind, each)
            .await
            .map_err(store_unavailable)?;
        for one in read {
            let (version, body) = one?;
            entries
                .0
                .insert((kind, body.record.id.clone()), (version, body));
        }
        Ok(())
    }
}
