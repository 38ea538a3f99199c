//! The faults of the simulation, each with a counter of how often it was met.
//!
//! Other tests cover what lies below the engine's ports. The tests of the client, of `callback` and of
//! `token-refresh` cover a token that expires within a page, rotated secrets, slow and stalled
//! bodies, types that change, and forged and replayed callbacks, over HTTP. `bench flood` covers a
//! flood, and `runtime` covers poison messages and partial batches (here a wake that fails five times
//! is gone). The properties of `directory` cover hostile texts and days, the vault's contract covers
//! unavailable secrets, the policy checks and the stories cover poison policies, and `bench sync`
//! covers 200,000 people. The stories cover two versions at once, with a company of the previous
//! version, and `message-push` covers messages.

use crate::dice::Dice;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// One kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the name for counters.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

faults! {
    /// The access token is refused, and the renewed one is refused too.
    TokenRefused = "token_refused";
    /// A permission is missing: every call of an interface fails.
    PermissionMissing = "permission_missing";
    /// DingTalk throttles, even after the client's own retries.
    Throttled = "throttled";
    /// The month's quota is used up.
    QuotaUsedUp = "quota_used_up";
    /// A read of DingTalk fails without an answer.
    Unreachable = "unreachable";
    /// A write to DingTalk is lost before it takes effect.
    LostBefore = "lost_before_effect";
    /// DingTalk carries out a write, and the answer is lost.
    LostAfter = "lost_after_effect";
    /// An answer cannot be read.
    Malformed = "malformed";
    /// One page of a department's members does not arrive.
    MissingPage = "missing_page";
    /// A list ends early and claims to be complete.
    HalfList = "half_list";
    /// Lists show an older state.
    StaleList = "stale_list";
    /// A side stores a value in another form than it was sent.
    Normalised = "normalised";
    /// A side refuses a record by a business rule.
    Refused = "refused";
    /// A person is invited and must accept first (40103).
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
    /// A department is deleted while it has members.
    OccupiedDepartment = "occupied_department_removed";
    /// The eHR's department tree has a cycle.
    Cycle = "cycle";
    /// A person's departments change on both sides.
    Memberships = "memberships_on_both_sides";
    /// An administrator leaves on the side that decides.
    AdminLeaves = "administrator_leaves";
    /// A person is hired again.
    Rehired = "rehired";
    /// Two people have one mobile number.
    MobileTwice = "mobile_twice";
    /// A `userid` is given to another person.
    ReusedUserid = "reused_userid";
    /// A job number changes.
    JobNumberChanges = "job_number_changes";
    /// An invocation is killed between two polls.
    Killed = "killed";
    /// An invocation is killed during a write.
    KilledInFlight = "killed_in_flight";
    /// Two sweeps of one corp run at the same time.
    TwoSweeps = "two_sweeps";
    /// A write lands long after its invocation has ended.
    LateWrite = "late_write";
    /// A conditional write of the store fails.
    StoreConflict = "store_conflict";
    /// The eHR refuses a version that is not the current one.
    EhrConflict = "ehr_conflict";
    /// The store is too busy.
    StoreThrottled = "store_throttled";
    /// The store writes and its answer is lost.
    StoreUnknown = "store_unknown_outcome";
    /// A listing of links shows an older state.
    StaleLinks = "stale_links";
    /// The journal cannot be written.
    JournalFails = "journal_fails";
    /// The eHR does not answer.
    EhrUnavailable = "ehr_unavailable";
    /// The eHR writes and its answer is lost.
    EhrUnknown = "ehr_unknown_outcome";
    /// A write to the eHR lands late.
    EhrLate = "ehr_late_write";
    /// A wake is received again while it is being handled.
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
    /// A person deletes the copy on the side that does not decide.
    CopyDeleted = "copy_deleted";
    /// Half of the company leaves at once, on the side that decides or on the other one, and every
    /// event arrives.
    MassLeaving = "mass_leaving";
    /// HR writes another person's DingTalk id into a record.
    WrongKeptId = "wrong_kept_id";
    /// HR puts off the first day of a person who is linked.
    PutOff = "put_off";
}

/// The rate of each fault, and how often each was met.
#[derive(Debug, Clone)]
pub struct FaultRates {
    counts: Vec<u64>,
    rates: Vec<u32>,
    /// Whether faults have stopped.
    pub healed: bool,
}

impl FaultRates {
    /// No faults at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            counts: vec![0; Fault::ALL.len()],
            rates: vec![0; Fault::ALL.len()],
            healed: false,
        }
    }

    /// Draws random rates. Each fault is possible in every second history, so that each also occurs
    /// alone.
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

    /// Sets how often a fault happens, per thousand occasions.
    pub fn set_rate(&mut self, fault: Fault, per_mille: u32) {
        if let Some(rate) = self.rates.get_mut(fault as usize) {
            *rate = per_mille;
        }
    }

    /// Returns whether this fault happens on this occasion, and counts it.
    pub fn strikes(&mut self, fault: Fault, dice: &mut Dice) -> bool {
        let rate = self.rates.get(fault as usize).copied().unwrap_or(0);
        let strikes = !self.healed && dice.chance(rate);
        if strikes {
            self.count_fault(fault);
        }
        strikes
    }

    /// Counts a fault that came about without a draw.
    pub fn count_fault(&mut self, fault: Fault) {
        if let Some(count) = self.counts.get_mut(fault as usize) {
            *count += 1;
        }
    }

    /// Returns how often each fault was met.
    pub fn counts(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL.iter().copied().zip(self.counts.iter().copied())
    }
}

/// Rate per thousand occasions. An occasion is a call for faults of calls, and a step of the
/// history for the others.
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
        Fault::MassLeaving => 150,
        Fault::WrongKeptId | Fault::PutOff => 300,
        Fault::Restored | Fault::Purged | Fault::GateClosed => 150,
        _ => 60,
    }
}
