//! What an invocation read of a record.

use std::collections::BTreeMap;

use directory::{Field, Value};

use super::{Fact, shown};

/// Reads that one look, or two at once (from either side, when both list a record as new), come to.
const LOOKS: usize = 4;

/// The last reads of a record by one invocation. Which of them a write was decided by is not seen from outside.
#[derive(Debug, Clone, Default)]
pub struct Read {
    facts: Vec<BTreeMap<Field, Fact>>,
    /// It is also read when nothing is decided about it: which read a write was decided by cannot be told.
    canary: bool,
}

impl Read {
    /// It was read once more.
    pub fn note(&mut self, facts: BTreeMap<Field, Fact>) {
        self.facts.insert(0, facts);
        self.facts.truncate(LOOKS);
    }

    /// It may have been a canary.
    pub fn was_canary(&mut self) {
        self.canary = true;
    }

    /// Whether one of them showed this value.
    #[must_use]
    pub fn showed(&self, field: Field, value: Option<&Value>) -> bool {
        self.canary || self.facts.iter().filter_map(|facts| facts.get(&field)).any(|fact| fact.as_ref() == value)
    }

    /// Whether all of them showed this value: it was certainly read.
    #[must_use]
    pub fn always_showed(&self, field: Field, value: Option<&Value>) -> bool {
        let shows = |facts: &BTreeMap<Field, Fact>| facts.get(&field).is_some_and(|fact| fact.as_ref() == value);
        !self.canary && !self.facts.is_empty() && self.facts.iter().all(shows)
    }

    /// For people who read a story.
    #[must_use]
    pub fn said(&self, field: Field) -> String {
        let said = self.facts.first().and_then(|facts| facts.get(&field));
        said.map_or_else(|| "nothing about it".to_owned(), shown)
    }
}
