//! Records which value replaced which, with the knowledge of the author. In a shared field a value
//! may replace the values it descends from; any other replacement needs a conflict.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, FieldValue, Side};

use super::{NumberedValue, RecordNumber};

/// For each value that people wrote, the values that stood there before. Values are unique, so the
/// text itself is the key.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    before: BTreeMap<(RecordNumber, Field, String), BTreeSet<String>>,
    /// The value of a field that a person emptied. The person who fills it again has seen that
    /// value.
    emptied: BTreeMap<(Side, RecordNumber, Field), String>,
}

impl Lineage {
    /// Notes that a person saw `before` and wrote `after`.
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
                    .insert(before);
            }
            (Some(before), None) if after.is_none() => {
                _ = self.emptied.insert((side, who, field), before);
            }
            _ => {}
        }
    }

    /// Whether the author of `value` had seen `older`, or a value that came from it. A value that
    /// is no text cannot be told apart, and counts as seen.
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

/// Returns the text for comparison, in capitals where sides store capitals.
pub(super) fn comparable_text(fact: &NumberedValue) -> Option<String> {
    match fact {
        Some(FieldValue::Text(text)) => Some(text.expose().to_uppercase()),
        _ => None,
    }
}
