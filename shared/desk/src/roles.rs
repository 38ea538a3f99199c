//! The matrix: which role may do what. Total: a new role or action does not compile without its cells.

use crate::action::OrderAction as Action;
use crate::actor::Role;

/// What one role may do with one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// For the whole company.
    Allowed,
    /// For the whole company, after a second proof (TOTP) unless the actor signed in on this machine.
    AllowedWithStepUp,
    /// For the departments that the actor acts for, those below included; for everyone if the actor is not limited.
    AllowedForOwnDepartments,
    /// For people whose manager the actor is, or whose department the actor heads.
    AllowedForOwnTeam,
    /// For the actor's own record.
    AllowedForOwnRecord,
    /// Not at all.
    Refused,
}

impl Permission {
    /// The cell of `ROLES.md`.
    #[must_use]
    pub fn cell(self) -> &'static str {
        match self {
            Self::Allowed => "yes",
            Self::AllowedWithStepUp => "with code",
            Self::AllowedForOwnDepartments => "own departments",
            Self::AllowedForOwnTeam => "own team",
            Self::AllowedForOwnRecord => "own record",
            Self::Refused => "–",
        }
    }
}

/// What a role may do with an action.
#[must_use]
pub fn permission_of(role: Role, action: Action) -> Permission {
    match role {
        Role::Owner => of_owner(action),
        Role::Hr => of_hr(action),
        Role::Payroll => of_payroll(action),
        Role::Manager => of_manager(action),
        Role::Auditor => of_auditor(action),
        Role::Employee => of_employee(action),
    }
}

fn of_owner(action: Action) -> Permission {
    use Permission::{Allowed, AllowedWithStepUp};
    match action {
        Action::ApplyPlan
        | Action::ResumeWrites
        | Action::GoLive
        | Action::SetPolicy
        | Action::RollBackPolicy
        | Action::ReleaseHold => AllowedWithStepUp,
        Action::ReadStatus
        | Action::MakePlan
        | Action::ListPlans
        | Action::ShowPlan
        | Action::ApprovePlan
        | Action::PauseWrites
        | Action::StartShadow
        | Action::ShowPolicy
        | Action::ListConflicts
        | Action::ShowConflict
        | Action::ResolveConflict
        | Action::ReopenConflict
        | Action::ListHolds
        | Action::ShowHold
        | Action::TakeBackRelease
        | Action::ListQuarantined
        | Action::ShowQuarantined
        | Action::RetryQuarantined
        | Action::ListWaiting
        | Action::ExplainField
        | Action::ShowHistory
        | Action::ListChanges
        | Action::ListOrders
        | Action::VerifyJournal
        | Action::ListPeople
        | Action::ListDepartments
        | Action::ShowPerson
        | Action::ShowDepartment
        | Action::EditPerson
        | Action::EditDepartment
        | Action::ListLedgerChanges
        | Action::ExportPeople => Allowed,
    }
}

fn of_hr(action: Action) -> Permission {
    use Permission::{Allowed, AllowedForOwnDepartments, AllowedWithStepUp, Refused};
    match action {
        Action::ApplyPlan | Action::ResumeWrites | Action::ReleaseHold => AllowedWithStepUp,
        Action::ReadStatus
        | Action::MakePlan
        | Action::ListPlans
        | Action::ShowPlan
        | Action::ApprovePlan
        | Action::PauseWrites
        | Action::ShowPolicy
        | Action::ListHolds
        | Action::ShowHold
        | Action::TakeBackRelease
        | Action::ListLedgerChanges => Allowed,
        Action::ListConflicts
        | Action::ShowConflict
        | Action::ResolveConflict
        | Action::ReopenConflict
        | Action::ListQuarantined
        | Action::ShowQuarantined
        | Action::RetryQuarantined
        | Action::ListWaiting
        | Action::ExplainField
        | Action::ShowHistory
        | Action::ListChanges
        | Action::ListPeople
        | Action::ListDepartments
        | Action::ShowPerson
        | Action::ShowDepartment
        | Action::EditPerson
        | Action::EditDepartment
        | Action::ExportPeople => AllowedForOwnDepartments,
        Action::StartShadow
        | Action::GoLive
        | Action::SetPolicy
        | Action::RollBackPolicy
        | Action::ListOrders
        | Action::VerifyJournal => Refused,
    }
}

