//! What single values cannot show: whether the parts of the document agree.

use std::collections::BTreeSet;

use crate::field::Field;
use crate::ids::{Kind, Side};

use super::super::{Direction, Ownership, Policy, PolicyScope, Preset};
use super::fault::{Caution, Fault, Problem};
use super::spots::Spots;
use super::wire::{Document, Takes};

/// What the rules look at. What was wrong in itself is left out of `document`; `wrong` has its paths, so that nothing
/// is concluded from its absence.
pub(super) struct Rules<'t> {
    pub(super) spots: &'t Spots<'t>,
    pub(super) document: &'t Document,
    pub(super) wrong: &'t BTreeSet<String>,
    problems: Vec<Problem<Fault>>,
}

impl<'t> Rules<'t> {
    pub(super) fn new(spots: &'t Spots<'t>, document: &'t Document, wrong: &'t BTreeSet<String>) -> Self {
        Self { spots, document, wrong, problems: Vec::new() }
    }

    /// Everything that does not agree.
    pub(super) fn faults(mut self) -> Vec<Problem<Fault>> {
        self.written_out();
        self.preset();
        self.direction();
        self.owned_and_shared();
        self.in_and_out();
        self.custom_fields();
        self.limits();
        self.problems
    }

    fn add(&mut self, path: &[&str], fault: Fault) {
        self.problems.push(self.spots.problem(path, fault));
    }

    fn sound(&self, path: &str) -> bool {
        !self.wrong.contains(path)
    }

    /// The version always; without a preset of one master, the three choices that make a policy.
    fn written_out(&mut self) {
        let document = self.document;
        let mut needed = vec![("version", document.version.is_none())];
        if self.sound("preset") && self.usual().is_none() {
            needed.push(("direction", document.direction.is_none()));
            needed.push(("lifecycle", document.lifecycle.is_none()));
            needed.push(("owners.default", document.owners.default.is_none()));
        }
        for (key, missing) in needed {
            // A member that is there and wrong has its own message.
            if missing && self.sound(key) && self.sound(key.split('.').next().unwrap_or(key)) {
                self.add(&[], Fault::Missing { key });
            }
        }
    }

    /// The policy of the preset, where it has one master.
    fn usual(&self) -> Option<(Preset, Policy)> {
        let preset = self.document.preset.filter(|preset| *preset != Preset::Custom)?;
        Some((preset, Policy::preset(preset)))
    }

    fn preset(&mut self) {
        let Some((preset, usual)) = self.usual() else { return };
        let document = self.document;
        let against = Fault::AgainstPreset { preset };
        let master = usual.owners.default_side();
        if document.direction.is_some_and(|direction| direction != usual.direction) {
            self.add(&["direction"], against.clone());
        }
        if document.lifecycle.is_some_and(|side| Side::from(side) != usual.lifecycle) {
            self.add(&["lifecycle"], against.clone());
        }
        if document.owners.default.is_some_and(|side| Side::from(side) != master) {
            self.add(&["owners", "default"], against.clone());
        }
        for kind in [Kind::Person, Kind::Department] {
            for (field, _) in document.owners.named(kind).iter().filter(|(_, side)| Side::from(**side) != master) {
                self.add(&["owners", kind.key(), field.key()], against.clone());
            }
            for field in document.shared.named(kind) {
                self.add(&["shared", kind.key(), field.key()], against.clone());
            }
        }
    }

    /// A side that owns something has to be heard: the other one must be written to.
    fn direction(&mut self) {
        let Some(direction) = self.document.direction.filter(|_| self.usual().is_none()) else { return };
        let document = self.document;
        let heard = match direction {
            Direction::DingTalkToEhr => Side::DingTalk,
            Direction::EhrToDingTalk => Side::Ehr,
            Direction::Both => return,
        };
        let side = heard.other();
        if document.lifecycle.map(Side::from) == Some(side) {
            self.add(&["lifecycle"], Fault::LifecycleAgainstDirection { side, direction });
        }
        if document.owners.default.map(Side::from) == Some(side) {
            self.add(&["owners", "default"], Fault::OwnerAgainstDirection { side, direction });
        }
        for kind in [Kind::Person, Kind::Department] {
            for (field, _) in document.owners.named(kind).iter().filter(|(_, owner)| Side::from(**owner) == side) {
                self.add(&["owners", kind.key(), field.key()], Fault::OwnerAgainstDirection { side, direction });
            }
            for field in document.shared.named(kind) {
                self.add(&["shared", kind.key(), field.key()], Fault::SharedOneWay { direction });
            }
        }
    }

