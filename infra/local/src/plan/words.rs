//! What a person or a program is told.

use std::io::Write as _;

use desk::{PlanBody, PlanHead, PlanState, PolicyView};
use directory::RunId;
use serde_json::{Value, json};

use super::args::ContextArgs;
use super::plan_table;
use super::print_plan::{applied, approved, describe_head, held_line, made};
use crate::command_error::{CommandError, print_command_error};
use crate::language::{Language, text};

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
        PlanOutcome::Heads(heads) if heads.is_empty() => text!(language, "plan-none"),
        PlanOutcome::Heads(heads) => heads
            .iter()
            .map(|head| describe_head(head, language) + "\n")
            .collect(),
        PlanOutcome::Approved(head) => approved(head, language),
        PlanOutcome::Paused { stopped, silent } => paused(stopped.len(), silent.len(), language),
        PlanOutcome::Resumed { goes_on } => {
            text!(language, "writing-resumed", plans = goes_on.len())
        }
        PlanOutcome::Shadow(true) => text!(language, "writing-shadow-on"),
        PlanOutcome::Shadow(false) => text!(language, "writing-shadow-off"),
        PlanOutcome::Policy(policy) => describe_policy(policy, language),
    }
}

fn describe_body(head: &PlanHead, body: &PlanBody, language: Language) -> String {
    let held: String = body
        .held
        .iter()
        .map(|held| held_line(&held.reason, 1, language) + "\n")
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
    let id = match (pending, same) {
        (true, _) => "policy-active-pending",
        (false, true) => "policy-active-same",
        (false, false) => "policy-active",
    };
    let what = text!(language, id, version = *version);
    format!("{what}\n{document}")
}

fn paused(stopped: usize, silent: usize, language: Language) -> String {
    let first = text!(language, "writing-paused", stopped = stopped);
    if silent == 0 {
        return first;
    }
    let rest = text!(language, "writing-plans-silent", silent = silent);
    format!("{first}\n{rest}")
}
