//! Pages of one partition.

use aws_sdk_dynamodb::Client;
use futures::Stream;

use super::Store;
use super::item::{Item, sdk_error, text_value};
use super::tally::Table;
use crate::error::StoreError;

/// How a partition is read: at most so many items (and 1 MB) per page.
#[derive(Clone, Copy)]
pub(super) enum PageReading {
    /// Half the price; may miss the last moment's writes.
    Eventual(i32),
    /// Shows every write that was answered.
    Strong(i32),
}

impl PageReading {
    fn limit_and_consistency(self) -> (i32, bool) {
        match self {
            Self::Eventual(limit) => (limit, false),
            Self::Strong(limit) => (limit, true),
        }
    }
}

/// Which items of a partition are read, and in which order.
#[derive(Clone, Copy)]
pub(super) enum SortKeys<'a> {
    /// Behind this key, in ascending order.
    After(&'a str),
    /// Before this key, in descending order.
    Before(&'a str),
    /// That begin so, in ascending order. Not empty.
    Prefix(&'a str),
}

impl<'a> SortKeys<'a> {
    fn condition(self) -> (&'static str, &'a str, bool) {
        match self {
            Self::After(key) => ("pk = :pk AND sk > :sk", key, true),
            Self::Before(key) => ("pk = :pk AND sk < :sk", key, false),
            Self::Prefix(key) => ("pk = :pk AND begins_with(sk, :sk)", key, true),
        }
    }
}

/// Where a listing stands.
enum ListingPosition {
    Start,
    After(Item),
    End,
}

/// Items that one answer may have; it is cut at a megabyte anyway.
const PAGE_MAX: i32 = 1000;

impl Store {
    /// Every item of a partition, in order; one page is in the hand at a time.
    pub(super) fn pages(
        &self,
        table: Table,
        pk: String,
        reading: PageReading,
    ) -> impl Stream<Item = Result<Vec<Item>, StoreError>> + Send + use<> {
        let (client, name) = (self.client.clone(), self.table(table).to_owned());
        futures::stream::unfold(ListingPosition::Start, move |at| {
            let (client, name, pk) = (client.clone(), name.clone(), pk.clone());
            async move {
                let from = match at {
                    ListingPosition::Start => None,
                    ListingPosition::After(key) => Some(key),
                    ListingPosition::End => return None,
                };
                Some(match query_page(&client, &name, &pk, reading, from).await {
                    Ok((items, Some(next))) => (Ok(items), ListingPosition::After(next)),
                    Ok((items, None)) => (Ok(items), ListingPosition::End),
                    Err(error) => (Err(error), ListingPosition::End),
                })
            }
        })
    }

    /// The last items of a partition, newest first, strongly consistent.
    pub(super) async fn last_items(
        &self,
        table: Table,
        pk: &str,
        limit: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut from = None;
        while items.len() < limit {
            let more = i32::try_from(limit - items.len())
                .unwrap_or(PAGE_MAX)
                .min(PAGE_MAX);
            let query = self
                .client
                .query()
                .table_name(self.table(table))
                .key_condition_expression("pk = :pk");
            let query = query
                .expression_attribute_values(":pk", text_value(pk))
                .scan_index_forward(false);
            let query = query
                .consistent_read(true)
                .limit(more)
                .set_exclusive_start_key(from);
            let answer = query
                .send()
                .await
                .map_err(|error| sdk_error("list items", &error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(items)
    }

    /// Items of a partition behind a sort key, in order, strongly consistent, at most `limit`.
    pub(super) async fn items_after(
        &self,
        table: Table,
        pk: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Item>, StoreError> {
        self.items_in(table, pk, SortKeys::After(after), limit)
            .await
    }

    /// Items of a partition by their sort keys, strongly consistent, at most `limit`.
    pub(super) async fn items_in(
        &self,
        table: Table,
        pk: &str,
        keys: SortKeys<'_>,
        limit: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let (condition, key, forward) = keys.condition();
        let mut items = Vec::new();
        let mut from = None;
        while items.len() < limit {
            let more = i32::try_from(limit - items.len())
                .unwrap_or(PAGE_MAX)
                .min(PAGE_MAX);
            let query = self
                .client
                .query()
                .table_name(self.table(table))
                .key_condition_expression(condition)
                .expression_attribute_values(":pk", text_value(pk))
                .expression_attribute_values(":sk", text_value(key))
                .scan_index_forward(forward)
                .consistent_read(true)
                .limit(more)
                .set_exclusive_start_key(from);
            let answer = query
                .send()
                .await
                .map_err(|error| sdk_error("list items", &error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(items)
    }
}

async fn query_page(
    client: &Client,
    table: &str,
    pk: &str,
    reading: PageReading,
    from: Option<Item>,
) -> Result<(Vec<Item>, Option<Item>), StoreError> {
    let (limit, consistent) = reading.limit_and_consistency();
    let query = client
        .query()
        .table_name(table)
        .key_condition_expression("pk = :pk")
        .consistent_read(consistent);
    let query = query
        .expression_attribute_values(":pk", text_value(pk))
        .limit(limit)
        .set_exclusive_start_key(from);
    let answer = query
        .send()
        .await
        .map_err(|error| sdk_error("list items", &error))?;
    Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
}
