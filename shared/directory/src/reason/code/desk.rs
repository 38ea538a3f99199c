//! Codes of what people work with: plans, entries that wait, policies, messages; and of stores and journal.

/// Hands the codes so far and its own to `fields_codes`.
macro_rules! desk_codes {
    ($($so_far:tt)*) => {
        fields_codes! {
            $($so_far)*

            // Orders.
            /// None of your roles allows `action`.
            OrderNotAllowed = "order-not-allowed",
            /// `action` needs a second proof: the code of your authenticator.
            OrderStepUpNeeded = "order-step-up-needed",
            /// This record is not in the departments or the team that you act for.
            OrderOutsideScope = "order-outside-scope",
            /// It is not named who orders.
            OrderActorMissing = "order-actor-missing",
            /// There is no such binding.
            OrderBindingUnknown = "order-binding-unknown",
            /// There are `count` bindings, and none is named.
            OrderBindingAmbiguous = "order-binding-ambiguous",
            /// The position is not of this list.
            OrderCursorInvalid = "order-cursor-invalid",

            // Plans.
            /// There is no such plan.
            PlanUnknown = "plan-unknown",
            /// This plan is not approved.
            PlanUnapproved = "plan-unapproved",
            /// The content of the plan is not what was approved.
            PlanNotAsApproved = "plan-not-as-approved",
            /// The plan was made under policy version `plan`, and version `active` is active.
            PlanOtherPolicy = "plan-other-policy",
            /// The plan is `hours` hours old, and `limit` hours are allowed.
            PlanExpired = "plan-expired",
            /// A newer plan replaces this one.
            PlanSuperseded = "plan-superseded",
            /// The plan is applied already.
            PlanAlreadyApplied = "plan-already-applied",
            /// This plan could not be made.
            PlanFailed = "plan-failed",
            /// Someone else applied or changed the plan a moment ago.
            PlanChangedElsewhere = "plan-changed-elsewhere",
            /// The plan could not be stored or read: `cause`.
            PlanNotStored = "plan-not-stored",
            /// The content of the plan is not in the archive.
            PlanContentMissing = "plan-content-missing",
            /// The content of the plan cannot be opened, or is not what was made.
            PlanContentUnreadable = "plan-content-unreadable",
            /// `field` has another value in `side` than when the plan was made.
            PlanFieldMoved = "plan-field-moved",
            /// `field` changed in `side` after the plan was made.
            PlanFieldAlsoMoved = "plan-field-also-moved",
            /// The record is no longer in `side`.
            PlanRecordGone = "plan-record-gone",
            /// The record was to be removed and is there again.
            PlanRecordBack = "plan-record-back",
            /// The plan says `planned`; now it would be `now`.
            PlanActionChanged = "plan-action-changed",
            /// The ids that belong together changed after the plan was made.
            PlanIdentityChanged = "plan-identity-changed",

            // What waits for a person.
            /// There is no such entry in the queue `queue`.
            RecordEntryUnknown = "record-entry-unknown",
            /// `count` entries begin like that.
            RecordEntryAmbiguous = "record-entry-ambiguous",
            /// It is closed already.
            RecordEntryClosed = "record-entry-closed",
            /// There is nothing to take back.
            RecordNothingToUndo = "record-nothing-to-undo",
            /// The value in `side` changed meanwhile: nothing was written.
            RecordValueMoved = "record-value-moved",
            /// `side` does not show the record or the field now: nothing was written.
            RecordNotShown = "record-not-shown",
            /// No person or department is called so.
            RecordPersonUnknown = "record-person-unknown",
            /// `count` are called so.
            RecordPersonAmbiguous = "record-person-ambiguous",
            /// The policy lets `side` decide this field.
            RecordFieldOwned = "record-field-owned",
            /// Only the employee can change this field in DingTalk.
            RecordEmployeeOnly = "record-employee-only",
            /// It was refused: `cause`.
            RecordRefused = "record-refused",
            /// Someone else changed it a moment ago.
            RecordChangedElsewhere = "record-changed-elsewhere",
            /// It could not be done now: `cause`.
            RecordNotNow = "record-not-now",

            // Policies.
            /// This is not JSON (`detail`).
            PolicyNotJson = "policy-not-json",
            /// A value of the type `expected` is expected here.
            PolicyTypeWrong = "policy-type-wrong",
            /// The key "`key`" is not known here.
            PolicyKeyUnknown = "policy-key-unknown",
            /// "`word`" is not one of the words that can stand here.
            PolicyWordUnknown = "policy-word-unknown",
            /// The key "`key`" is written twice.
            PolicyKeyDuplicate = "policy-key-duplicate",
            /// The key "`key`" is missing.
            PolicyKeyMissing = "policy-key-missing",
            /// The document has version `found`; this program knows version `known`.
            PolicySchemaUnknown = "policy-schema-unknown",
            /// A whole number from `min` to `max` is expected.
            PolicyNumberOutOfRange = "policy-number-out-of-range",
            /// A percentage from 0 to 100 with at most one decimal is expected.
            PolicyPercentageInvalid = "policy-percentage-invalid",
            /// Hours are written HH:MM-HH:MM, and begin and end at different times.
            PolicyHoursInvalid = "policy-hours-invalid",
            /// These hours are shorter than a quarter of an hour.
            PolicyHoursTooShort = "policy-hours-too-short",
            /// Text of 1 to `limit` characters is expected.
            PolicyTextLength = "policy-text-length",
            /// This is not a record id: it is empty, too long, or has a control character or '#' in it.
            PolicyIdInvalid = "policy-id-invalid",
            /// This is listed twice.
            PolicyItemRepeated = "policy-item-repeated",
            /// The preset `preset` says otherwise.
            PolicyAgainstPreset = "policy-against-preset",
            /// `side` decides who joins and leaves, but the direction `direction` never writes what it decides.
            PolicyLifecycleUnheard = "policy-lifecycle-unheard",
            /// `side` decides here, but the direction `direction` never writes what it decides.
            PolicyOwnerUnheard = "policy-owner-unheard",
            /// A field is shared only where both sides are written, and the direction is `direction`.
            PolicySharedOneWay = "policy-shared-one-way",
            /// `field` of a `kind` is shared, so that no side owns it.
            PolicyOwnedAndShared = "policy-owned-and-shared",
            /// This is included and excluded at once.
            PolicyIncludedAndExcluded = "policy-included-and-excluded",
            /// Custom fields are named, but the scope does not take any.
            PolicyCustomFieldsUnused = "policy-custom-fields-unused",
            /// The scope takes custom fields, but names none.
            PolicyCustomFieldsMissing = "policy-custom-fields-missing",
            /// The limit removals_percent is above removals_percent_max.
            PolicyLimitsCrossed = "policy-limits-crossed",
            /// DingTalk does not let a mobile number be changed from outside: the employee is asked to change it, and
            /// the field waits until then.
            PolicyMobileWaits = "policy-mobile-waits",
            /// `field` of a `kind` is shared: DingTalk has no conditional write, so an edit there that falls between
            /// our read and our write can be lost; every value that was read stays in the journal and the conflict
            /// queue.
            PolicyFieldShared = "policy-field-shared",
            /// With these limits the guard lets all people be removed at once.
            PolicyGuardOff = "policy-guard-off",
            /// Without a grace period, the next sweep deletes in DingTalk whoever leaves in the eHR; a deleted userid
            /// does not come back.
            PolicyNoGrace = "policy-no-grace",
            /// Employment types are listed as included: people whose type a side does not show stay out.
            PolicyUnknownEmploymentOut = "policy-unknown-employment-out",
            /// Employment types are named: where the eHR does not name a type, DingTalk's HR roster is asked, and
            /// until it answers these people wait.
            PolicyEmploymentFromRoster = "policy-employment-from-roster",
            /// The policy was refused with `problems` problems; the active one stays.
            PolicyRefused = "policy-refused",
            /// There is no policy version `version`.
            PolicyVersionMissing = "policy-version-missing",
            /// This version of the program cannot read policy version `version`.
            PolicyVersionUnreadable = "policy-version-unreadable",
            /// The policy could not be stored or read: `cause`.
            PolicyNotStored = "policy-not-stored",

            // Messages to people.
            /// Your company's HR system has another mobile number for you than DingTalk. Only you can change it: Me →
            /// Settings → Account & Security. Nothing else is needed afterwards; if HR's number is wrong, tell HR.
            MessageChangeYourMobile = "message-change-your-mobile",
            /// DingTalk could not be reached for a day, and the message was not sent.
            MessageOutOfDate = "message-out-of-date",
            /// A message id has 1 to 64 letters, digits, dashes and underscores.
            MessageIdInvalid = "message-id-invalid",
            /// A message needs people and text.
            MessageEmpty = "message-empty",
            /// The message has `bytes` bytes, and `limit` are allowed.
            MessageTooLong = "message-too-long",
            /// The message could not be stored or queued; composing it again completes it: `cause`.
            MessageNotQueued = "message-not-queued",
            /// It is not known whether the message was sent; it is not sent again.
            MessageOutcomeUnknown = "message-outcome-unknown",
            /// DingTalk did not report who received the message.
            MessageResultUnknown = "message-result-unknown",

            // Database, secrets, queues and archive.
            /// The store `part` did not answer; it is asked again.
            StateUnavailable = "state-unavailable",
            /// The store `part` refused the request.
            StateRefused = "state-refused",
            /// A stored item cannot be read: `item`.
            StateMalformed = "state-malformed",
            /// A stored item has schema version `found`, and this program knows `known`: `item`.
            StateNewerVersion = "state-newer-version",
            /// Another process changed the stored item since it was read.
            StateChangedElsewhere = "state-changed-elsewhere",
            /// An item with this id exists already.
            StateAlreadyExists = "state-already-exists",
            /// The item has `bytes` bytes, and `limit` are allowed.
            StateTooLarge = "state-too-large",
            /// There is no such secret.
            StateSecretMissing = "state-secret-missing",
            /// An encrypted value cannot be opened here.
            StateNotOpened = "state-not-opened",
            /// The id `what` is not valid, because of `why`.
            StateIdInvalid = "state-id-invalid",

            // The journal.
            /// The journal could not be written: `cause`.
            JournalNotWritten = "journal-not-written",
            /// Another process continued the journal of this run.
            JournalContinuedElsewhere = "journal-continued-elsewhere",
            /// The journal of this run is closed.
            JournalClosed = "journal-closed",
            /// A journal entry is too large.
            JournalEntryTooLarge = "journal-entry-too-large",
            /// The journal entry cannot be read.
            JournalEntryUnreadable = "journal-entry-unreadable",
            /// A journal entry is missing, out of place or of another run.
            JournalEntryMissing = "journal-entry-missing",
            /// The journal entry is not the one that was written.
            JournalEntryChanged = "journal-entry-changed",
            /// A head of the journal is missing, unreadable or out of place.
            JournalHeadMissing = "journal-head-missing",
            /// A head of the journal is not the one that was written.
            JournalHeadChanged = "journal-head-changed",
            /// The end of the run's journal is missing or is not the one that was written.
            JournalEndChanged = "journal-end-changed",
            /// The copy in the archive differs from the journal, or one of the two is missing.
            JournalCopyDiffers = "journal-copy-differs",
            /// The copy in the archive cannot be read.
            JournalCopyUnreadable = "journal-copy-unreadable",
        }
    };
}
