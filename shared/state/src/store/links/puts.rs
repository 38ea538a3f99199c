//! Puts of a link under the version that was read.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use directory::{CorpId, Link, RowVersion};

use super::conditions::{
    ConditionFailure, VERSION_UNCHANGED_WITHOUT_OVERFLOW, classify_failure, existing_item,
    first_refused, version_condition,
};
use crate::error::{StoreError, WriteError};
use crate::links::PointerChanges;
use crate::store::Store;
use crate::store::item::{Item, sdk_error};
use crate::store::link_item::link_key;
use crate::store::tally::Table;
use crate::store::transaction::{TransactionError, WriteCondition};

impl Store {
    /// The usual put: one item, one write unit. [`ConditionFailure::OwnWin`] is success.
    pub(super) async fn put_without_pointers(
        &self,
        corp: &CorpId,
        link: &Link,
        main: Item,
        expected: RowVersion,
    ) -> Result<ConditionFailure, WriteError> {
        let WriteCondition { expression, values } =
            version_condition(VERSION_UNCHANGED_WITHOUT_OVERFLOW, expected);
        let put = self
            .client
            .put_item()
            .table_name(self.table(Table::Directory))
            .set_item(Some(main))
            .condition_expression(expression)
            .set_expression_attribute_values(Some(values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match put.send().await {
            Ok(answer) => {
                self.counters
                    .count_item(Table::Directory, answer.consumed_capacity());
                return Ok(ConditionFailure::OwnWin);
            }
            Err(error) => error,
        };
        if let Some(PutItemError::ConditionalCheckFailedException(refused)) =
            error.as_service_error()
        {
            let stored = match refused.item() {
                Some(item) => item.clone(),
                None => self
                    .stored_link_item(corp, link)
                    .await
                    .map_err(WriteError::Store)?,
            };
            return classify_failure(&stored, link, Some(expected)).map_err(WriteError::Store);
        }
        self.check_own_write(corp, link, sdk_error("write a link", &error))
            .await
            .map(|()| ConditionFailure::OwnWin)
    }

    pub(super) async fn put_with_pointers(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: RowVersion,
        mut pointers: PointerChanges,
    ) -> Result<(), WriteError> {
        pointers
            .removed
            .retain(|removed| !pointers.added.contains(removed));
        let mut clears_overflow = false;
        loop {
            let steps = self.link_steps(corp, link, expected, &pointers, clears_overflow)?;
            let conditions = match self.write_transaction(steps, jitter(link)).await {
                Ok(()) => return Ok(()),
                Err(TransactionError::Failed(error)) => {
                    return self.check_own_write(corp, link, error).await;
                }
                Err(TransactionError::Conditions(conditions)) => conditions,
            };
            if let Some(Some(stored)) = conditions.first() {
                match classify_failure(stored, link, Some(expected)).map_err(WriteError::Store)? {
                    ConditionFailure::OwnWin => return Ok(()),
                    ConditionFailure::Overflow if !clears_overflow => clears_overflow = true,
                    ConditionFailure::Overflow | ConditionFailure::Other => {
                        return Err(WriteError::Stale);
                    }
                }
            } else if first_refused(&conditions, 1, pointers.added.len()).is_some() {
                return Err(WriteError::Exists {
                    which: existing_item(&pointers.added, &conditions),
                });
            } else if let Some(at) = first_refused(
                &conditions,
                1 + pointers.added.len(),
                pointers.removed.len(),
            ) {
                // That id leads to another link already: not ours to remove.
                pointers.removed.remove(at);
            } else {
                return Err(WriteError::Stale);
            }
        }
    }

    /// The stored item, or an empty one.
    async fn stored_link_item(&self, corp: &CorpId, link: &Link) -> Result<Item, StoreError> {
        let (pk, sk) = link_key(corp, link.kind, link.id);
        Ok(self
            .get_item(Table::Directory, &pk, &sk)
            .await?
            .unwrap_or_default())
    }

    /// After a write without an answer: did it happen all the same?
    pub(super) async fn check_own_write(
        &self,
        corp: &CorpId,
        link: &Link,
        error: StoreError,
    ) -> Result<(), WriteError> {
        if !error.is_transient() {
            return Err(WriteError::Store(error));
        }
        match self
            .stored_link_item(corp, link)
            .await
            .and_then(|stored| classify_failure(&stored, link, None))
        {
            Ok(ConditionFailure::OwnWin) => Ok(()),
            _ => Err(WriteError::Store(error)),
        }
    }
}

/// The version is random: as good as a fresh random number.
#[allow(
    clippy::cast_possible_truncation,
    reason = "any 64 of the bits will do"
)]
pub(super) fn jitter(link: &Link) -> u64 {
    link.version.0 as u64
}
