//! The whole journal of a corp verified: the chain of its closed runs, each of them, and those that nobody closed yet.

use std::collections::BTreeSet;

use directory::{CorpId, RunId};
use futures::StreamExt;

use super::verify::{ChainBreak, ChainVerdict};
use super::{heads_pk, heads_sk};
use crate::error::StoreError;
use crate::store::Store;
use crate::store::item::{AttributeReader, Item, sdk_error, text_value};
use crate::store::query::PageReading;
use crate::store::tally::Table;

/// What an audit of a corp's journal found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JournalAudit {
    /// Closed runs, each as it was chained.
    pub closed: u64,
    /// Runs that nobody closed: they are under way, or were cut off. The end of one could be missing unnoticed.
    pub open: u64,
    /// Entries of all of them.
    pub entries: u64,
    /// The first thing that is wrong, and in which run, where one can be named. Nothing behind it was looked at.
    pub broken: Option<(Option<RunId>, ChainBreak)>,
}

impl Store {
    /// Recomputes every chain of a corp's journal, up to the first thing that is wrong. Reads the whole journal, and scans
    /// its table for runs that no head names: a command, never a function.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read; what was tampered with is in the [`JournalAudit`].
    pub async fn audit_journal(&self, corp: &CorpId) -> Result<JournalAudit, StoreError> {
        let mut audit = JournalAudit::default();
        // Listed first: a run that is closed meanwhile is in the heads as well.
        let stored = self.stored_runs(corp).await?;
        if let ChainVerdict::Broken(broken) = self.verify_heads(corp).await? {
            let named = self.run_at_place(corp, broken.seq).await?;
            audit.broken = Some((named, broken));
            return Ok(audit);
        }
        let closed = self.closed_runs(corp).await?;
        let known: BTreeSet<&RunId> = closed.iter().collect();
        let open = stored.iter().filter(|run| !known.contains(run));
        for run in closed.iter().chain(open) {
            match self.verify_run(corp, run).await? {
                ChainVerdict::Intact { entries, closed } => {
                    audit.entries += entries;
                    audit.closed += u64::from(closed);
                    audit.open += u64::from(!closed);
                }
                ChainVerdict::Broken(broken) => {
                    audit.broken = Some((Some(run.clone()), broken));
                    return Ok(audit);
                }
            }
        }
        Ok(audit)
    }

    /// The closed runs, in the order in which they were closed.
    async fn closed_runs(&self, corp: &CorpId) -> Result<Vec<RunId>, StoreError> {
        let mut pages = self
            .pages(Table::Journal, heads_pk(corp), PageReading::Strong(200))
            .boxed();
        let mut runs = Vec::new();
        while let Some(page) = pages.next().await {
            for item in page? {
                runs.push(parse_run_id(&item)?);
            }
        }
        Ok(runs)
    }

    /// The run at a place of the corp's chain, from 1.
    async fn run_at_place(&self, corp: &CorpId, place: u64) -> Result<Option<RunId>, StoreError> {
        let item = self
            .get_item(Table::Journal, &heads_pk(corp), &heads_sk(place))
            .await?;
        Ok(item.and_then(|item| parse_run_id(&item).ok()))
    }

    /// Every run that has an entry, whatever the heads say.
    async fn stored_runs(&self, corp: &CorpId) -> Result<BTreeSet<RunId>, StoreError> {
        let prefix = format!("{corp}#");
        let mut runs = BTreeSet::new();
        let mut from = None;
        loop {
            let scan = self
                .client
                .scan()
                .table_name(self.table(Table::Journal))
                .projection_expression("pk");
            let scan = scan.filter_expression("begins_with(pk, :corp)");
            let scan = scan
                .expression_attribute_values(":corp", text_value(&prefix))
                .consistent_read(true);
            let answer = scan.set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| sdk_error("scan the journal", &error))?;
            for item in answer.items() {
                let pk = AttributeReader {
                    what: "journal entry",
                    item,
                }
                .text("pk")?;
                runs.extend(
                    pk.strip_prefix(&prefix)
                        .and_then(|run| RunId::new(run).ok()),
                );
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(runs);
            }
        }
    }
}

fn parse_run_id(item: &Item) -> Result<RunId, StoreError> {
    let head = AttributeReader {
        what: "journal head",
        item,
    };
    RunId::new(head.text("run")?).map_err(|_| head.malformed("its run has no name"))
}
