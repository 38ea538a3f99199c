//! Why a command was not done, and what a person is shown then.

use std::io::Write as _;

use catalogue::Catalogue;
use desk::{LedgerOrderError, OrderError};
use directory::{Reason, ReasonCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Language;
use crate::{ehr, records};

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CommandError {
    /// There is no state.
    #[error("there is no state in {data}: run `bangding up` first, or give its --data")]
    NoState {
        /// Which directory.
        data: String,
    },
    /// Another process holds the directory and does not answer.
    #[error(
        "another bangding holds {data} and does not answer: it may be starting; try again, or stop it"
    )]
    Held {
        /// Which directory.
        data: String,
    },
    /// The command does not say enough: who orders, or for which binding.
    #[error("{}", english(.0))]
    Incomplete(Reason),
    /// Work that was queued failed.
    #[error("it failed: {why}")]
    Failed {
        /// In English.
        why: String,
        /// As the plan's head has it.
        reason: Reason,
    },
    /// The desk did not do it.
    #[error("{}", english_order(.0))]
    #[serde(untagged)]
    Order(OrderError),
}

impl From<OrderError> for CommandError {
    fn from(err: OrderError) -> Self {
        Self::Order(err)
    }
}

impl CommandError {
    /// Queued work failed for this reason.
    pub(crate) fn failed(reason: Reason) -> Self {
        Self::Failed {
            why: english(&reason),
            reason,
        }
    }

    /// The state cannot be used now.
    pub(crate) fn unusable(err: &dyn std::error::Error) -> Self {
        Self::Order(OrderError::unusable(err))
    }

    /// The same in words.
    pub(crate) fn unusable_because(why: impl Into<String>) -> Self {
        Self::Order(OrderError::Unusable { why: why.into() })
    }

    /// The process that was asked is of another version.
    pub(crate) fn unexpected_reply() -> Self {
        Self::unusable_because(
            "the running bangding is of another version; stop it and start it again",
        )
    }

    /// The error for programs: `{"error": {"code", "why"}}`.
    pub(crate) fn to_json(&self) -> Value {
        json!({"error": {"code": self, "why": self.to_string()}})
    }
}

fn message(reason: &Reason, language: Language) -> String {
    let language = match language {
        Language::Zh => catalogue::Language::ChineseSimplified,
        Language::En => catalogue::Language::English,
    };
    Catalogue::new(language).message(reason).to_string()
}

fn english(reason: &Reason) -> String {
    message(reason, Language::En)
}

fn english_order(err: &OrderError) -> String {
    match err {
        OrderError::NotAllowed(reason) => english(reason),
        err => err.to_string(),
    }
}

/// Prints why a command was not done: on stderr; with `--json` on stdout.
pub(crate) fn print_command_error(err: &CommandError, json: bool, language: Language) {
    // A closed pipe changes nothing any more.
    _ = if json {
        writeln!(std::io::stdout(), "{}", err.to_json())
    } else {
        writeln!(std::io::stderr(), "■ {}", describe_error(err, language))
    };
}

/// An error in the reader's language.
pub(crate) fn describe_error(err: &CommandError, language: Language) -> String {
    if language == Language::En {
        return err.to_string();
    }
    match err {
        CommandError::NoState { data } => {
            format!("{data} 里没有数据：先运行 bangding up，或用 --data 指定目录")
        }
        CommandError::Held { data } => {
            format!("另一个 bangding 占用着 {data} 且没有应答：可能正在启动，稍后再试或先停掉它")
        }
        CommandError::Incomplete(reason) => message(reason, language),
        CommandError::Failed { reason, .. } => format!("没有成功：{}", message(reason, language)),
        CommandError::Order(err) => describe_order_error(err),
    }
}

fn describe_order_error(err: &OrderError) -> String {
    match err {
        OrderError::NotAllowed(reason) => message(reason, Language::Zh),
        OrderError::Unbound => "还没有绑定企业：先运行 bangding up".to_owned(),
        OrderError::NoPlan => "没有这份计划：bangding plan list 看有哪些".to_owned(),
        OrderError::NotNow { why, code } => {
            not_now(code).map_or_else(|| why.clone(), |zh| format!("{zh}（{why}）"))
        }
        OrderError::Stale => "刚刚有人动过这份计划：再看一眼".to_owned(),
        OrderError::PolicyRefused { .. } => "策略没有通过检查，当前策略不变".to_owned(),
        OrderError::NoVersion(version) => format!("没有策略版本 {version}"),
        OrderError::NoCursor => message(&Reason::new(ReasonCode::OrderCursorInvalid), Language::Zh),
        OrderError::Record(stopped) => records::words::describe_error(stopped),
        OrderError::Unusable { why } => format!("现在不行：{why}"),
        OrderError::Ledger(err) => describe_ledger_error(err),
    }
}

fn describe_ledger_error(err: &LedgerOrderError) -> String {
    match err {
        LedgerOrderError::Refused(refusal) => ehr::words::describe_refusal(refusal),
        LedgerOrderError::Unknown { kind, who } => {
            format!(
                "内置员工台账里没有这个{}：{who}",
                ehr::words::kind_zh(*kind)
            )
        }
        LedgerOrderError::Ambiguous { kind, who, count } => {
            format!(
                "叫“{who}”的{}有 {count} 个：请用工号、路径或编号指明",
                ehr::words::kind_zh(*kind)
            )
        }
    }
}

fn not_now(code: &str) -> Option<&'static str> {
    Some(match code {
        "unapproved" => "还没有人批准这份计划：先看明细，再 approve",
        "not_what_was_approved" => "计划内容与批准时不同：重新做一份",
        "other_policy" => "策略已经变了：重新做一份计划",
        "expired" => "计划太旧：重新做一份，或用 --max-age 放宽",
        "superseded" => "已有更新的计划：看那一份",
        "done" => "这份计划已经开始执行或执行完了",
        "failed" => "这份计划没有做成：重新做一份",
        "closed" => "现在不能写入",
        _ => return None,
    })
}
