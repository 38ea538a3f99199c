//! The whole truth about a world, for whoever compares, and a summary of it.

use directory::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use super::event::{DeliveryState, EventSubscription};
use crate::company::{AppCredentials, FormerEmployee, Person};

/// Everything that is true in DingTalk: `GET /__sandbox/world`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorldTruth {
    /// CorpId.
    pub corp_id: String,
    /// The company's name.
    pub name: String,
    /// By id, the root among them.
    pub departments: Vec<TruthDepartment>,
    /// By `userid`: who works here.
    pub people: Vec<Person>,
    /// By `userid`: who has left (a person re-hired under the same `userid` is not here any more).
    pub left: Vec<FormerEmployee>,
}

/// A department with what is derived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TruthDepartment {
    /// Its own fields.
    #[serde(flatten)]
    pub department: crate::company::Department,
    /// 部门主管: exactly the members with the leader flag, in list order.
    pub heads: Vec<String>,
    /// Direct members.
    pub member_count: usize,
}

/// A summary: `GET /__sandbox/state`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorldSummary {
    /// The company's name.
    pub name: String,
    /// What to bind with.
    pub credentials: AppCredentials,
    /// Who works here.
    pub people: usize,
    /// Departments, the root among them.
    pub departments: usize,
    /// Who has left.
    pub left: usize,
    /// Calls in the log.
    pub calls: usize,
    /// Calls in the log that were refused for their frequency.
    pub throttled: usize,
    /// Metered calls this month.
    pub metered: u64,
    /// Deliveries that wait or are in flight.
    pub pending_events: usize,
    /// Deliveries on the failed list.
    pub failed_events: usize,
    /// Messages accepted.
    pub messages: usize,
    /// Where events go.
    pub subscription: Option<EventSubscription>,
    /// The machine's time as the sandbox sees it, milliseconds.
    pub now: i64,
}

impl World {
    /// The whole truth.
    #[must_use]
    pub fn truth(&self) -> WorldTruth {
        let departments = self
            .company
            .departments
            .values()
            .map(|department| TruthDepartment {
                heads: self.department_heads(department.dept_id),
                member_count: self.index.member_count(department.dept_id),
                department: department.clone(),
            });
        WorldTruth {
            corp_id: self.company.credentials.corp_id.clone(),
            name: self.company.name.clone(),
            departments: departments.collect(),
            people: self.company.people.values().cloned().collect(),
            left: self.company.left.values().cloned().collect(),
        }
    }

    /// A summary.
    #[must_use]
    pub fn summary(&self, now: Timestamp) -> WorldSummary {
        let count = |wanted: fn(&DeliveryState) -> bool| {
            self.deliveries.iter().filter(|d| wanted(&d.state)).count()
        };
        WorldSummary {
            name: self.company.name.clone(),
            credentials: self.company.credentials.clone(),
            people: self.company.people.len(),
            departments: self.company.departments.len(),
            left: self.company.left.len(),
            calls: self.log.iter().len(),
            throttled: self.log.iter().filter(|record| record.throttled).count(),
            metered: self.meters.metered_calls(),
            pending_events: count(|s| {
                matches!(s, DeliveryState::Waiting { .. } | DeliveryState::InFlight)
            }),
            failed_events: count(|s| matches!(s, DeliveryState::Failed { .. })),
            messages: self.messages.len(),
            subscription: self.subscription.clone(),
            now: now.millis(),
        }
    }
}
