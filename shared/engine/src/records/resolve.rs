//! A conflict decided by a person, and the decision taken back.

use directory::{RunId, Side};
use state::store::{ControlKind, Stored};
use state::{Binding, StoreError, WriteError};

use super::{Conflict, ConflictState, Granted, Records, Wish};
use crate::gate::Purpose;
use crate::{Corps, Engine, LookError, NoEngine, Sight};

/// Why a conflict was not decided, or its decision not taken back.
#[derive(Debug, thiserror::Error)]
pub enum NotResolved {
    /// It is decided already, or there is nothing to be decided any more.
    #[error("the conflict is not open any more")]
    Closed,
    /// Nobody decided it yet.
    #[error("the conflict was not resolved")]
    Open,
    /// A side refused, moved, or does not show the field; never [`Granted::Done`].
    #[error("the value was not written")]
    Not(Granted),
    /// Both sides could not be brought there now; asking again is safe.
    #[error("the value was not written")]
    Look(#[from] LookError),
    /// The binding has no engine.
    #[error("the corp has no engine")]
    Engine(#[from] NoEngine),
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

impl Corps {
    /// Lets one side's value stand, on both sides.
    ///
    /// # Errors
    /// [`NotResolved`].
    pub async fn resolve(
        &self,
        binding: &Binding,
        stored: Stored<Conflict>,
        keep: Side,
        by: &str,
    ) -> Result<Stored<Conflict>, NotResolved> {
        if stored.body.state != ConflictState::Open {
            return Err(NotResolved::Closed);
        }
        let reason = match keep {
            Side::DingTalk => "a person resolved the conflict: DingTalk's value stands",
            Side::Ehr => "a person resolved the conflict: the eHR's value stands",
        };
        self.let_stand(binding, &stored.body, keep, reason).await?;
        let state = ConflictState::Resolved { keep, by: by.to_owned(), at: self.clock.now() };
        self.keep_state(binding, stored, state).await
    }

    /// Takes a decision back: the value that stood before stands again, and the conflict is open.
    ///
    /// # Errors
    /// [`NotResolved`].
    pub async fn reopen(&self, binding: &Binding, stored: Stored<Conflict>) -> Result<Stored<Conflict>, NotResolved> {
        match stored.body.state {
            ConflictState::Resolved { .. } => {}
            ConflictState::Open => return Err(NotResolved::Open),
            ConflictState::Moot { .. } => return Err(NotResolved::Closed),
        }
        let reason = "a person took the decision of a conflict back";
        self.let_stand(binding, &stored.body, stored.body.won, reason).await?;
        self.keep_state(binding, stored, ConflictState::Open).await
    }

    async fn let_stand(
        &self,
        binding: &Binding,
        conflict: &Conflict,
        side: Side,
        reason: &'static str,
    ) -> Result<(), NotResolved> {
        if conflict.stands() == side {
            return Ok(());
        }
        let records = self.records(binding).await?;
        let wish = Wish {
            link: conflict.link,
            kind: conflict.kind,
            field: conflict.field,
            expected: records.value(conflict, conflict.stands())?,
            value: records.value(conflict, side)?,
            reason,
        };
        let (_, engine) = self.engine(&binding.id, Purpose::Follow).await?;
        let run: RunId = self.new_run().ok_or(NotResolved::Run)?;
        match engine.grant(run, &wish, sight(binding, &engine).await?).await? {
            Granted::Done => Ok(()),
            not => Err(NotResolved::Not(not)),
        }
    }

    async fn keep_state(
        &self,
        binding: &Binding,
        mut stored: Stored<Conflict>,
        state: ConflictState,
    ) -> Result<Stored<Conflict>, NotResolved> {
        let records: Records = self.records(binding).await?;
        stored.body.state = state;
        records.put_conflict(&stored).await?;
        let again = records.get(ControlKind::Conflict, &stored.id).await?;
        Ok(again.unwrap_or(stored))
    }
}

/// What a look at one record may see: what was accepted, or what is there before the first sweep ended.
pub(super) async fn sight(binding: &Binding, engine: &Engine) -> Result<Sight, LookError> {
    match &binding.accepted_scope {
        Some(scope) => {
            let canary = binding.canary.clone();
            Ok(Sight { visible: scope.fields, whole_company: scope.whole_company, canary })
        }
        None => engine.sight().await,
    }
}
