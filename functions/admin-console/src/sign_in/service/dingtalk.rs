//! Signing in on DingTalk's own page.

use directory::{BindingId, CorpId, Timestamp};
use state::store::{ConsoleKind, PutCondition};

use super::SignInService;
use crate::desk_port::SignInMethod;
use crate::sign_in::error::SignInError;
use crate::sign_in::exchange::ExchangeError;
use crate::sign_in::pending::{PENDING_LIFE_MS, PendingSignIn};
use crate::token::SecretToken;

impl SignInService {
    /// Remembers that this browser was sent to DingTalk. Returns the `state` that DingTalk sends back.
    ///
    /// # Errors
    /// [`SignInError::ExchangeUnavailable`] if nothing can exchange the code; [`SignInError::Unavailable`].
    pub async fn begin_dingtalk(
        &self,
        browser: &SecretToken,
        binding: &BindingId,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        if self.exchange.is_none() {
            return Err(SignInError::ExchangeUnavailable);
        }
        let state = self.make_token()?;
        let pending = PendingSignIn {
            browser: browser.stored_id(),
            binding: binding.clone(),
            valid_until: now.plus_millis(PENDING_LIFE_MS),
            is_used: false,
        };
        let id = state.stored_id();
        let put = self.store.put_console(
            ConsoleKind::PendingSignIn,
            &id,
            &pending,
            PutCondition::New,
            Some(pending.valid_until.millis() / 1000),
        );
        put.await.map_err(|err| SignInError::unavailable(&err))?;
        Ok(state)
    }

    /// Takes DingTalk's answer: the state counts once and only in the browser that began, the company must be the bound
    /// one, and the person must have been given a role. Nobody is added by signing in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn finish_dingtalk(
        &self,
        browser: &SecretToken,
        state: &SecretToken,
        code: &str,
        expected: &CorpId,
        user_agent: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let binding = self.use_state(browser, state, now).await?;
        let exchange = self.exchange.as_ref();
        let exchange = exchange.ok_or(SignInError::ExchangeUnavailable)?;
        let identity = exchange
            .exchange_code(&binding, code)
            .await
            .map_err(|err| match err {
                ExchangeError::Refused => SignInError::ExchangeRefused,
                ExchangeError::Unavailable => SignInError::ExchangeUnavailable,
            })?;
        if identity.corp_id != *expected {
            return Err(SignInError::OtherCompany);
        }
        let user = identity.user_id.ok_or(SignInError::NoRole)?;
        let key = format!("{expected}/{user}");
        let member = self.get_member(&key).await?;
        let member = member.filter(|member| member.binding.as_ref() == Some(&binding));
        let member = member.ok_or(SignInError::NoRole)?;
        self.begin_session(&key, &member, SignInMethod::DingTalk, user_agent, now)
            .await
    }

    async fn use_state(
        &self,
        browser: &SecretToken,
        state: &SecretToken,
        now: Timestamp,
    ) -> Result<BindingId, SignInError> {
        let kind = ConsoleKind::PendingSignIn;
        let stored = self.get::<PendingSignIn>(kind, &state.stored_id()).await?;
        let stored = stored.ok_or(SignInError::StateInvalid)?;
        let pending = &stored.body;
        let is_ours = pending.browser == browser.stored_id();
        if !is_ours || pending.is_used || now >= pending.valid_until {
            return Err(SignInError::StateInvalid);
        }
        let used = PendingSignIn {
            is_used: true,
            ..pending.clone()
        };
        if !self.put_if_unchanged(kind, &stored, &used).await? {
            return Err(SignInError::StateInvalid);
        }
        Ok(used.binding)
    }
}
