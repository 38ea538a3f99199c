//! Items with a JSON body and a counted version: control items and ledger entries.

use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{
    ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Store;
use super::item::{
    AttributeReader, ITEM_MAX, Item, binary_value, item_key, number_value, sdk_error, text_value,
};
use super::tally::Table;
use crate::error::{ExistingItem, StoreError, WriteError};

/// Schema version of versioned items. Bodies grow by fields with defaults; what cannot be read that way needs a new one.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Room that is left for keys and marks.
const BODY_MAX: usize = ITEM_MAX - 4096;

/// What must be true for a put to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutCondition {
    /// There is no such item.
    New,
    /// The item still has the version that was read.
    Version(u64),
    /// Whatever is there is replaced.
    Any,
}

/// A stored item: its id, its version, its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem<T> {
    /// The id.
    pub id: String,
    /// Counts the writes, from 1.
    pub version: u64,
    /// When it may be dropped, in seconds since the epoch. The database drops late (up to days): compare with the time.
    pub expires: Option<i64>,
    /// The body.
    pub body: T,
}

impl<T> StoredItem<T> {
    /// Whether it is past its time, `now` in seconds since the epoch.
    #[must_use]
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// Where a versioned item lives.
#[derive(Clone, Copy)]
pub(super) struct ItemAddress<'a> {
    pub(super) table: Table,
    pub(super) pk: &'a str,
    pub(super) sk: &'a str,
    pub(super) what: &'static str,
}

pub(super) fn to_json<T: Serialize>(what: &'static str, body: &T) -> Result<String, WriteError> {
    let malformed = |_| {
        WriteError::Store(StoreError::Malformed {
            what,
            why: "it has no JSON form",
        })
    };
    check_size(serde_json::to_string(body).map_err(malformed)?)
}

pub(super) fn check_size(body: String) -> Result<String, WriteError> {
    if body.len() > BODY_MAX {
        return Err(WriteError::TooLarge {
            bytes: body.len(),
            limit: BODY_MAX,
        });
    }
    Ok(body)
}

/// The raw body and its frame; the body's content never gets into an error.
pub(super) fn read_stored_text(
    what: &'static str,
    item: &Item,
) -> Result<StoredItem<String>, StoreError> {
    let attributes = AttributeReader { what, item };
    attributes.check_version(SCHEMA_VERSION)?;
    Ok(StoredItem {
        id: attributes.text("sk")?.to_owned(),
        version: attributes.number("n")?,
        expires: attributes
            .optional_number("x")?
            .and_then(|seconds| i64::try_from(seconds).ok()),
        body: attributes.text("b")?.to_owned(),
    })
}

pub(super) fn read_stored<T: DeserializeOwned>(
    what: &'static str,
    item: &Item,
) -> Result<StoredItem<T>, StoreError> {
    let StoredItem {
        id,
        version,
        expires,
        body,
    } = read_stored_text(what, item)?;
    let why = "its body is not the expected JSON";
    let body = serde_json::from_str(&body).map_err(|_| StoreError::Malformed { what, why })?;
    Ok(StoredItem {
        id,
        version,
        expires,
        body,
    })
}

/// A whole item, for a transaction.
pub(super) fn versioned_item(
    address: ItemAddress<'_>,
    body: String,
    version: u64,
    mark: Vec<u8>,
) -> Item {
    let mut item = item_key(address.pk, address.sk);
    item.insert("v".to_owned(), number_value(u64::from(SCHEMA_VERSION)));
    item.insert("n".to_owned(), number_value(version));
    item.insert("w".to_owned(), binary_value(mark));
    item.insert("b".to_owned(), text_value(body));
    item
}

/// The version, if the item carries this mark: the write was ours.
pub(super) fn own_write_version(
    what: &'static str,
    item: &Item,
    mark: &[u8],
) -> Result<Option<u64>, StoreError> {
    let attributes = AttributeReader { what, item };
    if item.is_empty() || attributes.bytes("w")? != mark {
        return Ok(None);
    }
    attributes.number("n").map(Some)
}

