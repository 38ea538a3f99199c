//! The mapping as one versioned JSON document: read with every fault at its line, written in canonical form.

mod canonical_form;
mod entries;
mod reader;
mod rules;
mod schema;
mod steps;

use std::fmt;

use directory::reason::Reason;

use crate::mapped_field::Mapping;

pub use schema::document_schema;

/// The version of the schema that is written; readers know this one.
pub const SCHEMA_VERSION: u32 = 1;

/// Something about a document: a fault or a caution, where it is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingProblem {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The way from the top, `fields.2.ehr.read.0`; empty for the whole.
    pub path: String,
    /// The cause; the catalogue has its sentence and its remedy.
    pub reason: Reason,
}

/// The line, the path and the code: `4:12 fields.0.ehr.key policy-type-wrong expected=text`.
impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} {} {}",
            self.line, self.column, self.path, self.reason
        )
    }
}

/// A document without faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedMapping {
    /// What it says.
    pub mapping: Mapping,
    /// What it says at a price, for example that a field is one-way, in the order of its lines.
    pub cautions: Vec<MappingProblem>,
}

/// Why a document is refused: everything that is wrong with it, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mapping has {} problems", problems.len())]
pub struct MappingRefusal {
    /// What is wrong.
    pub problems: Vec<MappingProblem>,
}

/// BLAKE3 of a mapping's canonical text: documents that say the same have the same hash. A plan is made under one; a
/// changed mapping waits for a new preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingHash(pub [u8; 32]);

impl fmt::Display for MappingHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads a document.
///
/// # Errors
/// [`MappingRefusal`] with everything that is wrong, each at its line and column. Where the text is not JSON, only the
/// place where that begins.
pub fn read_document(text: &str) -> Result<CheckedMapping, MappingRefusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = reader::parse_tree(text).map_err(|problem| MappingRefusal {
        problems: vec![problem],
    })?;
    let mut reader = reader::DocumentReader::new(text);
    let found = entries::read_mapping(&mut reader, &tree);
    if let Some(found) = &found {
        rules::check_rules(&mut reader, found);
    }
    let (mut problems, mut cautions) = (reader.problems, reader.cautions);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    cautions.sort_by_key(|caution| (caution.line, caution.column));
    match found {
        Some(found) if problems.is_empty() => Ok(CheckedMapping {
            mapping: found.into_mapping(),
            cautions,
        }),
        _ => Err(MappingRefusal { problems }),
    }
}

impl Mapping {
    /// The canonical document: members in one order, entries sorted, without spaces. Reading it gives the same mapping.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        canonical_form::mapping_json(self).to_string()
    }

    /// The same for people to read.
    #[must_use]
    pub fn pretty_text(&self) -> String {
        serde_json::to_string_pretty(&canonical_form::mapping_json(self)).unwrap_or_default()
    }

    /// Which mapping it is.
    #[must_use]
    pub fn mapping_hash(&self) -> MappingHash {
        MappingHash(*blake3::hash(self.canonical_text().as_bytes()).as_bytes())
    }
}
