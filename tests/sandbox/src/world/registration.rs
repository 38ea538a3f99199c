//! The legacy registration of a callback, and the list of failed pushes.

use base64::Engine as _;
use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::event::{DeliveryState, EventSubscription};
use super::params::CallParams;
use super::reply::ApiError;
use super::settings::EnvelopeOwner;

/// Largest number of items in one answer.
const FAILED_PAGE: usize = 200;

impl World {
    pub(super) fn register_callback(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        if self.subscription.is_some() {
            return Err(ApiError::from_code(71006));
        }
        self.begin_registration(now, params)
    }

    pub(super) fn update_registration(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        if self.subscription.is_none() {
            return Err(ApiError::from_code(71007));
        }
        self.begin_registration(now, params)
    }

    /// Returns the `check_url` for the transport to push. The subscription is saved only if it is
    /// answered.
    fn begin_registration(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let subscription = EventSubscription {
            url: params.need("url")?,
            token: params.need("token")?,
            aes_key: params.need("aes_key")?,
            tags: params.list("call_back_tag"),
        };
        if !subscription.is_well_formed() {
            return Err(ApiError::from_code(400_050));
        }
        if !subscription.url.starts_with("http://") && !subscription.url.starts_with("https://") {
            return Err(ApiError::from_code(71011));
        }
        self.pending_check = Some(self.check_url(now, subscription, EnvelopeOwner::CorpId));
        Ok(json!({}))
    }

    pub(super) fn get_registration(
        &mut self,
        _now: Timestamp,
        _params: &CallParams,
    ) -> Result<Value, ApiError> {
        let subscription = self
            .subscription
            .as_ref()
            .ok_or_else(|| ApiError::from_code(71007))?;
        Ok(json!({
            "call_back_tag": subscription.tags, "token": subscription.token, "aes_key": subscription.aes_key,
            "url": subscription.url,
        }))
    }

    pub(super) fn delete_registration(
        &mut self,
        _now: Timestamp,
        _params: &CallParams,
    ) -> Result<Value, ApiError> {
        if self.subscription.is_none() {
            return Err(ApiError::from_code(71007));
        }
        self.remove_subscription();
        Ok(json!({}))
    }

    /// Lists at most 200 events that could not be pushed. A setting decides whether this removes
    /// them from the list.
    pub(super) fn list_failed_events(
        &mut self,
        now: Timestamp,
        _params: &CallParams,
    ) -> Result<Value, ApiError> {
        let corp_id = self.company.credentials.corp_id.clone();
        let mut items = Vec::new();
        let mut has_more = false;
        for delivery in &mut self.deliveries {
            let DeliveryState::Failed { available } = delivery.state else {
                continue;
            };
            if available > now.millis() {
                continue;
            }
            if items.len() == FAILED_PAGE {
                has_more = true;
                break;
            }
            items.push(delivery.event.failed_item(&corp_id));
            if self.settings.failed_consumes {
                delivery.state = DeliveryState::Collected;
            }
        }
        if !items.is_empty() {
            self.mark_changed();
        }
        Ok(json!({"has_more": has_more, "failed_list": items}))
    }
}

impl EventSubscription {
    /// Whether the keys have the documented form: a token of 3 to 63 letters and digits, an aes_key
    /// of 43.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let lenient =
            base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
        let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
        (3..=63).contains(&self.token.len())
            && plain(&self.token)
            && self.aes_key.len() == 43
            && plain(&self.aes_key)
            && engine
                .decode(format!("{}=", self.aes_key))
                .is_ok_and(|key| key.len() == 32)
    }
}
