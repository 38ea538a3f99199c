//! What the desk says, in both languages, or as JSON for programs.

use std::io::Write as _;

use directory::policy::EmploymentType;
use directory::reason::Reason;
use directory::{Field, Kind};
use ehr::ledger::{EditOutcome, EditRefusal};

use super::args::EhrArgs;
use super::order::{LedgerEntryView, LedgerOrderError, LedgerReply, UpcomingView};
use crate::language::Language;

/// Prints the outcome: answers on stdout, troubles on stderr; with `--json` both on stdout.
pub(super) fn print_outcome(outcome: &Result<LedgerReply, LedgerOrderError>, args: &EhrArgs) {
    // A closed pipe changes nothing any more.
    _ = match outcome {
        _ if args.json => writeln!(std::io::stdout(), "{}", as_json(outcome)),
        Ok(answer) => write!(std::io::stdout(), "{}", describe_reply(answer, args.lang)),
        Err(trouble) => writeln!(
            std::io::stderr(),
            "■ {}",
            describe_error(trouble, args.lang)
        ),
    };
}

pub(super) fn as_json(outcome: &Result<LedgerReply, LedgerOrderError>) -> serde_json::Value {
    match outcome {
        Ok(answer) => serde_json::json!(answer),
        Err(trouble) => serde_json::json!({"error": {"code": trouble, "why": trouble.to_string()}}),
    }
}

pub(super) fn describe_reply(answer: &LedgerReply, language: Language) -> String {
    match (answer, language) {
        (LedgerReply::Edited(edited), language) => describe_edit(edited, language),
        (LedgerReply::Entries(entries), language) => entries
            .iter()
            .map(|entry| describe_entry(entry, language))
            .collect(),
        (
            LedgerReply::Changes {
                changes,
                cursor,
                more,
                missed,
            },
            language,
        ) => {
            let line = |change: &super::order::LedgerChangeView| {
                let at = jiff::Timestamp::from_millisecond(change.at).unwrap_or_default();
                format!(
                    "{at}  {:<10} {}  {}\n",
                    change.kind.key(),
                    change.id,
                    change.because
                )
            };
            let lines: String = changes.iter().map(line).collect();
            let rest = match (more, language) {
                (false, Language::Zh) => "",
                (true, Language::Zh) => "（还有）",
                (false, Language::En) => "",
                (true, Language::En) => " (there is more)",
            };
            let next = if language == Language::Zh {
                "下次从这里接着：--after"
            } else {
                "go on with --after"
            };
            let gap = match (missed, language) {
                (false, _) => "",
                (true, Language::Zh) => {
                    "■ 更早的变化已不再保留（保留 90 天）：要知道全部，看 list\n"
                }
                (true, Language::En) => {
                    "■ earlier changes are no longer kept (90 days): `list` says how it is now\n"
                }
            };
            format!("{gap}{lines}● {next} {cursor}{rest}\n")
        }
    }
}

fn describe_edit(edited: &EditOutcome, language: Language) -> String {
    let verb = match (edited.verb.as_str(), language) {
        ("hire", Language::Zh) => "已办入职",
        ("change", Language::Zh) => "已更改",
        ("leave", Language::Zh) => "已办离职",
        ("rehire", Language::Zh) => "已重新入职",
        ("create", Language::Zh) => "已新建部门",
        ("close", Language::Zh) => "已关闭部门",
        ("reopen", Language::Zh) => "已重新启用部门",
        ("cancel", Language::Zh) => "已取消即将生效的变更",
        (other, _) => other,
    };
    let when = match (edited.waits_until, language) {
        (None, Language::Zh) => String::new(),
        (Some(day), Language::Zh) => format!("，即将生效：{day}"),
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
        Some(kind) if language == Language::Zh => kind.label().to_owned(),
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
        ("entry", Language::Zh) => "生效入职".to_owned(),
        ("leaving", Language::Zh) => "生效离职".to_owned(),
        ("change", Language::Zh) => format!("变更 {fields}"),
        ("change", Language::En) => format!("change of {fields}"),
        (other, _) => other.to_owned(),
    };
    let label = if language == Language::Zh {
        "即将生效"
    } else {
        "ahead"
    };
    format!("{label} {}  {what}", ahead.on)
}

