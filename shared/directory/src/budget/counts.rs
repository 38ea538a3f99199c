//! How much of what: sizes and counts, with arithmetic that never overflows.

use serde::{Deserialize, Serialize};

use crate::guard::FieldChangeCounts;

/// What shares are measured by. Zero where no sweep has measured yet: then nothing is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanySize {
    /// Linked people who have not left.
    pub people: u64,
    /// Linked departments that are not closed.
    pub departments: u64,
}

impl CompanySize {
    /// Departments and people: what removals of departments are measured by.
    #[must_use]
    pub fn everything(self) -> u64 {
        self.people.saturating_add(self.departments)
    }
}

/// What is spent, or wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetCounts {
    /// People marked left in the eHR.
    pub removals: u64,
    /// People deleted in DingTalk.
    pub deletions: u64,
    /// Departments removed on either side, each with the people below it.
    pub departments: u64,
    /// Fields of people, emptied and changed.
    pub fields: FieldChangeCounts,
}

impl BudgetCounts {
    /// Adds; saturates.
    pub fn add(&mut self, other: &Self) {
        self.removals = self.removals.saturating_add(other.removals);
        self.deletions = self.deletions.saturating_add(other.deletions);
        self.departments = self.departments.saturating_add(other.departments);
        self.fields.add(&other.fields);
    }

    /// Takes away; never below zero.
    pub fn subtract(&mut self, other: &Self) {
        self.removals = self.removals.saturating_sub(other.removals);
        self.deletions = self.deletions.saturating_sub(other.deletions);
        self.departments = self.departments.saturating_sub(other.departments);
        self.fields.subtract(&other.fields);
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let removals = [self.removals, self.deletions, self.departments];
        removals.iter().all(|count| *count == 0) && self.fields.is_empty()
    }

    /// Whether something is removed.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.removals > 0 || self.deletions > 0 || self.departments > 0
    }
}
