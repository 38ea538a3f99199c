//! Runs one history: chaos, then healing, then judgement.

mod chaos;
mod heal;

use directory::reason::{Reason, ReasonCode};
use engine::LookError;
use engine::checkpoint::SweepCheckpoint;
use engine::plans::PlannedSweep;

use crate::checker;
use crate::company::{self, InitialSize};
use crate::dice::Dice;
use crate::fault::{Fault, FaultRates};
use crate::invocation::{Invocation, InvocationEnd};
use crate::oracle::Violation;
use crate::plans::{self, PlanToApply};
use crate::policies;
use crate::world::{InitialWorld, QueuedWake, SharedWorld, SideHabits, WorldState};

/// The shape of a history, besides its seed.
#[derive(Debug, Clone)]
pub struct HistoryShape {
    /// Number of steps of chaos. Each step is an edit, the start of an invocation, a disaster or a
    /// poll.
    pub steps: u32,
    /// Whether to keep the story as lines of text.
    pub keeps_story: bool,
    /// Whether no fault happens. People still edit.
    pub calm: bool,
}

impl Default for HistoryShape {
    fn default() -> Self {
        Self {
            steps: 1500,
            keeps_story: false,
            calm: false,
        }
    }
}

/// Result of a history.
#[derive(Debug, Clone)]
pub struct HistoryOutcome {
    /// Seed of the history.
    pub seed: u64,
    /// Hash of everything that happened.
    pub hash: u64,
    /// The rules that were broken; empty in a good history.
    pub violations: Vec<Violation>,
    /// The story, if it was kept.
    pub story: Vec<String>,
    /// How often each fault was met.
    pub faults: Vec<(Fault, u64)>,
    /// Number of edits by people.
    pub edits: u64,
    /// Number of invocations that began.
    pub invocations: u64,
    /// Rounds of healing until a round wrote nothing.
    pub rounds: u32,
    /// The history ended because no person is left that both sides know, and a human must look.
    /// Only that is judged then.
    pub stuck: bool,
    /// Values in shared fields that people wrote between a read and a write of the engine, and that
    /// are lost: the residual risk that the policy states.
    pub shared_unseen: u64,
}

/// A history in progress.
pub struct History {
    seed: u64,
    pub(crate) shared: SharedWorld,
    running: Vec<Invocation>,
    last: u32,
    edits: u64,
    rounds: u32,
    saved: Option<crate::world::LinkTable>,
    /// Whether a wake asked for a sweep.
    sweep_due: bool,
    continued: Option<(directory::RunId, Option<SweepCheckpoint>)>,
}

/// Runs the history of a seed.
#[must_use]
pub fn run_history(seed: u64) -> HistoryOutcome {
    run_shaped_history(seed, &HistoryShape::default())
}

/// Runs the history of a seed and keeps its story as text.
#[must_use]
pub fn run_with_trace(seed: u64) -> HistoryOutcome {
    run_shaped_history(
        seed,
        &HistoryShape {
            keeps_story: true,
            ..HistoryShape::default()
        },
    )
}

/// Runs a history of this shape.
#[must_use]
pub fn run_shaped_history(seed: u64, shape: &HistoryShape) -> HistoryOutcome {
    let mut history = History::from_seed(seed, shape);
    history.run_first_sweep();
    history.chaos(shape);
    history.heal_and_judge()
}

impl History {
    /// Creates the company of a seed, its policy, and its faults.
    #[must_use]
    pub fn from_seed(seed: u64, shape: &HistoryShape) -> Self {
        let mut dice = Dice::new(seed);
        let policy = policies::any_policy(&mut dice);
        let between =
            |dice: &mut Dice, from, to| u32::try_from(dice.between(from, to)).unwrap_or(3);
        let size = InitialSize {
            people: between(&mut dice, 3, 8),
            departments: between(&mut dice, 2, 5),
        };
        let faults = if shape.calm {
            FaultRates::none()
        } else {
            FaultRates::random_rates(&mut dice)
        };
        let dingtalk = company::generate_dingtalk(size, 1, "u", &mut dice);
        let strangers = InitialSize {
            people: 4,
            departments: 2,
        };
        let stranger = company::generate_dingtalk(strangers, 9001, "u", &mut dice);
        let rotation = dice.pick(&[1, 2, 7]).unwrap_or(1);
        let bound_in_peace = dice.chance(500);
        let habits = SideHabits {
            capitals: None,
            bound_in_peace,
            rotation,
        };
        let beginning = InitialWorld {
            dice,
            dingtalk,
            stranger,
            policy,
            habits,
            faults,
            keeps_story: shape.keeps_story,
        };
        Self::from_parts(seed, beginning, size)
    }

