//! Each rule against its fixture, and all of them against what is deployed.
//!
//! A fixture is a small template whose first lines say `# finds: A, B` and `# spares: C`: the rule of the file's name must
//! find the former and must not find the latter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/template_rules/fixtures")
}

/// Code and page that every fixture has beside it.
fn subject(text: &str) -> RuleSubject {
    let counts = ["PUSH_SEEN", "QUARANTINED", "QUOTA_USED"]
        .map(|name| format!("metrics::record(metrics::{name}, 1.0);"));
    let good = format!(
        "pub async fn handle() -> BatchOutcome {{ {} }}",
        counts.join(" ")
    );
    let sources = [
        ("functions/good/src/lib.rs", good),
        (
            "functions/good/src/config.rs",
            "lookup(variables::WAKES_QUEUE_URL) and LOG_LEVEL".to_owned(),
        ),
        (
            "functions/worker/src/config.rs",
            "WorkerConfig::from_vars and SWEEPS_QUEUE_URL".to_owned(),
        ),
        (
            "shared/runtime/src/worker.rs",
            "lookup(OUTBOX_QUEUE_URL)".to_owned(),
        ),
        (
            "functions/whole/src/lib.rs",
            "pub async fn handle() {}".to_owned(),
        ),
        (
            "functions/local/src/lib.rs",
            "let transport = HttpTransport::new(true)?;".to_owned(),
        ),
    ];
    let sources: BTreeMap<_, _> = sources
        .into_iter()
        .map(|(path, code)| (path.to_owned(), code))
        .collect();
    let readme = "# Page\n### Known\nThe alarm Unknown stands in a sentence only.\n".to_owned();
    RuleSubject {
        template: Template::parse(text).unwrap(),
        readme,
        sources,
    }
}

fn listed_ids(text: &str, line: &str) -> BTreeSet<String> {
    let line = text
        .lines()
        .find_map(|one| one.strip_prefix(line))
        .unwrap_or_else(|| panic!("no {line} in a fixture"));
    line.split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn each_rule_finds_what_its_fixture_plants_and_spares_the_rest() {
    for rule in RULES {
        let text = file(&folder(), &format!("{}.yaml", rule.name)).unwrap();
        let found: BTreeSet<String> = (rule.find)(&subject(&text))
            .into_iter()
            .map(|finding| finding.id)
            .collect();
        let (finds, spares) = (
            listed_ids(&text, "# finds:"),
            listed_ids(&text, "# spares:"),
        );
        assert!(
            !finds.is_empty() && found.is_superset(&finds),
            "{}: found {found:?}, not {finds:?}",
            rule.name
        );
        assert!(
            found.is_disjoint(&spares),
            "{}: found {found:?}, but should spare {spares:?}",
            rule.name
        );
        let ids: BTreeSet<String> = subject(&text)
            .template
            .resources()
            .map(|one| one.id.to_owned())
            .collect();
        assert!(
            spares.is_subset(&ids) || rule.name == "variables",
            "{}: it spares what it does not hold",
            rule.name
        );
    }
}

#[test]
fn rules_and_fixtures_are_the_same_set() {
    let files = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    let fixtures: BTreeSet<String> = files
        .map(|name| name.trim_end_matches(".yaml").to_owned())
        .collect();
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!((fixtures, rules.len()), (rules, RULES.len()));
}

#[test]
fn the_deployed_template_keeps_every_rule() {
    let outcome = check_template_rules(&Project::here().unwrap());
    assert_eq!((outcome.failed, outcome.report.as_str()), (0, ""));
    assert_eq!(outcome.passed, RULES.len() as u64);
}

#[test]
fn a_finding_names_place_problem_rule_and_remedy() {
    let text = file(&folder(), "recovery.yaml").unwrap();
    let rule = RULES.iter().find(|rule| rule.name == "recovery").unwrap();
    let outcome = outcome(rule, &subject(&text));
    let expected = "infra/template.yaml:4 Forgetful: it cannot be restored to an hour ago [recovery]; switch point-in-time recovery on\n";
    assert_eq!((outcome.failed, outcome.report.as_str()), (1, expected));
}

#[test]
fn the_table_lists_triggers_rights_and_variables() {
    let text = file(&folder(), "table.yaml").unwrap();
    let table = function_table::build_table(&subject(&text).template);
    let row = "| `Worker` | `POST /in/{binding}`<br>queue `Wakes`<br>`rate(1 hour)` | GetSecretValue on `<stack>/binding/*` | `WAKES_QUEUE_URL` = `Wakes` |";
    assert!(table.contains(row), "{table}");
    assert!(
        table.contains("Every function has `TABLES_PREFIX` = `<stack>-`."),
        "{table}"
    );
}

#[test]
fn a_template_without_resources_is_refused() {
    assert!(Template::parse("Parameters: {}").is_err());
    assert!(Template::parse("Resources: {}").is_err());
}
