//! All facts of a company for some days, by person and day. What is put in twice is there once.

use std::collections::{BTreeMap, BTreeSet};

use directory::UserId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::facts::{
    LeaveBalance, LeaveType, PlannedPunch, Punch, PunchResult, RequestFact, ShiftFact,
};

type ByDay<T> = BTreeMap<UserId, BTreeMap<Date, BTreeMap<i64, T>>>;

/// Facts. A day that was read and has nothing is there, empty; a day that was never read is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FactBook {
    plans: ByDay<PlannedPunch>,
    results: ByDay<PunchResult>,
    punches: ByDay<Punch>,
    /// By DingTalk's number.
    pub shifts: BTreeMap<i64, ShiftFact>,
    /// By code.
    pub leave_types: BTreeMap<String, LeaveType>,
    /// By instance id.
    pub requests: BTreeMap<String, RequestFact>,
    /// By person and code, newest cycle last.
    pub balances: BTreeMap<UserId, Vec<LeaveBalance>>,
}

/// What one step of reading brought: facts, and the days of which they are all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactBatch {
    /// The days and people that this batch is complete for, where it is about days. What stood there before goes.
    pub coverage: Option<FactCoverage>,
    /// By person and day.
    pub plans: Vec<(UserId, Date, PlannedPunch)>,
    /// By person and day.
    pub results: Vec<(UserId, Date, PunchResult)>,
    /// By person and the day of the moment, which is what punches are asked by; their work date can be the day before.
    pub punches: Vec<(UserId, Date, Punch)>,
    /// Shifts.
    pub shifts: Vec<ShiftFact>,
    /// Kinds of leave.
    pub leave_types: Vec<LeaveType>,
    /// Requests.
    pub requests: Vec<RequestFact>,
    /// Balances by person.
    pub balances: Vec<(UserId, LeaveBalance)>,
}

/// People and days of which a batch holds everything of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactCoverage {
    /// Of what.
    pub kind: FactKind,
    /// Whose. Somebody with a row that could not be read is left out: what stood there stays.
    pub people: BTreeSet<UserId>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Kinds of facts that come by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Planned punches.
    Plans,
    /// What came of them.
    Results,
    /// Punches.
    Punches,
}

impl FactBook {
    /// Puts a batch in. The same batch again changes nothing; a later one for the same days stands for the former.
    pub fn apply(&mut self, batch: FactBatch) {
        if let Some(coverage) = &batch.coverage {
            match coverage.kind {
                FactKind::Plans => clear_days(&mut self.plans, coverage),
                FactKind::Results => clear_days(&mut self.results, coverage),
                FactKind::Punches => clear_days(&mut self.punches, coverage),
            }
        }
        for (user, date, plan) in batch.plans {
            put(&mut self.plans, user, date, plan.plan_id, plan);
        }
        for (user, date, result) in batch.results {
            put(&mut self.results, user, date, result.plan_id, result);
        }
        for (user, date, punch) in batch.punches {
            put(&mut self.punches, user, date, punch.record_id, punch);
        }
        self.shifts
            .extend(batch.shifts.into_iter().map(|one| (one.shift_id, one)));
        let types = batch.leave_types.into_iter();
        self.leave_types
            .extend(types.map(|one| (one.leave_code.clone(), one)));
        let requests = batch.requests.into_iter();
        self.requests
            .extend(requests.map(|one| (one.id.clone(), one)));
        for (user, balance) in batch.balances {
            put_balance(self.balances.entry(user).or_default(), balance);
        }
    }

    /// The planned punches of a day; `None` where the day was never read.
    #[must_use]
    pub fn plans(&self, user: &UserId, date: Date) -> Option<&BTreeMap<i64, PlannedPunch>> {
        self.plans.get(user)?.get(&date)
    }

    /// What came of a planned punch.
    #[must_use]
    pub fn result(&self, user: &UserId, date: Date, plan_id: i64) -> Option<&PunchResult> {
        self.results.get(user)?.get(&date)?.get(&plan_id)
    }

    /// The valid punches of a work date, in order.
    #[must_use]
    pub fn punches(&self, user: &UserId, date: Date) -> Vec<&Punch> {
        let around = [date.yesterday().ok(), Some(date), date.tomorrow().ok()];
        let days = self.punches.get(user);
        let mut punches: Vec<&Punch> = around
            .into_iter()
            .flatten()
            .filter_map(|day| days?.get(&day))
            .flat_map(BTreeMap::values)
            .filter(|punch| punch.valid && punch.work_date == date)
            .collect();
        punches.sort_by_key(|punch| punch.at);
        punches
    }

    /// The kind of leave with this name; `None` where none has it, or more than one.
    #[must_use]
    pub fn leave_type_named(&self, name: &str) -> Option<&LeaveType> {
        let mut named = self.leave_types.values().filter(|one| one.name == name);
        named.next().filter(|_| named.next().is_none())
    }
}

fn put<T>(book: &mut ByDay<T>, user: UserId, date: Date, number: i64, fact: T) {
    let days = book.entry(user).or_default();
    days.entry(date).or_default().insert(number, fact);
}

/// Empties these people's days, and marks them as read.
fn clear_days<T>(book: &mut ByDay<T>, coverage: &FactCoverage) {
    for user in &coverage.people {
        let days = book.entry(user.clone()).or_default();
        let mut day = Some(coverage.from);
        while let Some(at) = day.filter(|day| *day <= coverage.to) {
            days.insert(at, BTreeMap::new());
            day = at.tomorrow().ok();
        }
    }
}

fn put_balance(balances: &mut Vec<LeaveBalance>, balance: LeaveBalance) {
    let same = |one: &&mut LeaveBalance| {
        one.leave_code == balance.leave_code && one.cycle == balance.cycle
    };
    match balances.iter_mut().find(same) {
        Some(known) => *known = balance,
        None => balances.push(balance),
    }
}
