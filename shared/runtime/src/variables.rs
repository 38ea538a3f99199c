//! Every environment variable that any part of Bangding reads, in one place, and the lookups over it.
//!
//! A `Config` is built from a closure `Fn(&str) -> Option<String>`: [`read_variable`] in `main`, a table in a test.

/// Who sets a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// `infra/template.yaml`; a test holds the two lists equal.
    Template,
    /// The platform (Lambda), or an emulator in its place.
    Platform,
    /// The person at the command line.
    Person,
}

/// One environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Who sets it.
    pub set_by: SetBy,
    /// What it is, for the reader of a configuration error.
    pub meaning: &'static str,
}

macro_rules! variables {
    ($($set_by:ident $name:ident $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: &str = stringify!($name);)*

        /// All of them, in the order of this file.
        pub const ALL: &[Variable] =
            &[$(Variable { name: $name, set_by: SetBy::$set_by, meaning: $meaning }),*];
    };
}

variables! {
    Template ARCHIVE_BUCKET "Bucket of sealed bodies: plans, backups, snapshots.";
    Template LOG_LEVEL "Level of our own log lines: error, warn, info, debug or trace. Foreign crates stay at warn.";
    Template OUTBOX_QUEUE_URL "Queue of messages to people.";
    Template REFUSED_TOKENS_QUEUE_URL "Queue of access tokens that DingTalk refused, by hash.";
    Template SECRETS_PREFIX "First part of every secret's name: the stack's name and a slash.";
    Template SWEEPS_QUEUE_URL "FIFO queue of sweeps to begin or to continue, group = corp.";
    Template TABLES_PREFIX "First part of the names of the four tables: the name of the stack and a dash.";
    Template WAKES_QUEUE_URL "FIFO queue of wakes, group = corp, side and record.";

    Platform AWS_ACCESS_KEY_ID "Access key of the function's role.";
    Platform AWS_CA_BUNDLE "File of PEM certificates to believe instead of the embedded ones. Absent on AWS.";
    Platform AWS_ENDPOINT_URL "Where all AWS services answer, when that is an emulator. Absent on AWS.";
    Platform AWS_LAMBDA_FUNCTION_NAME "Set on Lambda: the log is JSON there, text elsewhere.";
    Platform AWS_REGION "Region of the function and of everything that it talks to.";
    Platform AWS_SECRET_ACCESS_KEY "Secret key of the function's role.";
    Platform AWS_SESSION_TOKEN "Session token of the function's role; emulators may leave it out.";

    Person USER "Who approves a plan, pauses or sets a policy, where --by does not say.";
    Person BANGDING_APP_SECRET "AppSecret for `bangding up --dingtalk-url`; never an argument, which others could read.";
}

/// A required variable that is absent or empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("environment variable {name} is not set")]
pub struct MissingVariableError {
    /// The variable's name.
    pub name: &'static str,
}

/// Asks the process. An empty value counts as not set; one that is not Unicode too.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the process environment; all else takes a lookup"
)]
pub fn read_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that must be there.
///
/// # Errors
/// [`MissingVariableError`] when the lookup has nothing, or the empty string, under this name.
pub fn required_variable(
    lookup: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<String, MissingVariableError> {
    optional_variable(lookup, name).ok_or(MissingVariableError { name })
}

/// A variable that may be absent; the empty string counts as absent.
pub fn optional_variable(
    lookup: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Option<String> {
    lookup(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let missing = required_variable(&|_| None, WAKES_QUEUE_URL).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "environment variable WAKES_QUEUE_URL is not set"
        );
        assert_eq!(
            required_variable(&|_| Some(String::new()), AWS_REGION)
                .unwrap_err()
                .name,
            "AWS_REGION"
        );
        assert_eq!(
            required_variable(&|name| Some(name.to_lowercase()), AWS_REGION).unwrap(),
            "aws_region"
        );
    }
}
