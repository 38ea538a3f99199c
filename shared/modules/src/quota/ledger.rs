//! What was spent, and whether more may be.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{EditionQuota, QuotaDomain};

/// From this part of the month's calls on, something is given up.
const CAREFUL_PERCENT: u64 = 80;
/// Steps between that and everything, one per domain that can be given up.
const STEPS: u64 = 7;

/// What a corp's binding spent in one calendar month. Other apps spend as well, unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaLedger {
    /// The month's first day.
    pub month: Date,
    /// Metered calls by domain.
    pub calls: BTreeMap<QuotaDomain, u64>,
    /// Metered pushes that arrived.
    pub pushes: u64,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaVerdict {
    /// It may.
    Go,
    /// Its domain is given up until the month is over.
    GivenUp,
    /// The calls of the month are used up.
    UsedUp,
}

impl QuotaLedger {
    /// A month in which nothing was spent.
    #[must_use]
    pub fn new(month: Date) -> Self {
        Self {
            month,
            calls: BTreeMap::new(),
            pushes: 0,
        }
    }

    /// Adds calls of a day. A day of another month begins anew: DingTalk counts by calendar month.
    pub fn spend(&mut self, day: Date, domain: QuotaDomain, calls: u64) {
        if (day.year(), day.month()) != (self.month.year(), self.month.month()) {
            *self = Self::new(day.first_of_month());
        }
        *self.calls.entry(domain).or_default() += calls;
    }

    /// Metered calls so far.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.calls.values().sum()
    }

    /// Whether a domain may make a call. From 80 % of the month's calls on, domains are given up one after the other, holidays
    /// first and approvals last; what people are waiting for, messages, goes on to the last call.
    #[must_use]
    pub fn verdict(&self, allowed: EditionQuota, domain: QuotaDomain) -> QuotaVerdict {
        let spent = self.spent();
        if spent >= allowed.calls {
            return QuotaVerdict::UsedUp;
        }
        match self.given_up(allowed).contains(&domain) {
            true => QuotaVerdict::GivenUp,
            false => QuotaVerdict::Go,
        }
    }

    /// The domains that are given up now.
    #[must_use]
    pub fn given_up(&self, allowed: EditionQuota) -> &'static [QuotaDomain] {
        let careful = allowed.calls * CAREFUL_PERCENT / 100;
        let Some(above) = self.spent().checked_sub(careful) else {
            return &[];
        };
        let steps = above * STEPS / (allowed.calls - careful).max(1) + 1;
        let count = usize::try_from(steps.min(STEPS)).unwrap_or_default();
        QuotaDomain::ALL.get(..count).unwrap_or_default()
    }
}
