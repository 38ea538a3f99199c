//! Links: created, found, and put under the version that was read.

use super::*;

#[tokio::test]
async fn a_link_is_found_by_each_of_its_ids() {
    let (store, _database) = new_store().await;
    let created = link(1, 10);
    store.create_link(&corp(), &created).await.unwrap();
    assert_eq!(stored(&store, 1).await, Some(created.clone()));
    for (side, id) in [(Side::DingTalk, "dt1"), (Side::Ehr, "ehr1")] {
        let found = store
            .get_link_by_native(&corp(), Kind::Person, side, &native(id))
            .await
            .unwrap();
        assert_eq!(found, Some(created.clone()));
        let other = CorpId::new("ding2").unwrap();
        assert_eq!(
            store
                .get_link_by_native(&other, Kind::Person, side, &native(id))
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            store
                .get_link_by_native(&corp(), Kind::Department, side, &native(id))
                .await
                .unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn a_creation_is_repeatable_by_its_own_version_only() {
    let (store, _database) = new_store().await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    let item = WriteError::Exists {
        which: ExistingItem::Item,
    };
    assert_eq!(store.create_link(&corp(), &link(1, 11)).await, Err(item));
    let taken = Link {
        ehr: None,
        dingtalk: Some(native("dt1")),
        ..link(2, 12)
    };
    let which = ExistingItem::Native(Side::DingTalk);
    assert_eq!(
        store.create_link(&corp(), &taken).await,
        Err(WriteError::Exists { which })
    );
    assert_eq!(stored(&store, 2).await, None, "all or nothing");
}

#[tokio::test]
async fn a_put_needs_the_version_that_was_read_and_knows_its_own_win() {
    let (store, _database) = new_store().await;
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
    // The same put again, as after an answer that was lost.
    store
        .put_link(
            &corp(),
            &link(1, 11),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await
        .unwrap();
    let stale = store
        .put_link(
            &corp(),
            &link(1, 12),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await;
    assert_eq!(stale, Err(WriteError::Stale));
    assert_eq!(stored(&store, 1).await.unwrap().version, RowVersion(11));
    let nobody = store
        .put_link(
            &corp(),
            &link(9, 12),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await;
    assert_eq!(nobody, Err(WriteError::Stale), "a put never creates");
}

#[tokio::test]
async fn one_changed_person_is_one_write_unit() {
    let (store, _database) = new_store().await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    let before = store.write_tally();
    store
        .put_link(
            &corp(),
            &link(1, 11),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await
        .unwrap();
    let written = (store.write_tally() - before).directory;
    assert_eq!((written.items, written.units), (1, 1.0));
    let before = store.write_tally();
    store
        .put_link(
            &corp(),
            &link(1, 12),
            RowVersion(10),
            &PointerChanges::none(),
        )
        .await
        .unwrap_err();
    assert_eq!(
        (store.write_tally() - before).directory.items,
        0,
        "what was refused was not written"
    );
}

#[tokio::test]
async fn concurrent_writers_of_one_link_lose_nothing() {
    let (store, _database) = new_store().await;
    store
        .create_link(
            &corp(),
            &Link {
                generation: 0,
                ..link(1, 1)
            },
        )
        .await
        .unwrap();
    let writers = (0..8_u128).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..5_u128 {
                loop {
                    let read = stored(&store, 1).await.unwrap();
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
    assert_eq!(stored(&store, 1).await.unwrap().generation, 40);
}