fn of_auditor(action: Action) -> Permission {
    match action {
        Action::ReadStatus
        | Action::ListPlans
        | Action::ShowPlan
        | Action::ShowPolicy
        | Action::ListConflicts
        | Action::ShowConflict
        | Action::ListHolds
        | Action::ShowHold
        | Action::ListQuarantined
        | Action::ShowQuarantined
        | Action::ListWaiting
        | Action::ExplainField
        | Action::ShowHistory
        | Action::ListChanges
        | Action::ListOrders
        | Action::VerifyJournal
        | Action::ListPeople
        | Action::ListDepartments
        | Action::ShowPerson
        | Action::ShowDepartment
        | Action::ListLedgerChanges => Permission::Allowed,
        Action::MakePlan
        | Action::ApprovePlan
        | Action::ApplyPlan
        | Action::PauseWrites
        | Action::ResumeWrites
        | Action::StartShadow
        | Action::GoLive
        | Action::SetPolicy
        | Action::RollBackPolicy
        | Action::ResolveConflict
        | Action::ReopenConflict
        | Action::ReleaseHold
        | Action::TakeBackRelease
        | Action::RetryQuarantined
        | Action::EditPerson
        | Action::EditDepartment
        | Action::ExportPeople => Permission::Refused,
    }
}

fn of_payroll(action: Action) -> Permission {
    reader(action, Permission::Allowed, Permission::Allowed)
}

fn of_manager(action: Action) -> Permission {
    reader(action, Permission::AllowedForOwnTeam, Permission::Allowed)
}

fn of_employee(action: Action) -> Permission {
    match reader(action, Permission::AllowedForOwnRecord, Permission::Refused) {
        // There is nothing to be listed about oneself.
        _ if action == Action::ListPeople => Permission::Refused,
        permission => permission,
    }
}

/// Roles that read people, and departments, and nothing else.
fn reader(action: Action, people: Permission, departments: Permission) -> Permission {
    match action {
        Action::ListPeople | Action::ShowPerson => people,
        Action::ListDepartments | Action::ShowDepartment => departments,
        Action::ReadStatus
        | Action::MakePlan
        | Action::ListPlans
        | Action::ShowPlan
        | Action::ApprovePlan
        | Action::ApplyPlan
        | Action::PauseWrites
        | Action::ResumeWrites
        | Action::StartShadow
        | Action::GoLive
        | Action::ShowPolicy
        | Action::SetPolicy
        | Action::RollBackPolicy
        | Action::ListConflicts
        | Action::ShowConflict
        | Action::ResolveConflict
        | Action::ReopenConflict
        | Action::ListHolds
        | Action::ShowHold
        | Action::ReleaseHold
        | Action::TakeBackRelease
        | Action::ListQuarantined
        | Action::ShowQuarantined
        | Action::RetryQuarantined
        | Action::ListWaiting
        | Action::ExplainField
        | Action::ShowHistory
        | Action::ListChanges
        | Action::ListOrders
        | Action::VerifyJournal
        | Action::EditPerson
        | Action::EditDepartment
        | Action::ListLedgerChanges
        | Action::ExportPeople => Permission::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../ROLES.md");

    /// The rows of the table in `ROLES.md`, as they have to be.
    fn table() -> String {
        let mut lines = String::new();
        for action in Action::ALL {
            lines += &format!("| `{action}` |");
            for role in Role::ALL {
                lines += &format!(" {} |", permission_of(role, *action).cell());
            }
            lines.push('\n');
        }
        lines
    }

    #[test]
    fn the_table_for_people_says_what_the_matrix_says() {
        let rows: String = TABLE
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(
            rows,
            table(),
            "put these rows into shared/desk/ROLES.md:\n{}",
            table()
        );
    }

    #[test]
    fn the_auditor_changes_nothing_and_sees_every_list() {
        for action in Action::ALL {
            let permission = permission_of(Role::Auditor, *action);
            if action.effect() == crate::action::ActionEffect::Changes {
                assert_eq!(permission, Permission::Refused, "{action}");
            } else if *action != Action::ExportPeople {
                assert_eq!(permission, Permission::Allowed, "{action}");
            }
        }
    }

    #[test]
    fn the_owner_may_order_everything() {
        for action in Action::ALL {
            assert_ne!(
                permission_of(Role::Owner, *action),
                Permission::Refused,
                "{action}"
            );
        }
    }
}
