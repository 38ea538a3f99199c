//! References to documents: a reader of the repository must be able to open them.

use std::collections::BTreeSet;

use super::Findings;
use super::sources::SourceFile;

/// Kinds of files in which a reference counts.
const READ_BY_PEOPLE: [&str; 6] = [".rs", ".md", ".yaml", ".toml", ".sh", ".py"];
/// How a document's name ends.
const DOCUMENT: &str = concat!(".", "md");

/// Words that name a document which is no file of the repository. `a/b` names any file whose path ends so, or the one that
/// the path leads to from where it is written.
pub(super) fn find_dangling(sources: &[SourceFile]) -> Findings {
    let documents: BTreeSet<&str> = sources
        .iter()
        .map(|source| source.path.as_str())
        .filter(|path| path.ends_with(DOCUMENT))
        .collect();
    let read = |source: &&SourceFile| READ_BY_PEOPLE.iter().any(|end| source.path.ends_with(end));
    let mut findings = Findings::new();
    for SourceFile { path, text } in sources.iter().filter(read) {
        for (line, number) in text.lines().zip(1..) {
            let dangling = named_documents(line)
                .into_iter()
                .filter(|name| !is_document(&documents, path, name));
            findings.extend(
                dangling.map(|name| format!("{path}:{number} refers to {name}, which is not here")),
            );
        }
    }
    findings
}

/// Words of a line that end like a document's name. An address on the internet is none, and neither is a bare ending.
fn named_documents(line: &str) -> Vec<&str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let mut names = Vec::new();
    for (at, _) in line.match_indices(DOCUMENT) {
        let (before, rest) = line.split_at(at + DOCUMENT.len());
        let begin = before.rfind(|c: char| !is_of_name(c)).map_or(0, |last| {
            last + before[last..].chars().next().map_or(1, char::len_utf8)
        });
        let name = &before[begin..];
        let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let stem = name.rsplit('/').next().unwrap_or_default();
        if ends && stem != DOCUMENT && !name.starts_with("//") {
            names.push(name.trim_start_matches('/'));
        }
    }
    names
}

fn is_document(documents: &BTreeSet<&str>, from: &str, name: &str) -> bool {
    let ends_so = |path: &&str| {
        path.strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    documents.iter().any(ends_so)
        || follow(from, name).is_some_and(|path| documents.contains(path.as_str()))
}

/// Where a relative path leads from a file; `None` above the top folder.
fn follow(from: &str, name: &str) -> Option<String> {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for step in name.split('/') {
        match step {
            "." => {}
            ".." => _ = folders.pop()?,
            step => folders.push(step),
        }
    }
    Some(folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // In two parts, so that this file keeps the rule that it tests.
    const GONE: &str = concat!("design", ".md");

    fn house(text: &str) -> Vec<SourceFile> {
        [
            ("README.md", ""),
            ("shared/state/README.md", ""),
            ("shared/state/src/a.rs", text),
        ]
        .map(|(path, text)| SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .into()
    }

    #[test]
    fn a_document_that_is_not_here_is_found_with_its_line() {
        let findings = find_dangling(&house(&format!("//! One.\n//! Two (`{GONE}` §4.3).")));
        let expected = format!("shared/state/src/a.rs:2 refers to {GONE}, which is not here");
        assert_eq!(findings, [expected]);
        for dangling in [
            format!("../{GONE}"),
            format!("see:{GONE}."),
            format!("“{GONE}”"),
        ] {
            assert_eq!(find_dangling(&house(&dangling)).len(), 1, "{dangling}");
        }
        let elsewhere = concat!("docs/README", ".md");
        assert_eq!(find_dangling(&house(elsewhere)).len(), 1);
    }

    #[test]
    fn documents_of_the_repository_and_addresses_are_spared() {
        for fine in [
            "see README.md",
            "[state](state/README.md#items)",
            concat!("..", "/README.md"),
            "../../../README.md",
            "shared/state/README.md",
            concat!("https://example.com/page", ".md"),
            concat!("format!(\"{name}", ".md\")"),
            concat!("a", ".mdx"),
        ] {
            assert_eq!(find_dangling(&house(fine)), Findings::new(), "{fine}");
        }
    }
}
