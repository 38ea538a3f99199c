//! Circles of imports within a crate: files that can only be understood together.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use super::imports::{is_test_file, parse_imports};
use super::layers::Package;
use super::sources::SourceFile;

/// Files of a circle that a reader can still hold in mind.
const FILES_MAX: usize = 4;

/// Crates whose circles are known, each with the reason why they stay for now.
const KNOWN: [(&str, &str); 1] = [(
    "engine",
    "its rooms are rebuilt next, with the inside of `decide`; two moves of the same files would hide each other",
)];

/// A module by its path within the crate; the crate's root is the empty one.
type ModulePath = Vec<String>;
/// What each module imports from its own crate, by `use crate::…`.
type ImportGraph = BTreeMap<ModulePath, BTreeSet<ModulePath>>;

/// Circles of more than four files, and exceptions that no crate needs any more.
pub(super) fn find_circles(packages: &[Package], sources: &[SourceFile]) -> Findings {
    let mut findings = Findings::new();
    for package in packages {
        let known = KNOWN.iter().find(|(name, _)| *name == package.name);
        let circles = list_circles(&read_graph(package, sources));
        let large: Vec<_> = circles
            .into_iter()
            .filter(|circle| circle.len() > FILES_MAX)
            .collect();
        match known {
            Some((name, reason)) if large.is_empty() => findings.push(format!(
                "{name} has no such circle any more: take it off the list ({reason})"
            )),
            Some(_) => {}
            None => findings.extend(large.iter().map(|circle| {
                format!("{} has one of {}", package.folder, describe_circle(circle))
            })),
        }
    }
    findings
}

fn describe_circle(circle: &[ModulePath]) -> String {
    let names: Vec<String> = circle
        .iter()
        .map(|path| match path.as_slice() {
            [] => "lib".to_owned(),
            path => path.join("::"),
        })
        .collect();
    format!("{}: {}", names.len(), names.join(", "))
}

fn read_graph(package: &Package, sources: &[SourceFile]) -> ImportGraph {
    let folder = format!("{}/src/", package.folder);
    let files: BTreeMap<ModulePath, &SourceFile> = sources
        .iter()
        .filter(|source| !is_test_file(&source.path))
        .filter_map(|source| {
            Some((
                parse_module_path(source.path.strip_prefix(&folder)?)?,
                source,
            ))
        })
        .collect();
    let imports = |path: &ModulePath, source: &SourceFile| {
        parse_imports(&source.text)
            .iter()
            .filter_map(|import| find_module(&files, import.strip_prefix("crate::")?))
            .filter(|target| target != path)
            .collect()
    };
    files
        .iter()
        .map(|(path, source)| (path.clone(), imports(path, source)))
        .collect()
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`. A program's `main.rs` is imported by nothing.
fn parse_module_path(file: &str) -> Option<ModulePath> {
    let stem = file.strip_suffix(".rs")?;
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match stem {
        "main" => None,
        "lib" => Some(ModulePath::new()),
        stem => Some(stem.split('/').map(str::to_owned).collect()),
    }
}

/// The file that has what an import names: the longest beginning of it that is a module.
fn find_module(files: &BTreeMap<ModulePath, &SourceFile>, import: &str) -> Option<ModulePath> {
    let mut path: ModulePath = import.split("::").map(str::to_owned).collect();
    while !files.contains_key(&path) {
        path.pop()?;
    }
    Some(path)
}

/// Sets of modules that all reach each other.
fn list_circles(graph: &ImportGraph) -> Vec<Vec<ModulePath>> {
    let reached: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> = graph
        .keys()
        .map(|module| (module, reach(graph, module)))
        .collect();
    let mut circles: BTreeSet<Vec<ModulePath>> = BTreeSet::new();
    for (module, targets) in &reached {
        let back = |target: &&&ModulePath| {
            reached
                .get(**target)
                .is_some_and(|from_there| from_there.contains(*module))
        };
        let circle: Vec<ModulePath> = targets
            .iter()
            .filter(back)
            .map(|one| (*one).clone())
            .collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reach<'a>(graph: &'a ImportGraph, from: &ModulePath) -> BTreeSet<&'a ModulePath> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&ModulePath> = graph.get(from).into_iter().flatten().collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(graph.get(module).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Package {
        Package {
            name: name.to_owned(),
            folder: format!("shared/{name}"),
            imports: Vec::new(),
        }
    }

    /// Files a, b, c, … of a crate, each of which imports the next, and the last one the first.
    fn circle(name: &str, files: &[&str]) -> Vec<SourceFile> {
        let next = |at: usize| {
            let target = files[(at + 1) % files.len()].trim_end_matches("/mod");
            format!("use crate::{}::Thing;\n", target.replace('/', "::"))
        };
        let file = |(at, path): (usize, &&str)| SourceFile {
            path: format!("shared/{name}/src/{path}.rs"),
            text: next(at),
        };
        files.iter().enumerate().map(file).collect()
    }

    #[test]
    fn a_circle_of_more_than_four_files_is_found() {
        let files = ["a", "b", "c", "d/mod", "e/f"];
        assert_eq!(
            find_circles(&[package("state")], &circle("state", &files)),
            ["shared/state has one of 5: a, b, c, d, e::f"]
        );
        assert!(find_circles(&[package("state")], &circle("state", &files[..4])).is_empty());
    }

    #[test]
    fn imports_of_tests_and_of_other_crates_close_no_circle() {
        let files = ["a", "b", "c", "d", "e"];
        let mut sources = circle("state", &files);
        sources[4].text =
            "use other::a::Thing;\n#[cfg(test)]\nmod tests {\n    use crate::a::Thing;\n}\n"
                .to_owned();
        assert!(find_circles(&[package("state")], &sources).is_empty());
        let mut sources = circle("state", &files);
        sources[4].path = "shared/state/src/e/tests.rs".to_owned();
        assert!(find_circles(&[package("state")], &sources).is_empty());
    }

    #[test]
    fn an_exception_is_used_or_taken_off_the_list() {
        let engine = [package("engine")];
        let files = ["a", "b", "c", "d", "e"];
        assert!(find_circles(&engine, &circle("engine", &files)).is_empty());
        let gone = find_circles(&engine, &circle("engine", &files[..2]));
        assert!(
            gone[0].starts_with("engine has no such circle any more"),
            "{gone:?}"
        );
    }
}
