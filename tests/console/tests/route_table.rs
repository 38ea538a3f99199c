//! Who may do what, as the router answers: every route of its own list, by every role. The table is committed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use admin_console::describe_api;
use admin_console::desk_port::ConsoleRole;
use console::{ConsoleWorld, SignedInAs, WorldOptions};

const TABLE: &str = include_str!("../ROUTES.md");

const COLUMNS: [(&str, SignedInAs); 6] = [
    ("not signed in", SignedInAs::Nobody),
    ("employee", SignedInAs::Role(ConsoleRole::Employee)),
    ("auditor", SignedInAs::Role(ConsoleRole::Auditor)),
    ("HR", SignedInAs::Role(ConsoleRole::Hr)),
    ("owner", SignedInAs::Role(ConsoleRole::Owner)),
    ("owner with code", SignedInAs::OwnerWithCode),
];

/// What stands for a parameter of a path: something that exists.
fn fill(path: &str) -> String {
    let id = match path {
        path if path.starts_with("/runs") => "run1",
        path if path.starts_with("/plans") => "plan1",
        path if path.starts_with("/people") => "link1",
        path if path.starts_with("/queues/holds") => "hold1",
        path if path.starts_with("/queues/conflicts") => "conflict1",
        path if path.starts_with("/queues/quarantine") => "quarantine1",
        _ => "match1",
    };
    let step = if path.ends_with("/probe") {
        "permissions"
    } else {
        "make-app"
    };
    path.replace("{id}", id)
        .replace("{step}", step)
        .replace("{token}", &"A".repeat(43))
}

/// A form that the route understands.
fn fields(path: &str) -> Vec<(&'static str, &'static str)> {
    match path {
        "/queues/holds/{id}" => vec![("decision", "release")],
        "/queues/conflicts/{id}" => vec![("decision", "ehr")],
        "/queues/matches/{id}" => vec![("same", "true")],
        "/bind/{step}" => vec![("published", "yes")],
        "/sign-in" => vec![("account", "owner"), ("code", "000000")],
        "/step-up" | "/account/authenticator/confirm" => vec![("code", "000000")],
        _ => Vec::new(),
    }
}

async fn cell(method: &str, path: &str, who: SignedInAs) -> String {
    let world = ConsoleWorld::start(WorldOptions::default()).await;
    let mut browser = world.signed_in(who).await;
    let entries = world.desk.journal_length();
    let answer = if method == "get" {
        browser.get(&fill(path)).await
    } else {
        browser.post(&fill(path), &fields(path)).await
    };
    let location = answer.location();
    let mut cell = answer.status.as_str().to_owned();
    if location.starts_with("/step-up") {
        cell = "code".to_owned();
    } else if location == "/sign-in" && who == SignedInAs::Nobody {
        cell = "sign in".to_owned();
    }
    if world.desk.journal_length() > entries {
        cell.push_str(" J");
    }
    cell
}

/// The rows of the table, from the router's own list.
async fn rows() -> Vec<String> {
    let description = serde_json::to_value(describe_api()).unwrap();
    let mut rows = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let mut row = format!("| `{} {path}` |", method.to_uppercase());
            for (_, who) in COLUMNS {
                row += &format!(" {} |", cell(method, path, who).await);
            }
            rows.push(row);
        }
    }
    rows.sort();
    rows
}

#[tokio::test]
async fn the_table_says_what_the_router_answers() {
    let rows = rows().await;
    assert!(rows.len() >= 35, "{}", rows.len());
    let committed: Vec<&str> = TABLE
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    if runtime::read_variable("UPDATE_ROUTES").is_some() {
        let head = TABLE.split("\n| ").next().unwrap();
        let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let table = format!(
            "{head}\n| route | {} |\n|---|{}\n{}\n",
            names.join(" | "),
            "---|".repeat(6),
            rows.join("\n")
        );
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ROUTES.md");
        std::fs::write(path, table).unwrap();
        return;
    }
    assert_eq!(
        rows, committed,
        "run with UPDATE_ROUTES=1 and look at what changed"
    );
}

#[test]
fn nobody_who_is_not_signed_in_and_no_employee_reads_or_changes_the_company() {
    for line in TABLE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (route, nobody, employee, auditor) = (cells[1], cells[2], cells[3], cells[4]);
        let is_of_sign_in = ["/sign-in", "/link", "/preferences"]
            .iter()
            .any(|part| route.contains(part));
        let is_own = is_of_sign_in
            || ["/account", "/step-up", "/sign-out"]
                .iter()
                .any(|part| route.contains(part));
        assert!(is_of_sign_in || nobody == "sign in", "{route}: {nobody}");
        assert!(is_own || employee.starts_with("403"), "{route}: {employee}");
        let is_change = route.starts_with("`POST") && !is_own;
        let is_look = route.contains("/reveal") || route.contains("/doctor");
        assert!(
            !is_change || is_look || auditor.starts_with("403"),
            "{route}: {auditor}"
        );
    }
}
