//! What a deployed callback is told.

use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::variables::{
    MissingVariableError, SECRETS_PREFIX, WAKES_QUEUE_URL, required_variable,
};

/// Read once, at cold start: a broken configuration fails that, never a request.
#[derive(Debug, Clone)]
pub struct CallbackConfig {
    /// Where wakes go.
    pub wakes_queue_url: String,
    /// First part of the secrets' names.
    pub secrets_prefix: String,
    /// Region, credentials, endpoint; calls give up before DingTalk does.
    pub aws: AwsSettings,
}

impl CallbackConfig {
    /// From a lookup by name.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            wakes_queue_url: required_variable(&lookup, WAKES_QUEUE_URL)?,
            secrets_prefix: required_variable(&lookup, SECRETS_PREFIX)?,
            aws: AwsSettings::from_vars(&lookup, AwsTimeouts::RECEIVER)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = CallbackConfig::from_vars(|_| None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable WAKES_QUEUE_URL is not set"
        );
        let error = CallbackConfig::from_vars(|name| (name == WAKES_QUEUE_URL).then(|| "q".into()))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable SECRETS_PREFIX is not set"
        );
        assert!(CallbackConfig::from_vars(|name| Some(name.to_owned())).is_ok());
    }
}
