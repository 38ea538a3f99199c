//! Who orders: a name, how they signed in, their roles, and for which departments.

use std::collections::BTreeSet;

use directory::{NativeId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a person may do in general; the table is in `ROLES.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers for the binding: may order everything.
    Owner,
    /// HR of the whole company, or of some departments.
    Hr,
    /// Payroll: reads people.
    Payroll,
    /// Leads a team: reads the people of that team.
    Manager,
    /// Reads everything and changes nothing.
    Auditor,
    /// Reads the own record.
    Employee,
}

impl Role {
    /// Every role, in the order of `ROLES.md`.
    pub const ALL: [Self; 6] = [
        Self::Owner,
        Self::Hr,
        Self::Payroll,
        Self::Manager,
        Self::Auditor,
        Self::Employee,
    ];

    /// The stored spelling.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Hr => "hr",
            Self::Payroll => "payroll",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
            Self::Employee => "employee",
        }
    }
}

/// How an actor signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// As the user of the machine that holds the state. Nothing has to be proven a second time there.
    ThisMachine,
    /// Inside DingTalk (免登).
    DingTalk,
    /// In the console, by a link that works once or by the code of an authenticator.
    Console,
}

/// Who orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What the actor is called in approvals and in the journal.
    pub name: String,
    /// The actor's own entry in the eHR: the record of an employee, and whose team it is for a manager.
    #[serde(default)]
    pub person: Option<NativeId>,
    /// How they signed in.
    pub signed_in: SignIn,
    /// Their roles; each adds to what they may do.
    pub roles: BTreeSet<Role>,
    /// The eHR's ids of the departments that HR acts for, those below included; `None` is the whole company. An actor who
    /// is limited so may do only what `ROLES.md` allows for own departments.
    #[serde(default)]
    pub departments: Option<BTreeSet<NativeId>>,
    /// Until when a second proof (TOTP) counts.
    #[serde(default)]
    pub stepped_up_until: Option<Timestamp>,
}

impl Actor {
    /// The operator of this machine: an owner who signed in by having the state in hand.
    #[must_use]
    pub fn machine_operator(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            person: None,
            signed_in: SignIn::ThisMachine,
            roles: BTreeSet::from([Role::Owner]),
            departments: None,
            stepped_up_until: None,
        }
    }

    /// Whether a second proof counts now, or none is needed.
    #[must_use]
    pub fn has_stepped_up(&self, now: Timestamp) -> bool {
        match self.signed_in {
            SignIn::ThisMachine => true,
            SignIn::DingTalk | SignIn::Console => {
                self.stepped_up_until.is_some_and(|until| now < until)
            }
        }
    }
}
