//! The whole truth about a world, for comparisons in tests, and a summary of it.

use directory::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use super::event::{DeliveryState, EventSubscription};
use crate::company::{AppCredentials, FormerEmployee, Person};

/// The complete state of DingTalk: `GET /__sandbox/world`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorldTruth {
    /// CorpId of the company.
    pub corp_id: String,
    /// The company's name.
    pub name: String,
    /// Departments by id, with the root.
    pub departments: Vec<TruthDepartment>,
    /// People who work here, by `userid`.
    pub people: Vec<Person>,
    /// People who have left, by `userid`. A person who was re-hired under the same `userid` is not
    /// among them.
    pub left: Vec<FormerEmployee>,
}

/// A department with values that are computed from its members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TruthDepartment {
    /// Its own fields.
    #[serde(flatten)]
    pub department: crate::company::Department,
    /// 部门主管 (heads): exactly the members with the leader flag, in list order.
    pub heads: Vec<String>,
    /// Number of direct members.
    pub member_count: usize,
}

/// A summary of the world: `GET /__sandbox/state`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorldSummary {
    /// The company's name.
    pub name: String,
    /// Credentials to bind with.
    pub credentials: AppCredentials,
    /// Number of people who work here.
    pub people: usize,
    /// Number of departments, with the root.
    pub departments: usize,
    /// Number of people who have left.
    pub left: usize,
    /// Number of calls in the log.
    pub calls: usize,
    /// Number of calls in the log that were refused for their frequency.
    pub throttled: usize,
    /// Number of metered calls this month.
    pub metered: u64,
    /// Number of deliveries that wait or are in flight.
    pub pending_events: usize,
    /// Number of deliveries on the failed list.
    pub failed_events: usize,
    /// Number of accepted messages.
    pub messages: usize,
    /// The subscription: where events are pushed.
    pub subscription: Option<EventSubscription>,
    /// The sandbox's time, in milliseconds since 1970.
    pub now: i64,
}

impl World {
    /// Returns the complete state.
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

    /// Returns a summary.
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
