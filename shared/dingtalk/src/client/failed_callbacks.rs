//! Callbacks that DingTalk could not deliver.

use serde::Deserialize;
use serde_json::Value;

use super::call::ApiCall;
use super::config::Client;
use super::lenient_json::LenientFlag;
use crate::error::DingTalkError;
use crate::events::{self, CallbackEvent};

/// Undelivered events, at most 200. Reading probably consumes them (UNCONFIRMED), so handle all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCallbacks {
    /// What was missed; entries that are no events are left out: a sweep finds what they meant.
    pub events: Vec<CallbackEvent>,
    /// Whether to ask again.
    pub has_more: bool,
}

#[derive(Deserialize)]
struct FailedListAnswer {
    has_more: LenientFlag,
    #[serde(default)]
    failed_list: Vec<Value>,
}

impl Client {
    /// The next undelivered events.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn fetch_failed_callbacks(&self) -> Result<FailedCallbacks, DingTalkError> {
        let call = ApiCall::get(
            "call_back/get_call_back_failed_result",
            "/call_back/get_call_back_failed_result",
        );
        let answer: FailedListAnswer = self.call_api(&call).await?;
        let events = answer
            .failed_list
            .iter()
            .filter_map(|entry| events::parse_undelivered(entry).ok())
            .collect();
        Ok(FailedCallbacks {
            events,
            has_more: answer.has_more.0,
        })
    }
}
