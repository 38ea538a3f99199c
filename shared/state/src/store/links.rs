//! Links on DynamoDB.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    Get, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactGetItem,
};
use directory::{CorpId, Kind, Link, LinkId, NativeId, RowVersion, Side};
use futures::StreamExt;

use super::Store;
use super::item::{AttributeReader, Item, binary_value, item_key, number_value, sdk_error};
use super::link_item::{
    EncodedLink, SHARDS, VERSION, decode_link, encode_link, has_overflow, id_of, link_key,
    link_partition, overflow_sk, version_of,
};
use super::query::PageReading;
use super::tally::Table;
use super::transaction::{TransactionError, TransactionStep, WriteCondition};
use crate::error::{Cause, ExistingItem, StoreError, WriteError};
use crate::links::{LinkStore, ListingReport, PointerChanges};

/// Links per page and shard: what a listing holds in memory at most, times [`SHARDS`]. A connection keeps the buffer of the largest
/// answer that it brought.
const PAGE_READING: PageReading = PageReading::Eventual(64);

/// How often a pointer is followed again when its link moved in between.
const POINTER_ATTEMPTS: u32 = 3;

const POINTER_FREE_OR_OURS: &str = "attribute_not_exists(pk) OR i = :i";
const VERSION_UNCHANGED: &str = "r = :r";
const VERSION_UNCHANGED_WITHOUT_OVERFLOW: &str = "r = :r AND attribute_not_exists(o)";

fn pointer_pk(corp: &CorpId, kind: Kind, side: Side, native: &NativeId) -> String {
    format!("{corp}#{}#{}#{native}", side.key(), kind.key())
}

const POINTER_SK: &str = "-";

/// What a failed condition of a link's own item means.
enum ConditionFailure {
    /// Our own write, of a try whose answer was lost.
    OwnWin,
    /// The version that was expected: only its overflow item is in the way.
    Overflow,
    /// Somebody else's.
    Other,
}

fn classify_failure(
    stored: &Item,
    link: &Link,
    expected: Option<RowVersion>,
) -> Result<ConditionFailure, StoreError> {
    if stored.is_empty() {
        return Ok(ConditionFailure::Other);
    }
    let version = version_of(stored)?;
    if version == link.version {
        return Ok(ConditionFailure::OwnWin);
    }
    Ok(if Some(version) == expected && has_overflow(stored) {
        ConditionFailure::Overflow
    } else {
        ConditionFailure::Other
    })
}

fn version_condition(expression: &'static str, version: RowVersion) -> WriteCondition {
    WriteCondition {
        expression,
        values: Item::from([(":r".to_owned(), binary_value(version.0.to_be_bytes()))]),
    }
}

#[async_trait]
impl LinkStore for Store {
    async fn get_link(
        &self,
        corp: &CorpId,
        kind: Kind,
        id: LinkId,
    ) -> Result<Option<Link>, StoreError> {
        let (pk, sk) = link_key(corp, kind, id);
        match self.get_item(Table::Directory, &pk, &sk).await? {
            None => Ok(None),
            Some(main) if has_overflow(&main) => self.link_with_overflow(kind, id, &pk).await,
            Some(main) => decode_link(kind, &main, None).map(Some),
        }
    }

    async fn get_link_by_native(
        &self,
        corp: &CorpId,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<Link>, StoreError> {
        let pk = pointer_pk(corp, kind, side, native);
        for _ in 0..POINTER_ATTEMPTS {
            let Some(pointer) = self.get_item(Table::Directory, &pk, POINTER_SK).await? else {
                return Ok(None);
            };
            let attributes = AttributeReader {
                what: "pointer",
                item: &pointer,
            };
            attributes.check_version(VERSION)?;
            let link = self
                .get_link(corp, kind, LinkId(attributes.array("i")?))
                .await?;
            if let Some(link) = link.filter(|link| link.native_id(side) == Some(native)) {
                return Ok(Some(link));
            }
        }
        Err(StoreError::Malformed {
            what: "pointer",
            why: "it leads to a link that does not lead back",
        })
    }

    async fn each_link(
        &self,
        corp: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(Link) + Send),
    ) -> Result<ListingReport, StoreError> {
        let shards = (0..SHARDS).map(|shard| {
            self.pages(
                Table::Directory,
                link_partition(corp, kind, shard),
                PAGE_READING,
            )
            .boxed()
        });
        let mut pages = futures::stream::select_all(shards);
        let mut listed = ListingReport::default();
        while let Some(page) = pages.next().await {
            for item in page? {
                let Some(id) = id_of(&item)? else { continue };
                let link = if has_overflow(&item) {
                    self.get_link(corp, kind, id).await.transpose()
                } else {
                    Some(decode_link(kind, &item, None))
                };
                match link {
                    Some(Ok(link)) => {
                        listed.links += 1;
                        each(link);
                    }
                    Some(Err(error)) if error.is_transient() => return Err(error),
                    Some(Err(error)) => listed.unreadable.push((id, error)),
                    None => {}
                }
            }
        }
        Ok(listed)
    }

    async fn create_link(&self, corp: &CorpId, link: &Link) -> Result<(), WriteError> {
        let EncodedLink { main, overflow } = encode_link(corp, link)?;
        let added = PointerChanges::between_states(None, link).added;
        let mut steps = vec![self.put_step(main, Some(WriteCondition::new_item()))?];
        for (side, native) in &added {
            steps.push(self.pointer_step(corp, link, *side, native)?);
        }
        if let Some(overflow) = overflow {
            steps.push(self.put_step(overflow, None)?);
        }
        match self.write_transaction(steps, jitter(link)).await {
            Ok(()) => Ok(()),
            Err(TransactionError::Failed(error)) => self.check_own_write(corp, link, error).await,
            Err(TransactionError::Conditions(conditions)) => match conditions.first() {
                Some(Some(stored)) => {
                    match classify_failure(stored, link, None).map_err(WriteError::Store)? {
                        ConditionFailure::OwnWin => Ok(()),
                        ConditionFailure::Overflow | ConditionFailure::Other => {
                            Err(WriteError::Exists {
                                which: ExistingItem::Item,
                            })
                        }
                    }
                }
                _ => Err(WriteError::Exists {
                    which: existing_item(&added, &conditions),
                }),
            },
        }
    }

