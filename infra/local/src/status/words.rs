//! A status as a person reads it, line by line.

use desk::{
    BudgetStatus, FieldSpending, PlanNeed, Spending, StatusView, SweepOutcome, SweepView,
    WaitingPlan, WaitingRecords,
};
use directory::Timestamp;

use crate::language::{Language, text};
use crate::records::words::{shanghai_time, short};

/// Every line.
pub(super) fn describe_status(status: &StatusView, language: Language) -> Vec<String> {
    let mut lines = describe_writing(status, language);
    lines.extend(describe_sweep(status, language));
    lines.extend(describe_budget(&status.binding.budget, language));
    let waiting = describe_waiting(status, language);
    if waiting.is_empty() && !status.waits_for_person() {
        lines.push(text!(language, "status-nothing"));
    }
    lines.extend(waiting);
    lines
}

/// The pause, shadow mode and the policy.
fn describe_writing(status: &StatusView, language: Language) -> Vec<String> {
    let binding = &status.binding;
    let (set, applied) = (binding.policy, binding.policy_applied);
    let mut lines = Vec::new();
    if let Some(pause) = &binding.paused {
        let since = shanghai_time(pause.since);
        lines.push(text!(
            language,
            "status-paused",
            by = &pause.by,
            since = &since
        ));
    }
    if binding.shadow {
        lines.push(text!(language, "status-shadow"));
    }
    if lines.is_empty() && !status.is_policy_pending() {
        lines.push(text!(language, "status-writing"));
    }
    lines.push(if status.is_policy_pending() {
        text!(
            language,
            "status-policy-pending",
            set = set,
            applied = applied
        )
    } else {
        text!(language, "status-policy", version = set)
    });
    lines
}

/// The last sweep, and why something in it went differently.
fn describe_sweep(status: &StatusView, language: Language) -> Vec<String> {
    let Some(sweep) = &status.sweep else {
        return vec![unknown_sweep(status.binding.swept_at, language)];
    };
    let (mark, outcome) = outcome(sweep.outcome);
    let mut lines = vec![text!(
        language,
        "status-sweep",
        mark = mark,
        began = &shanghai_time(sweep.began),
        ended = &shanghai_time(sweep.ended),
        outcome = &text!(language, outcome)
    )];
    lines.extend(describe_troubles(sweep, language));
    lines
}

fn describe_troubles(sweep: &SweepView, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    if sweep.troubles > 0 {
        lines.push(text!(language, "status-troubles", count = sweep.troubles));
    }
    let notes = sweep.notes.iter();
    lines.extend(notes.map(|note| format!("    {}", language.describe(note))));
    if sweep.access_waits {
        lines.push(text!(language, "status-access"));
    }
    lines
}

fn unknown_sweep(swept_at: Option<Timestamp>, language: Language) -> String {
    match swept_at {
        Some(began) => text!(
            language,
            "status-sweep-unknown",
            began = &shanghai_time(began)
        ),
        None => text!(language, "status-sweep-never"),
    }
}

/// The mark and the text of how a sweep ended.
fn outcome(outcome: SweepOutcome) -> (&'static str, &'static str) {
    match outcome {
        SweepOutcome::Complete => ("●", "status-sweep-complete"),
        SweepOutcome::Waits => ("▲", "status-sweep-waits"),
        SweepOutcome::Closed => ("▲", "status-sweep-closed"),
        SweepOutcome::Partial => ("▲", "status-sweep-partial"),
        SweepOutcome::Continues => ("…", "status-sweep-continues"),
    }
}

/// What of today's budget is spent, a line per kind.
fn describe_budget(budget: &BudgetStatus, language: Language) -> Vec<String> {
    let mut lines = vec![text!(language, "status-budget")];
    for (id, spending) in [
        ("status-removals", budget.removals),
        ("status-deletions", budget.deletions),
        ("status-departments", budget.departments),
    ] {
        lines.push(describe_spending(&text!(language, id), spending, language));
    }
    for spent in &budget.fields {
        lines.extend(describe_field(spent, language));
    }
    if budget.refused > 0 {
        lines.push(text!(language, "status-refused", count = budget.refused));
    }
    if budget.closed {
        lines.push(text!(language, "status-budget-closed"));
    }
    lines
}

fn describe_field(spent: &FieldSpending, language: Language) -> [String; 2] {
    let field = language.catalogue().field_name(spent.field);
    let changed = text!(language, "status-field-changed", field = &field);
    let emptied = text!(language, "status-field-emptied", field = &field);
    [
        describe_spending(&changed, spent.changed, language),
        describe_spending(&emptied, spent.emptied, language),
    ]
}

fn describe_spending(what: &str, spending: Spending, language: Language) -> String {
    let spent = spending.spent;
    match spending.limit {
        Some(limit) => text!(
            language,
            "status-spent",
            what = what,
            spent = spent,
            limit = limit
        ),
        None => text!(language, "status-spent-unknown", what = what, spent = spent),
    }
}

/// What waits for a person, each with the command that decides it.
fn describe_waiting(status: &StatusView, language: Language) -> Vec<String> {
    let binding = &status.binding;
    let mut lines = Vec::new();
    if binding.holds > 0 {
        let (count, records) = (binding.holds, binding.held_records);
        lines.push(text!(
            language,
            "status-holds",
            count = count,
            records = records
        ));
        lines.extend(indented(&status.holds, |id| {
            text!(language, "hold-open", id = short(id))
        }));
    }
    if binding.released > 0 {
        lines.push(text!(language, "status-released", count = binding.released));
    }
    if !status.conflicts.is_none() {
        let count = describe_count(&status.conflicts, language);
        lines.push(text!(language, "status-conflicts", count = &count));
        lines.extend(indented(&status.conflicts, |id| {
            conflict_line(id, language)
        }));
    }
    if !status.quarantine.is_none() {
        let count = describe_count(&status.quarantine, language);
        lines.push(text!(language, "status-quarantine", count = &count));
        lines.extend(indented(&status.quarantine, |id| {
            text!(language, "status-retry", id = short(id))
        }));
    }
    lines.extend(status.plans.iter().map(|plan| plan_line(plan, language)));
    lines
}

fn indented(waiting: &WaitingRecords, line: impl Fn(&str) -> String) -> Vec<String> {
    let ids = waiting.ids.iter();
    ids.map(|id| format!("    {}", line(id))).collect()
}

/// The count, or that there may be more.
fn describe_count(waiting: &WaitingRecords, language: Language) -> String {
    if waiting.more {
        text!(language, "status-count-more", count = waiting.count)
    } else {
        waiting.count.to_string()
    }
}

/// A conflict's id is its record's and its field.
fn conflict_line(id: &str, language: Language) -> String {
    let (record, field) = id.split_once('-').unwrap_or((id, ""));
    text!(language, "conflict-open", id = short(record), field = field)
}

fn plan_line(plan: &WaitingPlan, language: Language) -> String {
    let (id, items) = (plan.id.as_str(), plan.items);
    match plan.needs {
        PlanNeed::Approval => text!(language, "status-plan-approve", id = id, items = items),
        PlanNeed::Applying => text!(language, "status-plan-apply", id = id, items = items),
    }
}
