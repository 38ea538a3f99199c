//! Access tokens.

use std::collections::BTreeMap;

use directory::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;

/// The tokens that are valid.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ValidTokens {
    /// Tokens, each with the end of its validity in milliseconds since 1970.
    valid: BTreeMap<String, i64>,
}

impl ValidTokens {
    pub(super) fn forget(&mut self) {
        self.valid.clear();
    }

    pub(super) fn is_valid(&self, token: &str, now: Timestamp) -> bool {
        self.valid
            .get(token)
            .is_some_and(|ends| *ends > now.millis())
    }
}

impl World {
    /// Returns the current token, with its validity renewed, or a new one if it has expired.
    fn current_token(&mut self, now: Timestamp) -> String {
        self.tokens.valid.retain(|_, ends| *ends > now.millis());
        let ends = now.millis() + self.settings.token_life_s * 1000;
        let token = match self.tokens.valid.keys().next() {
            Some(token) => token.clone(),
            None => crate::company::random_text(b"0123456789abcdef", 32, &mut self.rng),
        };
        self.tokens.valid.insert(token.clone(), ends);
        self.mark_changed();
        token
    }

    pub(super) fn get_token(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let pair = |key, secret| params.in_query(key).zip(params.in_query(secret));
        let keys = &self.company.credentials;
        if let Some((key, secret)) = pair("appkey", "appsecret") {
            if key != keys.app_key || secret != keys.app_secret {
                return Err(ApiError::from_code(40096));
            }
        } else if let Some((corp, secret)) = pair("corpid", "corpsecret") {
            if corp != keys.corp_id || secret != keys.app_secret {
                return Err(ApiError::from_code(40089));
            }
        } else {
            return Err(ApiError::missing("corpid or appkey"));
        }
        Ok(
            json!({"access_token": self.current_token(now), "expires_in": self.settings.token_life_s}),
        )
    }

    pub(super) fn get_access_token(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let keys = &self.company.credentials;
        let known = params.text("appKey").as_deref() == Some(&keys.app_key)
            && params.text("appSecret").as_deref() == Some(&keys.app_secret);
        if !known {
            return Err(ApiError::new(
                400,
                "invalidClientIdOrSecret",
                "无效的clientId或者clientSecret",
            ));
        }
        Ok(json!({"accessToken": self.current_token(now), "expireIn": self.settings.token_life_s}))
    }

    /// `/v1.0/oauth2/{corpId}/token`.
    pub(super) fn get_corp_token(
        &mut self,
        now: Timestamp,
        params: &CallParams,
        corp: &str,
    ) -> Result<Value, ApiError> {
        let keys = &self.company.credentials;
        if params.text("grant_type").as_deref() != Some("client_credentials") {
            return Err(ApiError::new(
                400,
                "unsupported.grant.type",
                "不支持的授权类型",
            ));
        }
        if corp != keys.corp_id && corp != keys.other_corp_id {
            return Err(ApiError::new(500, "unknownError", "未知错误"));
        }
        let known = params.text("client_id").as_deref() == Some(&keys.app_key)
            && params.text("client_secret").as_deref() == Some(&keys.app_secret);
        if !known {
            return Err(ApiError::new(
                400,
                "invalid.client",
                "无效的client_id或client_secret",
            ));
        }
        if corp != keys.corp_id {
            return Err(ApiError::new(
                401,
                "unauthorized.client",
                "应用未被该企业授权",
            ));
        }
        Ok(
            json!({"access_token": self.current_token(now), "expires_in": self.settings.token_life_s}),
        )
    }
}
