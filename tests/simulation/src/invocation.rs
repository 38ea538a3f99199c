//! Invocations of the engine: futures that are polled when chance says so, and dropped to kill them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use directory::plan::Counts;
use directory::{RunId, Timestamp};
use engine::checkpoint::Checkpoint;
use engine::plans::Planned;
use engine::{Engine, LookError, Looked, Sight, SweepOrder, Swept};

use crate::fault::Fault;
use crate::ports::{ClockPort, DingTalkPort, EhrPort, GatePort, JournalPort, LinksPort, RandomnessPort};
use crate::world::{Kept, Shared, Waiting, corp, key};

/// How an invocation ended.
#[derive(Debug)]
pub enum Ended {
    /// A look at one record.
    Looked(Waiting, Result<Looked, LookError>),
    /// A sweep.
    Swept(Box<Swept>),
    /// A plan.
    Planned(Box<Planned>),
    /// A plan was applied, or so much of it.
    Applied {
        /// What was done.
        counts: Counts,
        /// Why it did not come to its end.
        stopped: Option<String>,
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
    future: Pin<Box<dyn Future<Output = Ended>>>,
}

/// An invocation that runs longer is killed, as Lambda does it; a write of it lands within what the engine waits for.
pub const LIFE_MS: i64 = 7 * 60 * 1000;

/// Clocks are wrong by this much at most.
const SKEW_MS: i64 = 60 * 1000;

impl Invocation {
    /// A look at whom a wake names.
    #[must_use]
    pub fn look(shared: &Shared, id: u32, waiting: Waiting) -> Self {
        let engine = engine(shared, id);
        let kept = shared.lock().kept.clone();
        let run = run_id(shared);
        Self::new(shared, id, false, async move {
            let Some(run) = run else { return Ended::Nothing };
            let sight = match kept.accepted {
                Some(scope) => {
                    Ok(Sight { visible: scope.fields, whole_company: scope.whole_company, canary: kept.canary })
                }
                None => engine.sight().await,
            };
            let looked = match sight {
                Ok(sight) => engine.look(run, &waiting.wake, sight).await,
                Err(err) => Err(err),
            };
            Ended::Looked(waiting, looked)
        })
    }

    /// A sweep; `deadline` makes it stop early, and `run` continues one that did.
    #[must_use]
    pub fn sweep(
        shared: &Shared,
        id: u32,
        continued: Option<(RunId, Option<Checkpoint>)>,
        deadline: Option<Timestamp>,
    ) -> Self {
        let engine = engine(shared, id);
        let (kept, rotation, chunk) = {
            let state = &mut *shared.lock();
            (state.kept.clone(), state.habits.rotation, 1 + state.dice.below(6))
        };
        let (run, checkpoint) = continued.map_or((None, None), |(run, checkpoint)| (Some(run), checkpoint));
        let run = run.or_else(|| run_id(shared));
        Self::new(shared, id, true, async move {
            let Some(run) = run else { return Ended::Nothing };
            let order = SweepOrder { chunk, deadline, checkpoint, ..order(run, kept, rotation) };
            Ended::Swept(Box::new(engine.sweep(&order).await))
        })
    }

    pub(crate) fn new(shared: &Shared, id: u32, sweeps: bool, future: impl Future<Output = Ended> + 'static) -> Self {
        let state = &mut *shared.lock();
        let began = state.now;
        state.began.insert(id, began);
        if sweeps {
            state.sweeping.insert(id);
        }
        state.story.tell(began, "begins", &[u64::from(id), u64::from(sweeps)], || {
            format!("#{id} {}", if sweeps { "sweep" } else { "look" })
        });
        Self { id, sweeps, began, future: Box::pin(future) }
    }

    /// One poll.
    pub fn poll(&mut self) -> Option<Ended> {
        match self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ended) => Some(ended),
            Poll::Pending => None,
        }
    }
}

/// A sweep by what the functions keep.
pub(crate) fn order(run: RunId, kept: Kept, rotation: u64) -> SweepOrder {
    SweepOrder { accepted: kept.accepted, sweeps: kept.sweeps, deep_share: rotation, ..SweepOrder::new(run) }
}

/// An id for a run that begins now.
pub(crate) fn run_id(shared: &Shared) -> Option<RunId> {
    let state = &mut *shared.lock();
    let random = u32::try_from(state.dice.below(1 << 30)).unwrap_or(0);
    state::run_id(state.time(), random).ok()
}

/// The engine, on the ports of this invocation.
pub(crate) fn engine(shared: &Shared, invocation: u32) -> Engine {
    let (policy, released, skew) = {
        let state = &mut *shared.lock();
        let skewed = state.strikes(Fault::SkewedClock);
        let skew = if skewed { state.dice.between(-SKEW_MS, SKEW_MS) } else { 0 };
        (state.policy.clone(), state.released.clone(), skew)
    };
    let shared = || shared.clone();
    Engine {
        corp: corp(),
        dingtalk: Arc::new(DingTalkPort { shared: shared(), invocation }),
        ehr: Arc::new(EhrPort { shared: shared(), invocation }),
        links: Arc::new(LinksPort { shared: shared(), invocation }),
        journal: Arc::new(JournalPort { shared: shared() }),
        clock: Arc::new(ClockPort { shared: shared(), skew }),
        randomness: Arc::new(RandomnessPort { shared: shared() }),
        key: key(),
        policy,
        gate: Arc::new(GatePort { shared: shared() }),
        released,
    }
}
