//! Records that were nominated are read again from both sides and brought in step; people in their numbers.

use directory::plan::{ApprovedPlan, Plan};
use directory::{Kind, LinkId, NativeId, Record, Side};
use futures::FutureExt as _;

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
    ) -> Result<(), LookError> {
        let ids = self.dingtalk_ids(listing.differing.iter().copied().collect()).await?;
        let plan = self.look_at(ids, Unknown::HideField, progress).await?;
        self.apply(plan.approve(&self.engine.policy, listing.people_present), &|_| {}).await?;
        Ok(())
    }

    /// People whom no link knows, chunk by chunk. `false`: the deadline came first, and the rest is for a continuation.
    pub(crate) async fn newcomers(
        &self,
        listing: &Listing,
        order: &SweepOrder,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<bool, LookError> {
        let ids: Vec<_> = listing.newcomers.iter().map(|id| (Kind::Person, id.clone())).collect();
        let mut ready: Option<ApprovedPlan> = None;
        let mut chunks = ids.chunks(order.chunk.max(1));
        let finished = loop {
            let Some(chunk) = chunks.next() else { break true };
            if order.deadline.is_some_and(|deadline| self.now() >= deadline) {
                break false;
            }
            // DingTalk's pace is the floor: the next chunk is read while the last one is written.
            let look = self.look_at(chunk.to_vec(), Unknown::HideField, progress);
            let (plan, written) = futures::join!(look, self.write_ready(ready.take()));
            written?;
            ready = Some(plan?.approve(&self.engine.policy, listing.people_present));
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

    /// Reads records from DingTalk and decides about each of them. One that cannot be worked is noted and stops nobody.
    pub(crate) async fn look_at(
        &self,
        ids: Vec<(Kind, NativeId)>,
        rule: Unknown,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Plan, LookError> {
        let mut looks = Pump::new(ids);
        let begin =
            |(kind, id): (Kind, NativeId)| async move { (kind, self.look_at_one(kind, &id, rule).await) }.boxed();
        let mut plan = Plan::default();
        while let Some((kind, looked)) = looks.next(&begin).await {
            progress(1);
            match looked {
                Ok(one) => plan.add(one),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => self.tally(|tally| tally.unfinished(kind, None, err.sentence())),
            }
        }
        Ok(plan)
    }

    async fn look_at_one(&self, kind: Kind, id: &NativeId, rule: Unknown) -> Result<Plan, LookError> {
        let mut plan = Plan::default();
        let Some(record) = self.read(kind, id).await? else { return Ok(plan) };
        let unknown = self.consider(&record, rule, &mut plan).await?;
        if rule == Unknown::HideField && unknown.iter().any(|(field, _)| field.refers_to() == Some(Kind::Person)) {
            self.tally(|tally| _ = tally.again.insert((kind, id.clone())));
        }
        Ok(plan)
    }

    /// A record as DingTalk has it now. `None`: gone since the list was made, or out of scope; a complete snapshot judges
    /// its absence.
    pub(crate) async fn read(&self, kind: Kind, id: &NativeId) -> Result<Option<Record>, LookError> {
        let read = match (kind, id.to_user_id(), id.to_dept_id()) {
            (Kind::Person, Ok(id), _) => self.engine.dingtalk.person(&id, self.visible).await,
            (Kind::Department, _, Some(id)) => self.engine.dingtalk.department(id).await,
            _ => return Ok(None),
        };
        match read {
            Ok(record) => Ok(Some(record)),
            Err(err) if err.is_about_this_record() => Ok(None),
            Err(err) => Err(err.into()),
        }
    }

    async fn dingtalk_ids(&self, links: Vec<LinkId>) -> Result<Vec<(Kind, NativeId)>, LookError> {
        let (store, corp) = (&self.engine.links, &self.engine.corp);
        let mut ids = Vec::with_capacity(links.len());
        let mut reads = Pump::new(links);
        let begin = |id| store.link(corp, Kind::Person, id);
        while let Some(link) = reads.next(&begin).await {
            ids.extend(link?.and_then(|link| link.native(Side::DingTalk).cloned()).map(|id| (Kind::Person, id)));
        }
        Ok(ids)
    }
}
