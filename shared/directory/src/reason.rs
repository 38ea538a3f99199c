//! Why something is held, refused, waiting or different: a code with arguments instead of a sentence.
//!
//! Reasons are what stored records and replies contain. The crate `catalogue` turns them into sentences in the reader's
//! language. Arguments that reach logs contain no personal data: put counts, fields, sides and ids of departments
//! there, never names, numbers or values of people.

mod code;
mod wire;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::field::Field;
use crate::ids::{Kind, Side};

pub use code::ReasonCode;

/// The name of the argument that [`Reason::cause`] sets.
const CAUSE: &str = "cause";

/// The name of the only argument of [`ReasonCode::StoredText`].
const TEXT: &str = "text";

/// A code with named arguments.
///
/// ```
/// use directory::reason::{Reason, ReasonCode};
/// use directory::Field;
///
/// let reason = Reason::new(ReasonCode::GuardFieldChanged).field("field", Field::Title).number("records", 30);
/// assert_eq!(reason.to_string(), "guard-field-changed field=title records=30");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    code: Code,
    arguments: BTreeMap<String, ReasonArgument>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Code {
    Known(ReasonCode),
    /// Written by a newer version of this program; kept as it was read.
    Newer(String),
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonArgument {
    /// Text that needs no translation: an id, an error code of DingTalk, a link, or a key that the catalogue selects by.
    Text(String),
    /// A count or another whole number.
    Number(i64),
    /// A field, shown by its name.
    Field(Field),
    /// A side, shown by its name.
    Side(Side),
    /// A kind of record, shown by its name.
    Kind(Kind),
    /// A civil date in Asia/Shanghai.
    Date(Date),
    /// A cause, shown as a clause.
    Reason(Box<Reason>),
}

impl Reason {
    /// A reason without arguments.
    #[must_use]
    pub fn new(code: ReasonCode) -> Self {
        Self {
            code: Code::Known(code),
            arguments: BTreeMap::new(),
        }
    }

    /// A sentence that an earlier version stored. It is shown as it is.
    #[must_use]
    pub fn stored_text(text: impl Into<String>) -> Self {
        Self::new(ReasonCode::StoredText).text(TEXT, text)
    }

    /// One reason that states all of these, in this order; `None` without any.
    #[must_use]
    pub fn all(
        reasons: impl IntoIterator<Item = Self, IntoIter: DoubleEndedIterator>,
    ) -> Option<Self> {
        let join = |rest: Self, first: Self| {
            Self::new(ReasonCode::Several)
                .reason("first", first)
                .reason("second", rest)
        };
        reasons.into_iter().rev().reduce(join)
    }

    /// Adds an argument; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, name: &str, value: ReasonArgument) -> Self {
        self.arguments.insert(name.to_owned(), value);
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.with(name, ReasonArgument::Text(value.into()))
    }

    /// Adds a number. A number beyond `i64` is stored as `i64::MAX`.
    #[must_use]
    pub fn number(self, name: &str, value: impl TryInto<i64>) -> Self {
        self.with(
            name,
            ReasonArgument::Number(value.try_into().unwrap_or(i64::MAX)),
        )
    }

    /// Adds a field.
    #[must_use]
    pub fn field(self, name: &str, value: Field) -> Self {
        self.with(name, ReasonArgument::Field(value))
    }

    /// Adds a side.
    #[must_use]
    pub fn side(self, name: &str, value: Side) -> Self {
        self.with(name, ReasonArgument::Side(value))
    }

    /// Adds a kind of record.
    #[must_use]
    pub fn kind(self, name: &str, value: Kind) -> Self {
        self.with(name, ReasonArgument::Kind(value))
    }

    /// Adds a date.
    #[must_use]
    pub fn date(self, name: &str, value: Date) -> Self {
        self.with(name, ReasonArgument::Date(value))
    }

    /// Adds a reason under this name.
    #[must_use]
    pub fn reason(self, name: &str, value: Self) -> Self {
        self.with(name, ReasonArgument::Reason(Box::new(value)))
    }

    /// Adds what led to it, as the argument `cause`.
    #[must_use]
    pub fn cause(self, value: Self) -> Self {
        self.reason(CAUSE, value)
    }

    /// The code; `None` if a newer version of this program wrote it.
    #[must_use]
    pub fn code(&self) -> Option<ReasonCode> {
        match &self.code {
            Code::Known(code) => Some(*code),
            Code::Newer(_) => None,
        }
    }

    /// The code as it is stored, also if this version does not know it.
    #[must_use]
    pub fn code_text(&self) -> &str {
        match &self.code {
            Code::Known(code) => code.as_str(),
            Code::Newer(text) => text,
        }
    }

    /// The arguments, by name.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, &ReasonArgument)> {
        self.arguments
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// One argument.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&ReasonArgument> {
        self.arguments.get(name)
    }

    /// The reason inside: the argument `cause`, otherwise the first argument that is a reason.
    #[must_use]
    pub fn inner(&self) -> Option<&Self> {
        let of = |value: &'_ ReasonArgument| matches!(value, ReasonArgument::Reason(_));
        let named = self.arguments.get(CAUSE).filter(|value| of(value));
        match named.or_else(|| self.arguments.values().find(|value| of(value))) {
            Some(ReasonArgument::Reason(reason)) => Some(reason),
            _ => None,
        }
    }
}

/// The code and the arguments in short, for logs: `plan-expired hours=30 limit=24`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(self.code_text()))?;
        for (name, value) in self.arguments() {
            write!(f, " {}={value}", plain(name))?;
        }
        Ok(())
    }
}

impl fmt::Display for ReasonArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&plain(text)),
            Self::Number(number) => number.fmt(f),
            Self::Field(field) => f.write_str(field.key()),
            Self::Side(side) => f.write_str(side.key()),
            Self::Kind(kind) => f.write_str(kind.key()),
            Self::Date(date) => date.fmt(f),
            Self::Reason(reason) => write!(f, "({reason})"),
        }
    }
}

/// Text as it is if it is one plain word, quoted and escaped otherwise, so that it cannot pretend to be a log line.
fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

#[cfg(test)]
mod tests;
