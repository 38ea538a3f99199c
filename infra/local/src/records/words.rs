//! What a person or a program is told about records that wait.

use std::io::Write as _;

use desk::{
    ConflictState, ConflictView, HoldState, HoldView, QuarantineCause, QuarantineState,
    QuarantineView, RecordIdentity, WaitingItem, WaitsFor,
};
use directory::Timestamp;
use serde_json::json;

use super::outcome::RecordOutcome;
use super::{print_history as journal, print_orders as orders};
use crate::command_error::{CommandError, print_command_error};
use crate::language::{Language, text};
use crate::plan::args::ContextArgs;

/// Digits of an id that a list shows: enough to name it.
const SHORT_ID_DIGITS: usize = 8;

/// Prints the outcome: replies on stdout, errors on stderr; with `--json` both on stdout.
pub(super) fn print_outcome(here: &ContextArgs, outcome: &Result<RecordOutcome, CommandError>) {
    let told = match outcome {
        Ok(told) if here.json => json!(told).to_string(),
        Ok(told) => describe_reply(told, here.lang).trim_end().to_owned(),
        Err(err) => return print_command_error(err, here.json, here.lang),
    };
    // A closed pipe changes nothing any more.
    _ = writeln!(std::io::stdout(), "{told}");
}

fn describe_reply(answer: &RecordOutcome, language: Language) -> String {
    match answer {
        RecordOutcome::Conflicts(all) if all.is_empty() => text!(language, "conflicts-none"),
        RecordOutcome::Conflicts(all) => all
            .iter()
            .map(|one| describe_conflict(one, language))
            .collect(),
        RecordOutcome::Conflict(one) => describe_conflict(one, language),
        RecordOutcome::Holds(all) if all.is_empty() => text!(language, "holds-none"),
        RecordOutcome::Holds(all) => all.iter().map(|one| describe_hold(one, language)).collect(),
        RecordOutcome::Hold { hold: one, records } => {
            let records: String = records
                .iter()
                .map(|who| format!("    {}\n", name(who, language)))
                .collect();
            describe_hold(one, language) + &records
        }
        RecordOutcome::Quarantined(all) if all.is_empty() => text!(language, "quarantine-none"),
        RecordOutcome::Quarantined(all) => all
            .iter()
            .map(|one| describe_quarantined(one, language))
            .collect(),
        RecordOutcome::QuarantinedOne(one) => describe_quarantined(one, language),
        RecordOutcome::Waiting(all) if all.is_empty() => text!(language, "waiting-none"),
        RecordOutcome::Waiting(all) => all
            .iter()
            .map(|one| describe_waiting(one, language))
            .collect(),
        RecordOutcome::Why {
            record,
            field,
            changed,
            refused,
        } => {
            let refused = refused
                .as_ref()
                .map(|one| journal::describe_refusal(one, language))
                .unwrap_or_default();
            journal::describe_why(record, field.key(), changed.as_deref(), language) + &refused
        }
        RecordOutcome::History {
            record,
            changes,
            orders,
        } => {
            journal::describe_history(record, changes, language)
                + &orders
                    .iter()
                    .map(|one| format!("  {}", orders::describe_order(one, language)))
                    .collect::<String>()
        }
        RecordOutcome::Orders(all) if all.is_empty() => text!(language, "orders-none"),
        RecordOutcome::Orders(all) => all
            .iter()
            .map(|one| orders::describe_order(one, language))
            .collect(),
        RecordOutcome::Verified(verified) => journal::describe_audit(verified, language),
    }
}

/// The time as the wall in Shanghai shows it.
pub(crate) fn shanghai_time(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)))
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// A record by its name and an id, or by the id alone.
pub(super) fn name(who: &RecordIdentity, language: Language) -> String {
    let id = who
        .dingtalk
        .as_ref()
        .or(who.ehr.as_ref())
        .unwrap_or(&who.link);
    match &who.name {
        Some(name) => text!(language, "record-named", name = name, id = id),
        None => id.clone(),
    }
}

pub(super) fn value(text: Option<&String>, language: Language) -> String {
    match text {
        Some(value) => text!(language, "value-quoted", text = value),
        None => text!(language, "value-empty"),
    }
}

/// The first digits of an id, as lists show it.
pub(crate) fn short(id: &str) -> &str {
    id.get(..SHORT_ID_DIGITS).unwrap_or(id)
}

