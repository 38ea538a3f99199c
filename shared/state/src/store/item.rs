//! Items: keys, attributes, and the translation of the SDK's errors.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Store;
use super::tally::Table;
use crate::error::{Cause, StoreError};

pub(super) type Item = HashMap<String, AttributeValue>;

/// What DynamoDB takes per item, with room for keys.
pub(super) const ITEM_MAX: usize = 400 * 1024;

pub(super) fn text_value(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number_value(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn binary_value(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

pub(super) fn item_key(pk: &str, sk: &str) -> Item {
    HashMap::from([
        ("pk".to_owned(), text_value(pk)),
        ("sk".to_owned(), text_value(sk)),
    ])
}

/// A reader of one item's attributes: every surprise is a named error.
#[derive(Clone, Copy)]
pub(super) struct AttributeReader<'a> {
    pub(super) what: &'static str,
    pub(super) item: &'a Item,
}

impl<'a> AttributeReader<'a> {
    pub(super) fn malformed(self, why: &'static str) -> StoreError {
        StoreError::Malformed {
            what: self.what,
            why,
        }
    }

    /// Refuses a schema version that is not `known`.
    pub(super) fn check_version(self, known: u32) -> Result<(), StoreError> {
        let found = u32::try_from(self.number("v")?)
            .map_err(|_| self.malformed("its schema version is too large"))?;
        if found == known {
            Ok(())
        } else {
            Err(StoreError::UnknownVersion {
                what: self.what,
                found,
                known,
            })
        }
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, StoreError> {
        self.optional_text(name)?
            .ok_or_else(|| self.malformed("a text attribute is missing"))
    }

    pub(super) fn optional_text(self, name: &str) -> Result<Option<&'a str>, StoreError> {
        match self.item.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(self.malformed("an attribute is not text")),
        }
    }

    pub(super) fn number(self, name: &str) -> Result<u64, StoreError> {
        self.optional_number(name)?
            .ok_or_else(|| self.malformed("a number attribute is missing"))
    }

    pub(super) fn optional_number(self, name: &str) -> Result<Option<u64>, StoreError> {
        match self.item.get(name) {
            None => Ok(None),
            Some(AttributeValue::N(digits)) => digits
                .parse()
                .map(Some)
                .map_err(|_| self.malformed("a number attribute is not a whole number")),
            Some(_) => Err(self.malformed("an attribute is not a number")),
        }
    }

    pub(super) fn bytes(self, name: &str) -> Result<&'a [u8], StoreError> {
        match self.item.get(name) {
            Some(AttributeValue::B(blob)) => Ok(blob.as_ref()),
            None => Err(self.malformed("a binary attribute is missing")),
            Some(_) => Err(self.malformed("an attribute is not binary")),
        }
    }

    pub(super) fn array<const N: usize>(self, name: &str) -> Result<[u8; N], StoreError> {
        self.bytes(name)?
            .try_into()
            .map_err(|_| self.malformed("a binary attribute has another length"))
    }
}

/// An item's size as DynamoDB counts it, rounded up where it does not say exactly.
pub(super) fn item_size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::Ss(texts) => texts.iter().map(|text| text.len() + 1).sum::<usize>() + 3,
        _ => 1,
    }
}

/// The meaning of an SDK error. Service messages and answers are dropped: they may repeat what was sent or stored.
pub(super) fn sdk_error<E: ProvideErrorMetadata, R>(
    call: &'static str,
    error: &SdkError<E, R>,
) -> StoreError {
    let unavailable = |why: &str| StoreError::Unavailable {
        call,
        source: Cause::new(why),
    };
    match error {
        SdkError::TimeoutError(_) => unavailable("the request timed out"),
        SdkError::DispatchFailure(_) => unavailable("the connection failed"),
        SdkError::ResponseError(_) => unavailable("the answer was not readable"),
        SdkError::ServiceError(service) => {
            service_error(call, service.err().code().unwrap_or("no error code"))
        }
        _ => StoreError::Refused {
            call,
            source: Cause::new("the request could not be built"),
        },
    }
}

pub(super) fn service_error(call: &'static str, code: &str) -> StoreError {
    match code {
        "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "ThrottlingException"
        | "ThrottlingError"
        | "RequestLimitExceeded" => StoreError::Throttled { call },
        "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "no error code"
        | "TransactionInProgressException"
        | "TransactionCanceledException"
        | "TransactionConflict"
        | "TransactionConflictException" => StoreError::Unavailable {
            call,
            source: Cause::new(code),
        },
        _ => StoreError::Refused {
            call,
            source: Cause::new(code),
        },
    }
}

impl Store {
    pub(super) fn table(&self, table: Table) -> &str {
        match table {
            Table::Directory => &self.tables.directory,
            Table::Control => &self.tables.control,
            Table::Journal => &self.tables.journal,
            Table::Ledger => &self.tables.ledger,
        }
    }

    /// One item, strongly consistent.
    pub(super) async fn get_item(
        &self,
        table: Table,
        pk: &str,
        sk: &str,
    ) -> Result<Option<Item>, StoreError> {
        let get = self
            .client
            .get_item()
            .table_name(self.table(table))
            .set_key(Some(item_key(pk, sk)))
            .consistent_read(true);
        let answer = get
            .send()
            .await
            .map_err(|error| sdk_error("read an item", &error))?;
        Ok(answer.item)
    }
}
