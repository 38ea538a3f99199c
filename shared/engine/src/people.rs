//! Records that were nominated are read again from both sides and brought in step; people in their numbers.

use directory::plan::{ApprovedPlan, Plan};
use directory::reason::Reason;
use directory::{Kind, LinkId, Side};
use futures::FutureExt as _;

use crate::concurrency::ConcurrentWork;
use crate::link_names::UnknownReferenceRule;
use crate::listing::Listing;
use crate::observe::{LookError, RecordKey};
use crate::{Run, SweepOrder};

/// People who are read, planned and applied together; bounds the memory of an import.
pub(crate) const PEOPLE_CHUNK: usize = 250;

impl Run<'_> {
    /// People whom a link knows and who differ somewhere: one plan for all of them, so that the guard sees it whole.
    pub(crate) async fn sync_differing(
        &self,
        listing: &Listing,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), LookError> {
        if !self.engine.policy.scope.syncs_people() {
            return Ok(());
        }
        let ids = self
            .keys_of_links(listing.differing.iter().copied().collect())
            .await?;
        let plan = self
            .look_at_records(ids, UnknownReferenceRule::HideField, progress)
            .await?;
        let approved = self.approve_plan(plan).await?;
        self.apply_plan(approved, &|_| {}).await?;
        Ok(())
    }

    /// People whom no link knows, chunk by chunk. `false`: the deadline came first, and the rest is for a continuation.
    pub(crate) async fn sync_newcomers(
        &self,
        listing: &Listing,
        order: &SweepOrder,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<bool, LookError> {
        if !self.engine.policy.scope.syncs_people() {
            return Ok(true);
        }
        let on =
            |side| move |id: &directory::NativeId| RecordKey::new(Kind::Person, side, id.clone());
        let dingtalk = listing.newcomers.iter().map(on(Side::DingTalk));
        let ids: Vec<_> = dingtalk
            .chain(listing.ehr_newcomers.iter().map(on(Side::Ehr)))
            .collect();
        let mut ready: Option<ApprovedPlan> = None;
        let mut chunks = ids.chunks(order.chunk.max(1));
        let mut begun = false;
        let finished = loop {
            let Some(chunk) = chunks.next() else {
                break true;
            };
            // One at least: a slice that is too short for everything else must not repeat itself for ever.
            if begun && !self.has_time_left(order) {
                break false;
            }
            begun = true;
            // DingTalk's pace is the floor: the next chunk is read while the last one is written.
            let look =
                self.look_at_records(chunk.to_vec(), UnknownReferenceRule::HideField, progress);
            let (plan, written) = futures::join!(look, self.write_ready(ready.take()));
            written?;
            ready = Some(self.approve_plan(plan?).await?);
        };
        self.write_ready(ready).await?;
        Ok(finished)
    }

    async fn write_ready(&self, ready: Option<ApprovedPlan>) -> Result<(), LookError> {
        match ready {
            Some(approved) => self.apply_plan(approved, &|_| {}).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Reads records from both sides and decides about each of them. One that cannot be worked is noted and stops nobody.
    pub(crate) async fn look_at_records(
        &self,
        records: Vec<RecordKey>,
        rule: UnknownReferenceRule,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Plan, LookError> {
        self.expect_employment_of(records.iter());
        let mut looks = ConcurrentWork::new(records);
        let begin = |whose: RecordKey| {
            async move { (whose.kind, self.look_at_record(&whose, rule).await) }.boxed()
        };
        let mut plan = Plan::default();
        while let Some((kind, looked)) = looks.next_result(&begin).await {
            progress(1);
            match looked {
                Ok(one) => plan.append_plan(one),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => {
                    self.tally(|tally| tally.add_unfinished(kind, None, Reason::from(&err)));
                }
            }
        }
        Ok(plan)
    }

    async fn look_at_record(
        &self,
        whose: &RecordKey,
        rule: UnknownReferenceRule,
    ) -> Result<Plan, LookError> {
        let mut plan = Plan::default();
        let looked = self.look_once(whose, rule, &mut plan).await?;
        if rule == UnknownReferenceRule::HideField
            && looked.unknown.iter().any(|(field, side, _)| {
                self.may_be_linked_later(whose.kind, *field)
                    || self.follows(*side, whose.kind, *field)
            })
        {
            self.tally(|tally| _ = tally.again.insert(whose.clone()));
        }
        Ok(plan)
    }

    /// Whether a reference that no link knows may be known by the end of the run.
    fn may_be_linked_later(&self, kind: Kind, field: directory::Field) -> bool {
        let person = field.refers_to() == Some(Kind::Person);
        // Departments are there before people are, unless the eHR's tree grows in this very run.
        person || (kind == Kind::Department && self.deciding_side() == Side::Ehr)
    }

    /// The records of these links of people, as the side that decides calls them.
    pub(crate) async fn keys_of_links(
        &self,
        links: Vec<LinkId>,
    ) -> Result<Vec<RecordKey>, LookError> {
        let (store, corp) = (&self.engine.links, &self.engine.corp);
        let mut records = Vec::with_capacity(links.len());
        let mut reads = ConcurrentWork::new(links);
        let begin = |id| store.get_link(corp, Kind::Person, id);
        while let Some(link) = reads.next_result(&begin).await {
            let Some(link) = link? else { continue };
            self.expect_employment(link.dingtalk.iter());
            records.extend(RecordKey::of_link(&link, self.deciding_side()));
        }
        Ok(records)
    }
}