fn describe_conflict(one: &ConflictView, language: Language) -> String {
    let (id, field) = (short(&one.id), one.field.key());
    let line = text!(
        language,
        "conflict-line",
        id = id,
        field = field,
        who = &name(&one.record, language),
        dingtalk = &value(one.dingtalk.as_ref(), language),
        ehr = &value(one.ehr.as_ref(), language),
        since = &shanghai_time(one.since),
        side = one.stands
    );
    let state = match &one.state {
        ConflictState::Open => text!(language, "conflict-open", id = id, field = field),
        ConflictState::Resolved { by, at, .. } => text!(
            language,
            "conflict-resolved",
            by = by,
            at = &shanghai_time(*at),
            id = id,
            field = field
        ),
        ConflictState::Moot { at } => {
            text!(language, "conflict-moot", at = &shanghai_time(*at))
        }
    };
    format!("{line}\n    {state}\n")
}

fn describe_hold(one: &HoldView, language: Language) -> String {
    let (id, since) = (short(&one.id), shanghai_time(one.since));
    let reason = language.describe(&one.reason);
    let line = text!(
        language,
        "hold-line",
        id = id,
        count = one.count,
        since = &since,
        reason = &reason
    );
    let state = match &one.state {
        HoldState::Held => text!(language, "hold-open", id = id),
        HoldState::Released { by, .. } => text!(language, "hold-released", by = by, id = id),
        HoldState::Applied { run, .. } => text!(language, "hold-applied", run = run.as_str()),
        HoldState::Gone { run, .. } => text!(language, "hold-gone", run = run.as_str()),
    };
    format!("{line}\n    {state}\n")
}

fn cause_id(cause: QuarantineCause) -> &'static str {
    match cause {
        QuarantineCause::Identity => "quarantine-identity",
        QuarantineCause::Refused => "quarantine-refused",
        QuarantineCause::Person => "quarantine-person",
    }
}

fn describe_quarantined(one: &QuarantineView, language: Language) -> String {
    let id = short(&one.id);
    let line = text!(
        language,
        "quarantine-line",
        id = id,
        who = &name(&one.record, language),
        cause = &text!(language, cause_id(one.cause)),
        since = &shanghai_time(one.since),
        reason = &language.describe(&one.reason)
    );
    let next = one
        .next
        .map(shanghai_time)
        .unwrap_or_else(|| "—".to_owned());
    let state = match one.state {
        QuarantineState::Waits => text!(
            language,
            "quarantine-waits",
            tries = one.tries,
            next = &next,
            id = id
        ),
        QuarantineState::Gone { at } => {
            text!(language, "quarantine-gone", at = &shanghai_time(at))
        }
    };
    format!("{line}\n    {state}\n")
}

fn describe_waiting(one: &WaitingItem, language: Language) -> String {
    let who = name(&one.record, language);
    let what = describe_wait(one, language);
    let line = match one.field {
        Some(field) => text!(
            language,
            "waiting-line-field",
            who = &who,
            field = field.key(),
            what = &what
        ),
        None => text!(language, "waiting-line", who = &who, what = &what),
    };
    line + "\n"
}

fn describe_wait(one: &WaitingItem, language: Language) -> String {
    let reason = one
        .reason
        .as_ref()
        .map(|reason| language.describe(reason))
        .unwrap_or_default();
    let next = one.next.map(shanghai_time).unwrap_or_default();
    match one.waits_for {
        WaitsFor::Day => {
            let on = one.on.map(|on| on.to_string()).unwrap_or_default();
            let what = describe_dated(one, language);
            text!(language, "waiting-day", on = &on, what = &what)
        }
        WaitsFor::Employee => text!(language, "waiting-employee"),
        WaitsFor::Retry => text!(language, "waiting-retry", next = &next, reason = &reason),
        WaitsFor::Person => text!(language, "waiting-person", reason = &reason),
        WaitsFor::Sweep => text!(language, "waiting-sweep"),
        WaitsFor::Grace => text!(language, "waiting-grace", next = &next),
    }
}

/// What is dated ahead.
fn describe_dated(one: &WaitingItem, language: Language) -> String {
    match one.what.as_deref() {
        None => String::new(),
        Some("entry") => text!(language, "waiting-day-entry"),
        Some("leaving") => text!(language, "waiting-day-leaving"),
        Some(_) => {
            let fields: Vec<&str> = one.fields.iter().map(|field| field.key()).collect();
            text!(language, "waiting-day-change", fields = &fields.join(", "))
        }
    }
}
