//! Deep reads: a rotating part of the corp in full, for what lists do not show.

use directory::LinkId;
use directory::plan::Plan;
use directory::reason::Reason;
use futures::FutureExt as _;

use crate::concurrency::ConcurrentWork;
use crate::link_names::UnknownReferenceRule;
use crate::observe::{LookError, RecordKey};
use crate::{Run, SweepOrder};

impl Run<'_> {
    /// Reads this sweep's part of the corp in full and picks whoever differs in a field that lists don't show. Departments
    /// and people are read beside each other: DingTalk paces each interface by itself. Returns what the deadline left.
    pub(super) async fn deep_read(
        &self,
        order: &SweepOrder,
        [departments, people]: [Vec<RecordKey>; 2],
    ) -> Result<(Vec<(RecordKey, LinkId)>, [Vec<RecordKey>; 2]), LookError> {
        let (departments, people) = futures::join!(
            self.find_differing(order, departments),
            self.find_differing(order, people)
        );
        let ((mut differing, left), (people, people_left)) = (departments?, people?);
        differing.extend(people);
        Ok((differing, [left, people_left]))
    }

    async fn find_differing(
        &self,
        order: &SweepOrder,
        rotation: Vec<RecordKey>,
    ) -> Result<(Vec<(RecordKey, LinkId)>, Vec<RecordKey>), LookError> {
        self.expect_employment_of(rotation.iter());
        let mut looks = ConcurrentWork::new(rotation);
        let begin = |whose: RecordKey| {
            async move { (whose.kind, self.find_difference(whose).await) }.boxed()
        };
        let mut differing = Vec::new();
        let mut left = Vec::new();
        while let Some((kind, looked)) = looks.next_result(&begin).await {
            // After the first ones, so that every slice gets on.
            if !self.has_time_left(order) {
                left.extend(looks.take_not_begun());
            }
            match looked {
                Ok(found) => differing.extend(found),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => {
                    self.tally(|tally| tally.add_unfinished(kind, None, Reason::from(&err)));
                }
            }
        }
        Ok((differing, left))
    }

    async fn find_difference(
        &self,
        whose: RecordKey,
    ) -> Result<Option<(RecordKey, LinkId)>, LookError> {
        let mut plan = Plan::default();
        let looked = self
            .look_once(&whose, UnknownReferenceRule::LeaveOut, &mut plan)
            .await?;
        let items = plan.items.iter().map(|item| item.link.id);
        let settled = plan.settled.iter().map(|settled| settled.link.id);
        let mut links = items
            .chain(settled)
            .chain(looked.missing.iter().map(|(_, link)| link.id));
        Ok(links.next().map(|link| (whose, link)))
    }
}
