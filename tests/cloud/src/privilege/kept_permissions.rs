//! Permissions that no story uses and that stay all the same.

use super::allowed_action::AllowedAction;

/// A function, an action, how its resource ends, and why.
type KeptPermission = (&'static str, &'static str, &'static str, &'static str);

/// Reading back what a put of the journal did whose answer was lost: nobody loses answers here, the contract suite does.
const LOST_ANSWER: &str = "reads back an entry whose answer was lost";

/// Here every sweep ends within its execution; the stories of `tests/stories/tests/slices.rs` go on from a checkpoint.
const LONG_SWEEP: &str = "keeps where a sweep stood that outlives its execution";

/// Here DingTalk decides every field; `tests/stories/tests/asks.rs` tells of a company whose eHR decides.
const ASKS_EMPLOYEE: &str = "asks an employee for a mobile number that only they can change";

/// A sweep goes on without it and says so, so that nothing is seen to fail here; the stories of the journal do.
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

/// Why a function keeps what it was never seen to use.
pub(super) fn reason_to_keep(function: &str, unit: &AllowedAction) -> Option<&'static str> {
    let is = |kept: &&KeptPermission| {
        kept.0 == function && kept.1 == unit.action && unit.resource.ends_with(kept.2)
    };
    KEPT.iter().find(is).map(|kept| kept.3)
}
