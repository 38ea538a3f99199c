//! Copies of the corp's head in the archive: whoever rewrites every entry, every head and the corp's own one makes chains that
//! agree with themselves, and not with what was copied before.
//!
//! A copy holds a number and a hash, nothing about people, so that it is not sealed: whoever has no key can compare it. Its
//! name is the place in the chain, and it is never replaced.

use directory::CorpId;
use directory::reason::{Reason, ReasonCode};
use serde::{Deserialize, Serialize};

use super::verify::ChainBreak;
use super::{ChainHead, heads_pk, heads_sk};
use crate::archive::{ArchiveKeyError, PAGE_MAX};
use crate::error::StoreError;
use crate::store::Store;
use crate::store::control::ControlKind;
use crate::store::item::AttributeReader;
use crate::store::tally::Table;
use crate::{Archive, ArchiveError, ArchiveKey, ArchiveKind, ArchivePrefix, PutIf};

/// The schema of a copy.
const VERSION: u32 = 1;

/// A copy as it is stored, JSON. No time: the same head is the same copy, whoever stores it again.
#[derive(Serialize, Deserialize)]
struct HeadCopy {
    v: u32,
    #[serde(flatten)]
    heads: ChainHead,
}

/// Why a copy was not kept.
#[derive(Debug, thiserror::Error)]
pub enum HeadCopyError {
    /// The head could not be read.
    #[error("the journal's head could not be read")]
    Store(#[from] StoreError),
    /// The place has no name in the archive.
    #[error("the journal's head has no place in the archive")]
    Name(#[from] ArchiveKeyError),
    /// The archive did not take it.
    #[error("the archive did not take the copy of the journal's head")]
    Archive(#[source] ArchiveError),
    /// The archive has another head for this place: the journal was rewritten, or its tables were restored.
    #[error(
        "the archive has another head for run number {0} of the journal: `journal verify` says more"
    )]
    Another(u64),
}

impl From<&HeadCopyError> for Reason {
    fn from(err: &HeadCopyError) -> Self {
        match err {
            HeadCopyError::Store(err) => Self::from(err),
            HeadCopyError::Name(err) => Self::from(*err),
            HeadCopyError::Archive(err) => Self::from(err),
            HeadCopyError::Another(_) => Self::new(ReasonCode::JournalCopyDiffers),
        }
    }
}

/// What the comparison with the archive found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadComparison {
    /// Copies that were compared and agree.
    pub agree: u64,
    /// The first one that does not, by its place in the corp's chain.
    pub broken: Option<ChainBreak>,
}

impl Store {
    /// Keeps a copy of the corp's head as it is now, where it has one; kept twice is kept once.
    ///
    /// # Errors
    /// [`HeadCopyError`]; the next copy takes in all that this one would.
    pub async fn copy_journal_head(
        &self,
        corp: &CorpId,
        archive: &dyn Archive,
    ) -> Result<(), HeadCopyError> {
        let stored = self
            .get_control::<ChainHead>(corp, ControlKind::JournalHead, "-")
            .await?;
        let Some(heads) = stored
            .map(|stored| stored.body)
            .filter(|heads| heads.closed > 0)
        else {
            return Ok(());
        };
        let place = heads.closed;
        let key = ArchiveKey::new(corp, ArchiveKind::JournalHead, &heads_sk(place))?;
        let no_json = |_| StoreError::Malformed {
            what: "journal head",
            why: "it has no JSON form",
        };
        let body = serde_json::to_vec(&HeadCopy { v: VERSION, heads }).map_err(no_json)?;
        match archive.put(&key, body, PutIf::New).await {
            Err(ArchiveError::Exists) => Err(HeadCopyError::Another(place)),
            done => done.map_err(HeadCopyError::Archive),
        }
    }

    /// Compares every copy with the corp's chain, the oldest first, up to the first that differs. What is compared are the
    /// heads as they are chained, so that it says something only where the chains themselves are intact.
    ///
    /// # Errors
    /// [`HeadCopyError`] when table or archive cannot be read.
    pub async fn compare_journal_copies(
        &self,
        corp: &CorpId,
        archive: &dyn Archive,
    ) -> Result<HeadComparison, HeadCopyError> {
        let all = ArchivePrefix::new(corp, ArchiveKind::JournalHead, "")?;
        let (mut copies, mut after) = (HeadComparison::default(), None);
        loop {
            let page = archive
                .list(&all, after.as_ref(), PAGE_MAX)
                .await
                .map_err(HeadCopyError::Archive)?;
            for archived in &page.archived {
                match self.compare_copy(corp, archive, &archived.key).await? {
                    None => copies.agree += 1,
                    broken => return Ok(HeadComparison { broken, ..copies }),
                }
            }
            after = page.archived.last().map(|archived| archived.key.clone());
            if !page.has_more || after.is_none() {
                return Ok(copies);
            }
        }
    }

    async fn compare_copy(
        &self,
        corp: &CorpId,
        archive: &dyn Archive,
        key: &ArchiveKey,
    ) -> Result<Option<ChainBreak>, HeadCopyError> {
        let seq = key.name().parse().unwrap_or_default();
        let body = archive
            .get(key)
            .await
            .map_err(HeadCopyError::Archive)?
            .unwrap_or_default();
        let copied = serde_json::from_slice::<HeadCopy>(&body).ok();
        let Some(copied) =
            copied.filter(|copied| copied.v == VERSION && copied.heads.closed == seq)
        else {
            return Ok(Some(ChainBreak {
                seq,
                why: ReasonCode::JournalCopyUnreadable,
            }));
        };
        let Some(item) = self
            .get_item(Table::Journal, &heads_pk(corp), &heads_sk(seq))
            .await?
        else {
            return Ok(Some(ChainBreak {
                seq,
                why: ReasonCode::JournalCopyDiffers,
            }));
        };
        let head = AttributeReader {
            what: "journal head",
            item: &item,
        }
        .text("head")?;
        let why = ReasonCode::JournalCopyDiffers;
        Ok((head != copied.heads.head).then_some(ChainBreak { seq, why }))
    }
}
