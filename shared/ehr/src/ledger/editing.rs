//! Where people edit the ledger: read, decide, write on condition, tell the feed.

use std::collections::BTreeSet;

use directory::reason::{Reason, ReasonCode};
use directory::{Kind, NativeId, Timestamp};
use state::store::{EDITS_MAX, EditNews, FeedEntry, LookupKey, PutCondition};

use super::Ledger;
use super::company::CompanyOnDay;
use super::decide::apply_edit;
use super::edit::{EditOutcome, EditRefusal, LedgerEdit};
use super::entry_body::EntryBody;
use super::leadership::{EntryKey, LedgerEntries, entries_to_store};
use crate::connector::{CURSOR, ChangePage, ChangedRecord, EhrError};

/// How much of the feed is read at once.
const FEED_PAGE_SIZE: usize = 200;

/// How many other entries change in one transaction.
const OTHERS_MAX: usize = EDITS_MAX - 1;

/// How often something that is due is tried while others write what changes with it.
const APPLY_ATTEMPTS: usize = 5;

/// Why an edit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is refused; nothing was written.
    #[error(transparent)]
    Refused(#[from] EditRefusal),
    /// The ledger could not be read or written.
    #[error("the ledger could not be used")]
    Ledger(#[source] EhrError),
}

impl From<&EditError> for Reason {
    fn from(err: &EditError) -> Self {
        match err {
            EditError::Refused(refusal) => Self::from(refusal),
            EditError::Ledger(err) => {
                Self::new(ReasonCode::LedgerUnavailable).cause(Self::from(err))
            }
        }
    }
}

impl Ledger {
    /// The whole company as it is today.
    ///
    /// # Errors
    /// [`EhrError`]; an entry that cannot be read is an error here, since whoever decides with less would decide wrongly.
    pub async fn read_company(&self) -> Result<CompanyOnDay, EhrError> {
        Ok(self.read_entries().await?.company_on(self.today))
    }

    /// Edits one entry, and with it those that say the same from the other end: heads and leads. The departments are read
    /// first, and the people whom the edit touches: it has to fit among them. Two edits at the same moment can still give two
    /// people one job number; the next edit of either is refused then.
    ///
    /// # Errors
    /// [`EditError::Refused`] with the reason, also when somebody else wrote the entry meanwhile; nothing was written.
    pub async fn edit_entry(
        &self,
        edit: &LedgerEdit,
        now: Timestamp,
    ) -> Result<EditOutcome, EditError> {
        let mut entries = self
            .read_entries_for(edit)
            .await
            .map_err(EditError::Ledger)?;
        let key = (edit.kind, edit.id.clone());
        let (before, version) = (entries.body(&key), entries.version(&key));
        if edit
            .expected
            .is_some_and(|expected| version > 0 && expected != version)
        {
            return Err(EditRefusal::Stale.into());
        }
        let body = apply_edit(before, edit, &entries.company_on(self.today), self.today)?;
        let verb = edit.verb();
        let version = match self.store_edit(&mut entries, &key, body, (verb, now)).await {
            Ok(version) => version,
            Err(EhrError::Stale) => {
                return Err(self.overtaken_refusal(entries, &key, version).await.into());
            }
            Err(err) => return Err(EditError::Ledger(err)),
        };
        let waits_until = edit.on.filter(|day| *day > self.today);
        Ok(EditOutcome {
            kind: edit.kind,
            id: edit.id.clone(),
            version,
            verb: edit.verb().to_owned(),
            waits_until,
        })
    }

    /// Why an edit came too late: of a new entry, that somebody else made it meanwhile.
    async fn overtaken_refusal(
        &self,
        mut entries: LedgerEntries,
        key: &EntryKey,
        before: u64,
    ) -> EditRefusal {
        let read = self.reread_entry(&mut entries, key).await;
        if before == 0 && read.is_ok() && entries.version(key) > 0 {
            EditRefusal::Exists
        } else {
            EditRefusal::Stale
        }
    }

    /// Applies whatever is due: entries, changes and leavings dated ahead whose day has come become what is stored, and
    /// the feed tells each (`due`). Reading applies them anyway; this is what wakes the engine on the day. Returns how
    /// many; what somebody else wrote meanwhile is left to the next time.
    ///
    /// # Errors
    /// [`EhrError`]; what was applied before it stays so.
    pub async fn apply_due_edits(&self, now: Timestamp) -> Result<u64, EhrError> {
        let mut entries = self.read_entries().await?;
        let due = |(key, (_, body)): (&EntryKey, &(u64, EntryBody))| {
            (body.settled_on(self.today) != *body).then(|| key.clone())
        };
        let due: Vec<EntryKey> = entries.0.iter().filter_map(due).collect();
        let mut count = 0;
        for key in due {
            count += u64::from(self.apply_due_edit(&mut entries, &key, now).await?);
        }
        Ok(count)
    }

    /// Whether anything was left to apply. Whoever writes an entry settles it; whoever writes one that changes with it
    /// leaves this one as it is, so that it is tried again.
    async fn apply_due_edit(
        &self,
        entries: &mut LedgerEntries,
        key: &EntryKey,
        now: Timestamp,
    ) -> Result<bool, EhrError> {
        for _ in 0..APPLY_ATTEMPTS {
            self.reread_entry(entries, key).await?;
            let Some(body) = entries.body(key) else {
                return Ok(false);
            };
            let settled = body.settled_on(self.today);
            if settled == *body {
                return Ok(false);
            }
            match self.store_edit(entries, key, settled, ("due", now)).await {
                Err(EhrError::Stale) => {}
                done => return done.map(|_| true),
            }
        }
        Ok(false)
    }

    pub(super) async fn changes_after(&self, cursor: Option<&str>) -> Result<ChangePage, EhrError> {
        let place = cursor
            .map_or(Ok(0), str::parse)
            .map_err(|_| EhrError::Malformed(CURSOR))?;
        let page = self
            .store
            .news_after(&self.corp, place, FEED_PAGE_SIZE)
            .await
            .map_err(super::store_unavailable)?;
        let changed = page
            .told
            .into_iter()
            .map(changed_record)
            .collect::<Result<_, _>>()?;
        Ok(ChangePage {
            changed,
            cursor: page.place.to_string(),
            more: page.more,
            missed: page.missed,
        })
    }

    /// Stores an entry and what changes with it, on condition that all of it is still as it was read, and tells each; the
    /// entry's new version. All at once, unless more than [`OTHERS_MAX`] others change: those come first then, and whoever
    /// repeats it after a failure finds them done.
    async fn store_edit(
        &self,
        entries: &mut LedgerEntries,
        key: &EntryKey,
        body: EntryBody,
        (because, at): (&str, Timestamp),
    ) -> Result<u64, EhrError> {
        let mut fresh = BTreeSet::from([key.clone()]);
        let mut others = loop {
            let mut changed = entries_to_store(entries, key.clone(), body.clone(), self.today);
            // Lists may lag behind: what is written is what was just read.
            let unread: Vec<EntryKey> = changed
                .keys()
                .filter(|key| !fresh.contains(*key))
                .cloned()
                .collect();
            if unread.is_empty() {
                changed.entry(key.clone()).or_insert(body);
                break changed;
            }
            for key in unread {
                self.reread_entry(entries, &key).await?;
                fresh.insert(key);
            }
        };
        let own = others.remove_entry(key).into_iter();
        let mut rest: Vec<(EntryKey, EntryBody)> = others.into_iter().collect();
        while rest.len() > OTHERS_MAX {
            let first = rest.split_off(rest.len() - OTHERS_MAX);
            self.write_transaction(entries, first, (because, at))
                .await?;
        }
        self.write_transaction(entries, own.chain(rest).collect(), (because, at))
            .await?;
        Ok(entries.version(key))
    }

    /// One transaction. The first entry's news have their own word, those that change with it are changes.
    async fn write_transaction(
        &self,
        entries: &mut LedgerEntries,
        told: Vec<(EntryKey, EntryBody)>,
        (because, at): (&str, Timestamp),
    ) -> Result<(), EhrError> {
        let texts = told
            .iter()
            .map(|(_, body)| body.to_json())
            .collect::<Result<Vec<_>, _>>()?;
        let finds: Vec<Vec<LookupKey>> = told
            .iter()
            .map(|(_, body)| self.lookup_keys(body))
            .collect();
        let news: Vec<EditNews> = told
            .iter()
            .enumerate()
            .map(|(number, ((kind, id), _))| {
                let because = if number == 0 { because } else { "change" }.to_owned();
                EditNews {
                    kind: *kind,
                    id: id.to_string(),
                    because,
                    at,
                }
            })
            .collect();
        let edits: Vec<state::store::EntryEdit<'_>> = told
            .iter()
            .zip(texts.iter().zip(finds.iter().zip(&news)))
            .map(|((key, _), (body, (finds, news)))| {
                let version = entries.version(key);
                let condition = if version == 0 {
                    PutCondition::New
                } else {
                    PutCondition::Version(version)
                };
                state::store::EntryEdit {
                    body,
                    condition,
                    finds,
                    news,
                }
            })
            .collect();
        self.store
            .edit_entries(&self.corp, &edits)
            .await
            .map_err(super::write_error)?;
        for (key, body) in told {
            let version = entries.version(&key) + 1;
            entries.0.insert(key, (version, body));
        }
        Ok(())
    }

    /// One entry as it is now, strongly consistent.
    pub(super) async fn reread_entry(
        &self,
        entries: &mut LedgerEntries,
        (kind, id): &EntryKey,
    ) -> Result<(), EhrError> {
        let entry = self
            .store
            .get_entry(&self.corp, *kind, id.as_str())
            .await
            .map_err(super::store_unavailable)?;
        let key = (*kind, id.clone());
        match entry {
            Some(entry) => {
                _ = entries
                    .0
                    .insert(key, (entry.version, EntryBody::from_entry(&entry)?));
            }
            None => _ = entries.0.remove(&key),
        }
        Ok(())
    }

    async fn read_entries(&self) -> Result<LedgerEntries, EhrError> {
        let mut entries = self.department_entries().await?;
        self.read_entries_of(Kind::Person, &mut entries).await?;
        Ok(entries)
    }
}

fn changed_record(told: FeedEntry) -> Result<ChangedRecord, EhrError> {
    let malformed = |_| EhrError::Malformed("feed");
    let id = NativeId::new(&told.news.id).map_err(malformed)?;
    Ok(ChangedRecord {
        kind: told.news.kind,
        id,
        because: told.news.because,
        at: told.news.at,
    })
}
