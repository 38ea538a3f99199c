//! The store when answers get lost: the write happened, the caller never heard . Between store and
//! database stands a connector that carries out every request and loses every second answer to a write. A single writer
//! must then never see a conflict.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use directory::reason::{Reason, ReasonCode};
use directory::{Base, CorpId, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, RunId};
use directory::{Side, Timestamp, WriteAction};
use state::store::{ChainVerdict, ControlKind, LookupKey, NewEntry, PutCondition, create_tables};
use state::{LinkStore, PointerChanges, Store, TableNames};

use super::Database;

/// Carries out every request and loses every second answer to a write.
#[derive(Debug, Clone)]
struct Lossy {
    database: SharedHttpConnector,
    writes: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
}

impl HttpConnector for Lossy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_write = is_write(&request);
        let answered = self.database.call(request);
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let answer = answered.await?;
            if is_write && this.writes.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                this.lost.fetch_add(1, Ordering::SeqCst);
                return Err(ConnectorError::io("the connection was reset".into()));
            }
            Ok(answer)
        })
    }
}

fn is_write(request: &HttpRequest) -> bool {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    ["PutItem", "UpdateItem", "TransactWriteItems"]
        .iter()
        .any(|write| target.ends_with(write))
}

async fn store_behind_relay() -> (Store, Arc<AtomicU64>, Database) {
    let database = Database::memory().await.unwrap();
    let tables = TableNames::with_prefix("bangding-");
    create_tables(&database.client(), &tables).await.unwrap();
    let lost = Arc::new(AtomicU64::new(0));
    let lossy = Lossy {
        database: SharedHttpConnector::new(database.dynamodb().clone()),
        writes: Arc::default(),
        lost: Arc::clone(&lost),
    };
    let connector = SharedHttpConnector::new(lossy);
    let client = database
        .dynamodb()
        .client_through(http_client_fn(move |_, _| connector.clone()));
    (Store::new(client, tables, 7), lost, database)
}

fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

fn link(generation: u32, userid: u32) -> Link {
    Link {
        id: LinkId([1; 16]),
        kind: Kind::Person,
        generation,
        version: RowVersion(1000 + u128::from(generation)),
        dingtalk: Some(NativeId::new(&format!("dt{userid}")).unwrap()),
        ehr: None,
        unionid: None,
        protected: false,
        base: Base::default(),
        intents: vec![],
        lifecycle: LinkLifecycle::Active,
        waits: vec![],
    }
}

#[tokio::test]
async fn a_link_is_written_once_and_no_other_writer_is_reported() {
    let (store, swallowed, _database) = store_behind_relay().await;
    store.create_link(&corp(), &link(0, 0)).await.unwrap();
    let mut before = link(0, 0);
    for round in 1..=12 {
        let after = link(round, round / 2);
        let pointers = PointerChanges::between_states(Some(&before), &after);
        store
            .put_link(&corp(), &after, before.version, &pointers)
            .await
            .unwrap();
        before = after;
    }
    assert_eq!(
        store
            .get_link(&corp(), Kind::Person, LinkId([1; 16]))
            .await
            .unwrap(),
        Some(before)
    );
    assert!(swallowed.load(Ordering::SeqCst) >= 12);
}

#[tokio::test]
async fn control_items_and_ledger_entries_count_each_write_once_after_lost_replies() {
    let (store, swallowed, _database) = store_behind_relay().await;
    for version in 0..8_u64 {
        let condition = if version == 0 {
            PutCondition::New
        } else {
            PutCondition::Version(version)
        };
        let put = store
            .put_control(&corp(), ControlKind::Quota, "q", &version, condition, None)
            .await;
        assert_eq!(put, Ok(version + 1));
        let find = LookupKey {
            what: "job-number",
            hash: [u8::try_from(version).unwrap(); 12],
        };
        let put = store
            .put_entry(&corp(), Kind::Person, "p", "{}", condition, &[find])
            .await;
        assert_eq!(put, Ok(version + 1));
    }
    assert!(swallowed.load(Ordering::SeqCst) >= 16);
}

#[tokio::test]
async fn a_journal_has_each_entry_once_and_is_closed_once() {
    let (store, swallowed, _database) = store_behind_relay().await;
    let run = RunId::new("run1").unwrap();
    let mut journal = store.open_journal(&corp(), &run).await.unwrap();
    let change = |n: u8| NewEntry {
        at: Timestamp(i64::from(n)),
        side: Side::Ehr,
        record: LinkId([n; 16]),
        kind: Kind::Person,
        action: WriteAction::Update,
        fields: vec![],
        reason: Reason::new(ReasonCode::ChangeBothSides),
        owner: Side::DingTalk,
    };
    for n in 0..6 {
        journal.append(&[change(n), change(n)]).await.unwrap();
    }
    assert_eq!(journal.close().await.unwrap().closed, 1);
    let intact = |entries| ChainVerdict::Intact {
        entries,
        closed: true,
    };
    assert_eq!(store.verify_run(&corp(), &run).await.unwrap(), intact(12));
    assert_eq!(store.verify_heads(&corp()).await.unwrap(), intact(1));
    assert!(swallowed.load(Ordering::SeqCst) >= 6);
}
