//! What a person or a program is told.

use std::collections::BTreeMap;
use std::io::Write as _;

use directory::plan::ActionCounts;
use directory::reason::Reason;
use directory::{Kind, WriteAction};
use engine::plans::{NotApplied, PlanBody, PlanDifference, PlanHead, PlanState};
use serde_json::{Value, json};

use super::args::ContextArgs;
use super::order::{PlanOrderError, PlanReply};
use super::plan_table;
use crate::language::Language;
use crate::records;

/// Refused and failed items that are told one by one.
const ITEMS_PRINTED: usize = 20;

/// How an order ended.
pub(super) enum PlanOutcome {
    /// As it was answered.
    Answer(PlanReply),
    /// A plan was made.
    Made(Box<PlanHead>),
    /// A plan, record by record.
    Shown(Box<PlanHead>, Box<PlanBody>),
    /// A plan was applied, or stopped.
    Applied(Box<PlanHead>),
}

impl PlanOutcome {
    /// It did not end as it should.
    pub(super) fn failed(&self) -> bool {
        match self {
            Self::Made(head) => head.state == PlanState::Failed,
            Self::Applied(head) => head
                .applied
                .as_ref()
                .is_some_and(|applied| applied.place.outcomes.failed > 0),
            Self::Answer(_) | Self::Shown(..) => false,
        }
    }

    /// Something waits for a person.
    pub(super) fn waits(&self) -> bool {
        match self {
            Self::Made(head) => head.items > head.links || head.held > 0,
            Self::Applied(head) => {
                let refused = head
                    .applied
                    .as_ref()
                    .is_some_and(|applied| applied.place.outcomes.refused > 0);
                head.state != PlanState::Applied || refused || head.held > 0
            }
            Self::Answer(PlanReply::Paused { silent, .. }) => !silent.is_empty(),
            Self::Answer(PlanReply::Policy { pending, .. }) => *pending,
            Self::Answer(_) | Self::Shown(..) => false,
        }
    }
}

/// Prints the outcome: answers on stdout, troubles on stderr; with `--json` both on stdout.
pub(super) fn print_outcome(here: &ContextArgs, outcome: &Result<PlanOutcome, PlanOrderError>) {
    // A closed pipe changes nothing any more.
    _ = match outcome {
        _ if here.json => writeln!(std::io::stdout(), "{}", as_json(outcome)),
        Ok(told) => writeln!(
            std::io::stdout(),
            "{}",
            describe_outcome(told, here.lang).trim_end()
        ),
        Err(trouble) => writeln!(
            std::io::stderr(),
            "■ {}",
            describe_error(trouble, here.lang)
        ),
    };
}

pub(super) fn reading(language: Language) -> String {
    pick(
        language,
        "正在读取两边，不写任何数据",
        "reading both sides, writing nothing",
    )
}

pub(crate) fn pick(language: Language, zh: impl Into<String>, en: impl Into<String>) -> String {
    match language {
        Language::Zh => zh.into(),
        Language::En => en.into(),
    }
}

fn as_json(outcome: &Result<PlanOutcome, PlanOrderError>) -> Value {
    match outcome {
        Ok(PlanOutcome::Answer(answer)) => json!(answer),
        Ok(PlanOutcome::Made(head) | PlanOutcome::Applied(head)) => json!({ "plan": head }),
        Ok(PlanOutcome::Shown(head, body)) => {
            json!({"plan": head, "items": body.items, "held": body.held, "labels": body.labels})
        }
        Err(trouble) => error_json(trouble),
    }
}

/// A trouble, for programs.
pub(crate) fn error_json(trouble: &PlanOrderError) -> Value {
    json!({"error": {"code": trouble, "why": describe_error(trouble, Language::En)}})
}

fn describe_outcome(told: &PlanOutcome, language: Language) -> String {
    match told {
        PlanOutcome::Answer(answer) => describe_reply(answer, language),
        PlanOutcome::Made(head) => made(head, language),
        PlanOutcome::Shown(head, body) => {
            let held: String = body
                .held
                .iter()
                .map(|held| held_line(&held.reason, 1, language))
                .collect();
            format!(
                "{}\n{}\n{held}",
                describe_head(head, language),
                plan_table::build_table(body, language)
            )
        }
        PlanOutcome::Applied(head) => applied(head, language),
    }
}

