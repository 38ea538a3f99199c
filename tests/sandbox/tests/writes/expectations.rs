//! Sample values and assertions that several tests share.

use dingtalk::client::{CallOutcome, PersonEntry, WrittenFields};
use dingtalk::{DingTalkError, DingTalkErrorKind, UniqueField};
use directory::{Field, FieldValues};

use crate::client_harness::values;

pub(crate) const MOBILE: &str = "+8619900000001";

pub(crate) fn sample_person() -> FieldValues {
    values(&[
        (Field::Name, "陈新"),
        (Field::Mobile, MOBILE),
        (Field::Departments, "1"),
        (Field::JobNumber, "E77"),
    ])
}

pub(crate) fn with_values(mut base: FieldValues, entries: &[(Field, &str)]) -> FieldValues {
    for (field, value) in values(entries).iter() {
        base.show(field, value.cloned());
    }
    base
}

#[track_caller]
pub(crate) fn expect_joined(
    outcome: Result<CallOutcome<PersonEntry>, DingTalkError>,
) -> WrittenFields {
    match outcome.unwrap() {
        CallOutcome::Done(PersonEntry::Joined { unionid, written }) => {
            assert!(unionid.is_some(), "it is spelled unionId here");
            written
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn refused_for<T: std::fmt::Debug>(outcome: Result<T, DingTalkError>, wanted: Field) {
    match outcome.expect_err("refused").trouble {
        DingTalkErrorKind::FieldRefused { field, .. } => assert_eq!(field, wanted),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn expect_taken<T: std::fmt::Debug>(
    outcome: Result<T, DingTalkError>,
    wanted: UniqueField,
) {
    match outcome.expect_err("refused").trouble {
        DingTalkErrorKind::Taken { what, .. } => assert_eq!(what, wanted),
        other => panic!("{other:?}"),
    }
}
