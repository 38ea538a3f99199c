//! Faults and cautions of a policy document as reasons.

use super::fault::{ExpectedKind, PolicyCaution, PolicyFault, direction_word, preset_word};
use crate::reason::{Reason, ReasonCode};

/// What stands for the nearest known word where there is none.
const NO_NEAREST: &str = "none";

impl From<&PolicyFault> for Reason {
    fn from(fault: &PolicyFault) -> Self {
        let reason = Self::new(fault_code(fault));
        match fault {
            PolicyFault::Syntax { why } => reason.text("detail", why),
            PolicyFault::Type { wanted } => reason.text("expected", expected_key(*wanted)),
            PolicyFault::UnknownKey { key, meant, known } => {
                with_known(reason.text("key", key), meant.as_deref(), known)
            }
            PolicyFault::UnknownWord { word, meant, known } => {
                with_known(reason.text("word", word), meant.as_deref(), known)
            }
            PolicyFault::DuplicateKey { key } => reason.text("key", key),
            PolicyFault::Missing { key } => reason.text("key", *key),
            PolicyFault::UnknownVersion { found, known } => {
                reason.text("found", found).number("known", *known)
            }
            PolicyFault::OutOfRange { min, max } => reason.number("min", *min).number("max", *max),
            PolicyFault::Text { max } => reason.number("limit", *max),
            PolicyFault::AgainstPreset { preset } => reason.text("preset", preset_word(*preset)),
            PolicyFault::LifecycleAgainstDirection { side, direction }
            | PolicyFault::OwnerAgainstDirection { side, direction } => reason
                .side("side", *side)
                .text("direction", direction_word(*direction)),
            PolicyFault::SharedOneWay { direction } => {
                reason.text("direction", direction_word(*direction))
            }
            PolicyFault::OwnedAndShared { kind, field } => {
                reason.kind("kind", *kind).field("field", *field)
            }
            _ => reason,
        }
    }
}

fn fault_code(fault: &PolicyFault) -> ReasonCode {
    match fault {
        PolicyFault::Syntax { .. } => ReasonCode::PolicyNotJson,
        PolicyFault::Type { .. } => ReasonCode::PolicyTypeWrong,
        PolicyFault::UnknownKey { .. } => ReasonCode::PolicyKeyUnknown,
        PolicyFault::DuplicateKey { .. } => ReasonCode::PolicyKeyDuplicate,
        PolicyFault::Missing { .. } => ReasonCode::PolicyKeyMissing,
        PolicyFault::UnknownWord { .. } => ReasonCode::PolicyWordUnknown,
        PolicyFault::UnknownVersion { .. } => ReasonCode::PolicySchemaUnknown,
        PolicyFault::OutOfRange { .. } => ReasonCode::PolicyNumberOutOfRange,
        PolicyFault::Percent => ReasonCode::PolicyPercentageInvalid,
        PolicyFault::Hours(_) => ReasonCode::PolicyHoursInvalid,
        PolicyFault::HoursTooShort => ReasonCode::PolicyHoursTooShort,
        PolicyFault::Text { .. } => ReasonCode::PolicyTextLength,
        PolicyFault::Id => ReasonCode::PolicyIdInvalid,
        PolicyFault::Repeated => ReasonCode::PolicyItemRepeated,
        PolicyFault::AgainstPreset { .. } => ReasonCode::PolicyAgainstPreset,
        PolicyFault::LifecycleAgainstDirection { .. } => ReasonCode::PolicyLifecycleUnheard,
        PolicyFault::OwnerAgainstDirection { .. } => ReasonCode::PolicyOwnerUnheard,
        PolicyFault::SharedOneWay { .. } => ReasonCode::PolicySharedOneWay,
        PolicyFault::OwnedAndShared { .. } => ReasonCode::PolicyOwnedAndShared,
        PolicyFault::IncludedAndExcluded => ReasonCode::PolicyIncludedAndExcluded,
        PolicyFault::CustomNotTaken => ReasonCode::PolicyCustomFieldsUnused,
        PolicyFault::NoCustomFields => ReasonCode::PolicyCustomFieldsMissing,
        PolicyFault::LimitsCrossed => ReasonCode::PolicyLimitsCrossed,
    }
}

fn with_known(reason: Reason, nearest: Option<&str>, known: &[String]) -> Reason {
    reason
        .text("nearest", nearest.unwrap_or(NO_NEAREST))
        .text("known", known.join(", "))
}

fn expected_key(expected: ExpectedKind) -> &'static str {
    match expected {
        ExpectedKind::Object => "object",
        ExpectedKind::List => "list",
        ExpectedKind::Text => "text",
        ExpectedKind::Number => "number",
    }
}

impl From<&PolicyCaution> for Reason {
    fn from(caution: &PolicyCaution) -> Self {
        match caution {
            PolicyCaution::MobileWaits => Self::new(ReasonCode::PolicyMobileWaits),
            PolicyCaution::Shared { kind, field } => Self::new(ReasonCode::PolicyFieldShared)
                .kind("kind", *kind)
                .field("field", *field),
            PolicyCaution::GuardOff => Self::new(ReasonCode::PolicyGuardOff),
            PolicyCaution::NoGrace => Self::new(ReasonCode::PolicyNoGrace),
            PolicyCaution::UnknownEmploymentIsOut => {
                Self::new(ReasonCode::PolicyUnknownEmploymentOut)
            }
            PolicyCaution::EmploymentFromRoster => {
                Self::new(ReasonCode::PolicyEmploymentFromRoster)
            }
        }
    }
}
