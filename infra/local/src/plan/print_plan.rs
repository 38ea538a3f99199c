//! A plan in words: what it would do, what it costs, and what came of it.

use std::collections::BTreeMap;

use desk::{NotApplied, PlanHead, PlanState};
use directory::Kind;
use directory::plan::ActionCounts;
use directory::reason::Reason;

use crate::language::{Language, text};

/// Refused and failed items that are printed one by one.
const ITEMS_PRINTED: usize = 20;

fn state_id(state: PlanState) -> &'static str {
    match state {
        PlanState::Open => "plan-state-open",
        PlanState::Approved => "plan-state-approved",
        PlanState::Applying => "plan-state-applying",
        PlanState::Applied => "plan-state-applied",
        PlanState::Superseded => "plan-state-superseded",
        PlanState::Failed => "plan-state-failed",
    }
}

/// A plan in one line.
pub(super) fn describe_head(head: &PlanHead, language: Language) -> String {
    let policy = head.policy.to_string();
    let hash = head.hash.to_string();
    text!(
        language,
        "plan-head",
        id = head.id.as_str(),
        state = &text!(language, state_id(head.state)),
        created = head.counts.created,
        updated = head.counts.updated,
        removed = head.counts.removed,
        held = head.held,
        policy = &policy,
        hash = &hash
    )
}

pub(super) fn made(head: &PlanHead, language: Language) -> String {
    if head.state == PlanState::Failed {
        let notes: Vec<String> = head
            .notes
            .iter()
            .map(|note| language.describe(note))
            .collect();
        let reasons = language.join(&notes);
        return text!(language, "plan-not-made", reasons = &reasons);
    }
    let line = describe_head(head, language);
    let mut lines = vec![text!(language, "plan-made", head = &line)];
    lines.extend([Kind::Department, Kind::Person].map(|kind| count_line(head, kind, language)));
    let mut held: BTreeMap<&Reason, usize> = BTreeMap::new();
    head.held_first
        .iter()
        .for_each(|one| *held.entry(&one.reason).or_default() += 1);
    lines.extend(
        held.into_iter()
            .map(|(reason, n)| held_line(reason, n, language)),
    );
    lines.extend(
        head.notes
            .iter()
            .map(|note| format!("  ▲ {}", language.describe(note))),
    );
    lines.extend(cost_lines(head, language));
    lines.join("\n")
}

fn count_line(head: &PlanHead, kind: Kind, language: Language) -> String {
    let ActionCounts {
        created,
        updated,
        removed,
        ..
    } = head.by_kind.get(&kind).copied().unwrap_or_default();
    let kind = language.catalogue().kind_name(kind);
    let line = text!(
        language,
        "plan-of-kind",
        kind = &kind,
        created = created,
        updated = updated,
        removed = removed
    );
    format!("  {line}")
}

fn cost_lines(head: &PlanHead, language: Language) -> [String; 2] {
    let calls: Vec<String> = head
        .forecast
        .calls
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    let each = if calls.is_empty() {
        String::new()
    } else {
        let calls = calls.join(&text!(language, "plan-calls-separator"));
        text!(language, "plan-calls", calls = &calls)
    };
    let cost = text!(
        language,
        "plan-cost",
        calls = head.forecast.total(),
        each = &each,
        metered = head.forecast.metered,
        seconds = head.forecast.seconds
    );
    let next = text!(language, "plan-next", id = head.id.as_str());
    [format!("  {cost}"), format!("  {next}")]
}

pub(super) fn held_line(reason: &Reason, n: usize, language: Language) -> String {
    let reason = language.describe(reason);
    let line = text!(language, "plan-held", count = n, reason = &reason);
    format!("  {line}")
}

pub(super) fn approved(head: &PlanHead, language: Language) -> String {
    let by = head
        .approved
        .as_ref()
        .map(|approval| approval.by.as_str())
        .unwrap_or_default();
    let line = describe_head(head, language);
    let approved = text!(language, "plan-approved-by", by = by, head = &line);
    let next = text!(language, "plan-apply-next", id = head.id.as_str());
    format!("{approved}\n  {next}")
}

pub(super) fn applied(head: &PlanHead, language: Language) -> String {
    let Some(applied) = &head.applied else {
        return describe_head(head, language);
    };
    let outcomes = applied.place.outcomes;
    let first = match &applied.stopped {
        Some(why) => text!(
            language,
            "plan-stopped",
            done = applied.place.next,
            items = head.items,
            reason = &language.describe(why)
        ),
        None => text!(language, "plan-applied"),
    };
    let counts = text!(
        language,
        "plan-outcomes",
        applied = outcomes.applied,
        already = outcomes.already,
        refused = outcomes.refused,
        failed = outcomes.failed
    );
    let mut lines = vec![format!("{first}  {counts}")];
    let not_applied = &applied.place.not_applied;
    lines.extend(
        not_applied
            .iter()
            .take(ITEMS_PRINTED)
            .map(|one| not_applied_line(one, language)),
    );
    let more = not_applied.len().saturating_sub(ITEMS_PRINTED);
    if more > 0 {
        let line = text!(language, "plan-not-applied-more", count = more);
        lines.push(format!("  {line}"));
    }
    lines.join("\n")
}

fn not_applied_line(one: &NotApplied, language: Language) -> String {
    let why = match &one.failed {
        Some(why) => language.describe(why),
        None => {
            let moved: Vec<String> = one
                .moved
                .iter()
                .map(|moved| language.describe(&Reason::from(moved)))
                .collect();
            language.join(&moved)
        }
    };
    let kind = language.catalogue().kind_name(one.kind);
    let line = text!(
        language,
        "plan-not-applied",
        number = one.index + 1,
        kind = &kind,
        reason = &why
    );
    format!("  {line}")
}