fn describe_reply(answer: &PlanReply, language: Language) -> String {
    match answer {
        PlanReply::Asked(id) => id.as_str().to_owned(),
        // Its commands say it themselves.
        PlanReply::Records(_) => String::new(),
        PlanReply::Heads(heads) if heads.is_empty() => pick(
            language,
            "还没有变更计划：bangding plan 做一份",
            "no plans yet: `bangding plan` makes one",
        ),
        PlanReply::Heads(heads) => heads
            .iter()
            .map(|head| describe_head(head, language) + "\n")
            .collect(),
        PlanReply::Head(head) | PlanReply::Plan { head, .. } => approved(head, language),
        PlanReply::Paused { stopped, silent } => paused(stopped.len(), silent.len(), language),
        PlanReply::Resumed { goes_on } => {
            let n = goes_on.len();
            pick(
                language,
                format!("● 已恢复写入；接着执行的计划 {n} 份"),
                format!("● writing goes on; {n} plans go on from where they stood"),
            )
        }
        PlanReply::Shadow(true) => pick(
            language,
            "● 影子模式：每天做一份变更计划，什么都不写；上线用 bangding shadow off",
            "● shadow mode: a plan a day, nothing is written; `bangding shadow off` goes live",
        ),
        PlanReply::Shadow(false) => pick(
            language,
            "● 已上线：变更会写入",
            "● live: changes are written",
        ),
        PlanReply::Policy {
            version,
            pending,
            same,
            document,
        } => policy(*version, (*pending, *same), document, language),
    }
}

fn policy(
    version: u64,
    (pending, same): (bool, bool),
    document: &str,
    language: Language,
) -> String {
    let what = match (pending, same) {
        (true, _) => pick(
            language,
            format!(
                "▲ 策略版本 {version} 已设为当前，但预览之前什么都不写：bangding plan，看过后 approve，再 apply"
            ),
            format!(
                "▲ policy version {version} is active and writes nothing before its preview: `bangding plan`, look, `approve`, `apply`"
            ),
        ),
        (false, true) => pick(
            language,
            format!("● 策略没有变化，仍是版本 {version}"),
            format!("● nothing changed: policy version {version}"),
        ),
        (false, false) => pick(
            language,
            format!("● 当前策略：版本 {version}"),
            format!("● active policy: version {version}"),
        ),
    };
    format!("{what}\n{document}")
}

fn paused(stopped: usize, silent: usize, language: Language) -> String {
    let first = pick(
        language,
        format!("● 已暂停：不再写入任何一边；停在原处的计划 {stopped} 份。继续用 bangding resume"),
        format!(
            "● paused: nothing more is written to either side; {stopped} plans stopped where they stood. `bangding resume` goes on"
        ),
    );
    if silent == 0 {
        return first;
    }
    let rest = pick(
        language,
        format!("▲ {silent} 份计划没有回应：执行它的进程已不在，或最后一次写入还没有答复"),
        format!(
            "▲ {silent} plans did not answer: what applied them is gone, or its last write has no answer yet"
        ),
    );
    format!("{first}\n{rest}")
}

fn state(state: PlanState, language: Language) -> &'static str {
    match (state, language) {
        (PlanState::Open, Language::Zh) => "待批准",
        (PlanState::Approved, Language::Zh) => "已批准",
        (PlanState::Applying, Language::Zh) => "执行中",
        (PlanState::Applied, Language::Zh) => "已执行",
        (PlanState::Superseded, Language::Zh) => "已被取代",
        (PlanState::Failed, Language::Zh) => "没有做成",
        (PlanState::Open, _) => "open",
        (PlanState::Approved, _) => "approved",
        (PlanState::Applying, _) => "applying",
        (PlanState::Applied, _) => "applied",
        (PlanState::Superseded, _) => "superseded",
        (PlanState::Failed, _) => "failed",
    }
}

/// A plan in one line.
fn describe_head(head: &PlanHead, language: Language) -> String {
    let (id, state, policy) = (head.id.as_str(), state(head.state, language), head.policy);
    let ActionCounts {
        created,
        updated,
        removed,
        ..
    } = head.counts;
    let (held, hash) = (head.held, &head.hash);
    pick(
        language,
        format!(
            "{id}  {state}  新增 {created} 更新 {updated} 移除 {removed} 拦下 {held}  策略版本 {policy}  散列 {hash}"
        ),
        format!(
            "{id}  {state}  created {created} updated {updated} removed {removed} held {held}  policy {policy}  hash {hash}"
        ),
    )
}

