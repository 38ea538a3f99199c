//! Codes of the sync itself: what is stored of earlier versions, guard, identities, changes, waits, snapshots, runs.

/// Hands the codes so far and its own to `sides_codes`.
macro_rules! sync_codes {
    ($($so_far:tt)*) => {
        sides_codes! {
            $($so_far)*

            // What earlier versions stored.
            /// A sentence that an earlier version stored; it is shown as it is.
            StoredText = "stored-text",

            // More than one reason.
            /// Two reasons at once.
            Several = "several",

            // Too much at once.
            /// `removals` of `people` people would be marked as left; the limit is `limit`.
            GuardTooManyRemovals = "guard-too-many-removals",
            /// `removals` of `people` people would be deleted in DingTalk today; the limit is `limit`.
            GuardTooManyDeletions = "guard-too-many-deletions",
            /// `removals` departments, counted with the people below them, of `size` departments and people would be
            /// removed today; the limit is `limit`.
            GuardTooManyDepartments = "guard-too-many-departments",
            /// Held before: it waits until a person releases it.
            GuardHeldBefore = "guard-held-before",
            /// `field` would be emptied for `records` of `people` people; the limit is `limit`.
            GuardFieldEmptied = "guard-field-emptied",
            /// `field` would change for `records` of `people` people; the limit is `limit`.
            GuardFieldChanged = "guard-field-changed",

            // Who is who.
            /// The DingTalk userid now belongs to another person.
            IdentityUseridReused = "identity-userid-reused",
            /// The DingTalk userid is the same and the unionid is not: a person has to say who this is.
            IdentityUnionidDiffers = "identity-unionid-differs",
            /// The job number is the same and the name is not: a person has to say who this is.
            IdentityNameDiffers = "identity-name-differs",
            /// The name and the mobile number are the same and the job number is not: a person has to say who this
            /// is.
            IdentityJobNumberDiffers = "identity-job-number-differs",
            /// The eHR keeps this DingTalk id, and nothing else agrees: a person has to say whether it is the same.
            IdentityKeptIdAlone = "identity-kept-id-alone",
            /// The eHR's record has the unionid of another person than the one who is missing in DingTalk.
            IdentityRecordOfAnother = "identity-record-of-another",
            /// Two DingTalk accounts match one record of the eHR: a person has to say which one it is.
            IdentityTwoAccounts = "identity-two-accounts",
            /// Two records of the eHR match one DingTalk account: a person has to say which one it is.
            IdentityTwoRecords = "identity-two-records",
            /// This id had more holders than can be kept apart.
            IdentityTooManyHolders = "identity-too-many-holders",
            /// DingTalk has a department twice that was created once: the reply to an earlier create came too late.
            IdentityDepartmentDuplicate = "identity-department-duplicate",
            /// DingTalk shows no name for this record, and no record is created without a name.
            IdentityNameHidden = "identity-name-hidden",

            // Why a change is made.
            /// New in `side`.
            ChangeNew = "change-new",
            /// In `side` again.
            ChangeAgain = "change-again",
            /// Left in `side`.
            ChangeLeft = "change-left",
            /// Changed in `side`, which decides.
            ChangeDecided = "change-decided",
            /// Changed on both sides, each in the fields that it decides.
            ChangeBothSides = "change-both-sides",
            /// Linked for the first time; the owner's values now stand on both sides.
            ChangeAdopted = "change-adopted",
            /// `cause`; an edit on the written side is overwritten.
            ChangeOverwritesEdit = "change-overwrites-edit",
            /// Missing in two complete sweeps and not found by its id.
            ChangeMissingTwice = "change-missing-twice",
            /// Removed on the side that decides: an event said so, and it is not found by its id.
            ChangeNotFound = "change-not-found",
            /// Both sides agree; only the link is stored.
            ChangeLinkOnly = "change-link-only",
            /// Begun and cut off before the outcome was known; both sides agree now.
            ChangeFinishedLate = "change-finished-late",
            /// A person resolved the conflict: the value of `side` stands.
            ChangeConflictResolved = "change-conflict-resolved",
            /// A person took the decision of a conflict back.
            ChangeConflictReopened = "change-conflict-reopened",
            /// Not written: `cause`.
            ChangeNotWritten = "change-not-written",

            // What a record waits for.
            /// Only the employee can change `field` in DingTalk: it waits for them.
            WaitEmployee = "wait-employee",
            /// DingTalk creates no record without `field`, and the eHR has none.
            WaitFieldMissing = "wait-field-missing",
            /// `side` stored `field` differently from what was sent.
            WaitStoredOtherwise = "wait-stored-otherwise",
            /// An administrator or boss left in the eHR; administrators are never removed automatically.
            WaitAdministratorLeft = "wait-administrator-left",
            /// An administrator or boss is missing in DingTalk; administrators are never removed automatically.
            WaitAdministratorMissing = "wait-administrator-missing",
            /// The department is removed on the side that decides, and there are still people or departments in it.
            WaitDepartmentOccupied = "wait-department-occupied",
            /// Invited to the company: waits until the person accepts.
            WaitInvitation = "wait-invitation",
            /// The policy leaves this record out, or cannot tell whether it does.
            WaitPolicyLeavesOut = "wait-policy-leaves-out",
            /// Waits for `date`.
            WaitDay = "wait-day",
            /// Has left; the removal follows when the grace period ends on `date`.
            WaitGrace = "wait-grace",
            /// Missing in the lists; the next complete sweep confirms it.
            WaitNextSweep = "wait-next-sweep",
            /// The stored link of this record is larger than the database takes.
            WaitLinkTooLarge = "wait-link-too-large",
            /// The link has no id that DingTalk knows.
            WaitDingTalkIdMissing = "wait-dingtalk-id-missing",

            // Why a record could not be looked at.
            /// DingTalk could not be read or written: `cause`.
            LookDingTalkFailed = "look-dingtalk-failed",
            /// The eHR could not be read or written: `cause`.
            LookEhrFailed = "look-ehr-failed",
            /// The stored state could not be read or written: `cause`.
            LookStateFailed = "look-state-failed",
            /// The journal could not be written, so nothing else was written either: `cause`.
            LookJournalFailed = "look-journal-failed",
            /// Others kept writing the same record; the next run looks again.
            LookOthersWrite = "look-others-write",
            /// A write was not finished; the next run looks again.
            LookWriteUnfinished = "look-write-unfinished",
            /// It is not known whether `side` carried out the write; the next read shows it.
            LookOutcomeUnknown = "look-outcome-unknown",
            /// One of the two sides refused its part.
            LookOneSideRefused = "look-one-side-refused",
            /// A person who certainly exists is not found either, so "not found" proves nothing and nothing is
            /// removed.
            LookNoCanary = "look-no-canary",
            /// The eHR finds none of the people that it listed, so nothing is removed.
            LookEhrFindsNone = "look-ehr-finds-none",
            /// DingTalk's HR roster failed several times in this run; the next run asks again.
            LookRosterUnavailable = "look-roster-unavailable",
            /// Writing was resumed meanwhile; the change is looked at again.
            LookWritingResumed = "look-writing-resumed",

            // Why nothing may be written.
            /// Writing is paused.
            GatePaused = "gate-paused",
            /// Shadow mode: plans are made and nothing is written.
            GateShadow = "gate-shadow",
            /// Policy version `version` has to be previewed before anything is written.
            GatePreviewNeeded = "gate-preview-needed",
            /// Both sides were read under policy version `read_under`, and version `active` was activated meanwhile.
            GatePolicyChanged = "gate-policy-changed",
            /// The binding was removed.
            GateBindingRemoved = "gate-binding-removed",

            // Why a list is not complete.
            /// `departments` departments could not be read in full.
            SnapshotDepartmentsUnread = "snapshot-departments-unread",
            /// `departments` departments have no place in the tree.
            SnapshotDepartmentsMisplaced = "snapshot-departments-misplaced",
            /// The app's contact scope differs from the accepted one.
            SnapshotScopeChanged = "snapshot-scope-changed",
            /// The list is empty although people are linked.
            SnapshotEmpty = "snapshot-empty",
            /// DingTalk counted `before` people before and `after` after; the lists showed `seen`.
            SnapshotCountsDiffer = "snapshot-counts-differ",
            /// Department `department` has a parent that was not seen.
            SnapshotParentMissing = "snapshot-parent-missing",
            /// Department `department` is its own ancestor.
            SnapshotDepartmentCycle = "snapshot-department-cycle",

            // What a run reports.
            /// Nothing is removed in this run: `cause`.
            RunNothingRemoved = "run-nothing-removed",
            /// Nothing is written: `cause`.
            RunNothingWritten = "run-nothing-written",
            /// Nothing was written: `cause`. Plan `plan` shows `changes` changes.
            RunPlanInstead = "run-plan-instead",
            /// DingTalk's lists show only people who are not linked: this may be another company's data, so nothing
            /// is written.
            RunStrangers = "run-strangers",
            /// Department `department` could not be read in full: `cause`.
            RunDepartmentUnread = "run-department-unread",
            /// The journal of this run was not closed: `cause`.
            RunJournalOpen = "run-journal-open",
            /// The head of the journal was not copied to the archive: `cause`.
            RunJournalHeadNotCopied = "run-journal-head-not-copied",
            /// The people in the eHR could not be counted: `cause`.
            RunEhrNotCounted = "run-ehr-not-counted",
            /// A record was missing in the lists and is found by its id; it stays.
            RunMissingRecordFound = "run-missing-record-found",
            /// `people` people are left unchanged: the policy leaves their employment type out.
            RunEmploymentLeftOut = "run-employment-left-out",
            /// `people` people are left unchanged: only DingTalk's HR roster knows their employment type.
            RunEmploymentUnknown = "run-employment-unknown",
            /// DingTalk's HR roster cannot be read, and people whose employment type only the roster knows are left
            /// unchanged: `cause`.
            RunRosterUnreadable = "run-roster-unreadable",
            /// `records` records are only in `side`, which does not decide who joins; they are not linked and are
            /// left unchanged.
            RunUnmatched = "run-unmatched",
            /// DingTalk asked to slow down `times` times; every call was repeated.
            RunThrottled = "run-throttled",
            /// The access token was refused and renewed `times` times.
            RunTokenRenewed = "run-token-renewed",
            /// `departments` special departments were left out, which DingTalk's contact interface refuses.
            RunDepartmentsDropped = "run-departments-dropped",
            /// Records were read with a field that could not be read; the field stays as it is.
            RunFieldsUnreadable = "run-fields-unreadable",
            /// DingTalk's day of entry of these people stands for none; the field stays as it is.
            RunEntryDaysImplausible = "run-entry-days-implausible",
            /// `times` calls to DingTalk failed with `trouble`.
            RunCallsFailed = "run-calls-failed",
            /// DingTalk no longer shows `field` to the app: its values stay as they are.
            RunFieldWithdrawn = "run-field-withdrawn",
            /// A change that came while writing was stopped could not be handled: `cause`.
            RunDeferredChangeFailed = "run-deferred-change-failed",
            /// Changes that came while writing was stopped still wait: `cause`.
            RunDeferredChangesWait = "run-deferred-changes-wait",
            /// What waits for a person could not be recorded; the next sweep records it: `cause`.
            RunWaitingNotRecorded = "run-waiting-not-recorded",
            /// Not every employee was asked for what only they can change; the next sweep asks: `cause`.
            RunEmployeesNotAsked = "run-employees-not-asked",
            /// The plan was interrupted: `cause`.
            RunPlanInterrupted = "run-plan-interrupted",
            /// `items` items had changed since the plan was made and stayed unchanged.
            RunItemsMoved = "run-items-moved",
            /// The plan shows some references by id instead of by name: `cause`.
            RunNamesIncomplete = "run-names-incomplete",
            /// The sweep starts again from the beginning, because of `why`.
            RunRestarted = "run-restarted",
            /// The position of this sweep was not stored, and the next part may repeat work: `cause`.
            RunPositionNotStored = "run-position-not-stored",
            /// The run could not start: `cause`.
            RunNotStarted = "run-not-started",
        }
    };
}
