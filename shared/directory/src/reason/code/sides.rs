//! Codes about the sides of a binding: binding them, this machine, DingTalk, the eHR, the ledger.

/// Hands the codes so far and its own to `desk_codes`.
macro_rules! sides_codes {
    ($($so_far:tt)*) => {
        desk_codes! {
            $($so_far)*

            // Binding a company.
            /// No company is bound yet.
            BindingNone = "binding-none",
            /// There is no such binding.
            BindingUnknown = "binding-unknown",
            /// This version has no eHR connector "`connector`", which the binding names.
            BindingConnectorUnknown = "binding-connector-unknown",
            /// The `part` of the binding could not be read.
            BindingUnreadable = "binding-unreadable",
            /// The check `step` failed while binding.
            BindingCheckFailed = "binding-check-failed",
            /// The app's contact scope contains no department.
            BindingScopeEmpty = "binding-scope-empty",
            /// DingTalk does not show `field` to this app; nothing was written.
            BindingFieldHidden = "binding-field-hidden",
            /// This data directory belongs to another company.
            BindingOtherCompany = "binding-other-company",
            /// DingTalk has not confirmed the callback address yet.
            BindingCallbackUnconfirmed = "binding-callback-unconfirmed",
            /// The callback address is not known.
            BindingCallbackUrlUnknown = "binding-callback-url-unknown",
            /// The callback address did not accept the new keys: `cause`.
            BindingCallbackUnproven = "binding-callback-unproven",
            /// No new keys or secret wait to be promoted.
            BindingNothingPending = "binding-nothing-pending",
            /// The credential `name` cannot be one, because of `detail`: empty, a blank inside, or a foreign letter.
            BindingPastedInvalid = "binding-pasted-invalid",
            /// This is not a CorpId.
            BindingCorpIdInvalid = "binding-corp-id-invalid",
            /// This is not an address that can be used.
            BindingAddressInvalid = "binding-address-invalid",
            /// There is no AppSecret.
            BindingSecretMissing = "binding-secret-missing",
            /// The binding has to be named.
            BindingIdNeeded = "binding-id-needed",

            // This machine.
            /// There is no data in `path`.
            MachineStateMissing = "machine-state-missing",
            /// Another bangding uses `path` and does not answer.
            MachineStateInUse = "machine-state-in-use",
            /// The port is taken.
            MachinePortTaken = "machine-port-taken",
            /// The sandbox could not start: `cause`.
            MachineSandboxFailed = "machine-sandbox-failed",
            /// AWS cannot be used: `cause`.
            MachineAwsUnreachable = "machine-aws-unreachable",
            /// This machine has a problem of its own: `cause`.
            MachineFailed = "machine-failed",

            // What DingTalk answers.
            /// DingTalk asks to slow down (`code`).
            DingTalkThrottled = "dingtalk-throttled",
            /// DingTalk refused the access token (`code`).
            DingTalkTokenRefused = "dingtalk-token-refused",
            /// The app lacks the permission `permission`.
            DingTalkPermissionMissing = "dingtalk-permission-missing",
            /// The record lies outside the app's contact scope.
            DingTalkOutOfScope = "dingtalk-out-of-scope",
            /// DingTalk has no such record.
            DingTalkNotFound = "dingtalk-not-found",
            /// Our address is not in the app's allow list.
            DingTalkAddressNotAllowed = "dingtalk-address-not-allowed",
            /// This month's calls to DingTalk are used up.
            DingTalkQuotaUsedUp = "dingtalk-quota-used-up",
            /// DingTalk bans our address for `minutes` minutes.
            DingTalkBanned = "dingtalk-banned",
            /// DingTalk's reply cannot be used, because of `detail`.
            DingTalkReplyMalformed = "dingtalk-reply-malformed",
            /// It is not known whether DingTalk carried out the call.
            DingTalkOutcomeUnknown = "dingtalk-outcome-unknown",
            /// DingTalk refused the AppKey or the AppSecret (`code`).
            DingTalkCredentialsRefused = "dingtalk-credentials-refused",
            /// The app does not belong to this company (`code`).
            DingTalkCompanyRefused = "dingtalk-company-refused",
            /// The app or the organisation is disabled (`code`).
            DingTalkDisabled = "dingtalk-disabled",
            /// DingTalk refused the AgentId (`code`).
            DingTalkAgentRefused = "dingtalk-agent-refused",
            /// DingTalk is busy (`code`).
            DingTalkBusy = "dingtalk-busy",
            /// DingTalk was not reached, because of `detail`.
            DingTalkUnreachable = "dingtalk-unreachable",
            /// This server does not have the interface.
            DingTalkInterfaceUnknown = "dingtalk-interface-unknown",
            /// Another record in DingTalk has this `unique`.
            DingTalkValueTaken = "dingtalk-value-taken",
            /// DingTalk refused `field` (`code`).
            DingTalkFieldRefused = "dingtalk-field-refused",
            /// The department in DingTalk is not empty (`code`).
            DingTalkDepartmentNotEmpty = "dingtalk-department-not-empty",
            /// The root department of DingTalk cannot be changed or deleted here.
            DingTalkRootProtected = "dingtalk-root-protected",
            /// A limit of the company in DingTalk is reached (`code`).
            DingTalkLimitReached = "dingtalk-limit-reached",
            /// The position management of 智能人事 decides title and departments (`code`).
            DingTalkSmartHrDecides = "dingtalk-smart-hr-decides",
            /// The company has not opened 智能人事 (`code`).
            DingTalkSmartHrClosed = "dingtalk-smart-hr-closed",
            /// Of the record `id`, the `fields` of the list row could not be read and stay as they are.
            DingTalkRowUnreadable = "dingtalk-row-unreadable",
            /// DingTalk answered with the code `code`, which is in no list: asked again later.
            DingTalkUnrecognised = "dingtalk-unrecognised",
            /// DingTalk refused the call with code `code`.
            DingTalkRefused = "dingtalk-refused",
            /// `field` has more than `limit` characters, which DingTalk does not take.
            DingTalkValueTooLong = "dingtalk-value-too-long",
            /// DingTalk does not take a record without `field`.
            DingTalkValueRequired = "dingtalk-value-required",
            /// `field` has a value that DingTalk does not take.
            DingTalkValueInvalid = "dingtalk-value-invalid",
            /// The person is in more than `limit` departments, which DingTalk does not take.
            DingTalkTooManyDepartments = "dingtalk-too-many-departments",
            /// The present custom fields were not read, and writing some would erase the others.
            DingTalkCustomFieldsUnread = "dingtalk-custom-fields-unread",
            /// Administrators and bosses are never deleted.
            DingTalkAdministratorKept = "dingtalk-administrator-kept",
            /// The binding has no AgentId.
            DingTalkAgentIdMissing = "dingtalk-agent-id-missing",
            /// The call was not sent, because of `detail`.
            DingTalkNotSent = "dingtalk-not-sent",

            // What the eHR answers.
            /// The eHR's record changed after it was read; the next look sees the new one.
            EhrRecordChanged = "ehr-record-changed",
            /// The eHR has no such record.
            EhrRecordUnknown = "ehr-record-unknown",
            /// The eHR refuses the record: `cause`.
            EhrRefused = "ehr-refused",
            /// It is not known whether the eHR wrote the record.
            EhrOutcomeUnknown = "ehr-outcome-unknown",
            /// The eHR did not answer.
            EhrUnavailable = "ehr-unavailable",
            /// The eHR's reply cannot be read (`detail`).
            EhrReplyMalformed = "ehr-reply-malformed",
            /// The eHR refused the key (`code`).
            EhrCredentialsRefused = "ehr-credentials-refused",
            /// The key may not do this in the eHR (`code`).
            EhrPermissionMissing = "ehr-permission-missing",
            /// The eHR does not take calls from our address (`code`).
            EhrAddressNotAllowed = "ehr-address-not-allowed",
            /// An allowance of the eHR is used up (`code`).
            EhrQuotaUsedUp = "ehr-quota-used-up",
            /// The eHR asks to slow down (`code`).
            EhrThrottled = "ehr-throttled",
            /// The eHR is busy (`code`).
            EhrBusy = "ehr-busy",
            /// The eHR refused the call with code `code`.
            EhrCallRefused = "ehr-call-refused",
            /// The eHR answered with code `code`, which is in no list.
            EhrCodeUnknown = "ehr-code-unknown",
            /// The app or the form that the mapping names is not in the eHR (`code`).
            EhrFormMissing = "ehr-form-missing",
            /// The field `key`, to which `field` is mapped, is not in the form any more.
            EhrFieldMissing = "ehr-field-missing",
            /// The field `key` that the mapping names is not in the form any more.
            EhrMappedFieldMissing = "ehr-mapped-field-missing",
            /// The field `key`, to which `field` is mapped, has the kind `found` now and not `expected`.
            EhrFieldRetyped = "ehr-field-retyped",
            /// The field `key` holds what cannot be read.
            EhrValueUnreadable = "ehr-value-unreadable",
            /// The field `key` cannot take this value.
            EhrValueInvalid = "ehr-value-invalid",
            /// The value is none of the options of the field `key`.
            EhrOptionUnknown = "ehr-option-unknown",
            /// The eHR's field for `field` cannot be written.
            EhrFieldReadOnly = "ehr-field-read-only",
            /// The mapping has no field of the eHR for `field`.
            EhrFieldUnmapped = "ehr-field-unmapped",
            /// The status of the record is a word that the mapping does not explain.
            EhrStatusUnknown = "ehr-status-unknown",
            /// The mapping names no status for what is to be written.
            EhrStatusUnmapped = "ehr-status-unmapped",
            /// The root department of the eHR is not written.
            EhrRootKept = "ehr-root-kept",
            /// The parent of a department cannot be one of the eHR's.
            EhrParentInvalid = "ehr-parent-invalid",
            /// `count` records of the eHR have one key.
            EhrKeyAmbiguous = "ehr-key-ambiguous",
            /// Another record of the eHR has this value already.
            EhrValueTaken = "ehr-value-taken",
            /// The eHR's departments are a copy of DingTalk's and are not written.
            EhrOrganisationLocked = "ehr-organisation-locked",
            /// A row of the table `key` that holds more would be lost.
            EhrTableRowKept = "ehr-table-row-kept",
            /// The department in the eHR is not empty (`code`).
            EhrDepartmentNotEmpty = "ehr-department-not-empty",
            /// The row has no id that can be read.
            EhrRowUnreadable = "ehr-row-unreadable",

            // A sheet that is read.
            /// The file is neither a text of values nor an xlsx workbook.
            SheetFormatUnknown = "sheet-format-unknown",
            /// The file is an old workbook, or one with a password.
            SheetOldOrProtected = "sheet-old-or-protected",
            /// The text is in no known encoding.
            SheetEncodingUnknown = "sheet-encoding-unknown",
            /// The sheet has more than `limit` cells or rows.
            SheetTooLarge = "sheet-too-large",
            /// No row has the heads of a roster.
            SheetHeaderMissing = "sheet-header-missing",
            /// The sheet has no column for job numbers.
            SheetKeyColumnMissing = "sheet-key-column-missing",
            /// `count` sheets of the workbook have the heads of a roster.
            SheetSeveral = "sheet-several",
            /// Several columns mean the same as `column`.
            SheetColumnTwice = "sheet-column-twice",
            /// `column` may mean something else.
            SheetColumnUnsure = "sheet-column-unsure",
            /// Row `row` has no job number.
            SheetKeyMissing = "sheet-key-missing",
            /// Row `row` has a job number that another row has.
            SheetKeyTwice = "sheet-key-twice",
            /// In row `row`, `column` is a number that has lost digits.
            SheetDigitsLost = "sheet-digits-lost",
            /// In row `row`, `column` is a number that may have lost zeros in front.
            SheetZerosLost = "sheet-zeros-lost",
            /// In row `row`, `column` is no day.
            SheetDayUnreadable = "sheet-day-unreadable",
            /// In row `row`, `column` is an error of the workbook.
            SheetCellError = "sheet-cell-error",
            /// In row `row`, `column` is a formula without a value.
            SheetCellFormula = "sheet-cell-formula",
            /// In row `row`, `column` is of a kind that it cannot be.
            SheetValueUnreadable = "sheet-value-unreadable",

            // The built-in ledger.
            /// The ledger has no such `kind`.
            LedgerRecordUnknown = "ledger-record-unknown",
            /// No `kind` in the ledger is called `name`.
            LedgerNameUnknown = "ledger-name-unknown",
            /// `name` fits `count` records of the kind `kind` in the ledger.
            LedgerNameAmbiguous = "ledger-name-ambiguous",
            /// The ledger has an entry with this id already.
            LedgerIdTaken = "ledger-id-taken",
            /// Someone else changed the entry meanwhile.
            LedgerEntryChanged = "ledger-entry-changed",
            /// A `kind` has no field `field`.
            LedgerFieldUnknown = "ledger-field-unknown",
            /// `field` must not be empty.
            LedgerValueMissing = "ledger-value-missing",
            /// `field` has more than `limit` characters.
            LedgerValueTooLong = "ledger-value-too-long",
            /// `field` cannot have this value.
            LedgerValueInvalid = "ledger-value-invalid",
            /// Another person who is here has this `field` already.
            LedgerValueTaken = "ledger-value-taken",
            /// `field` names a `kind` that the ledger does not have, or that has left or is closed.
            LedgerReferenceUnknown = "ledger-reference-unknown",
            /// A person cannot be their own manager.
            LedgerOwnManager = "ledger-own-manager",
            /// The main department has to be one of the person's departments.
            LedgerMainDepartmentNotOwn = "ledger-main-department-not-own",
            /// The head of a department has to be in the department.
            LedgerHeadNotMember = "ledger-head-not-member",
            /// A department cannot be below itself.
            LedgerDepartmentCycle = "ledger-department-cycle",
            /// There is one company, and it is neither moved nor closed.
            LedgerRootFixed = "ledger-root-fixed",
            /// There is a department of this name beside it already.
            LedgerDepartmentNameTaken = "ledger-department-name-taken",
            /// `people` people and `departments` departments are in it.
            LedgerDepartmentNotEmpty = "ledger-department-not-empty",
            /// This `kind` has left or is closed.
            LedgerAlreadyLeft = "ledger-already-left",
            /// This `kind` is here already.
            LedgerAlreadyHere = "ledger-already-here",
            /// This is not a day.
            LedgerDayInvalid = "ledger-day-invalid",
            /// The day is past.
            LedgerDayPast = "ledger-day-past",
            /// The day is too far ahead: dates such as 9999-12-31 stand for no end.
            LedgerDayTooFar = "ledger-day-too-far",
            /// The day of leaving is not after the day of entry.
            LedgerLeavesBeforeEntry = "ledger-leaves-before-entry",
            /// A department is closed on the day itself, once it is empty, not ahead.
            LedgerClosesAhead = "ledger-closes-ahead",
            /// It is so already: nothing changes.
            LedgerNoChange = "ledger-no-change",
            /// No change is scheduled for it.
            LedgerNothingScheduled = "ledger-nothing-scheduled",
            /// The entry is larger than the ledger can store, or its id cannot be stored.
            LedgerEntryTooLarge = "ledger-entry-too-large",
            /// Earlier changes are no longer kept; they are kept for 90 days.
            LedgerChangesExpired = "ledger-changes-expired",
            /// The ledger could not be used: `cause`.
            LedgerUnavailable = "ledger-unavailable",
        }
    };
}
