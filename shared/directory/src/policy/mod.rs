//! The policy of a binding: who decides what, who is in, what nothing may touch, how much is too much, how often to look.
//! A value: it decides nothing by itself and reads nothing.
//!
//! What a person writes is one versioned JSON document; the binding keeps its canonical text.

mod departments;
pub mod document;
mod employment;
mod owners;
mod scope;
mod sweep;

use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::guard::GuardLimits;
use crate::ids::{Kind, Side};

pub use departments::{DepartmentFilter, IdsBySide, RecordIds, UntouchableRecords};
pub use employment::{EmploymentFilter, EmploymentType};
pub use owners::{FieldOwners, Ownership};
pub use scope::{ALL_CUSTOM_FIELDS, PolicyScope};
pub use sweep::{HourRange, ParseHoursError, SweepSchedule};

/// Which way changes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncDirection {
    /// Nothing is ever written to DingTalk.
    #[serde(rename = "dingtalk_to_ehr")]
    DingTalkToEhr,
    /// Nothing is ever written to the eHR.
    #[serde(rename = "ehr_to_dingtalk")]
    EhrToDingTalk,
    /// Each side is written where the other one decides.
    Both,
}

/// The usual policies, one word each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyPreset {
    /// The eHR decides everything; DingTalk follows.
    EhrIsMaster,
    /// DingTalk decides everything; the eHR follows.
    #[serde(rename = "dingtalk_is_master")]
    DingTalkIsMaster,
    /// Both sides are written; the owners are chosen field by field. By default HR decides who joins and leaves, and all
    /// fields, until a field is given to DingTalk.
    Custom,
}

impl PolicyPreset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::EhrIsMaster, Self::DingTalkIsMaster, Self::Custom];
}

/// A binding's policy.
///
/// Built from a document ([`Policy::from_preset`] where there is none), so that its parts agree: an owner is never a side that
/// the direction forbids to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which way changes travel.
    pub direction: SyncDirection,
    /// What is kept in step.
    pub scope: PolicyScope,
    /// Who decides who joins and leaves.
    pub lifecycle: Side,
    /// Who decides the fields.
    pub owners: FieldOwners,
    /// Which departments are in.
    pub departments: DepartmentFilter,
    /// Which kinds of employment are in.
    pub employment_types: EmploymentFilter,
    /// What nothing may touch.
    pub untouchable: UntouchableRecords,
    /// What the guard holds.
    pub limits: GuardLimits,
    /// Days between somebody's leaving on the side that decides and the removal on the other one. Marking as left in the
    /// eHR is reversible and does not wait; a deletion in DingTalk does.
    pub grace_days: u16,
    /// When to sweep.
    pub sweep: SweepSchedule,
    /// One part of so many is deep-read in each sweep: a seventh by default. At least 1.
    pub rotation: u8,
}

impl Policy {
    /// A usual policy, everything else by default: everybody, with every custom field where DingTalk has them to give, no
    /// mark, the guard's default limits, 30 days of grace, a sweep a day at any hour, a seventh deep-read.
    #[must_use]
    pub fn from_preset(preset: PolicyPreset) -> Self {
        let (direction, decides) = match preset {
            PolicyPreset::EhrIsMaster => (SyncDirection::EhrToDingTalk, Side::Ehr),
            PolicyPreset::DingTalkIsMaster => (SyncDirection::DingTalkToEhr, Side::DingTalk),
            PolicyPreset::Custom => (SyncDirection::Both, Side::Ehr),
        };
        let scope = match decides {
            Side::DingTalk => {
                PolicyScope::EmployeesAndCustom([ALL_CUSTOM_FIELDS.to_owned()].into())
            }
            Side::Ehr => PolicyScope::Employees,
        };
        Self {
            direction,
            scope,
            lifecycle: decides,
            owners: FieldOwners::all(decides),
            departments: DepartmentFilter::default(),
            employment_types: EmploymentFilter::default(),
            untouchable: UntouchableRecords::default(),
            limits: GuardLimits::default(),
            grace_days: 30,
            sweep: SweepSchedule::default(),
            rotation: 7,
        }
    }

    /// *DingTalk is master*: what `up` binds with, into an empty ledger.
    #[must_use]
    pub fn dingtalk_is_master() -> Self {
        Self::from_preset(PolicyPreset::DingTalkIsMaster)
    }

    /// The preset that it amounts to, as far as owners and direction go.
    #[must_use]
    pub fn matching_preset(&self) -> PolicyPreset {
        let is = |preset| {
            let usual = Self::from_preset(preset);
            (usual.direction, usual.lifecycle, &usual.owners)
                == (self.direction, self.lifecycle, &self.owners)
        };
        [PolicyPreset::EhrIsMaster, PolicyPreset::DingTalkIsMaster]
            .into_iter()
            .find(|preset| is(*preset))
            .unwrap_or(PolicyPreset::Custom)
    }

    /// Who decides a field of a person or a department.
    #[must_use]
    pub fn field_owner(&self, kind: Kind, field: Field) -> Ownership {
        self.owners.field_owner(kind, field)
    }

    /// Whether a side may be written to at all.
    #[must_use]
    pub fn may_write(&self, side: Side) -> bool {
        match self.direction {
            SyncDirection::DingTalkToEhr => side == Side::Ehr,
            SyncDirection::EhrToDingTalk => side == Side::DingTalk,
            SyncDirection::Both => true,
        }
    }

    /// The fields that are kept in step for a kind of record; none for people where only the organisation is.
    #[must_use]
    pub fn synced_fields(&self, kind: Kind) -> FieldSet {
        self.scope.synced_fields(kind)
    }

    /// Whether a field is kept in step for a kind of record.
    #[must_use]
    pub fn syncs_field(&self, kind: Kind, field: Field) -> bool {
        self.synced_fields(kind).contains(field)
    }

    /// Whether nothing may touch this person or department. `chains` are the departments that it is in (of a department:
    /// its own), each from itself up to the root: what is in an untouchable department, or below one, is not touched.
    #[must_use]
    pub fn is_untouchable<'a, C>(
        &self,
        kind: Kind,
        ids: RecordIds<'_>,
        chains: impl IntoIterator<Item = C>,
    ) -> bool
    where
        C: IntoIterator<Item = RecordIds<'a>>,
    {
        self.untouchable.covers(kind, ids, chains)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_matches_the_preset_it_was_made_from() {
        for preset in PolicyPreset::ALL {
            assert_eq!(Policy::from_preset(preset).matching_preset(), preset);
        }
        let mut policy = Policy::from_preset(PolicyPreset::EhrIsMaster);
        assert!(policy.may_write(Side::DingTalk) && !policy.may_write(Side::Ehr));
        assert_eq!(
            policy.field_owner(Kind::Person, Field::Mobile),
            Ownership::Owned(Side::Ehr)
        );
        policy
            .owners
            .assign_field(Kind::Person, Field::Remark, Side::DingTalk);
        assert_eq!(policy.matching_preset(), PolicyPreset::Custom);
    }

    #[test]
    fn nothing_is_written_against_the_direction() {
        let policy = Policy::dingtalk_is_master();
        assert!(policy.may_write(Side::Ehr));
        assert!(!policy.may_write(Side::DingTalk));
        let both = Policy::from_preset(PolicyPreset::Custom);
        assert!(both.may_write(Side::Ehr) && both.may_write(Side::DingTalk));
    }
}
