//! SAM's command lines. Never run against AWS by whoever wrote this: there was no account.

use std::path::Path;
use std::process::Command;

use crate::args::DeployArgs;
use crate::project::Project;
use crate::static_callback;

/// One call of SAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step(Vec<String>);

/// Build, then deploy.
pub(super) fn steps(args: &DeployArgs, region: &str, target: &Path) -> [Step; 2] {
    let folder = target.join("sam").display().to_string();
    let built = format!("{folder}/template.yaml");
    // The builder for Rust is still called a preview.
    let build = [
        "build",
        "--template",
        "infra/template.yaml",
        "--build-dir",
        &folder,
        "--beta-features",
    ];
    let deploy = [
        "deploy",
        "--template-file",
        &built,
        "--stack-name",
        &args.stack,
        "--region",
        region,
        "--resolve-s3",
        "--capabilities",
        "CAPABILITY_IAM",
        "CAPABILITY_AUTO_EXPAND",
        "--no-fail-on-empty-changeset",
        // Without --yes SAM shows every change, replacements among them, and asks again.
        if args.yes {
            "--no-confirm-changeset"
        } else {
            "--confirm-changeset"
        },
    ];
    let owned = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let (mut build, mut deploy) = (owned(&build), owned(&deploy));
    if !args.parameters.is_empty() {
        for step in [&mut build, &mut deploy] {
            step.push("--parameter-overrides".to_owned());
            step.extend(args.parameters.iter().cloned());
        }
    }
    [Step(build), Step(deploy)]
}

/// Puts the callback that is one whole file where SAM has put `cargo-lambda`'s; says what was done.
pub(super) fn replace_callback(
    args: &DeployArgs,
    project: &Project,
) -> Result<&'static str, String> {
    let architecture = args
        .parameters
        .iter()
        .rev()
        .find_map(|one| one.strip_prefix("Architecture="));
    let built = static_callback::build_callback(
        &project.root,
        &project.target,
        architecture.unwrap_or("x86_64"),
        "release",
    )?;
    let Some(bootstrap) = built else {
        return Ok("  not on this machine: it starts as cargo-lambda linked it, 0.3 ms later");
    };
    let place = project.target.join("sam/Callback/bootstrap");
    std::fs::copy(bootstrap, &place)
        .map_err(|err| format!("{} cannot be replaced: {err}", place.display()))?;
    Ok("  in the place of cargo-lambda's")
}

impl Step {
    /// As it is typed.
    pub(super) fn shown(&self) -> String {
        format!("sam {}", self.0.join(" "))
    }

    /// Runs it in this terminal, `cargo lambda` at hand.
    pub(super) fn run(&self, sam: &Path, lambda: &Path, root: &Path) -> Result<(), String> {
        let path = runtime::read_variable("PATH").unwrap_or_default();
        let mut command = Command::new(sam);
        command
            .args(&self.0)
            .current_dir(root)
            .env("PATH", format!("{}:{path}", lambda.display()));
        command.env("SAM_CLI_TELEMETRY", "0");
        let status = command
            .status()
            .map_err(|err| format!("{} cannot be started: {err}", sam.display()))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{} ended with {status}", self.shown()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(yes: bool, parameters: &[&str]) -> DeployArgs {
        DeployArgs {
            local: false,
            keep: false,
            built: false,
            stack: "hr".to_owned(),
            region: None,
            parameters: parameters.iter().map(|one| (*one).to_owned()).collect(),
            yes,
        }
    }

    #[test]
    fn sam_builds_what_it_deploys_and_asks_unless_told_not_to() {
        let [build, deploy] = steps(&args(false, &[]), "eu-central-1", Path::new("target"));
        assert_eq!(
            build.shown(),
            "sam build --template infra/template.yaml --build-dir target/sam --beta-features"
        );
        assert_eq!(
            deploy.shown(),
            "sam deploy --template-file target/sam/template.yaml --stack-name hr --region eu-central-1 --resolve-s3 \
             --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND --no-fail-on-empty-changeset --confirm-changeset"
        );
        let [_, deploy] = steps(&args(true, &[]), "r", Path::new("target"));
        assert!(deploy.shown().ends_with("--no-confirm-changeset"));
    }

    #[test]
    fn parameters_reach_both() {
        for step in steps(
            &args(true, &["Architecture=arm64", "LogLevel=debug"]),
            "r",
            Path::new("t"),
        ) {
            assert!(
                step.shown()
                    .ends_with("--parameter-overrides Architecture=arm64 LogLevel=debug"),
                "{step:?}"
            );
        }
    }

    #[test]
    fn the_last_architecture_given_also_applies_to_the_callback() {
        let other = if std::env::consts::ARCH == "x86_64" {
            "arm64"
        } else {
            "x86_64"
        };
        let project = Project {
            root: "no-project-here".into(),
            target: "no-target-here".into(),
        };
        let (wanted, last) = (
            format!("Architecture={}", std::env::consts::ARCH),
            format!("Architecture={other}"),
        );
        let told = replace_callback(&args(true, &[&wanted, &last]), &project).unwrap();
        assert!(told.contains("not on this machine"), "{told}");
    }

    #[test]
    fn a_failed_step_is_an_error() {
        let step = Step(vec!["build".to_owned()]);
        let here = Path::new(".");
        assert!(
            step.run(Path::new("false"), here, here)
                .unwrap_err()
                .contains("sam build ended")
        );
        assert!(step.run(Path::new("true"), here, here).is_ok());
        assert!(
            step.run(Path::new("no-sam-here"), here, here)
                .unwrap_err()
                .contains("cannot be started")
        );
    }
}
