//! The canonical text of a policy, and its hash.

use proptest::prelude::*;

use super::*;
use crate::ids::{NativeId, Side};
use crate::policy::{EmploymentType, IdsBySide, SyncDirection};

fn ids() -> impl Strategy<Value = IdsBySide> {
    let set = || proptest::collection::btree_set("[a-z0-9]{1,6}", 0..3);
    (set(), set()).prop_map(|(dingtalk, ehr)| {
        let native =
            |ids: BTreeSet<String>| ids.iter().map(|id| NativeId::new(id).unwrap()).collect();
        IdsBySide {
            dingtalk: native(dingtalk),
            ehr: native(ehr),
        }
    })
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::DingTalk), Just(Side::Ehr)]
}

fn policies() -> impl Strategy<Value = Policy> {
    let owners = proptest::collection::btree_map(0usize..20, proptest::option::of(side()), 0..8);
    let numbers = (
        0u64..=1000,
        0u64..=1000,
        0u16..=365,
        1u8..=100,
        15u32..=10_080,
    );
    let people = (0usize..3, proptest::collection::btree_set(0usize..6, 0..3));
    (side(), side(), owners, ids(), ids(), numbers, people).prop_map(
        |(default, lifecycle, owners, marks, untouched, numbers, (scope, out))| {
            let mut policy = Policy::from_preset(PolicyPreset::Custom);
            policy.direction = SyncDirection::Both;
            (policy.lifecycle, policy.owners) =
                (lifecycle, crate::policy::FieldOwners::all(default));
            for (at, owner) in owners {
                let field = Field::ALL[at];
                for kind in [Kind::Person, Kind::Department] {
                    match owner {
                        _ if !FieldSet::of_kind(kind).contains(field) => {}
                        Some(side) => policy.owners.assign_field(kind, field, side),
                        None => policy.owners.share_field(kind, field),
                    }
                }
            }
            policy.scope = match scope {
                0 => PolicyScope::OrganisationOnly,
                1 => PolicyScope::Employees,
                _ => {
                    PolicyScope::EmployeesAndCustom(["工牌号".to_owned(), "a b".to_owned()].into())
                }
            };
            policy.departments.exclude = marks;
            policy.untouchable.people = untouched;
            policy.employment_types.exclude =
                out.into_iter().map(|at| EmploymentType::ALL[at]).collect();
            policy.limits.removals_share = numbers.0.min(numbers.1);
            policy.limits.removals_share_max = numbers.0.max(numbers.1);
            (
                policy.grace_days,
                policy.rotation,
                policy.sweep.every_minutes,
            ) = (numbers.2, numbers.3, numbers.4);
            policy.sweep.hours = vec!["22:00-06:00".parse().unwrap()];
            policy
        },
    )
}

proptest! {
    #[test]
    fn a_policy_is_read_back_from_its_canonical_text(policy in policies()) {
        let again = read_document(&policy.canonical_text()).unwrap().policy;
        prop_assert_eq!(&again, &policy);
        prop_assert_eq!(again.policy_hash(), policy.policy_hash());
        prop_assert_eq!(read_document(&policy.pretty_text()).unwrap().policy, policy);
    }

    #[test]
    fn reading_any_text_does_not_panic(text in "[\\[\\]{}\",:a-z0-9 ]{0,60}") {
        if let Err(refused) = read_document(&text) { prop_assert!(!refused.problems.is_empty()); }
    }

    #[test]
    fn other_owners_give_another_hash(policy in policies(), at in 0usize..20) {
        let field = Field::ALL[at];
        prop_assume!(FieldSet::PERSON.contains(field));
        let mut other = policy.clone();
        let owner = policy.field_owner(Kind::Person, field).side_or(Side::Ehr);
        other.owners.assign_field(Kind::Person, field, owner.other());
        prop_assert_ne!(policy.policy_hash(), other.policy_hash());
    }
}

#[test]
fn the_policy_hash_matches_the_known_value() {
    // A changed canonical form makes every stored plan look as if its policy had changed: raise VERSION with it.
    assert_eq!(
        Policy::dingtalk_is_master().canonical_text(),
        include_str!("../canonical.json").trim_end()
    );
}
