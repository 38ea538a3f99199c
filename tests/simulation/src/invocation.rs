//! Invocations of the engine: futures that are polled when chance says so, and dropped to kill them.

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
    /// A look at one record.
    Looked(QueuedWake, Result<LookReport, LookError>),
    /// A sweep.
    Swept(Box<SweepResult>),
    /// A plan.
    Planned(Box<PlannedSweep>),
    /// A plan was applied, or so much of it.
    Applied {
        /// What was done.
        counts: ActionCounts,
        /// Why it did not come to its end.
        stopped: Option<Reason>,
    },
    /// There was no run to begin.
    Nothing,
}

/// One invocation.
pub struct Invocation {
    /// Its number.
    pub id: u32,
    /// Whether it sweeps.
    pub sweeps: bool,
    /// When it began.
    pub began: i64,
    future: Pin<Box<dyn Future<Output = InvocationEnd>>>,
}

/// An invocation that runs longer is killed, as Lambda does it; a write of it lands within what the engine waits for.
pub const LIFE_MS: i64 = 7 * 60 * 1000;

/// Clocks are wrong by this much at most.
const SKEW_MS: i64 = 60 * 1000;

impl Invocation {
    /// A look at whom a wake names.
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

    /// A sweep; `deadline` makes it stop early, and `run` continues one that did.
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

    /// One poll.
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

/// A sweep by what the functions keep.
pub(crate) fn sweep_order(run: RunId, kept: KeptState, rotation: u64) -> SweepOrder {
    SweepOrder {
        accepted: kept.accepted,
        sweeps: kept.sweeps,
        deep_share: rotation,
        ..SweepOrder::new(run)
    }
}

/// An id for a run that begins now.
pub(crate) fn new_run_id(shared: &SharedWorld) -> Option<RunId> {
    let state = &mut *shared.lock_world();
    let random = u32::try_from(state.dice.below(1 << 30)).unwrap_or(0);
    state::run_id(state.current_time(), random).ok()
}

/// The engine, on the ports of this invocation.
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
