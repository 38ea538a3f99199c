//! A virtual environment of Python in the target directory, for a tool that comes from there.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::program::Program;
use crate::project::Project;

/// A tool: the program, and the packages that bring it, each with its version.
pub(crate) struct Tool {
    /// The program's name, which names its environment too.
    pub(crate) program: &'static str,
    /// As pip takes them: `name==version`.
    pub(crate) packages: &'static [&'static str],
}

impl Tool {
    /// The environment's programs, this one among them. Made once per target directory; a file says that it is
    /// complete, and of what.
    ///
    /// # Errors
    /// A sentence that says what is needed, where Python, pip or the package index is missing.
    pub(crate) fn install(&self, project: &Project) -> Result<PathBuf, String> {
        self.install_into(&project.target)
    }

    /// The same for who knows the target directory only. Whoever comes while another process installs waits.
    pub(crate) fn install_into(&self, target: &Path) -> Result<PathBuf, String> {
        let home = target.join(format!("venv-{}", self.program));
        let _alone = lock_file(&home.with_extension("lock"))?;
        self.environment(&home, "python3")
    }

    fn environment(&self, home: &Path, python: &str) -> Result<PathBuf, String> {
        let (bin, complete, content) = (
            home.join("bin"),
            home.join("complete"),
            self.packages.join(" "),
        );
        let made = std::fs::read_to_string(&complete).is_ok_and(|of| of == content);
        if made && bin.join(self.program).exists() {
            return Ok(bin);
        }
        let needs = format!(
            "{} needs Python 3 with venv and pip, and a package index",
            self.program
        );
        let venv = Program::new(python)
            .with(["-m", "venv", "--clear"])
            .with([home]);
        venv.read_stdout()
            .map_err(|why| format!("{needs}: {why}"))?;
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ];
        let install = Program::new(bin.join("python"))
            .with(install)
            .with(self.packages);
        install
            .read_stdout()
            .map_err(|why| format!("{needs}: {why}"))?;
        std::fs::write(&complete, content)
            .map_err(|err| format!("{} cannot be written: {err}", complete.display()))?;
        Ok(bin)
    }
}

/// A lock that is let go with the file.
fn lock_file(path: &Path) -> Result<File, String> {
    let cannot = |err: std::io::Error| format!("{} cannot be locked: {err}", path.display());
    path.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(cannot)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(cannot)?;
    file.lock().map_err(cannot)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: Tool = Tool {
        program: "a-tool",
        packages: &["a==1", "b==2"],
    };

    #[test]
    fn a_missing_python_is_reported() {
        let home = tempfile::tempdir().unwrap();
        let why = TOOL
            .environment(&home.path().join("venv"), "no-python-here")
            .unwrap_err();
        assert!(
            why.contains("a-tool needs Python 3 with venv and pip")
                && why.contains("no-python-here"),
            "{why}"
        );
    }

    #[test]
    fn an_environment_is_reused_only_if_complete_and_of_the_same_versions() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("bin")).unwrap();
        std::fs::write(home.path().join("bin/a-tool"), "").unwrap();
        std::fs::write(home.path().join("complete"), "a==1 b==2").unwrap();
        assert_eq!(
            TOOL.environment(home.path(), "no-python-here"),
            Ok(home.path().join("bin"))
        );
        std::fs::write(home.path().join("complete"), "a==1 b==1").unwrap();
        assert!(TOOL.environment(home.path(), "no-python-here").is_err());
    }
}
