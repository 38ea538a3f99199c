//! Callbacks that DingTalk could not deliver.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{LenientFlag, RawRows};
use crate::error::DingTalkError;
use crate::events::{self, CallbackEvent};

/// Undelivered events, at most 200. Reading probably consumes them (UNCONFIRMED), so handle all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCallbacks {
    /// What was missed.
    pub events: Vec<CallbackEvent>,
    /// Entries that could not be read. They may be off the list now: a sweep finds what they meant.
    pub unreadable: usize,
    /// Whether to ask again.
    pub has_more: bool,
}

#[derive(Deserialize)]
struct FailedListAnswer {
    has_more: Option<Value>,
    failed_list: Option<Box<RawValue>>,
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
        let mut failed = FailedCallbacks {
            events: Vec::new(),
            unreadable: 0,
            has_more: false,
        };
        match answer.has_more.map(serde_json::from_value::<LenientFlag>) {
            Some(Ok(more)) => failed.has_more = more.0,
            None => {}
            // There may be more, and asking for ever is no way to find out.
            Some(Err(_)) => failed.unreadable += 1,
        }
        let entries = answer
            .failed_list
            .map(|raw| serde_json::from_str(raw.get()));
        match entries {
            Some(Ok(RawRows(entries))) => entries.iter().for_each(|entry| failed.add(entry)),
            Some(Err(_)) => failed.unreadable += 1,
            None => {}
        }
        Ok(failed)
    }
}

impl FailedCallbacks {
    fn add(&mut self, entry: &RawValue) {
        let event = serde_json::from_str::<Value>(entry.get())
            .ok()
            .and_then(|entry| events::parse_undelivered(&entry).ok());
        match event {
            Some(event) => self.events.push(event),
            None => self.unreadable += 1,
        }
    }
}
