//! A permission that is withdrawn makes values vanish without an error: what DingTalk shows empty is not believed unasked.

use std::sync::PoisonError;

use directory::decide::{Decision, FreshRead};
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldSet, Side, hash};

use super::{LookError, ObservedRecord};
use crate::Run;

/// Person fields that a field permission governs: an absent one is not proven to be empty.
const GOVERNED: FieldSet = FieldSet::of_fields(&[
    Field::Mobile,
    Field::Email,
    Field::OrgEmail,
    Field::WorkPlace,
    Field::Remark,
    Field::Extension,
]);

impl Run<'_> {
    /// Fields that vanished from DingTalk's record because the app may not be shown them any more. Asked only where that would
    /// change something, after it was read; a run asks once for each field that it finds withdrawn.
    pub(super) async fn withdrawn_fields(
        &self,
        decision: &Decision,
        observed: &ObservedRecord,
    ) -> Result<FieldSet, LookError> {
        let vanished = self.vanished(decision, observed);
        let known = *self
            .withdrawn
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if vanished.without(known).is_empty() {
            return Ok(vanished);
        }
        let hidden = vanished.without(self.engine.dingtalk.read_scope().await?.fields);
        if !hidden.is_empty() {
            let mut known = self
                .withdrawn
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *known = known.union(hidden);
            for field in hidden.iter() {
                let note = Reason::new(ReasonCode::RunFieldWithdrawn).field("field", field);
                self.tally(|tally| tally.note(note));
            }
        }
        Ok(hidden)
    }

    /// Governed fields that DingTalk shows empty where both sides had agreed on something, something was sent, or the eHR's value
    /// would go.
    fn vanished(&self, decision: &Decision, observed: &ObservedRecord) -> FieldSet {
        let (FreshRead::Here(record), Decision::Write(_) | Decision::Settle(_)) =
            (&observed.dingtalk, decision)
        else {
            return FieldSet::NONE;
        };
        let to_ehr = match decision {
            Decision::Write(item) => item
                .part_for(Side::Ehr)
                .map(|part| part.changes.as_slice())
                .unwrap_or_default(),
            _ => &[],
        };
        let goes = |field: Field| {
            to_ehr
                .iter()
                .any(|change| change.field == field && change.after.is_none())
        };
        let link = observed.link.as_ref();
        let sent = link
            .iter()
            .flat_map(|link| &link.intents)
            .filter(|intent| intent.side == Side::DingTalk);
        let known: Vec<_> = sent
            .map(|intent| &intent.fields)
            .chain(link.map(|link| &link.base.hashes))
            .collect();
        let agreed = |field: Field| {
            let nothing = hash::hash_field(&self.engine.key, field, None);
            known
                .iter()
                .filter_map(|fields| fields.get(&field))
                .any(|hash| *hash != nothing)
        };
        let shown = record.values.shown_fields().intersection(GOVERNED).iter();
        shown
            .filter(|field| record.values.get(*field).is_none() && (goes(*field) || agreed(*field)))
            .collect()
    }
}
