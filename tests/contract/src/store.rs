//! What a store does: DynamoDB, whoever plays it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, TimeToLiveStatus, WriteRequest};
use directory::hash::FieldHash;
use directory::reason::{Reason, ReasonCode};
use directory::{
    Base, BindingId, CorpId, Field, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, RunId,
    Side, Timestamp, WriteAction,
};
use local::embedded::Database;
use state::store::{ChainVerdict, ControlKind, JournalError, LookupKey, NewEntry, PutCondition};
use state::{Binding, ExistingItem, LinkStore, PointerChanges, Store, TableNames, WriteError};

/// A store with tables of its own.
pub struct StoreFixture {
    /// The store.
    pub store: Store,
    /// What it asks.
    pub client: aws_sdk_dynamodb::Client,
    /// Its tables.
    pub tables: TableNames,
    /// Whatever has to live as long.
    pub kept: Option<Database>,
}

/// The corp of every case.
#[must_use]
pub fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

fn native(id: &str) -> NativeId {
    NativeId::new(id).unwrap()
}

/// A link of a person.
#[must_use]
pub fn link(n: u8, version: u128) -> Link {
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

/// A change for the journal.
#[must_use]
pub fn change(n: u8) -> NewEntry {
    NewEntry {
        at: Timestamp(1_780_000_000_000 + i64::from(n)),
        side: Side::Ehr,
        record: LinkId([n; 16]),
        kind: Kind::Person,
        action: WriteAction::Update,
        fields: vec![],
        reason: Reason::new(ReasonCode::ChangeBothSides),
        owner: Side::DingTalk,
    }
}

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

/// A new link and its pointers are there, all or nothing; a refusal names what was there already.
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

/// A put needs the version that was read, and knows its own win by its own version.
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
    assert_eq!(nothing, Err(WriteError::Stale), "a put never creates");
    assert_eq!(stored_link(store, 1).await, Some(link(1, 11)));
}

/// Pointers move with their link, in one transaction whose cancel reasons say what stood in the way.
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

/// What does not fit into one item is in two, of one version, and goes back into one.
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

/// A listing longer than a page and a megabyte shows everybody once.
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
        // Two of the eight shards have more than a page each.
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

