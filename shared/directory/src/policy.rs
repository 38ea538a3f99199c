//! Who decides what. One owner per field and one for the lifecycle; the presets of `design.md` §4.4.

use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::guard::Limits;
use crate::merge::Owner;

/// A binding's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Who decides who joins and leaves.
    pub lifecycle: Owner,
    /// Who decides the fields.
    pub fields: Owner,
    /// What the guard holds.
    pub limits: Limits,
}

impl Policy {
    /// *DingTalk is master*: what `up` binds with, into an empty ledger.
    #[must_use]
    pub fn dingtalk_is_master() -> Self {
        Self { lifecycle: Owner::DingTalk, fields: Owner::DingTalk, limits: Limits::default() }
    }

    /// The owner of a field.
    #[must_use]
    pub fn owner(&self, _field: Field) -> Owner {
        self.fields
    }
}
