//! Text: personal text, whose `Debug` hides it, so that no log or error can carry it by accident; and errors as a sentence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value about a person. `Debug` prints its length only; read it with [`PersonalText::expose`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonalText(String);

impl PersonalText {
    /// Wraps a value.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself, for the wire, the ledger and the person's own screen. Never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({} bytes)", self.0.len())
    }
}

impl From<&str> for PersonalText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// An error with its causes, as one sentence: `the page did not arrive: connection reset`.
#[must_use]
pub fn describe_error(err: &dyn std::error::Error) -> String {
    let mut sentence = err.to_string();
    let mut cause = err.source();
    while let Some(source) = cause {
        sentence = format!("{sentence}: {source}");
        cause = source.source();
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_the_value() {
        assert_eq!(
            format!("{:?}", PersonalText::from("张三")),
            "Personal(6 bytes)"
        );
    }
}