    fn owned_and_shared(&mut self) {
        let document = self.document;
        for kind in [Kind::Person, Kind::Department] {
            let owned = document.owners.named(kind);
            for field in document.shared.named(kind).iter().copied().filter(|field| owned.contains_key(field)) {
                self.add(&["shared", kind.key(), field.key()], Fault::OwnedAndShared { kind, field });
            }
        }
    }

    fn in_and_out(&mut self) {
        let document = self.document;
        let departments = &document.departments;
        let (include, exclude) = (&departments.include, &departments.exclude);
        let both = [
            ("dingtalk", exclude.dingtalk.intersection(&include.dingtalk)),
            ("ehr", exclude.ehr.intersection(&include.ehr)),
        ];
        for (side, id) in both.into_iter().flat_map(|(side, ids)| ids.map(move |id| (side, id))) {
            self.add(&["departments", "exclude", side, id.as_str()], Fault::IncludedAndExcluded);
        }
        let types = &document.employment_types;
        for kind in types.exclude.intersection(&types.include) {
            self.add(&["employment_types", "exclude", kind.key()], Fault::IncludedAndExcluded);
        }
    }

    fn custom_fields(&mut self) {
        let scope = &self.document.scope;
        let takes_custom = scope.takes == Some(Takes::EmployeesAndCustom);
        if takes_custom && scope.custom_fields.is_empty() && self.sound("scope.custom_fields") {
            self.add(&["scope", "takes"], Fault::NoCustomFields);
        }
        let usually = self.usual().is_some_and(|(_, usual)| matches!(usual.scope, PolicyScope::EmployeesAndCustom(_)));
        let takes_custom = takes_custom || (scope.takes.is_none() && usually);
        if !takes_custom && !scope.custom_fields.is_empty() && self.sound("scope.takes") {
            self.add(&["scope", "custom_fields"], Fault::CustomNotTaken);
        }
    }

    fn limits(&mut self) {
        let limits = &self.document.limits;
        let usual = crate::guard::Limits::default();
        let share = limits.removals_percent.map_or(usual.removals_share, |percent| percent.0);
        let most = limits.removals_percent_max.map_or(usual.removals_share_max, |percent| percent.0);
        let sound = self.sound("limits.removals_percent") && self.sound("limits.removals_percent_max");
        if share > most && sound {
            let written = if limits.removals_percent.is_some() { "removals_percent" } else { "removals_percent_max" };
            self.add(&["limits", written], Fault::LimitsCrossed);
        }
    }
}

/// What is allowed and has a price.
pub(super) fn cautions(policy: &Policy, spots: &Spots<'_>) -> Vec<Problem<Caution>> {
    let mut cautions = Vec::new();
    let mut add = |path: &[&str], caution| cautions.push(spots.problem(path, caution));
    let people = policy.scope != PolicyScope::OrganisationOnly;
    let into_dingtalk = policy.writes(Side::DingTalk);
    let mobile = policy.owner(Kind::Person, Field::Mobile);
    if people && into_dingtalk && mobile != Ownership::Owned(Side::DingTalk) {
        let named = ["owners", "person", "mobile"];
        add(if spots.has(&named) { &named } else { &[] }, Caution::MobileWaits);
    }
    for kind in [Kind::Person, Kind::Department] {
        for field in policy.owners.shared(kind).iter() {
            add(&["shared", kind.key(), field.key()], Caution::Shared { kind, field });
        }
    }
    let limits = &policy.limits;
    if limits.removals_share >= 1000 && limits.removals_share_max >= 1000 {
        add(&["limits", "removals_percent"], Caution::GuardOff);
    }
    if people && into_dingtalk && policy.lifecycle == Side::Ehr && policy.grace_days == 0 {
        add(&["grace_days"], Caution::NoGrace);
    }
    if policy.employment_types.names_kinds() {
        add(&["employment_types"], Caution::EmploymentFromRoster);
    }
    if !policy.employment_types.include.is_empty() {
        add(&["employment_types", "include"], Caution::UnknownEmploymentIsOut);
    }
    cautions
}
