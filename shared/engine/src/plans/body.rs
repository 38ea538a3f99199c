//! The body of a plan: what is shown, approved and compared when it is applied.

use directory::decide::ValueChange;
use directory::hash::{self, FieldHash, HashKey};
use directory::reason::Reason;
use directory::text::PersonalText;
use directory::{FieldValue, Kind, LinkId, NativeId, Side, WriteAction};
use serde::{Deserialize, Serialize};

/// What one side is shown of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPart {
    /// The side that is written to.
    pub to: Side,
    /// What is done there.
    pub action: WriteAction,
    /// Field by field, before → after; references are link ids.
    pub changes: Vec<ValueChange>,
}

/// One record of a plan: before → after, why, and what must still hold when it is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedItem {
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What has the same stage is written together, lower ones before: parents before children.
    pub stage: u32,
    /// The side by whose id the record is looked at again.
    pub side: Side,
    /// That id.
    pub id: NativeId,
    /// DingTalk's id, as far as it is known.
    pub dingtalk: Option<NativeId>,
    /// The eHR's id, as far as it is known.
    pub ehr: Option<NativeId>,
    /// No link was stored yet.
    pub is_new: bool,
    /// What it is called, for whoever reads the plan.
    pub name: Option<PersonalText>,
    /// Why.
    pub reason: Reason,
    /// The writes; none where only a link is stored, to which others refer.
    pub parts: Vec<PlannedPart>,
    /// The decision ([`directory::plan::PlanItem::fingerprint`]): applied only where it comes out the same.
    pub fingerprint: FieldHash,
    /// The decision with the fields that the guard held: where the guard stopped a part of it.
    #[serde(default)]
    pub whole: Option<FieldHash>,
    /// The version of the eHR's record when it was planned, for whoever compares; what counts is the decision.
    pub ehr_version: Option<u64>,
    /// It stands on a "not found": somebody else who is certainly there must be found before it is applied.
    #[serde(default)]
    pub needs_canary: bool,
}

impl PlannedItem {
    /// What is done in the first place; `None` where nothing is written to a side.
    #[must_use]
    pub fn action(&self) -> Option<WriteAction> {
        let actions = || self.parts.iter().map(|part| part.action);
        actions()
            .find(|action| *action != WriteAction::Update)
            .or_else(|| actions().next())
    }

    /// The part for one side.
    #[must_use]
    pub fn part(&self, to: Side) -> Option<&PlannedPart> {
        self.parts.iter().find(|part| part.to == to)
    }

    /// Whether one of its changes refers to this record.
    pub(super) fn refers_to(&self, link: LinkId) -> bool {
        let text = link.to_string();
        let values = self
            .parts
            .iter()
            .flat_map(|part| &part.changes)
            .flat_map(|change| [&change.before, &change.after]);
        values
            .flatten()
            .any(|value| matches!(value, FieldValue::Refs(refs) if refs.contains(&text)))
    }

    /// What others who refer to it may call it.
    #[must_use]
    pub fn label(&self) -> Option<(LinkId, String)> {
        self.name
            .as_ref()
            .map(|name| (self.link, name.expose().to_owned()))
    }
}

/// What an approval is bound to: a keyed hash over all of the body's bytes, as text.
#[must_use]
pub(super) fn plan_hash(key: &HashKey, parts: &[Vec<u8>]) -> String {
    let hashes: Vec<u8> = parts
        .iter()
        .flat_map(|part| hash::hash_bytes(key, "plan part", part))
        .collect();
    hash::hash_bytes(key, "plan", &hashes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
