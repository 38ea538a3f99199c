//! What the engine's run noted while a plan is applied: troubles by record, and records to look at once more.

use std::collections::{BTreeSet, HashMap};

use directory::LinkId;
use directory::reason::Reason;

use super::PlanRun;
use crate::observe::RecordKey;

impl PlanRun<'_> {
    pub(super) fn count_troubles(&self) -> usize {
        let mut troubles = 0;
        self.run.tally(|tally| troubles = tally.troubles.len());
        troubles
    }

    pub(super) fn troubles_since(&self, from: usize) -> HashMap<LinkId, Reason> {
        let mut since = HashMap::new();
        self.run.tally(|tally| {
            let troubles = tally.troubles.iter().skip(from);
            since.extend(
                troubles
                    .filter_map(|trouble| trouble.link.map(|link| (link, trouble.reason.clone()))),
            );
        });
        since
    }

    /// The plan's items among whom the run wants to look at once more.
    pub(super) fn drain_second_looks(&self) -> BTreeSet<u32> {
        let mut whose = BTreeSet::new();
        self.run
            .tally(|tally| whose = std::mem::take(&mut tally.again));
        let index = |whose: &RecordKey| {
            self.by_id
                .get(whose)
                .and_then(|index| u32::try_from(*index).ok())
        };
        whose.iter().filter_map(index).collect()
    }
}
