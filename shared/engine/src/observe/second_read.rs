//! What was decided a while ago, right before it is written: both sides still say the same.

use std::sync::PoisonError;

use directory::decide::Decision;
use directory::plan::PlanItem;
use directory::planted::{self, Bug};
use directory::{FieldSet, LinkId};

use super::{LookError, ObservedRecord};
use crate::Run;
use crate::link_names::UnknownReferenceRule;

/// A decision that is older is made again before it is written, in milliseconds: a large company is read for minutes.
const READ_VALID_MS: i64 = 15_000;

impl Run<'_> {
    /// Remembers when a record was decided about.
    pub(super) fn note_decided(&self, link: LinkId) {
        let now = self.now();
        self.decided_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(link, now);
    }

    /// Whether an item is still what both sides ask for. They are read again where the decision is old. `false`: the
    /// record waits for its next look.
    ///
    /// Creates of records that no link knows are not read again: they cannot write over anything.
    pub(crate) async fn is_still_wanted(&self, item: &PlanItem) -> Result<bool, LookError> {
        let Some(before) = item.before.clone().filter(|_| self.is_old(item.link.id)) else {
            return Ok(true);
        };
        let observed = self.observe_linked(before).await?;
        for rule in [
            UnknownReferenceRule::HideField,
            UnknownReferenceRule::LeaveOut,
        ] {
            if self.decides_the_same(&observed, rule, item).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_old(&self, link: LinkId) -> bool {
        let decided_at = self
            .decided_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let age = |at: &directory::Timestamp| self.now().millis().saturating_sub(at.millis());
        // A clock that was set back says nothing about the age.
        let valid = 0..READ_VALID_MS;
        decided_at
            .get(&link)
            .is_some_and(|at| !valid.contains(&age(at)))
            && !planted::is(Bug::OldReadsWrite)
    }

    /// Whether the fields of an item come out the same. What the guard held of it, or a withdrawn permission, is not compared.
    async fn decides_the_same(
        &self,
        observed: &ObservedRecord,
        rule: UnknownReferenceRule,
        item: &PlanItem,
    ) -> Result<bool, LookError> {
        let (decision, _) = self.make_decision(observed, rule).await?;
        let Decision::Write(mut now) = decision else {
            return Ok(false);
        };
        let written: FieldSet = item.changes().map(|change| change.field).collect();
        let others: FieldSet = now.changes().map(|change| change.field).collect();
        now.remove_fields(others.without(written));
        let key = &self.engine.key;
        Ok(now.fingerprint(key) == item.fingerprint(key))
    }
}
