//! What an invocation read of a record.

use std::collections::BTreeMap;

use directory::{Field, FieldValue};

use super::{NumberedValue, format_value};

/// Reads that one look, or two at once (from either side, when both list a record as new), come to.
const LOOKS: usize = 4;

/// The last reads of a record by one invocation. Which of them a write was decided by is not seen from outside.
#[derive(Debug, Clone, Default)]
pub struct RecentReads {
    facts: Vec<BTreeMap<Field, NumberedValue>>,
    /// It is also read when nothing is decided about it: which read a write was decided by cannot be told.
    canary: bool,
}

impl RecentReads {
    /// It was read once more.
    pub fn note(&mut self, facts: BTreeMap<Field, NumberedValue>) {
        self.facts.insert(0, facts);
        self.facts.truncate(LOOKS);
    }

    /// It may have been a canary.
    pub fn mark_canary(&mut self) {
        self.canary = true;
    }

    /// Whether one of them showed this value.
    #[must_use]
    pub fn any_showed(&self, field: Field, value: Option<&FieldValue>) -> bool {
        self.canary
            || self
                .facts
                .iter()
                .filter_map(|facts| facts.get(&field))
                .any(|fact| fact.as_ref() == value)
    }

    /// Whether all of them showed this value: it was certainly read.
    #[must_use]
    pub fn always_showed(&self, field: Field, value: Option<&FieldValue>) -> bool {
        let shows = |facts: &BTreeMap<Field, NumberedValue>| {
            facts.get(&field).is_some_and(|fact| fact.as_ref() == value)
        };
        !self.canary && !self.facts.is_empty() && self.facts.iter().all(shows)
    }

    /// For people who read a story.
    #[must_use]
    pub fn describe_field(&self, field: Field) -> String {
        let said = self.facts.first().and_then(|facts| facts.get(&field));
        said.map_or_else(|| "nothing about it".to_owned(), format_value)
    }
}
