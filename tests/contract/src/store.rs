//! Cases for a store on DynamoDB or on the embedded database.

mod items;
mod links;

use directory::reason::{Reason, ReasonCode};
use directory::{
    Base, CorpId, Field, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, Side, Timestamp,
    WriteAction,
};
use local::embedded::Database;
use state::store::NewEntry;
use state::{Store, TableNames};

pub use items::*;
pub use links::*;

/// A store with its own tables.
pub struct StoreFixture {
    /// The store.
    pub store: Store,
    /// The client that the store uses.
    pub client: aws_sdk_dynamodb::Client,
    /// Names of its tables.
    pub tables: TableNames,
    /// Data that must live as long as the store.
    pub kept: Option<Database>,
}

/// Returns the corp of every case.
#[must_use]
pub fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

fn native(id: &str) -> NativeId {
    NativeId::new(id).unwrap()
}

/// Returns a link of a person.
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

/// Returns a change for the journal.
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
