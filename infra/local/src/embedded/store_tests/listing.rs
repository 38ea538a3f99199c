//! Listings, and links that outgrow their item.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;

#[tokio::test]
async fn a_link_outgrows_its_item_and_shrinks_back() {
    let (store, database) = new_store().await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    let departments: BTreeSet<LinkId> = (0..100).map(|n| LinkId([n; 16])).collect();
    let mut large = link(1, 11);
    large.base.departments = departments;
    store
        .put_link(&corp(), &large, RowVersion(10), &PointerChanges::none())
        .await
        .unwrap();
    assert_eq!(stored(&store, 1).await, Some(large.clone()));
    assert_eq!(list_links(&store).await, [large.clone()]);
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
    assert_eq!(stored(&store, 1).await, Some(link(1, 12)));
    let count = database
        .client()
        .scan()
        .table_name("bangding-directory")
        .send()
        .await
        .unwrap()
        .count();
    assert_eq!(
        count, 3,
        "link and two pointers: nothing is left of the overflow"
    );
}

async fn list_links(store: &Store) -> Vec<Link> {
    let mut links = Vec::new();
    let listed = store
        .each_link(&corp(), Kind::Person, &mut |link| links.push(link))
        .await
        .unwrap();
    assert_eq!(
        (listed.links, listed.unreadable.len()),
        (links.len() as u64, 0)
    );
    links
}

/// Raw items, put in batches: the listing is looked at, not the creation.
async fn fill(database: &Database, store: &Store, count: u32) -> BTreeSet<String> {
    use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
    store.create_link(&corp(), &link(0, 1)).await.unwrap();
    let scan = database
        .client()
        .scan()
        .table_name("bangding-directory")
        .filter_expression("sk <> :dash");
    let scan = scan
        .expression_attribute_values(":dash", AttributeValue::S("-".into()))
        .send()
        .await
        .unwrap();
    let pattern = scan.items()[0].clone();
    let mut ids = BTreeSet::from([LinkId([0; 16]).to_string()]);
    let mut writes = Vec::new();
    for n in 1..count {
        let mut item = pattern.clone();
        let id = format!("{:02x}{n:030x}", n % 256);
        item.insert(
            "pk".into(),
            AttributeValue::S(format!("ding1#person#{}", n % 8)),
        );
        item.insert("sk".into(), AttributeValue::S(id.clone()));
        item.insert("e".into(), AttributeValue::S("e".repeat(500)));
        ids.insert(id);
        writes.push(
            WriteRequest::builder()
                .put_request(PutRequest::builder().set_item(Some(item)).build().unwrap())
                .build(),
        );
    }
    for batch in writes.chunks(25) {
        database
            .client()
            .batch_write_item()
            .request_items("bangding-directory", batch.to_vec())
            .send()
            .await
            .unwrap();
    }
    ids
}

#[tokio::test]
async fn a_listing_of_more_than_a_megabyte_has_every_link() {
    let (store, database) = new_store().await;
    let ids = fill(&database, &store, 3000).await;
    let listed: Vec<String> = list_links(&store)
        .await
        .iter()
        .map(|link| link.id.to_string())
        .collect();
    assert_eq!(listed.len(), 3000, "nobody twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), ids);
}

#[tokio::test]
async fn an_unreadable_link_is_reported_and_the_listing_goes_on() {
    let (store, database) = new_store().await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    store.create_link(&corp(), &link(2, 10)).await.unwrap();
    let damage = database
        .client()
        .update_item()
        .table_name("bangding-directory");
    let damage = damage.key("pk", AttributeValue::S("ding1#person#1".into()));
    let damage = damage.key("sk", AttributeValue::S(LinkId([1; 16]).to_string()));
    let damage = damage
        .update_expression("SET l = :l")
        .expression_attribute_values(":l", AttributeValue::S("?".into()));
    damage.send().await.unwrap();
    let mut links = Vec::new();
    let listed = store
        .each_link(&corp(), Kind::Person, &mut |link| links.push(link))
        .await
        .unwrap();
    assert_eq!(links, [link(2, 10)]);
    assert_eq!(listed.unreadable.len(), 1);
    assert_eq!(listed.unreadable[0].0, LinkId([1; 16]));
    let direct = store
        .get_link(&corp(), Kind::Person, LinkId([1; 16]))
        .await
        .unwrap_err();
    assert!(matches!(direct, StoreError::Malformed { what: "link", .. }));
}
