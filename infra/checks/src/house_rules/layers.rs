//! Who may import whom.

use serde::Deserialize;

use super::Findings;

/// What the callback must not link, even through others: crates of ours that would let it do more, and what costs a cold
/// start: the SDK, AWS-LC, the system's certificates, HTTP/2.
pub(super) const NOT_IN_CALLBACK: &[&str] = &[
    "engine",
    "ehr",
    "aws-sdk-*",
    "aws-config",
    "aws-lc-*",
    "rustls-native-certs",
    "rustls-platform-verifier",
    "reqwest",
    "h2",
];

/// Runtimes, AWS and HTTP: `directory` is pure. A trailing `*` stands for any end.
pub(super) const NOT_IN_DIRECTORY: &[&str] = &[
    "async-std",
    "async-trait",
    "aws-*",
    "axum",
    "dynoxide*",
    "futures*",
    "http*",
    "hyper*",
    "lambda*",
    "mio",
    "reqwest",
    "rustls*",
    "smol",
    "tokio*",
    "tower*",
    "ureq",
];

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    /// From the top folder, with `/`.
    pub(super) folder: String,
    /// Crates of ours that it depends on, for building and for its tests too, and whether a feature asks for it or not.
    pub(super) imports: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: String,
    packages: Vec<MetadataPackage>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Where it is, for crates of ours only.
    path: Option<String>,
}

/// Reads `cargo metadata --no-deps`.
pub(super) fn parse_packages(metadata: &str) -> Result<Vec<Package>, String> {
    let metadata: Metadata = serde_json::from_str(metadata)
        .map_err(|err| format!("cargo metadata was not understood: {err}"))?;
    let root = metadata.workspace_root.replace('\\', "/");
    let folder = |manifest: &str| {
        let manifest = manifest.replace('\\', "/");
        let inside = manifest.strip_prefix(&root).unwrap_or(&manifest);
        inside
            .trim_start_matches('/')
            .trim_end_matches("/Cargo.toml")
            .to_owned()
    };
    let package = |package: MetadataPackage| Package {
        folder: folder(&package.manifest_path),
        name: package.name,
        imports: package
            .dependencies
            .into_iter()
            .filter(|one| one.path.is_some())
            .map(|one| one.name)
            .collect(),
    };
    Ok(metadata.packages.into_iter().map(package).collect())
}

