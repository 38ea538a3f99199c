//! Where something stands in the text.

use jsonc_parser::ast::Value;
use jsonc_parser::common::{Range, Ranged};

use super::fault::DocumentProblem;

/// The text and its tree.
pub(super) struct DocumentPositions<'t> {
    pub(super) text: &'t str,
    pub(super) tree: &'t Value<'t>,
}

impl DocumentPositions<'_> {
    /// A problem at a path: of a member its value, of a list its item that reads so; where that is not there, of what
    /// would hold it.
    pub(super) fn problem_at<T>(&self, path: &[&str], what: T) -> DocumentProblem<T> {
        problem_in_range(self.text, self.path_range(path), path.join("."), what)
    }

    /// Whether something stands at a path.
    pub(super) fn has_path(&self, path: &[&str]) -> bool {
        let mut at = self.tree;
        path.iter()
            .all(|step| find_child(at, step).map(|value| at = value).is_some())
    }

    fn path_range(&self, path: &[&str]) -> Range {
        let mut at = self.tree;
        for step in path {
            match find_child(at, step) {
                Some(value) => at = value,
                None => break,
            }
        }
        // Of a whole object only its beginning helps anybody.
        at.range()
    }
}

fn find_child<'v, 't>(value: &'v Value<'t>, step: &str) -> Option<&'v Value<'t>> {
    match value {
        Value::Object(object) => object.get(step).map(|member| &member.value),
        Value::Array(list) => list
            .elements
            .iter()
            .find(|item| matches!(item, Value::StringLit(text) if text.value == step)),
        _ => None,
    }
}

/// A problem at a range of the text.
pub(super) fn problem_in_range<T>(
    text: &str,
    range: Range,
    path: String,
    what: T,
) -> DocumentProblem<T> {
    let before = text.get(..range.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    DocumentProblem {
        line,
        column,
        path,
        what,
    }
}