    /// Creates a history with a given world.
    #[must_use]
    pub fn from_parts(seed: u64, beginning: InitialWorld, size: InitialSize) -> Self {
        let mut state = WorldState::new(beginning);
        state.settle_habits();
        state.makes_plans = seed % plans::PLAN_HISTORY_RATE == 3;
        state.found_company(size);
        let shared = SharedWorld::new(state);
        Self {
            seed,
            shared,
            running: Vec::new(),
            last: 0,
            edits: 0,
            rounds: 0,
            saved: None,
            sweep_due: false,
            continued: None,
        }
    }

    /// Heals the history and judges it.
    #[must_use]
    pub fn heal_and_judge(mut self) -> HistoryOutcome {
        self.heal();
        self.into_outcome()
    }

    /// Runs the first sweep without disturbance.
    pub(crate) fn run_first_sweep(&mut self) {
        let in_peace = self.shared.lock_world().habits.bound_in_peace;
        if in_peace {
            self.shared.lock_world().faults.healed = true;
            _ = self.sweep_alone();
            _ = self.sweep_alone();
            self.shared.lock_world().faults.healed = false;
        }
    }

    pub(crate) fn next_id(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    /// Handles the end of an invocation as the functions do.
    pub(crate) fn handle_end(&mut self, id: u32, ended: InvocationEnd) {
        let state = &mut *self.shared.lock_world();
        state.began.remove(&id);
        state.forget_reads(id);
        match ended {
            InvocationEnd::Nothing => {}
            InvocationEnd::Looked(waiting, Err(err)) => state.handle_failed_look(id, waiting, &err),
            InvocationEnd::Looked(_, Ok(looked)) => {
                self.sweep_due |= looked.sweep_due;
                state
                    .story
                    .record_event(state.now, "looked", &[u64::from(id)], || {
                        format!("#{id} {:?}", looked.counts)
                    });
            }
            InvocationEnd::Planned(planned) => state.store_plan(id, *planned),
            InvocationEnd::Applied { counts, stopped } => {
                state
                    .story
                    .record_event(state.now, "applied", &[u64::from(id)], || {
                        let not_applied = state.plan.as_ref().map(|plan| &plan.place.not_applied);
                        format!("#{id} {counts:?} {stopped:?} {not_applied:?}")
                    });
                if stopped.is_none() {
                    state.plan = None;
                }
            }
            InvocationEnd::Swept(swept) => {
                state.story.record_event(
                    state.now,
                    "swept",
                    &[u64::from(id), swept.report.writes],
                    || {
                        let report = &swept.report;
                        let (held, troubles) = (&report.held, &report.troubles);
                        format!(
                            "#{id} {:?} complete {} {:?} {held:?} {troubles:?}",
                            report.counts, report.complete, report.notes
                        )
                    },
                );
                let report = &swept.report;
                state.save_holds(report);
                let mut said = report
                    .notes
                    .iter()
                    .chain(report.troubles.iter().map(|trouble| &trouble.reason));
                state.stuck = said.any(finds_nobody);
                let id = swept.report.id.clone();
                self.continued = swept
                    .report
                    .continues
                    .then(|| (id, swept.checkpoint.as_ref().and_then(reload_checkpoint)));
                state.kept.sweeps += u64::from(swept.turned);
                if swept.canary.is_some() {
                    state.kept.canary.clone_from(&swept.canary);
                }
                if state.kept.accepted.is_none() {
                    state.kept.accepted.clone_from(&swept.scope);
                }
            }
        }
    }

    /// Polls an invocation until it ends; returns how it ended.
    pub(crate) fn run_to_end(&mut self, mut invocation: Invocation) -> Option<InvocationEnd> {
        for _ in 0..POLLS_MAX {
            if let Some(ended) = invocation.poll() {
                return Some(ended);
            }
            self.shared.lock_world().advance_time(20);
        }
        let id = invocation.id;
        self.shared
            .lock_world()
            .oracle
            .report_violation("livelock", format!("#{id} does not end"));
        None
    }

    /// Returns what was broken and what happened.
    #[must_use]
    pub fn into_outcome(self) -> HistoryOutcome {
        drop(self.running);
        let state = &mut *self.shared.lock_world();
        let shared_unseen = checker::judge_history(state);
        HistoryOutcome {
            seed: self.seed,
            hash: state.story.hash(),
            violations: std::mem::take(&mut state.oracle.violations),
            story: state.story.lines().to_vec(),
            faults: state.faults.counts().collect(),
            edits: self.edits,
            invocations: u64::from(self.last),
            rounds: self.rounds,
            stuck: state.stuck,
            shared_unseen,
        }
    }
}

impl WorldState {
    /// Stores an approved plan. A person approves four of five plans that contain anything.
    fn store_plan(&mut self, id: u32, planned: PlannedSweep) {
        self.story.record_event(
            self.now,
            "planned",
            &[u64::from(id), planned.items.len() as u64],
            || {
                format!(
                    "#{id} {:?} {:?} {:?}",
                    planned.counts(),
                    planned.held,
                    planned.swept.report.notes
                )
            },
        );
        let random = u32::try_from(self.dice.below(1 << 30)).unwrap_or(0);
        let approves = self.dice.chance(800) && !planned.items.is_empty();
        let run = state::run_id(self.current_time(), random)
            .ok()
            .filter(|_| approves);
        let items = std::sync::Arc::new(planned.items);
        self.plan = run.map(|run| PlanToApply {
            run,
            items,
            place: engine::plans::PlanCheckpoint::default(),
        });
    }