fn made(head: &PlanHead, language: Language) -> String {
    if head.state == PlanState::Failed {
        let notes: Vec<String> = head
            .notes
            .iter()
            .map(|note| language.describe(note))
            .collect();
        let notes = notes.join("；");
        return pick(
            language,
            format!("■ 计划没有做成：{notes}"),
            format!("■ the plan could not be made: {notes}"),
        );
    }
    let mut text =
        pick(language, "● 变更计划  ", "● plan  ") + &describe_head(head, language) + "\n";
    for kind in [Kind::Department, Kind::Person] {
        let ActionCounts {
            created,
            updated,
            removed,
            ..
        } = head.by_kind.get(&kind).copied().unwrap_or_default();
        let name = plan_table::kind_name(kind, language);
        text += &pick(
            language,
            format!("  {name}：新增 {created} 更新 {updated} 移除 {removed}\n"),
            format!("  {name}: created {created} updated {updated} removed {removed}\n"),
        );
    }
    let mut held: BTreeMap<&Reason, usize> = BTreeMap::new();
    head.held_first
        .iter()
        .for_each(|one| *held.entry(&one.reason).or_default() += 1);
    text.extend(
        held.into_iter()
            .map(|(reason, n)| held_line(reason, n, language)),
    );
    text.extend(
        head.notes
            .iter()
            .map(|note| format!("  ▲ {}\n", language.describe(note))),
    );
    text + &cost(head, language)
}

fn cost(head: &PlanHead, language: Language) -> String {
    let (calls, metered, seconds) = (
        head.forecast.total(),
        head.forecast.metered,
        head.forecast.seconds,
    );
    let each: Vec<String> = head
        .forecast
        .calls
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    let [each, each_en] = if each.is_empty() {
        [String::new(), String::new()]
    } else {
        [
            format!("（{}）", each.join("，")),
            format!(" ({})", each.join(", ")),
        ]
    };
    let id = head.id.as_str();
    pick(
        language,
        format!(
            "  执行要调用钉钉 {calls} 次{each}，占月度额度 {metered} 次，约 {seconds} 秒\n  还没有写入任何数据。明细：bangding plan show {id}；批准：bangding approve {id}；执行：bangding apply {id}"
        ),
        format!(
            "  applying it takes {calls} calls to DingTalk{each_en}, {metered} of the month's quota, about {seconds} s\n  nothing was written. Look: bangding plan show {id}; approve: bangding approve {id}; apply: bangding apply {id}"
        ),
    )
}

fn held_line(reason: &Reason, n: usize, language: Language) -> String {
    let reason = language.describe(reason);
    pick(
        language,
        format!("  ■ 拦下 {n} 条：{reason}\n"),
        format!("  ■ held, {n} records: {reason}\n"),
    )
}

fn approved(head: &PlanHead, language: Language) -> String {
    let by = head
        .approved
        .as_ref()
        .map(|approval| approval.by.as_str())
        .unwrap_or_default();
    let id = head.id.as_str();
    pick(
        language,
        format!(
            "● {by} 批准了 {}\n  执行：bangding apply {id}",
            describe_head(head, language)
        ),
        format!(
            "● {by} approved {}\n  apply: bangding apply {id}",
            describe_head(head, language)
        ),
    )
}

