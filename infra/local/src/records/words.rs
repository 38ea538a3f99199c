//! What a person or a program is told about records that wait.

use std::io::Write as _;

use desk::{
    ConflictState, ConflictView, HoldState, HoldView, QuarantineCause, QuarantineState,
    QuarantineView, RecordIdentity, WaitingItem, WaitsFor,
};
use directory::guard::ExceededLimit;
use directory::{Side, Timestamp};
use serde_json::json;

use super::outcome::RecordOutcome;
use super::{print_history as journal, print_orders as orders};
use crate::command_error::{CommandError, print_command_error};
use crate::language::Language;
use crate::plan::args::ContextArgs;
use crate::plan::words::pick;

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
        RecordOutcome::Conflicts(all) if all.is_empty() => pick(
            language,
            "● 没有等人处理的冲突",
            "● no conflict waits for anybody",
        ),
        RecordOutcome::Conflicts(all) => all
            .iter()
            .map(|one| describe_conflict(one, language))
            .collect(),
        RecordOutcome::Conflict(one) => describe_conflict(one, language),
        RecordOutcome::Holds(all) if all.is_empty() => {
            pick(language, "● 没有拦下的变更", "● nothing is held")
        }
        RecordOutcome::Holds(all) => all.iter().map(|one| describe_hold(one, language)).collect(),
        RecordOutcome::Hold { hold: one, records } => {
            let records: String = records
                .iter()
                .map(|who| format!("    {}\n", name(who)))
                .collect();
            describe_hold(one, language) + &records
        }
        RecordOutcome::Quarantined(all) if all.is_empty() => {
            pick(language, "● 没有隔离的记录", "● no record is in quarantine")
        }
        RecordOutcome::Quarantined(all) => all
            .iter()
            .map(|one| describe_quarantined(one, language))
            .collect(),
        RecordOutcome::QuarantinedOne(one) => describe_quarantined(one, language),
        RecordOutcome::Waiting(all) if all.is_empty() => {
            pick(language, "● 没有在等的", "● nothing waits")
        }
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
        RecordOutcome::Orders(all) if all.is_empty() => {
            pick(language, "● 还没有人操作过", "● no order was given yet")
        }
        RecordOutcome::Orders(all) => all
            .iter()
            .map(|one| orders::describe_order(one, language))
            .collect(),
        RecordOutcome::Verified(verified) => journal::describe_audit(verified, language),
    }
}

/// The time as the wall in Shanghai shows it.
pub(super) fn shanghai_time(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)))
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

pub(super) fn side(side: Side, language: Language) -> &'static str {
    match (side, language) {
        (Side::DingTalk, Language::ZhCn | Language::ZhTw) => "钉钉",
        (Side::DingTalk, Language::En) => "DingTalk",
        (Side::Ehr, Language::ZhCn | Language::ZhTw) => "eHR",
        (Side::Ehr, Language::En) => "the eHR",
    }
}

pub(super) fn name(who: &RecordIdentity) -> String {
    let id = who
        .dingtalk
        .as_ref()
        .or(who.ehr.as_ref())
        .unwrap_or(&who.link);
    match &who.name {
        Some(name) => format!("{name}（{id}）"),
        None => id.clone(),
    }
}

pub(super) fn value(text: Option<&String>, language: Language) -> String {
    text.map_or_else(
        || pick(language, "（空）", "(empty)"),
        |text| format!("「{text}」"),
    )
}

fn short(id: &str) -> &str {
    id.get(..SHORT_ID_DIGITS).unwrap_or(id)
}

