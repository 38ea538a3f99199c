//! Canaries: somebody who is certainly there has to be found before "not found" says something.

use directory::decide::{self, FreshRead};
use directory::hash;
use directory::planted::{self, Bug};
use directory::reason::ReasonCode;
use directory::{DeptId, Field, Kind, LinkLifecycle, NativeId, Side};

use crate::Run;
use crate::observe::LookError;

/// Canaries that are asked for before "not found" is doubted.
const CANARIES_MAX: usize = 5;

/// Who counts as a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CanaryRule {
    /// Somebody who is linked for certain: something is to be removed.
    Linked,
    /// Anybody, as long as no sweep saw somebody who is linked: the first records are to be made.
    Anybody,
}

impl Run<'_> {
    /// Before something is removed: a canary is found on the side that decides, and in DingTalk. For a department another
    /// department is enough: where people are left alone, nobody is linked.
    pub(crate) async fn find_canaries(
        &self,
        kind: Kind,
        of: Option<&NativeId>,
    ) -> Result<(), LookError> {
        if planted::is(Bug::NoCanary) {
            return Ok(());
        }
        if self.deciding_side() == Side::Ehr && !self.find_ehr_canary().await? {
            return Err(LookError::not_yet(ReasonCode::LookEhrFindsNone));
        }
        if kind == Kind::Department && self.find_department_canary(of).await? {
            return Ok(());
        }
        self.find_canary(of, CanaryRule::Linked).await
    }

    /// Somebody else who is certainly there must be found; otherwise "not found" says nothing today. Whoever a list showed
    /// may have left since, and administrators may be outside of the app's contact scope: one that is found is enough.
    /// In another company's data there is always somebody to be found, so that only somebody who is linked counts.
    pub(crate) async fn find_canary(
        &self,
        of: Option<&NativeId>,
        who: CanaryRule,
    ) -> Result<(), LookError> {
        let admins = self.engine.dingtalk.list_admins().await?;
        let seen = self.canary.iter().chain(&admins).map(NativeId::from);
        let canaries = seen.filter(|id| Some(id) != of).take(CANARIES_MAX);
        for canary in canaries.collect::<Vec<_>>() {
            let (links, corp) = (&self.engine.links, &self.engine.corp);
            let link = links
                .get_link_by_native(corp, Kind::Person, Side::DingTalk, &canary)
                .await?;
            let ours = link
                .as_ref()
                .filter(|link| link.lifecycle == LinkLifecycle::Active);
            if ours.is_none() && (who != CanaryRule::Anybody || self.canary.is_some()) {
                continue;
            }
            let FreshRead::Here(record) = self.view_record(Kind::Person, &canary).await? else {
                continue;
            };
            // Another company may have the same `userid`, of another human.
            if ours.is_none_or(|link| !decide::is_another(link, &record, &self.engine.key)) {
                return Ok(());
            }
        }
        Err(LookError::not_yet(ReasonCode::LookNoCanary))
    }

    /// Another department of ours is found, by its id and the name that was agreed on: then "not found" says something about a
    /// department, also where nobody is linked yet. About people it says nothing, whose visibility is another permission.
    pub(crate) async fn find_department_canary(
        &self,
        of: Option<&NativeId>,
    ) -> Result<bool, LookError> {
        let root = NativeId::from(DeptId::ROOT);
        let known = self
            .names
            .known_departments()
            .into_iter()
            .filter(|id| *id != root && Some(id) != of);
        for id in known.take(CANARIES_MAX).collect::<Vec<_>>() {
            let (links, corp) = (&self.engine.links, &self.engine.corp);
            let link = links
                .get_link_by_native(corp, Kind::Department, Side::DingTalk, &id)
                .await?;
            let Some(agreed) = link.and_then(|link| link.base.hashes.get(&Field::Name).copied())
            else {
                continue;
            };
            let FreshRead::Here(record) = self.view_record(Kind::Department, &id).await? else {
                continue;
            };
            if hash::hash_field(
                &self.engine.key,
                Field::Name,
                record.values.get(Field::Name),
            ) == agreed
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The eHR finds somebody whom its list shows as active.
    async fn find_ehr_canary(&self) -> Result<bool, LookError> {
        let mut canary = self.ehr_canary.clone();
        if canary.is_none() {
            self.engine
                .ehr
                .list_records(Kind::Person, &mut |stored| {
                    if stored.record.active && canary.is_none() {
                        canary = Some(stored.record.id);
                    }
                })
                .await?;
        }
        let Some(id) = canary else { return Ok(false) };
        Ok(self
            .engine
            .ehr
            .read_record(Kind::Person, &id)
            .await?
            .is_some())
    }
}
