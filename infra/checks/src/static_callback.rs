//! The callback as one whole file, linked statically and to a fixed place: no loader, no library, no relocation stands
//! between its start and its first instruction, a seventh of the CPU of a cold start.
//!
//! Only where the C library's archive is, and for this machine's own architecture; `cargo-lambda`'s linker cannot do it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An architecture: as the template names it, as Rust does, and the processor that Lambda has at least (`cargo-lambda`
/// builds for the same ones).
const ARCHITECTURES: [(&str, &str, &str); 2] = [
    ("x86_64", "x86_64", "haswell"),
    ("arm64", "aarch64", "neoverse-n1"),
];

/// Builds the callback for an architecture of the template in a profile, and returns the bootstrap; `None` where this
/// machine cannot, and `cargo-lambda`'s program serves as well.
///
/// # Errors
/// The build failed; the compiler has said why.
pub fn build_callback(
    root: &Path,
    target: &Path,
    architecture: &str,
    profile: &str,
) -> Result<Option<PathBuf>, String> {
    let own = ARCHITECTURES
        .iter()
        .find(|(name, rust, _)| *name == architecture && *rust == std::env::consts::ARCH);
    let Some((_, machine, processor)) = own.filter(|_| has_archive()) else {
        return Ok(None);
    };
    let triple = format!("{machine}-unknown-linux-gnu");
    let status = cargo_build(root, &triple, processor, profile).status();
    let status = status.map_err(|err| format!("cargo cannot be started: {err}"))?;
    if !status.success() {
        return Err(format!(
            "the callback was not built: cargo ended with {status}"
        ));
    }
    let folder = target.join("lambda-whole/callback");
    let (built, bootstrap) = (
        target.join(triple).join(profile).join("callback"),
        folder.join("bootstrap"),
    );
    let copied = std::fs::create_dir_all(&folder).and_then(|()| std::fs::copy(&built, &bootstrap));
    copied.map_err(|err| format!("{} cannot be copied: {err}", built.display()))?;
    Ok(Some(bootstrap))
}

/// With a target named, so that the flags are the program's and not those of build scripts.
fn cargo_build(root: &Path, triple: &str, processor: &str, profile: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--quiet",
        "--locked",
        "--package",
        "callback",
        "--bin",
        "callback",
    ]);
    cargo
        .args(["--profile", profile, "--target", triple])
        .current_dir(root);
    let flags = format!(
        "-C target-feature=+crt-static -C relocation-model=static -C target-cpu={processor}"
    );
    // Linkers warn of `getaddrinfo`, which is linked and never called: names are looked up in Rust (`state::direct`).
    cargo.env("RUSTFLAGS", flags);
    cargo
}

/// Whether the C library can be linked statically here.
fn has_archive() -> bool {
    let asked = Command::new("cc").arg("-print-file-name=libc.a").output();
    let here = |path: &str| Path::new(path.trim()).is_absolute();
    cfg!(all(target_os = "linux", target_env = "gnu"))
        && asked.is_ok_and(|answer| {
            answer.status.success() && here(&String::from_utf8_lossy(&answer.stdout))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machines_program_is_left_to_cargo_lambda() {
        let other = if std::env::consts::ARCH == "x86_64" {
            "arm64"
        } else {
            "x86_64"
        };
        let here = Path::new("no-project-here");
        assert_eq!(build_callback(here, here, other, "release"), Ok(None));
        assert_eq!(build_callback(here, here, "riscv", "release"), Ok(None));
    }

    #[test]
    fn the_callback_is_linked_statically_for_lambdas_processor() {
        let cargo = cargo_build(
            Path::new("root"),
            "x86_64-unknown-linux-gnu",
            "haswell",
            "release",
        );
        let words: Vec<_> = cargo
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        assert_eq!(
            words.join(" "),
            "build --quiet --locked --package callback --bin callback --profile release --target x86_64-unknown-linux-gnu"
        );
        let flags: Vec<_> = cargo
            .get_envs()
            .filter_map(|(_, value)| value)
            .map(|value| value.to_string_lossy())
            .collect();
        for flag in [
            "+crt-static",
            "relocation-model=static",
            "target-cpu=haswell",
        ] {
            assert!(flags.iter().any(|set| set.contains(flag)), "{flag}");
        }
    }
}
