//! A template's resources, and what they say of each other.

use super::yaml_tree::Node;

/// A function, in the short word of SAM.
pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
/// A queue.
pub(crate) const QUEUE: &str = "AWS::SQS::Queue";
/// What takes messages from a queue to a function.
pub(crate) const EVENT_SOURCE: &str = "AWS::Lambda::EventSourceMapping";
/// A table.
pub(crate) const TABLE: &str = "AWS::DynamoDB::Table";
/// A bucket.
pub(crate) const BUCKET: &str = "AWS::S3::Bucket";
/// An alarm.
pub(crate) const ALARM: &str = "AWS::CloudWatch::Alarm";

/// A parsed template.
pub(crate) struct Template {
    pub(crate) root: Node,
}

/// One resource.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    /// Its logical id.
    pub(crate) id: &'a str,
    /// Its type.
    pub(crate) kind: &'a str,
    /// All of it.
    pub(crate) node: &'a Node,
}

impl Template {
    /// Reads a template; one without resources is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let root = Node::parse(text)?;
        match root.get("Resources").map(Node::entries) {
            Some([_, ..]) => Ok(Self { root }),
            _ => Err("there are no Resources in it".to_owned()),
        }
    }

    /// All resources, in their order.
    pub(crate) fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        let entries = self
            .root
            .get("Resources")
            .map(Node::entries)
            .unwrap_or_default();
        entries.iter().map(|(id, node)| Resource {
            id,
            kind: node.get("Type").and_then(Node::text).unwrap_or(""),
            node,
        })
    }

    /// Those of a type.
    pub(crate) fn resources_of_type<'a>(
        &'a self,
        kind: &'a str,
    ) -> impl Iterator<Item = Resource<'a>> {
        self.resources()
            .filter(move |resource| resource.kind == kind)
    }

    /// The one with an id.
    pub(crate) fn resource(&self, id: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.id == id)
    }

    /// Environment variables of all functions.
    pub(crate) fn common_variables(&self) -> &[(String, Node)] {
        self.root
            .at("Globals.Function.Environment.Variables")
            .map(Node::entries)
            .unwrap_or_default()
    }

    /// A function's timeout in seconds: its own, that of all, or Lambda's.
    pub(crate) fn timeout_s(&self, function: Resource<'_>) -> Option<u32> {
        let own = function
            .property("Timeout")
            .or_else(|| self.root.at("Globals.Function.Timeout"));
        own.map_or(Some(3), |timeout| timeout.text()?.parse().ok())
    }

    /// Which dead-letter queue a queue has.
    pub(crate) fn dead_letters<'a>(&'a self, queue: Resource<'a>) -> Option<Resource<'a>> {
        self.resource(queue.referenced_id("RedrivePolicy.deadLetterTargetArn")?)
            .filter(|dead| dead.kind == QUEUE)
    }

    /// Whether a queue is another's dead-letter queue.
    pub(crate) fn is_dead_letters(&self, queue: Resource<'_>) -> bool {
        self.resources_of_type(QUEUE)
            .any(|one| one.referenced_id("RedrivePolicy.deadLetterTargetArn") == Some(queue.id))
    }
}

impl<'a> Resource<'a> {
    /// A property by its path, `A.B`.
    pub(crate) fn property(&self, path: &str) -> Option<&'a Node> {
        self.node.get("Properties")?.at(path)
    }

    /// Whether a property is this text.
    pub(crate) fn says(&self, path: &str, text: &str) -> bool {
        self.property(path).and_then(Node::text) == Some(text)
    }

    /// The logical id that a property refers to.
    pub(crate) fn referenced_id(&self, path: &str) -> Option<&'a str> {
        self.property(path)?.referenced_id()
    }

    /// Environment variables of its own.
    pub(crate) fn variables(&self) -> &'a [(String, Node)] {
        self.property("Environment.Variables")
            .map(Node::entries)
            .unwrap_or_default()
    }

    /// The statements of every policy in it.
    pub(crate) fn statements(&self) -> Vec<&'a Node> {
        self.node
            .all()
            .into_iter()
            .filter(|node| node.get("Effect").is_some())
            .collect()
    }

    /// The crate that a function is built from.
    pub(crate) fn binary(&self) -> Option<&'a str> {
        self.node.at("Metadata.BuildProperties.Binary")?.text()
    }
}
