//! Everything that goes wrong, each with a counter of how often it was reached (`reliability.md` §4).
//!
//! Entries of that catalogue that are somebody else's to prove: F1 (a token that expires within a page), F3 (secrets that are
//! rotated), F6 (slow and stalled bodies), F12 (types that change) and F19 (forged and replayed callbacks) are below the
//! engine's ports: the client's, the callback's and `token-refresh`'s tests meet them over HTTP. F15 (a flood) is
//! `bench flood`. F16 and F17 (poison and partial batches) are `runtime`'s batches; here a wake that fails five times is
//! gone. F28 and F29 (hostile texts and days) are properties of `directory`. F36 (secrets unavailable) is the vault's, F39
//! (poison policies) the policy checks' and the stories', F40 (200,000 people) `bench sync`'s, F41 (two versions at once) the
//! stories' with a company of the version before, F42 (messages) `message-push`'s.

use crate::dice::Dice;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $catalogue:literal;)*) => {
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

            /// Its entry in the catalogue of `reliability.md` §4.
            #[must_use]
            pub fn catalogue(self) -> &'static str {
                match self { $(Self::$name => $catalogue,)* }
            }
        }
    };
}

faults! {
    /// The access token is refused, the renewed one too.
    TokenRefused = "token_refused", "F2";
    /// A permission point is gone: every call of an interface fails.
    PermissionMissing = "permission_missing", "F2";
    /// DingTalk asks to slow down, even after the client's own patience.
    Throttled = "throttled", "F4";
    /// The month's calls are used up.
    QuotaUsedUp = "quota_used_up", "F4";
    /// A read of DingTalk fails without an answer.
    Unreachable = "unreachable", "F5";
    /// A write to DingTalk is lost on its way.
    LostBefore = "lost_before_effect", "F5";
    /// DingTalk writes and its answer is lost.
    LostAfter = "lost_after_effect", "F5";
    /// An answer cannot be read.
    Malformed = "malformed", "F7";
    /// A department's page does not arrive.
    MissingPage = "missing_page", "F8";
    /// A list ends early and says that it is whole.
    HalfList = "half_list", "F8";
    /// Lists show what was.
    StaleList = "stale_list", "F9";
    /// A side stores a value otherwise than it was sent.
    Normalised = "normalised", "F10";
    /// A side refuses a record by a business rule.
    Refused = "refused", "F11";
    /// Somebody is invited and has to accept (40103).
    Invited = "invited", "F11";
    /// An event comes twice.
    EventTwice = "event_twice", "F13";
    /// An event comes late and after newer ones.
    EventLate = "event_late", "F13";
    /// An event is lost.
    EventLost = "event_lost", "F14";
    /// Our own write comes back as an event.
    Echo = "echo", "F18";
    /// The contact scope shrinks.
    ScopeShrinks = "scope_shrinks", "F20";
    /// The contact scope has shrunk while the first runs are made.
    ScopeShrunkEarly = "scope_shrunk_at_the_second_run", "F20";
    /// The list is empty although the company is not.
    EmptyList = "empty_list", "F20";
    /// Another company's data is shown.
    WrongCorp = "wrong_corp", "F20";
    /// A column comes empty for everybody.
    BlankColumn = "blank_column", "F21";
    /// Field permissions are withdrawn: values vanish without an error.
    PermissionWithdrawn = "field_permission_withdrawn", "F21";
    /// A department goes while somebody is in it.
    OccupiedDepartment = "occupied_department_removed", "F22";
    /// The eHR's tree has a circle.
    Cycle = "cycle", "F22";
    /// A person's departments change on both sides.
    Memberships = "memberships_on_both_sides", "F23";
    /// An administrator leaves on the side that decides.
    AdminLeaves = "administrator_leaves", "F24";
    /// Somebody comes back.
    Rehired = "rehired", "F25";
    /// Two people have one mobile number.
    MobileTwice = "mobile_twice", "F25";
    /// A `userid` is given to somebody else.
    ReusedUserid = "reused_userid", "F26";
    /// A job number changes.
    JobNumberChanges = "job_number_changes", "F27";
    /// An invocation is killed between two polls.
    Killed = "killed", "F30";
    /// An invocation is killed with a write on its way.
    KilledInFlight = "killed_in_flight", "F30";
    /// Two sweeps of one corp run side by side.
    TwoSweeps = "two_sweeps", "F31";
    /// A write lands long after its invocation is gone.
    LateWrite = "late_write", "F32";
    /// A conditional write of the store fails.
    StoreConflict = "store_conflict", "F33";
    /// The eHR refuses a version that is not the current one.
    EhrConflict = "ehr_conflict", "F33";
    /// The store is too busy.
    StoreThrottled = "store_throttled", "F34";
    /// The store writes and its answer is lost.
    StoreUnknown = "store_unknown_outcome", "F34";
    /// A listing of links shows what was.
    StaleLinks = "stale_links", "F34";
    /// The journal cannot be written.
    JournalFails = "journal_fails", "F34";
    /// The eHR does not answer.
    EhrUnavailable = "ehr_unavailable", "F5";
    /// The eHR writes and its answer is lost.
    EhrUnknown = "ehr_unknown_outcome", "F5";
    /// A write to the eHR lands late.
    EhrLate = "ehr_late_write", "F32";
    /// A wake is received again while it is worked.
    WakeTwice = "wake_received_twice", "F35";
    /// The queue is purged.
    Purged = "queue_purged", "F35";
    /// An invocation's clock is wrong.
    SkewedClock = "skewed_clock", "F37";
    /// The table is restored to an earlier state.
    Restored = "table_restored", "F38";
    /// The gate closes while an invocation writes.
    GateClosed = "gate_closed", "§4.14 of the design: a pause";
    /// HR deletes a record instead of marking it as left or closed.
    RecordDeleted = "record_deleted", "F22";
    /// Somebody deletes the copy on the side that follows.
    CopyDeleted = "copy_deleted", "F18";
    /// Half of the company leaves at once on the side that decides, or on the other one, and every event arrives.
    MassLeaving = "mass_leaving", "F20";
    /// HR writes another person's DingTalk id into a record.
    WrongKeptId = "wrong_kept_id", "F27";
    /// HR puts the first day of somebody who is there off.
    PutOff = "put_off", "F25";
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
        Fault::MassLeaving => 150,
        Fault::WrongKeptId | Fault::PutOff => 300,
        Fault::Restored | Fault::Purged | Fault::GateClosed => 150,
        _ => 60,
    }
}
