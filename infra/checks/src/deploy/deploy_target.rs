//! Where a deployment goes: the region of the environment, and the account that its credentials belong to.

use std::path::Path;
use std::process::Command;

use runtime::variables::{AWS_ACCESS_KEY_ID, AWS_REGION};

/// Who are we? AWS alone knows; it needs no permission.
const CALLER_ACCOUNT_SCRIPT: &str =
    "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])";

/// Why nothing can be deployed. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum DeployError {
    /// There is no SAM.
    #[error(
        "SAM CLI is not installed: install it (`pipx install aws-sam-cli`), or run `cargo bangding cloud check`, which \
         installs one here"
    )]
    NoSam,
    /// No region.
    #[error("no region is chosen: set AWS_REGION, or give --region")]
    NoRegion,
    /// No credentials.
    #[error(
        "there are no AWS credentials: set AWS_PROFILE (after `aws sso login` or `aws configure`), or AWS_ACCESS_KEY_ID \
         and AWS_SECRET_ACCESS_KEY"
    )]
    NoCredentials,
    /// An emulator is meant.
    #[error("AWS_ENDPOINT_URL is set, which is no AWS: unset it, or deploy with --local")]
    Endpoint,
    /// AWS does not know them.
    #[error("AWS did not accept the credentials; log in again: {0}")]
    Rejected(String),
}

/// Where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DeployTarget {
    /// The region.
    pub(super) region: String,
}

impl DeployTarget {
    /// From the command line and the environment, in that order. Asks nobody.
    pub(super) fn from_environment(
        region: Option<&str>,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, DeployError> {
        if lookup("AWS_ENDPOINT_URL").is_some() {
            return Err(DeployError::Endpoint);
        }
        let somebody = [
            AWS_ACCESS_KEY_ID,
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ];
        let somebody = somebody.into_iter().any(|name| lookup(name).is_some());
        if !somebody && !has_files(lookup) {
            return Err(DeployError::NoCredentials);
        }
        let region = region
            .map(str::to_owned)
            .or_else(|| lookup(AWS_REGION))
            .or_else(|| lookup("AWS_DEFAULT_REGION"));
        region
            .map(|region| Self { region })
            .ok_or(DeployError::NoRegion)
    }

    /// The account, as AWS names it for these credentials.
    pub(super) fn account(&self, python: &Path) -> Result<String, DeployError> {
        let rejected =
            |why: String| DeployError::Rejected(why.lines().last().unwrap_or_default().to_owned());
        let mut who = Command::new(python);
        who.args(["-c", CALLER_ACCOUNT_SCRIPT])
            .env("AWS_DEFAULT_REGION", &self.region);
        let said = who.output().map_err(|err| rejected(err.to_string()))?;
        if said.status.success() {
            return Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned());
        }
        Err(rejected(String::from_utf8_lossy(&said.stderr).into_owned()))
    }
}

/// The default profile's files.
fn has_files(lookup: &impl Fn(&str) -> Option<String>) -> bool {
    let home = lookup("HOME").map(std::path::PathBuf::from);
    home.is_some_and(|home| {
        ["credentials", "config"]
            .iter()
            .any(|file| home.join(".aws").join(file).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn what_is_missing_is_reported_with_its_remedy() {
        assert_eq!(
            DeployTarget::from_environment(None, &vars(&[])),
            Err(DeployError::NoCredentials)
        );
        let nobody = tempfile::tempdir().unwrap();
        let home = nobody.path().to_str().unwrap();
        assert_eq!(
            DeployTarget::from_environment(Some("eu-central-1"), &vars(&[("HOME", home)])),
            Err(DeployError::NoCredentials)
        );
        assert_eq!(
            DeployTarget::from_environment(None, &vars(&[("AWS_PROFILE", "p")])),
            Err(DeployError::NoRegion)
        );
        let emulated = [
            ("AWS_PROFILE", "p"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_REGION", "r"),
        ];
        assert_eq!(
            DeployTarget::from_environment(None, &vars(&emulated)),
            Err(DeployError::Endpoint)
        );
        for refusal in [
            DeployError::NoSam,
            DeployError::NoRegion,
            DeployError::NoCredentials,
        ] {
            let words = refusal.to_string();
            assert!(
                words.contains("install") || words.contains("set "),
                "{words}"
            );
        }
    }

    #[test]
    fn the_command_line_wins_over_the_environment() {
        let set = [
            ("AWS_ACCESS_KEY_ID", "k"),
            ("AWS_DEFAULT_REGION", "second"),
            ("AWS_REGION", "first"),
        ];
        let region = |given| {
            DeployTarget::from_environment(given, &vars(&set))
                .unwrap()
                .region
        };
        assert_eq!(
            (region(None).as_str(), region(Some("third")).as_str()),
            ("first", "third")
        );
        assert_eq!(
            DeployTarget::from_environment(None, &vars(&set[..2]))
                .unwrap()
                .region,
            "second"
        );
    }

    #[test]
    fn the_files_of_a_profile_are_credentials_too() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), "").unwrap();
        let set = [("HOME", home.path().to_str().unwrap()), ("AWS_REGION", "r")];
        assert!(DeployTarget::from_environment(None, &vars(&set)).is_ok());
    }

    #[test]
    fn a_failed_identity_call_counts_as_rejected_credentials() {
        let place = DeployTarget {
            region: "r".to_owned(),
        };
        assert!(matches!(
            place.account(Path::new("no-python-here")),
            Err(DeployError::Rejected(_))
        ));
        assert!(matches!(
            place.account(Path::new("false")),
            Err(DeployError::Rejected(_))
        ));
    }
}
