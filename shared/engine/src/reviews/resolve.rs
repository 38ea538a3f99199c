//! A conflict decided by a person, and the decision taken back.

use directory::reason::{Reason, ReasonCode};
use directory::{RunId, Side};
use state::store::{ControlKind, StoredItem};
use state::{Binding, StoreError, WriteError};

use super::{ChoiceOutcome, Conflict, ConflictState, FieldChoice, ReviewStore};
use crate::gate::WritePurpose;
use crate::{CorpEngines, Engine, EngineError, LookError, RunVisibility};

/// Why a conflict was not decided, or its decision not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// It is decided already, or there is nothing to be decided any more.
    #[error("the conflict is not open any more")]
    Closed,
    /// Nobody decided it yet.
    #[error("the conflict was not resolved")]
    Open,
    /// A side refused, moved, or does not show the field; never [`ChoiceOutcome::Done`].
    #[error("the value was not written")]
    Not(ChoiceOutcome),
    /// Both sides could not be brought there now; asking again is safe.
    #[error("the value was not written")]
    Look(#[from] LookError),
    /// The binding has no engine.
    #[error("the corp has no engine")]
    Engine(#[from] EngineError),
    /// The conflict could not be read.
    #[error("the conflict could not be read")]
    Read(#[from] StoreError),
    /// The conflict could not be stored; the values are written.
    #[error("the conflict could not be stored")]
    Write(#[from] WriteError),
    /// No id for the run.
    #[error("a run could not be named")]
    Run,
}

impl From<&ResolveError> for Reason {
    fn from(err: &ResolveError) -> Self {
        let not_now = |cause| Self::new(ReasonCode::RecordNotNow).cause(cause);
        match err {
            ResolveError::Closed => {
                Self::new(ReasonCode::RecordEntryClosed).text("queue", "conflict")
            }
            ResolveError::Open => Self::new(ReasonCode::RecordNothingToUndo),
            ResolveError::Not(outcome) => outcome.refusal().unwrap_or_else(|| {
                Self::new(ReasonCode::RecordEntryClosed).text("queue", "conflict")
            }),
            ResolveError::Look(err) => not_now(Self::from(err)),
            ResolveError::Engine(err) => not_now(Self::from(err)),
            ResolveError::Read(err) => not_now(Self::from(err)),
            ResolveError::Write(WriteError::Stale) => Self::new(ReasonCode::RecordChangedElsewhere),
            ResolveError::Write(err) => not_now(Self::from(err)),
            ResolveError::Run => Self::new(ReasonCode::RecordNotNow).cause(
                Self::new(ReasonCode::StateIdInvalid)
                    .text("what", "run")
                    .text("why", "characters"),
            ),
        }
    }
}

impl CorpEngines {
    /// Lets one side's value stand, on both sides.
    ///
    /// # Errors
    /// [`ResolveError`].
    pub async fn resolve_conflict(
        &self,
        binding: &Binding,
        stored: StoredItem<Conflict>,
        keep: Side,
        by: &str,
    ) -> Result<StoredItem<Conflict>, ResolveError> {
        if stored.body.state != ConflictState::Open {
            return Err(ResolveError::Closed);
        }
        let reason = Reason::new(ReasonCode::ChangeConflictResolved).side("side", keep);
        self.write_standing_value(binding, &stored.body, keep, reason)
            .await?;
        let state = ConflictState::Resolved {
            keep,
            by: by.to_owned(),
            at: self.clock.now(),
        };
        self.save_conflict_state(binding, stored, state).await
    }

    /// Takes a decision back: the value that stood before stands again, and the conflict is open.
    ///
    /// # Errors
    /// [`ResolveError`].
    pub async fn reopen_conflict(
        &self,
        binding: &Binding,
        stored: StoredItem<Conflict>,
    ) -> Result<StoredItem<Conflict>, ResolveError> {
        match stored.body.state {
            ConflictState::Resolved { .. } => {}
            ConflictState::Open => return Err(ResolveError::Open),
            ConflictState::Moot { .. } => return Err(ResolveError::Closed),
        }
        let reason = Reason::new(ReasonCode::ChangeConflictReopened);
        self.write_standing_value(binding, &stored.body, stored.body.won, reason)
            .await?;
        self.save_conflict_state(binding, stored, ConflictState::Open)
            .await
    }

    async fn write_standing_value(
        &self,
        binding: &Binding,
        conflict: &Conflict,
        side: Side,
        reason: Reason,
    ) -> Result<(), ResolveError> {
        if conflict.standing_side() == side {
            return Ok(());
        }
        let records = self.review_store(binding).await?;
        let wish = FieldChoice {
            link: conflict.link,
            kind: conflict.kind,
            field: conflict.field,
            expected: records.conflict_value(conflict, conflict.standing_side())?,
            value: records.conflict_value(conflict, side)?,
            reason,
        };
        let (_, engine) = self.open_engine(&binding.id, WritePurpose::Follow).await?;
        let run: RunId = self.new_run_id().ok_or(ResolveError::Run)?;
        match engine
            .apply_choice(run, &wish, visibility_for_look(binding, &engine).await?)
            .await?
        {
            ChoiceOutcome::Done => Ok(()),
            not => Err(ResolveError::Not(not)),
        }
    }

    async fn save_conflict_state(
        &self,
        binding: &Binding,
        mut stored: StoredItem<Conflict>,
        state: ConflictState,
    ) -> Result<StoredItem<Conflict>, ResolveError> {
        let records: ReviewStore = self.review_store(binding).await?;
        stored.body.state = state;
        records.put_conflict(&stored).await?;
        let again = records.get(ControlKind::Conflict, &stored.id).await?;
        Ok(again.unwrap_or(stored))
    }
}

/// What a look at one record may see: what was accepted, or what is there before the first sweep ended.
pub(super) async fn visibility_for_look(
    binding: &Binding,
    engine: &Engine,
) -> Result<RunVisibility, LookError> {
    match &binding.accepted_scope {
        Some(scope) => {
            let canary = binding.canary.clone();
            Ok(RunVisibility {
                visible: scope.fields,
                whole_company: scope.whole_company,
                canary,
            })
        }
        None => engine.read_visibility().await,
    }
}
