//! Links on DynamoDB.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{Get, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactGetItem};
use directory::{CorpId, Kind, Link, LinkId, NativeId, Side, Version};
use futures::StreamExt;

use super::Store;
use super::item::{Attributes, Item, binary, failed, key, number};
use super::link_item::{
    Encoded, SHARDS, VERSION, decode, encode, has_overflow, id_of, link_key, overflow_sk, partition, version_of,
};
use super::query::Reading;
use super::tally::Table;
use super::transaction::{Cancelled, Step, When};
use crate::error::{Cause, StoreError, Taken, WriteError};
use crate::links::{Links, Listed, Pointers};

/// Links per page and shard: what a listing holds in memory at most, times [`SHARDS`]. A connection keeps the buffer of the largest
/// answer that it brought.
const PAGE: Reading = Reading::Eventual(64);

/// How often a pointer is followed again when its link moved in between.
const FOLLOWED: u32 = 3;

const MINE: &str = "attribute_not_exists(pk) OR i = :i";
const UNCHANGED: &str = "r = :r";
const UNCHANGED_WHOLE: &str = "r = :r AND attribute_not_exists(o)";

fn pointer_pk(corp: &CorpId, kind: Kind, side: Side, native: &NativeId) -> String {
    format!("{corp}#{}#{}#{native}", side.key(), kind.key())
}

const POINTER_SK: &str = "-";

/// What a failed condition of a link's own item means.
enum Found {
    /// Our own write, of a try whose answer was lost.
    OwnWin,
    /// The version that was expected: only its overflow item is in the way.
    Overflow,
    /// Somebody else's.
    Other,
}

fn judge(stored: &Item, link: &Link, expected: Option<Version>) -> Result<Found, StoreError> {
    if stored.is_empty() {
        return Ok(Found::Other);
    }
    let version = version_of(stored)?;
    if version == link.version {
        return Ok(Found::OwnWin);
    }
    Ok(if Some(version) == expected && has_overflow(stored) { Found::Overflow } else { Found::Other })
}

fn when_version(expression: &'static str, version: Version) -> When {
    When { expression, values: Item::from([(":r".to_owned(), binary(version.0.to_be_bytes()))]) }
}

#[async_trait]
impl Links for Store {
    async fn link(&self, corp: &CorpId, kind: Kind, id: LinkId) -> Result<Option<Link>, StoreError> {
        let (pk, sk) = link_key(corp, kind, id);
        match self.get_item(Table::Directory, &pk, &sk).await? {
            None => Ok(None),
            Some(main) if has_overflow(&main) => self.link_with_overflow(kind, id, &pk).await,
            Some(main) => decode(kind, &main, None).map(Some),
        }
    }

