//! The journal against the embedded database: chains that show tampering.

use aws_sdk_dynamodb::types::AttributeValue;
use directory::reason::{Reason, ReasonCode};
use directory::{CorpId, Field, Kind, LinkId, RunId, Side, Timestamp, WriteAction};
use state::Store;
use state::seal::{SealContext, SealKey, seal_value};
use state::store::{
    ChainBreak, ChainVerdict, FieldChange, JournalEntry, JournalError, NewEntry, OrderNote,
    OrderStage,
};

use super::Database;
use super::store_tests::open_store;

const TABLE: &str = "bangding-journal";

fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

fn run(n: u8) -> RunId {
    RunId::new(&format!("run{n}")).unwrap()
}

fn change(n: u8) -> NewEntry {
    let (corp, record) = (corp(), LinkId([n; 16]));
    let place = SealContext {
        corp: &corp,
        record: &record.to_string(),
        field: "name",
    };
    let after = seal_value(&SealKey::new([1; 32]), place, [n; 12], "李娜".as_bytes()).unwrap();
    NewEntry {
        at: Timestamp(1_780_000_000_000 + i64::from(n)),
        side: Side::Ehr,
        record,
        kind: Kind::Person,
        action: WriteAction::Update,
        fields: vec![FieldChange {
            field: Field::Name,
            before: None,
            after: Some(after),
            owner: None,
            lost: false,
            conflict: false,
        }],
        reason: Reason::new(ReasonCode::ChangeBothSides),
        owner: Side::DingTalk,
    }
}

fn changes(count: u8) -> Vec<NewEntry> {
    (0..count).map(change).collect()
}

async fn new_store() -> (Store, Database) {
    let database = Database::memory().await.unwrap();
    (open_store(&database).await, database)
}

async fn write_closed_run(store: &Store, n: u8, count: u8) {
    let mut journal = store.open_journal(&corp(), &run(n)).await.unwrap();
    journal.append(&changes(count)).await.unwrap();
    journal.close().await.unwrap();
}

fn intact_verdict(entries: u64, closed: bool) -> ChainVerdict {
    ChainVerdict::Intact { entries, closed }
}

#[tokio::test]
async fn a_run_is_chained_over_slices_and_closed_once() {
    let (store, _database) = new_store().await;
    let mut journal = store.open_journal(&corp(), &run(1)).await.unwrap();
    journal.append(&changes(60)).await.unwrap();
    let mut next_slice = store.open_journal(&corp(), &run(1)).await.unwrap();
    assert_eq!(next_slice.len(), 60);
    next_slice.append(&changes(1)).await.unwrap();
    assert_eq!(
        store.verify_run(&corp(), &run(1)).await.unwrap(),
        intact_verdict(61, false)
    );
    assert_eq!(
        journal.append(&changes(1)).await,
        Ok(()),
        "the very same entry is our own win"
    );
    let first = next_slice.close().await.unwrap();
    next_slice.close().await.unwrap();
    assert_eq!(first.closed, 1);
    assert_eq!(
        store.verify_run(&corp(), &run(1)).await.unwrap(),
        intact_verdict(61, true)
    );
    assert_eq!(
        store.verify_heads(&corp()).await.unwrap(),
        intact_verdict(1, true)
    );
    assert!(matches!(
        store.open_journal(&corp(), &run(1)).await,
        Err(JournalError::Closed)
    ));
}

#[tokio::test]
async fn two_writers_of_one_run_do_not_mix() {
    let (store, _database) = new_store().await;
    let mut one = store.open_journal(&corp(), &run(1)).await.unwrap();
    let mut other = store.open_journal(&corp(), &run(1)).await.unwrap();
    one.append(&[change(1)]).await.unwrap();
    assert_eq!(
        other.append(&[change(2)]).await,
        Err(JournalError::Contended)
    );
    assert_eq!(
        store.verify_run(&corp(), &run(1)).await.unwrap(),
        intact_verdict(1, false)
    );
}

#[tokio::test]
async fn runs_that_close_at_once_are_all_chained() {
    let (store, _database) = new_store().await;
    let closing: Vec<_> = (0..6)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { write_closed_run(&store, n, 2).await })
        })
        .collect();
    for run in closing {
        run.await.unwrap();
    }
    assert_eq!(
        store.verify_heads(&corp()).await.unwrap(),
        intact_verdict(6, true)
    );
}

#[tokio::test]
async fn a_records_changes_are_listed_newest_first() {
    let (store, _database) = new_store().await;
    write_closed_run(&store, 1, 3).await;
    let later = NewEntry {
        at: Timestamp(1_790_000_000_000),
        ..change(1)
    };
    store
        .open_journal(&corp(), &run(2))
        .await
        .unwrap()
        .append(std::slice::from_ref(&later))
        .await
        .unwrap();
    let found = store
        .record_changes(&corp(), LinkId([1; 16]), 10)
        .await
        .unwrap();
    assert_eq!(
        found
            .iter()
            .map(|entry| entry.run.clone())
            .collect::<Vec<_>>(),
        [run(2), run(1)]
    );
    assert_eq!(found[0].change, later);
}

fn key(pk: &str, sk: &str) -> std::collections::HashMap<String, AttributeValue> {
    [("pk", pk), ("sk", sk)]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.into())))
        .into()
}

async fn get(database: &Database, sk: &str) -> std::collections::HashMap<String, AttributeValue> {
    let get = database
        .client()
        .get_item()
        .table_name(TABLE)
        .set_key(Some(key("ding1#run1", sk)));
    get.send().await.unwrap().item.unwrap()
}

