//! The engine's ports onto the simulated world. Every call lets others go first, before its effect and after it.

mod dingtalk;
mod dingtalk_write;
mod ehr;
mod small;
mod store;

pub(crate) use dingtalk::DingTalkPort;
pub(crate) use dingtalk_write::{LATE_MAX_MS, Late};
pub(crate) use ehr::{EhrPort, LateEhr};
pub(crate) use small::{ClockPort, GatePort, JournalPort, RandomnessPort};
pub(crate) use store::LinksPort;
