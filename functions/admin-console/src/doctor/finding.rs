//! What a probe found, as codes with arguments.

use catalogue::TextArgument;
use directory::Field;
use serde::Serialize;
use utoipa::ToSchema;

use super::probes::Probe;
use crate::words::Words;

/// How a probe ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Something does not work.
    Stopped,
    /// Something will not work soon, or works worse than it could.
    Care,
    /// It could not be looked at.
    Unknown,
    /// Proven.
    Proven,
}

/// An argument of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingArgument {
    /// A number.
    Number(i64),
    /// Fields, by name.
    #[schema(value_type = Vec<String>)]
    Fields(Vec<Field>),
}

/// Why, as the id of a text. The remedy has the same id with `-remedy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingCause {
    /// The id.
    pub id: &'static str,
    /// Its arguments.
    pub arguments: Vec<(&'static str, FindingArgument)>,
}

impl FindingCause {
    pub(super) fn new(id: &'static str) -> Self {
        Self {
            id,
            arguments: Vec::new(),
        }
    }

    pub(super) fn number(mut self, name: &'static str, number: impl TryInto<i64>) -> Self {
        let number = number.try_into().unwrap_or(i64::MAX);
        self.arguments.push((name, FindingArgument::Number(number)));
        self
    }

    pub(super) fn fields(mut self, fields: &[Field]) -> Self {
        self.arguments
            .push(("fields", FindingArgument::Fields(fields.to_vec())));
        self
    }

    /// The sentence.
    #[must_use]
    pub fn sentence(&self, words: Words) -> String {
        self.text(words, self.id)
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self, words: Words) -> String {
        self.text(words, &format!("{}-remedy", self.id))
    }

    fn text(&self, words: Words, id: &str) -> String {
        let spelled: Vec<(&str, String)> = self
            .arguments
            .iter()
            .filter_map(|(name, argument)| match argument {
                FindingArgument::Fields(fields) => Some((*name, words.field_list(fields))),
                FindingArgument::Number(_) => None,
            })
            .collect();
        let mut arguments: Vec<(&str, TextArgument<'_>)> = spelled
            .iter()
            .map(|(name, text)| (*name, TextArgument::Text(text)))
            .collect();
        for (name, argument) in &self.arguments {
            if let FindingArgument::Number(number) = argument {
                arguments.push((*name, TextArgument::Number(*number)));
            }
        }
        words.with(id, &arguments)
    }
}

/// What one probe found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProbeFinding {
    /// Which.
    pub probe: Probe,
    /// How it ended.
    pub state: FindingState,
    /// Why, unless it is proven.
    pub cause: Option<FindingCause>,
}