fn describe_conflict(one: &ConflictView, language: Language) -> String {
    let (id, field) = (short(&one.id), one.field.key());
    let (dingtalk, ehr) = (
        value(one.dingtalk.as_ref(), language),
        value(one.ehr.as_ref(), language),
    );
    let (who, stands, since) = (
        name(&one.record),
        side(one.stands, language),
        shanghai_time(one.since),
    );
    let state = match (&one.state, language) {
        (ConflictState::Open, Language::ZhCn | Language::ZhTw) => {
            format!("等人决定：bangding conflict resolve {id}-{field} --keep dingtalk|ehr")
        }
        (ConflictState::Open, Language::En) => {
            format!("waits: bangding conflict resolve {id}-{field} --keep dingtalk|ehr")
        }
        (ConflictState::Resolved { by, at, .. }, Language::ZhCn | Language::ZhTw) => {
            format!(
                "{by} 于 {} 决定；收回：bangding conflict resolve {id}-{field} --undo",
                shanghai_time(*at)
            )
        }
        (ConflictState::Resolved { by, at, .. }, Language::En) => {
            format!(
                "decided by {by} at {}; take it back: bangding conflict resolve {id}-{field} --undo",
                shanghai_time(*at)
            )
        }
        (ConflictState::Moot { at }, Language::ZhCn | Language::ZhTw) => {
            format!("{} 起不必再决定：值后来又变了", shanghai_time(*at))
        }
        (ConflictState::Moot { at }, Language::En) => {
            format!(
                "nothing to decide since {}: it changed again",
                shanghai_time(*at)
            )
        }
    };
    pick(
        language,
        format!(
            "▲ {id}-{field}  {who} 的 {field}：钉钉 {dingtalk}，eHR {ehr}；自 {since}，现在两边用{stands}的值\n    {state}\n"
        ),
        format!(
            "▲ {id}-{field}  {field} of {who}: DingTalk {dingtalk}, the eHR {ehr}; since {since}, both have {stands}'s now\n    {state}\n"
        ),
    )
}

fn too_much(one: &ExceededLimit) -> String {
    match one {
        ExceededLimit::Removals {
            removals,
            people,
            limit,
        } => {
            format!("{people} 人里有 {removals} 人要标记离开，上限 {limit}")
        }
        ExceededLimit::Blanked {
            field,
            records,
            people,
            limit,
        } => {
            format!(
                "{people} 人里有 {records} 人的 {} 要被清空，上限 {limit}",
                field.key()
            )
        }
        ExceededLimit::Changed {
            field,
            records,
            people,
            limit,
        } => {
            format!(
                "{people} 人里有 {records} 人的 {} 要改变，上限 {limit}",
                field.key()
            )
        }
    }
}

fn describe_hold(one: &HoldView, language: Language) -> String {
    let (id, count, since) = (short(&one.id), one.count, shanghai_time(one.since));
    let reason = match language {
        Language::ZhCn if !one.too_much.is_empty() => one
            .too_much
            .iter()
            .map(too_much)
            .collect::<Vec<_>>()
            .join("；"),
        _ => language.describe(&one.reason),
    };
    let state = match (&one.state, language) {
        (HoldState::Held, Language::ZhCn | Language::ZhTw) => {
            format!("放行：bangding hold release {id}")
        }
        (HoldState::Held, Language::En) => format!("let it pass: bangding hold release {id}"),
        (HoldState::Released { by, .. }, Language::ZhCn | Language::ZhTw) => {
            format!("{by} 已放行，下次同步写入；收回：bangding hold release {id} --undo")
        }
        (HoldState::Released { by, .. }, Language::En) => {
            format!(
                "released by {by}, the next sweep writes it; take it back: bangding hold release {id} --undo"
            )
        }
        (HoldState::Applied { run, .. }, Language::ZhCn | Language::ZhTw) => {
            format!("放行后已写入（{run}）")
        }
        (HoldState::Applied { run, .. }, Language::En) => format!("released and written ({run})"),
        (HoldState::Gone { run, .. }, Language::ZhCn | Language::ZhTw) => {
            format!("不再需要：{run} 没有再发现")
        }
        (HoldState::Gone { run, .. }, Language::En) => {
            format!("not wanted any more: {run} did not find it")
        }
    };
    pick(
        language,
        format!("■ {id}  拦下 {count} 条，自 {since}：{reason}\n    {state}\n"),
        format!("■ {id}  {count} records held since {since}: {reason}\n    {state}\n"),
    )
}