pub(super) fn describe_error(trouble: &LedgerOrderError, language: Language) -> String {
    match (trouble, language) {
        (LedgerOrderError::Unusable { why }, Language::En) => {
            return format!("the ledger could not be used: {}", language.describe(why));
        }
        (trouble, Language::En) => return trouble.to_string(),
        _ => {}
    }
    match trouble {
        LedgerOrderError::Refused(refusal) => describe_refusal(refusal),
        LedgerOrderError::Unknown { kind, who } => {
            format!("内置花名册里没有这个{}：{who}", kind_zh(*kind))
        }
        LedgerOrderError::Ambiguous { kind, who, count } => {
            format!(
                "叫“{who}”的{}有 {count} 个：请用工号、路径或编号指明",
                kind_zh(*kind)
            )
        }
        LedgerOrderError::NoState { data } => {
            format!("{data} 里没有数据：先运行 bangding up，或用 --data 指定目录")
        }
        LedgerOrderError::Unbound => "还没有绑定企业：先运行 bangding up".to_owned(),
        LedgerOrderError::Held { data } => {
            format!("另一个 bangding 占用着 {data} 且没有应答：可能正在启动，稍后再试或先停掉它")
        }
        LedgerOrderError::Unusable { why } => {
            format!("内置花名册暂时无法使用（{}）", language.describe(why))
        }
    }
}

fn kind_zh(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "人员",
        Kind::Department => "部门",
    }
}

fn describe_refusal(refusal: &EditRefusal) -> String {
    match refusal {
        EditRefusal::NotFound { kind } => format!("没有这个{}", kind_zh(*kind)),
        EditRefusal::Exists => "这个编号已经存在".into(),
        EditRefusal::Stale => "刚刚有人改过这条记录：看一眼再试".into(),
        EditRefusal::NoSuchField { kind, field } => {
            format!("{}没有字段 {}", kind_zh(*kind), field.key())
        }
        EditRefusal::Empty { field } => format!("{} 不能为空", field.key()),
        EditRefusal::Value { .. } | EditRefusal::TooLong { .. } => {
            Language::Zh.describe(&Reason::from(refusal))
        }
        EditRefusal::Taken { field } => format!("这个 {} 已有在职人员使用", field.key()),
        EditRefusal::Reference { field, kind } => {
            format!(
                "{} 指向的{}不存在，或已离职、已关闭",
                field.key(),
                kind_zh(*kind)
            )
        }
        EditRefusal::OwnManager => "不能做自己的直属上级".into(),
        EditRefusal::MainDepartment => "主部门必须是所在部门之一：用 --main-department 指明".into(),
        EditRefusal::HeadNotMember => "部门主管必须在该部门里：先把人调入".into(),
        EditRefusal::Circle => "部门不能放到自己下面".into(),
        EditRefusal::Root => "公司本身只有一个，不能移动或关闭".into(),
        EditRefusal::SameName => "同一级已有同名部门".into(),
        EditRefusal::NotEmpty {
            people,
            departments,
        } => {
            format!("里面还有 {people} 人、{departments} 个下级部门：先移走")
        }
        EditRefusal::Gone { kind: Kind::Person } => "已离职：先用 rehire 重新入职".into(),
        EditRefusal::Gone {
            kind: Kind::Department,
        } => "部门已关闭：先用 department reopen 重新启用".into(),
        EditRefusal::Here { kind: Kind::Person } => "此人在职或待入职".into(),
        EditRefusal::Here {
            kind: Kind::Department,
        } => "部门在用".into(),
        other => about_days(other),
    }
}

fn about_days(refusal: &EditRefusal) -> String {
    match refusal {
        EditRefusal::Past => "日期已过：不写日期就是今天生效".into(),
        EditRefusal::TooFar => "日期太远：9999-12-31 之类表示没有期限".into(),
        EditRefusal::LeavesBeforeEntry => "离职日不在入职日之后：要取消入职请用 cancel".into(),
        EditRefusal::ClosesAhead => "部门清空后当天关闭，不能预约".into(),
        EditRefusal::Nothing => "本来就是这样：没有变化".into(),
        EditRefusal::NothingWaits => "没有即将生效的变更".into(),
        other => other.to_string(),
    }
}
