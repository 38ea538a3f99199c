//! How far DingTalk's trouble reaches: one record, or everybody.

use dingtalk::{DingTalkError, DingTalkErrorKind};

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

/// What a client's counters say, one sentence each; nothing where nothing happened.
pub(crate) fn describe_call_tally(tally: &dingtalk::client::CallTally) -> Vec<String> {
    let mut sentences = Vec::new();
    if tally.throttled > 0 {
        sentences.push(format!(
            "DingTalk asked to slow down {} times; every call was asked again",
            tally.throttled
        ));
    }
    if tally.renewed_tokens > 0 {
        sentences.push(format!(
            "the access token was refused and renewed {} times",
            tally.renewed_tokens
        ));
    }
    if tally.dropped_departments > 0 {
        let dropped = tally.dropped_departments;
        sentences.push(format!(
            "{dropped} special departments were left out, which the contact API refuses"
        ));
    }
    if tally.unreadable_records > 0 {
        sentences.push(format!(
            "{} records were read with a field that could not be read; it was left as it is",
            tally.unreadable_records
        ));
    }
    if tally.implausible_records > 0 {
        sentences.push(format!(
            "{} people were read whose day of entry at DingTalk stands for none; it was left as it is",
            tally.implausible_records
        ));
    }
    let others = tally
        .troubles
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "throttled" | "token_refused"));
    let others = others.filter(|(key, _)| !matches!(key.as_str(), "not_found" | "out_of_scope"));
    sentences.extend(others.map(|(key, n)| match key.as_str() {
        "malformed" => format!("{n} answers could not be read (cut off, HTML or of a wrong shape)"),
        "busy" => format!("DingTalk was busy or failed {n} times"),
        "unreachable" => format!("the connection to DingTalk was lost {n} times"),
        "banned" => format!("DingTalk banned our address for a while ({n} answers)"),
        other => format!("{n} calls failed: {}", other.replace('_', " ")),
    }));
    sentences
}
