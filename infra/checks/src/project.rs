//! Where the project is.

use std::path::PathBuf;

use crate::program::Program;

/// The workspace that is checked.
pub(crate) struct Project {
    /// The workspace's top folder.
    pub(crate) root: PathBuf,
    /// Cargo's target directory; virtual environments are made in it.
    pub(crate) target: PathBuf,
}

impl Project {
    /// The workspace around the current directory, as Cargo finds it.
    pub(crate) fn here() -> Result<Self, String> {
        let text = Program::cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"])
            .read_stdout()?;
        let metadata: serde_json::Value = serde_json::from_str(&text)
            .map_err(|err| format!("cargo metadata was not understood: {err}"))?;
        let path = |name: &str| {
            let path = metadata.get(name).and_then(serde_json::Value::as_str);
            path.map(PathBuf::from)
                .ok_or_else(|| format!("cargo metadata has no {name}"))
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// Cargo, run in the project's top folder.
    pub(crate) fn cargo(&self, args: &[&str]) -> Program {
        Program::cargo(args).within(&self.root)
    }

    /// The files of the project, tracked or about to be, from the top folder, with `/`; of these folders, or all.
    pub(crate) fn list_files(&self, folders: &[&str]) -> Result<Vec<String>, String> {
        let list = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let paths = Program::new("git")
            .with(list)
            .with(folders)
            .within(&self.root)
            .read_stdout()?;
        Ok(paths.split_terminator('\0').map(str::to_owned).collect())
    }
}
