//! A wake: look again at one record. The same decision as in a sweep, from a fresh read of both sides.

use std::collections::BTreeSet;

use directory::plan::{Counts, Plan};
use directory::{DeptId, Field, Kind, NativeId, Record, RunId, Side, Target, UserId, Wake};

use crate::names::Unknown;
use crate::observe::LookError;
use crate::trouble::Reach as _;
use crate::{Engine, Run, Sight};

/// How often one look is repeated when somebody else wrote the same record meanwhile.
const TRIES: usize = 4;

impl Engine {
    /// What DingTalk shows right now, for a look before the first sweep has ended.
    ///
    /// # Errors
    /// [`LookError`].
    pub async fn sight(&self) -> Result<Sight, LookError> {
        let scope = self.dingtalk.scope().await?;
        Ok(Sight { visible: scope.fields, whole_company: scope.whole_company, canary: None })
    }
}

/// What a look did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Records created, updated, removed.
    pub counts: Counts,
    /// One sentence for everything that went differently.
    pub notes: Vec<String>,
    /// What waits for a person.
    pub held: Vec<directory::plan::Held>,
    /// The wake was for everything: a sweep is due.
    pub sweep_due: bool,
}

impl Engine {
    /// Looks again at whom a wake names. Duplicates, replays and wrong order cost one look each.
    ///
    /// # Errors
    /// [`LookError`]; whether a later look helps is its `is_transient`.
    pub async fn look(&self, run: RunId, wake: &Wake, sight: Sight) -> Result<Looked, LookError> {
        let run = Run::new(self, run, sight);
        let mut seen = BTreeSet::new();
        let mut sweep_due = false;
        match (wake.side, &wake.target) {
            (_, Target::Everything) => sweep_due = true,
            (Side::DingTalk, Target::Person(id)) => run.look_at_person(id.clone(), &mut seen).await?,
            (Side::DingTalk, Target::Department(id)) => run.look_at_department(id.clone(), &mut seen).await?,
            (Side::Ehr, Target::Person(id)) => run.look_from_ehr(Kind::Person, id, &mut seen).await?,
            (Side::Ehr, Target::Department(id)) => run.look_from_ehr(Kind::Department, id, &mut seen).await?,
        }
        self.journal.close(&run.id).await?;
        let tally = std::mem::take(&mut *run.report.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let notes = tally.notes.into_iter().chain(tally.troubles.into_iter().map(|trouble| trouble.reason)).collect();
        Ok(Looked { counts: tally.counts, notes, held: tally.held, sweep_due })
    }
}

type Seen = BTreeSet<(Kind, NativeId)>;

impl Run<'_> {
    async fn look_from_ehr(&self, kind: Kind, id: &NativeId, seen: &mut Seen) -> Result<(), LookError> {
        let link = self.engine.links.link_by_native(&self.engine.corp, kind, Side::Ehr, id).await?;
        match link.and_then(|link| link.dingtalk) {
            Some(id) if kind == Kind::Person => self.look_at_person(id, seen).await,
            Some(id) => self.look_at_department(id, seen).await,
            None => Ok(()),
        }
    }

    async fn look_at_person(&self, id: NativeId, seen: &mut Seen) -> Result<(), LookError> {
        if !seen.insert((Kind::Person, id.clone())) {
            return Ok(());
        }
        let Ok(userid) = id.to_user_id() else { return Ok(()) };
        match self.engine.dingtalk.person(&userid, self.visible).await {
            Ok(record) => self.bring_in_step(record, seen).await,
            Err(err) if err.is_not_found() => self.person_left(&userid).await,
            Err(err) if err.is_about_this_record() => {
                self.tally(|tally| tally.note(err.to_string()));
                Ok(())
            }
            Err(err) => Err(err.into()),
        }
    }

    async fn look_at_department(&self, id: NativeId, seen: &mut Seen) -> Result<(), LookError> {
        if !seen.insert((Kind::Department, id.clone())) {
            return Ok(());
        }
        let Some(dept) = id.to_dept_id().filter(|id| id.is_ordinary()) else { return Ok(()) };
        match self.engine.dingtalk.department(dept).await {
            Ok(record) => self.bring_in_step(record, seen).await,
            Err(err) if err.is_not_found() => self.department_gone(dept).await,
            Err(err) if err.is_about_this_record() => Ok(()),
            Err(err) => Err(err.into()),
        }
    }

