//! Deep reads: a rotating part of the corp in full, for what lists do not show.

use directory::LinkId;
use directory::plan::Plan;
use futures::FutureExt as _;

use crate::names::Unknown;
use crate::observe::{LookError, Whose};
use crate::pump::Pump;
use crate::{Run, SweepOrder};

impl Run<'_> {
    /// Reads this sweep's part of the corp in full and picks whoever differs in a field that lists don't show. Departments
    /// and people are read beside each other: DingTalk paces each interface by itself. Returns what the deadline left.
    pub(super) async fn deep_read(
        &self,
        order: &SweepOrder,
        [departments, people]: [Vec<Whose>; 2],
    ) -> Result<(Vec<(Whose, LinkId)>, [Vec<Whose>; 2]), LookError> {
        let (departments, people) =
            futures::join!(self.differing_of(order, departments), self.differing_of(order, people));
        let ((mut differing, left), (people, people_left)) = (departments?, people?);
        differing.extend(people);
        Ok((differing, [left, people_left]))
    }

    async fn differing_of(
        &self,
        order: &SweepOrder,
        rotation: Vec<Whose>,
    ) -> Result<(Vec<(Whose, LinkId)>, Vec<Whose>), LookError> {
        self.expect_kinds_of(rotation.iter());
        let mut looks = Pump::new(rotation);
        let begin = |whose: Whose| async move { (whose.kind, self.differs(whose).await) }.boxed();
        let mut differing = Vec::new();
        let mut left = Vec::new();
        while let Some((kind, looked)) = looks.next(&begin).await {
            // After the first ones, so that every slice gets on.
            if !self.goes_on(order) {
                left.extend(looks.left());
            }
            match looked {
                Ok(found) => differing.extend(found),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => self.tally(|tally| tally.unfinished(kind, None, err.sentence())),
            }
        }
        Ok((differing, left))
    }

    async fn differs(&self, whose: Whose) -> Result<Option<(Whose, LinkId)>, LookError> {
        let mut plan = Plan::default();
        let looked = self.look_once(&whose, Unknown::LeaveOut, &mut plan).await?;
        let items = plan.items.iter().map(|item| item.link.id);
        let settled = plan.settled.iter().map(|settled| settled.link.id);
        let mut links = items.chain(settled).chain(looked.missing.iter().map(|(_, link)| link.id));
        Ok(links.next().map(|link| (whose, link)))
    }
}
