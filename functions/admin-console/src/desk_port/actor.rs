//! Who orders.

use std::collections::BTreeSet;

use directory::{NativeId, Timestamp};
use serde::{Deserialize, Serialize};

/// A role, given by the binding. Being an administrator in DingTalk gives none.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleRole {
    /// Binds, decides the policy, gives roles.
    Owner,
    /// Looks after people and what waits for a decision.
    Hr,
    /// Reads everything, changes nothing.
    Auditor,
    /// Sees the own record; the console is not for them.
    Employee,
}

impl ConsoleRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Hr, Self::Auditor, Self::Employee];

    /// The id of its name in the catalogue.
    #[must_use]
    pub fn text_id(self) -> &'static str {
        match self {
            Self::Owner => "console-role-owner",
            Self::Hr => "console-role-hr",
            Self::Auditor => "console-role-auditor",
            Self::Employee => "console-role-employee",
        }
    }
}

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// By a link that works once.
    OneTimeLink,
    /// By the code of an authenticator.
    AuthenticatorCode,
    /// By a recovery code.
    RecoveryCode,
    /// On DingTalk's own page.
    DingTalk,
}

/// Who orders: identity, how they signed in, roles, departments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleActor {
    /// The member's key; what the journal names.
    pub member: String,
    /// What they are called on screen.
    pub name: String,
    /// How they signed in.
    pub signed_in: SignInMethod,
    /// Their roles; each adds to what they may do.
    pub roles: BTreeSet<ConsoleRole>,
    /// The eHR's ids of the departments that HR acts for; `None` is the whole company.
    pub departments: Option<BTreeSet<NativeId>>,
    /// Until when a second proof counts.
    pub stepped_up_until: Option<Timestamp>,
}

impl ConsoleActor {
    /// Whether a second proof counts now.
    #[must_use]
    pub fn has_stepped_up(&self, now: Timestamp) -> bool {
        self.stepped_up_until.is_some_and(|until| now < until)
    }
}
