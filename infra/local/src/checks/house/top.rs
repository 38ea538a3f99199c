//! What the top folder holds.

use std::collections::BTreeSet;

use super::Findings;
use super::sources::Source;

/// `design.md` §3.
const NAMED: [&str; 9] = [
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
pub(super) fn strangers(sources: &[Source]) -> Findings {
    let tops = sources.iter().filter_map(|source| source.path.split('/').next());
    let strangers: BTreeSet<&str> = tops.filter(|top| !top.starts_with('.') && !NAMED.contains(top)).collect();
    strangers.into_iter().map(|stranger| format!("{stranger} is there")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_named_once() {
        let paths = ["Cargo.toml", ".ci/run", "shared/state/src/lib.rs", "scripts/a.sh", "scripts/b.sh", "notes.md"];
        let sources = paths.map(|path| Source { path: path.to_owned(), text: String::new() });
        assert_eq!(strangers(&sources), ["notes.md is there", "scripts is there"]);
        assert!(strangers(&sources[..3]).is_empty());
    }
}