fn describe_quarantined(one: &QuarantineView, language: Language) -> String {
    let (id, who, tries, since) = (
        short(&one.id),
        name(&one.record),
        one.tries,
        shanghai_time(one.since),
    );
    let cause = match (one.cause, language) {
        (QuarantineCause::Identity, Language::ZhCn | Language::ZhTw) => "说不清是谁",
        (QuarantineCause::Refused, Language::ZhCn | Language::ZhTw) => "一边不收",
        (QuarantineCause::Person, Language::ZhCn | Language::ZhTw) => "要人来做",
        (QuarantineCause::Identity, Language::En) => "nobody can say who it is",
        (QuarantineCause::Refused, Language::En) => "a side refuses it",
        (QuarantineCause::Person, Language::En) => "only a person can do it",
    };
    let next = one
        .next
        .map(shanghai_time)
        .unwrap_or_else(|| "—".to_owned());
    let reason = language.describe(&one.reason);
    let state = match (one.state, language) {
        (QuarantineState::Waits, Language::ZhCn | Language::ZhTw) => {
            format!("已试 {tries} 次，下次 {next}；现在就试：bangding quarantine retry {id}")
        }
        (QuarantineState::Waits, Language::En) => {
            format!("tried {tries} times, next {next}; try now: bangding quarantine retry {id}")
        }
        (QuarantineState::Gone { at }, Language::ZhCn | Language::ZhTw) => {
            format!("{} 已解除", shanghai_time(at))
        }
        (QuarantineState::Gone { at }, Language::En) => format!("over since {}", shanghai_time(at)),
    };
    pick(
        language,
        format!("■ {id}  {who}：{cause}，自 {since}（{reason}）\n    {state}\n"),
        format!("■ {id}  {who}: {cause}, since {since} ({reason})\n    {state}\n"),
    )
}

fn describe_waiting(one: &WaitingItem, language: Language) -> String {
    let who = name(&one.record);
    let field = one
        .field
        .map(|field| format!(" {}", field.key()))
        .unwrap_or_default();
    let reason = one
        .reason
        .as_ref()
        .map(|reason| language.describe(reason))
        .unwrap_or_default();
    let next = one.next.map(shanghai_time).unwrap_or_default();
    let on = one.on.map(|on| on.to_string()).unwrap_or_default();
    let fields: Vec<&str> = one.fields.iter().map(|field| field.key()).collect();
    let fields = fields.join(", ");
    let what = match (one.what.as_deref(), language) {
        (Some("entry"), Language::ZhCn | Language::ZhTw) => "入职".to_owned(),
        (Some("leaving"), Language::ZhCn | Language::ZhTw) => "离职".to_owned(),
        (Some(_), Language::ZhCn | Language::ZhTw) => format!("更改 {fields}"),
        (Some(what), Language::En) => format!("{what} {fields}"),
        (None, _) => String::new(),
    };
    let said = match (one.waits_for, language) {
        (WaitsFor::Day, Language::ZhCn | Language::ZhTw) => format!("即将生效 {on}：{what}"),
        (WaitsFor::Day, Language::En) => format!("on {on}: {what}"),
        (WaitsFor::Employee, Language::ZhCn | Language::ZhTw) => "等员工自己在钉钉里改".to_owned(),
        (WaitsFor::Employee, Language::En) => {
            "waits for the employee to change it in DingTalk".to_owned()
        }
        (WaitsFor::Retry, Language::ZhCn | Language::ZhTw) => format!("{next} 再试（{reason}）"),
        (WaitsFor::Retry, Language::En) => format!("tried again at {next} ({reason})"),
        (WaitsFor::Person, Language::ZhCn | Language::ZhTw) => {
            format!("隔离，等人处理（{reason}）")
        }
        (WaitsFor::Person, Language::En) => format!("in quarantine, waits for a person ({reason})"),
        (WaitsFor::Sweep, Language::ZhCn | Language::ZhTw) => {
            "名单里缺，等下一次完整同步确认".to_owned()
        }
        (WaitsFor::Sweep, Language::En) => {
            "missing in the lists; the next complete sweep says".to_owned()
        }
        (WaitsFor::Grace, Language::ZhCn | Language::ZhTw) => {
            format!("已离开，宽限到 {next} 才移除")
        }
        (WaitsFor::Grace, Language::En) => {
            format!("left; removed when the grace period ends at {next}")
        }
    };
    format!("… {who}{field}  {said}\n")
}
