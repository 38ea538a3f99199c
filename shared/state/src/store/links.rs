//! Links on DynamoDB.

mod conditions;
mod puts;
mod steps;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use directory::{CorpId, Kind, Link, LinkId, NativeId, RowVersion, Side};
use futures::StreamExt;

use super::Store;
use super::item::{AttributeReader, item_key, sdk_error};
use super::link_item::{
    EncodedLink, SHARDS, VERSION, decode_link, encode_link, has_overflow, id_of, link_key,
    link_partition, overflow_sk,
};
use super::query::PageReading;
use super::tally::Table;
use super::transaction::{TransactionError, WriteCondition};
use crate::error::{Cause, ExistingItem, StoreError, WriteError};
use crate::links::{LinkStore, ListingReport, PointerChanges};
use conditions::{ConditionFailure, classify_failure, existing_item};
use puts::jitter;
use steps::{POINTER_SK, pointer_pk};

/// Links per page and shard: what a listing holds in memory at most, times [`SHARDS`]. A connection keeps the buffer of the largest
/// answer that it brought.
const PAGE_READING: PageReading = PageReading::Eventual(64);

/// How often a pointer is followed again when its link moved in between.
const POINTER_ATTEMPTS: u32 = 3;

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
}
