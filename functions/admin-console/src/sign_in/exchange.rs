//! DingTalk's own sign-in page, and the exchange of its code.
//!
//! The exchange needs the AppSecret, which the console may not read. `token-refresh` does it, behind [`SignInExchange`].

use async_trait::async_trait;
use directory::{BindingId, CorpId, UserId};

use crate::token::SecretToken;

/// Where people are sent, and where they come back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginPage {
    /// DingTalk's host of sign-in: `https://login.dingtalk.com` unless another server plays it.
    pub host: String,
    /// AppKey, here called `client_id`.
    pub app_key: String,
    /// The company: DingTalk's page opens with it.
    pub corp_id: CorpId,
    /// Our address, exactly as it is registered at the app (安全设置, 重定向URL).
    pub redirect_uri: String,
}

impl LoginPage {
    /// The address of DingTalk's page. It shows QR code and accounts by itself.
    /// Source: "获取登录用户的访问凭证", open.dingtalk.com, 2026-07-02; `scope=openid corpid` returns the chosen company.
    #[must_use]
    pub fn redirect_url(&self, state: &SecretToken) -> String {
        let parameters = [
            ("redirect_uri", self.redirect_uri.as_str()),
            ("response_type", "code"),
            ("client_id", &self.app_key),
            ("scope", "openid corpid"),
            ("state", state.expose()),
            ("prompt", "consent"),
            ("org_type", "management"),
            ("corpId", self.corp_id.as_str()),
        ];
        let query: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        format!("{}/oauth2/auth?{}", self.host, query.join("&"))
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986).
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// Who came back, as DingTalk says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangedIdentity {
    /// The company that was chosen on DingTalk's page.
    pub corp_id: CorpId,
    /// The `userid` in that company, found by the `unionid`; `None` if the person is not a member of it (60121).
    pub user_id: Option<UserId>,
}

/// Why a code was not exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The code was used, or is too old, or belongs to another app.
    #[error("DingTalk refused the code")]
    Refused,
    /// DingTalk cannot be asked now.
    #[error("DingTalk cannot be asked now")]
    Unavailable,
}

/// Exchanges a code for an identity.
#[async_trait]
pub trait SignInExchange: Send + Sync {
    /// Exchanges the code once.
    ///
    /// # Errors
    /// [`ExchangeError`].
    async fn exchange_code(
        &self,
        binding: &BindingId,
        code: &str,
    ) -> Result<ExchangedIdentity, ExchangeError>;
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_dingtalks_page_carries_everything_encoded() {
        let page = LoginPage {
            host: "https://login.dingtalk.com".to_owned(),
            app_key: "dingkey".to_owned(),
            corp_id: CorpId::new("ding1").unwrap(),
            redirect_uri: "https://console.example/sign-in/dingtalk/return".to_owned(),
        };
        let state = SecretToken::new([0; 32]);
        assert_eq!(
            page.redirect_url(&state),
            "https://login.dingtalk.com/oauth2/auth\
             ?redirect_uri=https%3A%2F%2Fconsole.example%2Fsign-in%2Fdingtalk%2Freturn\
             &response_type=code&client_id=dingkey&scope=openid%20corpid\
             &state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&prompt=consent&org_type=management&corpId=ding1"
        );
    }
}
