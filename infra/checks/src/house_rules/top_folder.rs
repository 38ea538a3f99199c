//! What the top folder holds.

use std::collections::BTreeSet;

use super::Findings;
use super::sources::SourceFile;

/// A new entry is a decision: what comes to stand here is what everybody sees first.
const EXPECTED_ENTRIES: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "functions",
    "infra",
    "rust-toolchain.toml",
    "shared",
    "tests",
];

/// Dotfiles belong to tools and are not asked.
pub(super) fn find_unexpected(sources: &[SourceFile]) -> Findings {
    let tops = sources
        .iter()
        .filter_map(|source| source.path.split('/').next());
    let strangers: BTreeSet<&str> = tops
        .filter(|top| !top.starts_with('.') && !EXPECTED_ENTRIES.contains(top))
        .collect();
    strangers
        .into_iter()
        .map(|stranger| format!("{stranger} is there"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unexpected_entry_is_reported_once() {
        let paths = [
            "Cargo.toml",
            ".ci/run",
            "shared/state/src/lib.rs",
            "scripts/a.sh",
            "scripts/b.sh",
            "notes.txt",
        ];
        let sources = paths.map(|path| SourceFile {
            path: path.to_owned(),
            text: String::new(),
        });
        assert_eq!(
            find_unexpected(&sources),
            ["notes.txt is there", "scripts is there"]
        );
        assert!(find_unexpected(&sources[..3]).is_empty());
    }
}
