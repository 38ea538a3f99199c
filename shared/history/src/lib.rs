#![doc = include_str!("../README.md")]

pub mod difference;
pub mod index;
pub mod part;
pub mod restore;
pub mod retention;
pub mod sealer;
pub mod snapshot_record;
pub mod writer;

pub use index::SnapshotIndex;
pub use part::PartReader;
pub use restore::{RestorePlan, RestoreTarget, plan_restore};
pub use sealer::{SealRefusal, SnapshotSealer};
pub use snapshot_record::SnapshotRecord;
pub use writer::{SealedPart, SnapshotWriter};
