//! What the journal says, in words.

use desk::{AuditView, ChangeView, RecordIdentity};
use state::store::FieldOwner;

use super::words::{name, shanghai_time, side, value};
use crate::language::Language;
use crate::plan::words::pick;

pub(super) fn describe_why(
    record: &RecordIdentity,
    field: &str,
    changed: Option<&ChangeView>,
    language: Language,
) -> String {
    let who = name(record);
    match changed {
        None => pick(
            language,
            format!("● {who} 的 {field}：同步从没有写过，两边从一开始就一致，或还没有读到\n"),
            format!(
                "● {field} of {who}: the sync never wrote it; both sides agreed from the start, or it was not read yet\n"
            ),
        ),
        Some(changed) => format!("● {who} {}\n", describe_change(changed, language)),
    }
}

pub(super) fn describe_refusal(changed: &ChangeView, language: Language) -> String {
    let (at, why) = (
        shanghai_time(changed.at),
        changed
            .refused
            .as_ref()
            .map(|why| language.describe(why))
            .unwrap_or_default(),
    );
    let after = value(changed.after.as_ref(), language);
    pick(
        language,
        format!("  ■ {at} 又要写成 {after}，没有写进去：{why}\n"),
        format!("  ■ at {at} it was to become {after} and was not written: {why}\n"),
    )
}

/// One change in one sentence: who decided, when, in which run, from what to what, and which value lost.
pub(super) fn describe_change(changed: &ChangeView, language: Language) -> String {
    let ChangeView {
        field,
        at,
        run,
        entry,
        reason,
        ..
    } = changed;
    let (field, at) = (field.key(), shanghai_time(*at));
    let reason = language.catalogue().sentence(reason);
    let (before, after) = (
        value(changed.before.as_ref(), language),
        value(changed.after.as_ref(), language),
    );
    let (to, owner) = (side(changed.side, language), owner(changed.owner, language));
    let lost = match (&changed.lost, changed.conflict) {
        (None, _) => String::new(),
        (Some(_), true) => pick(
            language,
            format!("；两边都改过，{to}的 {before} 没有保留"),
            format!("; both sides had changed it, and {before} of {to} lost"),
        ),
        (Some(_), false) => pick(
            language,
            format!("；{to}里有人改成的 {before} 被覆盖"),
            format!("; somebody had changed it to {before} in {to}, and that lost"),
        ),
    };
    pick(
        language,
        format!(
            "{field}：{at} 在{to}里由 {before} 改为 {after}，由{owner}决定{lost}（{reason}；运行 {run} 第 {entry} 条）"
        ),
        format!(
            "{field}: at {at} it became {after} in {to}, from {before}, because {owner} decides{lost} ({reason}; run {run}, entry {entry})"
        ),
    )
}

fn owner(owner: FieldOwner, language: Language) -> &'static str {
    match (owner, language) {
        (FieldOwner::DingTalk, Language::ZhCn | Language::ZhTw) => "钉钉",
        (FieldOwner::Ehr, Language::ZhCn | Language::ZhTw) => "eHR",
        (FieldOwner::Shared, Language::ZhCn | Language::ZhTw) => "后改的一边",
        (FieldOwner::DingTalk, Language::En) => "DingTalk",
        (FieldOwner::Ehr, Language::En) => "the eHR",
        (FieldOwner::Shared, Language::En) => "whichever side changed it",
    }
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
    let n = changes.len();
    pick(
        language,
        format!("● {} 的变更 {n} 条\n{lines}", name(record)),
        format!("● {n} changes of {}\n{lines}", name(record)),
    )
}

pub(super) fn describe_audit(verified: &AuditView, language: Language) -> String {
    let AuditView {
        closed,
        open,
        entries,
        copies,
        broken,
    } = verified;
    let Some(broken) = broken else {
        let rest = match open {
            0 => String::new(),
            n => pick(
                language,
                format!("；另有 {n} 次运行没有结束，其末尾若有缺失看不出来"),
                format!(
                    "; {n} runs were not closed, and entries missing at their end would not show"
                ),
            ),
        };
        return pick(
            language,
            format!(
                "● 审计日志完好：{closed} 次运行，{entries} 条，与存档里的 {copies} 份链头一致{rest}"
            ),
            format!(
                "● the journal is intact: {closed} runs, {entries} entries, as {copies} copies in the archive say{rest}"
            ),
        );
    };
    let (entry, why) = (broken.entry, language.describe(&broken.why));
    match &broken.run {
        Some(run) => pick(
            language,
            format!(
                "■ 审计日志被动过：运行 {run} 第 {entry} 条起不对（{why}）。用备份比对这次运行"
            ),
            format!(
                "■ the journal was tampered with: run {run}, entry {entry}: {why}. Compare this run with a backup"
            ),
        ),
        None => pick(
            language,
            format!("■ 审计日志被动过：第 {entry} 次运行的链头不对（{why}）。用备份比对"),
            format!(
                "■ the journal was tampered with: the head of run number {entry}: {why}. Compare it with a backup"
            ),
        ),
    }
}
