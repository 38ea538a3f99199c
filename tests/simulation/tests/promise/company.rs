//! The company of these histories, and what people do to it.

use directory::guard::GuardLimits;
use directory::policy::{Policy, PolicyPreset};
use directory::{Kind, NativeId, Side};
use simulation::company::InitialSize;
use simulation::scripted::Scripted;
use simulation::world::WorldState;

pub(crate) const SMALL: InitialSize = InitialSize {
    people: 8,
    departments: 4,
};

/// 60 people: five removals a day, and 25 departments.
pub(crate) const LARGE: InitialSize = InitialSize {
    people: 60,
    departments: 25,
};

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Nobody waits for the end of a grace period.
pub(crate) fn policy_without_grace(preset: PolicyPreset) -> Policy {
    Policy {
        grace_days: 0,
        ..Policy::from_preset(preset)
    }
}

/// Fields may change as they like; removals are limited as usual.
pub(crate) fn policy_with_free_fields(preset: PolicyPreset) -> Policy {
    Policy {
        limits: GuardLimits {
            blanked_share: 1000,
            changed_share: 1000,
            fields_floor: 1000,
            ..GuardLimits::default()
        },
        ..policy_without_grace(preset)
    }
}

pub(crate) fn bound_company(policy: Policy, size: InitialSize) -> Scripted {
    let mut history = Scripted::new(1, policy, size, &[]);
    // Whoever the eHR brings to DingTalk is there, and referred to.
    history.advance_time(HOUR_MS);
    history.run_undisturbed_sweep();
    history.edit_world(|state| state.wakes.clear());
    history
}

/// Active records of the eHR, by number.
pub(crate) fn ehr_records(state: &WorldState, kind: Kind) -> Vec<(u32, NativeId)> {
    let of_kind = state
        .ehr
        .all()
        .filter(|stored| stored.record.kind == kind && stored.record.active);
    let mut all: Vec<_> = of_kind
        .filter_map(|stored| {
            let id = &stored.record.id;
            Some((state.oracle.number_of(Side::Ehr, kind, id)?, id.clone()))
        })
        .collect();
    all.sort_unstable();
    all
}

pub(crate) fn in_ehr(state: &WorldState, kind: Kind, number: u32) -> NativeId {
    let all = ehr_records(state, kind);
    let found = all.into_iter().find(|(of, _)| *of == number);
    found.expect("it is in the eHR").1
}

pub(crate) fn accounts(state: &WorldState) -> usize {
    state.dingtalk.company().people.len()
}

/// Employees whom no rule protects, the last ones.
pub(crate) fn leavers(state: &WorldState, count: usize) -> Vec<NativeId> {
    let people = ehr_records(state, Kind::Person);
    let ordinary = people.into_iter().filter(|(number, _)| *number > 1);
    ordinary.rev().take(count).map(|(_, id)| id).collect()
}

pub(crate) fn leave_in_ehr(history: &mut Scripted, id: &NativeId) {
    history.edit_world(|state| {
        state.hr_scripted("leaves", |state| {
            state
                .ehr
                .edit(Kind::Person, id, |record| record.active = false);
        });
    });
}

pub(crate) fn delete_in_ehr(history: &mut Scripted, id: &NativeId) {
    history.edit_world(|state| {
        state.hr_scripted("deleted", |state| state.ehr.delete(Kind::Person, id));
        if let Some(number) = state.oracle.number_of(Side::Ehr, Kind::Person, id) {
            state.oracle.deleted.insert((Kind::Person, number));
        }
    });
}

pub(crate) fn look(history: &mut Scripted, side: Side, kind: Kind, id: &NativeId) {
    history.begin_look(side, kind, id.clone());
    history.run_to_end();
}

/// A complete sweep, a while later.
pub(crate) fn sweep_after(history: &mut Scripted, hours: i64) {
    history.advance_time(hours * HOUR_MS);
    history.run_undisturbed_sweep();
}
