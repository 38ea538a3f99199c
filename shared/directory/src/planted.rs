//! Mistakes that can be switched on, one at a time: the proof that the simulation's checker sees. With the feature `planted`,
//! which nothing that is deployed has, a thread carries the mistake that its histories make; without it [`is`] is
//! `false` at compile time and nothing is left of it.

macro_rules! bugs {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// One mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Bug {
            $($(#[$doc])* $name,)*
        }

        impl Bug {
            /// Every mistake.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// In one word.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

bugs! {
    /// Bug 1: what is being created counts as agreed before anybody confirmed it.
    CreateIsBase = "create_is_base";
    /// Bug 2: a record is created without a stored intent, and forgotten where the invocation dies.
    NoWriteAhead = "no_write_ahead";
    /// Bug 3: intents are dropped by age alone, at once.
    IntentsExpire = "intents_expire";
    /// Bug 4: what is held stops the whole run.
    HoldStopsAll = "hold_stops_all";
    /// Bug 5: a record that came back keeps its count of absences.
    AbsenceNotReset = "absence_not_reset";
    /// Bug 6: one removal is never too much, in the smallest company either.
    OneIsNeverTooMuch = "one_is_never_too_much";
    /// Bug 7: nobody asks for a canary.
    NoCanary = "no_canary";
    /// Bug 8: list rows are merged as if they had been read.
    MergedFromList = "merged_from_list";
    /// Base is written before the side is.
    BaseBeforeWrite = "base_before_write";
    /// No intent is kept of an update.
    NoIntent = "no_intent";
    /// A link is overwritten whatever its version.
    NoVersionCheck = "no_version_check";
    /// The eHR's record is overwritten whatever its version.
    NoEhrVersion = "no_ehr_version";
    /// A partial list is taken for a complete one, and proves an absence. Either alone is harmless: who is missing in the list is
    /// asked for by their id, and who is not found that way was missing in a complete one.
    PartialIsComplete = "partial_is_complete";
    /// One absence is enough, and nobody is asked.
    AbsentOnceIsGone = "absent_once_is_gone";
    /// A list alone proves an absence.
    NoFreshRead = "no_fresh_read";
    /// "Out of scope" is taken for "not found".
    UnseenIsGone = "unseen_is_gone";
    /// Administrators are removed like anybody.
    AdminRemoved = "admin_removed";
    /// The grace period is ignored.
    NoGrace = "no_grace";
    /// The guard lets everything through.
    NoGuard = "no_guard";
    /// A late write of our own is taken for somebody's edit.
    EchoIsEdit = "echo_is_edit";
    /// A write whose outcome is unknown counts as done.
    UnknownIsDone = "unknown_is_done";
    /// Nobody reads back what was written.
    NoReadBack = "no_read_back";
    /// A value that a side stores otherwise is sent again and again.
    NoPatience = "no_patience";
    /// Whoever changed a field last has it, whoever owns it.
    OwnerIgnored = "owner_ignored";
    /// A value that loses is not in the journal.
    LoserNotKept = "loser_not_kept";
    /// The journal is written after the sides.
    JournalAfterwards = "journal_afterwards";
    /// A record that is linked is linked once more.
    AdoptedTwice = "adopted_twice";
    /// A department whose create was cut off is not looked for, neither by the link's id nor by its name: each would find it
    /// without the other.
    DepartmentNotLookedFor = "department_not_looked_for";
    /// Who is perhaps somebody's double is created all the same.
    UncertainIsNew = "uncertain_is_new";
    /// One mobile number is one person.
    SameMobileIsSame = "same_mobile_is_same";
    /// A hidden field is an empty one.
    HiddenIsEmpty = "hidden_is_empty";
    /// Another company's lists are taken for ours.
    StrangersWelcome = "strangers_welcome";
    /// A `userid` that was given to somebody else goes on being the same person.
    ReusedUserid = "reused_userid";
    /// A new life begins with the old base and the old generation.
    OldLifeGoesOn = "old_life_goes_on";
    /// Two accounts of one person: the newer one counts, whatever becomes of the older one.
    NewerAccountWins = "newer_account_wins";
    /// Shared memberships are overwritten instead of merged.
    MembershipOverwritten = "membership_overwritten";
    /// Nobody asks whether writing is paused.
    PauseIgnored = "pause_ignored";
    /// What was refused is never tried again.
    RefusedForEver = "refused_for_ever";
    /// Who was never linked is removed where the other side lacks them.
    UnlinkedRemoved = "unlinked_removed";
    /// What lists do not show is never read.
    NoDeepReads = "no_deep_reads";
    /// List rows always agree with base.
    ListsNominateNobody = "lists_nominate_nobody";
    /// A value of a list is emptied when its references are not there yet.
    UnknownIsNobody = "unknown_is_nobody";
    /// A wake does not ask the budget.
    WakesUnguarded = "wakes_unguarded";
    /// The budget does not remember what was spent.
    BudgetForgets = "budget_forgets";
    /// Departments are removed without a limit.
    DepartmentsUnguarded = "departments_unguarded";
    /// A DingTalk id that the eHR keeps is proof by itself.
    KeptIdSuffices = "kept_id_suffices";
    /// A record in quarantine is removed like any other.
    QuarantinedIsRemoved = "quarantined_is_removed";
    /// A look does not ask what is held.
    HoldIgnored = "hold_ignored";
    /// A record that is not here yet has left, when it is decided and when it is asked again before the write.
    NotYetHasLeft = "not_yet_has_left";
    /// Memberships that are out of reach are left out of a set that is written whole.
    MembershipNotCarried = "membership_not_carried";
    /// What was decided a while ago is written without reading both sides again.
    OldReadsWrite = "old_reads_write";
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
    /// Rows of lists, for [`Bug::MergedFromList`].
    static ROWS: std::cell::RefCell<std::collections::BTreeMap<crate::NativeId, crate::Record>> =
        const { std::cell::RefCell::new(std::collections::BTreeMap::new()) };
}

/// Keeps a row of a list.
#[cfg(feature = "planted")]
pub fn keep(row: &crate::Record) {
    if is(Bug::MergedFromList) {
        ROWS.with_borrow_mut(|rows| rows.insert(row.id.clone(), row.clone()));
    }
}

/// Takes the row of somebody whom a list showed.
#[must_use]
#[cfg(feature = "planted")]
pub fn row(id: &crate::NativeId) -> Option<crate::Record> {
    ROWS.with_borrow_mut(|rows| rows.remove(id))
}

/// Keeps nothing.
#[cfg(not(feature = "planted"))]
pub const fn keep(_: &crate::Record) {}

/// Nothing was kept.
#[must_use]
#[cfg(not(feature = "planted"))]
pub const fn row(_: &crate::NativeId) -> Option<crate::Record> {
    None
}

/// From now on this thread makes this mistake, and no other.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
    ROWS.take();
}

/// Whether this thread makes this mistake.
#[inline]
#[must_use]
#[cfg(feature = "planted")]
pub fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether this thread makes this mistake: never.
#[inline]
#[must_use]
#[cfg(not(feature = "planted"))]
pub const fn is(_: Bug) -> bool {
    false
}
