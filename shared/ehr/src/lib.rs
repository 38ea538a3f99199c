#![doc = include_str!("../README.md")]

pub mod connector;
pub mod ledger;

pub use connector::{
    AlternateKey, Capabilities, ChangePage, ChangedRecord, Connector, EhrError, RecordWrite,
    StoredRecord,
};
pub use ledger::Ledger;