    async fn link_by_native(
        &self,
        corp: &CorpId,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<Link>, StoreError> {
        let pk = pointer_pk(corp, kind, side, native);
        for _ in 0..FOLLOWED {
            let Some(pointer) = self.get_item(Table::Directory, &pk, POINTER_SK).await? else { return Ok(None) };
            let attributes = Attributes { what: "pointer", item: &pointer };
            attributes.version(VERSION)?;
            let link = self.link(corp, kind, LinkId(attributes.array("i")?)).await?;
            if let Some(link) = link.filter(|link| link.native(side) == Some(native)) {
                return Ok(Some(link));
            }
        }
        Err(StoreError::Malformed { what: "pointer", why: "it leads to a link that does not lead back" })
    }

    async fn each_link(
        &self,
        corp: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(Link) + Send),
    ) -> Result<Listed, StoreError> {
        let shards = (0..SHARDS).map(|shard| self.pages(Table::Directory, partition(corp, kind, shard), PAGE).boxed());
        let mut pages = futures::stream::select_all(shards);
        let mut listed = Listed::default();
        while let Some(page) = pages.next().await {
            for item in page? {
                let Some(id) = id_of(&item)? else { continue };
                let link = if has_overflow(&item) {
                    self.link(corp, kind, id).await.transpose()
                } else {
                    Some(decode(kind, &item, None))
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
        let Encoded { main, overflow } = encode(corp, link)?;
        let added = Pointers::between(None, link).added;
        let mut steps = vec![self.step(main, Some(When::new_item()))?];
        for (side, native) in &added {
            steps.push(self.point(corp, link, *side, native)?);
        }
        if let Some(overflow) = overflow {
            steps.push(self.step(overflow, None)?);
        }
        match self.transact(steps, jitter(link)).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Failed(error)) => self.after_silence(corp, link, error).await,
            Err(Cancelled::Conditions(conditions)) => match conditions.first() {
                Some(Some(stored)) => match judge(stored, link, None).map_err(WriteError::Store)? {
                    Found::OwnWin => Ok(()),
                    Found::Overflow | Found::Other => Err(WriteError::Exists { which: Taken::Item }),
                },
                _ => Err(WriteError::Exists { which: taken(&added, &conditions) }),
            },
        }
    }

    async fn put_link(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: Version,
        pointers: &Pointers,
    ) -> Result<(), WriteError> {
        let encoded = encode(corp, link)?;
        if !pointers.is_empty() || encoded.overflow.is_some() {
            return self.put_with_pointers(corp, link, expected, pointers.clone()).await;
        }
        match self.put_alone(corp, link, encoded.main, expected).await? {
            Found::OwnWin => Ok(()),
            Found::Overflow => self.put_with_pointers(corp, link, expected, Pointers::none()).await,
            Found::Other => Err(WriteError::Stale),
        }
    }
}

impl Store {
    /// Both items of one moment: read apart, they could be of two versions.
    async fn link_with_overflow(&self, kind: Kind, id: LinkId, pk: &str) -> Result<Option<Link>, StoreError> {
        const CALL: &str = "read a link with its overflow";
        let mut request = self.client.transact_get_items();
        for sk in [id.to_string(), overflow_sk(id)] {
            let get = Get::builder().table_name(self.table(Table::Directory)).set_key(Some(key(pk, &sk))).build();
            let get = get.map_err(|_| StoreError::Refused { call: CALL, source: Cause::new("not built") })?;
            request = request.transact_items(TransactGetItem::builder().get(get).build());
        }
        let answer = request.send().await.map_err(|error| failed(CALL, &error))?;
        let mut items = answer.responses.unwrap_or_default().into_iter().map(|response| response.item);
        let (main, overflow) = (items.next().flatten(), items.next().flatten());
        main.map(|main| decode(kind, &main, overflow.as_ref())).transpose()
    }

