//! Cases for links and their pointers.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use directory::{Kind, Link, LinkId, RowVersion, Side};
use state::{ExistingItem, LinkStore, PointerChanges, Store, WriteError};

use super::{StoreFixture, corp, link, native};

async fn stored_link(store: &Store, n: u8) -> Option<Link> {
    store
        .get_link(&corp(), Kind::Person, LinkId([n; 16]))
        .await
        .unwrap()
}

async fn link_by_side(store: &Store, side: Side, id: &str) -> Option<Link> {
    store
        .get_link_by_native(&corp(), Kind::Person, side, &native(id))
        .await
        .unwrap()
}

/// A new link is stored together with its pointers or not at all. A refusal names what exists
/// already.
pub async fn a_link_is_created_whole_or_not_at_all(fixture: &StoreFixture) {
    let store = &fixture.store;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    assert_eq!(stored_link(store, 1).await, Some(link(1, 10)));
    for (side, id) in [(Side::DingTalk, "dt1"), (Side::Ehr, "ehr1")] {
        assert_eq!(link_by_side(store, side, id).await, Some(link(1, 10)));
    }
    let item = WriteError::Exists {
        which: ExistingItem::Item,
    };
    assert_eq!(store.create_link(&corp(), &link(1, 11)).await, Err(item));
    for (side, thief) in [
        (
            Side::DingTalk,
            Link {
                dingtalk: Some(native("dt1")),
                ..link(2, 12)
            },
        ),
        (
            Side::Ehr,
            Link {
                ehr: Some(native("ehr1")),
                ..link(2, 12)
            },
        ),
    ] {
        let which = ExistingItem::Native(side);
        assert_eq!(
            store.create_link(&corp(), &thief).await,
            Err(WriteError::Exists { which })
        );
    }
    assert_eq!(
        (
            stored_link(store, 2).await,
            link_by_side(store, Side::Ehr, "ehr2").await
        ),
        (None, None),
        "all or nothing"
    );
}

