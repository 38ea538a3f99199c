//! The store against the embedded database: what it promises about conditions, pointers, listings and files.

mod connection;
mod control;
mod ledger;
mod links;
mod listing;
mod pointers;

use directory::{
    Base, CorpId, Field, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, Side,
};
use state::store::{ControlKind, PutCondition, create_tables};
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