/// Reads `cargo tree --prefix none --format {p}`: names, without the crate itself, which comes first.
pub(super) fn parse_linked(tree: &str) -> Vec<String> {
    tree.lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Which of the linked crates are forbidden.
pub(super) fn find_forbidden(linked: &[String], forbidden: &[&str]) -> Findings {
    let is = |name: &str, rule: &str| {
        rule.strip_suffix('*')
            .map_or(name == rule, |start| name.starts_with(start))
    };
    let mut found: Vec<&String> = linked
        .iter()
        .filter(|name| forbidden.iter().any(|rule| is(name, rule)))
        .collect();
    found.sort();
    found.dedup();
    found
        .into_iter()
        .map(|name| format!("{name} is linked"))
        .collect()
}

/// What a crate may import; `None` for a crate that this rule does not know.
fn allowed(package: &Package) -> Option<AllowedImports> {
    let (shelf, name) = package.folder.rsplit_once('/')?;
    Some(match (shelf, name) {
        ("shared", "directory") => AllowedImports::Only(&[]),
        ("shared", "outbound") => AllowedImports::Only(&[]),
        ("shared", "catalogue") => AllowedImports::Only(&["directory"]),
        ("shared", "dingtalk") => AllowedImports::Only(&["directory", "outbound"]),
        ("shared", "state") => AllowedImports::Only(&["directory"]),
        ("shared", "month") => AllowedImports::Only(&["directory"]),
        ("shared", "modules") => AllowedImports::Only(&["directory", "dingtalk", "month"]),
        ("shared", "ehr") => AllowedImports::Only(&["directory", "outbound", "state"]),
        ("shared", "sheet") => AllowedImports::Only(&["directory", "ehr"]),
        ("shared", "jiandaoyun") => AllowedImports::Only(&["directory", "ehr", "outbound"]),
        ("shared", "mapping") => AllowedImports::Only(&["directory"]),
        // Itself: its tests switch its features on.
        ("shared", "adoption") => AllowedImports::Only(&["adoption", "directory"]),
        ("shared", "history") => AllowedImports::Only(&["directory", "state"]),
        ("shared", "engine") => AllowedImports::Only(&[
            "adoption",
            "directory",
            "dingtalk",
            "ehr",
            "history",
            "mapping",
            "state",
        ]),
        ("shared", "desk") => AllowedImports::Only(&[
            "adoption",
            "directory",
            "dingtalk",
            "ehr",
            "engine",
            "history",
            "mapping",
            "outbound",
            "state",
        ]),
        ("shared", "runtime") => AllowedImports::Only(&[
            "catalogue",
            "desk",
            "directory",
            "dingtalk",
            "outbound",
            "state",
        ]),
        ("functions", _) => AllowedImports::Only(&[
            "catalogue",
            "desk",
            "directory",
            "dingtalk",
            "ehr",
            "engine",
            "outbound",
            "runtime",
            "state",
        ]),
        // The product's program: what developers run is not built with it.
        ("infra", "local") => AllowedImports::AllBut(&["infra", "tests"], "tests/sandbox"),
        // Product code would make every check wait for it.
        ("infra", "checks") => AllowedImports::Only(&["runtime"]),
        ("tests", "sandbox") => {
            AllowedImports::Only(&["directory", "dingtalk", "outbound", "state"])
        }
        ("tests", _) => AllowedImports::Everything,
        _ => return None,
    })
}

enum AllowedImports {
    Only(&'static [&'static str]),
    /// Everything that is not on these shelves, but for one.
    AllBut(&'static [&'static str], &'static str),
    Everything,
}

impl AllowedImports {
    fn allows(&self, import: &str, packages: &[Package]) -> bool {
        let folder = || {
            packages
                .iter()
                .find(|package| package.name == import)
                .map(|package| package.folder.as_str())
        };
        match self {
            Self::Only(names) => names.contains(&import),
            Self::AllBut(shelves, except) => folder().is_some_and(|folder| {
                let shelf = folder.split('/').next().unwrap_or_default();
                folder == *except || !shelves.contains(&shelf)
            }),
            Self::Everything => true,
        }
    }
}

/// Crates where the design has none, and crates whose name is not their folder's.
pub(super) fn find_misplaced(packages: &[Package]) -> Findings {
    let well = |package: &&Package| {
        let name = package.folder.rsplit('/').next();
        name == Some(package.name.as_str()) && allowed(package).is_some()
    };
    packages
        .iter()
        .filter(|package| !well(package))
        .map(|one| format!("{} is in {}", one.name, one.folder))
        .collect()
}