/// A put needs the version that was read, and recognises its own success by its own version.
pub async fn a_put_needs_the_version_that_was_read(fixture: &StoreFixture) {
    let store = &fixture.store;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    store
        .put_link(
            &corp(),
            &link(1, 11),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await
        .unwrap();
    store
        .put_link(
            &corp(),
            &link(1, 11),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await
        .unwrap();
    let late = store
        .put_link(
            &corp(),
            &link(1, 12),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await;
    assert_eq!(late, Err(WriteError::Stale));
    let nothing = store
        .put_link(
            &corp(),
            &link(3, 12),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await;
    assert_eq!(nothing, Err(WriteError::Stale), "a put should never create");
    assert_eq!(stored_link(store, 1).await, Some(link(1, 11)));
}

/// Pointers move with their link in one transaction. Its cancel reasons name what was in the way.
pub async fn pointers_move_with_their_link(fixture: &StoreFixture) {
    let store = &fixture.store;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    let moved = Link {
        dingtalk: Some(native("new")),
        ..link(1, 11)
    };
    let pointers = PointerChanges::between_states(Some(&link(1, 10)), &moved);
    store
        .put_link(&corp(), &moved, RowVersion(10), &pointers)
        .await
        .unwrap();
    store
        .put_link(&corp(), &moved, RowVersion(10), &pointers)
        .await
        .unwrap();
    assert_eq!(
        (
            link_by_side(store, Side::DingTalk, "dt1").await,
            link_by_side(store, Side::DingTalk, "new").await
        ),
        (None, Some(moved))
    );
    store.create_link(&corp(), &link(2, 20)).await.unwrap();
    let thief = Link {
        dingtalk: Some(native("new")),
        ..link(2, 21)
    };
    let pointers = PointerChanges::between_states(Some(&link(2, 20)), &thief);
    let refused = store
        .put_link(&corp(), &thief, RowVersion(20), &pointers)
        .await;
    assert_eq!(
        refused,
        Err(WriteError::Exists {
            which: ExistingItem::Native(Side::DingTalk)
        })
    );
    let late = Link {
        dingtalk: Some(native("later")),
        ..link(2, 22)
    };
    let pointers = PointerChanges::between_states(Some(&link(2, 20)), &late);
    assert_eq!(
        store
            .put_link(&corp(), &late, RowVersion(9), &pointers)
            .await,
        Err(WriteError::Stale)
    );
    assert_eq!(
        link_by_side(store, Side::DingTalk, "dt2").await,
        Some(link(2, 20)),
        "nothing moved"
    );
}

/// A link that does not fit into one item uses two of one version, and returns to one when it fits
/// again.
pub async fn a_large_link_uses_an_overflow_item_and_a_small_one_none(fixture: &StoreFixture) {
    let store = &fixture.store;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    let mut large = link(1, 11);
    large.base.departments = (0..100).map(|n| LinkId([n; 16])).collect();
    store
        .put_link(&corp(), &large, RowVersion(10), &PointerChanges::none())
        .await
        .unwrap();
    assert_eq!(stored_link(store, 1).await, Some(large));
    store
        .put_link(
            &corp(),
            &link(1, 12),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await
        .unwrap_err();
    store
        .put_link(
            &corp(),
            &link(1, 12),
            RowVersion(11),
            &PointerChanges::none(),
        )
        .await
        .unwrap();
    assert_eq!(stored_link(store, 1).await, Some(link(1, 12)));
    let scan = fixture
        .client
        .scan()
        .table_name(&fixture.tables.directory)
        .send()
        .await
        .unwrap();
    assert_eq!(scan.count(), 3, "link and two pointers");
}

/// Eight writers of one link: each write is there once.
pub async fn concurrent_writers_of_one_link_lose_no_write(fixture: &StoreFixture) {
    fixture
        .store
        .create_link(&corp(), &link(1, 1))
        .await
        .unwrap();
    let writers = (0..8_u128).map(|writer| {
        let store = fixture.store.clone();
        tokio::spawn(async move {
            for round in 0..3_u128 {
                loop {
                    let read = stored_link(&store, 1).await.unwrap();
                    let version = RowVersion(
                        1000 + writer * 1_000_000 + round * 1000 + u128::from(read.generation),
                    );
                    let next = Link {
                        generation: read.generation + 1,
                        version,
                        ..read.clone()
                    };
                    match store
                        .put_link(&corp(), &next, read.version, &PointerChanges::none())
                        .await
                    {
                        Ok(()) => break,
                        Err(error) => assert_eq!(error, WriteError::Stale),
                    }
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(stored_link(&fixture.store, 1).await.unwrap().generation, 24);
}

/// A listing of more than a page and a megabyte returns every link once.
pub async fn a_listing_returns_every_link_once(fixture: &StoreFixture) {
    const COUNT: u32 = 2400;
    fixture
        .store
        .create_link(&corp(), &link(0, 1))
        .await
        .unwrap();
    let scan = fixture
        .client
        .scan()
        .table_name(&fixture.tables.directory)
        .filter_expression("sk <> :dash");
    let scan = scan
        .expression_attribute_values(":dash", AttributeValue::S("-".into()))
        .send()
        .await
        .unwrap();
    let pattern = scan.items()[0].clone();
    let mut ids = BTreeSet::from([LinkId([0; 16]).to_string()]);
    let mut writes = Vec::new();
    for n in 1..COUNT {
        let (mut item, id) = (pattern.clone(), format!("{:02x}{n:030x}", n % 256));
        // Two of the eight shards hold more than a page each.
        item.insert(
            "pk".into(),
            AttributeValue::S(format!("ding1#person#{}", n % 2)),
        );
        item.insert("sk".into(), AttributeValue::S(id.clone()));
        item.insert("e".into(), AttributeValue::S("e".repeat(500)));
        ids.insert(id);
        let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
        writes.push(WriteRequest::builder().put_request(put).build());
    }
    for batch in writes.chunks(25) {
        let write = fixture
            .client
            .batch_write_item()
            .request_items(&fixture.tables.directory, batch.to_vec());
        assert!(
            write
                .send()
                .await
                .unwrap()
                .unprocessed_items
                .is_none_or(|left| left.is_empty())
        );
    }
    let mut seen = Vec::new();
    let mut each = |link: Link| seen.push(link.id.to_string());
    let listed = fixture
        .store
        .each_link(&corp(), Kind::Person, &mut each)
        .await
        .unwrap();
    assert_eq!(
        (listed.links, listed.unreadable.len(), seen.len()),
        (u64::from(COUNT), 0, COUNT as usize)
    );
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), ids);
}
