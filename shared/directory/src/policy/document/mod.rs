//! The policy as one versioned JSON document: read with every fault at its line, written in canonical form.
//!
//! The text is parsed into a tree with positions (`jsonc-parser`, strict), the tree is checked against the shape, what is
//! sound becomes a value, and rules look whether its parts agree. Only a document without any fault becomes a policy.

mod check;
mod conversion;
mod fault;
mod fault_reasons;
mod positions;
mod rules;
mod schema;
mod shape;
mod wire;

use std::collections::BTreeSet;
use std::fmt;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Range;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Policy;
pub use fault::{DocumentProblem, ExpectedKind, PolicyCaution, PolicyDocumentError, PolicyFault};
pub use schema::document_schema;

use check::DocumentCheck;
use positions::DocumentPositions;
use rules::PolicyRules;
use wire::PolicyDocument;

/// The version of the schema that is written; readers know this one.
pub const SCHEMA_VERSION: u32 = 1;

/// A document without faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedPolicy {
    /// What it says.
    pub policy: Policy,
    /// What it says at a price, in the order of its lines.
    pub cautions: Vec<DocumentProblem<PolicyCaution>>,
}

/// BLAKE3 of a policy's canonical text: two documents that say the same have the same hash. A plan is made under one, and
/// a changed policy needs a new preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyHash(pub [u8; 32]);

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads a document.
///
/// # Errors
/// [`PolicyDocumentError`] with everything that is wrong, each at its line and column with cause and remedy. Where the text is not
/// JSON at all, only where that begins: what follows cannot be told.
pub fn read_document(text: &str) -> Result<CheckedPolicy, PolicyDocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = parse_tree(text).map_err(|problem| PolicyDocumentError {
        problems: vec![problem],
    })?;
    let mut check = DocumentCheck::new(text);
    let sound = check
        .check_value(&tree, &shape::DOCUMENT, "")
        .unwrap_or_default();
    let mut problems = check.problems;
    if tree.as_object().is_none() {
        return Err(PolicyDocumentError { problems });
    }
    let Ok(document) = serde_json::from_value::<PolicyDocument>(sound) else {
        // The shape lets nothing through that the document cannot hold; a test walks all of it.
        problems.push(positions::problem_in_range(
            text,
            Range::new(0, 0),
            String::new(),
            PolicyFault::Type {
                wanted: ExpectedKind::Object,
            },
        ));
        return Err(PolicyDocumentError { problems });
    };
    let wrong: BTreeSet<String> = problems
        .iter()
        .map(|problem| problem.path.clone())
        .collect();
    let spots = DocumentPositions { text, tree: &tree };
    problems.extend(PolicyRules::new(&spots, &document, &wrong).find_faults());
    if !problems.is_empty() {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        return Err(PolicyDocumentError { problems });
    }
    let policy = document.into_policy();
    let mut cautions = rules::find_cautions(&policy, &spots);
    cautions.sort_by_key(|caution| (caution.line, caution.column));
    Ok(CheckedPolicy { policy, cautions })
}

fn parse_tree(text: &str) -> Result<Value<'_>, DocumentProblem<PolicyFault>> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let syntax = |range, why: String| {
        positions::problem_in_range(text, range, String::new(), PolicyFault::Syntax { why })
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict);
    let parsed =
        parsed.map_err(|err| syntax(err.range(), err.kind().to_string().to_lowercase()))?;
    parsed
        .value
        .ok_or_else(|| syntax(Range::new(0, 0), "it is empty".to_owned()))
}

impl Policy {
    /// The canonical document: everything written out, members in one order, lists sorted, without spaces. Reading it
    /// gives the same policy.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        // A document has no key that is not text and no number that is none: it always has a JSON form.
        serde_json::to_string(&PolicyDocument::from(self)).unwrap_or_default()
    }

    /// The same for people to read.
    #[must_use]
    pub fn pretty_text(&self) -> String {
        serde_json::to_string_pretty(&PolicyDocument::from(self)).unwrap_or_default()
    }

    /// Which policy it is.
    #[must_use]
    pub fn policy_hash(&self) -> PolicyHash {
        PolicyHash(*blake3::hash(self.canonical_text().as_bytes()).as_bytes())
    }
}

#[cfg(test)]
mod tests;