/// Imports that go upwards or sideways.
pub(super) fn find_upward_imports(packages: &[Package]) -> Findings {
    let mut findings = Findings::new();
    for package in packages {
        let Some(allowed) = allowed(package) else {
            continue;
        };
        for import in package
            .imports
            .iter()
            .filter(|import| !allowed.allows(import, packages))
        {
            findings.push(format!("{} imports {import}", package.name));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(folder: &str, imports: &[&str]) -> Package {
        let name = folder.rsplit('/').next().unwrap().to_owned();
        Package {
            name,
            folder: folder.to_owned(),
            imports: imports.iter().map(|one| (*one).to_owned()).collect(),
        }
    }

    #[test]
    fn imports_go_downwards() {
        let house = [
            package("shared/directory", &[]),
            package("shared/state", &["directory"]),
            package("shared/ehr", &["state", "directory"]),
            package("shared/jiandaoyun", &["ehr", "outbound", "directory"]),
            package("shared/sheet", &["ehr", "directory"]),
            package("shared/engine", &["directory", "dingtalk", "ehr", "state"]),
            package("shared/dingtalk", &["directory"]),
            package("shared/catalogue", &["directory"]),
            package("shared/desk", &["engine", "ehr", "outbound"]),
            package("shared/runtime", &["desk", "catalogue"]),
            package("functions/callback", &["runtime", "dingtalk", "state"]),
            package("functions/full-sync", &["desk", "catalogue"]),
            package("infra/local", &["desk", "engine", "callback", "sandbox"]),
            package("infra/checks", &["runtime"]),
            package("tests/sandbox", &["directory", "dingtalk"]),
            package("tests/stories", &["local", "sandbox", "checks"]),
        ];
        assert_eq!(find_upward_imports(&house), Findings::new());
        assert_eq!(find_misplaced(&house), Findings::new());
    }

    #[test]
    fn each_forbidden_import_is_named() {
        for (folder, import) in [
            ("shared/directory", "state"),
            ("shared/state", "dingtalk"),
            ("shared/dingtalk", "state"),
            ("shared/ehr", "engine"),
            ("shared/jiandaoyun", "engine"),
            ("shared/engine", "runtime"),
            ("shared/engine", "desk"),
            ("shared/engine", "catalogue"),
            ("shared/catalogue", "state"),
            ("shared/desk", "catalogue"),
            ("shared/desk", "runtime"),
            ("shared/runtime", "engine"),
            ("functions/callback", "reconcile"),
            ("functions/reconcile", "sandbox"),
            ("infra/local", "stories"),
            ("infra/local", "checks"),
            ("infra/checks", "local"),
            ("tests/sandbox", "engine"),
        ] {
            let house = [
                package(folder, &[import]),
                package("tests/stories", &[]),
                package("tests/sandbox", &[]),
                package("infra/checks", &[]),
            ];
            let name = folder.rsplit('/').next().unwrap();
            assert_eq!(
                find_upward_imports(&house)[..1],
                [format!("{name} imports {import}")]
            );
        }
    }

    #[test]
    fn a_crate_elsewhere_or_of_another_name_is_found() {
        let elsewhere = package("tools/helper", &[]);
        let renamed = Package {
            name: "other".to_owned(),
            ..package("shared/state", &[])
        };
        let unknown = package("shared/common", &[]);
        let expected = [
            "helper is in tools/helper",
            "other is in shared/state",
            "common is in shared/common",
        ];
        assert_eq!(find_misplaced(&[elsewhere, renamed, unknown]), expected);
    }

    #[test]
    fn metadata_is_read_without_foreign_crates() {
        let metadata = r#"{"workspace_root": "/p", "packages": [{"name": "state", "manifest_path": "/p/shared/state/Cargo.toml",
            "dependencies": [{"name": "serde", "path": null}, {"name": "directory", "path": "/p/shared/directory"}]}]}"#;
        assert_eq!(
            parse_packages(metadata).unwrap(),
            [package("shared/state", &["directory"])]
        );
        assert!(parse_packages("{}").is_err());
    }

    #[test]
    fn indirectly_linked_crates_are_found() {
        let tree = "callback v0.1.0 (/p)\nruntime v0.1.0 (/p)\nengine v0.1.0 (/p)\nserde v1.0.0\nserde v1.0.0 (*)\n";
        assert_eq!(
            find_forbidden(&parse_linked(tree), NOT_IN_CALLBACK),
            ["engine is linked"]
        );
        let tree =
            "directory v0.1.0 (/p)\nserde v1.0.0\ntokio-util v0.7.0\nhyper v1.0.0\nblake3 v1.0.0\n";
        assert_eq!(
            find_forbidden(&parse_linked(tree), NOT_IN_DIRECTORY),
            ["hyper is linked", "tokio-util is linked"]
        );
    }
}
