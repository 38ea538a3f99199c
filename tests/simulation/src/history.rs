//! One history: chaos, then healing, then judgement.

mod chaos;
mod heal;

use engine::checkpoint::Checkpoint;

use crate::checker;
use crate::company::{self, Size};
use crate::dice::Dice;
use crate::fault::{Fault, Faults};
use crate::invocation::{Ended, Invocation};
use crate::oracle::Violation;
use crate::plans::{self, Approved};
use crate::policies;
use crate::world::{Beginning, Habits, Shared, State};

/// What a history is made of, besides its seed.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Steps of the chaos: each is an edit, a beginning, a disaster or a poll.
    pub steps: u32,
    /// Keep the story in words.
    pub told: bool,
    /// Nothing goes wrong but what people do.
    pub calm: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self { steps: 1500, told: false, calm: false }
    }
}

/// What became of a history.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// The hash of everything that happened.
    pub hash: u64,
    /// What was broken; empty in a good history.
    pub violations: Vec<Violation>,
    /// The story, where it was told.
    pub story: Vec<String>,
    /// How often each fault was met.
    pub faults: Vec<(Fault, u64)>,
    /// What people did.
    pub edits: u64,
    /// Invocations that began.
    pub invocations: u64,
    /// Rounds of healing until one wrote nothing.
    pub rounds: u32,
    /// It ended waiting for a person to say that nobody is left whom both sides know: nothing is judged then but that.
    pub stuck: bool,
    /// Values in shared fields that people wrote within the moment between a read and a write, and that are lost: the
    /// residual risk that the policy states.
    pub shared_unseen: u64,
}

/// A history in progress.
pub struct History {
    seed: u64,
    pub(crate) shared: Shared,
    running: Vec<Invocation>,
    last: u32,
    edits: u64,
    rounds: u32,
    saved: Option<crate::world::LinkTable>,
    /// A wake was for everything.
    sweep_due: bool,
    continued: Option<(directory::RunId, Option<Checkpoint>)>,
}

/// Runs the history of a seed.
#[must_use]
pub fn run(seed: u64) -> Outcome {
    history(seed, &Shape::default())
}

/// Runs it again and keeps its story in words.
#[must_use]
pub fn tell(seed: u64) -> Outcome {
    history(seed, &Shape { told: true, ..Shape::default() })
}

/// Runs a history of this shape.
#[must_use]
pub fn history(seed: u64, shape: &Shape) -> Outcome {
    let mut history = History::begin(seed, shape);
    history.bind();
    history.chaos(shape);
    history.end()
}

impl History {
    /// The company of a seed, its policy, and what may go wrong.
    #[must_use]
    pub fn begin(seed: u64, shape: &Shape) -> Self {
        let mut dice = Dice::new(seed);
        let policy = policies::any(&mut dice);
        let between = |dice: &mut Dice, from, to| u32::try_from(dice.between(from, to)).unwrap_or(3);
        let size = Size { people: between(&mut dice, 3, 8), departments: between(&mut dice, 2, 5) };
        let faults = if shape.calm { Faults::none() } else { Faults::swarm(&mut dice) };
        let dingtalk = company::dingtalk(size, 1, "u", &mut dice);
        let strangers = Size { people: 4, departments: 2 };
        let stranger = company::dingtalk(strangers, 9001, "u", &mut dice);
        let rotation = dice.pick(&[1, 2, 7]).unwrap_or(1);
        let bound_in_peace = dice.chance(500);
        let habits = Habits { capitals: None, bound_in_peace, rotation };
        let beginning = Beginning { dice, dingtalk, stranger, policy, habits, faults, told: shape.told };
        Self::of(seed, beginning, size)
    }