    /// Records a look that failed, and puts its wake back if a retry may help.
    fn handle_failed_look(&mut self, id: u32, waiting: QueuedWake, err: &LookError) {
        self.story
            .record_event(self.now, "look failed", &[u64::from(id)], || {
                format!("#{id} {}", Reason::from(err))
            });
        if err.is_transient() {
            self.return_wake(waiting);
        }
    }
}

/// Returns a checkpoint after a round trip through bytes, as the archive returns it.
fn reload_checkpoint(checkpoint: &SweepCheckpoint) -> Option<SweepCheckpoint> {
    let mut body = Vec::new();
    checkpoint.write(&mut body);
    SweepCheckpoint::read(&body)
}

/// Limit of polls for one invocation. A sweep of a dozen people takes some thousands, one of a
/// thousand people some hundred thousand.
const POLLS_MAX: u32 = 1_000_000;

impl WorldState {
    /// Advances the time and delivers what is due.
    pub(crate) fn advance_time(&mut self, ms: i64) {
        self.now += ms;
        self.links.now = self.now;
        if !self.late.is_empty() {
            self.land_due_dingtalk_writes();
        }
        if !self.late_ehr.is_empty() {
            self.land_due_ehr_writes();
        }
    }

    fn settle_habits(&mut self) {
        self.ehr.derives = self.dice.chance(700);
        if self.fault_strikes(Fault::StaleList) {
            self.dingtalk
                .edit_settings(|settings| settings.list_lag_ms = 60_000);
        }
        if self.fault_strikes(Fault::Invited) {
            self.dingtalk
                .edit_settings(|settings| settings.joining = sandbox::world::JoinMode::Agree);
        }
        if self.fault_strikes(Fault::Normalised) {
            let side = if self.dice.chance(500) {
                directory::Side::DingTalk
            } else {
                directory::Side::Ehr
            };
            self.habits.capitals = Some((side, directory::Field::Title));
        }
    }
}

/// Whether a run says, in a reason or in the cause of one, that it found no person of ours.
fn finds_nobody(said: &Reason) -> bool {
    let nobody = [
        ReasonCode::LookNoCanary,
        ReasonCode::RunStrangers,
        ReasonCode::SnapshotEmpty,
    ];
    std::iter::successors(Some(said), |reason| reason.inner())
        .filter_map(Reason::code)
        .any(|code| nobody.contains(&code))
}
