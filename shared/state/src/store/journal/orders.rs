//! What people ordered: entries of the same chains, so that an order cannot be left out or changed unseen.
//!
//! Each order is a run of its own: the entry that it begun, the entry how it ended, and the closing mark. An order whose run
//! was never closed was cut off between the two.

use directory::reason::Reason;
use directory::{CorpId, Kind, LinkId, RunId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ChainEntry, JOURNAL_ENTRY, ORDER_VERSION, Store, parse_change, run_pk, seq_sk};
use crate::error::StoreError;
use crate::seal::SealedValue;
use crate::store::item::{AttributeReader, Item, sdk_error, text_value};
use crate::store::schema::BY_RECORD;
use crate::store::tally::Table;

/// What the beginnings of orders are indexed by. No link id is spelled so.
const ORDERS: &str = "orders";

/// Sorts behind every time.
const LAST: &str = "~";

/// The place of the entry that an order was begun.
const BEGUN_SEQ: u64 = 1;

/// The place of the entry that says how an order ended.
const ENDED_SEQ: u64 = 2;

/// Where an order stood when its entry was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStage {
    /// It is about to be done.
    Begun,
    /// It was done.
    Done,
    /// It was refused; nothing was changed.
    Refused,
    /// It failed; the reason says how far it got, if that is known.
    Failed,
}

/// What is written down of an order. The actor and what was ordered are sealed for the order's run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderNote {
    /// When.
    pub at: Timestamp,
    /// Where the order stood.
    pub stage: OrderStage,
    /// What was ordered, in one word that is never renamed.
    pub action: String,
    /// Who ordered it, sealed.
    pub actor: SealedValue,
    /// The record that it is about: a link, or an entry of the ledger that is not linked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<LinkId>,
    /// Person or department, of a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What else it is about: the id of a plan, a hold, a conflict or a policy version. No personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The values of the order, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<SealedValue>,
    /// Why it was refused or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl OrderNote {
    pub(super) fn indexed_by(&self) -> Option<String> {
        match (self.stage, self.record) {
            (OrderStage::Begun, _) => Some(ORDERS.to_owned()),
            (_, record) => record.map(|record| record.to_string()),
        }
    }
}

/// An entry about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEntry {
    /// The order's run.
    pub run: RunId,
    /// Its place in the run: 1 for the beginning, 2 for the end.
    pub seq: u64,
    /// What was written down.
    #[serde(flatten)]
    pub note: OrderNote,
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalEntry {
    /// A record was changed.
    Change(ChainEntry),
    /// Someone gave an order.
    Order(OrderEntry),
}

impl JournalEntry {
    /// Its run, and its place there from 1.
    #[must_use]
    pub fn place(&self) -> (&RunId, u64) {
        match self {
            Self::Change(entry) => (&entry.run, entry.seq),
            Self::Order(entry) => (&entry.run, entry.seq),
        }
    }
}

/// One page of the entries about a record, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEntries {
    /// Each with the key that a page before it ends at.
    pub entries: Vec<(JournalEntry, String)>,
    /// There are older ones.
    pub has_more: bool,
}

/// An order: how it began and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedOrder {
    /// Its run.
    pub run: RunId,
    /// As it was begun.
    pub begun: OrderNote,
    /// As it ended; `None` while it is being done, and for ever if its process ended in between.
    pub ended: Option<OrderNote>,
}

/// One page of orders, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedOrders {
    /// The orders.
    pub orders: Vec<RecordedOrder>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// Whether an item is an entry of an order.
pub(super) fn is_order(item: &Item) -> Result<bool, StoreError> {
    let attributes = AttributeReader {
        what: JOURNAL_ENTRY,
        item,
    };
    Ok(attributes.number("v")? == u64::from(ORDER_VERSION))
}

/// An entry's body; what is wrong with it is named without repeating it.
pub(super) fn parse_entry(item: &Item) -> Result<JournalEntry, StoreError> {
    if !is_order(item)? {
        return parse_change(item).map(JournalEntry::Change);
    }
    let attributes = AttributeReader {
        what: JOURNAL_ENTRY,
        item,
    };
    serde_json::from_str(attributes.text("b")?)
        .map(JournalEntry::Order)
        .map_err(|_| attributes.malformed("its body is not an order"))
}

