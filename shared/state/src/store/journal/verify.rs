//! Verification: whether a journal still says what was written.
//!
//! A change, a removal, an insertion or a swap of entries breaks the run's chain at that entry. A cut end is caught by the
//! head that was chained when the run was closed. Whoever can rewrite all items of the corp, its head included, is not
//! caught by hashes alone: that is what the archived copies of the head are for.

use directory::reason::ReasonCode;
use directory::{CorpId, RunId};
use futures::StreamExt;

use super::chain::{ChainHash, entry_hash, head_hash, initial_hash, run_hash};
use super::orders::parse_entry;
use super::{CLOSED_SK, ChainHead, VERSION, heads_pk, heads_sk, run_pk, seq_sk};
use crate::error::StoreError;
use crate::store::Store;
use crate::store::control::ControlKind;
use crate::store::item::{AttributeReader, Item};
use crate::store::query::PageReading;
use crate::store::tally::Table;

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    /// The entry's place in its run, or the run's place in the corp's chain.
    pub seq: u64,
    /// What is wrong there.
    pub why: ReasonCode,
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainVerdict {
    /// Everything is as it was written.
    Intact {
        /// Entries of the run, or runs of the corp.
        entries: u64,
        /// Whether the end is fixed by a chained head. An open run's last entries could be missing unnoticed.
        closed: bool,
    },
    /// Somebody changed it.
    Broken(ChainBreak),
}

fn broken_chain(seq: u64, why: ReasonCode) -> ChainVerdict {
    ChainVerdict::Broken(ChainBreak { seq, why })
}

impl Store {
    /// Recomputes a run's chain and compares its end with the head in the corp's chain.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read; what was tampered with is a [`ChainVerdict`].
    pub async fn verify_run(&self, corp: &CorpId, run: &RunId) -> Result<ChainVerdict, StoreError> {
        let mut pages = self
            .pages(Table::Journal, run_pk(corp, run), PageReading::Strong(200))
            .boxed();
        let (mut seq, mut hash, mut closed) = (0, initial_hash(corp, run), None);
        while let Some(page) = pages.next().await {
            for item in page? {
                let attributes = AttributeReader {
                    what: "journal entry",
                    item: &item,
                };
                if attributes.text("sk")? == CLOSED_SK {
                    closed = Some(item);
                    continue;
                }
                seq += 1;
                match verify_entry(&item, run, seq, &hash) {
                    Ok(after) => hash = after,
                    Err(why) => return Ok(broken_chain(seq, why)),
                }
            }
        }
        self.compare_end(corp, run, (seq, hash), closed).await
    }

    /// Recomputes the chain of the corp's closed runs, up to the head in `control`.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read; what was tampered with is a [`ChainVerdict`].
    pub async fn verify_heads(&self, corp: &CorpId) -> Result<ChainVerdict, StoreError> {
        let stored = self
            .get_control::<ChainHead>(corp, ControlKind::JournalHead, "-")
            .await?;
        let end = stored.map(|stored| stored.body).unwrap_or_default();
        let mut pages = self
            .pages(Table::Journal, heads_pk(corp), PageReading::Strong(200))
            .boxed();
        let (mut place, mut head) = (0, String::new());
        while let Some(page) = pages.next().await {
            for item in page? {
                place += 1;
                match verify_head(&item, place, &head) {
                    Ok(after) => head = after,
                    Err(why) => return Ok(broken_chain(place, why)),
                }
            }
        }
        if (place, &head) != (end.closed, &end.head) {
            return Ok(broken_chain(place, ReasonCode::JournalHeadChanged));
        }
        Ok(ChainVerdict::Intact {
            entries: place,
            closed: true,
        })
    }

    async fn compare_end(
        &self,
        corp: &CorpId,
        run: &RunId,
        (seq, hash): (u64, ChainHash),
        closed: Option<Item>,
    ) -> Result<ChainVerdict, StoreError> {
        let place = match &closed {
            Some(closed) => {
                let place = AttributeReader {
                    what: "journal head",
                    item: closed,
                }
                .number("k")?;
                self.get_item(Table::Journal, &heads_pk(corp), &heads_sk(place))
                    .await?
            }
            None => self.run_place(corp, run).await?,
        };
        let Some(place) = place else {
            return Ok(match closed {
                Some(_) => broken_chain(seq, ReasonCode::JournalHeadMissing),
                None => ChainVerdict::Intact {
                    entries: seq,
                    closed: false,
                },
            });
        };
        let head = AttributeReader {
            what: "journal head",
            item: &place,
        };
        if head.text("run")? != run.as_str()
            || head.number("c")? != seq
            || head.array::<32>("h")? != hash
        {
            return Ok(broken_chain(seq, ReasonCode::JournalEndChanged));
        }
        Ok(match closed {
            Some(_) => ChainVerdict::Intact {
                entries: seq,
                closed: true,
            },
            None => broken_chain(seq, ReasonCode::JournalEndChanged),
        })
    }

    /// The run's place in the corp's chain, looked for from the start: only when its closing mark is missing.
    async fn run_place(&self, corp: &CorpId, run: &RunId) -> Result<Option<Item>, StoreError> {
        let mut pages = self
            .pages(Table::Journal, heads_pk(corp), PageReading::Strong(200))
            .boxed();
        while let Some(page) = pages.next().await {
            for item in page? {
                let head = AttributeReader {
                    what: "journal head",
                    item: &item,
                };
                if head.text("run")? == run.as_str() {
                    return Ok(Some(item));
                }
            }
        }
        Ok(None)
    }
}

fn verify_entry(
    item: &Item,
    run: &RunId,
    seq: u64,
    before: &ChainHash,
) -> Result<ChainHash, ReasonCode> {
    let attributes = AttributeReader {
        what: "journal entry",
        item,
    };
    let entry = parse_entry(item).map_err(|_| ReasonCode::JournalEntryUnreadable)?;
    let (entry_run, entry_seq) = entry.place();
    if attributes.text("sk").ok() != Some(&seq_sk(seq)) || entry_seq != seq {
        return Err(ReasonCode::JournalEntryMissing);
    }
    if entry_run != run {
        return Err(ReasonCode::JournalEntryMissing);
    }
    let after = entry_hash(
        before,
        attributes
            .text("b")
            .map_err(|_| ReasonCode::JournalEntryUnreadable)?
            .as_bytes(),
    );
    let stored = attributes
        .array("h")
        .map_err(|_| ReasonCode::JournalEntryUnreadable)?;
    if after == stored {
        Ok(after)
    } else {
        Err(ReasonCode::JournalEntryChanged)
    }
}

fn verify_head(item: &Item, place: u64, before: &str) -> Result<String, ReasonCode> {
    let attributes = AttributeReader {
        what: "journal head",
        item,
    };
    let unreadable = |_| ReasonCode::JournalHeadMissing;
    attributes.check_version(VERSION).map_err(unreadable)?;
    if attributes.text("sk").map_err(unreadable)? != heads_sk(place) {
        return Err(ReasonCode::JournalHeadMissing);
    }
    let run = RunId::new(attributes.text("run").map_err(unreadable)?)
        .map_err(|_| ReasonCode::JournalHeadMissing)?;
    let (entries, hash) = (
        attributes.number("c").map_err(unreadable)?,
        attributes.array("h").map_err(unreadable)?,
    );
    let after = head_hash(before, &run_hash(&run, entries, &hash));
    if after == attributes.text("head").map_err(unreadable)? {
        Ok(after)
    } else {
        Err(ReasonCode::JournalHeadChanged)
    }
}
