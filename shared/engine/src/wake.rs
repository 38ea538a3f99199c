//! A wake: look again at one record. The same decision as in a sweep, from a fresh read of both sides.

use std::collections::BTreeSet;

use directory::decide::{self, FreshRead};
use directory::plan::{ActionCounts, Plan};
use directory::reason::{Reason, ReasonCode};
use directory::{Field, Kind, Link, NativeId, RunId, Side, Wake, WakeTarget};

use crate::link_names::UnknownReferenceRule;
use crate::observe::{LookError, ObservedRecord, RecordKey};
use crate::{Engine, Run, RunVisibility};

/// How often one look is repeated when somebody else wrote the same record meanwhile.
const TRIES: usize = 4;

impl Engine {
    /// What DingTalk shows right now, for a look before the first sweep has ended.
    ///
    /// # Errors
    /// [`LookError`].
    pub async fn read_visibility(&self) -> Result<RunVisibility, LookError> {
        let scope = self.dingtalk.read_scope().await?;
        Ok(RunVisibility {
            visible: scope.fields,
            whole_company: scope.whole_company,
            canary: None,
        })
    }
}

/// What a look did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookReport {
    /// Records created, updated, removed.
    pub counts: ActionCounts,
    /// One reason for everything that went differently.
    pub notes: Vec<Reason>,
    /// What waits for a person.
    pub held: Vec<directory::plan::HeldItem>,
    /// Records that did not get there, each with its reason.
    pub troubles: Vec<crate::report::RecordTrouble>,
    /// The wake was for everything, or the guard refused something: a sweep is due.
    pub sweep_due: bool,
    /// Who is to be asked for what only they can change.
    pub asks: Vec<crate::employee_asks::EmployeeAsk>,
}

impl Engine {
    /// Looks again at whom a wake names. Duplicates, replays and wrong order cost one look each.
    ///
    /// # Errors
    /// [`LookError`]; whether a later look helps is its `is_transient`.
    pub async fn look_at_wake(
        &self,
        run: RunId,
        wake: &Wake,
        sight: RunVisibility,
    ) -> Result<LookReport, LookError> {
        let run = Run {
            looks: true,
            ..Run::new(self, run, sight)
        };
        let mut seen = BTreeSet::new();
        let mut sweep_due = false;
        match (wake.side, &wake.target) {
            (_, WakeTarget::Everything) => sweep_due = true,
            (side, WakeTarget::Person(id)) => {
                run.look_with_references(RecordKey::new(Kind::Person, side, id.clone()), &mut seen)
                    .await?;
            }
            (side, WakeTarget::Department(id)) => {
                run.look_with_references(
                    RecordKey::new(Kind::Department, side, id.clone()),
                    &mut seen,
                )
                .await?;
            }
        }
        self.journal.close(&run.id).await?;
        let asks = run.take_asks();
        let tally = std::mem::take(
            &mut *run
                .report
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        sweep_due |= tally.sweep_due;
        let (held, troubles) = (tally.held, tally.troubles);
        let notes = tally
            .notes
            .into_iter()
            .chain(troubles.iter().map(|trouble| trouble.reason.clone()))
            .collect();
        Ok(LookReport {
            counts: tally.counts,
            notes,
            held,
            troubles,
            sweep_due,
            asks,
        })
    }
}

type SeenRecords = BTreeSet<RecordKey>;

impl Run<'_> {
    /// Sees to what the record refers to first, then to the record, until nobody else was faster; each try reads anew.
    async fn look_with_references(
        &self,
        whose: RecordKey,
        seen: &mut SeenRecords,
    ) -> Result<(), LookError> {
        if !seen.insert(whose.clone()) || is_special(&whose) {
            return Ok(());
        }
        for _ in 0..TRIES {
            let observed = self.observe(&whose).await?;
            for (field, side, id) in references(&observed) {
                self.ensure_linked(field, side, id, seen).await?;
            }
            let mut plan = Plan::default();
            let looked = self
                .decide(observed, UnknownReferenceRule::LeaveOut, &mut plan)
                .await?;
            if let Some((_, link)) = looked.missing {
                self.plan_gone_record(&link, &mut plan).await?;
            }
            let approved = self.approve_plan(plan).await?;
            let moved = self.apply_plan(approved, &|_| {}).await?;
            let again = self.must_look_again(&whose);
            if moved == 0 && !again {
                return self.check_finished();
            }
        }
        Err(LookError::not_yet(ReasonCode::LookOthersWrite))
    }

