//! Entries of the ledger and what finds them.

use directory::hash::FieldHash;
use state::store::LookupKey;

use super::*;

fn job_number_find(hash: u8) -> LookupKey {
    LookupKey {
        what: "job-number",
        hash: FieldHash::from([hash; 12]),
    }
}

async fn put(
    store: &Store,
    id: &str,
    body: &str,
    condition: PutCondition,
    finds: &[u8],
) -> Result<u64, WriteError> {
    let finds: Vec<LookupKey> = finds.iter().copied().map(job_number_find).collect();
    store
        .put_entry(&corp(), Kind::Person, id, body, condition, &finds)
        .await
}

async fn find(store: &Store, hash: u8) -> Vec<String> {
    store
        .find_entries(&corp(), Kind::Person, &job_number_find(hash), 10)
        .await
        .unwrap()
}

#[tokio::test]
async fn ledger_entries_keep_their_finds_in_step() {
    let (store, _database) = new_store().await;
    create_two_with_one_job_number(&store).await;
    change_finds_under_conditions(&store).await;
    let entry = store
        .get_entry(&corp(), Kind::Person, "p1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((entry.version, entry.body.as_str()), (3, r#"{"a":4}"#));
    assert!(!format!("{entry:?}").contains("\"a\""));
    let mut ids = Vec::new();
    assert_eq!(
        store
            .each_entry(&corp(), Kind::Person, &mut |entry| ids.push(entry.id))
            .await,
        Ok(2)
    );
    ids.sort_unstable();
    assert_eq!(ids, ["p1", "p2"]);
}

async fn create_two_with_one_job_number(store: &Store) {
    let new = PutCondition::New;
    assert_eq!(put(store, "p1", r#"{"a":1}"#, new, &[1]).await, Ok(1));
    assert_eq!(
        put(store, "p1", "{}", new, &[1]).await,
        Err(WriteError::Exists {
            which: ExistingItem::Item
        })
    );
    assert_eq!(put(store, "p2", "{}", new, &[1]).await, Ok(1));
    assert_eq!(
        find(store, 1).await,
        ["p1", "p2"],
        "two people may share a job number"
    );
}

async fn change_finds_under_conditions(store: &Store) {
    let first = PutCondition::Version(1);
    assert_eq!(put(store, "p1", r#"{"a":2}"#, first, &[2]).await, Ok(2));
    assert_eq!(
        (find(store, 1).await, find(store, 2).await),
        (vec!["p2".to_owned()], vec!["p1".to_owned()])
    );
    assert_eq!(
        put(store, "p1", r#"{"a":3}"#, first, &[3]).await,
        Err(WriteError::Stale)
    );
    assert!(find(store, 3).await.is_empty());
    let any = PutCondition::Any;
    assert_eq!(put(store, "p1", r#"{"a":4}"#, any, &[]).await, Ok(3));
    assert!(find(store, 2).await.is_empty());
}
