//! A plan in words: what it would do, what it costs, and what came of it.

use std::collections::BTreeMap;

use desk::{NotApplied, PlanDifference, PlanHead, PlanState};
use directory::plan::ActionCounts;
use directory::reason::Reason;
use directory::{Kind, WriteAction};

use super::plan_table;
use super::words::pick;
use crate::language::Language;

/// Refused and failed items that are printed one by one.
const ITEMS_PRINTED: usize = 20;

fn state(state: PlanState, language: Language) -> &'static str {
    match (state, language) {
        (PlanState::Open, Language::ZhCn | Language::ZhTw) => "待批准",
        (PlanState::Approved, Language::ZhCn | Language::ZhTw) => "已批准",
        (PlanState::Applying, Language::ZhCn | Language::ZhTw) => "执行中",
        (PlanState::Applied, Language::ZhCn | Language::ZhTw) => "已执行",
        (PlanState::Superseded, Language::ZhCn | Language::ZhTw) => "已被取代",
        (PlanState::Failed, Language::ZhCn | Language::ZhTw) => "没有做成",
        (PlanState::Open, _) => "open",
        (PlanState::Approved, _) => "approved",
        (PlanState::Applying, _) => "applying",
        (PlanState::Applied, _) => "applied",
        (PlanState::Superseded, _) => "superseded",
        (PlanState::Failed, _) => "failed",
    }
}

/// A plan in one line.
pub(super) fn describe_head(head: &PlanHead, language: Language) -> String {
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

pub(super) fn made(head: &PlanHead, language: Language) -> String {
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

pub(super) fn held_line(reason: &Reason, n: usize, language: Language) -> String {
    let reason = language.describe(reason);
    pick(
        language,
        format!("  ■ 拦下 {n} 条：{reason}\n"),
        format!("  ■ held, {n} records: {reason}\n"),
    )
}

pub(super) fn approved(head: &PlanHead, language: Language) -> String {
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

pub(super) fn applied(head: &PlanHead, language: Language) -> String {
    let Some(applied) = &head.applied else {
        return describe_head(head, language);
    };
    let outcomes = applied.place.outcomes;
    let (done, of) = (applied.place.next, head.items);
    let first = match &applied.stopped {
        Some(why) => {
            let why = language.describe(why);
            pick(
                language,
                format!("▲ 停在 {done} / {of}：{why}。同一条命令接着执行"),
                format!("▲ stopped at {done} of {of}: {why}. The same command goes on"),
            )
        }
        None => pick(language, "● 计划已执行", "● the plan is applied"),
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
