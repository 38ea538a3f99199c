//! What people may ask for stands in `shared/desk`: the terminal reaches plans, reviews and the ledger's edits through it.

use super::Findings;
use super::imports::{is_test_file, without_tests};
use super::sources::SourceFile;

/// Where it holds.
const TERMINAL: &str = "infra/local/src/";
/// What the desk alone works on: a path, and the names below it that count (all of them where there are none).
const BEHIND_DESK: [(&str, &[&str]); 3] = [
    ("engine::plans", &[]),
    ("engine::reviews", &[]),
    ("ehr::ledger", &["LedgerEdit", "EditAction"]),
];

/// Files of the terminal's program that reach past the desk; tests may look where they like.
pub(super) fn find_bypasses(sources: &[SourceFile]) -> Findings {
    let mut findings = Findings::new();
    let terminal = sources
        .iter()
        .filter(|source| source.path.starts_with(TERMINAL) && !is_test_file(&source.path));
    for SourceFile { path, text } in terminal {
        let code = without_tests(text);
        let mut used: Vec<&str> = BEHIND_DESK
            .iter()
            .filter(|(module, names)| uses(code, module, names))
            .map(|(module, _)| *module)
            .collect();
        used.sort_unstable();
        findings.extend(used.iter().map(|module| format!("{path} uses {module}")));
    }
    findings
}

/// Whether code imports from a module, or names it in place.
fn uses(code: &str, module: &str, names: &[&str]) -> bool {
    let below = |path: &str| {
        let rest = path.strip_prefix(module)?;
        let name = rest.strip_prefix("::").unwrap_or_default();
        (rest.is_empty() || rest.starts_with("::"))
            .then(|| name.split("::").next().unwrap_or_default().to_owned())
    };
    let counts = |name: String| names.is_empty() || name == "*" || names.contains(&name.as_str());
    let imported = super::imports::parse_imports(code)
        .iter()
        .any(|import| below(import).is_some_and(counts));
    let in_place = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':'))
        .any(|word| below(word).is_some_and(|name| !name.is_empty() && counts(name)));
    imported || in_place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(path: &str, text: &str) -> Findings {
        find_bypasses(&[SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn each_way_past_the_desk_is_found() {
        for (text, module) in [
            ("use engine::plans::PlanBody;", "engine::plans"),
            ("use engine::{plans, sweep::Sweep};", "engine::plans"),
            ("use engine::reviews as seen;", "engine::reviews"),
            ("fn f() -> engine::reviews::Hold {}", "engine::reviews"),
            (
                "use ehr::ledger::{CompanyOnDay, LedgerEdit};",
                "ehr::ledger",
            ),
            ("use ehr::ledger::*;", "ehr::ledger"),
        ] {
            let expected = format!("infra/local/src/plan/words.rs uses {module}");
            assert_eq!(
                find("infra/local/src/plan/words.rs", text),
                [expected],
                "{text}"
            );
        }
    }

    #[test]
    fn other_crates_other_names_and_tests_are_spared() {
        let bypass = "use engine::plans::PlanBody;";
        for (path, text) in [
            ("shared/desk/src/plans.rs", bypass),
            ("infra/local/src/plan/tests.rs", bypass),
            ("infra/local/src/a.rs", "use ehr::ledger::CompanyOnDay;"),
            ("infra/local/src/a.rs", "use engine::plans_of_others::X;"),
            ("infra/local/src/a.rs", "use desk::plans::PlanReply;"),
            (
                "infra/local/src/a.rs",
                "/// As [`engine::plans::PlanBody`].\n",
            ),
            (
                "infra/local/src/a.rs",
                "#[cfg(test)]\nmod tests {\n    use engine::plans::PlanBody;\n}\n",
            ),
        ] {
            assert!(find(path, text).is_empty(), "{path}: {text}");
        }
    }
}
