//! Which value was written over which, by somebody who saw it: what a shared field keeps may replace what it descends from,
//! and nothing else without a conflict (`reliability.md` §2.2, P3).

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, Value};

use super::{Fact, Who};

/// Of each value that somebody wrote, the values that stood there before. Values are unique, so that they are their own names.
#[derive(Debug, Default)]
pub(super) struct Lineage(BTreeMap<(Who, Field, String), BTreeSet<String>>);

impl Lineage {
    /// Somebody saw `before` and wrote `after`.
    pub(super) fn note(&mut self, who: Who, field: Field, before: &Fact, after: &Fact) {
        if let (Some(before), Some(after)) = (text(before), text(after)) {
            self.0.entry((who, field, after)).or_default().insert(before);
        }
    }

    /// Whether whoever wrote `value` had seen `older`, or what came of it. What is no text cannot be told apart and counts.
    pub(super) fn descends(&self, who: Who, field: Field, value: &Fact, older: &Fact) -> bool {
        let (Some(value), Some(older)) = (text(value), text(older)) else { return true };
        let (mut seen, mut next) = (BTreeSet::new(), vec![value]);
        while let Some(at) = next.pop() {
            if at == older {
                return true;
            }
            if seen.insert(at.clone()) {
                next.extend(self.0.get(&(who, field, at)).into_iter().flatten().cloned());
            }
        }
        false
    }
}

/// As far as sides that write in capitals let it be known.
fn text(fact: &Fact) -> Option<String> {
    match fact {
        Some(Value::Text(text)) => Some(text.expose().to_uppercase()),
        _ => None,
    }
}
