//! `infra/template.yaml` against the code: variables, batch failures, visibility, and what no policy may say. Read by
//! indentation: the file is ours, and `cfn-lint` keeps it well formed.

use std::collections::{BTreeMap, BTreeSet};

use crate::variables::{ALL, SetBy};

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");

/// What every worker is told.
const WORKER: &str = include_str!("worker.rs");

/// The functions with their crates' configuration.
const FUNCTIONS: [(&str, [&str; 2]); 5] = [
    (
        "Callback",
        [
            include_str!("../../../functions/callback/src/config.rs"),
            "",
        ],
    ),
    (
        "Reconcile",
        [
            include_str!("../../../functions/reconcile/src/config.rs"),
            WORKER,
        ],
    ),
    (
        "FullSync",
        [
            include_str!("../../../functions/full-sync/src/config.rs"),
            WORKER,
        ],
    ),
    (
        "TokenRefresh",
        [
            include_str!("../../../functions/token-refresh/src/config.rs"),
            "",
        ],
    ),
    (
        "MessagePush",
        [
            include_str!("../../../functions/message-push/src/config.rs"),
            WORKER,
        ],
    ),
];

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The text of each resource.
fn resources() -> BTreeMap<&'static str, String> {
    let (_, resources) = TEMPLATE.split_once("\nResources:\n").unwrap();
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    let mut name = "";
    for line in resources
        .lines()
        .take_while(|line| !line.starts_with("Outputs:"))
    {
        if indent(line) == 2 && line.ends_with(':') && !line.trim_start().starts_with('#') {
            name = line.trim().trim_end_matches(':');
        }
        found
            .entry(name)
            .or_default()
            .push_str(&format!("{line}\n"));
    }
    found
}

/// Names under `Variables:` in a piece of the template.
fn listed_variables(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut inside: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match inside {
            Some(block) if indent(line) > block => {
                _ = names.insert(line.trim().split(':').next().unwrap().to_owned())
            }
            _ => {
                inside = line
                    .trim_end()
                    .ends_with("Variables:")
                    .then(|| indent(line))
            }
        }
    }
    names
}

fn value<'a>(block: &'a str, key: &str) -> &'a str {
    let line = block
        .lines()
        .find(|line| line.trim_start().starts_with(&format!("{key}:")));
    line.unwrap_or_else(|| panic!("no {key} in {block}"))
        .split_once(':')
        .unwrap()
        .1
        .trim()
}

fn variables_set_by_template() -> BTreeSet<String> {
    ALL.iter()
        .filter(|variable| variable.set_by == SetBy::Template)
        .map(|variable| variable.name.to_owned())
        .collect()
}

#[test]
fn the_template_sets_what_the_code_reads_and_nothing_else() {
    assert_eq!(listed_variables(TEMPLATE), variables_set_by_template());
}

#[test]
fn the_template_gives_each_function_the_variables_it_reads() {
    let (globals, _) = TEMPLATE.split_once("\nResources:\n").unwrap();
    let everywhere = listed_variables(globals);
    let resources = resources();
    for (function, config) in FUNCTIONS {
        let words: BTreeSet<&str> = config
            .into_iter()
            .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
            .collect();
        let reads = variables_set_by_template()
            .into_iter()
            .filter(|name| words.contains(name.as_str()));
        let own: BTreeSet<String> = reads.filter(|name| !everywhere.contains(name)).collect();
        assert_eq!(listed_variables(&resources[function]), own, "{function}");
    }
}

#[test]
fn every_queue_reports_failures_and_waits_six_timeouts_and_gives_up_after_five() {
    let resources = resources();
    let mut sources = 0;
    for (name, source) in resources
        .iter()
        .filter(|(_, text)| text.contains("AWS::Lambda::EventSourceMapping"))
    {
        assert!(
            source.contains("FunctionResponseTypes: [ReportBatchItemFailures]"),
            "{name}"
        );
        let queue = value(source, "EventSourceArn")
            .trim_start_matches("!GetAtt ")
            .trim_end_matches(".Arn");
        let function = value(source, "FunctionName").trim_start_matches("!Ref ");
        let timeout: u32 = value(&resources[function], "Timeout").parse().unwrap();
        let visibility: u32 = value(&resources[queue], "VisibilityTimeout")
            .parse()
            .unwrap();
        assert!(
            visibility >= 6 * timeout,
            "{queue}: {visibility} s for {function} of {timeout} s"
        );
        assert!(
            value(&resources[queue], "RedrivePolicy")
                .contains(&format!("{queue}Dead.Arn, maxReceiveCount: 5"))
        );
        let fifo = |name: &str| resources[name].contains("FifoQueue: true");
        assert_eq!(fifo(queue), fifo(&format!("{queue}Dead")), "{queue}");
        sources += 1;
    }
    assert_eq!(sources, 4);
}

#[test]
fn no_policy_has_a_wildcard_action_or_a_scan_and_only_token_refresh_writes_secrets() {
    let resources = resources();
    let roles: Vec<_> = resources
        .iter()
        .filter(|(_, text)| text.contains("AWS::IAM::Role"))
        .collect();
    assert_eq!(roles.len(), FUNCTIONS.len());
    for (name, role) in roles {
        assert!(!role.contains("arn:aws:"), "{name} names a partition");
        assert!(!role.contains("dynamodb:Scan"), "{name}");
        assert!(
            !role.contains(":*]") && !role.contains(":*,") && !role.contains("Resource: \"*\""),
            "{name}"
        );
        let writes = role.contains("secretsmanager:PutSecretValue")
            || role.contains("secretsmanager:CreateSecret");
        assert_eq!(writes, *name == "TokenRefreshRole", "{name}");
        // Who looks at people asks them too; only what takes from the outbox sends.
        let sends = role.contains("Resource: !GetAtt Outbox.Arn");
        assert_eq!(sends, *name == "MessagePushRole", "{name}");
        let asks = sends || *name == "ReconcileRole" || *name == "FullSyncRole";
        assert_eq!(role.contains("Outbox.Arn"), asks, "{name}");
    }
    assert!(
        !resources["CallbackRole"].contains("dynamodb:"),
        "the callback reaches no table"
    );
}

/// What a role's policy names behind `secret:${AWS::StackName}/`.
fn secrets_named(role: &str) -> BTreeSet<&str> {
    role.split("secret:${AWS::StackName}/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn each_function_reaches_the_secrets_that_it_needs_and_no_others() {
    let resources = resources();
    let worker = ["keys/*", "tokens/*"];
    for (role, secrets) in [
        ("CallbackRole", &["callback/*"][..]),
        ("ReconcileRole", &worker),
        ("FullSyncRole", &worker),
        (
            "TokenRefreshRole",
            &["credentials/dingtalk/*", "keys/*", "tokens/*"],
        ),
        ("MessagePushRole", &worker),
    ] {
        let named = secrets_named(&resources[role]);
        assert_eq!(
            named,
            BTreeSet::from_iter(secrets.iter().copied()),
            "{role}"
        );
    }
}
