//! The world of a history: both sides, the store, the queue, time, randomness and faults.

mod disaster;
mod ehr_table;
mod events;
mod holds;
mod link_table;
mod policy_marks;
mod side_snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use directory::budget::{BudgetState, HeldChange};
use directory::hash::{FieldHash, HashKey};
use directory::policy::Policy;
use directory::reason::ReasonCode;
use directory::snapshot::AppScope;
use directory::{CorpId, Field, Kind, LinkId, NativeId, RunId, Side, Timestamp, UserId};
use engine::ports::JournalEntry;

use crate::dice::Dice;
use crate::fault::FaultRates;
use crate::oracle::{Oracle, RecentReads};
use crate::plans::{PlanToApply, WriteAllowance};
use crate::trace::HistoryTrace;

pub use disaster::Disaster;
pub use ehr_table::EhrTable;
pub use events::QueuedWake;
pub use link_table::LinkTable;
pub use policy_marks::PolicyMark;

/// State of a corp between invocations, as the functions keep it in the binding.
#[derive(Debug, Clone, Default)]
pub struct KeptState {
    /// The scope that a person accepted.
    pub accepted: Option<AppScope>,
    /// Number of sweeps that deep-read their part.
    pub sweeps: u64,
    /// A person whom the last sweep saw.
    pub canary: Option<UserId>,
}

/// Properties of the sides that stay for a whole history.
#[derive(Debug, Clone, Copy, Default)]
pub struct SideHabits {
    /// A side that stores this field in capitals, whatever form is sent.
    pub capitals: Option<(Side, Field)>,
    /// Whether the first sweep runs before anything else happens.
    pub bound_in_peace: bool,
    /// A sweep deep-reads one part in this many.
    pub rotation: u64,
}

/// The last reads of each record, by invocation.
pub type ReadsByRecord = BTreeMap<(u32, Side, Kind, NativeId), RecentReads>;

/// The whole state of the world.
#[derive(Debug)]
pub struct WorldState {
    /// The true time, in milliseconds.
    pub now: i64,
    /// The random generator.
    pub dice: Dice,
    /// DingTalk with this company.
    pub dingtalk: sandbox::World,
    /// DingTalk of another company.
    pub stranger: sandbox::World,
    /// The records of the eHR.
    pub ehr: EhrTable,
    /// The stored links.
    pub links: LinkTable,
    /// The journal entries.
    pub journal: Vec<(RunId, JournalEntry)>,
    /// Wakes that are not handled yet.
    pub wakes: Vec<QueuedWake>,
    /// The last event of DingTalk that became a wake.
    pub last_event: u64,
    /// Rates and counts of faults.
    pub faults: FaultRates,
    /// The disaster that affects all reads of DingTalk now.
    pub disaster: Option<Disaster>,
    /// Since when there is no disaster, if there is none.
    pub(crate) calm_since: i64,
    /// The trace of what happened.
    pub story: HistoryTrace,
    /// The memory of what people and the engine did.
    pub oracle: Oracle,
    /// The policy of the corp.
    pub policy: Policy,
    /// What the policy keeps out of reach.
    pub mark: Option<PolicyMark>,
    /// Properties of the sides.
    pub habits: SideHabits,
    /// The state between invocations.
    pub kept: KeptState,
    /// Why the gate is closed; `None` if it is open.
    pub closed: Option<ReasonCode>,
    /// Since when the gate is closed, in milliseconds.
    pub closed_since: i64,
    /// Invocations that sweep.
    pub sweeping: BTreeSet<u32>,
    /// Whether the last sweep found no person that both sides know, so that a human must look.
    pub stuck: bool,
    /// Changes that a person released.
    pub released: BTreeSet<FieldHash>,
    /// What is held until a person releases it: by link, with the fingerprints of what would be done.
    pub holds: BTreeMap<LinkId, (HeldChange, BTreeSet<FieldHash>)>,
    /// The guard's budget, and its version.
    pub budget: (BudgetState, u64),
    /// Links with a removal that is held and cannot be released; a person handles them.
    pub unremoved: BTreeSet<LinkId>,
    /// When each running invocation began.
    pub began: BTreeMap<u32, i64>,
    /// What running invocations have read.
    pub reads: ReadsByRecord,
    /// Accounts that running invocations asked for and did not find.
    pub(crate) missed: BTreeSet<(u32, NativeId)>,
    /// What invocations may write, if not everything.
    pub(crate) may: BTreeMap<u32, WriteAllowance>,
    /// Whether people look at plans first in this history.
    pub(crate) makes_plans: bool,
    /// The plan that was approved last.
    pub(crate) plan: Option<PlanToApply>,
    /// What running invocations had read when they stored an intent.
    pub decided: ReadsByRecord,
    /// People that the engine invited.
    pub invited: BTreeSet<String>,
    /// Writes to DingTalk that were sent and have not arrived.
    pub(crate) late: Vec<crate::ports::LateDingTalkWrite>,
    /// Writes to the eHR that were sent and have not arrived.
    pub(crate) late_ehr: Vec<crate::ports::LateEhrWrite>,
    /// Writes to either side that took effect since this was last read.
    pub writes: u64,
    pictures: side_snapshot::SnapshotCache,
    token: u32,
    pub(crate) last_number: u32,
    pub(crate) keeps_story: bool,
}

