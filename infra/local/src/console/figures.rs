//! The figures of the first page, counted from state. What state does not say stays unknown.

use std::collections::{BTreeMap, BTreeSet};

use admin_console::desk_port::{
    AgreementFigures, ConsoleReply, DashboardFigures, FieldAgreement, OrderRefusal,
};
use desk::{LedgerRequest, Reply};
use directory::{
    BindingId, CorpId, Field, Kind, Link, LinkId, LinkLifecycle, RunId, Side, Timestamp,
};
use engine::report::RunReport;
use state::{Binding, Store, StoreError};

use super::desk_visit::{DeskVisit, unavailable};
use super::machine_desk::MachineDesk;
use super::runs::run_row;

/// Rows of the lists on the first page.
const FIRST_RUNS: usize = 3;
const FIRST_ORDERS: usize = 4;

/// Links that are read at once.
const LINKS_READ: usize = 500;

/// Days of the chart.
const CHART_DAYS: usize = 30;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_MS: i64 = 60 * 1000;

/// What was counted after a sweep: a company is counted once per sweep, however often its page is opened.
pub(super) struct CountedSides {
    binding: BindingId,
    run: RunId,
    figures: AgreementFigures,
}

impl MachineDesk {
    pub(super) async fn read_dashboard(
        &self,
        visit: &DeskVisit<'_>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let runs = visit.newest_runs(None).await?;
        let binding = visit.binding().await?;
        let swept = runs.iter().find(|run| is_complete_sweep(run));
        let agreement = match swept {
            Some(run) => Some(self.compare_sides(visit, &binding, run).await?),
            None => None,
        };
        Ok(ConsoleReply::Dashboard(Box::new(DashboardFigures {
            company: visit.company_name(&binding).await,
            agreement,
            swept_at: swept.map(|run| run.ended_at),
            next_sweep: next_sweep(&binding),
            last_event: None,
            events_by_hour: None,
            waiting: visit.count_waiting().await,
            quota: None,
            paused_since: binding.paused.as_ref().map(|pause| pause.since),
            runs: runs.iter().take(FIRST_RUNS).map(run_row).collect(),
            changes: visit.newest_orders(FIRST_ORDERS).await,
        })))
    }

    async fn compare_sides(
        &self,
        visit: &DeskVisit<'_>,
        binding: &Binding,
        run: &RunReport,
    ) -> Result<AgreementFigures, OrderRefusal> {
        let mut counted = self.counted.lock().await;
        let known = counted
            .as_ref()
            .filter(|one| one.binding == binding.id && one.run == run.id);
        if let Some(known) = known {
            return Ok(known.figures.clone());
        }
        let store = &visit.desk.corps.store;
        let mut figures = count_links(store, &binding.corp_id, run)
            .await
            .map_err(|err| unavailable(&err))?;
        figures.per_mille_by_day = chart_of_one(&figures, run.ended_at, visit.now());
        *counted = Some(CountedSides {
            binding: binding.id.clone(),
            run: run.id.clone(),
            figures: figures.clone(),
        });
        Ok(figures)
    }
}

impl DeskVisit<'_> {
    /// The root department is called as the company is; where it has no name, the CorpId.
    async fn company_name(&self, binding: &Binding) -> String {
        let root = LedgerRequest::Show {
            kind: Kind::Department,
            who: "/".to_owned(),
        };
        let name = match self.order(root).await {
            Ok(Reply::Entry(entry)) => entry
                .fields
                .into_iter()
                .find(|(field, _)| *field == Field::Name)
                .map(|(_, texts)| texts.concat()),
            _ => None,
        };
        name.unwrap_or_else(|| binding.corp_id.to_string())
    }
}

/// A run that applied or made a plan did not see to everything.
pub(super) fn is_complete_sweep(run: &RunReport) -> bool {
    run.complete && !run.closed && !run.continues && run.plan.is_none()
}

fn next_sweep(binding: &Binding) -> Option<Timestamp> {
    let minutes = i64::from(binding.sweep_minutes);
    let swept = binding.swept_at?;
    Some(swept.plus_millis(minutes.saturating_mul(MINUTE_MS)))
}

/// Counts what is linked on both sides. Of these, a record is the same if nothing of it waits, is being written or is held.
async fn count_links(
    store: &Store,
    corp: &CorpId,
    run: &RunReport,
) -> Result<AgreementFigures, StoreError> {
    let held: BTreeSet<LinkId> = run.held.iter().map(|held| held.link).collect();
    let mut counts = LinkCounts::default();
    for kind in [Kind::Department, Kind::Person] {
        let mut after = None;
        loop {
            let page = store
                .links_page(corp, kind, after.as_ref(), LINKS_READ)
                .await?;
            // What cannot be read is there, and nobody knows whether it is the same.
            counts.compared += page.unreadable.len() as u64;
            let links = page.links.iter().filter(|link| is_on_both_sides(link));
            links.for_each(|link| counts.count(link, held.contains(&link.id)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(counts.into_figures())
}

fn is_on_both_sides(link: &Link) -> bool {
    let has = |side| link.native_id(side).is_some();
    link.lifecycle == LinkLifecycle::Active && has(Side::DingTalk) && has(Side::Ehr)
}

#[derive(Default)]
struct LinkCounts {
    compared: u64,
    equal: u64,
    fields: BTreeMap<Field, u64>,
}

impl LinkCounts {
    fn count(&mut self, link: &Link, is_held: bool) {
        self.compared += 1;
        let differs = is_held || !link.waits.is_empty() || !link.intents.is_empty();
        self.equal += u64::from(!differs);
        let fields: BTreeSet<Field> = link.waits.iter().filter_map(|wait| wait.field).collect();
        for field in fields {
            *self.fields.entry(field).or_default() += 1;
        }
    }

    fn into_figures(self) -> AgreementFigures {
        let fields = self.fields.into_iter();
        AgreementFigures {
            compared: self.compared,
            equal: self.equal,
            fields: fields
                .map(|(field, count)| FieldAgreement {
                    field,
                    different: Some(count),
                })
                .collect(),
            per_mille_by_day: Vec::new(),
        }
    }
}

/// Only the last sweep can be counted: no earlier day is known.
fn chart_of_one(figures: &AgreementFigures, swept: Timestamp, now: Timestamp) -> Vec<Option<u16>> {
    let mut days = vec![None; CHART_DAYS];
    let ago = now.millis().saturating_sub(swept.millis()).max(0) / DAY_MS;
    let place = usize::try_from(ago)
        .ok()
        .and_then(|ago| (CHART_DAYS - 1).checked_sub(ago));
    let per_mille = figures.equal.saturating_mul(1000) / figures.compared.max(1);
    if let Some(day) = place.and_then(|place| days.get_mut(place)) {
        *day = u16::try_from(per_mille).ok();
    }
    days
}
