//! Records that were nominated are read again from both sides and brought in step; people in their numbers.

use directory::plan::{ApprovedPlan, Plan};
use directory::{Kind, LinkId, Side};
use futures::FutureExt as _;

use crate::listing::Listing;
use crate::names::Unknown;
use crate::observe::{LookError, Whose};
use crate::pump::Pump;
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
        if !self.engine.policy.scope.takes_people() {
            return Ok(());
        }
        let ids = self.whose(listing.differing.iter().copied().collect()).await?;
        let plan = self.look_at(ids, Unknown::HideField, progress).await?;
        self.apply(self.approve(plan, listing.people_present), &|_| {}).await?;
        Ok(())
    }

    /// People whom no link knows, chunk by chunk. `false`: the deadline came first, and the rest is for a continuation.
    pub(crate) async fn newcomers(
        &self,
        listing: &Listing,
        order: &SweepOrder,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<bool, LookError> {
        if !self.engine.policy.scope.takes_people() {
            return Ok(true);
        }
        let on = |side| move |id: &directory::NativeId| Whose::new(Kind::Person, side, id.clone());
        let dingtalk = listing.newcomers.iter().map(on(Side::DingTalk));
        let ids: Vec<_> = dingtalk.chain(listing.ehr_newcomers.iter().map(on(Side::Ehr))).collect();
        let mut ready: Option<ApprovedPlan> = None;
        let mut chunks = ids.chunks(order.chunk.max(1));
        let mut begun = false;
        let finished = loop {
            let Some(chunk) = chunks.next() else { break true };
            // One at least: a slice that is too short for everything else must not repeat itself for ever.
            if begun && !self.goes_on(order) {
                break false;
            }
            begun = true;
            // DingTalk's pace is the floor: the next chunk is read while the last one is written.
            let look = self.look_at(chunk.to_vec(), Unknown::HideField, progress);
            let (plan, written) = futures::join!(look, self.write_ready(ready.take()));
            written?;
            ready = Some(self.approve(plan?, listing.people_present));
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

    /// Reads records from both sides and decides about each of them. One that cannot be worked is noted and stops nobody.
    pub(crate) async fn look_at(
        &self,
        records: Vec<Whose>,
        rule: Unknown,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Plan, LookError> {
        self.expect_kinds_of(records.iter());
        let mut looks = Pump::new(records);
        let begin = |whose: Whose| async move { (whose.kind, self.look_at_one(&whose, rule).await) }.boxed();
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

    async fn look_at_one(&self, whose: &Whose, rule: Unknown) -> Result<Plan, LookError> {
        let mut plan = Plan::default();
        let looked = self.look_once(whose, rule, &mut plan).await?;
        if rule == Unknown::HideField
            && looked
                .unknown
                .iter()
                .any(|(field, side, _)| self.may_come(whose.kind, *field) || self.follows(*side, whose.kind, *field))
        {
            self.tally(|tally| _ = tally.again.insert(whose.clone()));
        }
        Ok(plan)
    }

    /// Whether a reference that no link knows may be known by the end of the run.
    fn may_come(&self, kind: Kind, field: directory::Field) -> bool {
        let person = field.refers_to() == Some(Kind::Person);
        // Departments are there before people are, unless the eHR's tree grows in this very run.
        person || (kind == Kind::Department && self.decides() == Side::Ehr)
    }

    /// The records of these links of people, as the side that decides calls them.
    pub(crate) async fn whose(&self, links: Vec<LinkId>) -> Result<Vec<Whose>, LookError> {
        let (store, corp) = (&self.engine.links, &self.engine.corp);
        let mut records = Vec::with_capacity(links.len());
        let mut reads = Pump::new(links);
        let begin = |id| store.link(corp, Kind::Person, id);
        while let Some(link) = reads.next(&begin).await {
            let Some(link) = link? else { continue };
            self.expect_kinds(link.dingtalk.iter());
            records.extend(Whose::of(&link, self.decides()));
        }
        Ok(records)
    }
}
