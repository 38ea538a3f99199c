//! Access tokens out of the vault. Nothing here writes one: that is `token-refresh`'s alone.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dingtalk::client::{AccessToken, Clock, TokenHash, TokenSource};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::{BindingId, Timestamp};
use state::queue::messages::TokenRefusedMessage;
use state::vault::{SecretError, SecretStore, TokenSecret};
use state::{Queue, VaultError};
use tokio::sync::Mutex;

/// How often the vault is asked for the new token.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// How long a caller waits for it: a cold `token-refresh` and DingTalk's answer fit several times.
const PATIENCE_MS: i64 = 10_000;
/// A token this near its end is not used any more.
const MARGIN_MS: i64 = 30_000;
/// Stands for "there is none yet", in the place of a refused token's hash.
const NO_TOKEN: TokenHash = TokenHash(0);

/// One binding's token: kept in memory, read from the vault, renewed by asking `token-refresh`.
pub struct VaultTokens {
    binding: BindingId,
    secrets: SecretStore,
    refused: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    /// Held while renewing, so that many refusals at once make one request.
    kept: Mutex<Option<(AccessToken, Timestamp)>>,
}

impl VaultTokens {
    /// `refused` is the queue that `token-refresh` reads.
    #[must_use]
    pub fn new(
        binding: BindingId,
        secrets: SecretStore,
        refused: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            binding,
            secrets,
            refused,
            clock,
            kept: Mutex::default(),
        }
    }

    fn still_serves(&self, until: Timestamp) -> bool {
        self.clock.now().plus_millis(MARGIN_MS) < until
    }

    /// What the vault has, whether it still serves or not.
    async fn stored_token(&self) -> Result<Option<(AccessToken, Timestamp)>, DingTalkError> {
        match self.secrets.get_token(&self.binding).await {
            Ok(TokenSecret {
                token, expires_at, ..
            }) => Ok(Some((AccessToken::new(token), expires_at))),
            Err(SecretError::Vault(VaultError::NotFound)) => Ok(None),
            Err(why) => Err(vault_call_error(why)),
        }
    }

    /// A stored token that serves and is not `refused`.
    async fn stored_other_than(
        &self,
        refused: TokenHash,
    ) -> Result<Option<(AccessToken, Timestamp)>, DingTalkError> {
        let stored = self.stored_token().await?;
        Ok(stored.filter(|(token, until)| token.hash() != refused && self.still_serves(*until)))
    }

    /// Asks for another token and waits until the vault has it.
    async fn request_token(
        &self,
        refused: TokenHash,
    ) -> Result<(AccessToken, Timestamp), DingTalkError> {
        let report = TokenRefusedMessage {
            binding: self.binding.clone(),
            token_hash: refused.to_string(),
        };
        let message = report.to_message().map_err(vault_call_error)?;
        self.refused.send(message).await.map_err(vault_call_error)?;
        let end = self.clock.now().plus_millis(PATIENCE_MS);
        while self.clock.now() < end {
            self.clock.sleep(POLL_INTERVAL).await;
            if let Some(new) = self.stored_other_than(refused).await? {
                return Ok(new);
            }
        }
        Err(DingTalkError::new(
            "token",
            DingTalkErrorKind::Busy {
                code: "the token is still being renewed".to_owned(),
            },
        ))
    }
}

#[async_trait]
impl TokenSource for VaultTokens {
    async fn current_token(&self) -> Result<AccessToken, DingTalkError> {
        let mut kept = self.kept.lock().await;
        if let Some((token, _)) = kept.as_ref().filter(|(_, until)| self.still_serves(*until)) {
            return Ok(token.clone());
        }
        let new = match self.stored_token().await? {
            Some((token, until)) if self.still_serves(until) => (token, until),
            Some((ended, _)) => self.request_token(ended.hash()).await?,
            None => self.request_token(NO_TOKEN).await?,
        };
        Ok(kept.insert(new).0.clone())
    }

    async fn renew_token(&self, refused: TokenHash) -> Result<AccessToken, DingTalkError> {
        let mut kept = self.kept.lock().await;
        if let Some((token, _)) = kept
            .as_ref()
            .filter(|(token, until)| token.hash() != refused && self.still_serves(*until))
        {
            return Ok(token.clone());
        }
        // Whatever comes of this, the refused one is not handed out again.
        *kept = None;
        let new = match self.stored_other_than(refused).await? {
            Some(new) => new,
            None => self.request_token(refused).await?,
        };
        Ok(kept.insert(new).0.clone())
    }
}

fn vault_call_error(why: impl std::error::Error + Send + Sync + 'static) -> DingTalkError {
    DingTalkError::new(
        "token",
        DingTalkErrorKind::Unreachable {
            source: Box::new(why),
        },
    )
}

#[cfg(test)]
mod tests;
