//! What single values cannot show: whether the parts of the document agree.

use std::collections::BTreeSet;

use crate::field::Field;
use crate::ids::{Kind, Side};

use super::super::{Ownership, Policy, PolicyPreset, PolicyScope, SyncDirection};
use super::fault::{DocumentProblem, PolicyCaution, PolicyFault};
use super::positions::DocumentPositions;
use super::wire::{PolicyDocument, ScopeLevel};

/// What the rules look at. What was wrong in itself is left out of `document`; `wrong` has its paths, so that nothing
/// is concluded from its absence.
pub(super) struct PolicyRules<'t> {
    pub(super) spots: &'t DocumentPositions<'t>,
    pub(super) document: &'t PolicyDocument,
    pub(super) wrong: &'t BTreeSet<String>,
    problems: Vec<DocumentProblem<PolicyFault>>,
}

impl<'t> PolicyRules<'t> {
    pub(super) fn new(
        spots: &'t DocumentPositions<'t>,
        document: &'t PolicyDocument,
        wrong: &'t BTreeSet<String>,
    ) -> Self {
        Self {
            spots,
            document,
            wrong,
            problems: Vec::new(),
        }
    }

    /// Everything that does not agree.
    pub(super) fn find_faults(mut self) -> Vec<DocumentProblem<PolicyFault>> {
        self.check_required();
        self.check_preset();
        self.check_direction();
        self.check_owned_and_shared();
        self.check_included_and_excluded();
        self.check_custom_fields();
        self.check_limits();
        self.problems
    }

    fn add_fault(&mut self, path: &[&str], fault: PolicyFault) {
        self.problems.push(self.spots.problem_at(path, fault));
    }

    fn is_sound(&self, path: &str) -> bool {
        !self.wrong.contains(path)
    }

    /// The version always; without a preset of one master, the three choices that make a policy.
    fn check_required(&mut self) {
        let document = self.document;
        let mut needed = vec![("version", document.version.is_none())];
        if self.is_sound("preset") && self.preset_policy().is_none() {
            needed.push(("direction", document.direction.is_none()));
            needed.push(("lifecycle", document.lifecycle.is_none()));
            needed.push(("owners.default", document.owners.default.is_none()));
        }
        for (key, missing) in needed {
            // A member that is there and wrong has its own message.
            if missing && self.is_sound(key) && self.is_sound(key.split('.').next().unwrap_or(key))
            {
                self.add_fault(&[], PolicyFault::Missing { key });
            }
        }
    }

    /// The policy of the preset, where it has one master.
    fn preset_policy(&self) -> Option<(PolicyPreset, Policy)> {
        let preset = self
            .document
            .preset
            .filter(|preset| *preset != PolicyPreset::Custom)?;
        Some((preset, Policy::from_preset(preset)))
    }

    fn check_preset(&mut self) {
        let Some((preset, usual)) = self.preset_policy() else {
            return;
        };
        let document = self.document;
        let against = PolicyFault::AgainstPreset { preset };
        let master = usual.owners.default_side();
        if document
            .direction
            .is_some_and(|direction| direction != usual.direction)
        {
            self.add_fault(&["direction"], against.clone());
        }
        if document
            .lifecycle
            .is_some_and(|side| Side::from(side) != usual.lifecycle)
        {
            self.add_fault(&["lifecycle"], against.clone());
        }
        if document
            .owners
            .default
            .is_some_and(|side| Side::from(side) != master)
        {
            self.add_fault(&["owners", "default"], against.clone());
        }
        for kind in [Kind::Person, Kind::Department] {
            for (field, _) in document
                .owners
                .named_owners(kind)
                .iter()
                .filter(|(_, side)| Side::from(**side) != master)
            {
                self.add_fault(&["owners", kind.key(), field.key()], against.clone());
            }
            for field in document.shared.named_fields(kind) {
                self.add_fault(&["shared", kind.key(), field.key()], against.clone());
            }
        }
    }

    /// A side that owns something has to be heard: the other one must be written to.
    fn check_direction(&mut self) {
        let Some(direction) = self
            .document
            .direction
            .filter(|_| self.preset_policy().is_none())
        else {
            return;
        };
        let document = self.document;
        let heard = match direction {
            SyncDirection::DingTalkToEhr => Side::DingTalk,
            SyncDirection::EhrToDingTalk => Side::Ehr,
            SyncDirection::Both => return,
        };
        let side = heard.other();
        if document.lifecycle.map(Side::from) == Some(side) {
            self.add_fault(
                &["lifecycle"],
                PolicyFault::LifecycleAgainstDirection { side, direction },
            );
        }
        if document.owners.default.map(Side::from) == Some(side) {
            self.add_fault(
                &["owners", "default"],
                PolicyFault::OwnerAgainstDirection { side, direction },
            );
        }
        for kind in [Kind::Person, Kind::Department] {
            for (field, _) in document
                .owners
                .named_owners(kind)
                .iter()
                .filter(|(_, owner)| Side::from(**owner) == side)
            {
                self.add_fault(
                    &["owners", kind.key(), field.key()],
                    PolicyFault::OwnerAgainstDirection { side, direction },
                );
            }
            for field in document.shared.named_fields(kind) {
                self.add_fault(
                    &["shared", kind.key(), field.key()],
                    PolicyFault::SharedOneWay { direction },
                );
            }
        }
    }

