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
/// A token this near its end is not used any more, or this part of its life, where that is less.
const MARGIN_MS: i64 = 30_000;
const MARGIN_PART: i64 = 10;
/// Stands for "there is none yet", in the place of a refused token's hash.
const NO_TOKEN: TokenHash = TokenHash(0);

/// One binding's token: kept in memory, read from the vault, renewed by asking `token-refresh`.
pub struct VaultTokens {
    binding: BindingId,
    secrets: SecretStore,
    refused: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    /// Held while renewing, so that many refusals at once make one request.
    kept: Mutex<Option<KeptToken>>,
}

/// A token as the vault has it.
#[derive(Debug, Clone)]
struct KeptToken {
    token: AccessToken,
    issued_at: Timestamp,
    serves_until: Timestamp,
}

impl KeptToken {
    fn new(secret: TokenSecret) -> Self {
        let TokenSecret {
            token,
            issued_at,
            expires_at,
        } = secret;
        let life = expires_at.millis().saturating_sub(issued_at.millis());
        let margin = (life / MARGIN_PART).clamp(0, MARGIN_MS);
        Self {
            token: AccessToken::new(token),
            issued_at,
            serves_until: expires_at.plus_millis(-margin),
        }
    }
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

    fn still_serves(&self, kept: &KeptToken) -> bool {
        self.clock.now() < kept.serves_until
    }

    /// What the vault has, whether it still serves or not.
    async fn stored_token(&self) -> Result<Option<KeptToken>, DingTalkError> {
        match self.secrets.get_token(&self.binding).await {
            Ok(secret) => Ok(Some(KeptToken::new(secret))),
            Err(SecretError::Vault(VaultError::NotFound)) => Ok(None),
            Err(why) => Err(vault_call_error(why)),
        }
    }

    /// Asks for another token than `stored` and waits until the vault has it. While a token is valid, DingTalk answers with
    /// the same one and a longer life: that it was issued later is enough.
    async fn request_token(
        &self,
        refused: TokenHash,
        stored: Option<&KeptToken>,
    ) -> Result<KeptToken, DingTalkError> {
        let report = TokenRefusedMessage {
            binding: self.binding.clone(),
            token_hash: refused.to_string(),
        };
        let message = report.to_message().map_err(vault_call_error)?;
        self.refused.send(message).await.map_err(vault_call_error)?;
        let end = self.clock.now().plus_millis(PATIENCE_MS);
        let is_new = |new: &KeptToken| {
            new.token.hash() != refused
                || stored.is_some_and(|stored| new.issued_at > stored.issued_at)
        };
        while self.clock.now() < end {
            self.clock.sleep(POLL_INTERVAL).await;
            let new = self.stored_token().await?;
            if let Some(new) = new.filter(|new| is_new(new) && self.still_serves(new)) {
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
        if let Some(serves) = kept.as_ref().filter(|kept| self.still_serves(kept)) {
            return Ok(serves.token.clone());
        }
        let new = match self.stored_token().await? {
            Some(stored) if self.still_serves(&stored) => stored,
            Some(ended) => self.request_token(ended.token.hash(), Some(&ended)).await?,
            None => self.request_token(NO_TOKEN, None).await?,
        };
        Ok(kept.insert(new).token.clone())
    }

    async fn renew_token(&self, refused: TokenHash) -> Result<AccessToken, DingTalkError> {
        let mut kept = self.kept.lock().await;
        let is_other = |kept: &KeptToken| kept.token.hash() != refused && self.still_serves(kept);
        if let Some(other) = kept.as_ref().filter(|kept| is_other(kept)) {
            return Ok(other.token.clone());
        }
        // Whatever comes of this, the refused one is not handed out again.
        *kept = None;
        let new = match self.stored_token().await? {
            Some(stored) if is_other(&stored) => stored,
            stored => self.request_token(refused, stored.as_ref()).await?,
        };
        Ok(kept.insert(new).token.clone())
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
