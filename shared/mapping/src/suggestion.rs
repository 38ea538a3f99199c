//! Suggestions: which native field is probably which canonical field, by label and synonym.

mod synonyms;

use std::collections::BTreeMap;

use directory::Field;
use unicode_normalization::UnicodeNormalization as _;

use crate::field_catalogue::{FieldCatalogue, FieldDescription, NativeType};
use crate::sensitive::sensitive_class;

use synonyms::SYNONYMS;

/// Below this nothing is suggested, in hundredths.
const CONFIDENCE_MIN: u8 = 50;

/// A guess, for a person to confirm. Nothing is mapped by it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSuggestion {
    /// The canonical field.
    pub field: Field,
    /// The native key.
    pub key: String,
    /// How sure, in hundredths: 95 for a known label whose type fits, less for an inner part or a near spelling.
    pub confidence: u8,
}

/// A label or key in the form in which they are compared: NFKC, lower case, no blanks, no punctuation.
#[must_use]
pub fn fold_label(text: &str) -> String {
    text.nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The best native key for each canonical field and the best field for each key, most certain first. Sensitive fields are
/// never suggested. Two keys that fit a field equally well are both left out: that would be a guess.
#[must_use]
pub fn suggest_fields(catalogue: &FieldCatalogue) -> Vec<FieldSuggestion> {
    let mut scored = Vec::new();
    for (key, description) in &catalogue.fields {
        let excluded = description.sensitive
            || sensitive_class(key).is_some()
            || sensitive_class(&description.label).is_some();
        if excluded {
            continue;
        }
        for (field, synonyms) in SYNONYMS {
            let confidence = score_field(field, synonyms, key, description);
            if confidence >= CONFIDENCE_MIN {
                scored.push(FieldSuggestion {
                    field,
                    key: key.clone(),
                    confidence,
                });
            }
        }
    }
    choose_best(scored)
}

fn choose_best(mut scored: Vec<FieldSuggestion>) -> Vec<FieldSuggestion> {
    scored.sort_by(|one, two| {
        two.confidence
            .cmp(&one.confidence)
            .then(one.key.cmp(&two.key))
    });
    let best = |key: &dyn Fn(&FieldSuggestion) -> String| {
        let mut best: BTreeMap<String, (u8, usize)> = BTreeMap::new();
        for one in &scored {
            let entry = best.entry(key(one)).or_insert((one.confidence, 0));
            if entry.0 == one.confidence {
                entry.1 += 1;
            }
        }
        best
    };
    let by_field = best(&|one| one.field.key().to_owned());
    let by_key = best(&|one| one.key.clone());
    let is_best = |best: &BTreeMap<String, (u8, usize)>, name: &str, one: &FieldSuggestion| {
        best.get(name) == Some(&(one.confidence, 1))
    };
    scored
        .iter()
        .filter(|one| is_best(&by_field, one.field.key(), one) && is_best(&by_key, &one.key, one))
        .cloned()
        .collect()
}

fn score_field(field: Field, synonyms: &[&str], key: &str, description: &FieldDescription) -> u8 {
    let texts = [fold_label(&description.label), fold_label(key)];
    let score = texts
        .iter()
        .map(|text| score_text(text, synonyms))
        .max()
        .unwrap_or_default();
    if type_fits(field, description.native_type) {
        score
    } else {
        score.saturating_sub(30)
    }
}

/// 95 for the same label, 90 for a further known one, 70 and less for a label that begins or ends with one, 60 for one
/// wrong letter in a longer word.
fn score_text(text: &str, synonyms: &[&str]) -> u8 {
    if text.is_empty() {
        return 0;
    }
    if synonyms.first() == Some(&text) {
        return 95;
    }
    if synonyms.contains(&text) {
        return 90;
    }
    let (length, mut best) = (text.chars().count(), 0);
    for synonym in synonyms {
        let known = synonym.chars().count();
        if text.ends_with(synonym) || text.starts_with(synonym) {
            let share = 100 * known / length.max(1);
            best = best.max(if share >= 50 { 70 } else { 50 });
        } else if known >= 6 && strsim::damerau_levenshtein(text, synonym) == 1 {
            best = best.max(60);
        }
    }
    best
}

fn type_fits(field: Field, native: NativeType) -> bool {
    match field {
        Field::HiredOn => matches!(native, NativeType::Date | NativeType::Text),
        Field::Departments | Field::MainDepartment | Field::Manager => {
            matches!(native, NativeType::Reference | NativeType::Text)
        }
        Field::Mobile | Field::Telephone => {
            matches!(
                native,
                NativeType::Phone | NativeType::Text | NativeType::Number
            )
        }
        _ => !matches!(
            native,
            NativeType::Date | NativeType::File | NativeType::Reference
        ),
    }
}
