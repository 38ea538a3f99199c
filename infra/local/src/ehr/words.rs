//! What the desk says, in both languages, or as JSON for programs.

use std::io::Write as _;

use desk::{ChangeFeedView, EditOutcome, LedgerChangeView, LedgerEntryView, UpcomingView};
use directory::policy::EmploymentType;
use directory::{Field, Kind};
use serde::Serialize;

use crate::command_error::{CommandError, print_command_error};
use crate::language::Language;
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
    let rest = match (feed.more, language) {
        (false, _) => "",
        (true, Language::ZhCn | Language::ZhTw) => "（还有）",
        (true, Language::En) => " (there is more)",
    };
    let next = match language {
        Language::ZhCn | Language::ZhTw => "下次从这里接着：--after",
        Language::En => "go on with --after",
    };
    let gap = match (feed.missed, language) {
        (false, _) => "",
        (true, Language::ZhCn | Language::ZhTw) => {
            "■ 更早的变化已不再保留（保留 90 天）：要知道全部，看 list\n"
        }
        (true, Language::En) => {
            "■ earlier changes are no longer kept (90 days): `list` says how it is now\n"
        }
    };
    let cursor = &feed.cursor;
    format!("{gap}{lines}● {next} {cursor}{rest}\n")
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
    let verb = match (edited.verb.as_str(), language) {
        ("hire", Language::ZhCn | Language::ZhTw) => "已办入职",
        ("change", Language::ZhCn | Language::ZhTw) => "已更改",
        ("leave", Language::ZhCn | Language::ZhTw) => "已办离职",
        ("rehire", Language::ZhCn | Language::ZhTw) => "已重新入职",
        ("create", Language::ZhCn | Language::ZhTw) => "已新建部门",
        ("close", Language::ZhCn | Language::ZhTw) => "已关闭部门",
        ("reopen", Language::ZhCn | Language::ZhTw) => "已重新启用部门",
        ("cancel", Language::ZhCn | Language::ZhTw) => "已取消即将生效的变更",
        (other, _) => other,
    };
    let when = match (edited.waits_until, language) {
        (None, Language::ZhCn | Language::ZhTw) => String::new(),
        (Some(day), Language::ZhCn | Language::ZhTw) => format!("，即将生效：{day}"),
        (None, Language::En) => ": done".to_owned(),
        (Some(day), Language::En) => format!(": waits until {day}"),
    };
    format!("● {verb}{when}  {} v{}\n", edited.id, edited.version)
}

/// A line, and one below it for each thing that is dated ahead.
fn describe_entry(entry: &LedgerEntryView, language: Language) -> String {
    let text = |wanted| {
        let field = entry.fields.iter().find(|(field, _)| *field == wanted);
        field
            .map(|(_, texts)| texts.join("；"))
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
    match EmploymentType::of_key(&key) {
        Some(kind) if language != Language::En => kind.label().to_owned(),
        Some(kind) => kind.key().replace('_', " "),
        None => key,
    }
}

fn mark(entry: &LedgerEntryView) -> &'static str {
    match entry.status.as_str() {
        "active" => "●",
        "expected" => "○",
        _ => "×",
    }
}

fn status(entry: &LedgerEntryView, language: Language) -> &str {
    match (entry.status.as_str(), entry.kind, language) {
        (status, _, Language::En) => status,
        ("active", Kind::Person, _) => "在职",
        ("expected", Kind::Person, _) => "待入职",
        (_, Kind::Person, _) => "已离职",
        ("active", Kind::Department, _) => "在用",
        ("expected", Kind::Department, _) => "待启用",
        (_, Kind::Department, _) => "已关闭",
    }
}

fn describe_upcoming(ahead: &UpcomingView, language: Language) -> String {
    let fields = ahead
        .fields
        .iter()
        .map(|field| field.key())
        .collect::<Vec<_>>()
        .join(", ");
    let what = match (ahead.what.as_str(), language) {
        ("entry", Language::ZhCn | Language::ZhTw) => "生效入职".to_owned(),
        ("leaving", Language::ZhCn | Language::ZhTw) => "生效离职".to_owned(),
        ("change", Language::ZhCn | Language::ZhTw) => format!("变更 {fields}"),
        ("change", Language::En) => format!("change of {fields}"),
        (other, _) => other.to_owned(),
    };
    let label = if language != Language::En {
        "即将生效"
    } else {
        "ahead"
    };
    format!("{label} {}  {what}", ahead.on)
}
