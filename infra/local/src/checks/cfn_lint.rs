//! The template, checked by `cfn-lint` from a virtual environment of its own.

use std::path::{Path, PathBuf};

use super::Project;
use super::program::Program;
use super::results::{Outcome, of_program};

const PACKAGE: &str = "cfn-lint==1.58.0";

/// Warnings and remarks count as failures.
pub(super) fn check(project: &Project) -> Outcome {
    match environment(&project.target.join("venv-cfn-lint"), "python3") {
        Ok(bin) => {
            of_program(Program::new(bin.join("cfn-lint")).with(["infra/template.yaml"]).within(&project.root).run())
        }
        Err(why) => Outcome::failed(why),
    }
}

/// The environment's programs. Made once per target directory; a file says that it is complete, and of what.
fn environment(home: &Path, python: &str) -> Result<PathBuf, String> {
    let (bin, complete) = (home.join("bin"), home.join("complete"));
    let made = std::fs::read_to_string(&complete).is_ok_and(|of| of == PACKAGE);
    if made && bin.join("cfn-lint").exists() {
        return Ok(bin);
    }
    let needs = "cfn-lint needs Python 3 with venv and pip, and a package index";
    let venv = Program::new(python).with(["-m", "venv", "--clear"]).with([home]);
    venv.stdout().map_err(|why| format!("{needs}: {why}"))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE];
    Program::new(bin.join("python")).with(install).stdout().map_err(|why| format!("{needs}: {why}"))?;
    std::fs::write(&complete, PACKAGE).map_err(|err| format!("{} cannot be written: {err}", complete.display()))?;
    Ok(bin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_python_it_says_what_it_needs() {
        let home = tempfile::tempdir().unwrap();
        let why = environment(&home.path().join("venv"), "no-python-here").unwrap_err();
        assert!(why.contains("needs Python 3 with venv and pip") && why.contains("no-python-here"), "{why}");
    }

    #[test]
    fn an_environment_is_complete_when_it_says_so_and_of_this_version() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("bin")).unwrap();
        std::fs::write(home.path().join("bin/cfn-lint"), "").unwrap();
        std::fs::write(home.path().join("complete"), PACKAGE).unwrap();
        assert_eq!(environment(home.path(), "no-python-here"), Ok(home.path().join("bin")));
        std::fs::write(home.path().join("complete"), "cfn-lint==0.1").unwrap();
        assert!(environment(home.path(), "no-python-here").is_err());
    }
}