/// Control items: new, by version, whatever is there; newest first; deleted; too large.
pub async fn control_items_are_written_under_conditions(fixture: &StoreFixture) {
    let (store, corp) = (&fixture.store, corp());
    let put = async |id: &str, n: u32, condition| {
        store
            .put_control(
                &corp,
                ControlKind::Run,
                id,
                &n,
                condition,
                Some(1_900_000_000),
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
    assert_eq!(
        put("none", 4, PutCondition::Version(1)).await,
        Err(WriteError::Stale)
    );
    assert_eq!(put("r1", 5, PutCondition::Any).await, Ok(3));
    assert_eq!(put("r2", 6, PutCondition::Any).await, Ok(1));
    let newest = store
        .list_newest::<u32>(&corp, ControlKind::Run, 9)
        .await
        .unwrap();
    let newest: Vec<_> = newest
        .iter()
        .map(|one| (one.id.as_str(), one.version, one.body))
        .collect();
    assert_eq!(newest, [("r2", 1, 6), ("r1", 3, 5)]);
    store
        .delete_control(&corp, ControlKind::Run, "r2")
        .await
        .unwrap();
    store
        .delete_control(&corp, ControlKind::Run, "r2")
        .await
        .unwrap();
    assert_eq!(
        store
            .get_control::<u32>(&corp, ControlKind::Run, "r2")
            .await
            .unwrap(),
        None
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
    let large = "x".repeat(390 * 1024);
    assert_eq!(
        store
            .put_control(
                &corp,
                ControlKind::Run,
                "r3",
                &large,
                PutCondition::Any,
                None
            )
            .await,
        Ok(1)
    );
}

/// The table drops by the attribute that items carry, and what does not expire carries none.
pub async fn an_expiring_item_carries_its_expiry(fixture: &StoreFixture) {
    let ask = fixture
        .client
        .describe_time_to_live()
        .table_name(&fixture.tables.control)
        .send()
        .await
        .unwrap();
    let ttl = ask.time_to_live_description.unwrap();
    let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
    assert!(ttl.attribute_name() == Some("x") && on.contains(ttl.time_to_live_status().unwrap()));
    let put = async |expires| {
        let corp = corp();
        let put =
            fixture
                .store
                .put_control(&corp, ControlKind::Run, "r", &1, PutCondition::Any, expires);
        put.await.unwrap();
        let get = fixture
            .client
            .get_item()
            .table_name(&fixture.tables.control)
            .consistent_read(true);
        let get = get
            .key("pk", AttributeValue::S("ding1#run".into()))
            .key("sk", AttributeValue::S("r".into()));
        get.send().await.unwrap().item.unwrap().remove("x")
    };
    assert_eq!(
        put(Some(1_900_000_000)).await,
        Some(AttributeValue::N("1900000000".into()))
    );
    assert_eq!(put(None).await, None);
}

/// Bindings are found by id and listed.
pub async fn bindings_are_listed(fixture: &StoreFixture) {
    for (id, corp) in [("b1", "ding1"), ("b2", "ding2")] {
        let binding = Binding::new(BindingId::new(id).unwrap(), CorpId::new(corp).unwrap());
        fixture
            .store
            .put_binding(&binding, PutCondition::New)
            .await
            .unwrap();
    }
    let bindings = fixture.store.list_bindings().await.unwrap();
    assert_eq!(
        bindings
            .iter()
            .map(|one| one.body.corp_id.as_str())
            .collect::<Vec<_>>(),
        ["ding1", "ding2"]
    );
    assert_eq!(
        fixture
            .store
            .get_binding(&BindingId::new("b3").unwrap())
            .await
            .unwrap(),
        None
    );
}

/// A ledger entry and its finds are in step, whatever the condition.
pub async fn lookup_keys_follow_their_ledger_entry(fixture: &StoreFixture) {
    let (store, corp) = (&fixture.store, corp());
    let job = |hash: u8| LookupKey {
        what: "job-number",
        hash: FieldHash::from([hash; 12]),
    };
    let put = async |id: &str, body: &str, condition, finds: &[LookupKey]| {
        store
            .put_entry(&corp, Kind::Person, id, body, condition, finds)
            .await
    };
    let find = async |hash| {
        store
            .find_entries(&corp, Kind::Person, &job(hash), 10)
            .await
            .unwrap()
    };
    assert_eq!(put("p1", "{}", PutCondition::New, &[job(1)]).await, Ok(1));
    assert_eq!(
        put("p1", "{}", PutCondition::New, &[job(1)]).await,
        Err(WriteError::Exists {
            which: ExistingItem::Item
        })
    );
    assert_eq!(put("p2", "{}", PutCondition::New, &[job(1)]).await, Ok(1));
    assert_eq!(find(1).await, ["p1", "p2"]);
    assert_eq!(
        put("p1", "{}", PutCondition::Version(1), &[job(2)]).await,
        Ok(2)
    );
    assert_eq!(
        (find(1).await, find(2).await),
        (vec!["p2".to_owned()], vec!["p1".to_owned()])
    );
    assert_eq!(
        put("p1", "{}", PutCondition::Version(1), &[job(3)]).await,
        Err(WriteError::Stale)
    );
    assert_eq!(put("p1", r#"{"a":4}"#, PutCondition::Any, &[]).await, Ok(3));
    assert_eq!((find(2).await.len(), find(3).await.len()), (0, 0));
    let entry = store
        .get_entry(&corp, Kind::Person, "p1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((entry.version, entry.body.as_str()), (3, r#"{"a":4}"#));
}

/// A run's journal is chained over transactions and slices, closed once, and found again by record.
pub async fn journals_are_chained(fixture: &StoreFixture) {
    let (store, corp, run) = (&fixture.store, corp(), RunId::new("run1").unwrap());
    let mut journal = store.open_journal(&corp, &run).await.unwrap();
    let changes: Vec<NewEntry> = (0..60).map(change).collect();
    journal.append(&changes).await.unwrap();
    let mut next = store.open_journal(&corp, &run).await.unwrap();
    next.append(&[change(60)]).await.unwrap();
    assert_eq!(
        journal.append(&[change(61)]).await,
        Err(JournalError::Contended)
    );
    assert_eq!(next.close().await.unwrap().closed, 1);
    next.close().await.unwrap();
    assert!(matches!(
        store.open_journal(&corp, &run).await,
        Err(JournalError::Closed)
    ));
    let intact = |entries| ChainVerdict::Intact {
        entries,
        closed: true,
    };
    assert_eq!(store.verify_run(&corp, &run).await.unwrap(), intact(61));
    assert_eq!(store.verify_heads(&corp).await.unwrap(), intact(1));
    assert_eq!(
        store
            .record_changes(&corp, LinkId([7; 16]), 10)
            .await
            .unwrap()
            .len(),
        1
    );
}
