//! A template's YAML as a tree that remembers its lines. Short forms (`!Ref a`) are read as long ones (`{Ref: a}`), so that
//! a rule knows one of them; scalars stay text, as CloudFormation treats them.

use saphyr_parser::{Event, Parser, Span, Tag};

/// A node and the line where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Counted from 1.
    pub line: usize,
    data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Data {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads one document. Anchors are refused: CloudFormation knows none.
    ///
    /// # Errors
    /// A sentence with the line, where the text is no YAML or holds what no template holds.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut events = Events(Parser::new_from_str(text));
        loop {
            match events.next_event()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (event, span) => return events.node(event, span),
            }
        }
    }

    /// The value under a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    /// The value at the end of a path of keys, `A.B.C`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// A scalar's text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the text at the end of a path is this.
    #[must_use]
    pub fn says(&self, path: &str, text: &str) -> bool {
        self.at(path).and_then(Self::text) == Some(text)
    }

    /// The items of a list. What is no list counts as a list of one, as IAM reads it.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Keys and values of a mapping; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// This node and all below it.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let below: Vec<&Self> = match &self.data {
            Data::Text(_) => Vec::new(),
            Data::List(items) => items.iter().flat_map(Self::all).collect(),
            Data::Map(entries) => entries.iter().flat_map(|(_, node)| node.all()).collect(),
        };
        std::iter::once(self).chain(below).collect()
    }

    /// All texts in it, each with its node.
    pub fn texts(&self) -> impl Iterator<Item = (&Self, &str)> {
        self.all()
            .into_iter()
            .filter_map(|node| node.text().map(|text| (node, text)))
    }

    /// The logical id that a `Ref` or a `GetAtt` names.
    #[must_use]
    pub fn referenced_id(&self) -> Option<&str> {
        let name = self
            .get("Ref")
            .or_else(|| self.get("Fn::GetAtt"))?
            .items()
            .first()?
            .text()?;
        name.split('.').next()
    }
}

/// What the parser says, one event after the other.
struct Events<'a>(Parser<'a, saphyr_parser::StrInput<'a>>);

impl<'a> Events<'a> {
    fn next_event(&mut self) -> Result<(Event<'a>, Span), String> {
        match self.0.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(err)) => Err(format!("this is no YAML: {err}")),
            None => Err("this is no YAML: it ends too early".to_owned()),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, String> {
        let line = span.start.line();
        let (data, tag) = match event {
            Event::Scalar(text, _, _, tag) => (Data::Text(text.into_owned()), tag),
            Event::SequenceStart(_, tag) => (Data::List(self.list()?), tag),
            Event::MappingStart(_, tag) => (Data::Map(self.map()?), tag),
            other => return Err(format!("line {line}: {other:?} has no place in a template")),
        };
        let node = Node { line, data };
        Ok(match tag.as_deref().and_then(long_form) {
            Some(name) => Node {
                line,
                data: Data::Map(vec![(name, node)]),
            },
            None => node,
        })
    }

    fn list(&mut self) -> Result<Vec<Node>, String> {
        let mut items = Vec::new();
        loop {
            match self.next_event()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn map(&mut self) -> Result<Vec<(String, Node)>, String> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next_event()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (Event::Scalar(key, ..), _) => key.into_owned(),
                (_, span) => {
                    return Err(format!("line {}: a key must be a word", span.start.line()));
                }
            };
            let (event, span) = self.next_event()?;
            entries.push((key, self.node(event, span)?));
        }
    }
}

/// The long form's name of a short form's tag.
fn long_form(tag: &Tag) -> Option<String> {
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("!", "Ref" | "Condition") => Some(tag.suffix.clone()),
        ("!", name) => Some(format!("Fn::{name}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_read_as_long_ones_with_their_lines() {
        let short = Node::parse("a:\n  - !Ref Queue\n  - !GetAtt Queue.Arn\n  - !Sub \"${X}/y\"\n")
            .unwrap();
        let long = "a:\n  - {Ref: Queue}\n  - {\"Fn::GetAtt\": Queue.Arn}\n  - {\"Fn::Sub\": \"${X}/y\"}\n";
        let items = short.get("a").unwrap().items();
        let targets: Vec<_> = items.iter().map(Node::referenced_id).collect();
        assert_eq!(targets, [Some("Queue"), Some("Queue"), None]);
        assert_eq!(
            items.iter().map(|item| item.line).collect::<Vec<_>>(),
            [2, 3, 4]
        );
        let texts = |node: &Node| {
            node.texts()
                .map(|(_, text)| text.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&short), texts(&Node::parse(long).unwrap()));
    }

    #[test]
    fn a_list_of_a_function_is_below_its_name() {
        let node = Node::parse("a: !If [HasDomain, {b: c}, !Ref \"AWS::NoValue\"]").unwrap();
        assert_eq!(
            node.at("a.Fn::If").unwrap().items()[1]
                .get("b")
                .and_then(Node::text),
            Some("c")
        );
        assert_eq!(
            node.get("a").unwrap().items().len(),
            1,
            "what is no list is one item"
        );
    }

    #[test]
    fn a_document_that_is_no_template_is_refused_with_its_line() {
        assert!(
            Node::parse("a: [b")
                .unwrap_err()
                .starts_with("this is no YAML")
        );
        assert!(
            Node::parse("a: &x b\nc: *x\n")
                .unwrap_err()
                .contains("line 2")
        );
        assert!(Node::parse("").is_err());
    }
}
