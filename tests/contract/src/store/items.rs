//! Cases for control items, bindings, ledger entries and journals.

use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveStatus};
use directory::hash::FieldHash;
use directory::{BindingId, CorpId, Kind, LinkId, RunId};
use state::store::{ChainVerdict, ControlKind, JournalError, LookupKey, NewEntry, PutCondition};
use state::{Binding, ExistingItem, Store, WriteError};

use super::{StoreFixture, change, corp};

/// Control items are created, replaced by version or unconditionally, listed newest first, deleted,
/// and refused if too large.
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
    large_control_items_are_refused(store, &corp).await;
}

async fn large_control_items_are_refused(store: &Store, corp: &CorpId) {
    let huge = "x".repeat(400 * 1024);
    let refused = store
        .put_control(corp, ControlKind::Run, "r3", &huge, PutCondition::Any, None)
        .await;
    assert!(matches!(refused, Err(WriteError::TooLarge { .. })));
    let large = "x".repeat(390 * 1024);
    assert_eq!(
        store
            .put_control(
                corp,
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

/// An item that expires has the attribute by which the table drops it. An item that does not expire
/// has none.
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

/// A ledger entry and its lookup keys agree, whatever the condition.
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

/// A run's journal is chained over transactions and slices, closed once, and found by record.
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
