//! DingTalk's sign-in: its page gives a code for whoever agreed, and a code is exchanged once.

use std::collections::HashMap;
use std::sync::Mutex;

use admin_console::sign_in::{ExchangeError, ExchangedIdentity, SignInExchange};
use async_trait::async_trait;
use directory::{BindingId, CorpId, UserId};

/// DingTalk's sign-in.
#[derive(Default)]
pub struct LoginDouble {
    codes: Mutex<HashMap<String, ExchangedIdentity>>,
    is_down: Mutex<bool>,
}

impl LoginDouble {
    /// Somebody agrees on the page and chooses a company. Returns the code of the redirect.
    pub fn agree(&self, corp: &str, user: Option<&str>) -> String {
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code{:04}", codes.len());
        let identity = ExchangedIdentity {
            corp_id: CorpId::new(corp).unwrap(),
            user_id: user.map(|user| UserId::new(user).unwrap()),
        };
        codes.insert(code.clone(), identity);
        code
    }

    /// DingTalk stops answering.
    pub fn go_down(&self) {
        *self.is_down.lock().unwrap() = true;
    }
}

#[async_trait]
impl SignInExchange for LoginDouble {
    async fn exchange_code(
        &self,
        _: &BindingId,
        code: &str,
    ) -> Result<ExchangedIdentity, ExchangeError> {
        if *self.is_down.lock().unwrap() {
            return Err(ExchangeError::Unavailable);
        }
        // A second exchange: `invalidParameter.authCode.notFound`.
        let identity = self.codes.lock().unwrap().remove(code);
        identity.ok_or(ExchangeError::Refused)
    }
}
