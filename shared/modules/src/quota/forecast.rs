//! What a month will cost.

use super::{EditionQuota, QuotaDomain};

const PEOPLE_A_CALL: u64 = 50;
const ROWS_A_CALL: u64 = 50;
const IDS_A_CALL: u64 = 20;
const DAYS_A_CALL: u64 = 7;
/// Kept free, in per cent: retries, probes, and what a person looks up.
const RESERVE_PERCENT: u64 = 10;

/// What a month's cost depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyLoad {
    /// People whose attendance is read.
    pub people: u64,
    /// Planned punches of a working day, all people together.
    pub punches_a_day: u64,
    /// The month day by day: whether it is worked.
    pub workdays: Vec<bool>,
    /// Requests of the month that are read, last month's number for a start.
    pub requests: u64,
    /// Templates that are read.
    pub templates: u64,
    /// Shifts.
    pub shifts: u64,
    /// Kinds of leave.
    pub leave_types: u64,
    /// Work notifications, each with its follow-up calls.
    pub messages: u64,
    /// Every how many days attendance is read; 1 to 7.
    pub days_a_pull: u64,
}

/// How a domain learns of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullMode {
    /// It is read on a schedule.
    Batch,
    /// DingTalk pushes, and what was pushed is read.
    Events,
}

/// The cost of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainForecast {
    /// Which.
    pub domain: QuotaDomain,
    /// How.
    pub mode: PullMode,
    /// Metered calls.
    pub calls: u64,
    /// Metered pushes.
    pub pushes: u64,
}

/// The cost of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaPlan {
    /// What is allowed.
    pub allowed: EditionQuota,
    /// Kept free.
    pub reserve: u64,
    /// Domain by domain.
    pub domains: Vec<DomainForecast>,
}

impl QuotaPlan {
    /// Metered calls, as in "1,830 of 5,000".
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.domains.iter().map(|one| one.calls).sum()
    }

    /// Metered pushes.
    #[must_use]
    pub fn pushes(&self) -> u64 {
        self.domains.iter().map(|one| one.pushes).sum()
    }

    /// Whether the month stays within what is allowed, the reserve not touched.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.calls() + self.reserve <= self.allowed.calls && self.pushes() <= self.allowed.pushes
    }
}

/// Predicts a month of these domains. Where a domain can be told by events, the way that leaves more of the month is
/// taken: events are weighed by their share of the pushes, calls by their share of the calls.
#[must_use]
pub fn plan_quota(load: &CompanyLoad, domains: &[QuotaDomain], allowed: EditionQuota) -> QuotaPlan {
    let mut plan = QuotaPlan {
        allowed,
        reserve: allowed.calls * RESERVE_PERCENT / 100,
        domains: Vec::new(),
    };
    let mut wanted: Vec<QuotaDomain> = domains.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    for domain in wanted {
        let batch = DomainForecast {
            domain,
            mode: PullMode::Batch,
            calls: batch_calls(load, domain),
            pushes: 0,
        };
        let cheaper = by_events(load, domain)
            .filter(|events| events.pushes + plan.pushes() <= allowed.pushes)
            .filter(|events| share(events, allowed) < share(&batch, allowed));
        plan.domains.push(cheaper.unwrap_or(batch));
    }
    plan
}

/// The greater of both shares, in millionths.
fn share(one: &DomainForecast, allowed: EditionQuota) -> u64 {
    let part = |used: u64, of: u64| used.saturating_mul(1_000_000) / of.max(1);
    part(one.calls, allowed.calls).max(part(one.pushes, allowed.pushes))
}

/// What reading on a schedule costs.
fn batch_calls(load: &CompanyLoad, domain: QuotaDomain) -> u64 {
    let chunks = load.people.div_ceil(PEOPLE_A_CALL);
    let days = u64::try_from(load.workdays.len()).unwrap_or(u64::MAX);
    let step = load.days_a_pull.clamp(1, DAYS_A_CALL);
    let weeks = days.div_ceil(DAYS_A_CALL);
    match domain {
        QuotaDomain::Results => result_calls(load, chunks, step),
        // The morning after the last day belongs to its night shifts.
        QuotaDomain::Punches => chunks * (days + 1).div_ceil(step),
        QuotaDomain::Schedules => chunks * weeks,
        QuotaDomain::Holidays => weeks,
        QuotaDomain::Rules => 2 + load.shifts,
        QuotaDomain::Balances => chunks * load.leave_types,
        QuotaDomain::Requests => {
            // Every template's last page is begun.
            load.requests + load.requests / IDS_A_CALL + load.templates
        }
        QuotaDomain::Messages => load.messages,
    }
}

/// A call answers 50 rows of at most 50 people and a week; a read without a row costs a call as well.
fn result_calls(load: &CompanyLoad, chunks: u64, step: u64) -> u64 {
    let rows_a_day = load.punches_a_day.div_ceil(chunks.max(1));
    let window = usize::try_from(step).unwrap_or(1);
    let reads = load.workdays.chunks(window).map(|days| {
        let worked = days.iter().filter(|works| **works).count();
        let rows = rows_a_day * u64::try_from(worked).unwrap_or(u64::MAX);
        rows.div_ceil(ROWS_A_CALL).max(1)
    });
    chunks * reads.sum::<u64>()
}

/// What events cost, where DingTalk has them.
fn by_events(load: &CompanyLoad, domain: QuotaDomain) -> Option<DomainForecast> {
    let (calls, pushes) = match domain {
        // `attend_user_daily_summary_refresh`: one per person and day, and a call for what it is about.
        QuotaDomain::Results => {
            let worked = load.workdays.iter().filter(|works| **works).count();
            let days = load.people * u64::try_from(worked).unwrap_or(u64::MAX);
            (days, days)
        }
        // `bpms_instance_change`: start and finish.
        QuotaDomain::Requests => (load.requests, load.requests * 2),
        _ => return None,
    };
    Some(DomainForecast {
        domain,
        mode: PullMode::Events,
        calls,
        pushes,
    })
}
