//! Functions: their logs, and what their environment says.

use std::collections::BTreeSet;

use runtime::variables::{ALL, SetBy};

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{FUNCTION, Resource};

/// The configuration that the workers share.
const WORKER_CONFIG: &str = "shared/runtime/src/worker.rs";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";
/// Words in the name of a variable that holds a secret, and ends of names that only point to one.
const SECRET_WORDS: [&str; 5] = ["SECRET", "PASSWORD", "TOKEN", "KEY", "CREDENTIAL"];
const POINTER_SUFFIXES: [&str; 5] = ["_URL", "_PREFIX", "_NAME", "_ARN", "_ID"];
/// This machine, as an address.
const LOOPBACK: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "169.254."];
/// What lets a client of ours call this machine.
const ALLOWS_LOOPBACK: &str = "HttpTransport::new(true)";

pub(super) fn endless_logs(subject: &RuleSubject) -> Vec<Finding> {
    let template = &subject.template;
    let bounded = |id: Option<&str>| {
        let group = id
            .and_then(|id| template.resource(id))
            .filter(|group| group.kind == LOG_GROUP);
        group.is_some_and(|group| group.property("RetentionInDays").is_some())
    };
    let well = |one: &Resource<'_>| match one.kind {
        LOG_GROUP => one.property("RetentionInDays").is_some(),
        FUNCTION => bounded(one.referenced_id("LoggingConfig.LogGroup")),
        "AWS::ApiGatewayV2::Stage" => {
            bounded(one.referenced_id("AccessLogSettings.DestinationArn"))
        }
        _ => true,
    };
    let bad = template.resources().filter(|one| !well(one));
    bad.map(|one| Finding::of(one, "its log has no end, or it has none"))
        .collect()
}

/// All environment variables, each with whose it is.
fn environment(subject: &RuleSubject) -> Vec<(&str, &str, &Node)> {
    let common = subject
        .template
        .common_variables()
        .iter()
        .map(|(name, value)| ("Globals", name.as_str(), value));
    let functions = subject.template.resources_of_type(FUNCTION);
    let own = functions.flat_map(|one| {
        one.variables()
            .iter()
            .map(move |(name, value)| (one.id, name.as_str(), value))
    });
    common.chain(own).collect()
}

pub(super) fn plain_secrets(subject: &RuleSubject) -> Vec<Finding> {
    let named = |name: &str| {
        SECRET_WORDS.iter().any(|word| name.contains(word))
            && !POINTER_SUFFIXES.iter().any(|end| name.ends_with(end))
    };
    let resolved = |value: &Node| value.texts().any(|(_, text)| text.contains("{{resolve:"));
    let all = environment(subject)
        .into_iter()
        .filter(|(_, name, value)| named(name) || resolved(value));
    let mut findings: Vec<Finding> = all
        .map(|(id, name, value)| {
            Finding::new(
                value.line,
                id,
                format!("{name} can be read by whoever sees the function"),
            )
        })
        .collect();
    for (name, parameter) in subject
        .template
        .root
        .get("Parameters")
        .map(Node::entries)
        .unwrap_or_default()
    {
        if parameter.says("NoEcho", "true") {
            findings.push(Finding::new(
                parameter.line,
                name,
                "a secret passes through the template",
            ));
        }
    }
    findings
}

pub(super) fn loopback(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, name, value) in environment(subject) {
        let local =
            |(_, text): (&Node, &str)| LOOPBACK.iter().any(|address| text.contains(address));
        if name.starts_with("AWS_ENDPOINT_URL")
            || name.contains("LOOPBACK")
            || value.texts().any(local)
        {
            findings.push(Finding::new(
                value.line,
                id,
                format!("{name} sends it to this machine"),
            ));
        }
    }
    let lets = subject
        .sources
        .iter()
        .filter(|(_, code)| code.contains(ALLOWS_LOOPBACK));
    findings.extend(
        lets.map(|(path, _)| Finding::new(0, path, format!("its code says {ALLOWS_LOOPBACK}"))),
    );
    findings
}

/// As one set.
pub(super) fn differing_variables(subject: &RuleSubject) -> Vec<Finding> {
    let read: BTreeSet<&str> = ALL
        .iter()
        .filter(|one| one.set_by == SetBy::Template)
        .map(|one| one.name)
        .collect();
    let set = environment(subject);
    let unread = set.iter().filter(|(_, name, _)| !read.contains(name));
    let mut findings: Vec<Finding> = unread
        .map(|(id, name, value)| {
            Finding::new(
                value.line,
                *name,
                format!("{id} sets it and no code reads it"),
            )
        })
        .collect();
    let names: BTreeSet<&str> = set.iter().map(|(_, name, _)| *name).collect();
    findings.extend(
        read.difference(&names)
            .map(|name| Finding::new(0, *name, "code reads it and no function has it")),
    );
    findings
}

/// Per function, against the words of its crate's `config.rs`, and of what every worker is told where that names it.
pub(super) fn foreign_variables(subject: &RuleSubject) -> Vec<Finding> {
    let names = |variables: &[(String, Node)]| -> BTreeSet<String> {
        variables.iter().map(|(name, _)| name.clone()).collect()
    };
    let everywhere = names(subject.template.common_variables());
    let mut findings = Vec::new();
    for function in subject.template.resources_of_type(FUNCTION) {
        let path = function
            .binary()
            .map(|binary| format!("functions/{binary}/src/config.rs"));
        let Some(config) = path.and_then(|path| subject.sources.get(&path)) else {
            findings.push(Finding::of(function, "no crate of ours configures it"));
            continue;
        };
        let own = names(function.variables());
        let shared = subject
            .sources
            .get(WORKER_CONFIG)
            .filter(|_| config.contains("WorkerConfig"));
        let code = [Some(config), shared].into_iter().flatten();
        let read: BTreeSet<String> = code
            .flat_map(|code| read_variables(code))
            .filter(|name| !everywhere.contains(name))
            .collect();
        findings.extend(own.symmetric_difference(&read).map(|name| {
            let what = if own.contains(name) {
                format!("{name} is set, and its code does not read it")
            } else {
                format!("{name} is read by its code, and not set")
            };
            Finding::of(function, what)
        }));
    }
    findings
}

/// Variables of the template that a function's code names.
fn read_variables(code: &str) -> BTreeSet<String> {
    let words: BTreeSet<&str> = code
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .collect();
    ALL.iter()
        .filter(|one| one.set_by == SetBy::Template && words.contains(one.name))
        .map(|one| one.name.to_owned())
        .collect()
}