    /// A history with a world of one's own.
    #[must_use]
    pub fn of(seed: u64, beginning: Beginning, size: Size) -> Self {
        let mut state = State::new(beginning);
        state.settle_habits();
        state.makes_plans = seed % plans::ONE_IN == 3;
        state.found(size);
        let shared = Shared::new(state);
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

    /// Heals it and judges it.
    #[must_use]
    pub fn end(mut self) -> Outcome {
        self.heal();
        self.judge()
    }

    /// The first sweep, where nothing disturbs it.
    pub(crate) fn bind(&mut self) {
        let in_peace = self.shared.lock().habits.bound_in_peace;
        if in_peace {
            self.shared.lock().faults.healed = true;
            _ = self.sweep_alone();
            _ = self.sweep_alone();
            self.shared.lock().faults.healed = false;
        }
    }

    pub(crate) fn next_id(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    /// What an invocation leaves behind, as the functions do it.
    pub(crate) fn ended(&mut self, id: u32, sweeps: bool, ended: Ended) {
        let state = &mut *self.shared.lock();
        state.began.remove(&id);
        state.forget_reads(id);
        match ended {
            Ended::Nothing => {}
            Ended::Looked(waiting, Err(err)) => {
                state.story.tell(state.now, "look failed", &[u64::from(id)], || format!("#{id} {}", err.sentence()));
                if err.is_transient() {
                    state.send_back(waiting);
                }
            }
            Ended::Looked(_, Ok(looked)) => {
                self.sweep_due |= looked.sweep_due;
                state.story.tell(state.now, "looked", &[u64::from(id)], || format!("#{id} {:?}", looked.counts));
            }
            Ended::Planned(planned) => {
                state.story.tell(state.now, "planned", &[u64::from(id), planned.items.len() as u64], || {
                    format!("#{id} {:?} {:?} {:?}", planned.counts(), planned.held, planned.swept.report.notes)
                });
                let random = u32::try_from(state.dice.below(1 << 30)).unwrap_or(0);
                let approves = state.dice.chance(800) && !planned.items.is_empty();
                let run = state::run_id(state.time(), random).ok().filter(|_| approves);
                let items = std::sync::Arc::new(planned.items);
                state.plan = run.map(|run| Approved { run, items, place: engine::plans::Place::default() });
            }
            Ended::Applied { counts, stopped } => {
                state.story.tell(state.now, "applied", &[u64::from(id)], || {
                    let not_applied = state.plan.as_ref().map(|plan| &plan.place.not_applied);
                    format!("#{id} {counts:?} {stopped:?} {not_applied:?}")
                });
                if stopped.is_none() {
                    state.plan = None;
                }
            }
            Ended::Swept(swept) => {
                state.story.tell(state.now, "swept", &[u64::from(id), swept.report.writes], || {
                    let report = &swept.report;
                    let (held, troubles) = (&report.held, &report.troubles);
                    format!(
                        "#{id} {:?} complete {} {:?} {held:?} {troubles:?}",
                        report.counts, report.complete, report.notes
                    )
                });
                let report = &swept.report;
                let mut said = report.notes.iter().chain(report.troubles.iter().map(|trouble| &trouble.reason));
                let nobody = ["no canary", "strangers", "the list is empty"];
                state.stuck = said.any(|said| nobody.iter().any(|nobody| said.contains(nobody)));
                let id = swept.report.id.clone();
                self.continued = swept.report.continues.then(|| (id, swept.checkpoint.as_ref().and_then(stored)));
                state.kept.sweeps += u64::from(swept.turned);
                if swept.canary.is_some() {
                    state.kept.canary.clone_from(&swept.canary);
                }
                if state.kept.accepted.is_none() {
                    state.kept.accepted.clone_from(&swept.scope);
                }
            }
        }
        _ = sweeps;
    }

    /// Polls an invocation until it ends; what it was.
    pub(crate) fn finish(&mut self, mut invocation: Invocation) -> Option<Ended> {
        for _ in 0..POLLS_MAX {
            if let Some(ended) = invocation.poll() {
                return Some(ended);
            }
            self.shared.lock().pass(20);
        }
        let id = invocation.id;
        self.shared.lock().oracle.broken("livelock", format!("#{id} does not end"));
        None
    }

    /// Whether anything was broken, and what happened.
    #[must_use]
    pub fn judge(self) -> Outcome {
        drop(self.running);
        let state = &mut *self.shared.lock();
        let shared_unseen = checker::judge(state);
        Outcome {
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

/// A checkpoint as the archive gives it back: bytes in between.
fn stored(checkpoint: &Checkpoint) -> Option<Checkpoint> {
    let mut body = Vec::new();
    checkpoint.write(&mut body);
    Checkpoint::read(&body)
}

/// Polls of one invocation. A sweep of a dozen people takes some thousands, one of a thousand people some hundred thousand.
const POLLS_MAX: u32 = 1_000_000;

impl State {
    /// Time passes, and what was on its way arrives.
    pub(crate) fn pass(&mut self, ms: i64) {
        self.now += ms;
        self.links.now = self.now;
        if !self.late.is_empty() {
            self.arrive();
        }
        if !self.late_ehr.is_empty() {
            self.arrive_in_ehr();
        }
    }

    fn settle_habits(&mut self) {
        self.ehr.derives = self.dice.chance(700);
        if self.strikes(Fault::StaleList) {
            self.dingtalk.set(|settings| settings.list_lag_ms = 60_000);
        }
        if self.strikes(Fault::Invited) {
            self.dingtalk.set(|settings| settings.joining = sandbox::world::Joining::Agree);
        }
        if self.strikes(Fault::Normalised) {
            let side = if self.dice.chance(500) { directory::Side::DingTalk } else { directory::Side::Ehr };
            self.habits.capitals = Some((side, directory::Field::Title));
        }
    }
}