    async fn put_link(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: RowVersion,
        pointers: &PointerChanges,
    ) -> Result<(), WriteError> {
        let encoded = encode_link(corp, link)?;
        if !pointers.is_empty() || encoded.overflow.is_some() {
            return self
                .put_with_pointers(corp, link, expected, pointers.clone())
                .await;
        }
        match self
            .put_without_pointers(corp, link, encoded.main, expected)
            .await?
        {
            ConditionFailure::OwnWin => Ok(()),
            ConditionFailure::Overflow => {
                self.put_with_pointers(corp, link, expected, PointerChanges::none())
                    .await
            }
            ConditionFailure::Other => Err(WriteError::Stale),
        }
    }
}

impl Store {
    /// Both items of one moment: read apart, they could be of two versions.
    async fn link_with_overflow(
        &self,
        kind: Kind,
        id: LinkId,
        pk: &str,
    ) -> Result<Option<Link>, StoreError> {
        const CALL: &str = "read a link with its overflow";
        let mut request = self.client.transact_get_items();
        for sk in [id.to_string(), overflow_sk(id)] {
            let get = Get::builder()
                .table_name(self.table(Table::Directory))
                .set_key(Some(item_key(pk, &sk)))
                .build();
            let get = get.map_err(|_| StoreError::Refused {
                call: CALL,
                source: Cause::new("not built"),
            })?;
            request = request.transact_items(TransactGetItem::builder().get(get).build());
        }
        let answer = request
            .send()
            .await
            .map_err(|error| sdk_error(CALL, &error))?;
        let mut items = answer
            .responses
            .unwrap_or_default()
            .into_iter()
            .map(|response| response.item);
        let (main, overflow) = (items.next().flatten(), items.next().flatten());
        main.map(|main| decode_link(kind, &main, overflow.as_ref()))
            .transpose()
    }

    /// The usual put: one item, one write unit. [`Found::OwnWin`] is success.
    async fn put_without_pointers(
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

    async fn put_with_pointers(
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

    /// The link first, then added pointers, removed pointers, overflow: [`Self::put_with_pointers`] reads the answer so.
    fn link_steps(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: RowVersion,
        pointers: &PointerChanges,
        clears_overflow: bool,
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let EncodedLink { main, overflow } = encode_link(corp, link)?;
        let whole = overflow.is_some() || clears_overflow;
        let condition = if whole {
            VERSION_UNCHANGED
        } else {
            VERSION_UNCHANGED_WITHOUT_OVERFLOW
        };
        let mut steps = vec![self.put_step(main, Some(version_condition(condition, expected)))?];
        for (side, native) in &pointers.added {
            steps.push(self.pointer_step(corp, link, *side, native)?);
        }
        for (side, native) in &pointers.removed {
            let pk = pointer_pk(corp, link.kind, *side, native);
            let step = TransactionStep::delete(
                self,
                Table::Directory,
                (&pk, POINTER_SK),
                Some(pointer_condition(link)),
            );
            steps.push(step.map_err(WriteError::Store)?);
        }
        if let Some(overflow) = overflow {
            steps.push(self.put_step(overflow, None)?);
        } else if clears_overflow {
            let (pk, _) = link_key(corp, link.kind, link.id);
            let step =
                TransactionStep::delete(self, Table::Directory, (&pk, &overflow_sk(link.id)), None);
            steps.push(step.map_err(WriteError::Store)?);
        }
        Ok(steps)
    }

    fn put_step(
        &self,
        item: Item,
        when: Option<WriteCondition>,
    ) -> Result<TransactionStep, WriteError> {
        TransactionStep::put(self, Table::Directory, item, when).map_err(WriteError::Store)
    }

    fn pointer_step(
        &self,
        corp: &CorpId,
        link: &Link,
        side: Side,
        native: &NativeId,
    ) -> Result<TransactionStep, WriteError> {
        let mut pointer = item_key(&pointer_pk(corp, link.kind, side, native), POINTER_SK);
        pointer.insert("v".to_owned(), number_value(u64::from(VERSION)));
        pointer.insert("i".to_owned(), binary_value(link.id.0));
        self.put_step(pointer, Some(pointer_condition(link)))
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
    async fn check_own_write(
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

fn pointer_condition(link: &Link) -> WriteCondition {
    WriteCondition {
        expression: POINTER_FREE_OR_OURS,
        values: Item::from([(":i".to_owned(), binary_value(link.id.0))]),
    }
}

/// Which of `count` steps from `first` on had its condition refused, counted from `first`.
fn first_refused(conditions: &[Option<Item>], first: usize, count: usize) -> Option<usize> {
    conditions
        .iter()
        .skip(first)
        .take(count)
        .position(Option::is_some)
}

fn existing_item(added: &[(Side, NativeId)], conditions: &[Option<Item>]) -> ExistingItem {
    let at = first_refused(conditions, 1, added.len());
    at.and_then(|at| added.get(at))
        .map_or(ExistingItem::Item, |(side, _)| ExistingItem::Native(*side))
}

/// The version is random: as good as a fresh random number.
#[allow(
    clippy::cast_possible_truncation,
    reason = "any 64 of the bits will do"
)]
fn jitter(link: &Link) -> u64 {
    link.version.0 as u64
}