fn applied(head: &PlanHead, language: Language) -> String {
    let Some(applied) = &head.applied else {
        return describe_head(head, language);
    };
    let outcomes = applied.place.outcomes;
    let (done, of) = (applied.place.next, head.items);
    let first = match (&applied.stopped, head.state) {
        (Some(why), _) => pick(
            language,
            format!("▲ 停在 {done} / {of}：{why}。同一条命令接着执行"),
            format!("▲ stopped at {done} of {of}: {why}. The same command goes on"),
        ),
        _ => pick(language, "● 计划已执行", "● the plan is applied"),
    };
    let counts = pick(
        language,
        format!(
            "已写入 {} 本来已是 {} 因有变动未执行 {} 失败 {}",
            outcomes.applied, outcomes.already, outcomes.refused, outcomes.failed
        ),
        format!(
            "applied {} already so {} refused {} failed {}",
            outcomes.applied, outcomes.already, outcomes.refused, outcomes.failed
        ),
    );
    let rest: String = applied
        .place
        .not_applied
        .iter()
        .take(ITEMS_PRINTED)
        .map(|one| not_applied(one, language))
        .collect();
    let more = applied
        .place
        .not_applied
        .len()
        .saturating_sub(ITEMS_PRINTED);
    let more = if more > 0 {
        pick(
            language,
            format!("  ■ 另有 {more} 条\n"),
            format!("  ■ and {more} more\n"),
        )
    } else {
        String::new()
    };
    format!("{first}  {counts}\n{rest}{more}")
}

fn not_applied(one: &NotApplied, language: Language) -> String {
    let (number, kind) = (one.index + 1, plan_table::kind_name(one.kind, language));
    let moved: Vec<String> = one
        .moved
        .iter()
        .map(|moved| describe_moved(moved, language))
        .collect();
    let why = one
        .failed
        .as_ref()
        .map_or_else(|| moved.join("；"), |why| language.describe(why));
    format!("  ■ #{number} {kind}：{why}\n")
}

/// What moved, in words.
fn describe_moved(moved: &PlanDifference, language: Language) -> String {
    if language == Language::En {
        return language.describe(&Reason::from(moved));
    }
    let action = |action: &WriteAction| match action {
        WriteAction::Create => "新增",
        WriteAction::Update => "更新",
        WriteAction::Remove => "移除",
        WriteAction::Restore => "恢复",
    };
    match moved {
        PlanDifference::Changed { field, side } => {
            format!(
                "做计划之后，{}里的 {} 变了",
                plan_table::side_name(*side),
                field.key()
            )
        }
        PlanDifference::AlsoChanged { field, side } => {
            format!(
                "{}里的 {} 后来也变了",
                plan_table::side_name(*side),
                field.key()
            )
        }
        PlanDifference::Gone { side } => {
            format!("{}里已经没有这条记录", plan_table::side_name(*side))
        }
        PlanDifference::ThereAgain => "本来要移除，现在又有了".to_owned(),
        PlanDifference::Another { planned, now } => {
            format!("计划是{}，现在该是{}", action(planned), action(now))
        }
        PlanDifference::Identity => "对应的编号已经不同".to_owned(),
        PlanDifference::Waits { reason } => language.describe(reason),
    }
}

pub(crate) fn describe_error(trouble: &PlanOrderError, language: Language) -> String {
    match (trouble, language) {
        (PlanOrderError::NotNow { why }, _) => return language.describe(why),
        (PlanOrderError::Failed { why }, Language::En) => {
            return format!("it failed: {}", language.describe(why));
        }
        (PlanOrderError::Unusable { why }, Language::En) => {
            return format!("it is not possible now: {}", language.describe(why));
        }
        (PlanOrderError::Record(stopped), _) => {
            return records::words::describe_error(stopped, language);
        }
        (trouble, Language::En) => return trouble.to_string(),
        _ => {}
    }
    match trouble {
        PlanOrderError::NoState { data } => {
            format!("{data} 里没有数据：先运行 bangding up，或用 --data 指定目录")
        }
        PlanOrderError::Unbound => "还没有绑定企业：先运行 bangding up".to_owned(),
        PlanOrderError::NoPlan => "没有这份计划：bangding plan list 看有哪些".to_owned(),
        PlanOrderError::NotNow { why } => language.describe(why),
        PlanOrderError::Stale => "刚刚有人动过这份计划：再看一眼".to_owned(),
        PlanOrderError::Failed { why } => format!("没有成功：{}", language.describe(why)),
        PlanOrderError::PolicyRefused => "策略没有通过检查，当前策略不变".to_owned(),
        PlanOrderError::Record(stopped) => records::words::describe_error(stopped, language),
        PlanOrderError::NoVersion(version) => format!("没有策略版本 {version}"),
        PlanOrderError::Held { data } => {
            format!("另一个 bangding 占用着 {data} 且没有应答：可能正在启动，稍后再试或先停掉它")
        }
        PlanOrderError::Unusable { why } => format!("现在不行：{}", language.describe(why)),
    }
}