impl Store {
    /// Writes a body under a condition; the new version.
    pub(super) async fn put_versioned(
        &self,
        address: ItemAddress<'_>,
        body: String,
        condition: PutCondition,
        expires: Option<i64>,
    ) -> Result<u64, WriteError> {
        let mark = self.next_mark();
        let (update, values, when) = update_expressions(body, condition, expires, &mark);
        let request = self
            .client
            .update_item()
            .table_name(self.table(address.table))
            .set_key(Some(item_key(address.pk, address.sk)))
            .update_expression(update)
            .set_condition_expression(when.map(str::to_owned))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::UpdatedNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match request.send().await {
            Ok(answer) => {
                return self
                    .written_version(address, &answer)
                    .map_err(WriteError::Store);
            }
            Err(error) => error,
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(refused)) =
            error.as_service_error()
        {
            let stored = match refused.item() {
                Some(item) => item.clone(),
                None => self
                    .stored_versioned(address)
                    .await
                    .map_err(WriteError::Store)?,
            };
            let own = own_write_version(address.what, &stored, &mark).map_err(WriteError::Store)?;
            return own.ok_or(match condition {
                PutCondition::New => WriteError::Exists {
                    which: ExistingItem::Item,
                },
                PutCondition::Version(_) | PutCondition::Any => WriteError::Stale,
            });
        }
        self.check_own_versioned_write(address, &mark, sdk_error("write an item", &error))
            .await
    }

    /// After a write without an answer: did it happen all the same?
    pub(super) async fn check_own_versioned_write(
        &self,
        address: ItemAddress<'_>,
        mark: &[u8],
        error: StoreError,
    ) -> Result<u64, WriteError> {
        if !error.is_transient() {
            return Err(WriteError::Store(error));
        }
        match self
            .stored_versioned(address)
            .await
            .and_then(|stored| own_write_version(address.what, &stored, mark))
        {
            Ok(Some(version)) => Ok(version),
            _ => Err(WriteError::Store(error)),
        }
    }

    fn written_version(
        &self,
        address: ItemAddress<'_>,
        answer: &UpdateItemOutput,
    ) -> Result<u64, StoreError> {
        self.counters
            .count_item(address.table, answer.consumed_capacity());
        let nothing = Item::new();
        AttributeReader {
            what: address.what,
            item: answer.attributes().unwrap_or(&nothing),
        }
        .number("n")
    }

    /// The stored item, or an empty one.
    pub(super) async fn stored_versioned(
        &self,
        address: ItemAddress<'_>,
    ) -> Result<Item, StoreError> {
        Ok(self
            .get_item(address.table, address.pk, address.sk)
            .await?
            .unwrap_or_default())
    }
}

fn update_expressions(
    body: String,
    condition: PutCondition,
    expires: Option<i64>,
    mark: &[u8],
) -> (&'static str, Item, Option<&'static str>) {
    let mut values = Item::from([
        (":v".to_owned(), number_value(u64::from(SCHEMA_VERSION))),
        (":b".to_owned(), text_value(body)),
        (":w".to_owned(), binary_value(mark)),
        (":one".to_owned(), number_value(1)),
    ]);
    let update = if let Some(expires) = expires {
        values.insert(":x".to_owned(), number_value(expires.max(0).unsigned_abs()));
        "SET v = :v, b = :b, w = :w, x = :x ADD n :one"
    } else {
        "SET v = :v, b = :b, w = :w REMOVE x ADD n :one"
    };
    let when = match condition {
        PutCondition::Any => None,
        PutCondition::New => Some("attribute_not_exists(pk)"),
        PutCondition::Version(version) => {
            values.insert(":n".to_owned(), number_value(version));
            Some("n = :n")
        }
    };
    (update, values, when)
}
