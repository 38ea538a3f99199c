//! A sweep: both sides listed, differences found, read again, and brought in step.

mod end;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use directory::budget::CompanySize;
use directory::hash;
use directory::index::BaseIndex;
use directory::planted::{self, Bug};
use directory::reason::{Reason, ReasonCode};
use directory::snapshot::{self, AppScope, IncompleteReason};
use directory::{Kind, RunId, Side, Timestamp, UserId};

use crate::checkpoint::SweepCheckpoint;
use crate::link_names::LinkNames;
use crate::listing::Listing;
use crate::observe::LookError;
use crate::plans::CollectedPlan;
use crate::policy_reach;
use crate::report::{RunProgress, RunReport};
use crate::{Engine, Run, RunVisibility};

pub(crate) use end::journal_open_note;

/// What a sweep is to do.
#[derive(Clone)]
pub struct SweepOrder {
    /// The run's id.
    pub run: RunId,
    /// The scope that a person accepted; `None` at the first run, which accepts what it finds.
    pub accepted: Option<AppScope>,
    /// Sweeps so far that deep-read their part of the corp: chooses the part of this one.
    pub sweeps: u64,
    /// One part in this many is deep-read per sweep; 0 for none.
    pub deep_share: u64,
    /// Newcomers that are read, planned and applied together.
    pub chunk: usize,
    /// When to stop and leave the rest to a continuation.
    pub deadline: Option<Timestamp>,
    /// Where an earlier slice of this run stood.
    pub checkpoint: Option<SweepCheckpoint>,
    /// Told how far it is.
    pub progress: Arc<dyn Fn(RunProgress) + Send + Sync>,
}

impl SweepOrder {
    /// A sweep with the usual share of deep reads, no deadline and nobody watching.
    #[must_use]
    pub fn new(run: RunId) -> Self {
        let progress = Arc::new(|_| {});
        Self {
            run,
            accepted: None,
            sweeps: 0,
            deep_share: 7,
            chunk: crate::people::PEOPLE_CHUNK,
            deadline: None,
            checkpoint: None,
            progress,
        }
    }
}

/// A sweep's report and the scope that it saw.
#[derive(Debug, Clone)]
pub struct SweepResult {
    /// What was done.
    pub report: RunReport,
    /// What the app could see; `None` where not even that could be read.
    pub scope: Option<AppScope>,
    /// Somebody whom it saw.
    pub canary: Option<UserId>,
    /// This sweep's part of the corp was deep-read: the next one takes the next part.
    pub turned: bool,
    /// Where the continuation goes on; `None` where there is none, or where it begins anew.
    pub checkpoint: Option<SweepCheckpoint>,
    /// Who is to be asked for what only they can change.
    pub asks: Vec<crate::employee_asks::EmployeeAsk>,
}

impl Engine {
    /// Runs a sweep. What goes wrong is in the report: a run that failed halfway has kept what it wrote, and the next
    /// one goes on from there.
    pub async fn sweep(&self, order: &SweepOrder) -> SweepResult {
        self.sweep_or_preview(order, false).await.0
    }

    /// A sweep, or what it would do; what it collected then, and the names that it met.
    pub(crate) async fn sweep_or_preview(
        &self,
        order: &SweepOrder,
        preview: bool,
    ) -> (SweepResult, Option<(CollectedPlan, LinkNames)>) {
        let began_at = self.clock.now();
        _ = self.dingtalk.take_tally();
        let scope = match &order.checkpoint {
            Some(checkpoint) => Ok(checkpoint.scope().clone()),
            None => self.dingtalk.read_scope().await.map_err(LookError::from),
        };
        let sight = |scope: &AppScope| RunVisibility {
            visible: scope.fields,
            whole_company: scope.whole_company,
            canary: None,
        };
        let sight = scope.as_ref().map(sight).unwrap_or_default();
        let begin = if preview { Run::preview } else { Run::new };
        let mut run = begin(self, order.run.clone(), sight);
        let ended = match &scope {
            Ok(scope) => run.sweep(order, scope.clone(), began_at).await,
            Err(err) => {
                run.tally(|tally| tally.note(Reason::from(err)));
                SweepEnd::default()
            }
        };
        let asks = run.take_asks();
        let report = run.build_report(order, began_at, &ended);
        let collected = run.preview.take().map(|collected| {
            collected
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
        });
        let checkpoint = ended.checkpoint;
        let swept = SweepResult {
            report,
            scope: scope.ok(),
            canary: run.canary,
            turned: ended.turned,
            checkpoint,
            asks,
        };
        (swept, collected.map(|collected| (collected, run.names)))
    }
}

