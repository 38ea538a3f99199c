//! Tokens for the desk: `token-refresh`, called in this process.

use async_trait::async_trait;
use desk::binding::TokenRenewer;
use engine::bind::BindError;
use state::store::ControlKind;
use state::vault::SecretError;
use state::{Binding, VaultError};
use token_refresh::{RefreshDeps, RefreshError, RefreshReason, TOKEN_FAILURE_ID};

/// `token-refresh` with what it works with.
pub(crate) struct InProcessTokens(pub(crate) RefreshDeps);

#[async_trait]
impl TokenRenewer for InProcessTokens {
    async fn forget_refusal(&self, binding: &Binding) -> Result<(), BindError> {
        let (corp, kind) = (&binding.corp_id, ControlKind::Quarantine);
        let ended = self.0.store.delete_control(corp, kind, TOKEN_FAILURE_ID);
        ended
            .await
            .map(|_| ())
            .map_err(|err| BindError::from_state("forgetting the token's trouble", &err))
    }

    async fn renew_token(&self, binding: &Binding) -> Result<(), BindError> {
        let wanted = match self.0.secrets.get_token(&binding.id).await {
            Ok(current) => RefreshReason::Instead(current.hash()),
            Err(SecretError::Vault(VaultError::NotFound)) => RefreshReason::Due,
            Err(err) => return Err(BindError::from_state("reading the stored token", &err)),
        };
        let ended = token_refresh::refresh_token(&self.0, binding, &wanted).await;
        ended.map(|_| ()).map_err(|err| match err {
            RefreshError::DingTalk(err) => BindError::at_step("token", &err),
            err => BindError::from_state("asking for an access token", &err),
        })
    }
}
