//! Codes about fields and identities: values, mappings, fields that a side changed, matches, snapshots, restoring.

/// Hands the codes so far and its own to `define_codes`.
macro_rules! fields_codes {
    ($($so_far:tt)*) => {
        define_codes! {
            $($so_far)*

            // Values on their way through a mapping.
            /// The value cannot be written to this side: a transform has no way back.
            ValueOneWay = "value-one-way",
            /// This side would show another value than the one that is to be written.
            ValueNotReturned = "value-not-returned",
            /// The field has several values, which no transform reads.
            ValueListUnsupported = "value-list-unsupported",
            /// This is not a day that exists.
            ValueDayInvalid = "value-day-invalid",
            /// It is not clear which day is meant.
            ValueDayAmbiguous = "value-day-ambiguous",
            /// The value stands for "no end", which is not a day.
            ValueDayOpen = "value-day-open",
            /// This is not a phone number.
            ValuePhoneInvalid = "value-phone-invalid",
            /// The phone number is shown with stars only.
            ValuePhoneMasked = "value-phone-masked",
            /// A spreadsheet turned the number into a decimal or exponential one.
            ValueNumberDamaged = "value-number-damaged",
            /// The value is not in the mapping's table of choices.
            ValueChoiceUnknown = "value-choice-unknown",
            /// The value does not have the form of the template.
            ValueTemplateUnmatched = "value-template-unmatched",

            // The mapping document.
            /// The key "`key`" is missing.
            MappingKeyMissing = "mapping-key-missing",
            /// This is not a country calling code.
            MappingCountryInvalid = "mapping-country-invalid",
            /// This native value stands in the table twice.
            MappingChoiceTwice = "mapping-choice-twice",
            /// The template cannot be used, because of `why`.
            MappingTemplateInvalid = "mapping-template-invalid",
            /// A purpose has at least `limit` characters.
            MappingPurposeShort = "mapping-purpose-short",
            /// Only a custom field has the key "`key`".
            MappingSlotOnly = "mapping-slot-only",
            /// An entry names either a field or a slot.
            MappingTargetUnclear = "mapping-target-unclear",
            /// `name` is mapped twice.
            MappingFieldTwice = "mapping-field-twice",
            /// Two fields use the same key of `side`.
            MappingNativeKeyTwice = "mapping-native-key-twice",
            /// Slot `slot` is above the number of slots that were given.
            MappingSlotNotGiven = "mapping-slot-not-given",
            /// Slot `slot` was given up and is never used again.
            MappingSlotRetired = "mapping-slot-retired",
            /// Slot `slot` needs a key on both sides.
            MappingSlotOneSide = "mapping-slot-one-side",
            /// Already `before` slots were given.
            MappingSlotsFewer = "mapping-slots-fewer",
            /// Slot `slot` is not in the document any more.
            MappingSlotGone = "mapping-slot-gone",
            /// Slot `slot` has another type than before.
            MappingSlotRetyped = "mapping-slot-retyped",
            /// Both native keys of slot `slot` changed at once, which is another field.
            MappingSlotRebound = "mapping-slot-rebound",
            /// Slot `slot` was given before to another field.
            MappingSlotReused = "mapping-slot-reused",
            /// `field` refers to other records and takes no transform.
            MappingReferenceTransformed = "mapping-reference-transformed",
            /// A template of several values, and a constant, can only be the first transform.
            MappingStepNotFirst = "mapping-step-not-first",
            /// The transform `transform` has no way back: the field is never written to `side`.
            MappingOneWay = "mapping-one-way",
            /// The other side decides this field, but the transform `transform` has no way back to `side`.
            MappingOwnerUnwritable = "mapping-owner-unwritable",
            /// Where `side` shows no value, the default counts as its value.
            MappingDefaultFills = "mapping-default-fills",
            /// Sensitive values of the class `class` are kept in step.
            MappingSensitiveOn = "mapping-sensitive-on",
            /// Values of the class `class` stay off until their purpose is written down.
            MappingPurposeMissing = "mapping-purpose-missing",
            /// `side` has no field with the key `key`.
            MappingKeyNotListed = "mapping-key-not-listed",
            /// The field `key` of `side` has a type that cannot be mapped.
            MappingTypeUnsupported = "mapping-type-unsupported",

            // Fields that a side changed.
            /// `side` no longer has the field "`label`": it is held on both sides.
            FieldGone = "field-gone",
            /// The app may no longer read the field "`label`" of `side`.
            FieldPermissionGone = "field-permission-gone",
            /// `side` no longer lets the field "`label`" be written.
            FieldNotWritable = "field-not-writable",
            /// The field "`label`" of `side` has another type.
            FieldRetyped = "field-retyped",
            /// The field "`label`" of `side` is called "`now`".
            FieldRenamed = "field-renamed",
            /// The field "`label`" of `side` lost `options` options that are in use.
            FieldOptionGone = "field-option-gone",

            // Matches between people and departments of both sides.
            /// Both sides have the same unionid.
            MatchUnionid = "match-unionid",
            /// The eHR keeps this userid, and another key agrees.
            MatchKeptId = "match-kept-id",
            /// Job number and name are equal, and unique on both sides.
            MatchJobNumberAndName = "match-job-number-and-name",
            /// Name and mobile are equal, and unique on both sides.
            MatchNameAndMobile = "match-name-and-mobile",
            /// The names are spelled nearly alike, and mobile or job number is equal, and one more key.
            MatchNearName = "match-near-name",
            /// Name, department and one more key are equal, and the mobile is not.
            MatchNameWithoutMobile = "match-name-without-mobile",
            /// `count` people with this name come into question.
            MatchHomonyms = "match-homonyms",
            /// `count` people have this mobile.
            MatchMobileShared = "match-mobile-shared",
            /// Only the name is equal.
            MatchNameOnly = "match-name-only",
            /// Only the mobile is equal, and the name is another one.
            MatchMobileOnly = "match-mobile-only",
            /// Only the job number is equal, and the name is another one.
            MatchJobNumberOnly = "match-job-number-only",
            /// The names are spelled nearly alike, and nothing else is equal.
            MatchNearNameOnly = "match-near-name-only",
            /// Only the e-mail address is equal.
            MatchEmailOnly = "match-email-only",
            /// The keys contradict each other: each says another person.
            MatchContradicted = "match-contradicted",
            /// The userid that the eHR keeps belongs to someone else now.
            MatchUseridReused = "match-userid-reused",
            /// The nearest candidate belongs to another record.
            MatchTaken = "match-taken",
            /// Nobody on the other side comes near.
            MatchNoCandidate = "match-no-candidate",
            /// The match changed after it was accepted, so that the decision does not cover it.
            MatchMemberChanged = "match-member-changed",
            /// One person has `count` records in the eHR and keeps one account.
            MatchSeveralRecords = "match-several-records",
            /// This record leads because it is the active one.
            MatchLeadActive = "match-lead-active",
            /// This record leads because its department is the one in DingTalk.
            MatchLeadDepartment = "match-lead-department",
            /// This record leads because it began last.
            MatchLeadLater = "match-lead-later",
            /// Several records of one person are active, and nothing says which one leads.
            MatchLeadUnclear = "match-lead-unclear",
            /// One side keeps the other side's id of the department.
            MatchDepartmentStored = "match-department-stored",
            /// The whole path of the department is equal.
            MatchDepartmentPath = "match-department-path",
            /// The name is equal under a parent that is matched.
            MatchDepartmentParent = "match-department-parent",
            /// Several departments of this name have the same parent.
            MatchDepartmentTwice = "match-department-twice",

            // Snapshots and restoring.
            /// A part of the snapshot cannot be opened or is damaged.
            SnapshotPartUnreadable = "snapshot-part-unreadable",
            /// A part of the snapshot is missing.
            SnapshotPartMissing = "snapshot-part-missing",
            /// The person was erased: the snapshot has no key for them any more.
            SnapshotErased = "snapshot-erased",
            /// The snapshot of that day does not have this record.
            RestoreNotInSnapshot = "restore-not-in-snapshot",
            /// The account was deleted in DingTalk: a new one gets another userid, and chats and history do not come
            /// back.
            RestoreAccountDeleted = "restore-account-deleted",
            /// The department was deleted in DingTalk: it gets a new id, and its group chat does not come back.
            RestoreGroupChat = "restore-group-chat",
            /// Only the employee can change `field` in DingTalk.
            RestoreEmployeeOnly = "restore-employee-only",
            /// `field` was not shown on that day.
            RestoreFieldHidden = "restore-field-hidden",
            /// The value of `field` was last read on `date`.
            RestoreFieldOlder = "restore-field-older",
            /// `side` decides `field`: it is written there, and the other side follows.
            RestoreOwnerDecides = "restore-owner-decides",
            /// `field` named a record that is not there any more.
            RestoreReferenceGone = "restore-reference-gone",
            /// `side` decides `field`, and the policy never writes there: it has to be changed there by hand.
            RestoreDirectionForbids = "restore-direction-forbids",
            /// The policy marks the record as untouchable.
            RestoreUntouchable = "restore-untouchable",
        }
    };
}
