mod canonical_text;
mod faults;
mod messages;
mod schema;

use super::*;
use crate::field::{Field, FieldSet};
use crate::ids::Kind;
use crate::policy::{PolicyPreset, PolicyScope};

/// What is wrong with a document, one per line: `line:column path what`.
fn check(text: &str) -> Vec<String> {
    match read_document(text) {
        Ok(_) => Vec::new(),
        Err(refused) => refused
            .problems
            .iter()
            .map(|problem| {
                format!(
                    "{}:{} {} {:?}",
                    problem.line,
                    problem.column,
                    problem.path,
                    word(&problem.what)
                )
            })
            .collect(),
    }
}

/// The variant's name.
fn word(fault: &PolicyFault) -> String {
    let debug = format!("{fault:?}");
    debug.split([' ', '(', '{']).next().unwrap().to_owned()
}

#[test]
fn a_preset_is_a_whole_policy() {
    for preset in PolicyPreset::ALL
        .into_iter()
        .filter(|preset| *preset != PolicyPreset::Custom)
    {
        let word = fault::preset_word(preset);
        let checked = read_document(&format!(r#"{{"version": 1, "preset": "{word}"}}"#)).unwrap();
        assert_eq!(checked.policy, Policy::from_preset(preset));
    }
}
