//! The eHR side: the connector trait and the connectors.
//!
//! The engine never branches on a vendor: what a connector can do is a [`Capabilities`] value.

pub mod connector;
pub mod ledger;

pub use connector::{
    AlternateKey, Capabilities, ChangePage, ChangedRecord, Connector, EhrError, RecordWrite,
    StoredRecord,
};
pub use ledger::Ledger;
