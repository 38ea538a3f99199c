//! Pointers from the two sides' ids to a link.

use super::*;

#[tokio::test]
async fn pointers_move_with_their_link() {
    let (store, _database) = new_store().await;
    let before = link(1, 10);
    store.create_link(&corp(), &before).await.unwrap();
    let after = Link {
        dingtalk: Some(native("new")),
        version: RowVersion(11),
        ..before.clone()
    };
    let pointers = PointerChanges::between_states(Some(&before), &after);
    store
        .put_link(&corp(), &after, RowVersion(10), &pointers)
        .await
        .unwrap();
    store
        .put_link(&corp(), &after, RowVersion(10), &pointers)
        .await
        .unwrap();
    let by = async |id: &str| {
        store
            .get_link_by_native(&corp(), Kind::Person, Side::DingTalk, &native(id))
            .await
            .unwrap()
    };
    assert_eq!(by("dt1").await, None);
    assert_eq!(by("new").await, Some(after.clone()));

    store.create_link(&corp(), &link(2, 20)).await.unwrap();
    let thief = Link {
        dingtalk: Some(native("new")),
        version: RowVersion(21),
        ..link(2, 20)
    };
    let pointers = PointerChanges::between_states(Some(&link(2, 20)), &thief);
    let which = ExistingItem::Native(Side::DingTalk);
    let refused = store
        .put_link(&corp(), &thief, RowVersion(20), &pointers)
        .await;
    assert_eq!(refused, Err(WriteError::Exists { which }));
    assert_eq!(
        by("dt2").await.unwrap().version,
        RowVersion(20),
        "nothing moved"
    );
}

#[tokio::test]
async fn a_pointer_to_another_link_is_kept() {
    let (store, _database) = new_store().await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    store
        .create_link(
            &corp(),
            &Link {
                dingtalk: None,
                ..link(2, 20)
            },
        )
        .await
        .unwrap();
    let pointers = PointerChanges {
        added: vec![],
        removed: vec![(Side::DingTalk, native("dt1"))],
    };
    store
        .put_link(
            &corp(),
            &Link {
                dingtalk: None,
                ..link(2, 21)
            },
            RowVersion(20),
            &pointers,
        )
        .await
        .unwrap();
    let found = store
        .get_link_by_native(&corp(), Kind::Person, Side::DingTalk, &native("dt1"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().id, LinkId([1; 16]));
}
