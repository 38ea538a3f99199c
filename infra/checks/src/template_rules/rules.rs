//! Our own rules about the template: what no linter knows, and what an emulator passes over in silence.
//! Each has a fixture that it must find, in `fixtures/`.

mod access;
mod alarm_limits;
mod alarms;
mod china;
mod duties;
mod exposure;
mod functions;
mod names;
mod queues;
mod routes;
mod running;
mod stores;

use std::collections::BTreeMap;

use super::{costs, function_table};
use crate::template::yaml_tree::Node;
use crate::template::{Resource, Template};

/// What the rules look at.
pub(crate) struct RuleSubject {
    /// The template.
    pub(crate) template: Template,
    /// The page beside it.
    pub(crate) readme: String,
    /// Code that runs in the cloud, by path from the top folder.
    pub(crate) sources: BTreeMap<String, String>,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// In the template; 0 where it is about something that is missing, or not in it.
    pub(crate) line: usize,
    /// The logical id, the name of what is missing, the path of some code, or `README` for the page.
    pub(crate) id: String,
    /// What is wrong there.
    pub(crate) what: String,
}

impl Finding {
    fn new(line: usize, id: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            line,
            id: id.into(),
            what: what.into(),
        }
    }

    fn of(resource: Resource<'_>, what: impl Into<String>) -> Self {
        Self::new(resource.node.line, resource.id, what)
    }

    fn at(node: &Node, resource: Resource<'_>, what: impl Into<String>) -> Self {
        Self::new(node.line, resource.id, what)
    }
}

/// One rule.
pub(crate) struct Rule {
    /// Its name, and that of its fixture.
    pub(crate) name: &'static str,
    /// What to do about a finding.
    pub(crate) remedy: &'static str,
    /// All places that break it.
    pub(crate) find: fn(&RuleSubject) -> Vec<Finding>,
}

const fn rule(
    name: &'static str,
    remedy: &'static str,
    find: fn(&RuleSubject) -> Vec<Finding>,
) -> Rule {
    Rule { name, remedy, find }
}

