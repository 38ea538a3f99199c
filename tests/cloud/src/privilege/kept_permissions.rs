//! Permissions that no story uses and that are kept for a reason.

use super::allowed_action::AllowedAction;

/// Function, action, end of the resource, and reason.
type KeptPermission = (&'static str, &'static str, &'static str, &'static str);

/// Reads back what a journal put did if its answer was lost. No story loses answers; the contract
/// suite does.
const LOST_ANSWER: &str = "reads back an entry whose answer was lost";

/// In these stories every sweep ends within its execution. The stories of
/// `tests/stories/tests/slices.rs` continue from a checkpoint.
const LONG_SWEEP: &str = "stores the checkpoint of a sweep that is longer than its execution";

/// In these stories DingTalk decides every field. In `tests/stories/tests/asks.rs` the eHR decides.
const ASKS_EMPLOYEE: &str = "asks an employee for a mobile number that only they can change";

/// A sweep continues without it and reports it, so that no failure shows here. The stories of the
/// journal need it.
const COPIES_JOURNAL_HEAD: &str = "keeps copies of the journal's head";

const KEPT: [KeptPermission; 9] = [
    ("Reconcile", "dynamodb:GetItem", "-journal", LOST_ANSWER),
    ("FullSync", "dynamodb:GetItem", "-journal", LOST_ANSWER),
    ("FullSync", "s3:GetObject", "/checkpoint/*", LONG_SWEEP),
    ("FullSync", "s3:PutObject", "/checkpoint/*", LONG_SWEEP),
    ("FullSync", "s3:DeleteObject", "/checkpoint/*", LONG_SWEEP),
    ("Reconcile", "sqs:SendMessage", "-outbox", ASKS_EMPLOYEE),
    ("FullSync", "sqs:SendMessage", "-outbox", ASKS_EMPLOYEE),
    (
        "FullSync",
        "s3:GetObject",
        "/journal-head/*",
        COPIES_JOURNAL_HEAD,
    ),
    (
        "FullSync",
        "s3:PutObject",
        "/journal-head/*",
        COPIES_JOURNAL_HEAD,
    ),
];

/// Returns why a function keeps an action that no story uses.
pub(super) fn reason_to_keep(function: &str, unit: &AllowedAction) -> Option<&'static str> {
    let is = |kept: &&KeptPermission| {
        kept.0 == function && kept.1 == unit.action && unit.resource.ends_with(kept.2)
    };
    KEPT.iter().find(is).map(|kept| kept.3)
}
