//! Draws random policies.

use directory::guard::GuardLimits;
use directory::policy::{ALL_CUSTOM_FIELDS, Policy, PolicyPreset, PolicyScope, SyncDirection};
use directory::{Field, FieldSet, Kind, Side};

use crate::dice::Dice;

/// Returns a random policy: one of the presets, or both sides with owners field by field and some
/// shared fields.
#[must_use]
pub fn any_policy(dice: &mut Dice) -> Policy {
    let mut policy = match dice.below(10) {
        0..=2 => Policy::dingtalk_is_master(),
        3..=5 => Policy::from_preset(PolicyPreset::EhrIsMaster),
        _ => two_way_policy(dice),
    };
    if dice.chance(700) {
        policy.scope = PolicyScope::EmployeesAndCustom([ALL_CUSTOM_FIELDS.to_owned()].into());
    }
    if dice.chance(30) {
        policy.scope = PolicyScope::OrganisationOnly;
    }
    policy.grace_days = u16::try_from(dice.below(3)).unwrap_or(0);
    if dice.chance(300) {
        policy.limits = GuardLimits {
            removals_floor: 2,
            fields_floor: 2,
            ..GuardLimits::default()
        };
    } else if dice.chance(500) {
        // The share alone would hold nearly every removal in companies as small as these.
        policy.limits.removals_share_max = 1001;
    }
    policy
}

/// Returns a random policy that writes both sides.
fn two_way_policy(dice: &mut Dice) -> Policy {
    let mut policy = Policy::from_preset(PolicyPreset::Custom);
    policy.direction = SyncDirection::Both;
    policy.lifecycle = if dice.chance(500) {
        Side::DingTalk
    } else {
        Side::Ehr
    };
    let shares = dice.chance(350);
    for kind in [Kind::Person, Kind::Department] {
        for field in FieldSet::of_kind(kind).iter() {
            let side = if dice.chance(500) {
                Side::DingTalk
            } else {
                Side::Ehr
            };
            policy.owners.assign_field(kind, field, side);
            // The parent of a department follows the owner of the department tree.
            if matches!(field, Field::Parent) {
                policy.owners.assign_field(kind, field, policy.lifecycle);
            } else if shares && is_sharable(field) && dice.chance(250) {
                policy.owners.share_field(kind, field);
            }
        }
    }
    policy
}

/// Whether a policy may share the field here. A field that only one side can write has an owner.
fn is_sharable(field: Field) -> bool {
    !matches!(
        field,
        Field::Mobile
            | Field::MainDepartment
            | Field::Leads
            | Field::SourceIdentifier
            | Field::Heads
    )
}
