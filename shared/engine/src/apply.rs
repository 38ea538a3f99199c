//! Applying an approved plan: intent, write, read back, journal, base.

use std::collections::BTreeMap;

use directory::decide::Change;
use directory::hash;
use directory::plan::{ApprovedPlan, Item, Settled};
use directory::{Action, Intent, Lifecycle, Link, Side};
use ehr::{Stored, Write};
use futures::FutureExt as _;
use state::links::Pointers;
use state::{StoreError, WriteError};

use crate::names::Unknown;
use crate::observe::LookError;
use crate::ports::JournalEntry;
use crate::{Run, pump};

/// How many items go through intent, write and base together; the journal gets them as one batch.
const BATCH: usize = 64;

/// What became of one item.
enum Outcome {
    /// Written and read back; `under` is the version of the stored intent.
    Written { item: Box<Item>, under: Link, stored: Box<Stored> },
    /// Somebody else was here since the plan was made: look again.
    Moved(Box<Link>),
    /// The side refuses this record; noted with its reason.
    Refused,
    /// It failed; the intent stays if the outcome is unknown.
    Failed(Box<Link>, LookError),
}

impl Run<'_> {
    /// Applies a plan. Every item stands alone: one that fails or has moved stops nobody else.
    ///
    /// Returns how many had moved since the plan was made, which a later look settles.
    ///
    /// # Errors
    /// Only what concerns everybody: the state or the journal cannot be written.
    pub(crate) async fn apply(
        &self,
        plan: ApprovedPlan,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, LookError> {
        self.tally(|tally| tally.held.extend_from_slice(plan.held()));
        let mut moved = 0;
        for batch in plan.settled().chunks(BATCH) {
            let settle = batch.iter().map(|settled| self.settle(settled).boxed()).collect();
            for outcome in pump::all(settle).await {
                moved += u64::from(!outcome?);
            }
        }
        for batch in plan.items().chunks(BATCH) {
            moved += self.apply_batch(batch).await?;
            progress(batch.len() as u64);
        }
        Ok(moved)
    }

    async fn apply_batch(&self, items: &[Item]) -> Result<u64, LookError> {
        let writes = items.iter().map(|item| self.write(item).boxed()).collect();
        let mut moved = 0;
        let mut written = Vec::new();
        let mut failed = None;
        for outcome in pump::all(writes).await {
            match outcome {
                Outcome::Written { item, under, stored } => written.push((item, under, stored)),
                Outcome::Moved(link) => {
                    moved += 1;
                    self.look_again_at(&link);
                }
                Outcome::Refused => {}
                // What was written is journaled and finished all the same.
                Outcome::Failed(_, err) if err.concerns_everybody() => failed = Some(err),
                Outcome::Failed(link, LookError::Ehr(ehr::Error::Stale)) => {
                    moved += 1;
                    self.look_again_at(&link);
                }
                Outcome::Failed(link, err) => {
                    self.tally(|tally| tally.unfinished(link.kind, Some(link.id), err.sentence()));
                }
            }
        }
        let entries = written.iter().map(|(item, ..)| self.entry(item)).collect();
        self.engine.journal.append(&self.id, entries).await?;
        let finish = written.iter().map(|(item, under, stored)| self.finish(item, under, stored).boxed()).collect();
        for outcome in pump::all(finish).await {
            moved += u64::from(!outcome?);
        }
        failed.map_or(Ok(moved), Err)
    }

    fn look_again_at(&self, link: &Link) {
        if let Some(dingtalk) = &link.dingtalk {
            self.tally(|tally| _ = tally.again.insert((link.kind, dingtalk.clone())));
        }
    }

    /// Stores the intent, writes the side and reads it back.
    async fn write(&self, item: &Item) -> Outcome {
        let under = match self.store_intent(item).await {
            Ok(Some(under)) => under,
            Ok(None) => return Outcome::Moved(Box::new(item.link.clone())),
            Err(err) => return Outcome::Failed(Box::new(item.link.clone()), err.into()),
        };
        let values = match self.names.to_natives(item.to, &item.values).await {
            Ok(values) => values,
            Err(err) => return Outcome::Failed(Box::new(item.link.clone()), err.into()),
        };
        let write = Write {
            kind: item.link.kind,
            action: item.action,
            id: item.link.ehr.clone(),
            link: item.link.id,
            dingtalk: item.link.dingtalk.clone(),
            unionid: item.unionid.clone(),
            values,
            expected: item.ehr_version,
        };
        match self.engine.ehr.apply(&write).await {
            Ok(stored) => Outcome::Written { item: Box::new(item.clone()), under, stored: Box::new(stored) },
            Err(err) => self.refused(item, under, err).await,
        }
    }

    /// A refused write is that record's trouble, with its reason; the others go on.
    async fn refused(&self, item: &Item, under: Link, err: ehr::Error) -> Outcome {
        if !err.is_transient() {
            // Nothing was written: the intent is explained. A link that never came to be stays as begun.
            let mut cleared = item.before.clone().unwrap_or_else(|| under.clone());
            let expected = under.version;
            cleared.version = self.version();
            cleared.intents.clear();
            let put = self.engine.links.put_link(&self.engine.corp, &cleared, expected, &Pointers::none()).await;
            self.tally(|tally| {
                tally.writes += u64::from(put.is_ok());
                tally.trouble(item.link.kind, Some(item.link.id), err.to_string());
            });
            return Outcome::Refused;
        }
        Outcome::Failed(Box::new(item.link.clone()), err.into())
    }

    /// The conditional put before the remote write. `None`: somebody else was here.
    async fn store_intent(&self, item: &Item) -> Result<Option<Link>, StoreError> {
        let mut link = match &item.before {
            Some(before) => before.clone(),
            None => Link { base: directory::Base::default(), lifecycle: Lifecycle::Creating, ..item.link.clone() },
        };
        link.version = self.version();
        let fields = item
            .changes
            .iter()
            .filter_map(|change| item.link.base.hashes.get(&change.field).map(|hash| (change.field, *hash)));
        let fields: BTreeMap<_, _> = fields.collect();
        link.intents.push(Intent { side: item.to, fields, action: item.action, at: self.now() });
        self.put(item.before.as_ref(), &link).await.map(|won| won.then_some(link))
    }

    /// Stores the new base after the write. `false`: somebody else was here, and a later look settles it.
    async fn finish(&self, item: &Item, under: &Link, stored: &Stored) -> Result<bool, StoreError> {
        let mut link = item.link.clone();
        link.version = self.version();
        link.ehr = Some(stored.record.id.clone());
        if item.action != Action::Remove {
            self.compare_read_back(&mut link, item, stored).await?;
        }
        let won = self.put(Some(under), &link).await?;
        if won {
            self.names.learn(&link);
            self.tally(|tally| {
                // The eHR's, besides the link's.
                tally.writes += 1;
                tally.applied(link.kind, item.action);
            });
        } else {
            self.look_again_at(&link);
        }
        Ok(won)
    }

    /// What came back otherwise than it was sent is a new observation, not base (`design.md` §4.13).
    async fn compare_read_back(&self, link: &mut Link, item: &Item, stored: &Stored) -> Result<(), StoreError> {
        let shown = self.names.resolve(Side::Ehr, &stored.record, Unknown::LeaveOut).await?.record.values;
        for change in &item.changes {
            let came_back = hash::field(&self.engine.key, change.field, shown.get(change.field));
            if link.base.hashes.get(&change.field) != Some(&came_back) {
                link.base.hashes.remove(&change.field);
                let field = change.field.key();
                self.tally(|tally| tally.note(format!("the eHR stored {field} otherwise than it was sent")));
            }
        }
        Ok(())
    }

    /// Stores a link whose base only catches up. `false`: somebody else was here.
    pub(crate) async fn settle(&self, settled: &Settled) -> Result<bool, LookError> {
        let mut link = settled.link.clone();
        link.version = self.version();
        let won = self.put(settled.before.as_ref(), &link).await?;
        if won {
            self.names.learn(&link);
            self.explain(settled).await?;
        } else {
            self.look_again_at(&link);
        }
        Ok(won)
    }

    /// A write that was cut off after the side took it left no entry: the read that explains its intent writes one.
    async fn explain(&self, settled: &Settled) -> Result<(), LookError> {
        let intents = settled.before.iter().flat_map(|link| &link.intents).filter(|_| settled.link.intents.is_empty());
        let entry = |intent: &Intent| JournalEntry {
            at: self.now(),
            side: intent.side,
            link: settled.link.id,
            kind: settled.link.kind,
            action: intent.action,
            changes: Vec::new(),
            reason: "found written: the run that wrote it was cut off before it could say so".to_owned(),
            owner: self.engine.policy.lifecycle,
        };
        Ok(self.engine.journal.append(&self.id, intents.map(entry).collect()).await?)
    }

    async fn put(&self, before: Option<&Link>, link: &Link) -> Result<bool, StoreError> {
        let (links, corp) = (&self.engine.links, &self.engine.corp);
        let pointers = Pointers::between(before, link);
        let put = match before {
            Some(before) => links.put_link(corp, link, before.version, &pointers).await,
            None => links.create_link(corp, link).await,
        };
        match put {
            Ok(()) => {
                let items = 1 + pointers.added.len() + pointers.removed.len();
                self.tally(|tally| tally.writes += items as u64);
                Ok(true)
            }
            Err(WriteError::Stale | WriteError::Exists { .. }) => Ok(false),
            Err(WriteError::TooLarge { .. }) => {
                self.tally(|tally| tally.trouble(link.kind, Some(link.id), "its link is larger than can be stored"));
                Ok(false)
            }
            Err(WriteError::Store(err)) => Err(err),
        }
    }

    fn entry(&self, item: &Item) -> JournalEntry {
        let changes: Vec<Change> = item.changes.clone();
        let overwrites = changes.iter().any(|change| change.overwrites_edit);
        JournalEntry {
            at: self.now(),
            side: item.to,
            link: item.link.id,
            kind: item.link.kind,
            action: item.action,
            changes,
            reason: if overwrites {
                format!("{}; an edit in the eHR is overwritten", item.reason)
            } else {
                item.reason.clone()
            },
            owner: self.engine.policy.lifecycle,
        }
    }
}
