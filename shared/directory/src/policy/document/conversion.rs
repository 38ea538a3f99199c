//! Document to policy, and back in full.

use std::collections::BTreeSet;

use crate::guard::GuardLimits;
use crate::ids::Kind;

use super::super::{
    DepartmentFilter, EmploymentFilter, IdsBySide, Policy, PolicyPreset, PolicyScope,
    SweepSchedule, UntouchableRecords,
};
use super::SCHEMA_VERSION;
use super::wire::{
    DepartmentsSection, EmploymentSection, IdSets, LimitsSection, OwnersSection, Percent,
    PolicyDocument, ScopeLevel, ScopeSection, SharedSection, SweepSection, UntouchableSection,
};

impl PolicyDocument {
    /// The policy that it asks for, where nothing is wrong with it; what is not written is as the preset has it.
    pub(super) fn into_policy(self) -> Policy {
        let mut policy = Policy::from_preset(self.preset.unwrap_or(PolicyPreset::Custom));
        policy.direction = self.direction.unwrap_or(policy.direction);
        policy.lifecycle = self.lifecycle.map_or(policy.lifecycle, Into::into);
        let default = self
            .owners
            .default
            .map_or(policy.owners.default_side(), Into::into);
        policy.owners = super::super::FieldOwners::all(default);
        for kind in [Kind::Person, Kind::Department] {
            self.owners
                .named_owners(kind)
                .iter()
                .for_each(|(field, side)| policy.owners.assign_field(kind, *field, (*side).into()));
            self.shared
                .named_fields(kind)
                .iter()
                .for_each(|field| policy.owners.share_field(kind, *field));
        }
        policy.scope = match (self.scope.takes, policy.scope) {
            (Some(ScopeLevel::Organisation), _) => PolicyScope::OrganisationOnly,
            (Some(ScopeLevel::Employees), _) => PolicyScope::Employees,
            (Some(ScopeLevel::EmployeesAndCustom), _) => {
                PolicyScope::EmployeesAndCustom(self.scope.custom_fields)
            }
            (None, PolicyScope::EmployeesAndCustom(_)) if !self.scope.custom_fields.is_empty() => {
                PolicyScope::EmployeesAndCustom(self.scope.custom_fields)
            }
            (None, usual) => usual,
        };
        policy.departments = DepartmentFilter {
            include: self.departments.include.into(),
            exclude: self.departments.exclude.into(),
        };
        policy.employment_types = EmploymentFilter {
            include: self.employment_types.include,
            exclude: self.employment_types.exclude,
        };
        policy.untouchable = UntouchableRecords {
            people: self.untouchable.people.into(),
            departments: self.untouchable.departments.into(),
        };
        policy.limits = self.limits.override_limits(policy.limits);
        policy.grace_days = self.grace_days.unwrap_or(policy.grace_days);
        policy.sweep = SweepSchedule {
            every_minutes: self
                .sweep
                .every_minutes
                .unwrap_or(policy.sweep.every_minutes),
            hours: self
                .sweep
                .hours
                .iter()
                .filter_map(|hours| hours.parse().ok())
                .collect(),
        };
        policy.sweep.hours.sort_unstable();
        policy.rotation = self.rotation.unwrap_or(policy.rotation);
        policy
    }
}

impl LimitsSection {
    fn override_limits(&self, usual: GuardLimits) -> GuardLimits {
        let share = |written: Option<Percent>, usual| written.map_or(usual, |percent| percent.0);
        GuardLimits {
            removals_floor: self.removals_floor.unwrap_or(usual.removals_floor),
            removals_share: share(self.removals_percent, usual.removals_share),
            removals_share_max: share(self.removals_percent_max, usual.removals_share_max),
            blanked_share: share(self.blanked_percent, usual.blanked_share),
            changed_share: share(self.changed_percent, usual.changed_share),
            fields_floor: self.fields_floor.unwrap_or(usual.fields_floor),
        }
    }
}

impl From<IdSets> for IdsBySide {
    fn from(ids: IdSets) -> Self {
        Self {
            dingtalk: ids.dingtalk,
            ehr: ids.ehr,
        }
    }
}

impl From<&IdsBySide> for IdSets {
    fn from(sides: &IdsBySide) -> Self {
        Self {
            dingtalk: sides.dingtalk.clone(),
            ehr: sides.ehr.clone(),
        }
    }
}

impl From<&Policy> for PolicyDocument {
    /// Everything written out, so that equal policies are equal documents.
    fn from(policy: &Policy) -> Self {
        let default = policy.owners.default_side();
        let named = |kind| {
            let others = policy.owners.owned_fields(kind, default.other());
            others
                .iter()
                .map(|field| (field, default.other().into()))
                .collect()
        };
        let shared = |kind| policy.owners.shared_fields(kind).iter().collect();
        let (takes, custom_fields) = match &policy.scope {
            PolicyScope::OrganisationOnly => (ScopeLevel::Organisation, BTreeSet::new()),
            PolicyScope::Employees => (ScopeLevel::Employees, BTreeSet::new()),
            PolicyScope::EmployeesAndCustom(names) => {
                (ScopeLevel::EmployeesAndCustom, names.clone())
            }
        };
        let (marks, types, untouched) = (
            &policy.departments,
            &policy.employment_types,
            &policy.untouchable,
        );
        let limits = &policy.limits;
        Self {
            version: Some(SCHEMA_VERSION),
            preset: Some(policy.matching_preset()),
            direction: Some(policy.direction),
            scope: ScopeSection {
                takes: Some(takes),
                custom_fields,
            },
            lifecycle: Some(policy.lifecycle.into()),
            owners: OwnersSection {
                default: Some(default.into()),
                person: named(Kind::Person),
                department: named(Kind::Department),
            },
            shared: SharedSection {
                person: shared(Kind::Person),
                department: shared(Kind::Department),
            },
            departments: DepartmentsSection {
                include: (&marks.include).into(),
                exclude: (&marks.exclude).into(),
            },
            employment_types: EmploymentSection {
                include: types.include.clone(),
                exclude: types.exclude.clone(),
            },
            untouchable: UntouchableSection {
                people: (&untouched.people).into(),
                departments: (&untouched.departments).into(),
            },
            limits: LimitsSection {
                removals_floor: Some(limits.removals_floor),
                removals_percent: Some(Percent(limits.removals_share)),
                removals_percent_max: Some(Percent(limits.removals_share_max)),
                blanked_percent: Some(Percent(limits.blanked_share)),
                changed_percent: Some(Percent(limits.changed_share)),
                fields_floor: Some(limits.fields_floor),
            },
            grace_days: Some(policy.grace_days),
            sweep: SweepSection {
                every_minutes: Some(policy.sweep.every_minutes),
                hours: policy.sweep.hours.iter().map(ToString::to_string).collect(),
            },
            rotation: Some(policy.rotation),
        }
    }
}