    /// Whether this record is to be looked at once more: the eHR is told whom DingTalk created, and so on.
    fn must_look_again(&self, whose: &RecordKey) -> bool {
        let mut again = BTreeSet::new();
        self.tally(|tally| again = std::mem::take(&mut tally.again));
        again.iter().any(|again| again.kind == whose.kind)
    }

    /// What failed for one record is this wake's failure: it comes back.
    fn check_finished(&self) -> Result<(), LookError> {
        let mut unfinished = 0;
        self.tally(|tally| unfinished = std::mem::take(&mut tally.unfinished));
        if unfinished > 0 {
            Err(LookError::not_yet(ReasonCode::LookWriteUnfinished))
        } else {
            Ok(())
        }
    }

    /// Whoever a record refers to must be linked before it; who is linked already has wakes of its own.
    async fn ensure_linked(
        &self,
        field: Field,
        side: Side,
        id: NativeId,
        seen: &mut SeenRecords,
    ) -> Result<(), LookError> {
        let Some(kind) = field.refers_to() else {
            return Ok(());
        };
        let linked = self
            .engine
            .links
            .get_link_by_native(&self.engine.corp, kind, side, &id)
            .await?;
        if let Some(link) = linked.filter(|link| link.native_id(side.other()).is_some()) {
            self.names.learn(&link);
            return Ok(());
        }
        Box::pin(self.look_with_references(RecordKey::new(kind, side, id), seen)).await
    }

    /// An event and a fresh "not found", while a canary is found: removed at once where that is reversible.
    async fn plan_gone_record(&self, link: &Link, plan: &mut Plan) -> Result<(), LookError> {
        let unseen = FreshRead::Unseen;
        if decide::may_remove(link, unseen, None, &self.engine.key).is_some() {
            return Ok(());
        }
        let admins: BTreeSet<NativeId> = self
            .engine
            .dingtalk
            .list_admins()
            .await?
            .iter()
            .map(Into::into)
            .collect();
        if self.is_kept(link, &admins).await? {
            self.hold_removal(link, ReasonCode::WaitAdministratorMissing);
            return Ok(());
        }
        self.find_canaries(link.kind, link.dingtalk.as_ref())
            .await?;
        if link.kind == Kind::Department && self.deciding_side() == Side::DingTalk {
            let occupied = self.occupied_departments().await?;
            if link.ehr.as_ref().is_some_and(|ehr| occupied.contains(ehr)) {
                return Err(LookError::not_yet(ReasonCode::WaitDepartmentOccupied));
            }
        }
        let Some(whose) = RecordKey::of_link(link, self.deciding_side()) else {
            return Ok(());
        };
        let observed = self.observe(&whose).await?;
        let reason = Reason::new(ReasonCode::ChangeNotFound);
        self.plan_removal((observed, link.id), reason, plan)
            .await
            .map(|_| ())
    }
}

/// Departments that DingTalk's contact API refuses.
fn is_special(whose: &RecordKey) -> bool {
    let department = whose.kind == Kind::Department && whose.side == Side::DingTalk;
    department && whose.id.to_dept_id().is_none_or(|id| !id.is_ordinary())
}

/// Whom the records that were read refer to.
fn references(observed: &ObservedRecord) -> Vec<(Field, Side, NativeId)> {
    let dingtalk = match &observed.dingtalk {
        FreshRead::Here(record) => Some((Side::DingTalk, record)),
        FreshRead::NotFound | FreshRead::Unseen => None,
    };
    let ehr = observed
        .ehr
        .as_ref()
        .map(|stored| (Side::Ehr, &stored.record));
    let mut all = Vec::new();
    for (side, record) in dingtalk
        .into_iter()
        .chain(ehr.filter(|(_, record)| record.active))
    {
        for field in record
            .values
            .shown_fields()
            .iter()
            .filter(|field| field.refers_to().is_some())
        {
            let ids = record
                .values
                .refs(field)
                .filter_map(|id| NativeId::new(id).ok());
            all.extend(ids.map(|id| (field, side, id)));
        }
    }
    all
}
