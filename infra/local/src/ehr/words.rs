//! What the desk says, in the reader's language, or as JSON for programs.

use std::io::Write as _;

use desk::{ChangeFeedView, EditOutcome, LedgerChangeView, LedgerEntryView, UpcomingView};
use directory::policy::EmploymentType;
use directory::{Field, Kind};
use serde::Serialize;

use crate::command_error::{CommandError, print_command_error};
use crate::language::{Language, text};
use crate::plan::args::ContextArgs;

/// How a command ended; with `--json` it is printed as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LedgerOutcome {
    /// The edit is stored.
    Edited(EditOutcome),
    /// Entries; of a list the values are masked.
    Entries(Vec<LedgerEntryView>),
    /// The change feed.
    Changes(ChangeFeedView),
}

/// Prints the outcome: replies on stdout, errors on stderr; with `--json` both on stdout.
pub(super) fn print_outcome(outcome: &Result<LedgerOutcome, CommandError>, here: &ContextArgs) {
    let told = match outcome {
        Ok(told) if here.json => format!("{}\n", as_json(told)),
        Ok(told) => describe_reply(told, here.lang),
        Err(err) => return print_command_error(err, here.json, here.lang),
    };
    // A closed pipe changes nothing any more.
    _ = write!(std::io::stdout(), "{told}");
}

pub(super) fn as_json(outcome: &LedgerOutcome) -> serde_json::Value {
    serde_json::json!(outcome)
}

pub(super) fn describe_reply(outcome: &LedgerOutcome, language: Language) -> String {
    match outcome {
        LedgerOutcome::Edited(edited) => describe_edit(edited, language),
        LedgerOutcome::Entries(entries) => entries
            .iter()
            .map(|entry| describe_entry(entry, language))
            .collect(),
        LedgerOutcome::Changes(feed) => describe_feed(feed, language),
    }
}

fn describe_feed(feed: &ChangeFeedView, language: Language) -> String {
    let line = |change: &LedgerChangeView| {
        let at = jiff::Timestamp::from_millisecond(change.at).unwrap_or_default();
        format!(
            "{at}  {:<10} {}  {}\n",
            change.kind.key(),
            change.id,
            change.because
        )
    };
    let lines: String = feed.changes.iter().map(line).collect();
    let gap = if feed.missed {
        text!(language, "ledger-feed-missed") + "\n"
    } else {
        String::new()
    };
    let id = if feed.more {
        "ledger-feed-next-more"
    } else {
        "ledger-feed-next"
    };
    let next = text!(language, id, cursor = &feed.cursor.to_string());
    format!("{gap}{lines}{next}\n")
}

/// What a list is sorted by: departments by path, people by department and name.
pub(super) fn sort(entries: &mut [LedgerEntryView]) {
    let text = |entry: &LedgerEntryView, wanted| {
        let field = entry.fields.iter().find(|(field, _)| *field == wanted);
        field.map(|(_, texts)| texts.join(";")).unwrap_or_default()
    };
    entries.sort_by_cached_key(|entry| match entry.kind {
        Kind::Person => (
            text(entry, Field::Departments),
            text(entry, Field::Name),
            entry.id.clone(),
        ),
        Kind::Department => (
            text(entry, Field::Parent),
            text(entry, Field::Name),
            entry.id.clone(),
        ),
    });
}

fn describe_edit(edited: &EditOutcome, language: Language) -> String {
    let verb = verb_id(&edited.verb).map_or_else(|| edited.verb.clone(), |id| text!(language, id));
    let (id, version) = (edited.id.to_string(), edited.version.to_string());
    let line = match edited.waits_until {
        None => text!(
            language,
            "ledger-edited",
            verb = &verb,
            id = &id,
            version = &version
        ),
        Some(day) => text!(
            language,
            "ledger-edited-ahead",
            verb = &verb,
            day = &day.to_string(),
            id = &id,
            version = &version
        ),
    };
    line + "\n"
}

/// The text of an edit; `None` of a newer version's.
fn verb_id(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "hire" => "ledger-hire",
        "change" => "ledger-change",
        "leave" => "ledger-leave",
        "rehire" => "ledger-rehire",
        "create" => "ledger-create",
        "close" => "ledger-close",
        "reopen" => "ledger-reopen",
        "cancel" => "ledger-cancel",
        _ => return None,
    })
}

/// A line, and one below it for each thing that is dated ahead.
fn describe_entry(entry: &LedgerEntryView, language: Language) -> String {
    let text = |wanted| {
        let field = entry.fields.iter().find(|(field, _)| *field == wanted);
        field
            .map(|(_, texts)| language.join(texts))
            .filter(|text| !text.is_empty())
    };
    let columns: &[Field] = match entry.kind {
        Kind::Person => &[
            Field::Name,
            Field::JobNumber,
            Field::Departments,
            Field::Title,
            Field::Manager,
            Field::HiredOn,
        ],
        Kind::Department => &[Field::Name, Field::Parent, Field::Heads],
    };
    let mut cells: Vec<String> = columns.iter().filter_map(|field| text(*field)).collect();
    cells.extend(text(Field::Employment).map(|kind| employment(kind, language)));
    let status = status(entry, language);
    let ahead: String = entry
        .upcoming
        .iter()
        .map(|ahead| format!("    {}\n", describe_upcoming(ahead, language)))
        .collect();
    format!(
        "{} {}  {status}  {}\n{ahead}",
        mark(entry),
        cells.join("  "),
        entry.id
    )
}

/// A kind of employment in the reader's words.
fn employment(key: String, language: Language) -> String {
    let Some(kind) = EmploymentType::of_key(&key) else {
        return key;
    };
    text!(
        language,
        match kind {
            EmploymentType::FullTime => "employment-full-time",
            EmploymentType::PartTime => "employment-part-time",
            EmploymentType::Intern => "employment-intern",
            EmploymentType::Dispatched => "employment-dispatched",
            EmploymentType::RehiredRetiree => "employment-rehired-retiree",
            EmploymentType::Outsourced => "employment-outsourced",
        }
    )
}

fn mark(entry: &LedgerEntryView) -> &'static str {
    match entry.status.as_str() {
        "active" => "●",
        "expected" => "○",
        _ => "×",
    }
}

fn status(entry: &LedgerEntryView, language: Language) -> String {
    text!(
        language,
        match (entry.status.as_str(), entry.kind) {
            ("active", Kind::Person) => "ledger-person-active",
            ("expected", Kind::Person) => "ledger-person-expected",
            (_, Kind::Person) => "ledger-person-left",
            ("active", Kind::Department) => "ledger-department-active",
            ("expected", Kind::Department) => "ledger-department-expected",
            (_, Kind::Department) => "ledger-department-left",
        }
    )
}

fn describe_upcoming(ahead: &UpcomingView, language: Language) -> String {
    let what = match ahead.what.as_str() {
        "entry" => text!(language, "ledger-ahead-entry"),
        "leaving" => text!(language, "ledger-ahead-leaving"),
        "change" => {
            let fields: Vec<&str> = ahead.fields.iter().map(|field| field.key()).collect();
            text!(language, "ledger-ahead-change", fields = &fields.join(", "))
        }
        other => other.to_owned(),
    };
    text!(
        language,
        "ledger-ahead",
        day = &ahead.on.to_string(),
        what = &what
    )
}
