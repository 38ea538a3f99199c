//! The one reader of a CloudFormation template: its resources, and what they say of each other.

pub mod yaml_tree;

use std::path::Path;

use yaml_tree::Node;

/// The template, from the top folder.
pub const TEMPLATE_PATH: &str = "infra/template.yaml";

/// A function, in the short word of SAM.
pub const FUNCTION: &str = "AWS::Serverless::Function";
/// A queue.
pub const QUEUE: &str = "AWS::SQS::Queue";
/// What takes messages from a queue to a function.
pub const EVENT_SOURCE: &str = "AWS::Lambda::EventSourceMapping";
/// A table.
pub const TABLE: &str = "AWS::DynamoDB::Table";
/// A bucket.
pub const BUCKET: &str = "AWS::S3::Bucket";
/// An alarm.
pub const ALARM: &str = "AWS::CloudWatch::Alarm";

/// A parsed template.
pub struct Template {
    /// All of it.
    pub root: Node,
}

/// One resource.
#[derive(Clone, Copy)]
pub struct Resource<'a> {
    /// Its logical id.
    pub id: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// All of it.
    pub node: &'a Node,
}

impl Template {
    /// Reads the project's template, below its top folder.
    ///
    /// # Errors
    /// A sentence that names the file, where it cannot be read or is no template.
    pub fn read(root: &Path) -> Result<Self, String> {
        std::fs::read_to_string(root.join(TEMPLATE_PATH))
            .map_err(|err| err.to_string())
            .and_then(|text| Self::parse(&text))
            .map_err(|why| format!("{TEMPLATE_PATH}: {why}"))
    }

    /// Parses a template; one without resources is none.
    ///
    /// # Errors
    /// A sentence with the line, where it is no YAML, or has no resources.
    pub fn parse(text: &str) -> Result<Self, String> {
        let root = Node::parse(text)?;
        match root.get("Resources").map(Node::entries) {
            Some([_, ..]) => Ok(Self { root }),
            _ => Err("there are no Resources in it".to_owned()),
        }
    }

    /// All resources, in their order.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
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
    pub fn resources_of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.resources()
            .filter(move |resource| resource.kind == kind)
    }

    /// The one with an id.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.id == id)
    }

    /// Environment variables of all functions.
    #[must_use]
    pub fn common_variables(&self) -> &[(String, Node)] {
        self.root
            .at("Globals.Function.Environment.Variables")
            .map(Node::entries)
            .unwrap_or_default()
    }

    /// A function's timeout in seconds: its own, that of all, or Lambda's.
    #[must_use]
    pub fn timeout_s(&self, function: Resource<'_>) -> Option<u32> {
        let own = function
            .property("Timeout")
            .or_else(|| self.root.at("Globals.Function.Timeout"));
        own.map_or(Some(3), |timeout| timeout.text()?.parse().ok())
    }

    /// Which dead-letter queue a queue has.
    #[must_use]
    pub fn dead_letters<'a>(&'a self, queue: Resource<'a>) -> Option<Resource<'a>> {
        self.resource(queue.referenced_id("RedrivePolicy.deadLetterTargetArn")?)
            .filter(|dead| dead.kind == QUEUE)
    }

    /// Whether a queue is another's dead-letter queue.
    #[must_use]
    pub fn is_dead_letters(&self, queue: Resource<'_>) -> bool {
        self.resources_of_type(QUEUE)
            .any(|one| one.referenced_id("RedrivePolicy.deadLetterTargetArn") == Some(queue.id))
    }
}

impl<'a> Resource<'a> {
    /// A property by its path, `A.B`.
    #[must_use]
    pub fn property(&self, path: &str) -> Option<&'a Node> {
        self.node.get("Properties")?.at(path)
    }

    /// Whether a property is this text.
    #[must_use]
    pub fn says(&self, path: &str, text: &str) -> bool {
        self.property(path).and_then(Node::text) == Some(text)
    }

    /// The logical id that a property refers to.
    #[must_use]
    pub fn referenced_id(&self, path: &str) -> Option<&'a str> {
        self.property(path)?.referenced_id()
    }

    /// Environment variables of its own.
    #[must_use]
    pub fn variables(&self) -> &'a [(String, Node)] {
        self.property("Environment.Variables")
            .map(Node::entries)
            .unwrap_or_default()
    }

    /// The statements of every policy in it.
    #[must_use]
    pub fn statements(&self) -> Vec<&'a Node> {
        self.node
            .all()
            .into_iter()
            .filter(|node| node.get("Effect").is_some())
            .collect()
    }

    /// The crate that a function is built from.
    #[must_use]
    pub fn binary(&self) -> Option<&'a str> {
        self.node.at("Metadata.BuildProperties.Binary")?.text()
    }
}
