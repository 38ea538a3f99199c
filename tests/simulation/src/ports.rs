//! The engine's ports onto the simulated world. Every call yields to others before its effect and
//! after it.

mod dingtalk;
mod dingtalk_write;
mod ehr;
mod store;
mod supporting;

pub(crate) use dingtalk::DingTalkPort;
pub(crate) use dingtalk_write::{LATE_MAX_MS, LateDingTalkWrite};
pub(crate) use ehr::{EhrPort, LateEhrWrite};
pub(crate) use store::LinksPort;
pub(crate) use supporting::{BudgetPort, ClockPort, GatePort, JournalPort, RandomnessPort};