/// How a sweep ended.
#[derive(Default)]
pub(crate) struct SweepEnd {
    pub(crate) complete: bool,
    pub(crate) continues: bool,
    pub(crate) turned: bool,
    pub(crate) active: [u64; 2],
    pub(crate) checkpoint: Option<SweepCheckpoint>,
}

/// What the work on a whole listing came to.
struct ListingOutcome {
    /// The lists were complete.
    complete: bool,
    /// The deadline came first: where to go on.
    rest: Option<SweepCheckpoint>,
}

impl Run<'_> {
    async fn sweep(&mut self, order: &SweepOrder, scope: AppScope, began: Timestamp) -> SweepEnd {
        let mut ended = SweepEnd::default();
        match self.list_sides(order, scope).await {
            Ok((mut listing, deep))
                if listing.unread.is_some() || self.is_late(order, &listing, began) =>
            {
                // The lists may be at their end: they are asked for nothing then.
                listing.unread.get_or_insert_default();
                self.canary.clone_from(&listing.somebody);
                ended.continues = true;
                ended.checkpoint = Some(
                    SweepCheckpoint::of(&listing, deep, self.candidates.list_all())
                        .with_tally(self),
                );
            }
            Ok((listing, _)) => {
                self.canary.clone_from(&listing.somebody);
                let newcomer = listing
                    .newcomers
                    .first()
                    .and_then(|id| id.to_user_id().ok());
                ended.turned = order
                    .checkpoint
                    .as_ref()
                    .is_none_or(SweepCheckpoint::is_listing);
                let kinds = [Kind::Person, Kind::Department];
                ended.active =
                    kinds.map(|kind| listing.ehr_active.get(&kind).copied().unwrap_or_default());
                match self.work_listing(order, listing).await {
                    Ok(worked) => {
                        (ended.complete, ended.continues) =
                            (worked.complete, worked.rest.is_some());
                        ended.checkpoint = worked.rest;
                    }
                    Err(err) => self.tally(|tally| tally.note(Reason::from(&err))),
                }
                // Who came with a first sync is known from here on.
                self.canary = self.canary.take().or(newcomer);
            }
            Err(err) => self.tally(|tally| tally.note(Reason::from(&err))),
        }
        self.count_active(&mut ended).await;
        // A continuation goes on with the same run's journal.
        if !ended.continues
            && let Err(err) = self.engine.journal.close(&self.id).await
        {
            self.tally(|tally| tally.note(journal_open_note(&err)));
        }
        ended
    }

    /// Whether what differs waits for the next slice: it is read and judged as a whole, so that the guard sees all of it, and
    /// a slice of which half is over may be too short for that. One that did not list begins with it.
    fn is_late(&self, order: &SweepOrder, listing: &Listing, began: Timestamp) -> bool {
        let listed = order
            .checkpoint
            .as_ref()
            .is_none_or(SweepCheckpoint::is_listing);
        let much = listing.differing.len() + listing.departments_nominated.len() > order.chunk;
        let half = |deadline: Timestamp| deadline.millis().saturating_sub(began.millis()) / 2;
        listed
            && much
            && order
                .deadline
                .is_some_and(|deadline| self.now() >= began.plus_millis(half(deadline)))
    }

    async fn work_listing(
        &self,
        order: &SweepOrder,
        mut listing: Listing,
    ) -> Result<ListingOutcome, LookError> {
        let (trees, misplaced) = self.build_trees(&listing);
        let scope_after = self.engine.dingtalk.read_scope().await?;
        let decides = self.deciding_side();
        let evidence = match decides {
            Side::DingTalk => {
                listing.dingtalk_evidence(scope_after, order.accepted.clone(), misplaced)
            }
            Side::Ehr => listing.ehr_evidence(misplaced),
        };
        let judge =
            |index| snapshot::judge_listing(index, decides, &evidence, listing.people_present);
        let (people, departments) = (judge(&listing.people), judge(&listing.departments));
        let missing = people
            .as_ref()
            .map(|complete| complete.absent_links().len())
            .unwrap_or_default();
        (order.progress)(RunProgress::Planned {
            preview: listing.preview(missing),
        });
        if let Err(partial) = &people {
            self.note_objections(&partial.objections);
        }
        let strangers = !planted::is(Bug::StrangersWelcome);
        if strangers && listing.shows_only_unlinked() {
            self.tally(|tally| tally.note(Reason::new(ReasonCode::RunStrangers)));
            return Ok(ListingOutcome {
                complete: false,
                rest: None,
            });
        }
        let before = CompanySize {
            people: listing.people_present,
            departments: listing.departments.count_present(),
        };
        self.note_size(before).await?;
        let rest = self.checkpoint_rest(order, &listing);
        let empty = listing.empty_index(self);
        let index = std::mem::replace(&mut listing.people, empty);
        self.reserve_newcomers(&listing, &index);
        self.names.use_linked(index.into());
        let done = AtomicU64::new(0);
        let total = listing.records_to_read();
        let progress = |more: u64| {
            let done = done.fetch_add(more, Ordering::Relaxed) + more;
            (order.progress)(RunProgress::Working {
                done: done.min(total),
                total,
            });
        };
        self.sync_departments(&listing, &trees, &progress).await?;
        self.sync_differing(&listing, &progress).await?;
        let finished = self.sync_newcomers(&listing, order, &progress).await?;
        if finished {
            self.look_again().await?;
        }
        if let (true, Ok(people), Ok(departments)) = (finished, &people, &departments) {
            self.process_missing_people(people.absent_links()).await?;
            self.process_missing_departments(departments.absent_links())
                .await?;
        }
        self.note_size(self.size_after(before)).await?;
        Ok(ListingOutcome {
            complete: people.is_ok() && departments.is_ok(),
            rest: rest.filter(|_| !finished).map(|rest| rest.with_tally(self)),
        })
    }

    /// Says why the lists are not complete, so that nothing is removed.
    fn note_objections(&self, objections: &[IncompleteReason]) {
        for objection in objections {
            self.tally(|tally| {
                tally.scope_waits |= *objection == IncompleteReason::ScopeChanged;
                let cause = Reason::from(objection);
                tally.note(Reason::new(ReasonCode::RunNothingRemoved).cause(cause));
            });
        }
    }

    /// The company as this run leaves it: what it linked and what left are counted with what was linked before.
    fn size_after(&self, before: CompanySize) -> CompanySize {
        let mut linked = [0; 2];
        self.tally(|tally| {
            let of = |kind| tally.linked.get(&kind).copied().unwrap_or_default();
            linked = [of(Kind::Person), of(Kind::Department)];
        });
        CompanySize {
            people: before.people.saturating_add_signed(linked[0]),
            departments: before.departments.saturating_add_signed(linked[1]),
        }
    }

    /// Where to go on if newcomers do not fit into this slice: whoever has a link by then is left out.
    fn checkpoint_rest(&self, order: &SweepOrder, listing: &Listing) -> Option<SweepCheckpoint> {
        let newcomers = listing.newcomers.len() + listing.ehr_newcomers.len();
        let may_end = order.deadline.is_some() && newcomers > 0;
        may_end.then(|| {
            SweepCheckpoint::of(
                listing,
                [Vec::new(), Vec::new()],
                self.candidates.list_all(),
            )
            .with_work_done()
        })
    }

    /// Where the eHR's ids are ours to derive, people who are about to be created can be referred to at once: managers and
    /// heads need no second write. Where the policy leaves people out, nobody knows yet who will come.
    pub(crate) fn reserve_newcomers(&self, listing: &Listing, known: &BaseIndex) {
        if self.deciding_side() == Side::Ehr || policy_reach::leaves_people_out(&self.engine.policy)
        {
            return;
        }
        for id in &listing.newcomers {
            let link = hash::derive_link_id(&self.engine.key, Side::DingTalk, Kind::Person, id, 0);
            // Taken: the userid was freed by somebody who came back under another one.
            let free = !known.has_link(link);
            if let Some(ehr) = self.engine.ehr.id_for(link).filter(|_| free) {
                self.names.reserve_id(Kind::Person, id, link, ehr);
            }
        }
    }
}
