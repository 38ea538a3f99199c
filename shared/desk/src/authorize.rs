//! The check before an order is done: the matrix, the second proof, and whose records it may be about. Pure.

use std::collections::BTreeSet;

use directory::{Field, Kind, NativeId, Reason, ReasonCode, Timestamp};
use ehr::StoredRecord;
use ehr::ledger::CompanyOnDay;

use crate::action::OrderAction;
use crate::actor::Actor;
use crate::error::OrderError;
use crate::roles::{Permission, permission_of};

/// Whose records an actor may order about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everyone's.
    Company,
    /// Those in these departments or below.
    Departments(BTreeSet<NativeId>),
    /// Those of people whose manager this person is, or whose department they head.
    Team(NativeId),
    /// This person's.
    Person(NativeId),
}

/// Whether an actor may do something now, and for whom.
///
/// # Errors
/// [`OrderError::NotAllowed`] with the reason.
pub(crate) fn authorize(
    actor: &Actor,
    action: OrderAction,
    now: Timestamp,
) -> Result<Scope, OrderError> {
    let mut refusal = ReasonCode::OrderNotAllowed;
    let mut granted = None;
    for role in &actor.roles {
        let scope = match permission_of(*role, action) {
            Permission::Refused => None,
            Permission::Allowed => company_of(actor),
            Permission::AllowedWithStepUp if actor.has_stepped_up(now) => company_of(actor),
            Permission::AllowedWithStepUp => {
                refusal = ReasonCode::OrderStepUpNeeded;
                None
            }
            Permission::AllowedForOwnDepartments => Some(match &actor.departments {
                None => Scope::Company,
                Some(departments) => Scope::Departments(departments.clone()),
            }),
            Permission::AllowedForOwnTeam => actor.person.clone().map(Scope::Team),
            Permission::AllowedForOwnRecord => actor.person.clone().map(Scope::Person),
        };
        granted = wider(granted, scope);
    }
    granted.ok_or_else(|| OrderError::NotAllowed(Reason::new(refusal).text("action", action.key())))
}

/// What is allowed for the whole company is for actors who are not limited to departments.
fn company_of(actor: &Actor) -> Option<Scope> {
    actor.departments.is_none().then_some(Scope::Company)
}

fn wider(one: Option<Scope>, other: Option<Scope>) -> Option<Scope> {
    let width = |scope: &Option<Scope>| match scope {
        None => 0,
        Some(Scope::Person(_)) => 1,
        Some(Scope::Team(_)) => 2,
        Some(Scope::Departments(_)) => 3,
        Some(Scope::Company) => 4,
    };
    if width(&other) > width(&one) {
        other
    } else {
        one
    }
}

impl Scope {
    /// Whether a record of the eHR is inside. `departments` are all departments of the company.
    pub(crate) fn covers(&self, departments: &CompanyOnDay, stored: &StoredRecord) -> bool {
        let id = &stored.record.id;
        let refers = |record: &StoredRecord, field, to: &NativeId| {
            record.record.values.refs(field).any(|id| id == to.as_str())
        };
        match self {
            Self::Company => true,
            Self::Person(person) => stored.record.kind == Kind::Person && id == person,
            Self::Team(manager) => {
                let heads = |department: &NativeId| {
                    let department = departments.departments.get(department);
                    department.is_some_and(|one| refers(one, Field::Heads, manager))
                };
                refers(stored, Field::Manager, manager) || departments_of(stored).iter().any(heads)
            }
            Self::Departments(own) => departments_of(stored)
                .iter()
                .flat_map(|department| departments.with_ancestors(department))
                .any(|department| own.contains(&department.record.id)),
        }
    }

    /// Refuses a record that is outside.
    ///
    /// # Errors
    /// [`OrderError::NotAllowed`].
    pub(crate) fn check(
        &self,
        departments: &CompanyOnDay,
        stored: Option<&StoredRecord>,
    ) -> Result<(), OrderError> {
        let is_inside = match stored {
            Some(stored) => self.covers(departments, stored),
            None => *self == Self::Company,
        };
        if is_inside {
            Ok(())
        } else {
            Err(outside_scope())
        }
    }
}

pub(crate) fn outside_scope() -> OrderError {
    OrderError::NotAllowed(Reason::new(ReasonCode::OrderOutsideScope))
}

/// The departments that a person is in; a department itself.
fn departments_of(stored: &StoredRecord) -> Vec<NativeId> {
    match stored.record.kind {
        Kind::Department => vec![stored.record.id.clone()],
        Kind::Person => {
            let departments = stored.record.values.refs(Field::Departments);
            departments
                .filter_map(|id| NativeId::new(id).ok())
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Role, SignIn};

    fn signed_in_elsewhere(roles: &[Role]) -> Actor {
        Actor {
            signed_in: SignIn::DingTalk,
            roles: roles.iter().copied().collect(),
            person: Some(NativeId::new("me").unwrap()),
            ..Actor::machine_operator("李娜")
        }
    }

    #[test]
    fn every_order_of_every_role_is_answered_as_the_matrix_says() {
        for role in Role::ALL {
            for action in OrderAction::ALL {
                let actor = signed_in_elsewhere(&[role]);
                let granted = authorize(&actor, *action, Timestamp(0));
                match permission_of(role, *action) {
                    Permission::Allowed | Permission::AllowedForOwnDepartments => {
                        assert_eq!(granted, Ok(Scope::Company));
                    }
                    Permission::AllowedForOwnTeam => {
                        assert!(matches!(granted, Ok(Scope::Team(_))));
                    }
                    Permission::AllowedForOwnRecord => {
                        assert!(matches!(granted, Ok(Scope::Person(_))));
                    }
                    Permission::AllowedWithStepUp | Permission::Refused => {
                        assert!(matches!(granted, Err(OrderError::NotAllowed(_))));
                    }
                }
            }
        }
    }

    #[test]
    fn a_second_proof_counts_until_its_end_and_is_not_needed_on_this_machine() {
        let mut owner = signed_in_elsewhere(&[Role::Owner]);
        owner.stepped_up_until = Some(Timestamp(10));
        let apply = |actor: &Actor, at| authorize(actor, OrderAction::ApplyPlan, Timestamp(at));
        assert_eq!(apply(&owner, 9), Ok(Scope::Company));
        let reason = Reason::new(ReasonCode::OrderStepUpNeeded).text("action", "apply-plan");
        assert_eq!(apply(&owner, 10), Err(OrderError::NotAllowed(reason)));
        let operator = Actor::machine_operator("li");
        assert_eq!(apply(&operator, 10), Ok(Scope::Company));
    }

    #[test]
    fn hr_of_some_departments_orders_nothing_for_the_company() {
        let mut hr = signed_in_elsewhere(&[Role::Hr]);
        let own = BTreeSet::from([NativeId::new("sales").unwrap()]);
        hr.departments = Some(own.clone());
        let granted = |action| authorize(&hr, action, Timestamp(0));
        assert_eq!(
            granted(OrderAction::EditPerson),
            Ok(Scope::Departments(own))
        );
        assert!(granted(OrderAction::MakePlan).is_err());
        assert!(granted(OrderAction::PauseWrites).is_err());
    }

    #[test]
    fn two_roles_give_the_wider_one() {
        let actor = signed_in_elsewhere(&[Role::Employee, Role::Payroll]);
        let granted = authorize(&actor, OrderAction::ShowPerson, Timestamp(0));
        assert_eq!(granted, Ok(Scope::Company));
    }
}
