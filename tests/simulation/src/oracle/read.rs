//! Remembers what an invocation read of a record.

use std::collections::BTreeMap;

use directory::{Field, FieldValue};

use super::{NumberedValue, format_value};

/// Number of reads that are kept: those of one look, or of two at once when both sides list a
/// record as new.
const LOOKS: usize = 4;

/// The last reads of a record by one invocation. It cannot be seen from outside which of them a
/// write was based on.
#[derive(Debug, Clone, Default)]
pub struct RecentReads {
    facts: Vec<BTreeMap<Field, NumberedValue>>,
    /// The record may be a canary. A canary is also read when nothing is decided about it, so it is
    /// unknown which read a write was based on.
    canary: bool,
}

impl RecentReads {
    /// Adds one read.
    pub fn note(&mut self, facts: BTreeMap<Field, NumberedValue>) {
        self.facts.insert(0, facts);
        self.facts.truncate(LOOKS);
    }

    /// Notes that it may have been a canary.
    pub fn mark_canary(&mut self) {
        self.canary = true;
    }

    /// Whether at least one read showed this value.
    #[must_use]
    pub fn any_showed(&self, field: Field, value: Option<&FieldValue>) -> bool {
        self.canary
            || self
                .facts
                .iter()
                .filter_map(|facts| facts.get(&field))
                .any(|fact| fact.as_ref() == value)
    }

    /// Whether every read showed this value, so that the engine certainly read it.
    #[must_use]
    pub fn always_showed(&self, field: Field, value: Option<&FieldValue>) -> bool {
        let shows = |facts: &BTreeMap<Field, NumberedValue>| {
            facts.get(&field).is_some_and(|fact| fact.as_ref() == value)
        };
        !self.canary && !self.facts.is_empty() && self.facts.iter().all(shows)
    }

    /// Describes a field for readers of a story.
    #[must_use]
    pub fn describe_field(&self, field: Field) -> String {
        let said = self.facts.first().and_then(|facts| facts.get(&field));
        said.map_or_else(|| "nothing about it".to_owned(), format_value)
    }
}
