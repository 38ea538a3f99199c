//! Who decides what, by chance.

use directory::guard::Limits;
use directory::policy::{ALL_CUSTOM, Direction, Policy, PolicyScope, Preset};
use directory::{Field, FieldSet, Kind, Side};

use crate::dice::Dice;

/// A policy of any sort: one of the presets, or both sides with owners field by field, some fields shared.
#[must_use]
pub fn any(dice: &mut Dice) -> Policy {
    let mut policy = match dice.below(10) {
        0..=2 => Policy::dingtalk_is_master(),
        3..=5 => Policy::preset(Preset::EhrIsMaster),
        _ => split(dice),
    };
    if dice.chance(700) {
        policy.scope = PolicyScope::EmployeesAndCustom([ALL_CUSTOM.to_owned()].into());
    }
    if dice.chance(30) {
        policy.scope = PolicyScope::OrganisationOnly;
    }
    policy.grace_days = u16::try_from(dice.below(3)).unwrap_or(0);
    if dice.chance(300) {
        policy.limits = Limits { removals_floor: 2, fields_floor: 2, ..Limits::default() };
    }
    policy
}

/// Both sides are written.
fn split(dice: &mut Dice) -> Policy {
    let mut policy = Policy::preset(Preset::Custom);
    policy.direction = Direction::Both;
    policy.lifecycle = if dice.chance(500) { Side::DingTalk } else { Side::Ehr };
    let shares = dice.chance(350);
    for kind in [Kind::Person, Kind::Department] {
        for field in FieldSet::of_kind(kind).iter() {
            let side = if dice.chance(500) { Side::DingTalk } else { Side::Ehr };
            policy.owners.give(kind, field, side);
            // Where somebody stands in the tree follows who decides the tree.
            if matches!(field, Field::Parent) {
                policy.owners.give(kind, field, policy.lifecycle);
            } else if shares && sharable(field) && dice.chance(250) {
                policy.owners.share(kind, field);
            }
        }
    }
    policy
}

/// Fields that a policy may share here: what only one side can write has an owner.
fn sharable(field: Field) -> bool {
    !matches!(field, Field::Mobile | Field::MainDepartment | Field::Leads | Field::SourceIdentifier | Field::Heads)
}
