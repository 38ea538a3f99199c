//! Removals need proof: absent in two complete runs, a fresh read that says "not found", and a canary who is found.

use std::collections::BTreeSet;

use directory::decide;
use directory::plan::{Held, Plan, Settled};
use directory::{Action, Field, Kind, Lifecycle, Link, LinkId, NativeId, UserId};

use crate::Run;
use crate::observe::LookError;
use crate::trouble::Reach as _;

/// Complete runs that must have missed a record before its absence counts.
const RUNS_TO_MISS: u32 = 2;

/// Canaries that are asked for before "not found" is doubted.
const CANARIES_MAX: usize = 5;

/// What DingTalk answered when a missing record was asked for by its id.
enum Absence {
    /// "Not found".
    Proven,
    /// It is there after all, or out of scope: no proof.
    Unproven,
}

impl Run<'_> {
    /// Works the people whom a complete snapshot missed: the first run notes it, the second one asks and removes.
    pub(crate) async fn missing_people(&self, absent: &[LinkId], linked: u64) -> Result<(), LookError> {
        let confirmed = self.confirm(Kind::Person, absent).await?;
        if confirmed.is_empty() {
            return Ok(());
        }
        let admins: BTreeSet<NativeId> = self.engine.dingtalk.admins().await?.iter().map(Into::into).collect();
        self.canary(&admins, None).await?;
        let mut plan = Plan::default();
        for link in confirmed {
            if link.protected || link.dingtalk.as_ref().is_some_and(|id| admins.contains(id)) {
                self.hold(&link, "an administrator or boss is missing in the lists; they are never removed");
            } else {
                self.propose_removal(&link, "missing in two complete sweeps and not found by its id", &mut plan)
                    .await?;
            }
        }
        self.apply(plan.approve(&self.engine.policy, linked), &|_| {}).await?;
        Ok(())
    }

    /// Plans the removal of one record if DingTalk does not find it. Trouble with one record stops nobody else.
    async fn propose_removal(&self, link: &Link, reason: &str, plan: &mut Plan) -> Result<(), LookError> {
        let asked = async {
            match self.ask_for(link).await? {
                Absence::Proven => self.removal(link, reason, plan).await.map(|()| true),
                Absence::Unproven => Ok(false),
            }
        };
        match asked.await {
            Ok(true) => {}
            Ok(false) => {
                self.tally(|tally| tally.note("a record was missing in the lists and is there when asked for"));
            }
            Err(err) if err.concerns_everybody() => return Err(err),
            Err(err) => self.tally(|tally| tally.unfinished(link.kind, Some(link.id), err.sentence())),
        }
        Ok(())
    }

    /// Works the departments that a complete snapshot missed, from the leaves up; one with people in it stays.
    pub(crate) async fn missing_departments(&self, absent: &[LinkId]) -> Result<(), LookError> {
        let confirmed = self.confirm(Kind::Department, absent).await?;
        if confirmed.is_empty() {
            return Ok(());
        }
        let mut occupied = self.occupied().await?;
        let mut waiting = confirmed;
        // Each round removes what nothing is in any more; a chain of n departments takes n rounds.
        for _ in 0..waiting.len() {
            let (full, empty): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|link| link.ehr.as_ref().is_some_and(|id| occupied.contains(id)));
            if empty.is_empty() {
                for link in &full {
                    self.hold(link, "the department is gone in DingTalk and somebody is still in it in the eHR");
                }
                return Ok(());
            }
            let mut plan = Plan::default();
            for link in &empty {
                self.propose_removal(link, "gone in two complete sweeps and not found by its id", &mut plan).await?;
            }
            self.apply(plan.approve(&self.engine.policy, u64::MAX), &|_| {}).await?;
            waiting = full;
            occupied = self.occupied().await?;
        }
        Ok(())
    }

    /// Counts another complete run that missed these records; returns those that were missed often enough.
    async fn confirm(&self, kind: Kind, absent: &[LinkId]) -> Result<Vec<Link>, LookError> {
        let mut confirmed = Vec::new();
        for id in absent {
            let Some(link) = self.engine.links.link(&self.engine.corp, kind, *id).await? else { continue };
            let (runs, since) = match link.lifecycle {
                Lifecycle::Absent { runs, since } => (runs + 1, since),
                // A create that was begun and cut off: whoever it was for may have left since.
                Lifecycle::Active | Lifecycle::Creating => (1, self.now()),
                Lifecycle::Left { .. } | Lifecycle::Quarantined { .. } => continue,
            };
            if runs >= RUNS_TO_MISS {
                confirmed.push(link);
                continue;
            }
            let missed = Link { lifecycle: Lifecycle::Absent { runs, since }, ..link.clone() };
            self.settle(&Settled { link: missed, before: Some(link) }).await?;
        }
        Ok(confirmed)
    }

    /// Somebody else who is certainly there must be found; otherwise "not found" says nothing today. Whoever a list showed
    /// may have left since, and administrators may be outside of the app's contact scope: one that is found is enough.
    pub(crate) async fn canary(&self, admins: &BTreeSet<NativeId>, of: Option<&NativeId>) -> Result<(), LookError> {
        let seen = self.canary.iter().map(NativeId::from);
        let canaries = seen.chain(admins.iter().cloned()).filter(|id| Some(id) != of).take(CANARIES_MAX);
        for canary in canaries.collect::<Vec<_>>() {
            if self.read(Kind::Person, &canary).await?.is_some() {
                return Ok(());
            }
        }
        Err(LookError::NotYet("no canary is found either, so that \"not found\" says nothing: nothing is removed"))
    }

    async fn ask_for(&self, link: &Link) -> Result<Absence, LookError> {
        let Some(native) = &link.dingtalk else { return Ok(Absence::Unproven) };
        let answer = match (link.kind, native.to_user_id(), native.to_dept_id()) {
            (Kind::Person, Ok(id), _) => self.person_gone(&id).await?,
            (Kind::Department, _, Some(id)) => match self.engine.dingtalk.department(id).await {
                Ok(_) => false,
                Err(err) if err.is_about_this_record() => err.is_not_found(),
                Err(err) => return Err(err.into()),
            },
            _ => false,
        };
        Ok(if answer { Absence::Proven } else { Absence::Unproven })
    }

    /// Whether DingTalk says "not found" (never "out of scope") of a person.
    pub(crate) async fn person_gone(&self, id: &UserId) -> Result<bool, LookError> {
        match self.engine.dingtalk.person(id, self.visible).await {
            Ok(_) => Ok(false),
            Err(err) if err.is_about_this_record() => Ok(err.is_not_found()),
            Err(err) => Err(err.into()),
        }
    }

    /// Plans to mark a record left, conditional on what the eHR has now. Where the eHR has nothing, the link alone says so.
    pub(crate) async fn removal(&self, link: &Link, reason: &str, plan: &mut Plan) -> Result<(), LookError> {
        let stored = match &link.ehr {
            Some(id) => self.engine.ehr.get(link.kind, id).await?,
            None => None,
        };
        let item = decide::gone(link, stored.as_ref().map(|stored| stored.version), reason, self.now());
        match stored {
            Some(_) => plan.items.push(item),
            None => plan.settled.push(Settled { link: item.link, before: Some(link.clone()) }),
        }
        Ok(())
    }

    pub(crate) fn hold(&self, link: &Link, reason: &str) {
        let held = Held { link: link.id, kind: link.kind, action: Action::Remove, reason: reason.to_owned() };
        self.tally(|tally| tally.held.push(held));
    }

    /// eHR ids of departments that somebody, or another department, is in.
    pub(crate) async fn occupied(&self) -> Result<BTreeSet<NativeId>, LookError> {
        let mut occupied = BTreeSet::new();
        for (kind, field) in [(Kind::Person, Field::Departments), (Kind::Department, Field::Parent)] {
            let each = &mut |stored: ehr::Stored| {
                if stored.record.active {
                    occupied.extend(stored.record.values.refs(field).filter_map(|id| NativeId::new(id).ok()));
                }
            };
            self.engine.ehr.list(kind, each).await?;
        }
        Ok(occupied)
    }
}