/// All of them.
pub(crate) const RULES: &[Rule] = &[
    rule(
        "wildcard-action",
        "name each action that the function uses",
        access::wildcard_actions,
    ),
    rule(
        "wildcard-principal",
        "name the service, and the source that may call",
        access::wildcard_principals,
    ),
    rule(
        "wildcard-resource",
        "name the resource; only secrets per binding are many",
        access::wildcard_resources,
    ),
    rule(
        "role-per-function",
        "give it a role of its own",
        access::shared_roles,
    ),
    rule("scan", "read by key, or query one company", duties::scans),
    rule(
        "secret-writer",
        "take it away: only token-refresh writes secrets",
        duties::secret_writers,
    ),
    rule(
        "secret-reader",
        "take it away: the table of readers stands in this rule, and in shared/state/README.md",
        duties::secret_readers,
    ),
    rule(
        "message-sender",
        "let reconcile or full-sync put it into the outbox, and message-push take it from there",
        duties::message_senders,
    ),
    rule(
        "callback-reach",
        "leave it to the functions behind the queue",
        duties::callback_reach,
    ),
    rule(
        "dead-letter-queue",
        "add a RedrivePolicy with a queue of its own after five receives",
        queues::without_dead_letters,
    ),
    rule(
        "dead-letter-source",
        "add a RedriveAllowPolicy with the one queue that it belongs to",
        queues::open_dead_letters,
    ),
    rule(
        "retention",
        "keep dead letters two weeks, and a standard queue's messages for less",
        queues::short_retention,
    ),
    rule(
        "visibility",
        "set VisibilityTimeout to six times the function's Timeout",
        queues::visible_too_early,
    ),
    rule(
        "partial-batches",
        "set FunctionResponseTypes and let the function return BatchOutcome",
        queues::whole_batches,
    ),
    rule(
        "bounded-source",
        "set ScalingConfig.MaximumConcurrency",
        queues::unbounded_sources,
    ),
    rule("encryption", "encrypt at rest", stores::unencrypted),
    rule(
        "private-bucket",
        "block public access, keep versions, bound their life, refuse plain HTTP",
        stores::open_buckets,
    ),
    rule(
        "expiry",
        "add TimeToLiveSpecification: the store writes an expiry there",
        stores::never_expires,
    ),
    rule(
        "recovery",
        "switch point-in-time recovery on",
        stores::without_recovery,
    ),
    rule(
        "deletion",
        "protect it from deletion, and retain it when the stack goes",
        stores::unprotected,
    ),
    rule(
        "log-retention",
        "give it a log group with RetentionInDays",
        functions::endless_logs,
    ),
    rule(
        "plain-secret",
        "keep it in Secrets Manager and read it at run time",
        functions::plain_secrets,
    ),
    rule(
        "loopback",
        "leave it out: nothing in production talks to its own machine",
        functions::loopback,
    ),
    rule(
        "variables",
        "set in the template what the code reads, and nothing else",
        functions::differing_variables,
    ),
    rule(
        "own-variables",
        "let its Variables be what its crate's config.rs reads",
        functions::foreign_variables,
    ),
    rule(
        "names",
        "begin the name with ${AWS::StackName}: two stacks share an account",
        names::without_stack,
    ),
    rule(
        "partition",
        "write ${AWS::Partition}: China's is another one",
        names::partitions,
    ),
    rule(
        "explicit-routes",
        "write routes, integrations and throttles as resources",
        routes::implicit,
    ),
    rule(
        "dead-letter-alarm",
        "add an alarm on its visible messages",
        alarms::unwatched_dead_letters,
    ),
    rule(
        "watched",
        "add an alarm on that figure of it",
        alarms::unwatched,
    ),
    rule("dashboard", "show it on the dashboard", alarms::not_shown),
    rule(
        "china",
        "leave it out there, by a condition or a rule of the template",
        china::unfit_for_china,
    ),
    rule(
        "alarm-metrics",
        "let each figure of shared/runtime/src/metrics.rs have its alarm, no other, and a function that counts it",
        alarms::unmatched_metrics,
    ),
    rule("alarm-actions", "let it tell the topic", alarms::silent),
    rule(
        "runbook",
        "add a heading with the alarm's id to infra/README.md",
        alarms::without_runbook,
    ),
    rule(
        "foreign-policy",
        "write the rights into the function's own role, or a policy of this template",
        exposure::foreign_policies,
    ),
    rule(
        "foreign-principal",
        "trust lambda.amazonaws.com in a role, one service elsewhere",
        exposure::foreign_principals,
    ),
    rule(
        "ingress",
        "take it away: nothing calls into the network",
        exposure::open_ingress,
    ),
    rule(
        "access-log",
        "leave it out of the format",
        exposure::personal_logs,
    ),
    rule("tls", "set SecurityPolicy to TLS_1_2", exposure::old_tls),
    rule(
        "switched-off",
        "switch it on, or take it out of the template",
        running::switched_off,
    ),
    rule(
        "chain",
        "set RecursiveLoop to Allow where a chain is by design, with a bound of its own, and nowhere else",
        running::ended_chains,
    ),
    rule(
        "gateway-timeout",
        "let the integration's TimeoutInMillis be the function's Timeout, or up to a second more",
        running::differing_timeouts,
    ),
    rule("log-level", "begin with info or less", running::loud_logs),
    rule(
        "needless-costs",
        "switch detailed metrics off; give the network gateway endpoints for DynamoDB and S3",
        running::needless_costs,
    ),
    rule(
        "alarm-limits",
        "let it tell somebody, in the right direction, at a threshold and in a time that a trouble reaches",
        alarm_limits::never_sounding,
    ),
    rule(
        "table",
        "replace it by what `cargo bangding cloud check --table` prints",
        function_table::differs,
    ),
    rule(
        "costs",
        "replace it by what `cargo bangding cloud check --costs` prints",
        costs::differ,
    ),
];
