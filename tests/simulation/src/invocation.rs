//! Invocations of the engine: futures that the history polls at random, and drops to kill them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use directory::plan::ActionCounts;
use directory::reason::Reason;
use directory::{RunId, Timestamp};
use engine::checkpoint::SweepCheckpoint;
use engine::plans::PlannedSweep;
use engine::{Engine, LookError, LookReport, RunVisibility, SweepOrder, SweepResult};

use crate::fault::Fault;
use crate::ports::{
    BudgetPort, ClockPort, DingTalkPort, EhrPort, GatePort, JournalPort, LinksPort, RandomnessPort,
};
use crate::world::{KeptState, QueuedWake, SharedWorld, corp_hash_key, simulated_corp};

/// How an invocation ended.
#[derive(Debug)]
pub enum InvocationEnd {
    /// It looked at one record.
    Looked(QueuedWake, Result<LookReport, LookError>),
    /// It was a sweep.
    Swept(Box<SweepResult>),
    /// It made a plan.
    Planned(Box<PlannedSweep>),
    /// It applied a plan, or a part of it.
    Applied {
        /// Counts of what was done.
        counts: ActionCounts,
        /// Why it stopped early, if it did.
        stopped: Option<Reason>,
    },
    /// There was nothing to run.
    Nothing,
}

/// One invocation.
pub struct Invocation {
    /// Number of the invocation.
    pub id: u32,
    /// Whether it is a sweep.
    pub sweeps: bool,
    /// When it began, in milliseconds.
    pub began: i64,
    future: Pin<Box<dyn Future<Output = InvocationEnd>>>,
}

/// Lifetime of an invocation in milliseconds. It is killed after that, as Lambda does; its writes
/// land within the time that the engine waits for.
pub const LIFE_MS: i64 = 7 * 60 * 1000;

/// Greatest error of a clock, in milliseconds.
const SKEW_MS: i64 = 60 * 1000;

impl Invocation {
    /// Starts a look at the record that a wake names.
    #[must_use]
    pub fn look(shared: &SharedWorld, id: u32, waiting: QueuedWake) -> Self {
        let engine = build_engine(shared, id);
        let kept = shared.lock_world().kept.clone();
        let run = new_run_id(shared);
        Self::new(shared, id, false, async move {
            let Some(run) = run else {
                return InvocationEnd::Nothing;
            };
            let sight = match kept.accepted {
                Some(scope) => Ok(RunVisibility {
                    visible: scope.fields,
                    whole_company: scope.whole_company,
                    canary: kept.canary,
                }),
                None => engine.read_visibility().await,
            };
            let looked = match sight {
                Ok(sight) => engine.look_at_wake(run, &waiting.wake, sight).await,
                Err(err) => Err(err),
            };
            InvocationEnd::Looked(waiting, looked)
        })
    }

    /// Starts a sweep. `deadline` makes it stop early, and `run` continues a sweep that did.
    #[must_use]
    pub fn sweep(
        shared: &SharedWorld,
        id: u32,
        continued: Option<(RunId, Option<SweepCheckpoint>)>,
        deadline: Option<Timestamp>,
    ) -> Self {
        let engine = build_engine(shared, id);
        let (kept, rotation, chunk) = {
            let state = &mut *shared.lock_world();
            (
                state.kept.clone(),
                state.habits.rotation,
                1 + state.dice.below(6),
            )
        };
        let (run, checkpoint) =
            continued.map_or((None, None), |(run, checkpoint)| (Some(run), checkpoint));
        let run = run.or_else(|| new_run_id(shared));
        Self::new(shared, id, true, async move {
            let Some(run) = run else {
                return InvocationEnd::Nothing;
            };
            let order = SweepOrder {
                chunk,
                deadline,
                checkpoint,
                ..sweep_order(run, kept, rotation)
            };
            InvocationEnd::Swept(Box::new(engine.sweep(&order).await))
        })
    }

    pub(crate) fn new(
        shared: &SharedWorld,
        id: u32,
        sweeps: bool,
        future: impl Future<Output = InvocationEnd> + 'static,
    ) -> Self {
        let state = &mut *shared.lock_world();
        let began = state.now;
        state.began.insert(id, began);
        if sweeps {
            state.sweeping.insert(id);
        }
        state
            .story
            .record_event(began, "begins", &[u64::from(id), u64::from(sweeps)], || {
                format!("#{id} {}", if sweeps { "sweep" } else { "look" })
            });
        Self {
            id,
            sweeps,
            began,
            future: Box::pin(future),
        }
    }

    /// Polls once.
    pub fn poll(&mut self) -> Option<InvocationEnd> {
        match self
            .future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(ended) => Some(ended),
            Poll::Pending => None,
        }
    }
}

/// Builds the order of a sweep from the state that the functions keep.
pub(crate) fn sweep_order(run: RunId, kept: KeptState, rotation: u64) -> SweepOrder {
    SweepOrder {
        accepted: kept.accepted,
        sweeps: kept.sweeps,
        deep_share: rotation,
        ..SweepOrder::new(run)
    }
}

/// Returns an id for a run that begins now.
pub(crate) fn new_run_id(shared: &SharedWorld) -> Option<RunId> {
    let state = &mut *shared.lock_world();
    let random = u32::try_from(state.dice.below(1 << 30)).unwrap_or(0);
    state::run_id(state.current_time(), random).ok()
}

/// Builds the engine on the ports of this invocation.
pub(crate) fn build_engine(shared: &SharedWorld, invocation: u32) -> Engine {
    let (policy, released, open_holds, skew) = {
        let state = &mut *shared.lock_world();
        let skewed = state.fault_strikes(Fault::SkewedClock);
        let skew = if skewed {
            state.dice.between(-SKEW_MS, SKEW_MS)
        } else {
            0
        };
        let holds = state.open_holds();
        (state.policy.clone(), state.released.clone(), holds, skew)
    };
    let shared = || shared.clone();
    Engine {
        corp: simulated_corp(),
        dingtalk: Arc::new(DingTalkPort {
            shared: shared(),
            invocation,
        }),
        ehr: Arc::new(EhrPort {
            shared: shared(),
            invocation,
        }),
        links: Arc::new(LinksPort {
            shared: shared(),
            invocation,
        }),
        journal: Arc::new(JournalPort { shared: shared() }),
        clock: Arc::new(ClockPort {
            shared: shared(),
            skew,
        }),
        randomness: Arc::new(RandomnessPort { shared: shared() }),
        key: corp_hash_key(),
        policy,
        gate: Arc::new(GatePort { shared: shared() }),
        budget: Arc::new(BudgetPort { shared: shared() }),
        open_holds,
        released,
    }
}
