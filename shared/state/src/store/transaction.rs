//! Transactions: all or nothing, repeated on conflict a bounded number of times.

use std::time::Duration;

use aws_sdk_dynamodb::config::AsyncSleep;
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::types::{
    CancellationReason, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};

use super::Store;
use super::item::{Item, item_key, sdk_error, service_error};
use super::tally::Table;
use crate::error::{Cause, StoreError};

/// How often a transaction that met another one is tried.
const TRANSACTION_ATTEMPTS: u32 = 8;

const CALL: &str = "write a transaction";

/// One write of a transaction.
pub(super) struct TransactionStep {
    table: Table,
    write: TransactWriteItem,
}

/// A condition with its values, in DynamoDB's expression language.
pub(super) struct WriteCondition {
    pub(super) expression: &'static str,
    pub(super) values: Item,
}

impl WriteCondition {
    /// There is no such item yet.
    pub(super) fn new_item() -> Self {
        Self {
            expression: "attribute_not_exists(pk)",
            values: Item::new(),
        }
    }
}

/// Why a transaction did nothing.
pub(super) enum TransactionError {
    /// Conditions failed: for each step, in order, `Some` if its own did, with the item that was there.
    Conditions(Vec<Option<Item>>),
    /// Anything else.
    Failed(StoreError),
}

impl TransactionStep {
    pub(super) fn put(
        store: &Store,
        table: Table,
        item: Item,
        when: Option<WriteCondition>,
    ) -> Result<Self, StoreError> {
        let (expression, values) = when
            .map(|when| (when.expression.to_owned(), when.values))
            .unzip();
        let put = Put::builder()
            .table_name(store.table(table))
            .set_item(Some(item))
            .set_condition_expression(expression)
            .set_expression_attribute_values(values.filter(|values| !values.is_empty()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|_| step_build_error())?;
        Ok(Self {
            table,
            write: TransactWriteItem::builder().put(put).build(),
        })
    }

    pub(super) fn delete(
        store: &Store,
        table: Table,
        (pk, sk): (&str, &str),
        when: Option<WriteCondition>,
    ) -> Result<Self, StoreError> {
        let (expression, values) = when
            .map(|when| (when.expression.to_owned(), when.values))
            .unzip();
        let delete = Delete::builder()
            .table_name(store.table(table))
            .set_key(Some(item_key(pk, sk)))
            .set_condition_expression(expression)
            .set_expression_attribute_values(values.filter(|values| !values.is_empty()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|_| step_build_error())?;
        Ok(Self {
            table,
            write: TransactWriteItem::builder().delete(delete).build(),
        })
    }
}

fn step_build_error() -> StoreError {
    StoreError::Refused {
        call: CALL,
        source: Cause::new("the request could not be built"),
    }
}

impl Store {
    /// Writes all steps or none. The SDK's idempotency token covers its own retries; a conflict with another transaction
    /// is tried again here, later each time. `jitter` spreads those who met: any random number.
    pub(super) async fn write_transaction(
        &self,
        steps: Vec<TransactionStep>,
        jitter: u64,
    ) -> Result<(), TransactionError> {
        let tables: Vec<Table> = steps.iter().map(|step| step.table).collect();
        let writes: Vec<TransactWriteItem> = steps.into_iter().map(|step| step.write).collect();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let request = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()));
            let error = match request
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
            {
                Ok(answer) => {
                    self.count_writes(&tables, &answer);
                    return Ok(());
                }
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(TransactionError::Failed(sdk_error(CALL, &error)));
            };
            let outcome = transaction_error(cancelled.cancellation_reasons());
            if attempt == TRANSACTION_ATTEMPTS || !is_retryable(&outcome) {
                return Err(outcome);
            }
            self.back_off(attempt, jitter).await;
        }
    }

    /// Waits 10 ms, 20 ms, 40 ms … and up to half as much again.
    pub(super) async fn back_off(&self, attempt: u32, jitter: u64) {
        let Some(sleep) = self.client.config().sleep_impl() else {
            return;
        };
        let base = 10_u64 << attempt.min(7);
        sleep
            .sleep(Duration::from_millis(
                base + jitter.rotate_left(attempt * 8) % (base / 2),
            ))
            .await;
    }

    fn count_writes(&self, tables: &[Table], answer: &TransactWriteItemsOutput) {
        for table in tables {
            self.counters.count_items(*table, 1);
        }
        for capacity in answer.consumed_capacity() {
            let named = |table: &&Table| capacity.table_name() == Some(self.table(**table));
            if let (Some(table), Some(units)) =
                (tables.iter().find(named), capacity.capacity_units())
            {
                self.counters.count_units(*table, units);
            }
        }
    }
}

fn is_retryable(outcome: &TransactionError) -> bool {
    matches!(outcome, TransactionError::Failed(error) if error.is_transient())
}

/// A failed condition counts before a conflict: the steps were looked at, and another try would fail the same way.
fn transaction_error(reasons: &[CancellationReason]) -> TransactionError {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    if reasons
        .iter()
        .any(|reason| code(reason) == "ConditionalCheckFailed")
    {
        let failed = |reason: &CancellationReason| {
            (code(reason) == "ConditionalCheckFailed")
                .then(|| reason.item().cloned().unwrap_or_default())
        };
        return TransactionError::Conditions(reasons.iter().map(failed).collect());
    }
    let first = reasons.iter().map(code).find(|code| code != "None");
    TransactionError::Failed(service_error(
        CALL,
        first.as_deref().unwrap_or("no error code"),
    ))
}
