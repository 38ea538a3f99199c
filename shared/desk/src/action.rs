//! What an order does, in one word: what roles are asked about, and what the journal names.

use std::fmt;

/// What an action leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionEffect {
    /// Something changes: the journal has who did it, and how it ended.
    Changes,
    /// Values of a person are returned as they are: the journal has who read them, and whose they are.
    ShowsValues,
    /// Nothing changes, and values are masked: the journal has nothing.
    Lists,
}

macro_rules! define_actions {
    ($($(#[$doc:meta])* $action:ident = $key:literal, $effect:ident;)*) => {
        /// What an order does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OrderAction {
            $($(#[$doc])* $action,)*
        }

        impl OrderAction {
            /// Every action, in the order of `ROLES.md`.
            pub const ALL: &'static [Self] = &[$(Self::$action),*];

            /// The spelling in the journal: add actions, never rename one.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$action => $key,)*
                }
            }

            /// What it leaves behind.
            #[must_use]
            pub const fn effect(self) -> ActionEffect {
                match self {
                    $(Self::$action => ActionEffect::$effect,)*
                }
            }
        }
    };
}

define_actions! {
    /// Read where the binding stands.
    ReadStatus = "read-status", Lists;
    /// Make a plan.
    MakePlan = "make-plan", Changes;
    /// List plans, or watch one.
    ListPlans = "list-plans", Lists;
    /// Look at the items of a plan, values masked.
    ShowPlan = "show-plan", Lists;
    /// Approve a plan.
    ApprovePlan = "approve-plan", Changes;
    /// Apply a plan, or continue it.
    ApplyPlan = "apply-plan", Changes;
    /// Stop all writes.
    PauseWrites = "pause-writes", Changes;
    /// Let writing continue.
    ResumeWrites = "resume-writes", Changes;
    /// Make plans only.
    StartShadow = "start-shadow", Changes;
    /// Leave shadow mode: changes are written.
    GoLive = "go-live", Changes;
    /// Read the active policy.
    ShowPolicy = "show-policy", Lists;
    /// Make a document the active policy.
    SetPolicy = "set-policy", Changes;
    /// Make a former version the active policy.
    RollBackPolicy = "roll-back-policy", Changes;
    /// List conflicts, values masked.
    ListConflicts = "list-conflicts", Lists;
    /// Open one conflict, both values as they are.
    ShowConflict = "show-conflict", ShowsValues;
    /// Decide a conflict.
    ResolveConflict = "resolve-conflict", Changes;
    /// Take the decision of a conflict back.
    ReopenConflict = "reopen-conflict", Changes;
    /// List holds.
    ListHolds = "list-holds", Lists;
    /// Look at one hold and the names of its records.
    ShowHold = "show-hold", Lists;
    /// Let a hold pass.
    ReleaseHold = "release-hold", Changes;
    /// Take the release of a hold back.
    TakeBackRelease = "take-back-release", Changes;
    /// List quarantined records.
    ListQuarantined = "list-quarantined", Lists;
    /// Look at one quarantined record.
    ShowQuarantined = "show-quarantined", Lists;
    /// Try a quarantined record now.
    RetryQuarantined = "retry-quarantined", Changes;
    /// List what waits.
    ListWaiting = "list-waiting", Lists;
    /// Read the last change of one field of a record.
    ExplainField = "explain-field", ShowsValues;
    /// Read the changes of a record, and the orders about it.
    ShowHistory = "show-history", ShowsValues;
    /// Read the changes of a record, values masked.
    ListChanges = "list-changes", Lists;
    /// List orders.
    ListOrders = "list-orders", Lists;
    /// Recompute the journal.
    VerifyJournal = "verify-journal", Lists;
    /// List people, values masked, or find one by name or number.
    ListPeople = "list-people", Lists;
    /// List departments, or find one.
    ListDepartments = "list-departments", Lists;
    /// Open one person, all values as they are.
    ShowPerson = "show-person", ShowsValues;
    /// Open one department.
    ShowDepartment = "show-department", Lists;
    /// Edit a person in the ledger.
    EditPerson = "edit-person", Changes;
    /// Edit a department in the ledger.
    EditDepartment = "edit-department", Changes;
    /// Read the ledger's change feed: ids only.
    ListLedgerChanges = "list-ledger-changes", Lists;
    /// Export people, all values as they are.
    ExportPeople = "export-people", ShowsValues;
}

impl fmt::Display for OrderAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
