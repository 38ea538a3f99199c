//! Where people edit the ledger: read, decide, write on condition, tell the feed.

use directory::{Kind, NativeId, Timestamp};
use state::WriteError;
use state::store::{Condition, LedgerEntry, News, Told};

use super::Ledger;
use super::body::Body;
use super::company::Company;
use super::decide::edited;
use super::edit::{Edit, Edited, Refusal};
use crate::connector::{Changed, Changes, Error, Stored};

/// How much of the feed is read at once.
const PAGE: usize = 200;

/// Why an edit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is refused; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger could not be read or written.
    #[error("the ledger could not be used")]
    Ledger(#[source] Error),
}

impl Ledger {
    /// The whole company as it is today.
    ///
    /// # Errors
    /// [`Error`]; an entry that cannot be read is an error here, since whoever decides with less would decide wrongly.
    pub async fn company(&self) -> Result<Company, Error> {
        let mut company = Company::default();
        for (kind, records) in [(Kind::Person, &mut company.people), (Kind::Department, &mut company.departments)] {
            for (entry, body) in self.bodies(kind).await? {
                let stored: Stored = body.on(self.today, entry.version);
                records.insert(stored.record.id.clone(), stored);
            }
        }
        Ok(company)
    }

    /// Edits one entry. The whole company is read first: an edit has to fit into it. Two edits at the same moment can
    /// still give two people one job number; the next edit of either is refused then.
    ///
    /// # Errors
    /// [`EditError::Refused`] with the reason, also when somebody else wrote the entry meanwhile; nothing was written.
    pub async fn edit(&self, edit: &Edit, now: Timestamp) -> Result<Edited, EditError> {
        let company = self.company().await.map_err(EditError::Ledger)?;
        let id = edit.id.as_str();
        let entry = self.store.get_entry(&self.corp, edit.kind, id).await;
        let entry = entry.map_err(|err| EditError::Ledger(super::unavailable(err)))?;
        let before = entry.as_ref().map(Body::read).transpose().map_err(EditError::Ledger)?;
        if let (Some(expected), Some(entry)) = (edit.expected, &entry)
            && expected != entry.version
        {
            return Err(Refusal::Stale.into());
        }
        let body = edited(before.as_ref(), edit, &company, self.today)?;
        let condition = entry.map_or(Condition::New, |entry| Condition::Version(entry.version));
        let news = News { kind: edit.kind, id: id.to_owned(), because: edit.verb().to_owned(), at: now };
        let version = self.tell(&body, condition, &news).await.map_err(|err| match err {
            WriteError::Stale => EditError::Refused(Refusal::Stale),
            WriteError::Exists { .. } => EditError::Refused(Refusal::Exists),
            err => EditError::Ledger(super::write_error(err)),
        })?;
        let waits_until = edit.on.filter(|day| *day > self.today);
        Ok(Edited { kind: edit.kind, id: edit.id.clone(), version, verb: edit.verb().to_owned(), waits_until })
    }

    /// Applies whatever is due: entries, changes and leavings dated ahead whose day has come become what is stored, and
    /// the feed tells each (`due`). Reading applies them anyway; this is what wakes the engine on the day. Returns how
    /// many; what somebody else wrote meanwhile is left to the next time.
    ///
    /// # Errors
    /// [`Error`]; what was applied before it stays so.
    pub async fn settle(&self, now: Timestamp) -> Result<u64, Error> {
        let mut count = 0;
        for kind in [Kind::Department, Kind::Person] {
            for (entry, body) in self.bodies(kind).await? {
                let settled = body.settled(self.today);
                if settled == body {
                    continue;
                }
                let news = News { kind, id: entry.id.clone(), because: "due".to_owned(), at: now };
                match self.tell(&settled, Condition::Version(entry.version), &news).await {
                    Ok(_) => count += 1,
                    Err(WriteError::Stale) => {}
                    Err(err) => return Err(super::write_error(err)),
                }
            }
        }
        Ok(count)
    }

    pub(super) async fn told_after(&self, cursor: Option<&str>) -> Result<Changes, Error> {
        let place = cursor.map_or(Ok(0), str::parse).map_err(|_| Error::Refused("the cursor is not of this feed"))?;
        let page = self.store.news_after(&self.corp, place, PAGE).await.map_err(super::unavailable)?;
        let changed = page.told.into_iter().map(changed).collect::<Result<_, _>>()?;
        Ok(Changes { changed, cursor: page.place.to_string(), more: page.more, missed: page.missed })
    }

    async fn tell(&self, body: &Body, condition: Condition, news: &News) -> Result<u64, WriteError> {
        let text = body.text().map_err(|_| super::no_json())?;
        let finds = self.finds(body);
        self.store.edit_entry(&self.corp, state::store::Edit { body: &text, condition, finds: &finds, news }).await
    }

    async fn bodies(&self, kind: Kind) -> Result<Vec<(LedgerEntry, Body)>, Error> {
        let mut entries = Vec::new();
        let each = &mut |entry| entries.push(entry);
        self.store.each_entry(&self.corp, kind, each).await.map_err(super::unavailable)?;
        entries.into_iter().map(|entry| Body::read(&entry).map(|body| (entry, body))).collect()
    }
}

fn changed(told: Told) -> Result<Changed, Error> {
    let malformed = |_| Error::Malformed("a feed entry has an id that is none");
    let id = NativeId::new(&told.news.id).map_err(malformed)?;
    Ok(Changed { kind: told.news.kind, id, because: told.news.because, at: told.news.at })
}
