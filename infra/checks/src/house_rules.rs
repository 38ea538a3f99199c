//! The house's own rules: who imports whom, how long things are, what does not belong here.

mod circles;
mod desk_only;
mod documents;
mod imports;
mod layers;
mod readmes;
mod sources;
mod top_folder;

use crate::outcome::Outcome;
use crate::project::Project;
use layers::Package;
use sources::SourceFile;

/// The crate that has what people may ask for.
const DESK: &str = "desk";

/// What a rule finds wrong: a sentence each, with the place.
type Findings = Vec<String>;

/// Every rule counts once.
pub(crate) fn check_house_rules(project: &Project) -> Outcome {
    match read_workspace(project) {
        Ok((sources, packages, links)) => rules(&sources, &packages, &links)
            .into_iter()
            .map(outcome)
            .sum(),
        Err(why) => Outcome::failed(why),
    }
}

/// Crates that are linked, all the way down, into the two that have to stay lean.
struct LinkedCrates {
    callback: Vec<String>,
    directory: Vec<String>,
}

fn read_workspace(
    project: &Project,
) -> Result<(Vec<SourceFile>, Vec<Package>, LinkedCrates), String> {
    let paths = project.list_files(&[])?;
    let sources = sources::read(&project.root, paths.iter().map(String::as_str))?;
    let metadata = project
        .cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .read_stdout()?;
    let packages = layers::parse_packages(&metadata)?;
    let linked = |package: &str| {
        let args = [
            "tree",
            "--locked",
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ];
        project
            .cargo(&args)
            .read_stdout()
            .map(|tree| layers::parse_linked(&tree))
    };
    Ok((
        sources,
        packages,
        LinkedCrates {
            callback: linked("callback")?,
            directory: linked("directory")?,
        },
    ))
}

fn rules(
    sources: &[SourceFile],
    packages: &[Package],
    links: &LinkedCrates,
) -> Vec<(&'static str, Findings)> {
    let mut rules = vec![
        (
            "the top folder holds what the design names",
            top_folder::find_unexpected(sources),
        ),
        ("a file has at most 400 lines", sources::long_files(sources)),
        (
            "a main.rs has at most 40 lines",
            sources::long_mains(sources),
        ),
        ("nothing is left to be done", sources::unfinished(sources)),
        (
            "no path of one machine is written down",
            sources::machine_paths(sources),
        ),
        (
            "every crate is known to this rule and bears its folder's name",
            layers::find_misplaced(packages),
        ),
        (
            "crates import downwards",
            layers::find_upward_imports(packages),
        ),
        (
            "callback links neither engine nor ehr, nor what costs a cold start",
            layers::find_forbidden(&links.callback, layers::NOT_IN_CALLBACK),
        ),
        (
            "directory links no runtime, no AWS and no HTTP",
            layers::find_forbidden(&links.directory, layers::NOT_IN_DIRECTORY),
        ),
        (
            "a document that is referred to is in the repository",
            documents::find_dangling(sources),
        ),
        (
            "no circle of imports spans more than four files of a crate",
            circles::find_circles(packages, sources),
        ),
        (
            "every crate has a README, which is its documentation",
            readmes::find_undocumented(packages, sources),
        ),
    ];
    // There is nothing to go through before the desk is built.
    if packages.iter().any(|package| package.name == DESK) {
        rules.push((
            "the terminal reaches plans, reviews and ledger edits through the desk alone",
            desk_only::find_bypasses(sources),
        ));
    }
    rules
}

fn outcome((rule, findings): (&'static str, Findings)) -> Outcome {
    if findings.is_empty() {
        return Outcome::passed();
    }
    let lines: String = findings
        .iter()
        .map(|finding| format!("  {finding}\n"))
        .collect();
    Outcome::failed(format!("{rule}, but\n{lines}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_reaches_the_result() {
        let source = |path: &str, text: String| SourceFile {
            path: path.to_owned(),
            text,
        };
        let sources = [
            source(
                "notes.txt",
                concat!("FIX", "ME: see /ho", "me/somebody").to_owned(),
            ),
            source("shared/state/src/main.rs", "//\n".repeat(401)),
            source(
                "shared/state/README.md",
                concat!("see gone", ".md").to_owned(),
            ),
            source("infra/local/src/a.rs", "use engine::plans;".to_owned()),
        ];
        let package = |name: &str, folder: &str, imports: &[&str]| Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            imports: imports.iter().map(|one| (*one).to_owned()).collect(),
        };
        let packages = [
            package("state", "shared/state", &["engine"]),
            package("engine", "shared/other", &[]),
            package("desk", "shared/desk", &[]),
        ];
        let links = LinkedCrates {
            callback: vec!["engine".to_owned()],
            directory: vec!["tokio".to_owned()],
        };
        let outcomes: Vec<Outcome> = rules(&sources, &packages, &links)
            .into_iter()
            .map(outcome)
            .collect();
        assert!(
            outcomes.iter().all(|outcome| outcome.failed == 1),
            "{outcomes:#?}"
        );
        let before_the_desk = rules(&sources, &packages[..2], &links);
        assert_eq!(before_the_desk.len() + 1, outcomes.len());
    }
}
