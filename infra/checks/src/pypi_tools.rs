//! Programs from PyPI that the cloud commands run, each in an environment of its own under the target directory.

use std::path::{Path, PathBuf};

use crate::venv::Tool;

/// `boto3` drives CloudFormation; the translator is what CloudFormation has for `AWS::Serverless`.
const EMULATOR: Tool = Tool {
    program: "ministack",
    packages: &[
        "ministack==1.5.33",
        "aws-sam-translator==1.115.0",
        "boto3==1.43.106",
    ],
};

/// Zig links for Lambda's own Linux.
const CARGO_LAMBDA: Tool = Tool {
    program: "cargo-lambda",
    packages: &["cargo-lambda==1.9.2", "ziglang==0.17.1"],
};

/// Where the emulator's programs are, `python` with `boto3` among them; installs them first (about 20 seconds).
///
/// # Errors
/// A sentence that says what is needed, where Python, pip or the package index is missing.
pub fn install_emulator(target: &Path) -> Result<PathBuf, String> {
    EMULATOR.install_into(target)
}

/// Where `cargo-lambda` and its linker are; installs them first (half a gigabyte).
///
/// # Errors
/// As [`install_emulator`].
pub fn install_cargo_lambda(target: &Path) -> Result<PathBuf, String> {
    CARGO_LAMBDA.install_into(target)
}
