#![doc = include_str!("../README.md")]

pub mod abilities;
pub mod connector;
pub mod failure;
pub mod field_catalogue;
pub mod label_suggestion;
pub mod ledger;
pub mod probe;
pub mod record_page;

pub use abilities::Abilities;
pub use connector::{
    AlternateKey, Capabilities, ChangePage, ChangedRecord, Connector, EhrError, RecordWrite,
    StoredRecord,
};
pub use failure::{EhrFailure, FailureClass};
pub use field_catalogue::{CatalogueField, FieldCatalogue, ValueKind};
pub use ledger::Ledger;
pub use probe::ProbeReport;
pub use record_page::{OddRow, PageToken, RecordPage};