    fn check_owned_and_shared(&mut self) {
        let document = self.document;
        for kind in [Kind::Person, Kind::Department] {
            let owned = document.owners.named_owners(kind);
            for field in document
                .shared
                .named_fields(kind)
                .iter()
                .copied()
                .filter(|field| owned.contains_key(field))
            {
                self.add_fault(
                    &["shared", kind.key(), field.key()],
                    PolicyFault::OwnedAndShared { kind, field },
                );
            }
        }
    }

    fn check_included_and_excluded(&mut self) {
        let document = self.document;
        let departments = &document.departments;
        let (include, exclude) = (&departments.include, &departments.exclude);
        let both = [
            ("dingtalk", exclude.dingtalk.intersection(&include.dingtalk)),
            ("ehr", exclude.ehr.intersection(&include.ehr)),
        ];
        for (side, id) in both
            .into_iter()
            .flat_map(|(side, ids)| ids.map(move |id| (side, id)))
        {
            self.add_fault(
                &["departments", "exclude", side, id.as_str()],
                PolicyFault::IncludedAndExcluded,
            );
        }
        let types = &document.employment_types;
        for kind in types.exclude.intersection(&types.include) {
            self.add_fault(
                &["employment_types", "exclude", kind.key()],
                PolicyFault::IncludedAndExcluded,
            );
        }
    }

    fn check_custom_fields(&mut self) {
        let scope = &self.document.scope;
        let takes_custom = scope.takes == Some(ScopeLevel::EmployeesAndCustom);
        if takes_custom && scope.custom_fields.is_empty() && self.is_sound("scope.custom_fields") {
            self.add_fault(&["scope", "takes"], PolicyFault::NoCustomFields);
        }
        let usually = self
            .preset_policy()
            .is_some_and(|(_, usual)| matches!(usual.scope, PolicyScope::EmployeesAndCustom(_)));
        let takes_custom = takes_custom || (scope.takes.is_none() && usually);
        if !takes_custom && !scope.custom_fields.is_empty() && self.is_sound("scope.takes") {
            self.add_fault(&["scope", "custom_fields"], PolicyFault::CustomNotTaken);
        }
    }

    fn check_limits(&mut self) {
        let limits = &self.document.limits;
        let usual = crate::guard::GuardLimits::default();
        let share = limits
            .removals_percent
            .map_or(usual.removals_share, |percent| percent.0);
        let most = limits
            .removals_percent_max
            .map_or(usual.removals_share_max, |percent| percent.0);
        let sound = self.is_sound("limits.removals_percent")
            && self.is_sound("limits.removals_percent_max");
        if share > most && sound {
            let written = if limits.removals_percent.is_some() {
                "removals_percent"
            } else {
                "removals_percent_max"
            };
            self.add_fault(&["limits", written], PolicyFault::LimitsCrossed);
        }
    }
}

/// What is allowed and has a price.
pub(super) fn find_cautions(
    policy: &Policy,
    spots: &DocumentPositions<'_>,
) -> Vec<DocumentProblem<PolicyCaution>> {
    let mut cautions = Vec::new();
    let mut add = |path: &[&str], caution| cautions.push(spots.problem_at(path, caution));
    let people = policy.scope != PolicyScope::OrganisationOnly;
    let into_dingtalk = policy.may_write(Side::DingTalk);
    let mobile = policy.field_owner(Kind::Person, Field::Mobile);
    if people && into_dingtalk && mobile != Ownership::Owned(Side::DingTalk) {
        let named = ["owners", "person", "mobile"];
        add(
            if spots.has_path(&named) { &named } else { &[] },
            PolicyCaution::MobileWaits,
        );
    }
    for kind in [Kind::Person, Kind::Department] {
        for field in policy.owners.shared_fields(kind).iter() {
            add(
                &["shared", kind.key(), field.key()],
                PolicyCaution::Shared { kind, field },
            );
        }
    }
    let limits = &policy.limits;
    if limits.removals_share >= 1000 && limits.removals_share_max >= 1000 {
        add(&["limits", "removals_percent"], PolicyCaution::GuardOff);
    }
    if people && into_dingtalk && policy.lifecycle == Side::Ehr && policy.grace_days == 0 {
        add(&["grace_days"], PolicyCaution::NoGrace);
    }
    if policy.employment_types.names_kinds() {
        add(&["employment_types"], PolicyCaution::EmploymentFromRoster);
    }
    if !policy.employment_types.include.is_empty() {
        add(
            &["employment_types", "include"],
            PolicyCaution::UnknownEmploymentIsOut,
        );
    }
    cautions
}
