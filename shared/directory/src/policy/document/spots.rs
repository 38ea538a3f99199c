//! Where something stands in the text.

use jsonc_parser::ast::Value;
use jsonc_parser::common::{Range, Ranged};

use super::fault::Problem;

/// The text and its tree.
pub(super) struct Spots<'t> {
    pub(super) text: &'t str,
    pub(super) tree: &'t Value<'t>,
}

impl Spots<'_> {
    /// A problem at a path: of a member its value, of a list its item that reads so; where that is not there, of what
    /// would hold it.
    pub(super) fn problem<T>(&self, path: &[&str], what: T) -> Problem<T> {
        at(self.text, self.range(path), path.join("."), what)
    }

    /// Whether something stands at a path.
    pub(super) fn has(&self, path: &[&str]) -> bool {
        let mut at = self.tree;
        path.iter().all(|step| inside(at, step).map(|value| at = value).is_some())
    }

    fn range(&self, path: &[&str]) -> Range {
        let mut at = self.tree;
        for step in path {
            match inside(at, step) {
                Some(value) => at = value,
                None => break,
            }
        }
        // Of a whole object only its beginning helps anybody.
        at.range()
    }
}

fn inside<'v, 't>(value: &'v Value<'t>, step: &str) -> Option<&'v Value<'t>> {
    match value {
        Value::Object(object) => object.get(step).map(|member| &member.value),
        Value::Array(list) => {
            list.elements.iter().find(|item| matches!(item, Value::StringLit(text) if text.value == step))
        }
        _ => None,
    }
}

/// A problem at a range of the text.
pub(super) fn at<T>(text: &str, range: Range, path: String, what: T) -> Problem<T> {
    let before = text.get(..range.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Problem { line, column, path, what }
}
