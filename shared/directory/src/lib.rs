#![doc = include_str!("../README.md")]

pub mod budget;
pub mod canonical;
pub mod correlate;
pub mod custom_fields;
pub mod decide;
pub mod effective_dates;
pub mod field;
pub mod guard;
pub mod hash;
pub mod ids;
pub mod index;
pub mod link;
pub mod merge;
pub mod plan;
#[doc(hidden)]
pub mod planted;
pub mod policy;
pub mod reason;
pub mod record;
pub mod snapshot;
pub mod text;
pub mod tree;
pub mod wake;

pub use field::{Field, FieldSet};
pub use ids::{
    BindingId, CorpId, DeptId, Kind, LinkId, NativeId, RunId, Side, Timestamp, UnionId, UserId,
};
pub use link::{Base, Link, LinkLifecycle, RowVersion, WriteAction, WriteIntent};
pub use reason::{Reason, ReasonCode};
pub use record::{FieldValue, FieldValues, Record};
pub use wake::{Wake, WakeTarget};
