//! The policy as one versioned JSON document: read with every fault at its line, written in canonical form.
//!
//! The text is parsed into a tree with positions (`jsonc-parser`, strict), the tree is checked against the shape, what is
//! sound becomes a value, and rules look whether its parts agree. Only a document without any fault becomes a policy.

mod check;
mod expand;
mod fault;
mod rules;
mod schema;
mod shape;
mod spots;
mod wire;

use std::collections::BTreeSet;
use std::fmt;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Range;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Policy;
pub use fault::{Caution, Fault, Problem, Refused, Wanted};
pub use schema::schema;

use check::Check;
use rules::Rules;
use spots::Spots;
use wire::Document;

/// The version of the schema that is written; readers know this one.
pub const VERSION: u32 = 1;

/// A document without faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it says.
    pub policy: Policy,
    /// What it says at a price, in the order of its lines.
    pub cautions: Vec<Problem<Caution>>,
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
/// [`Refused`] with everything that is wrong, each at its line and column with cause and remedy. Where the text is not
/// JSON at all, only where that begins: what follows cannot be told.
pub fn read(text: &str) -> Result<Checked, Refused> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = parse(text).map_err(|problem| Refused { problems: vec![problem] })?;
    let mut check = Check::new(text);
    let sound = check.value(&tree, &shape::DOCUMENT, "").unwrap_or_default();
    let mut problems = check.problems;
    if tree.as_object().is_none() {
        return Err(Refused { problems });
    }
    let Ok(document) = serde_json::from_value::<Document>(sound) else {
        // The shape lets nothing through that the document cannot hold; a test walks all of it.
        problems.push(spots::at(text, Range::new(0, 0), String::new(), Fault::Type { wanted: Wanted::Object }));
        return Err(Refused { problems });
    };
    let wrong: BTreeSet<String> = problems.iter().map(|problem| problem.path.clone()).collect();
    let spots = Spots { text, tree: &tree };
    problems.extend(Rules::new(&spots, &document, &wrong).faults());
    if !problems.is_empty() {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        return Err(Refused { problems });
    }
    let policy = document.policy();
    let mut cautions = rules::cautions(&policy, &spots);
    cautions.sort_by_key(|caution| (caution.line, caution.column));
    Ok(Checked { policy, cautions })
}

fn parse(text: &str) -> Result<Value<'_>, Problem<Fault>> {
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
    let syntax = |range, why: String| spots::at(text, range, String::new(), Fault::Syntax { why });
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict);
    let parsed = parsed.map_err(|err| syntax(err.range(), err.kind().to_string().to_lowercase()))?;
    parsed.value.ok_or_else(|| syntax(Range::new(0, 0), "it is empty".to_owned()))
}

impl Policy {
    /// The canonical document: everything written out, members in one order, lists sorted, without spaces. Reading it
    /// gives the same policy.
    #[must_use]
    pub fn canonical(&self) -> String {
        // A document has no key that is not text and no number that is none: it always has a JSON form.
        serde_json::to_string(&Document::from(self)).unwrap_or_default()
    }

    /// The same for people to read.
    #[must_use]
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(&Document::from(self)).unwrap_or_default()
    }

    /// Which policy it is.
    #[must_use]
    pub fn hash(&self) -> PolicyHash {
        PolicyHash(*blake3::hash(self.canonical().as_bytes()).as_bytes())
    }
}

#[cfg(test)]
mod tests;