    /// Sees to what the record refers to first, then to the record, until nobody else was faster; each try reads anew.
    async fn bring_in_step(&self, record: Record, seen: &mut Seen) -> Result<(), LookError> {
        let (kind, id) = (record.kind, record.id.clone());
        let mut now = Some(record);
        for _ in 0..TRIES {
            let Some(record) = now.take() else { return Err(LookError::NotYet("it vanished while it was looked at")) };
            for field in record.values.shown().iter() {
                for id in record.values.refs(field).filter_map(|id| NativeId::new(id).ok()).collect::<Vec<_>>() {
                    self.see_to(field, id, seen).await?;
                }
            }
            let mut plan = Plan::default();
            self.consider(&record, Unknown::LeaveOut, &mut plan).await?;
            if self.apply(plan.approve(&self.engine.policy, u64::MAX), &|_| {}).await? == 0 {
                return Ok(());
            }
            now = self.read(kind, &id).await?;
        }
        Err(LookError::NotYet("others kept writing the same record"))
    }

    /// Whoever a record refers to must be linked before it; who is linked already has wakes of its own.
    async fn see_to(&self, field: Field, id: NativeId, seen: &mut Seen) -> Result<(), LookError> {
        let Some(kind) = field.refers_to() else { return Ok(()) };
        let linked = self.engine.links.link_by_native(&self.engine.corp, kind, Side::DingTalk, &id).await?;
        if let Some(link) = linked.filter(|link| link.ehr.is_some()) {
            self.names.learn(&link);
            return Ok(());
        }
        match kind {
            Kind::Person => Box::pin(self.look_at_person(id, seen)).await,
            Kind::Department => Box::pin(self.look_at_department(id, seen)).await,
        }
    }

    /// An event and a fresh "not found", while a canary is found: marked left at once, reversibly (`design.md` §4.7).
    async fn person_left(&self, id: &UserId) -> Result<(), LookError> {
        let native = NativeId::from(id);
        let corp = &self.engine.corp;
        for _ in 0..TRIES {
            let link = self.engine.links.link_by_native(corp, Kind::Person, Side::DingTalk, &native).await?;
            let Some(link) = link.filter(|link| !matches!(link.lifecycle, directory::Lifecycle::Left { .. })) else {
                return Ok(());
            };
            let admins: BTreeSet<NativeId> = self.engine.dingtalk.admins().await?.iter().map(Into::into).collect();
            if link.protected || admins.contains(&native) {
                self.hold(&link, "DingTalk does not find an administrator or boss; they are never removed");
                return Ok(());
            }
            self.canary(&admins, Some(&native)).await?;
            let mut plan = Plan::default();
            self.removal(&link, "left in DingTalk: event, and not found by its id", &mut plan).await?;
            if self.apply(plan.approve(&self.engine.policy, u64::MAX), &|_| {}).await? == 0 {
                return Ok(());
            }
        }
        Err(LookError::NotYet("others kept writing the same record"))
    }

    /// A department that is gone is closed once nobody is in it any more; events may come in any order.
    async fn department_gone(&self, id: DeptId) -> Result<(), LookError> {
        let corp = &self.engine.corp;
        let link = self.engine.links.link_by_native(corp, Kind::Department, Side::DingTalk, &id.into()).await?;
        let Some(link) = link.filter(|link| !matches!(link.lifecycle, directory::Lifecycle::Left { .. })) else {
            return Ok(());
        };
        let admins: BTreeSet<NativeId> = self.engine.dingtalk.admins().await?.iter().map(Into::into).collect();
        self.canary(&admins, None).await?;
        let occupied = self.occupied().await?;
        if link.ehr.as_ref().is_some_and(|ehr| occupied.contains(ehr)) {
            return Err(LookError::NotYet("somebody is still in the department that is gone"));
        }
        let mut plan = Plan::default();
        self.removal(&link, "gone in DingTalk: event, and not found by its id", &mut plan).await?;
        self.apply(plan.approve(&self.engine.policy, u64::MAX), &|_| {}).await?;
        Ok(())
    }
}