impl Store {
    /// A record's last changes over all runs, newest first; of the last `limit` entries, orders are left out. Through an
    /// index: eventually consistent, for reading by people, never for a decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_changes(
        &self,
        corp: &CorpId,
        record: LinkId,
        limit: usize,
    ) -> Result<Vec<ChainEntry>, StoreError> {
        let page = self.record_entries(corp, record, None, limit).await?;
        let change = |(entry, _)| match entry {
            JournalEntry::Change(entry) => Some(entry),
            JournalEntry::Order(_) => None,
        };
        Ok(page.entries.into_iter().filter_map(change).collect())
    }

    /// A page of a record's entries over all runs, newest first, older than the key `before`. Through an index: eventually
    /// consistent, for reading by people, never for a decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_entries(
        &self,
        corp: &CorpId,
        record: LinkId,
        before: Option<&str>,
        limit: usize,
    ) -> Result<RecordEntries, StoreError> {
        let (items, has_more) = self
            .indexed_entries(corp, &record.to_string(), before, limit)
            .await?;
        let entry = |item: &Item| Ok((parse_entry(item)?, index_key(item)?));
        let entries = items.iter().map(entry).collect::<Result<_, StoreError>>()?;
        Ok(RecordEntries { entries, has_more })
    }

    /// A page of all orders, newest first, older than the key `before`. Through an index: eventually consistent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recorded_orders(
        &self,
        corp: &CorpId,
        before: Option<&str>,
        limit: usize,
    ) -> Result<RecordedOrders, StoreError> {
        let (items, has_more) = self.indexed_entries(corp, ORDERS, before, limit).await?;
        let next = items
            .last()
            .filter(|_| has_more)
            .map(index_key)
            .transpose()?;
        let mut orders = Vec::with_capacity(items.len());
        for item in &items {
            if let JournalEntry::Order(begun) = parse_entry(item)? {
                let ended = self.order_note(corp, &begun.run, ENDED_SEQ).await?;
                orders.push(RecordedOrder {
                    run: begun.run,
                    begun: begun.note,
                    ended,
                });
            }
        }
        Ok(RecordedOrders { orders, next })
    }

    /// How an order began; `None` if the run is no order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_begin(
        &self,
        corp: &CorpId,
        run: &RunId,
    ) -> Result<Option<OrderNote>, StoreError> {
        self.order_note(corp, run, BEGUN_SEQ).await
    }

    async fn order_note(
        &self,
        corp: &CorpId,
        run: &RunId,
        seq: u64,
    ) -> Result<Option<OrderNote>, StoreError> {
        let item = self
            .get_item(Table::Journal, &run_pk(corp, run), &seq_sk(seq))
            .await?;
        Ok(match item.as_ref().map(parse_entry).transpose()? {
            Some(JournalEntry::Order(entry)) => Some(entry.note),
            Some(JournalEntry::Change(_)) | None => None,
        })
    }

    async fn indexed_entries(
        &self,
        corp: &CorpId,
        record: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        // One more says whether there are more.
        let wanted = i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX);
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Journal))
            .index_name(BY_RECORD)
            .key_condition_expression("#record = :record AND #at < :before")
            .expression_attribute_names("#record", "record")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":record", text_value(format!("{corp}#{record}")))
            .expression_attribute_values(":before", text_value(before.unwrap_or(LAST)))
            .scan_index_forward(false)
            .limit(wanted);
        let answer = query
            .send()
            .await
            .map_err(|error| sdk_error("list a record's entries", &error))?;
        let has_rest = answer.last_evaluated_key.is_some();
        let mut items = answer.items.unwrap_or_default();
        let has_more = items.len() > limit || (has_rest && !items.is_empty());
        items.truncate(limit);
        Ok((items, has_more))
    }
}

fn index_key(item: &Item) -> Result<String, StoreError> {
    let attributes = AttributeReader {
        what: JOURNAL_ENTRY,
        item,
    };
    attributes.text("at").map(str::to_owned)
}