/// Returns the hash key that every corp here uses.
#[must_use]
pub fn corp_hash_key() -> HashKey {
    HashKey::new([0x5a; 32])
}

/// Returns the id of the simulated corp.
///
/// # Panics
/// Never: the id is valid.
#[must_use]
pub fn simulated_corp() -> CorpId {
    #[expect(clippy::expect_used, reason = "a constant")]
    CorpId::new("ding5a").expect("a corp id")
}

impl WorldState {
    /// Returns the time as parts without a clock of their own see it.
    #[must_use]
    pub fn current_time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    /// Returns a number that no value has used yet.
    pub fn next_token(&mut self) -> u32 {
        self.token += 1;
        self.token
    }

    /// Returns a number for a new record.
    pub fn next_number(&mut self) -> u32 {
        self.last_number += 1;
        self.last_number
    }

    /// Draws whether a fault happens, and counts it.
    pub fn fault_strikes(&mut self, fault: crate::fault::Fault) -> bool {
        self.faults.strikes(fault, &mut self.dice)
    }
}

/// The world, shared by all ports.
#[derive(Debug, Clone)]
pub struct SharedWorld(Arc<Mutex<WorldState>>);

impl SharedWorld {
    /// Shares a world.
    #[must_use]
    pub fn new(state: WorldState) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// Locks the world. The lock must not be held across an await.
    pub fn lock_world(&self) -> MutexGuard<'_, WorldState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Yields to other invocations for some polls.
    pub async fn yield_polls(&self) {
        let polls = 1 + usize::from(self.lock_world().dice.chance(250));
        PollPause(polls).await;
    }
}

/// A future that is ready after this many polls.
struct PollPause(usize);

impl Future for PollPause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Parts of a world that are created first.
#[derive(Debug)]
pub struct InitialWorld {
    /// The random generator.
    pub dice: Dice,
    /// DingTalk with this company.
    pub dingtalk: sandbox::World,
    /// DingTalk of another company.
    pub stranger: sandbox::World,
    /// The policy of the corp.
    pub policy: Policy,
    /// Properties of the sides.
    pub habits: SideHabits,
    /// Rates of faults.
    pub faults: FaultRates,
    /// Whether the story is kept as lines of text.
    pub keeps_story: bool,
}

/// When every history begins, in milliseconds: a Monday morning in Shanghai.
pub const HISTORY_START_MS: i64 = 1_780_272_000_000;

impl WorldState {
    /// Creates a world in which nothing has happened.
    #[must_use]
    pub fn new(beginning: InitialWorld) -> Self {
        let InitialWorld {
            dice,
            dingtalk,
            stranger,
            policy,
            habits,
            faults,
            keeps_story,
        } = beginning;
        Self {
            now: HISTORY_START_MS,
            dice,
            dingtalk,
            stranger,
            ehr: EhrTable::default(),
            links: LinkTable::default(),
            journal: Vec::new(),
            wakes: Vec::new(),
            last_event: 0,
            faults,
            disaster: None,
            calm_since: i64::MIN / 2,
            story: HistoryTrace::new(keeps_story),
            oracle: Oracle::default(),
            policy,
            mark: None,
            habits,
            kept: KeptState::default(),
            closed: None,
            closed_since: 0,
            sweeping: BTreeSet::new(),
            stuck: false,
            released: BTreeSet::new(),
            holds: BTreeMap::new(),
            budget: (BudgetState::default(), 0),
            unremoved: BTreeSet::new(),
            began: BTreeMap::new(),
            reads: ReadsByRecord::new(),
            missed: BTreeSet::new(),
            may: BTreeMap::new(),
            makes_plans: false,
            plan: None,
            decided: ReadsByRecord::new(),
            invited: BTreeSet::new(),
            late: Vec::new(),
            late_ehr: Vec::new(),
            writes: 0,
            pictures: side_snapshot::SnapshotCache::default(),
            token: 0,
            last_number: 0,
            keeps_story,
        }
    }
}
