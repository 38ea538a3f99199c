//! What one function alone may do, and what one function must not reach: only `token-refresh` writes secrets, only
//! `message-push` takes messages from the outbox, the callback reaches no table, and each function reads the kinds of secrets
//! that it needs.

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{FUNCTION, Resource};

/// The program that writes tokens.
const TOKEN_WRITER: &str = "token-refresh";
/// The program that sends messages to people.
const MESSAGE_SENDER: &str = "message-push";
/// Programs that may put messages into the outbox; the sender puts back what waits.
const MESSAGE_WRITERS: [&str; 3] = ["reconcile", "full-sync", MESSAGE_SENDER];
/// The program that the internet reaches.
const CALLBACK: &str = "callback";
/// What every worker reads: its bindings' keys, and tokens.
const WORKER_SECRETS: &[&str] = &["keys/*", "tokens/*"];
/// Programs with the secrets that each may read, behind the stack's name.
const SECRET_READERS: [(&str, &[&str]); 5] = [
    (CALLBACK, &["callback/*"]),
    ("reconcile", WORKER_SECRETS),
    ("full-sync", WORKER_SECRETS),
    (MESSAGE_SENDER, WORKER_SECRETS),
    (
        TOKEN_WRITER,
        &["credentials/dingtalk/*", "keys/*", "tokens/*"],
    ),
];
/// What stands before the kind of a secret in its ARN.
const SECRETS_OF_STACK: &str = "secret:${AWS::StackName}/";
/// The queue of messages to people, by its id in the template.
const OUTBOX: &str = "Outbox";

/// One thing that a function's role allows.
struct Right<'a> {
    role: Resource<'a>,
    /// The function's program; `None` where no function has the role.
    binary: Option<&'a str>,
    action: &'a str,
    /// Resources it is allowed on.
    on: &'a Node,
    /// Where it stands.
    statement: &'a Node,
}

impl Right<'_> {
    fn is_of(&self, binaries: &[&str]) -> bool {
        self.binary.is_some_and(|binary| binaries.contains(&binary))
    }

    fn finding(&self, what: &str) -> Finding {
        Finding::at(self.statement, self.role, format!("{} {what}", self.action))
    }
}

/// Every action that a role of the template allows.
fn rights(subject: &RuleSubject) -> Vec<Right<'_>> {
    let template = &subject.template;
    let mut rights = Vec::new();
    for role in template.resources_of_type("AWS::IAM::Role") {
        let binary = template
            .resources_of_type(FUNCTION)
            .find(|function| function.referenced_id("Role") == Some(role.id))
            .and_then(|function| function.binary());
        let named = role
            .property("ManagedPolicyArns")
            .map(Node::all)
            .unwrap_or_default();
        let policies = named
            .iter()
            .filter_map(|node| template.resource(node.referenced_id()?));
        let statements = role
            .statements()
            .into_iter()
            .chain(policies.flat_map(|policy| policy.statements()));
        for statement in statements {
            let (Some(actions), Some(on)) = (statement.get("Action"), statement.get("Resource"))
            else {
                continue;
            };
            rights.extend(actions.texts().map(|(_, action)| Right {
                role,
                binary,
                action,
                on,
                statement,
            }));
        }
    }
    rights
}

fn find(subject: &RuleSubject, is_wrong: impl Fn(&Right<'_>) -> bool, what: &str) -> Vec<Finding> {
    let wrong = rights(subject).into_iter().filter(|right| is_wrong(right));
    wrong.map(|right| right.finding(what)).collect()
}

pub(super) fn scans(subject: &RuleSubject) -> Vec<Finding> {
    find(
        subject,
        |right| right.action == "dynamodb:Scan",
        "reads the data of every company",
    )
}

pub(super) fn secret_writers(subject: &RuleSubject) -> Vec<Finding> {
    let writes = |action: &str| {
        action.starts_with("secretsmanager:") && !action.starts_with("secretsmanager:Get")
    };
    find(
        subject,
        |right| writes(right.action) && !right.is_of(&[TOKEN_WRITER]),
        "is what token-refresh alone may do",
    )
}

pub(super) fn secret_readers(subject: &RuleSubject) -> Vec<Finding> {
    let may_read = |right: &Right<'_>, resource: &str| {
        let kind = resource.split_once(SECRETS_OF_STACK).map(|(_, kind)| kind);
        SECRET_READERS
            .iter()
            .filter(|(binary, _)| right.is_of(&[binary]))
            .any(|(_, kinds)| kind.is_some_and(|kind| kinds.contains(&kind)))
    };
    let is_wrong = |right: &Right<'_>| {
        right.action.starts_with("secretsmanager:Get")
            && !right.on.texts().all(|(_, text)| may_read(right, text))
    };
    find(
        subject,
        is_wrong,
        "on a kind of secret that this function does not need",
    )
}

pub(super) fn message_senders(subject: &RuleSubject) -> Vec<Finding> {
    let outbox = |right: &Right<'_>| {
        let named = right.on.all();
        named
            .iter()
            .any(|node| node.referenced_id() == Some(OUTBOX))
    };
    let may = |right: &Right<'_>| {
        right.is_of(&[MESSAGE_SENDER])
            || (right.action == "sqs:SendMessage" && right.is_of(&MESSAGE_WRITERS))
    };
    find(
        subject,
        |right| outbox(right) && !may(right),
        "on the outbox is what message-push alone may do",
    )
}

pub(super) fn callback_reach(subject: &RuleSubject) -> Vec<Finding> {
    let reaches = |right: &Right<'_>| right.action.starts_with("dynamodb:");
    find(
        subject,
        |right| right.is_of(&[CALLBACK]) && reaches(right),
        "lets the internet's function reach a table",
    )
}
