//! The world of a history: both sides, the store, the queue, time, chance and what goes wrong.

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

/// What is kept of a corp between invocations, as the functions keep it in the binding.
#[derive(Debug, Clone, Default)]
pub struct KeptState {
    /// The scope that a person accepted.
    pub accepted: Option<AppScope>,
    /// Sweeps that deep-read their part.
    pub sweeps: u64,
    /// Somebody whom the last sweep saw.
    pub canary: Option<UserId>,
}

/// How the sides behave, for the whole of a history.
#[derive(Debug, Clone, Copy, Default)]
pub struct SideHabits {
    /// A side that stores this field in capitals, whatever it is sent.
    pub capitals: Option<(Side, Field)>,
    /// The first sweep runs before anything else happens.
    pub bound_in_peace: bool,
    /// A sweep deep-reads one part in this many.
    pub rotation: u64,
}

/// What one invocation read last of each record.
pub type ReadsByRecord = BTreeMap<(u32, Side, Kind, NativeId), RecentReads>;

/// Everything there is.
#[derive(Debug)]
pub struct WorldState {
    /// The true time, milliseconds.
    pub now: i64,
    /// All chance.
    pub dice: Dice,
    /// DingTalk.
    pub dingtalk: sandbox::World,
    /// Another company's DingTalk.
    pub stranger: sandbox::World,
    /// The eHR.
    pub ehr: EhrTable,
    /// The links.
    pub links: LinkTable,
    /// The journal.
    pub journal: Vec<(RunId, JournalEntry)>,
    /// Wakes that nobody has worked yet.
    pub wakes: Vec<QueuedWake>,
    /// The last event of DingTalk's that became a wake.
    pub told: u64,
    /// What goes wrong.
    pub faults: FaultRates,
    /// What goes wrong just now with all reads of DingTalk.
    pub disaster: Option<Disaster>,
    /// Since when nothing is, if nothing is.
    pub(crate) calm_since: i64,
    /// What happened.
    pub story: HistoryTrace,
    /// What people did.
    pub oracle: Oracle,
    /// Who decides what.
    pub policy: Policy,
    /// What is out of reach.
    pub mark: Option<PolicyMark>,
    /// How the sides behave.
    pub habits: SideHabits,
    /// What the functions keep.
    pub kept: KeptState,
    /// Why nothing may be written; `None` where everything may.
    pub closed: Option<ReasonCode>,
    /// Since when.
    pub closed_since: i64,
    /// Invocations that sweep.
    pub sweeping: BTreeSet<u32>,
    /// The last sweep found nobody whom both sides know: a person has to look at it.
    pub stuck: bool,
    /// What a person released.
    pub released: BTreeSet<FieldHash>,
    /// What is held until a person releases it: by link, with the fingerprints of what would be done.
    pub holds: BTreeMap<LinkId, (HeldChange, BTreeSet<FieldHash>)>,
    /// The guard's budget, and its version.
    pub budget: (BudgetState, u64),
    /// Whose removal is held and cannot be released: a person sees to them.
    pub unremoved: BTreeSet<LinkId>,
    /// When each running invocation began.
    pub began: BTreeMap<u32, i64>,
    /// What running invocations read.
    pub reads: ReadsByRecord,
    /// Accounts that running invocations asked for and that were not there.
    pub(crate) missed: BTreeSet<(u32, NativeId)>,
    /// What invocations may write, where that is not everything.
    pub(crate) may: BTreeMap<u32, WriteAllowance>,
    /// People look at plans first, in this history.
    pub(crate) makes_plans: bool,
    /// The plan that somebody approved last.
    pub(crate) plan: Option<PlanToApply>,
    /// What running invocations had read when they stored an intent.
    pub decided: ReadsByRecord,
    /// Whom the engine invited.
    pub invited: BTreeSet<String>,
    /// Writes to DingTalk that were sent and have not arrived.
    pub(crate) late: Vec<crate::ports::LateDingTalkWrite>,
    /// Writes to the eHR that were sent and have not arrived.
    pub(crate) late_ehr: Vec<crate::ports::LateEhrWrite>,
    /// Writes to either side that took effect since this was last asked.
    pub writes: u64,
    pictures: side_snapshot::SnapshotCache,
    token: u32,
    pub(crate) last_number: u32,
    pub(crate) told_in_words: bool,
}

/// The key of every corp here.
#[must_use]
pub fn corp_hash_key() -> HashKey {
    HashKey::new([0x5a; 32])
}

/// The corp.
///
/// # Panics
/// Never: the id is one.
#[must_use]
pub fn simulated_corp() -> CorpId {
    #[expect(clippy::expect_used, reason = "a constant")]
    CorpId::new("ding5a").expect("a corp id")
}

impl WorldState {
    /// The time as everything that has no clock of its own sees it.
    #[must_use]
    pub fn current_time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    /// A number that no value has had yet.
    pub fn next_token(&mut self) -> u32 {
        self.token += 1;
        self.token
    }

    /// A number for somebody new.
    pub fn next_number(&mut self) -> u32 {
        self.last_number += 1;
        self.last_number
    }

    /// Chance and faults, which are asked together.
    pub fn fault_strikes(&mut self, fault: crate::fault::Fault) -> bool {
        self.faults.strikes(fault, &mut self.dice)
    }
}

/// The world, from every port.
#[derive(Debug, Clone)]
pub struct SharedWorld(Arc<Mutex<WorldState>>);

impl SharedWorld {
    /// A world to share.
    #[must_use]
    pub fn new(state: WorldState) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// The world, for as long as nothing is awaited.
    pub fn lock_world(&self) -> MutexGuard<'_, WorldState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others go first.
    pub async fn yield_polls(&self) {
        let polls = 1 + usize::from(self.lock_world().dice.chance(250));
        PollPause(polls).await;
    }
}

/// Ready after so many polls.
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

/// Parts of a world that are made first.
#[derive(Debug)]
pub struct InitialWorld {
    /// All chance.
    pub dice: Dice,
    /// DingTalk.
    pub dingtalk: sandbox::World,
    /// Another company's.
    pub stranger: sandbox::World,
    /// Who decides what.
    pub policy: Policy,
    /// How the sides behave.
    pub habits: SideHabits,
    /// What goes wrong.
    pub faults: FaultRates,
    /// Whether the story is kept in words.
    pub told: bool,
}

/// When every history begins: a Monday morning in Shanghai.
pub const HISTORY_START_MS: i64 = 1_780_272_000_000;

impl WorldState {
    /// A world in which nothing has happened.
    #[must_use]
    pub fn new(beginning: InitialWorld) -> Self {
        let InitialWorld {
            dice,
            dingtalk,
            stranger,
            policy,
            habits,
            faults,
            told,
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
            told: 0,
            faults,
            disaster: None,
            calm_since: i64::MIN / 2,
            story: HistoryTrace::new(told),
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
            told_in_words: told,
        }
    }
}
