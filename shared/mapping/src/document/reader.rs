//! A cursor over the parsed text that notes every fault at its position and goes on.

use directory::reason::{Reason, ReasonCode};
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::MappingProblem;

/// No word or key is repeated longer than this in a message.
const QUOTED_CHARS_MAX: usize = 40;

/// A value and the way to it.
#[derive(Clone)]
pub(super) struct Node<'v> {
    pub(super) value: &'v Value<'v>,
    pub(super) path: String,
}

impl<'v> Node<'v> {
    pub(super) fn range(&self) -> Range {
        self.value.range()
    }
}

/// What was found so far.
pub(super) struct DocumentReader<'t> {
    text: &'t str,
    pub(super) problems: Vec<MappingProblem>,
    pub(super) cautions: Vec<MappingProblem>,
}

/// The members of an object that were known.
pub(super) struct Members<'v> {
    found: Vec<(&'static str, Node<'v>)>,
    pub(super) range: Range,
    pub(super) path: String,
}

impl<'v> Members<'v> {
    pub(super) fn get(&self, key: &str) -> Option<&Node<'v>> {
        self.found
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, node)| node)
    }
}

impl<'t> DocumentReader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            problems: Vec::new(),
            cautions: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, range: Range, path: &str, reason: Reason) {
        self.problems
            .push(problem_at(self.text, range, path, reason));
    }

    pub(super) fn caution(&mut self, range: Range, path: &str, reason: Reason) {
        self.cautions
            .push(problem_at(self.text, range, path, reason));
    }

    fn wrong_type<T>(&mut self, node: &Node<'_>, expected: &str) -> Option<T> {
        let reason = Reason::new(ReasonCode::PolicyTypeWrong).text("expected", expected);
        self.fault(node.range(), &node.path, reason);
        None
    }

    /// The members of an object; others than the known ones, and repeated ones, are faults.
    pub(super) fn members<'v>(
        &mut self,
        node: &Node<'v>,
        known: &[&'static str],
    ) -> Option<Members<'v>> {
        let Value::Object(object) = node.value else {
            return self.wrong_type(node, "object");
        };
        Some(self.known_members(object, &node.path, known))
    }

    fn known_members<'v>(
        &mut self,
        object: &'v Object<'v>,
        path: &str,
        known: &[&'static str],
    ) -> Members<'v> {
        let mut found: Vec<(&'static str, Node<'v>)> = Vec::new();
        for member in &object.properties {
            let written = member.name.as_str();
            let range = member.name.range();
            let Some(key) = known.iter().find(|key| **key == written) else {
                let reason = with_known(ReasonCode::PolicyKeyUnknown, "key", written, known);
                self.fault(range, path, reason);
                continue;
            };
            if found.iter().any(|(other, _)| other == key) {
                let reason = Reason::new(ReasonCode::PolicyKeyDuplicate).text("key", *key);
                self.fault(range, path, reason);
                continue;
            }
            let path = join_path(path, key);
            let value = &member.value;
            found.push((key, Node { value, path }));
        }
        Members {
            found,
            range: object.range,
            path: path.to_owned(),
        }
    }

    /// A member that has to be there.
    pub(super) fn required<'v>(
        &mut self,
        members: &Members<'v>,
        key: &'static str,
    ) -> Option<Node<'v>> {
        let node = members.get(key).cloned();
        if node.is_none() {
            let reason = Reason::new(ReasonCode::MappingKeyMissing).text("key", key);
            self.fault(members.range, &members.path, reason);
        }
        node
    }

    pub(super) fn items<'v>(&mut self, node: &Node<'v>) -> Option<Vec<Node<'v>>> {
        let Value::Array(list) = node.value else {
            return self.wrong_type(node, "list");
        };
        let items = list.elements.iter().enumerate().map(|(at, value)| Node {
            value,
            path: join_path(&node.path, &at.to_string()),
        });
        Some(items.collect())
    }

    /// Text of 1 to `limit` characters without control characters.
    pub(super) fn text(&mut self, node: &Node<'_>, limit: usize) -> Option<String> {
        let Value::StringLit(text) = node.value else {
            return self.wrong_type(node, "text");
        };
        let length = text.value.chars().count();
        if length == 0 || length > limit || text.value.chars().any(char::is_control) {
            let reason = Reason::new(ReasonCode::PolicyTextLength).number("limit", limit);
            self.fault(node.range(), &node.path, reason);
            return None;
        }
        Some(text.value.to_string())
    }

    pub(super) fn word<T: Clone>(&mut self, node: &Node<'_>, words: &[(&str, T)]) -> Option<T> {
        let Value::StringLit(text) = node.value else {
            return self.wrong_type(node, "text");
        };
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let reason = with_known(ReasonCode::PolicyWordUnknown, "word", &text.value, &known);
            self.fault(node.range(), &node.path, reason);
        }
        found.map(|(_, value)| value.clone())
    }

    pub(super) fn whole(&mut self, node: &Node<'_>, min: u8, max: u8) -> Option<u8> {
        let Value::NumberLit(number) = node.value else {
            return self.wrong_type(node, "number");
        };
        let found = number.value.parse::<u8>().ok();
        let found = found.filter(|number| (min..=max).contains(number));
        if found.is_none() {
            let reason = Reason::new(ReasonCode::PolicyNumberOutOfRange);
            let reason = reason.number("min", min).number("max", max);
            self.fault(node.range(), &node.path, reason);
        }
        found
    }

    pub(super) fn flag(&mut self, node: &Node<'_>) -> Option<bool> {
        match node.value {
            Value::BooleanLit(flag) => Some(flag.value),
            _ => self.wrong_type(node, "flag"),
        }
    }
}

fn with_known(code: ReasonCode, name: &str, written: &str, known: &[&str]) -> Reason {
    Reason::new(code)
        .text(name, shorten(written))
        .text("nearest", nearest_word(written, known).unwrap_or("none"))
        .text("known", known.join(", "))
}

fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The nearest word, if a third of its letters or fewer are wrong.
fn nearest_word<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let folded = written.trim().to_lowercase().replace(['-', ' '], "_");
    let near = known
        .iter()
        .map(|word| (strsim::damerau_levenshtein(&folded, word), *word))
        .min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, word)| *distance <= (word.len() / 3).max(1))
        .map(|(_, word)| word)
}

fn join_path(path: &str, step: &str) -> String {
    if path.is_empty() {
        step.to_owned()
    } else {
        format!("{path}.{step}")
    }
}

fn problem_at(text: &str, range: Range, path: &str, reason: Reason) -> MappingProblem {
    let before = text.get(..range.start).unwrap_or(text);
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    MappingProblem {
        line: before.matches('\n').count() + 1,
        column: last_line.chars().count() + 1,
        path: path.to_owned(),
        reason,
    }
}

/// Strict JSON only.
pub(super) fn parse_tree(text: &str) -> Result<Value<'_>, MappingProblem> {
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
    let refuse = |range, detail: String| {
        let reason = Reason::new(ReasonCode::PolicyNotJson).text("detail", detail);
        problem_at(text, range, "", reason)
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict)
        .map_err(|err| refuse(err.range(), err.kind().to_string().to_lowercase()))?;
    let empty = || refuse(Range::new(0, 0), "it is empty".to_owned());
    parsed.value.ok_or_else(empty)
}
