//! Document to policy, and back in full.

use std::collections::BTreeSet;

use crate::guard::Limits;
use crate::ids::Kind;

use super::super::{Departments, EmploymentTypes, Policy, PolicyScope, Preset, Sides, Sweep, Untouchable};
use super::VERSION;
use super::wire::{Document, IdSets, Marks, Owners, Percent, Scope, Shared, Shares, Takes, Types, Untouched, When};

impl Document {
    /// The policy that it asks for, where nothing is wrong with it; what is not written is as the preset has it.
    pub(super) fn policy(self) -> Policy {
        let mut policy = Policy::preset(self.preset.unwrap_or(Preset::Custom));
        policy.direction = self.direction.unwrap_or(policy.direction);
        policy.lifecycle = self.lifecycle.map_or(policy.lifecycle, Into::into);
        let default = self.owners.default.map_or(policy.owners.default_side(), Into::into);
        policy.owners = super::super::Owners::all(default);
        for kind in [Kind::Person, Kind::Department] {
            self.owners.named(kind).iter().for_each(|(field, side)| policy.owners.give(kind, *field, (*side).into()));
            self.shared.named(kind).iter().for_each(|field| policy.owners.share(kind, *field));
        }
        policy.scope = match (self.scope.takes, policy.scope) {
            (Some(Takes::Organisation), _) => PolicyScope::OrganisationOnly,
            (Some(Takes::Employees), _) => PolicyScope::Employees,
            (Some(Takes::EmployeesAndCustom), _) => PolicyScope::EmployeesAndCustom(self.scope.custom_fields),
            (None, PolicyScope::EmployeesAndCustom(_)) if !self.scope.custom_fields.is_empty() => {
                PolicyScope::EmployeesAndCustom(self.scope.custom_fields)
            }
            (None, usual) => usual,
        };
        policy.departments =
            Departments { include: self.departments.include.into(), exclude: self.departments.exclude.into() };
        policy.employment_types =
            EmploymentTypes { include: self.employment_types.include, exclude: self.employment_types.exclude };
        policy.untouchable =
            Untouchable { people: self.untouchable.people.into(), departments: self.untouchable.departments.into() };
        policy.limits = self.limits.over(policy.limits);
        policy.grace_days = self.grace_days.unwrap_or(policy.grace_days);
        policy.sweep = Sweep {
            every_minutes: self.sweep.every_minutes.unwrap_or(policy.sweep.every_minutes),
            hours: self.sweep.hours.iter().filter_map(|hours| hours.parse().ok()).collect(),
        };
        policy.sweep.hours.sort_unstable();
        policy.rotation = self.rotation.unwrap_or(policy.rotation);
        policy
    }
}

impl Shares {
    fn over(&self, usual: Limits) -> Limits {
        let share = |written: Option<Percent>, usual| written.map_or(usual, |percent| percent.0);
        Limits {
            removals_floor: self.removals_floor.unwrap_or(usual.removals_floor),
            removals_share: share(self.removals_percent, usual.removals_share),
            removals_share_max: share(self.removals_percent_max, usual.removals_share_max),
            blanked_share: share(self.blanked_percent, usual.blanked_share),
            changed_share: share(self.changed_percent, usual.changed_share),
            fields_floor: self.fields_floor.unwrap_or(usual.fields_floor),
        }
    }
}

impl From<IdSets> for Sides {
    fn from(ids: IdSets) -> Self {
        Self { dingtalk: ids.dingtalk, ehr: ids.ehr }
    }
}

impl From<&Sides> for IdSets {
    fn from(sides: &Sides) -> Self {
        Self { dingtalk: sides.dingtalk.clone(), ehr: sides.ehr.clone() }
    }
}

impl From<&Policy> for Document {
    /// Everything written out, so that equal policies are equal documents.
    fn from(policy: &Policy) -> Self {
        let default = policy.owners.default_side();
        let named = |kind| {
            let others = policy.owners.owned(kind, default.other());
            others.iter().map(|field| (field, default.other().into())).collect()
        };
        let shared = |kind| policy.owners.shared(kind).iter().collect();
        let (takes, custom_fields) = match &policy.scope {
            PolicyScope::OrganisationOnly => (Takes::Organisation, BTreeSet::new()),
            PolicyScope::Employees => (Takes::Employees, BTreeSet::new()),
            PolicyScope::EmployeesAndCustom(names) => (Takes::EmployeesAndCustom, names.clone()),
        };
        let (marks, types, untouched) = (&policy.departments, &policy.employment_types, &policy.untouchable);
        let limits = &policy.limits;
        Self {
            version: Some(VERSION),
            preset: Some(policy.amounts_to()),
            direction: Some(policy.direction),
            scope: Scope { takes: Some(takes), custom_fields },
            lifecycle: Some(policy.lifecycle.into()),
            owners: Owners {
                default: Some(default.into()),
                person: named(Kind::Person),
                department: named(Kind::Department),
            },
            shared: Shared { person: shared(Kind::Person), department: shared(Kind::Department) },
            departments: Marks { include: (&marks.include).into(), exclude: (&marks.exclude).into() },
            employment_types: Types { include: types.include.clone(), exclude: types.exclude.clone() },
            untouchable: Untouched { people: (&untouched.people).into(), departments: (&untouched.departments).into() },
            limits: Shares {
                removals_floor: Some(limits.removals_floor),
                removals_percent: Some(Percent(limits.removals_share)),
                removals_percent_max: Some(Percent(limits.removals_share_max)),
                blanked_percent: Some(Percent(limits.blanked_share)),
                changed_percent: Some(Percent(limits.changed_share)),
                fields_floor: Some(limits.fields_floor),
            },
            grace_days: Some(policy.grace_days),
            sweep: When {
                every_minutes: Some(policy.sweep.every_minutes),
                hours: policy.sweep.hours.iter().map(ToString::to_string).collect(),
            },
            rotation: Some(policy.rotation),
        }
    }
}
