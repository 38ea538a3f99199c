//! The month's quota: what a module will cost, whether reading or events are cheaper, and what is given up when calls run
//! out. What other apps of the company spend is counted by DingTalk as well and cannot be seen from here.

mod forecast;
mod ledger;

use serde::{Deserialize, Serialize};

pub use forecast::{CompanyLoad, DomainForecast, PullMode, QuotaPlan, plan_quota};
pub use ledger::{QuotaLedger, QuotaVerdict};

/// What calls are spent on. The first ones are given up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaDomain {
    /// DingTalk's own calendar.
    Holidays,
    /// Balances of leave.
    Balances,
    /// Shifts, groups and kinds of leave.
    Rules,
    /// Punches: without them overtime counts by the form alone.
    Punches,
    /// Schedules.
    Schedules,
    /// Results of attendance.
    Results,
    /// Approvals.
    Requests,
    /// Work notifications. Never given up for reading.
    Messages,
}

impl QuotaDomain {
    /// Every domain, in the order in which they are given up.
    pub const ALL: &'static [Self] = &[
        Self::Holidays,
        Self::Balances,
        Self::Rules,
        Self::Punches,
        Self::Schedules,
        Self::Results,
        Self::Requests,
        Self::Messages,
    ];
}

/// What an edition of DingTalk allows in a calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionQuota {
    /// Metered calls.
    pub calls: u64,
    /// Metered pushes.
    pub pushes: u64,
}

impl EditionQuota {
    /// The free edition since 2025-11-19.
    pub const FREE: Self = Self {
        calls: 5_000,
        pushes: 3_000,
    };
}

#[cfg(test)]
mod tests;
