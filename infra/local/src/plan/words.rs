//! What a person or a program is told.

use std::io::Write as _;

use desk::{PlanBody, PlanHead, PlanState, PolicyView};
use directory::RunId;
use serde_json::{Value, json};

use super::args::ContextArgs;
use super::plan_table;
use super::print_plan::{applied, approved, describe_head, held_line, made};
use crate::command_error::{CommandError, print_command_error};
use crate::language::Language;

/// How a command ended.
pub(super) enum PlanOutcome {
    /// Plans, newest first.
    Heads(Vec<PlanHead>),
    /// A plan was approved.
    Approved(Box<PlanHead>),
    /// A plan was made.
    Made(Box<PlanHead>),
    /// A plan, record by record.
    Shown(Box<PlanHead>, Box<PlanBody>),
    /// A plan was applied, or stopped.
    Applied(Box<PlanHead>),
    /// All writes are stopped.
    Paused {
        /// Plans that were being applied and stopped where they stood.
        stopped: Vec<RunId>,
        /// Plans that did not say that they stopped: what applied them is gone, or still busy with its last write.
        silent: Vec<RunId>,
    },
    /// Writing goes on.
    Resumed {
        /// Plans that go on from where they stood.
        goes_on: Vec<RunId>,
    },
    /// Shadow mode is on or off.
    Shadow(bool),
    /// A policy is active.
    Policy(PolicyView),
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
            Self::Heads(_)
            | Self::Approved(_)
            | Self::Shown(..)
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Shadow(_)
            | Self::Policy(_) => false,
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
            Self::Paused { silent, .. } => !silent.is_empty(),
            Self::Policy(policy) => policy.pending,
            Self::Heads(_)
            | Self::Approved(_)
            | Self::Shown(..)
            | Self::Resumed { .. }
            | Self::Shadow(_) => false,
        }
    }
}

/// Prints the outcome: replies on stdout, errors on stderr; with `--json` both on stdout.
pub(super) fn print_outcome(here: &ContextArgs, outcome: &Result<PlanOutcome, CommandError>) {
    let told = match outcome {
        Ok(told) if here.json => as_json(told).to_string(),
        Ok(told) => describe_outcome(told, here.lang).trim_end().to_owned(),
        Err(err) => return print_command_error(err, here.json, here.lang),
    };
    // A closed pipe changes nothing any more.
    _ = writeln!(std::io::stdout(), "{told}");
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
        Language::ZhCn | Language::ZhTw => zh.into(),
        Language::En => en.into(),
    }
}

fn as_json(outcome: &PlanOutcome) -> Value {
    match outcome {
        PlanOutcome::Heads(heads) => json!({ "heads": heads }),
        PlanOutcome::Approved(head) => json!({ "head": head }),
        PlanOutcome::Made(head) | PlanOutcome::Applied(head) => json!({ "plan": head }),
        PlanOutcome::Shown(head, body) => {
            json!({"plan": head, "items": body.items, "held": body.held, "labels": body.labels})
        }
        PlanOutcome::Paused { stopped, silent } => {
            json!({"paused": {"stopped": stopped, "silent": silent}})
        }
        PlanOutcome::Resumed { goes_on } => json!({"resumed": {"goes_on": goes_on}}),
        PlanOutcome::Shadow(on) => json!({ "shadow": on }),
        PlanOutcome::Policy(policy) => json!({ "policy": policy }),
    }
}

fn describe_outcome(outcome: &PlanOutcome, language: Language) -> String {
    match outcome {
        PlanOutcome::Made(head) => made(head, language),
        PlanOutcome::Shown(head, body) => describe_body(head, body, language),
        PlanOutcome::Applied(head) => applied(head, language),
        PlanOutcome::Heads(heads) if heads.is_empty() => pick(
            language,
            "还没有变更计划：bangding plan 做一份",
            "no plans yet: `bangding plan` makes one",
        ),
        PlanOutcome::Heads(heads) => heads
            .iter()
            .map(|head| describe_head(head, language) + "\n")
            .collect(),
        PlanOutcome::Approved(head) => approved(head, language),
        PlanOutcome::Paused { stopped, silent } => paused(stopped.len(), silent.len(), language),
        PlanOutcome::Resumed { goes_on } => {
            let n = goes_on.len();
            pick(
                language,
                format!("● 已恢复写入；接着执行的计划 {n} 份"),
                format!("● writing goes on; {n} plans go on from where they stood"),
            )
        }
        PlanOutcome::Shadow(true) => pick(
            language,
            "● 影子模式：每天做一份变更计划，什么都不写；上线用 bangding shadow off",
            "● shadow mode: a plan a day, nothing is written; `bangding shadow off` goes live",
        ),
        PlanOutcome::Shadow(false) => pick(
            language,
            "● 已上线：变更会写入",
            "● live: changes are written",
        ),
        PlanOutcome::Policy(policy) => describe_policy(policy, language),
    }
}

fn describe_body(head: &PlanHead, body: &PlanBody, language: Language) -> String {
    let held: String = body
        .held
        .iter()
        .map(|held| held_line(&held.reason, 1, language))
        .collect();
    let table = plan_table::build_table(body, language);
    format!("{}\n{table}\n{held}", describe_head(head, language))
}

fn describe_policy(policy: &PolicyView, language: Language) -> String {
    let PolicyView {
        version,
        pending,
        same,
        document,
    } = policy;
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
