//! One field of one record brought to the value that a person chose, on both sides.

use directory::decide::{FreshRead, ValueChange};
use directory::plan::{ItemPart, Plan, PlanItem};
use directory::policy::Ownership;
use directory::reason::{Reason, ReasonCode};
use directory::{
    Field, FieldValue, FieldValues, Kind, LinkId, Record, RunId, Side, WriteAction, hash,
};

use crate::link_names::UnknownReferenceRule;
use crate::observe::{LookFindings, ObservedRecord};
use crate::{Engine, LookError, Run, RunVisibility};

/// What a person chose.
#[derive(Debug, Clone)]
pub struct FieldChoice {
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Which field.
    pub field: Field,
    /// The value that each side must still have, unless it has the chosen one already; references are link ids.
    pub expected: Option<FieldValue>,
    /// The value that both are to have.
    pub value: Option<FieldValue>,
    /// Why, for the journal.
    pub reason: Reason,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceOutcome {
    /// Both sides have the value.
    Done,
    /// This side has another value by now: nothing was written.
    Moved(Side),
    /// This side does not show the record or the field: nothing was written.
    Unseen(Side),
    /// The policy of today lets one side decide the field: whatever were written would not stay.
    Owned(Side),
    /// Only the employee can change it in DingTalk: nothing was written.
    Employee,
    /// A side refused it, for the reason.
    Refused(Reason),
}

impl ChoiceOutcome {
    /// Why nothing was written; `None` where both sides have the value.
    #[must_use]
    pub fn refusal(&self) -> Option<Reason> {
        let about = |code, side| Some(Reason::new(code).side("side", side));
        match self {
            Self::Done => None,
            Self::Moved(side) => about(ReasonCode::RecordValueMoved, *side),
            Self::Unseen(side) => about(ReasonCode::RecordNotShown, *side),
            Self::Owned(side) => about(ReasonCode::RecordFieldOwned, *side),
            Self::Employee => Some(Reason::new(ReasonCode::RecordEmployeeOnly)),
            Self::Refused(reason) => {
                Some(Reason::new(ReasonCode::RecordRefused).cause(reason.clone()))
            }
        }
    }
}

impl Engine {
    /// Brings one field of one record to a value on both sides, as a person chose. Both are read afresh, and only what is
    /// still as expected is written: intent, journal, sides, base, as with every other change.
    ///
    /// # Errors
    /// [`LookError`]: nothing is known to be written, and asking again is safe.
    pub async fn apply_choice(
        &self,
        run: RunId,
        wish: &FieldChoice,
        sight: RunVisibility,
    ) -> Result<ChoiceOutcome, LookError> {
        let run = Run::new(self, run, sight);
        let granted = run.apply_choice(wish).await;
        self.journal.close(&run.id).await?;
        granted
    }
}

impl Run<'_> {
    async fn apply_choice(&self, wish: &FieldChoice) -> Result<ChoiceOutcome, LookError> {
        if let Ownership::Owned(side) = self.engine.policy.field_owner(wish.kind, wish.field) {
            return Ok(ChoiceOutcome::Owned(side));
        }
        let link = self
            .engine
            .links
            .get_link(&self.engine.corp, wish.kind, wish.link)
            .await?;
        let Some(link) = link else {
            return Ok(ChoiceOutcome::Unseen(Side::DingTalk));
        };
        let observed = self.observe_linked(link).await?;
        let item = match self.choice_item(wish, &observed).await? {
            Ok(Some(item)) => item,
            Ok(None) => return Ok(ChoiceOutcome::Done),
            Err(granted) => return Ok(granted),
        };
        let plan = Plan {
            items: vec![item],
            ..Plan::default()
        };
        let moved = self.apply_plan(plan.approve_as_shown(), &|_| {}).await?;
        if moved > 0 {
            return Err(LookError::not_yet(ReasonCode::LookOthersWrite));
        }
        let (mut refused, mut unfinished) = (None, 0);
        self.tally(|tally| {
            refused = tally.troubles.first().map(|trouble| trouble.reason.clone());
            unfinished = tally.unfinished;
        });
        match refused {
            Some(reason) if unfinished == 0 => Ok(ChoiceOutcome::Refused(reason)),
            _ if unfinished > 0 => Err(LookError::not_yet(ReasonCode::LookWriteUnfinished)),
            _ => Ok(ChoiceOutcome::Done),
        }
    }

    /// What is to be written; `None` where both sides have the value already.
    async fn choice_item(
        &self,
        wish: &FieldChoice,
        observed: &ObservedRecord,
    ) -> Result<Result<Option<PlanItem>, ChoiceOutcome>, LookError> {
        let (FreshRead::Here(dingtalk), Some(stored)) = (&observed.dingtalk, &observed.ehr) else {
            let unseen = if observed.ehr.is_none() {
                Side::Ehr
            } else {
                Side::DingTalk
            };
            return Ok(Err(ChoiceOutcome::Unseen(unseen)));
        };
        let Some(link) = &observed.link else {
            return Ok(Err(ChoiceOutcome::Unseen(Side::DingTalk)));
        };
        let mut parts = Vec::new();
        for (side, record) in [(Side::DingTalk, dingtalk), (Side::Ehr, &stored.record)] {
            let record = self
                .resolve(
                    side,
                    record,
                    UnknownReferenceRule::HideField,
                    &mut LookFindings::default(),
                )
                .await?;
            match self.choice_part(wish, side, &record) {
                Ok(part) => parts.extend(part),
                Err(granted) => return Ok(Err(granted)),
            }
        }
        if parts.is_empty() {
            return Ok(Ok(None));
        }
        let mut after = link.clone();
        let value = hash::hash_field(&self.engine.key, wish.field, wish.value.as_ref());
        let base_before = after.base.hashes.insert(wish.field, value);
        parts
            .iter_mut()
            .flat_map(|part| &mut part.changes)
            .for_each(|change| change.base_before = base_before);
        Ok(Ok(Some(PlanItem {
            link: after,
            before: Some(link.clone()),
            ehr_version: Some(stored.version),
            unionid: dingtalk.unionid.clone(),
            parts,
            reason: wish.reason.clone(),
            needs_canary: false,
            carried: Vec::new(),
        })))
    }

    /// The write to one side; `None` where it has the value already.
    fn choice_part(
        &self,
        wish: &FieldChoice,
        side: Side,
        record: &Record,
    ) -> Result<Option<ItemPart>, ChoiceOutcome> {
        let FieldChoice {
            field,
            expected,
            value,
            ..
        } = wish;
        let hash = |value: Option<&FieldValue>| hash::hash_field(&self.engine.key, *field, value);
        if !record.values.shown_fields().contains(*field) {
            return Err(ChoiceOutcome::Unseen(side));
        }
        let now = record.values.get(*field);
        if hash(now) == hash(value.as_ref()) {
            return Ok(None);
        }
        if hash(now) != hash(expected.as_ref()) {
            return Err(ChoiceOutcome::Moved(side));
        }
        if side == Side::DingTalk && !self.context(wish.kind).writable.update.contains(*field) {
            return Err(ChoiceOutcome::Employee);
        }
        let mut values = FieldValues::new();
        values.show(*field, value.clone());
        let (before, after) = (now.cloned(), value.clone());
        let change = ValueChange {
            field: *field,
            before,
            after,
            base_before: None,
            overwrites_edit: false,
            conflict: false,
        };
        Ok(Some(ItemPart {
            to: side,
            action: WriteAction::Update,
            values,
            changes: vec![change],
        }))
    }
}
