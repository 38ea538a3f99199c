//! Where people edit the ledger: read, decide, write on condition, tell the feed.

use std::collections::BTreeSet;

use directory::{Kind, NativeId, Timestamp};
use state::store::{Condition, EDITS_MAX, Find, LedgerEntry, News, Told};

use super::Ledger;
use super::body::Body;
use super::company::Company;
use super::decide::edited;
use super::edit::{Edit, Edited, Refusal};
use super::leads::{Entries, EntryKey, follows};
use crate::connector::{Changed, Changes, Error};

/// How much of the feed is read at once.
const PAGE: usize = 200;

/// How many other entries change in one transaction.
const OTHERS_MAX: usize = EDITS_MAX - 1;

/// How often something that is due is tried while others write what changes with it.
const TRIES: usize = 5;

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
        Ok(self.entries().await?.company(self.today))
    }

    /// Edits one entry, and with it those that say the same from the other end: heads and leads. The whole company is read first: an edit has to fit into it. Two edits at the same moment can
    /// still give two people one job number; the next edit of either is refused then.
    ///
    /// # Errors
    /// [`EditError::Refused`] with the reason, also when somebody else wrote the entry meanwhile; nothing was written.
    pub async fn edit(&self, edit: &Edit, now: Timestamp) -> Result<Edited, EditError> {
        let mut entries = self.entries().await.map_err(EditError::Ledger)?;
        let key = (edit.kind, edit.id.clone());
        self.read_again(&mut entries, &key).await.map_err(EditError::Ledger)?;
        let (before, version) = (entries.body(&key), entries.version(&key));
        if edit.expected.is_some_and(|expected| version > 0 && expected != version) {
            return Err(Refusal::Stale.into());
        }
        let body = edited(before, edit, &entries.company(self.today), self.today)?;
        let verb = edit.verb();
        let version = match self.keep(&mut entries, &key, body, (verb, now)).await {
            Ok(version) => version,
            Err(Error::Stale) => return Err(self.overtaken(entries, &key, version).await.into()),
            Err(err) => return Err(EditError::Ledger(err)),
        };
        let waits_until = edit.on.filter(|day| *day > self.today);
        Ok(Edited { kind: edit.kind, id: edit.id.clone(), version, verb: edit.verb().to_owned(), waits_until })
    }

    /// Why an edit came too late: of a new entry, that somebody else made it meanwhile.
    async fn overtaken(&self, mut entries: Entries, key: &EntryKey, before: u64) -> Refusal {
        let read = self.read_again(&mut entries, key).await;
        if before == 0 && read.is_ok() && entries.version(key) > 0 { Refusal::Exists } else { Refusal::Stale }
    }

    /// Applies whatever is due: entries, changes and leavings dated ahead whose day has come become what is stored, and
    /// the feed tells each (`due`). Reading applies them anyway; this is what wakes the engine on the day. Returns how
    /// many; what somebody else wrote meanwhile is left to the next time.
    ///
    /// # Errors
    /// [`Error`]; what was applied before it stays so.
    pub async fn settle(&self, now: Timestamp) -> Result<u64, Error> {
        let mut entries = self.entries().await?;
        let due =
            |(key, (_, body)): (&EntryKey, &(u64, Body))| (body.settled(self.today) != *body).then(|| key.clone());
        let due: Vec<EntryKey> = entries.0.iter().filter_map(due).collect();
        let mut count = 0;
        for key in due {
            count += u64::from(self.settle_one(&mut entries, &key, now).await?);
        }
        Ok(count)
    }

    /// Whether anything was left to apply. Whoever writes an entry settles it; whoever writes one that changes with it
    /// leaves this one as it is, so that it is tried again.
    async fn settle_one(&self, entries: &mut Entries, key: &EntryKey, now: Timestamp) -> Result<bool, Error> {
        for _ in 0..TRIES {
            self.read_again(entries, key).await?;
            let Some(body) = entries.body(key) else { return Ok(false) };
            let settled = body.settled(self.today);
            if settled == *body {
                return Ok(false);
            }
            match self.keep(entries, key, settled, ("due", now)).await {
                Err(Error::Stale) => {}
                done => return done.map(|_| true),
            }
        }
        Ok(false)
    }

    pub(super) async fn told_after(&self, cursor: Option<&str>) -> Result<Changes, Error> {
        let place = cursor.map_or(Ok(0), str::parse).map_err(|_| Error::Refused("the cursor is not of this feed"))?;
        let page = self.store.news_after(&self.corp, place, PAGE).await.map_err(super::unavailable)?;
        let changed = page.told.into_iter().map(changed).collect::<Result<_, _>>()?;
        Ok(Changes { changed, cursor: page.place.to_string(), more: page.more, missed: page.missed })
    }

    /// Stores an entry and what changes with it, on condition that all of it is still as it was read, and tells each; the
    /// entry's new version. All at once, unless more than [`OTHERS_MAX`] others change: those come first then, and whoever
    /// repeats it after a failure finds them done.
    async fn keep(
        &self,
        entries: &mut Entries,
        key: &EntryKey,
        body: Body,
        (because, at): (&str, Timestamp),
    ) -> Result<u64, Error> {
        let mut fresh = BTreeSet::from([key.clone()]);
        let mut others = loop {
            let mut changed = follows(entries, key.clone(), body.clone(), self.today);
            // Lists may lag behind: what is written is what was just read.
            let unread: Vec<EntryKey> = changed.keys().filter(|key| !fresh.contains(*key)).cloned().collect();
            if unread.is_empty() {
                changed.entry(key.clone()).or_insert(body);
                break changed;
            }
            for key in unread {
                self.read_again(entries, &key).await?;
                fresh.insert(key);
            }
        };
        let own = others.remove_entry(key).into_iter();
        let mut rest: Vec<(EntryKey, Body)> = others.into_iter().collect();
        while rest.len() > OTHERS_MAX {
            let first = rest.split_off(rest.len() - OTHERS_MAX);
            self.tell(entries, first, (because, at)).await?;
        }
        self.tell(entries, own.chain(rest).collect(), (because, at)).await?;
        Ok(entries.version(key))
    }

    /// One transaction. The first entry's news have their own word, those that change with it are changes.
    async fn tell(
        &self,
        entries: &mut Entries,
        told: Vec<(EntryKey, Body)>,
        (because, at): (&str, Timestamp),
    ) -> Result<(), Error> {
        let texts = told.iter().map(|(_, body)| body.text()).collect::<Result<Vec<_>, _>>()?;
        let finds: Vec<Vec<Find>> = told.iter().map(|(_, body)| self.finds(body)).collect();
        let news: Vec<News> = told
            .iter()
            .enumerate()
            .map(|(number, ((kind, id), _))| {
                let because = if number == 0 { because } else { "change" }.to_owned();
                News { kind: *kind, id: id.to_string(), because, at }
            })
            .collect();
        let edits: Vec<state::store::Edit<'_>> = told
            .iter()
            .zip(texts.iter().zip(finds.iter().zip(&news)))
            .map(|((key, _), (body, (finds, news)))| {
                let version = entries.version(key);
                let condition = if version == 0 { Condition::New } else { Condition::Version(version) };
                state::store::Edit { body, condition, finds, news }
            })
            .collect();
        self.store.edit_entries(&self.corp, &edits).await.map_err(super::write_error)?;
        for (key, body) in told {
            let version = entries.version(&key) + 1;
            entries.0.insert(key, (version, body));
        }
        Ok(())
    }

    /// One entry as it is now, strongly consistent.
    async fn read_again(&self, entries: &mut Entries, (kind, id): &EntryKey) -> Result<(), Error> {
        let entry = self.store.get_entry(&self.corp, *kind, id.as_str()).await.map_err(super::unavailable)?;
        let key = (*kind, id.clone());
        match entry {
            Some(entry) => _ = entries.0.insert(key, (entry.version, Body::read(&entry)?)),
            None => _ = entries.0.remove(&key),
        }
        Ok(())
    }

    async fn entries(&self) -> Result<Entries, Error> {
        let mut entries = Entries::default();
        for kind in [Kind::Person, Kind::Department] {
            let mut read = Vec::new();
            let each = &mut |entry: LedgerEntry| read.push(Body::read(&entry).map(|body| (entry.version, body)));
            self.store.each_entry(&self.corp, kind, each).await.map_err(super::unavailable)?;
            for one in read {
                let (version, body) = one?;
                entries.0.insert((kind, body.record.id.clone()), (version, body));
            }
        }
        Ok(entries)
    }
}

fn changed(told: Told) -> Result<Changed, Error> {
    let malformed = |_| Error::Malformed("a feed entry has an id that is none");
    let id = NativeId::new(&told.news.id).map_err(malformed)?;
    Ok(Changed { kind: told.news.kind, id, because: told.news.because, at: told.news.at })
}
