//! How far DingTalk's trouble reaches: one record, or everybody.

use dingtalk::client::CallTally;
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::reason::{Reason, ReasonCode};

/// Questions about an error that the engine decides by.
pub(crate) trait ErrorReach {
    /// There is no such record.
    fn is_not_found(&self) -> bool;
    /// It says something about the record that was asked for: not found, or out of scope.
    fn is_about_this_record(&self) -> bool;
    /// Nobody else would fare better: the run ends here.
    fn concerns_everybody(&self) -> bool;
}

impl ErrorReach for DingTalkError {
    fn is_not_found(&self) -> bool {
        matches!(self.trouble, DingTalkErrorKind::NotFound)
    }

    fn is_about_this_record(&self) -> bool {
        matches!(
            self.trouble,
            DingTalkErrorKind::NotFound | DingTalkErrorKind::OutOfScope
        )
    }

    fn concerns_everybody(&self) -> bool {
        self.trouble.for_every_caller().is_some()
    }
}

/// What a client's counters say, one reason each; nothing where nothing happened.
pub(crate) fn call_tally_notes(tally: &CallTally) -> Vec<Reason> {
    let counted = [
        (ReasonCode::RunThrottled, "times", tally.throttled),
        (ReasonCode::RunTokenRenewed, "times", tally.renewed_tokens),
        (
            ReasonCode::RunDepartmentsDropped,
            "departments",
            tally.dropped_departments,
        ),
        (
            ReasonCode::RunFieldsUnreadable,
            "records",
            tally.unreadable_records,
        ),
    ];
    let counted = counted
        .into_iter()
        .filter(|(.., count)| *count > 0)
        .map(|(code, name, count)| Reason::new(code).number(name, count));
    let elsewhere = ["throttled", "token_refused", "not_found", "out_of_scope"];
    let failed = tally
        .troubles
        .iter()
        .filter(|(key, _)| !elsewhere.contains(&key.as_str()))
        .map(|(key, times)| {
            Reason::new(ReasonCode::RunCallsFailed)
                .number("times", *times)
                .text("trouble", key)
        });
    counted.chain(failed).collect()
}
