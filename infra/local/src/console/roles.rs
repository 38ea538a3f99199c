//! Who orders, in the desk's words, and which of the desk's actions stands for what a page wants to do.

use admin_console::desk_port::{ConsoleAction, ConsoleActor, ConsoleRole, SignInMethod};
use desk::{Actor, OrderAction, Permission, Role, SignIn, permission_of};

/// The actor of a session of the console.
pub(super) fn desk_actor(actor: &ConsoleActor) -> Actor {
    Actor {
        name: actor.member.clone(),
        person: None,
        signed_in: match actor.signed_in {
            SignInMethod::DingTalk => SignIn::DingTalk,
            SignInMethod::OneTimeLink
            | SignInMethod::AuthenticatorCode
            | SignInMethod::RecoveryCode => SignIn::Console,
        },
        roles: actor.roles.iter().map(|role| desk_role(*role)).collect(),
        departments: actor.departments.clone(),
        stepped_up_until: actor.stepped_up_until,
    }
}

fn desk_role(role: ConsoleRole) -> Role {
    match role {
        ConsoleRole::Owner => Role::Owner,
        ConsoleRole::Hr => Role::Hr,
        ConsoleRole::Auditor => Role::Auditor,
        ConsoleRole::Employee => Role::Employee,
    }
}

/// The desk's action; `None` for what nobody may do in this console.
pub(super) fn desk_action(action: ConsoleAction) -> Option<OrderAction> {
    Some(match action {
        // What these pages show about a company is what its plans show.
        ConsoleAction::ReadDashboard | ConsoleAction::ReadRuns | ConsoleAction::UseDoctor => {
            OrderAction::ListPlans
        }
        ConsoleAction::ReadQueues => OrderAction::ListConflicts,
        ConsoleAction::DecideRecords => OrderAction::ResolveConflict,
        ConsoleAction::ReleaseHolds => OrderAction::ReleaseHold,
        ConsoleAction::ReadPlans => OrderAction::ShowPlan,
        ConsoleAction::MakePlans => OrderAction::MakePlan,
        ConsoleAction::ApplyPlans => OrderAction::ApplyPlan,
        ConsoleAction::ReadPeople => OrderAction::ListPeople,
        ConsoleAction::RevealValues => OrderAction::ShowPerson,
        ConsoleAction::ReadJournal => OrderAction::ListOrders,
        ConsoleAction::PauseWrites => OrderAction::PauseWrites,
        ConsoleAction::ResumeWrites => OrderAction::ResumeWrites,
        // `up` binds, from the command line.
        ConsoleAction::ReadWizard | ConsoleAction::Bind => return None,
    })
}

/// Whether one of the actor's roles allows an action, with a second proof at the latest.
pub(super) fn may_order(actor: &Actor, action: OrderAction) -> bool {
    let allows = |role: &Role| match permission_of(*role, action) {
        Permission::Allowed | Permission::AllowedWithStepUp => actor.departments.is_none(),
        Permission::AllowedForOwnDepartments => true,
        Permission::AllowedForOwnTeam | Permission::AllowedForOwnRecord => actor.person.is_some(),
        Permission::Refused => false,
    };
    actor.roles.iter().any(allows)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use directory::{NativeId, Timestamp};

    use super::*;

    fn actor(role: ConsoleRole) -> ConsoleActor {
        ConsoleActor {
            member: "li".to_owned(),
            name: "李娜".to_owned(),
            signed_in: SignInMethod::OneTimeLink,
            roles: BTreeSet::from([role]),
            departments: None,
            stepped_up_until: None,
        }
    }

    fn may(actor: &ConsoleActor, action: ConsoleAction) -> bool {
        desk_action(action).is_some_and(|action| may_order(&desk_actor(actor), action))
    }

    #[test]
    fn menus_show_what_the_desk_allows() {
        let all = |role| ConsoleAction::ALL.map(|action| may(&actor(role), action));
        assert!(all(ConsoleRole::Employee).iter().all(|may| !may));
        let auditor = actor(ConsoleRole::Auditor);
        assert!(may(&auditor, ConsoleAction::ReadJournal));
        assert!(!may(&auditor, ConsoleAction::PauseWrites));
        assert!(!may(&actor(ConsoleRole::Hr), ConsoleAction::ReadJournal));
        assert!(may(&actor(ConsoleRole::Owner), ConsoleAction::ApplyPlans));
        assert!(!may(&actor(ConsoleRole::Owner), ConsoleAction::Bind));
    }

    #[test]
    fn hr_of_some_departments_sees_people_and_not_the_company() {
        let mut hr = actor(ConsoleRole::Hr);
        hr.departments = Some(BTreeSet::from([NativeId::new("sales").unwrap()]));
        assert!(may(&hr, ConsoleAction::ReadPeople));
        assert!(!may(&hr, ConsoleAction::ReadDashboard));
        assert!(!may(&hr, ConsoleAction::ReadPlans));
    }

    #[test]
    fn a_link_is_no_second_proof() {
        let mut owner = actor(ConsoleRole::Owner);
        assert!(!desk_actor(&owner).has_stepped_up(Timestamp(0)));
        owner.stepped_up_until = Some(Timestamp(5));
        assert!(desk_actor(&owner).has_stepped_up(Timestamp(4)));
        assert!(!desk_actor(&owner).has_stepped_up(Timestamp(5)));
    }
}
