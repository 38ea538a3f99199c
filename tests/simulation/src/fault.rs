//! Everything that goes wrong, each with a counter of how often it was reached.
//!
//! What lies below the engine's ports is proven elsewhere: a token that expires within a page, rotated secrets, slow and
//! stalled bodies, types that change, forged and replayed callbacks by the tests of the client, of `callback` and of
//! `token-refresh`, over HTTP; a flood by `bench flood`; poison messages and partial batches by `runtime` (here a wake that
//! fails five times is gone); hostile texts and days by the properties of `directory`; unavailable secrets by the vault's
//! contract; poison policies by the policy checks and the stories; 200,000 people by `bench sync`; two versions at once by
//! the stories, with a company of the version before; messages by `message-push`.

use crate::dice::Dice;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// One way in which something goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// In one word, for counters.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

faults! {
    /// The access token is refused, the renewed one too.
    TokenRefused = "token_refused";
    /// A permission point is gone: every call of an interface fails.
    PermissionMissing = "permission_missing";
    /// DingTalk asks to slow down, even after the client's own patience.
    Throttled = "throttled";
    /// The month's calls are used up.
    QuotaUsedUp = "quota_used_up";
    /// A read of DingTalk fails without an answer.
    Unreachable = "unreachable";
    /// A write to DingTalk is lost on its way.
    LostBefore = "lost_before_effect";
    /// DingTalk writes and its answer is lost.
    LostAfter = "lost_after_effect";
    /// An answer cannot be read.
    Malformed = "malformed";
    /// A department's page does not arrive.
    MissingPage = "missing_page";
    /// A list ends early and says that it is whole.
    HalfList = "half_list";
    /// Lists show what was.
    StaleList = "stale_list";
    /// A side stores a value otherwise than it was sent.
    Normalised = "normalised";
    /// A side refuses a record by a business rule.
    Refused = "refused";
    /// Somebody is invited and has to accept (40103).
    Invited = "invited";
    /// An event comes twice.
    EventTwice = "event_twice";
    /// An event comes late and after newer ones.
    EventLate = "event_late";
    /// An event is lost.
    EventLost = "event_lost";
    /// Our own write comes back as an event.
    Echo = "echo";
    /// The contact scope shrinks.
    ScopeShrinks = "scope_shrinks";
    /// The contact scope has shrunk while the first runs are made.
    ScopeShrunkEarly = "scope_shrunk_at_the_second_run";
    /// The list is empty although the company is not.
    EmptyList = "empty_list";
    /// Another company's data is shown.
    WrongCorp = "wrong_corp";
    /// A column comes empty for everybody.
    BlankColumn = "blank_column";
    /// Field permissions are withdrawn: values vanish without an error.
    PermissionWithdrawn = "field_permission_withdrawn";
    /// A department goes while somebody is in it.
    OccupiedDepartment = "occupied_department_removed";
    /// The eHR's tree has a circle.
    Cycle = "cycle";
    /// A person's departments change on both sides.
    Memberships = "memberships_on_both_sides";
    /// An administrator leaves on the side that decides.
    AdminLeaves = "administrator_leaves";
    /// Somebody comes back.
    Rehired = "rehired";
    /// Two people have one mobile number.
    MobileTwice = "mobile_twice";
    /// A `userid` is given to somebody else.
    ReusedUserid = "reused_userid";
    /// A job number changes.
    JobNumberChanges = "job_number_changes";
    /// An invocation is killed between two polls.
    Killed = "killed";
    /// An invocation is killed with a write on its way.
    KilledInFlight = "killed_in_flight";
    /// Two sweeps of one corp run side by side.
    TwoSweeps = "two_sweeps";
    /// A write lands long after its invocation is gone.
    LateWrite = "late_write";
    /// A conditional write of the store fails.
    StoreConflict = "store_conflict";
    /// The eHR refuses a version that is not the current one.
    EhrConflict = "ehr_conflict";
    /// The store is too busy.
    StoreThrottled = "store_throttled";
    /// The store writes and its answer is lost.
    StoreUnknown = "store_unknown_outcome";
    /// A listing of links shows what was.
    StaleLinks = "stale_links";
    /// The journal cannot be written.
    JournalFails = "journal_fails";
    /// The eHR does not answer.
    EhrUnavailable = "ehr_unavailable";
    /// The eHR writes and its answer is lost.
    EhrUnknown = "ehr_unknown_outcome";
    /// A write to the eHR lands late.
    EhrLate = "ehr_late_write";
    /// A wake is received again while it is worked.
    WakeTwice = "wake_received_twice";
    /// The queue is purged.
    Purged = "queue_purged";
    /// An invocation's clock is wrong.
    SkewedClock = "skewed_clock";
    /// The table is restored to an earlier state.
    Restored = "table_restored";
    /// The gate closes while an invocation writes.
    GateClosed = "gate_closed";
    /// HR deletes a record instead of marking it as left or closed.
    RecordDeleted = "record_deleted";
    /// Somebody deletes the copy on the side that follows.
    CopyDeleted = "copy_deleted";
}

