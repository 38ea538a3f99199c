//! A program that a check runs: both outputs in one text, in the order in which they came.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A program to run. Its environment is ours, but for what is set here.
pub(crate) struct Program(Command);

/// How it ended.
pub(crate) struct ProgramOutput {
    /// With exit code 0.
    pub(crate) well: bool,
    /// Standard output and standard error.
    pub(crate) output: String,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self(command)
    }

    /// The Cargo on the path, which is the one that `rust-toolchain.toml` chooses.
    pub(crate) fn cargo(args: &[&str]) -> Self {
        Self::new("cargo").with(args)
    }

    pub(crate) fn with<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.args(args);
        self
    }

    pub(crate) fn within(mut self, directory: &Path) -> Self {
        self.0.current_dir(directory);
        self
    }

    pub(crate) fn set(mut self, variable: &str, value: &str) -> Self {
        self.0.env(variable, value);
        self
    }

    fn name(&self) -> String {
        let program = Path::new(self.0.get_program())
            .file_name()
            .unwrap_or_default();
        let first = self.0.get_args().next().unwrap_or_default();
        format!("{} {}", program.to_string_lossy(), first.to_string_lossy())
    }

    /// Runs it to its end; an error is a program that cannot be started.
    pub(crate) fn run(mut self) -> Result<ProgramOutput, String> {
        let name = self.name();
        let cannot = |err: std::io::Error| format!("{name} cannot be started: {err}");
        let (mut both, writer) = std::io::pipe().map_err(cannot)?;
        self.0
            .stdout(writer.try_clone().map_err(cannot)?)
            .stderr(writer);
        let mut child = self.0.spawn().map_err(cannot)?;
        // The pipe ends when nobody can write to it any more: our own ends are in the command.
        drop(self.0);
        let mut output = Vec::new();
        both.read_to_end(&mut output).map_err(cannot)?;
        let status = child.wait().map_err(cannot)?;
        Ok(ProgramOutput {
            well: status.success(),
            output: String::from_utf8_lossy(&output).into_owned(),
        })
    }

    /// Runs it for its standard output; an error is anything but a good end.
    pub(crate) fn read_stdout(mut self) -> Result<String, String> {
        let name = self.name();
        let output = self
            .0
            .output()
            .map_err(|err| format!("{name} cannot be started: {err}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!(
            "{name} failed\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::new("sh").with(["-c", script])
    }

    #[test]
    fn both_outputs_come_in_their_order() {
        let ended = shell("echo a; echo b >&2; echo c; exit 3").run().unwrap();
        assert!(!ended.well);
        assert_eq!(ended.output, "a\nb\nc\n");
    }

    #[test]
    fn a_missing_program_is_named() {
        let why = Program::new("no-such-program-here")
            .with(["go"])
            .read_stdout()
            .unwrap_err();
        assert!(
            why.starts_with("no-such-program-here go cannot be started"),
            "{why}"
        );
    }

    #[test]
    fn a_failed_program_returns_a_reason_instead_of_output() {
        assert_eq!(
            shell("echo out; echo why >&2; exit 1")
                .read_stdout()
                .unwrap_err(),
            "sh -c failed\nwhy"
        );
        assert_eq!(
            shell("echo out; echo why >&2").read_stdout().unwrap(),
            "out\n"
        );
    }
}
