//! Rules about single files.

use std::path::Path;

use super::Findings;

const FILE_LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 40;

// In two parts each, so that this file keeps the rule that it states.
const UNFINISHED: [&str; 6] = [
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("#[ig", "nore"),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("XX", "X:"),
];
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:", "\\Users"),
];

/// A file of ours: tracked, or about to be.
pub(super) struct SourceFile {
    /// From the top folder, with `/`.
    pub(super) path: String,
    /// Its text; empty where it is none.
    pub(super) text: String,
}

/// Reads files. One that was deleted and is still in the index is left out.
pub(super) fn read<'a>(
    root: &Path,
    paths: impl Iterator<Item = &'a str>,
) -> Result<Vec<SourceFile>, String> {
    let mut sources = Vec::new();
    for path in paths {
        match std::fs::read(root.join(path)) {
            Ok(bytes) => {
                sources.push(SourceFile {
                    path: path.to_owned(),
                    text: String::from_utf8(bytes).unwrap_or_default(),
                });
            }
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => {}
            Err(err) => return Err(format!("{path} cannot be read: {err}")),
        }
    }
    Ok(sources)
}

fn longer(sources: &[SourceFile], lines_max: usize, wanted: impl Fn(&str) -> bool) -> Findings {
    let rust = sources.iter().filter(|source| wanted(&source.path));
    let long = rust
        .map(|source| (&source.path, source.text.lines().count()))
        .filter(|(_, lines)| *lines > lines_max);
    long.map(|(path, lines)| format!("{path} has {lines}"))
        .collect()
}

pub(super) fn long_files(sources: &[SourceFile]) -> Findings {
    longer(sources, FILE_LINES_MAX, |path| path.ends_with(".rs"))
}

pub(super) fn long_mains(sources: &[SourceFile]) -> Findings {
    longer(sources, MAIN_LINES_MAX, |path| {
        path.ends_with("/src/main.rs")
    })
}

/// Whatever says that something is still to be done, in code and in comments, in any language.
pub(super) fn unfinished(sources: &[SourceFile]) -> Findings {
    containing(sources, &UNFINISHED, |_| true)
}

/// Paths that exist on one machine only. An address such as `https://example.com/home/` is none.
pub(super) fn machine_paths(sources: &[SourceFile]) -> Findings {
    containing(sources, &MACHINE_PATHS, |before| {
        !before.ends_with(|last: char| last.is_ascii_alphanumeric() || ".-_}".contains(last))
    })
}

fn containing(
    sources: &[SourceFile],
    needles: &[&str],
    counts_after: impl Fn(&str) -> bool,
) -> Findings {
    let mut findings = Findings::new();
    for SourceFile { path, text } in sources {
        for (line, number) in text.lines().zip(1..) {
            let found = needles.iter().find(|needle| {
                line.match_indices(**needle)
                    .any(|(at, _)| counts_after(line.get(..at).unwrap_or_default()))
            });
            findings.extend(found.map(|needle| format!("{path}:{number} has {needle}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> [SourceFile; 1] {
        [SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }]
    }

    #[test]
    fn files_above_the_line_limit_are_found() {
        let lines = |path: &str, count: usize| source(path, &"//\n".repeat(count));
        assert!(long_files(&lines("shared/state/src/a.rs", 400)).is_empty());
        assert_eq!(
            long_files(&lines("shared/state/src/a.rs", 401)),
            ["shared/state/src/a.rs has 401"]
        );
        assert!(long_files(&lines("infra/template.yaml", 900)).is_empty());
        assert!(long_mains(&lines("functions/callback/src/main.rs", 40)).is_empty());
        assert_eq!(
            long_mains(&lines("functions/callback/src/main.rs", 41)).len(),
            1
        );
        assert!(long_mains(&lines("functions/callback/src/lib.rs", 41)).is_empty());
    }

    #[test]
    fn unfinished_work_is_found_with_its_line() {
        for needle in UNFINISHED {
            let findings = unfinished(&source(
                "a.rs",
                &format!("fn a() {{\n    {needle} later\n}}"),
            ));
            assert_eq!(findings, [format!("a.rs:2 has {needle}")]);
        }
        assert!(unfinished(&source("a.rs", "fn todo_list() {}")).is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_an_address_is_not() {
        for needle in MACHINE_PATHS {
            assert_eq!(
                machine_paths(&source("README.md", &format!("cd {needle}somebody"))).len(),
                1,
                "{needle}"
            );
        }
        let home = concat!("https://example.com/ho", "me/page");
        assert!(machine_paths(&source("README.md", home)).is_empty());
        assert_eq!(
            machine_paths(&source(
                "README.md",
                &format!("{home} /{}", concat!("ro", "ot/x"))
            ))
            .len(),
            1
        );
    }

    #[test]
    fn deleted_files_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a.rs"), "text").unwrap();
        std::fs::write(root.path().join("b.png"), [0xff, 0xfe]).unwrap();
        let sources = read(root.path(), ["a.rs", "b.png", "gone.rs"].into_iter()).unwrap();
        let read: Vec<_> = sources
            .iter()
            .map(|source| (source.path.as_str(), source.text.as_str()))
            .collect();
        assert_eq!(read, [("a.rs", "text"), ("b.png", "")]);
    }
}