    /// The usual put: one item, one write unit. [`Found::OwnWin`] is success.
    async fn put_alone(&self, corp: &CorpId, link: &Link, main: Item, expected: Version) -> Result<Found, WriteError> {
        let When { expression, values } = when_version(UNCHANGED_WHOLE, expected);
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
                self.counters.one(Table::Directory, answer.consumed_capacity());
                return Ok(Found::OwnWin);
            }
            Err(error) => error,
        };
        if let Some(PutItemError::ConditionalCheckFailedException(refused)) = error.as_service_error() {
            let stored = match refused.item() {
                Some(item) => item.clone(),
                None => self.stored(corp, link).await.map_err(WriteError::Store)?,
            };
            return judge(&stored, link, Some(expected)).map_err(WriteError::Store);
        }
        self.after_silence(corp, link, failed("write a link", &error)).await.map(|()| Found::OwnWin)
    }

    async fn put_with_pointers(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: Version,
        mut pointers: Pointers,
    ) -> Result<(), WriteError> {
        pointers.removed.retain(|removed| !pointers.added.contains(removed));
        let mut clears_overflow = false;
        loop {
            let steps = self.steps(corp, link, expected, &pointers, clears_overflow)?;
            let conditions = match self.transact(steps, jitter(link)).await {
                Ok(()) => return Ok(()),
                Err(Cancelled::Failed(error)) => return self.after_silence(corp, link, error).await,
                Err(Cancelled::Conditions(conditions)) => conditions,
            };
            if let Some(Some(stored)) = conditions.first() {
                match judge(stored, link, Some(expected)).map_err(WriteError::Store)? {
                    Found::OwnWin => return Ok(()),
                    Found::Overflow if !clears_overflow => clears_overflow = true,
                    Found::Overflow | Found::Other => return Err(WriteError::Stale),
                }
            } else if refused(&conditions, 1, pointers.added.len()).is_some() {
                return Err(WriteError::Exists { which: taken(&pointers.added, &conditions) });
            } else if let Some(at) = refused(&conditions, 1 + pointers.added.len(), pointers.removed.len()) {
                // That id leads to another link already: not ours to remove.
                pointers.removed.remove(at);
            } else {
                return Err(WriteError::Stale);
            }
        }
    }

    /// The link first, then added pointers, removed pointers, overflow: [`Self::put_with_pointers`] reads the answer so.
    fn steps(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: Version,
        pointers: &Pointers,
        clears_overflow: bool,
    ) -> Result<Vec<Step>, WriteError> {
        let Encoded { main, overflow } = encode(corp, link)?;
        let whole = overflow.is_some() || clears_overflow;
        let condition = if whole { UNCHANGED } else { UNCHANGED_WHOLE };
        let mut steps = vec![self.step(main, Some(when_version(condition, expected)))?];
        for (side, native) in &pointers.added {
            steps.push(self.point(corp, link, *side, native)?);
        }
        for (side, native) in &pointers.removed {
            let pk = pointer_pk(corp, link.kind, *side, native);
            let step = Step::delete(self, Table::Directory, (&pk, POINTER_SK), Some(mine(link)));
            steps.push(step.map_err(WriteError::Store)?);
        }
        if let Some(overflow) = overflow {
            steps.push(self.step(overflow, None)?);
        } else if clears_overflow {
            let (pk, _) = link_key(corp, link.kind, link.id);
            let step = Step::delete(self, Table::Directory, (&pk, &overflow_sk(link.id)), None);
            steps.push(step.map_err(WriteError::Store)?);
        }
        Ok(steps)
    }

    fn step(&self, item: Item, when: Option<When>) -> Result<Step, WriteError> {
        Step::put(self, Table::Directory, item, when).map_err(WriteError::Store)
    }

    fn point(&self, corp: &CorpId, link: &Link, side: Side, native: &NativeId) -> Result<Step, WriteError> {
        let mut pointer = key(&pointer_pk(corp, link.kind, side, native), POINTER_SK);
        pointer.insert("v".to_owned(), number(u64::from(VERSION)));
        pointer.insert("i".to_owned(), binary(link.id.0));
        self.step(pointer, Some(mine(link)))
    }

    /// The stored item, or an empty one.
    async fn stored(&self, corp: &CorpId, link: &Link) -> Result<Item, StoreError> {
        let (pk, sk) = link_key(corp, link.kind, link.id);
        Ok(self.get_item(Table::Directory, &pk, &sk).await?.unwrap_or_default())
    }

    /// After a write without an answer: did it happen all the same? (`reliability.md` F34)
    async fn after_silence(&self, corp: &CorpId, link: &Link, error: StoreError) -> Result<(), WriteError> {
        if !error.is_transient() {
            return Err(WriteError::Store(error));
        }
        match self.stored(corp, link).await.and_then(|stored| judge(&stored, link, None)) {
            Ok(Found::OwnWin) => Ok(()),
            _ => Err(WriteError::Store(error)),
        }
    }
}

fn mine(link: &Link) -> When {
    When { expression: MINE, values: Item::from([(":i".to_owned(), binary(link.id.0))]) }
}

/// Which of `count` steps from `first` on had its condition refused, counted from `first`.
fn refused(conditions: &[Option<Item>], first: usize, count: usize) -> Option<usize> {
    conditions.iter().skip(first).take(count).position(Option::is_some)
}

fn taken(added: &[(Side, NativeId)], conditions: &[Option<Item>]) -> Taken {
    let at = refused(conditions, 1, added.len());
    at.and_then(|at| added.get(at)).map_or(Taken::Item, |(side, _)| Taken::Native(*side))
}

/// The version is random: as good as a fresh random number.
#[allow(clippy::cast_possible_truncation, reason = "any 64 of the bits will do")]
fn jitter(link: &Link) -> u64 {
    link.version.0 as u64
}
