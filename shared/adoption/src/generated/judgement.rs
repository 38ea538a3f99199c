//! The judge, who knows the truth: how many links there are, and how many are wrong.

use std::collections::BTreeSet;

use crate::decision::LinkPlan;
use crate::matching::AdoptionReport;

use super::GeneratedCompany;

/// What the judge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judgement {
    /// Humans whom both sides have and whose records are linked.
    pub linked: usize,
    /// Links between two humans, further records included.
    pub wrong: usize,
    /// Links whose leading record is not an active one.
    pub wrong_lead: usize,
    /// Creates of humans who are there already.
    pub doubles: usize,
    /// Humans who wait for a decision of their own.
    pub queue: usize,
    /// Decisions about classes.
    pub decisions: usize,
}

impl Judgement {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.wrong + self.wrong_lead + self.doubles == 0
    }

    /// Whether the targets hold: 94 % linked with at most three class decisions, at most 60 of 1,000 in the queue, nothing
    /// wrong.
    #[must_use]
    pub fn holds(&self, people: usize) -> bool {
        self.is_clean()
            && self.linked * 100 >= people * 94
            && self.decisions <= 3
            && self.queue * 1000 <= people * 60
    }
}

/// Judges what a report and its decisions led to.
#[must_use]
pub fn judge_links(
    company: &GeneratedCompany,
    report: &AdoptionReport,
    plan: &LinkPlan,
) -> Judgement {
    let mut judgement = Judgement {
        queue: report.queue.len(),
        decisions: report.likely.len(),
        ..Judgement::default()
    };
    let of_dingtalk = |id| company.humans_of_dingtalk.get(id);
    let of_ehr = |id| company.humans_of_ehr.get(id);
    let mut accounts = BTreeSet::new();
    for link in &plan.links {
        let (one, two) = (of_dingtalk(&link.dingtalk), of_ehr(&link.ehr));
        judgement.linked += usize::from(one == two && accounts.insert(one));
        judgement.wrong += usize::from(one != two);
        judgement.wrong += link.further.iter().filter(|id| of_ehr(id) != two).count();
        judgement.wrong_lead += usize::from(!company.leading.contains(&link.ehr));
    }
    let in_dingtalk: BTreeSet<Option<&usize>> =
        company.humans_of_dingtalk.values().map(Some).collect();
    let in_ehr: BTreeSet<Option<&usize>> = company.humans_of_ehr.values().map(Some).collect();
    let mut created = BTreeSet::new();
    for create in &plan.create_in_dingtalk {
        let human = of_ehr(&create.id);
        judgement.doubles += usize::from(in_dingtalk.contains(&human) || !created.insert(human));
    }
    for create in &plan.create_in_ehr {
        judgement.doubles += usize::from(in_ehr.contains(&of_dingtalk(&create.id)));
    }
    judgement
}