async fn put(database: &Database, item: std::collections::HashMap<String, AttributeValue>) {
    database
        .client()
        .put_item()
        .table_name(TABLE)
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
}

async fn delete(database: &Database, pk: &str, sk: &str) {
    database
        .client()
        .delete_item()
        .table_name(TABLE)
        .set_key(Some(key(pk, sk)))
        .send()
        .await
        .unwrap();
}

#[track_caller]
fn is_broken(verdict: &ChainVerdict, at: u64) {
    assert!(
        matches!(verdict, ChainVerdict::Broken(ChainBreak { seq, .. }) if *seq == at),
        "{verdict:?}"
    );
}

async fn verify(store: &Store) -> ChainVerdict {
    store.verify_run(&corp(), &run(1)).await.unwrap()
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    let (store, database) = new_store().await;
    write_closed_run(&store, 1, 5).await;
    let mut entry = get(&database, "0000000003").await;
    let written = entry["b"].as_s().unwrap();
    let body = written.replace("change-both-sides", "change-decided");
    assert_ne!(&body, written);
    entry.insert("b".into(), AttributeValue::S(body));
    put(&database, entry).await;
    is_broken(&verify(&store).await, 3);
}

#[tokio::test]
async fn a_removed_entry_is_named() {
    let (store, database) = new_store().await;
    write_closed_run(&store, 1, 5).await;
    delete(&database, "ding1#run1", "0000000002").await;
    is_broken(&verify(&store).await, 2);
}

#[tokio::test]
async fn swapped_entries_are_named() {
    let (store, database) = new_store().await;
    write_closed_run(&store, 1, 5).await;
    let (mut second, mut third) = (
        get(&database, "0000000002").await,
        get(&database, "0000000003").await,
    );
    let sk = second.insert("sk".into(), third["sk"].clone()).unwrap();
    third.insert("sk".into(), sk);
    put(&database, second).await;
    put(&database, third).await;
    is_broken(&verify(&store).await, 2);
}

#[tokio::test]
async fn a_cut_end_is_named() {
    let (store, database) = new_store().await;
    write_closed_run(&store, 1, 5).await;
    delete(&database, "ding1#run1", "0000000005").await;
    is_broken(&verify(&store).await, 4);
    delete(&database, "ding1#run1", "~").await;
    is_broken(&verify(&store).await, 4);
}

#[tokio::test]
async fn a_missing_head_is_named() {
    let (store, database) = new_store().await;
    for n in 1..=3 {
        write_closed_run(&store, n, 1).await;
    }
    delete(&database, "ding1##heads", "000000000002").await;
    is_broken(&store.verify_heads(&corp()).await.unwrap(), 2);
    delete(&database, "ding1##heads", "000000000003").await;
    is_broken(&store.verify_heads(&corp()).await.unwrap(), 1);
}

fn order_note(stage: OrderStage, record: Option<LinkId>) -> OrderNote {
    let corp = corp();
    let place = SealContext {
        corp: &corp,
        record: "run1",
        field: "actor",
    };
    OrderNote {
        at: Timestamp(1_780_000_000_000),
        stage,
        action: "pause-writes".to_owned(),
        actor: seal_value(&SealKey::new([1; 32]), place, [9; 12], b"li").unwrap(),
        record,
        kind: record.map(|_| Kind::Person),
        target: None,
        detail: None,
        reason: None,
    }
}

#[tokio::test]
async fn an_order_is_chained_listed_by_time_and_found_by_its_record() {
    let (store, database) = new_store().await;
    let person = LinkId([1; 16]);
    let mut journal = store.open_journal(&corp(), &run(1)).await.unwrap();
    let begun = order_note(OrderStage::Begun, None);
    journal
        .append_order(std::slice::from_ref(&begun))
        .await
        .unwrap();
    let listed = store.recorded_orders(&corp(), None, 10).await.unwrap();
    assert_eq!(listed.orders[0].ended, None, "cut off until it ends");

    let mut again = store.open_journal(&corp(), &run(1)).await.unwrap();
    let done = order_note(OrderStage::Done, Some(person));
    again
        .append_order(std::slice::from_ref(&done))
        .await
        .unwrap();
    again.close().await.unwrap();
    write_closed_run(&store, 2, 2).await;
    assert_eq!(verify(&store).await, intact_verdict(2, true));
    let listed = store.recorded_orders(&corp(), None, 10).await.unwrap();
    assert_eq!((listed.orders.len(), listed.next), (1, None));
    assert_eq!(listed.orders[0].begun, begun);
    assert_eq!(listed.orders[0].ended, Some(done));

    let found = store
        .record_entries(&corp(), person, None, 10)
        .await
        .unwrap();
    let orders = found
        .entries
        .iter()
        .filter(|(entry, _)| matches!(entry, JournalEntry::Order(_)));
    assert_eq!((orders.count(), found.entries.len()), (1, 2));
    let first = store
        .record_entries(&corp(), person, None, 1)
        .await
        .unwrap();
    assert!(first.has_more);
    let before = first.entries.last().map(|(_, key)| key.clone());
    let rest = store
        .record_entries(&corp(), person, before.as_deref(), 1)
        .await
        .unwrap();
    assert_eq!((rest.entries.len(), rest.has_more), (1, false));
    assert_eq!(
        store
            .record_changes(&corp(), person, 10)
            .await
            .unwrap()
            .len(),
        1
    );

    let mut entry = get(&database, "0000000002").await;
    let body = entry["b"].as_s().unwrap().replace("done", "refused");
    entry.insert("b".into(), AttributeValue::S(body));
    put(&database, entry).await;
    is_broken(&verify(&store).await, 2);
}
