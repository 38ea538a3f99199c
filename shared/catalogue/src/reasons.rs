//! Reasons as sentences.

use std::fmt;

use directory::reason::{Reason, ReasonArgument, ReasonCode};

use crate::texts::TextArgument;
use crate::{Catalogue, Language};

/// What a reason says, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What happened, as [`Catalogue::sentence`] says it.
    pub sentence: String,
    /// What a person can do about it, as [`Catalogue::remedy`] says it.
    pub remedy: Option<String>,
    /// The code, to be shown small; `None` for a sentence that an earlier version stored.
    pub code: Option<String>,
}

/// `sentence → remedy [code]` in one line.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        if let Some(remedy) = &self.remedy {
            write!(f, " → {remedy}")?;
        }
        match &self.code {
            Some(code) => write!(f, " [{code}]"),
            None => Ok(()),
        }
    }
}

impl Catalogue {
    /// A reason as a sentence, without a full stop.
    ///
    /// What an earlier version stored as text is shown as it is. A code of a newer version is shown as `code X` with
    /// its arguments.
    #[must_use]
    pub fn sentence(self, reason: &Reason) -> String {
        let clause = self.clause(reason);
        let is_ours = reason
            .code()
            .is_some_and(|code| code != ReasonCode::StoredText);
        if is_ours && self.language() == Language::English {
            with_capital(clause)
        } else {
            clause
        }
    }

    /// A reason for the middle of a sentence: in English it begins in lower case.
    #[must_use]
    pub fn clause(self, reason: &Reason) -> String {
        match reason.code() {
            Some(code) => {
                let text = self.of_code(code, None, reason);
                debug_assert!(
                    text.is_some(),
                    "the catalogue has no text for the code `{code}`"
                );
                text.unwrap_or_else(|| self.unknown(reason))
            }
            None => self.unknown(reason),
        }
    }

    /// What a person can do about it: the remedy of the code, or that of the cause inside.
    #[must_use]
    pub fn remedy(self, reason: &Reason) -> Option<String> {
        let own = reason
            .code()
            .and_then(|code| self.of_code(code, Some("remedy"), reason));
        own.or_else(|| reason.inner().and_then(|inner| self.remedy(inner)))
    }

    /// Sentence, remedy and code together.
    #[must_use]
    pub fn message(self, reason: &Reason) -> Message {
        let stored = reason.code() == Some(ReasonCode::StoredText);
        Message {
            sentence: self.sentence(reason),
            remedy: self.remedy(reason),
            code: (!stored).then(|| crate::texts::without_control(reason.code_text())),
        }
    }

    fn of_code(self, code: ReasonCode, attribute: Option<&str>, reason: &Reason) -> Option<String> {
        let action = self.action_of(code, reason);
        let arguments: Vec<_> = reason
            .arguments()
            .map(|(name, value)| match &action {
                Some(action) if name == "action" => (name, TextArgument::Text(action)),
                _ => (name, argument(value)),
            })
            .collect();
        self.bundle()
            .format(code.as_str(), attribute, &self.text_arguments(&arguments))
    }

    /// The action that an order was refused for, in words; its argument is a key.
    fn action_of(self, code: ReasonCode, reason: &Reason) -> Option<String> {
        if !matches!(
            code,
            ReasonCode::OrderNotAllowed | ReasonCode::OrderStepUpNeeded
        ) {
            return None;
        }
        reason.arguments().find_map(|(name, value)| match value {
            ReasonArgument::Text(key) if name == "action" => Some(self.action_name(key)),
            _ => None,
        })
    }

    /// `code X (name: value, …)`.
    fn unknown(self, reason: &Reason) -> String {
        let code = TextArgument::Text(reason.code_text());
        let shown = |(name, value): (&str, &ReasonArgument)| match value {
            ReasonArgument::Field(field) => format!("{name}: {}", self.field_name(*field)),
            ReasonArgument::Side(side) => format!("{name}: {}", self.side_name(*side)),
            ReasonArgument::Kind(kind) => format!("{name}: {}", self.kind_name(*kind)),
            ReasonArgument::Text(text) => format!("{name}: {text}"),
            ReasonArgument::Number(number) => format!("{name}: {number}"),
            ReasonArgument::Date(date) => format!("{name}: {date}"),
            ReasonArgument::Reason(inner) => format!("{name}: {}", self.clause(inner)),
        };
        let arguments: Vec<String> = reason.arguments().map(shown).collect();
        if arguments.is_empty() {
            return self.text("unknown-code", &[("code", code)]);
        }
        let arguments = arguments.join(", ");
        self.text(
            "unknown-code-arguments",
            &[
                ("code", code),
                ("arguments", TextArgument::Text(&arguments)),
            ],
        )
    }
}

fn argument(value: &ReasonArgument) -> TextArgument<'_> {
    match value {
        ReasonArgument::Text(text) => TextArgument::Text(text),
        ReasonArgument::Number(number) => TextArgument::Number(*number),
        ReasonArgument::Field(field) => TextArgument::Field(*field),
        ReasonArgument::Side(side) => TextArgument::Side(*side),
        ReasonArgument::Kind(kind) => TextArgument::Kind(*kind),
        ReasonArgument::Date(date) => TextArgument::Date(*date),
        ReasonArgument::Reason(reason) => TextArgument::Reason(reason),
    }
}

fn with_capital(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => std::iter::once(first.to_ascii_uppercase())
            .chain(letters)
            .collect(),
        _ => text,
    }
}
