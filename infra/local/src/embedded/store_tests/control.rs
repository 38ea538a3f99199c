//! Control items and bindings.

use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn control_items_are_conditional_versioned_and_newest_first() {
    let (store, _database) = new_store().await;
    let corp = corp();
    let put = async |id: &str, n: u32, condition| {
        store
            .put_control(
                &corp,
                ControlKind::Run,
                id,
                &json!({ "n": n }),
                condition,
                Some(99),
            )
            .await
    };
    assert_eq!(put("r1", 1, PutCondition::New).await, Ok(1));
    assert_eq!(
        put("r1", 2, PutCondition::New).await,
        Err(WriteError::Exists {
            which: ExistingItem::Item
        })
    );
    assert_eq!(put("r1", 3, PutCondition::Version(1)).await, Ok(2));
    assert_eq!(
        put("r1", 4, PutCondition::Version(1)).await,
        Err(WriteError::Stale)
    );
    assert_eq!(put("r1", 5, PutCondition::Any).await, Ok(3));
    assert_eq!(put("r2", 6, PutCondition::Any).await, Ok(1));
    let stored = store
        .get_control::<Value>(&corp, ControlKind::Run, "r1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stored.version, &stored.body["n"]), (3, &json!(5)));
    assert!(stored.is_expired(99) && !stored.is_expired(98));
    let newest = store
        .list_newest::<Value>(&corp, ControlKind::Run, 1)
        .await
        .unwrap();
    assert_eq!(
        newest
            .iter()
            .map(|stored| stored.id.as_str())
            .collect::<Vec<_>>(),
        ["r2"]
    );
    store
        .delete_control(&corp, ControlKind::Run, "r2")
        .await
        .unwrap();
    assert_eq!(
        store
            .list_newest::<Value>(&corp, ControlKind::Run, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    let huge = "x".repeat(400 * 1024);
    let refused = store
        .put_control(
            &corp,
            ControlKind::Run,
            "r3",
            &huge,
            PutCondition::Any,
            None,
        )
        .await;
    assert!(matches!(refused, Err(WriteError::TooLarge { .. })));
}

#[tokio::test]
async fn bindings_are_listed_without_a_corp() {
    let (store, _database) = new_store().await;
    for (id, corp) in [("b1", "ding1"), ("b2", "ding2")] {
        let binding = serde_json::from_value(json!({ "id": id, "corp_id": corp })).unwrap();
        store
            .put_binding(&binding, PutCondition::New)
            .await
            .unwrap();
    }
    let bindings = store.list_bindings().await.unwrap();
    assert_eq!(
        bindings
            .iter()
            .map(|stored| stored.body.corp_id.as_str())
            .collect::<Vec<_>>(),
        ["ding1", "ding2"]
    );
    let one = store
        .get_binding(&"b2".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one.body.corp_id.as_str(), "ding2");
}
