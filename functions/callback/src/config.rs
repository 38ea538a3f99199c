//! What a deployed callback is told.

use runtime::aws::{Patience, Settings};
use runtime::variables::{Missing, SECRETS_PREFIX, WAKES_QUEUE_URL, required};

/// Read once, at cold start: a broken configuration fails that, never a request.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where wakes go.
    pub wakes_queue_url: String,
    /// First part of the secrets' names.
    pub secrets_prefix: String,
    /// Region, credentials, endpoint; calls give up before DingTalk does.
    pub aws: Settings,
}

impl Config {
    /// From a lookup by name.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Missing> {
        Ok(Self {
            wakes_queue_url: required(&lookup, WAKES_QUEUE_URL)?,
            secrets_prefix: required(&lookup, SECRETS_PREFIX)?,
            aws: Settings::from_vars(&lookup, Patience::RECEIVER)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let error = Config::from_vars(|_| None).unwrap_err();
        assert_eq!(error.to_string(), "environment variable WAKES_QUEUE_URL is not set");
        let error = Config::from_vars(|name| (name == WAKES_QUEUE_URL).then(|| "q".into())).unwrap_err();
        assert_eq!(error.to_string(), "environment variable SECRETS_PREFIX is not set");
        assert!(Config::from_vars(|name| Some(name.to_owned())).is_ok());
    }
}
