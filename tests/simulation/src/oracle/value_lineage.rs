//! Which value was written over which, by somebody who saw it: what a shared field keeps may replace what it descends from,
//! and nothing else without a conflict.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, FieldValue, Side};

use super::{NumberedValue, RecordNumber};

/// Of each value that somebody wrote, the values that stood there before. Values are unique, so that they are their own names.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    before: BTreeMap<(RecordNumber, Field, String), BTreeSet<String>>,
    /// What stood in a field that somebody emptied: whoever fills it again has seen that.
    emptied: BTreeMap<(Side, RecordNumber, Field), String>,
}

impl Lineage {
    /// Somebody saw `before` and wrote `after`.
    pub(super) fn note(
        &mut self,
        side: Side,
        who: RecordNumber,
        field: Field,
        (before, after): (&NumberedValue, &NumberedValue),
    ) {
        let emptied = self
            .emptied
            .get(&(side, who, field))
            .cloned()
            .filter(|_| before.is_none());
        match (comparable_text(before).or(emptied), comparable_text(after)) {
            (Some(before), Some(after)) => {
                _ = self
                    .before
                    .entry((who, field, after))
                    .or_default()
                    .insert(before)
            }
            (Some(before), None) if after.is_none() => {
                _ = self.emptied.insert((side, who, field), before)
            }
            _ => {}
        }
    }

    /// Whether whoever wrote `value` had seen `older`, or what came of it. What is no text cannot be told apart and counts.
    pub(super) fn descends_from(
        &self,
        who: RecordNumber,
        field: Field,
        value: &NumberedValue,
        older: &NumberedValue,
    ) -> bool {
        let (Some(value), Some(older)) = (comparable_text(value), comparable_text(older)) else {
            return true;
        };
        let (mut seen, mut next) = (BTreeSet::new(), vec![value]);
        while let Some(at) = next.pop() {
            if at == older {
                return true;
            }
            if seen.insert(at.clone()) {
                next.extend(
                    self.before
                        .get(&(who, field, at))
                        .into_iter()
                        .flatten()
                        .cloned(),
                );
            }
        }
        false
    }
}

/// As far as sides that write in capitals let it be known.
pub(super) fn comparable_text(fact: &NumberedValue) -> Option<String> {
    match fact {
        Some(FieldValue::Text(text)) => Some(text.expose().to_uppercase()),
        _ => None,
    }
}
