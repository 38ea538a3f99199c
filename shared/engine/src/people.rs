//! People: whoever was nominated is read again from both sides and brought in step.

use directory::plan::{ApprovedPlan, Plan};
use directory::{Kind, LinkId, NativeId, Record, Side, UserId};
use futures::FutureExt as _;

use crate::departments::{Pending, pending};
use crate::listing::Listing;
use crate::names::Unknown;
use crate::observe::LookError;
use crate::pump::Pump;
use crate::trouble::Reach as _;
use crate::{Run, SweepOrder};

/// People who are read, planned and applied together; bounds the memory of an import.
pub(crate) const CHUNK: usize = 250;

impl Run<'_> {
    /// People whom a link knows and who differ somewhere: one plan for all of them, so that the guard sees it whole.
    pub(crate) async fn differing(
        &self,
        listing: &Listing,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Pending, LookError> {
        let ids = self.user_ids(listing.differing.iter().copied().collect()).await?;
        let mut plan = Plan::default();
        let again = self.look_at(ids, &mut plan, progress).await?;
        let approved = plan.approve(&self.engine.policy, listing.people_linked());
        self.apply(approved, &|_| {}).await?;
        Ok(again)
    }

    /// People whom no link knows, chunk by chunk. `false`: the deadline came first, and the rest is for a continuation.
    pub(crate) async fn newcomers(
        &self,
        listing: &Listing,
        order: &SweepOrder,
        again: &mut Pending,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<bool, LookError> {
        let ids: Vec<UserId> = listing.newcomers.iter().filter_map(|id| id.to_user_id().ok()).collect();
        let mut ready: Option<ApprovedPlan> = None;
        let mut chunks = ids.chunks(order.chunk.max(1));
        let finished = loop {
            let Some(chunk) = chunks.next() else { break true };
            if order.deadline.is_some_and(|deadline| self.now() >= deadline) {
                break false;
            }
            let mut plan = Plan::default();
            // DingTalk's pace is the floor: the next chunk is read while the last one is written.
            let (looked, written) =
                futures::join!(self.look_at(chunk.to_vec(), &mut plan, progress), self.write_ready(ready.take()));
            written?;
            again.extend(looked?);
            ready = Some(plan.approve(&self.engine.policy, listing.people_linked()));
        };
        self.write_ready(ready).await?;
        Ok(finished)
    }

    async fn write_ready(&self, ready: Option<ApprovedPlan>) -> Result<(), LookError> {
        match ready {
            Some(approved) => self.apply(approved, &|_| {}).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Reads people from DingTalk and decides about each of them.
    async fn look_at(
        &self,
        ids: Vec<UserId>,
        plan: &mut Plan,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Pending, LookError> {
        let mut looks = Pump::new(ids);
        let begin = |id| self.look_at_one(id).boxed();
        let mut again = Pending::new();
        while let Some(looked) = looks.next(&begin).await {
            progress(1);
            match looked {
                Ok(Some((one, part))) => {
                    plan.items.extend(one.items);
                    plan.settled.extend(one.settled);
                    again.extend(part);
                }
                Ok(None) => {}
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => self.tally(|tally| tally.note(err.sentence())),
            }
        }
        Ok(again)
    }

    async fn look_at_one(&self, id: UserId) -> Result<Option<(Plan, Option<Record>)>, LookError> {
        let record = match self.engine.dingtalk.person(&id, self.visible).await {
            Ok(record) => record,
            // Gone since the list was made, or out of scope: a complete snapshot judges its absence.
            Err(err) if err.is_about_this_record() => return Ok(None),
            Err(err) => return Err(err.into()),
        };
        let mut plan = Plan::default();
        let unknown = self.consider(&record, Unknown::HideField, &mut plan).await?;
        Ok(Some((plan, pending(&record, &unknown))))
    }

    async fn user_ids(&self, links: Vec<LinkId>) -> Result<Vec<UserId>, LookError> {
        let (store, corp) = (&self.engine.links, &self.engine.corp);
        let mut ids = Vec::with_capacity(links.len());
        let mut reads = Pump::new(links);
        let begin = |id| store.link(corp, Kind::Person, id);
        while let Some(link) = reads.next(&begin).await {
            let native: Option<NativeId> = link?.and_then(|link| link.native(Side::DingTalk).cloned());
            ids.extend(native.and_then(|id| id.to_user_id().ok()));
        }
        Ok(ids)
    }
}