/// How often each fault is met, and what a history allows.
#[derive(Debug, Clone)]
pub struct FaultRates {
    counts: Vec<u64>,
    rates: Vec<u32>,
    /// Nothing goes wrong any more.
    pub healed: bool,
}

impl FaultRates {
    /// Nothing ever goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self {
            counts: vec![0; Fault::ALL.len()],
            rates: vec![0; Fault::ALL.len()],
            healed: false,
        }
    }

    /// Each fault is possible in every other history, so that each is also met alone.
    #[must_use]
    pub fn random_rates(dice: &mut Dice) -> Self {
        let mut faults = Self::none();
        for (rate, fault) in faults.rates.iter_mut().zip(Fault::ALL) {
            if dice.chance(550) {
                *rate = usual_rate(*fault) * (1 + u32::try_from(dice.below(3)).unwrap_or(0)) / 2;
            }
        }
        faults
    }

    /// Sets how often a fault is met, in a thousand occasions.
    pub fn set_rate(&mut self, fault: Fault, per_mille: u32) {
        if let Some(rate) = self.rates.get_mut(fault as usize) {
            *rate = per_mille;
        }
    }

    /// Whether this fault happens on this occasion; counts it.
    pub fn strikes(&mut self, fault: Fault, dice: &mut Dice) -> bool {
        let rate = self.rates.get(fault as usize).copied().unwrap_or(0);
        let strikes = !self.healed && dice.chance(rate);
        if strikes {
            self.count_fault(fault);
        }
        strikes
    }

    /// Counts a fault that came about by itself.
    pub fn count_fault(&mut self, fault: Fault) {
        if let Some(count) = self.counts.get_mut(fault as usize) {
            *count += 1;
        }
    }

    /// How often each was met.
    pub fn counts(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL.iter().copied().zip(self.counts.iter().copied())
    }
}

/// Of a thousand occasions. An occasion is a call for what a call can meet, and a step of the history for the others.
fn usual_rate(fault: Fault) -> u32 {
    match fault {
        Fault::TokenRefused | Fault::PermissionMissing | Fault::QuotaUsedUp => 2,
        Fault::Throttled | Fault::Unreachable | Fault::Malformed | Fault::MissingPage => 12,
        Fault::LostBefore | Fault::LostAfter | Fault::EhrUnknown | Fault::EhrLate => 40,
        Fault::EhrUnavailable | Fault::StoreThrottled | Fault::JournalFails => 8,
        Fault::HalfList | Fault::EmptyList | Fault::WrongCorp | Fault::BlankColumn => 3,
        Fault::StoreUnknown => 25,
        Fault::StaleLinks | Fault::StaleList | Fault::Normalised | Fault::SkewedClock => 400,
        Fault::EventTwice | Fault::EventLate | Fault::EventLost | Fault::WakeTwice => 180,
        Fault::KilledInFlight | Fault::LateWrite => 500,
        Fault::Killed => 6,
        Fault::ScopeShrinks | Fault::PermissionWithdrawn => 2,
        Fault::RecordDeleted => 400,
        Fault::Restored | Fault::Purged | Fault::GateClosed => 150,
        _ => 60,
    }
}
