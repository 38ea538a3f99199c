//! Removals need proof: absent in two complete runs, a fresh read that says "not found", and a canary who is found.

mod canary;
mod departments;

use std::collections::BTreeSet;

use directory::decide::{self, FreshRead, RemovalBar, RemovalRequest};
use directory::effective_dates::Presence;
use directory::plan::{Plan, PlanItem, SettledLink};
use directory::planted::{self, Bug};
use directory::reason::{Reason, ReasonCode};
use directory::{Kind, Link, LinkId, LinkLifecycle, NativeId, Side, WriteAction};

use crate::Run;
use crate::link_names::UnknownReferenceRule;
use crate::observe::{self, LookError, ObservedRecord, RecordKey};

pub(crate) use canary::CanaryRule;

/// Complete runs that must have missed a record before its absence counts.
const MISSED_RUNS_MIN: u32 = 2;

/// Mistakes that take an absence for proven.
pub(crate) const UNASKED: [Bug; 3] = [
    Bug::NoFreshRead,
    Bug::AbsentOnceIsGone,
    Bug::PartialIsComplete,
];

impl Run<'_> {
    /// Works the people whom a complete snapshot missed: the first run notes it, the second one asks and removes.
    pub(crate) async fn process_missing_people(&self, absent: &[LinkId]) -> Result<(), LookError> {
        if !self.engine.policy.scope.syncs_people() {
            return Ok(());
        }
        let confirmed = self.confirm_absence(Kind::Person, absent).await?;
        if confirmed.is_empty() {
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
        self.find_canaries(Kind::Person, None).await?;
        let mut plan = Plan::default();
        for link in confirmed {
            if self.is_kept(&link, &admins).await? {
                self.hold_removal(&link, ReasonCode::WaitAdministratorMissing);
            } else {
                self.propose_removal(&link, &mut plan).await?;
            }
        }
        let approved = self.approve_plan(plan).await?;
        self.apply_plan(approved, &|_| {}).await?;
        Ok(())
    }

    /// Whether nobody but a person may remove somebody in the eHR: an administrator or boss, when last seen or by DingTalk's own
    /// list, whom nobody has marked as left yet. In DingTalk, a fresh read of theirs says whether they are one.
    pub(crate) async fn is_kept(
        &self,
        link: &Link,
        admins: &BTreeSet<NativeId>,
    ) -> Result<bool, LookError> {
        let admin = link.protected || link.dingtalk.as_ref().is_some_and(|id| admins.contains(id));
        if !admin || self.deciding_side() == Side::Ehr || planted::is(Bug::AdminRemoved) {
            return Ok(false);
        }
        let Some(id) = &link.ehr else { return Ok(true) };
        let stored = self.engine.ehr.read_record(link.kind, id).await?;
        Ok(stored.is_none_or(|stored| stored.record.active))
    }

    /// Plans the removal of one record if the side that decides does not find it. Trouble with one stops nobody else.
    async fn propose_removal(&self, link: &Link, plan: &mut Plan) -> Result<(), LookError> {
        let asked = async {
            let Some(whose) = RecordKey::of_link(link, self.deciding_side()) else {
                return Ok(false);
            };
            let observed = self.observe(&whose).await?;
            let reason = Reason::new(ReasonCode::ChangeMissingTwice);
            self.plan_removal((observed, link.id), reason, plan).await
        };
        match asked.await {
            Ok(true) => {}
            Ok(false) => {
                self.tally(|tally| tally.note(Reason::new(ReasonCode::RunMissingRecordFound)));
            }
            Err(err) if err.concerns_everybody() => return Err(err),
            Err(err) => self
                .tally(|tally| tally.add_unfinished(link.kind, Some(link.id), Reason::from(&err))),
        }
        Ok(())
    }

    /// Plans to remove from the other side what the side that decides, read afresh, has no more. `false`: it has it. `of` is the
    /// link whose absence was noticed: its id may lead to another one by now.
    pub(crate) async fn plan_removal(
        &self,
        (observed, of): (ObservedRecord, LinkId),
        reason: Reason,
        plan: &mut Plan,
    ) -> Result<bool, LookError> {
        let Some(link) = observed.link.clone().filter(|link| link.id == of) else {
            return Ok(false);
        };
        if !self.policy_reaches(&observed).await? {
            return Ok(true);
        }
        if let Some(bar) = self.removal_bar(&link, &observed) {
            return self
                .refuse_removal(bar, observed, plan)
                .await
                .map(|()| true);
        }
        let proven = UNASKED.into_iter().any(planted::is);
        let gone = proven
            || match self.deciding_side() {
                Side::DingTalk => matches!(observed.dingtalk, FreshRead::NotFound),
                Side::Ehr => observed.ehr.is_none(),
            };
        if !gone {
            return Ok(false);
        }
        match (self.deciding_side(), &observed.dingtalk, &observed.ehr) {
            (Side::DingTalk, _, Some(stored)) => {
                let removal = RemovalRequest {
                    side: Side::Ehr,
                    ehr_version: Some(stored.version),
                    reason,
                };
                let mut item = decide::plan_removal(&link, removal, self.now());
                // A create that was cut off knows the record by the id that the eHR keeps.
                item.link.ehr = Some(stored.record.id.clone());
                plan.items.push(item);
            }
            (Side::Ehr, FreshRead::Here(record), _) => {
                self.plan_leave(&link, record.protected, reason, plan);
            }
            // Nothing is left to be removed: the link alone says so, if DingTalk's "not found" says something at this moment.
            _ if !self.is_gone_in_dingtalk(&link, &observed).await? => {}
            _ => {
                let removal = RemovalRequest {
                    side: self.deciding_side().other(),
                    ehr_version: None,
                    reason,
                };
                let item = decide::plan_removal(&link, removal, self.now());
                plan.settled.push(SettledLink {
                    link: item.link,
                    before: Some(link),
                });
            }
        }
        Ok(true)
    }

    fn removal_bar(&self, link: &Link, observed: &ObservedRecord) -> Option<RemovalBar> {
        let dingtalk = match &observed.dingtalk {
            FreshRead::Here(record) => FreshRead::Here(record),
            FreshRead::NotFound => FreshRead::NotFound,
            FreshRead::Unseen => FreshRead::Unseen,
        };
        let ehr = observed.ehr.as_ref().map(|stored| &stored.record);
        decide::may_remove(link, dingtalk, ehr, &self.engine.key)
    }

    /// A removal that must not be: whoever has the `userid` by now never was the one whose absence was noticed.
    async fn refuse_removal(
        &self,
        bar: RemovalBar,
        observed: ObservedRecord,
        plan: &mut Plan,
    ) -> Result<(), LookError> {
        match bar {
            RemovalBar::Quarantined | RemovalBar::Left => {}
            RemovalBar::AnotherAccount => {
                self.decide(observed, UnknownReferenceRule::HideField, plan)
                    .await?;
            }
            RemovalBar::AnotherRecord => {
                if let Some(link) = &observed.link {
                    self.hold_removal(link, ReasonCode::IdentityRecordOfAnother);
                }
            }
        }
        Ok(())
    }

    /// A removal that was decided a while ago, right before it is written: both sides still say the same.
    pub(crate) async fn is_still_removable(&self, item: &PlanItem) -> Result<bool, LookError> {
        let Some(before) = item.before.clone() else {
            return Ok(true);
        };
        let observed = self.observe_linked(before).await?;
        let Some(link) = &observed.link else {
            return Ok(false);
        };
        if self
            .removal_bar(link, &observed)
            .is_some_and(|bar| bar != RemovalBar::Left)
        {
            return Ok(false);
        }
        Ok(match self.deciding_side() {
            Side::DingTalk => matches!(observed.dingtalk, FreshRead::NotFound),
            Side::Ehr => observed.ehr.as_ref().is_none_or(|stored| {
                let not_yet = stored.presence == Presence::NotYet;
                stored.presence == Presence::Left || not_yet && planted::is(Bug::NotYetHasLeft)
            }),
        })
    }

    /// Whether DingTalk has no record of a link either, where the eHR has none: not found, and somebody else is.
    async fn is_gone_in_dingtalk(
        &self,
        link: &Link,
        observed: &ObservedRecord,
    ) -> Result<bool, LookError> {
        if self.deciding_side() == Side::DingTalk {
            return Ok(true);
        }
        let of = link.dingtalk.as_ref();
        match (&observed.dingtalk, link.kind) {
            (FreshRead::NotFound, Kind::Department) => self.find_department_canary(of).await,
            (FreshRead::NotFound, Kind::Person) => {
                match self.find_canary(of, CanaryRule::Linked).await {
                    Err(LookError::NotYet(_)) => Ok(false),
                    found => found.map(|()| true),
                }
            }
            // A create that never took place has no id there.
            _ => Ok(of.is_none()),
        }
    }

    /// DingTalk's record goes when the grace period is over.
    fn plan_leave(&self, link: &Link, protected: bool, reason: Reason, plan: &mut Plan) {
        if protected && !planted::is(Bug::AdminRemoved) {
            self.hold_removal(link, ReasonCode::WaitAdministratorLeft);
            return;
        }
        let since = match link.lifecycle {
            LinkLifecycle::Leaving { since } => since,
            _ => self.now(),
        };
        let grace = i64::from(self.engine.policy.grace_days).saturating_mul(24 * 60 * 60 * 1000);
        let grace = if planted::is(Bug::NoGrace) { 0 } else { grace };
        if self.now().millis() >= since.millis().saturating_add(grace) {
            let removal = RemovalRequest {
                side: Side::DingTalk,
                ehr_version: None,
                reason,
            };
            plan.items
                .push(decide::plan_removal(link, removal, self.now()));
        } else if !matches!(link.lifecycle, LinkLifecycle::Leaving { .. }) {
            let leaving = Link {
                lifecycle: LinkLifecycle::Leaving { since },
                ..link.clone()
            };
            plan.settled.push(SettledLink {
                link: leaving,
                before: Some(link.clone()),
            });
        }
    }

    /// Counts another complete run that missed these records; returns those that were missed often enough.
    async fn confirm_absence(&self, kind: Kind, absent: &[LinkId]) -> Result<Vec<Link>, LookError> {
        let mut confirmed = Vec::new();
        for id in absent {
            let Some(link) = self
                .engine
                .links
                .get_link(&self.engine.corp, kind, *id)
                .await?
            else {
                continue;
            };
            let (runs, since) = match link.lifecycle {
                LinkLifecycle::Absent { runs, since } => (runs + 1, since),
                // A create that was begun and cut off: whoever it was for may have left since.
                LinkLifecycle::Active | LinkLifecycle::Creating => (1, self.now()),
                LinkLifecycle::Leaving { since } => (MISSED_RUNS_MIN, since),
                LinkLifecycle::Left { .. } | LinkLifecycle::Quarantined { .. } => continue,
            };
            if runs >= MISSED_RUNS_MIN || planted::is(Bug::AbsentOnceIsGone) {
                confirmed.push(link);
                continue;
            }
            let missed = Link {
                lifecycle: LinkLifecycle::Absent { runs, since },
                ..link.clone()
            };
            self.settle_unless_preview(SettledLink {
                link: missed,
                before: Some(link),
            })
            .await?;
        }
        Ok(confirmed)
    }

    async fn settle_unless_preview(&self, settled: SettledLink) -> Result<(), LookError> {
        if self.preview.is_none() {
            self.settle_link(&settled).await?;
        }
        Ok(())
    }

    pub(crate) fn hold_removal(&self, link: &Link, why: ReasonCode) {
        let held = observe::hold_for_person(link, WriteAction::Remove, Reason::new(why));
        self.tally(|tally| tally.held.push(held));
    }
}
