//! Templates: `EMP-{value}` around one value, or `{姓}{名}` out of several.

use directory::reason::{Reason, ReasonCode};

/// The name of a route's own value in a template.
const OWN_VALUE: &str = "value";

/// Why a template is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateError {
    /// A brace is opened and not closed, or the other way round; `{{` and `}}` stand for braces.
    Braces,
    /// A pair of braces has nothing inside.
    NoName,
    /// The text around a value needs `{value}` exactly once and no other name.
    OneValue,
    /// The parts put together name no value.
    NoValue,
}

impl TemplateError {
    /// The key that the catalogue selects by.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Braces => "braces",
            Self::NoName => "no-name",
            Self::OneValue => "one-value",
            Self::NoValue => "no-value",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Literal(String),
    Key(String),
}

/// Text before and after one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapTemplate {
    text: String,
    before: String,
    after: String,
}

impl WrapTemplate {
    /// From `EMP-{value}`.
    ///
    /// # Errors
    /// [`TemplateError`] for unbalanced braces, or anything but one `{value}`.
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let mut sides = [String::new(), String::new()];
        let mut values = 0;
        for part in parse_template(text)? {
            match part {
                TemplatePart::Literal(literal) => sides[values.min(1)].push_str(&literal),
                TemplatePart::Key(key) if key == OWN_VALUE => values += 1,
                TemplatePart::Key(_) => return Err(TemplateError::OneValue),
            }
        }
        let [before, after] = sides;
        let text = text.to_owned();
        (values == 1)
            .then_some(Self {
                text,
                before,
                after,
            })
            .ok_or(TemplateError::OneValue)
    }

    /// As it is written in the document.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn read(&self, native: &str) -> Result<Option<String>, Reason> {
        let inner = native
            .strip_prefix(self.before.as_str())
            .and_then(|rest| rest.strip_suffix(self.after.as_str()))
            .ok_or_else(|| Reason::new(ReasonCode::ValueTemplateUnmatched))?;
        Ok((!inner.is_empty()).then(|| inner.to_owned()))
    }

    pub(super) fn write(&self, canonical: &str) -> String {
        [self.before.as_str(), canonical, self.after.as_str()].concat()
    }
}

/// Several native values and text between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinTemplate {
    text: String,
    parts: Vec<TemplatePart>,
}

impl JoinTemplate {
    /// From `{姓}{名}`; `{value}` is the value of the route's own key.
    ///
    /// # Errors
    /// [`TemplateError`] for unbalanced braces, an empty name, or no name at all.
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let parts = parse_template(text)?;
        let names_a_value = parts
            .iter()
            .any(|part| matches!(part, TemplatePart::Key(_)));
        let text = text.to_owned();
        names_a_value
            .then_some(Self { text, parts })
            .ok_or(TemplateError::NoValue)
    }

    /// As it is written in the document.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The native keys that it reads; `own` is the route's own one.
    pub fn keys<'a>(&'a self, own: &'a str) -> impl Iterator<Item = &'a str> {
        self.parts.iter().filter_map(move |part| match part {
            TemplatePart::Key(key) if key == OWN_VALUE => Some(own),
            TemplatePart::Key(key) => Some(key.as_str()),
            TemplatePart::Literal(_) => None,
        })
    }

    /// Puts the values together. Empty where every named value is empty, so that no bare separators remain.
    pub(crate) fn join(&self, own: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        if self.keys(own).all(|key| value(key).is_none()) {
            return None;
        }
        let text = self.parts.iter().map(|part| match part {
            TemplatePart::Literal(literal) => literal.clone(),
            TemplatePart::Key(key) if key == OWN_VALUE => value(own).unwrap_or_default(),
            TemplatePart::Key(key) => value(key).unwrap_or_default(),
        });
        Some(text.collect())
    }
}

fn parse_template(text: &str) -> Result<Vec<TemplatePart>, TemplateError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('{', Some('{')) | ('}', Some('}')) => {
                literal.push(c);
                rest.next();
            }
            ('{', _) => {
                if !literal.is_empty() {
                    parts.push(TemplatePart::Literal(std::mem::take(&mut literal)));
                }
                parts.push(TemplatePart::Key(read_name(&mut rest)?));
            }
            ('}', _) => return Err(TemplateError::Braces),
            _ => literal.push(c),
        }
    }
    if !literal.is_empty() {
        parts.push(TemplatePart::Literal(literal));
    }
    Ok(parts)
}

fn read_name(rest: &mut impl Iterator<Item = char>) -> Result<String, TemplateError> {
    let mut name = String::new();
    for c in rest {
        match c {
            '}' if name.is_empty() => return Err(TemplateError::NoName),
            '}' => return Ok(name),
            '{' => return Err(TemplateError::Braces),
            _ => name.push(c),
        }
    }
    Err(TemplateError::Braces)
}
