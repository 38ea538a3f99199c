//! What the journal says, in words.

use catalogue::TextArgument;
use desk::{AuditView, ChangeView, RecordIdentity};
use directory::Side;
use state::store::FieldOwner;

use super::words::{name, shanghai_time, value};
use crate::language::{Language, text};

pub(super) fn describe_why(
    record: &RecordIdentity,
    field: &str,
    changed: Option<&ChangeView>,
    language: Language,
) -> String {
    let who = name(record, language);
    let line = match changed {
        None => text!(language, "history-never-written", who = &who, field = field),
        Some(changed) => {
            let change = describe_change(changed, language);
            text!(language, "history-why", who = &who, change = &change)
        }
    };
    line + "\n"
}

pub(super) fn describe_refusal(changed: &ChangeView, language: Language) -> String {
    let reason = changed
        .refused
        .as_ref()
        .map(|why| language.describe(why))
        .unwrap_or_default();
    let line = text!(
        language,
        "history-refused",
        at = &shanghai_time(changed.at),
        after = &value(changed.after.as_ref(), language),
        reason = &reason
    );
    format!("  {line}\n")
}

/// One change in one sentence: who decided, when, in which run, from what to what, and which value lost.
pub(super) fn describe_change(changed: &ChangeView, language: Language) -> String {
    let shared = text!(language, "history-owner-shared");
    let owner = match changed.owner {
        FieldOwner::DingTalk => TextArgument::Side(Side::DingTalk),
        FieldOwner::Ehr => TextArgument::Side(Side::Ehr),
        FieldOwner::Shared => TextArgument::Text(&shared),
    };
    text!(
        language,
        "history-change",
        field = changed.field.key(),
        at = &shanghai_time(changed.at),
        side = changed.side,
        before = &value(changed.before.as_ref(), language),
        after = &value(changed.after.as_ref(), language),
        owner = owner,
        lost = &describe_lost(changed, language),
        reason = &language.catalogue().sentence(&changed.reason),
        run = changed.run.as_str(),
        entry = changed.entry
    )
}

/// The value that was not kept, if there was one.
fn describe_lost(changed: &ChangeView, language: Language) -> String {
    if changed.lost.is_none() {
        return String::new();
    }
    let id = if changed.conflict {
        "history-lost-conflict"
    } else {
        "history-lost-edit"
    };
    let before = value(changed.before.as_ref(), language);
    text!(language, id, side = changed.side, before = &before)
}

pub(super) fn describe_history(
    record: &RecordIdentity,
    changes: &[ChangeView],
    language: Language,
) -> String {
    let line = |changed: &ChangeView| match &changed.refused {
        Some(_) => describe_refusal(changed, language),
        None => format!("  {}\n", describe_change(changed, language)),
    };
    let lines: String = changes.iter().map(line).collect();
    let who = name(record, language);
    let head = text!(language, "history-head", who = &who, count = changes.len());
    format!("{head}\n{lines}")
}

pub(super) fn describe_audit(verified: &AuditView, language: Language) -> String {
    let Some(broken) = &verified.broken else {
        let open = match verified.open {
            0 => String::new(),
            runs => text!(language, "audit-open", runs = runs),
        };
        return text!(
            language,
            "audit-intact",
            runs = verified.closed,
            entries = verified.entries,
            copies = verified.copies,
            open = &open
        );
    };
    let reason = language.describe(&broken.why);
    match &broken.run {
        Some(run) => text!(
            language,
            "audit-broken-entry",
            run = run.as_str(),
            entry = broken.entry,
            reason = &reason
        ),
        None => text!(
            language,
            "audit-broken-head",
            entry = broken.entry,
            reason = &reason
        ),
    }
}
