//! The store against the embedded database: what it promises about conditions, pointers, listings and files.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use directory::hash::FieldHash;
use directory::{
    Base, CorpId, Field, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, Side,
};
use serde_json::{Value, json};
use state::store::{ControlKind, LookupKey, PutCondition, create_tables};
use state::{ExistingItem, LinkStore, PointerChanges, Store, StoreError, TableNames, WriteError};

use super::Database;

fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

pub(super) async fn open_store(database: &Database) -> Store {
    let tables = TableNames::with_prefix("bangding-");
    create_tables(&database.client(), &tables).await.unwrap();
    Store::new(database.client(), tables, 7)
}

async fn new_store() -> (Store, Database) {
    let database = Database::memory().await.unwrap();
    (open_store(&database).await, database)
}

fn native(id: &str) -> NativeId {
    NativeId::new(id).unwrap()
}

fn link(n: u8, version: u128) -> Link {
    Link {
        id: LinkId([n; 16]),
        kind: Kind::Person,
        generation: 0,
        version: RowVersion(version),
        dingtalk: Some(native(&format!("dt{n}"))),
        ehr: Some(native(&format!("ehr{n}"))),
        unionid: None,
        protected: false,
        base: Base {
            hashes: [(Field::Name, [n; 12])].into(),
            ..Base::default()
        },
        intents: vec![],
        lifecycle: LinkLifecycle::Active,
        waits: vec![],
    }
}

async fn stored(store: &Store, n: u8) -> Option<Link> {
    store
        .get_link(&corp(), Kind::Person, LinkId([n; 16]))
        .await
        .unwrap()
}

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

fn job_number_find(hash: u8) -> LookupKey {
    LookupKey {
        what: "job-number",
        hash: FieldHash::from([hash; 12]),
    }
}

#[tokio::test]
async fn ledger_entries_keep_their_finds_in_step() {
    let (store, _database) = new_store().await;
    let corp = corp();
    let put = async |id: &str, body: &str, condition, finds: &[LookupKey]| {
        store
            .put_entry(&corp, Kind::Person, id, body, condition, finds)
            .await
    };
    let find = async |hash| {
        store
            .find_entries(&corp, Kind::Person, &job_number_find(hash), 10)
            .await
            .unwrap()
    };
    assert_eq!(
        put("p1", r#"{"a":1}"#, PutCondition::New, &[job_number_find(1)]).await,
        Ok(1)
    );
    assert_eq!(
        put("p1", "{}", PutCondition::New, &[job_number_find(1)]).await,
        Err(WriteError::Exists {
            which: ExistingItem::Item
        })
    );
    assert_eq!(
        put("p2", "{}", PutCondition::New, &[job_number_find(1)]).await,
        Ok(1)
    );
    assert_eq!(
        find(1).await,
        ["p1", "p2"],
        "two people may share a job number"
    );
    assert_eq!(
        put(
            "p1",
            r#"{"a":2}"#,
            PutCondition::Version(1),
            &[job_number_find(2)]
        )
        .await,
        Ok(2)
    );
    assert_eq!(
        (find(1).await, find(2).await),
        (vec!["p2".to_owned()], vec!["p1".to_owned()])
    );
    assert_eq!(
        put(
            "p1",
            r#"{"a":3}"#,
            PutCondition::Version(1),
            &[job_number_find(3)]
        )
        .await,
        Err(WriteError::Stale)
    );
    assert!(find(3).await.is_empty());
    assert_eq!(put("p1", r#"{"a":4}"#, PutCondition::Any, &[]).await, Ok(3));
    assert!(find(2).await.is_empty());
    let entry = store
        .get_entry(&corp, Kind::Person, "p1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((entry.version, entry.body.as_str()), (3, r#"{"a":4}"#));
    assert!(!format!("{entry:?}").contains("\"a\""));
    let mut ids = Vec::new();
    assert_eq!(
        store
            .each_entry(&corp, Kind::Person, &mut |entry| ids.push(entry.id))
            .await,
        Ok(2)
    );
    ids.sort_unstable();
    assert_eq!(ids, ["p1", "p2"]);
}

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("state.db");
    let database = Database::open(&file).await.unwrap();
    let store = open_store(&database).await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    drop(store);
    database.stop().await.unwrap();
    let database = Database::open(&file).await.unwrap();
    let store = open_store(&database).await;
    assert_eq!(stored(&store, 1).await, Some(link(1, 10)));
    assert_eq!(
        store.write_tally().directory.items,
        0,
        "opening writes nothing"
    );
}

/// A connector behind which nobody answers.
#[derive(Debug)]
struct Unreachable;

impl HttpConnector for Unreachable {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(async { Err(ConnectorError::io("nobody answers".into())) })
    }
}

#[tokio::test]
async fn an_unreachable_database_is_reported_without_values() {
    let database = Database::memory().await.unwrap();
    let connector = SharedHttpConnector::new(Unreachable);
    let client = database
        .dynamodb()
        .client_through(http_client_fn(move |_, _| connector.clone()));
    let store = Store::new(client, TableNames::with_prefix("bangding-"), 7);
    let error = store.create_link(&corp(), &link(1, 10)).await.unwrap_err();
    assert!(error.is_transient());
    let words = format!("{error} {error:?}");
    assert!(!words.contains("dt1") && !words.contains("ehr1"), "{words}");
}
