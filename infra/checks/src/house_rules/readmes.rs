//! Every crate says what it is for, in a README that is also its documentation.

use super::Findings;
use super::layers::Package;
use super::sources::SourceFile;

const LINES_MIN: usize = 10;
/// What a crate's root says.
const INCLUSION: &str = concat!("#![doc = include_str!(\"..", "/README.md\")]");

/// Crates without a README of ten lines, or without it in their root: `lib.rs`, or `main.rs` where there is no other.
pub(super) fn find_undocumented(packages: &[Package], sources: &[SourceFile]) -> Findings {
    let read = |path: String| {
        sources
            .iter()
            .find(|source| source.path == path)
            .map(|source| source.text.as_str())
    };
    let mut findings = Findings::new();
    for Package { folder, .. } in packages {
        let readme = read(format!("{folder}/README.md")).unwrap_or_default();
        if readme.lines().count() < LINES_MIN {
            findings.push(format!("{folder} has no README.md of {LINES_MIN} lines"));
        }
        let root = read(format!("{folder}/src/lib.rs"))
            .or_else(|| read(format!("{folder}/src/main.rs")))
            .unwrap_or_default();
        if !root.lines().any(|line| line == INCLUSION) {
            findings.push(format!("{folder} does not say {INCLUSION} in its root"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(files: &[(&str, &str)]) -> Findings {
        let package = Package {
            name: "state".to_owned(),
            folder: "shared/state".to_owned(),
            imports: Vec::new(),
        };
        let sources: Vec<SourceFile> = files
            .iter()
            .map(|(path, text)| SourceFile {
                path: format!("shared/state/{path}"),
                text: (*text).to_owned(),
            })
            .collect();
        find_undocumented(&[package], &sources)
    }

    #[test]
    fn a_crate_without_a_readme_or_its_inclusion_is_found() {
        let ten = "a line\n".repeat(LINES_MIN);
        let root = format!("{INCLUSION}\nmod a;\n");
        let (readme, lib) = (("README.md", ten.as_str()), ("src/lib.rs", root.as_str()));
        let main = ("src/main.rs", root.as_str());
        assert!(find(&[readme, lib]).is_empty());
        assert!(find(&[readme, main]).is_empty());
        assert_eq!(find(&[lib]), ["shared/state has no README.md of 10 lines"]);
        assert_eq!(find(&[("README.md", "short\n"), lib]).len(), 1);
        let bare = [readme, ("src/lib.rs", "mod a;\n"), main];
        assert!(find(&bare)[0].starts_with("shared/state does not say"));
    }
}
