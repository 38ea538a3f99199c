//! Other callback keys, or another AppSecret, without a moment in which an event or a call is refused.
//!
//! What comes next is stored beside what counts, proven, and only then made to count. While it waits, the callback accepts
//! both, and token-refresh falls back to it where DingTalk refuses what counts; afterwards the former callback keys are
//! accepted for a day, and the former AppSecret is tried last. How far a change is stands in the vault itself, so that every
//! step can be repeated and the next one done by another process. What waits can be taken back at any time.

mod proof;

use std::sync::Arc;

use dingtalk::client::{Clock, Jitter};
use directory::BindingId;
use directory::reason::{Reason, ReasonCode};
use engine::bind::BindError;
use engine::ports::Randomness;
use outbound::Transport;
use secrecy::SecretString;
use state::vault::{
    CallbackSecret, DingTalkCredentials, SecretError, StagedSecretStore, StoredSecret,
};
use state::{DingTalkEndpoints, VaultError};

use crate::key_text::random_text;

/// How long the callback accepts its former keys: DingTalk may still push what it signed with them.
const FORMER_KEYS_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// Letters of a callback's token.
const TOKEN_LETTERS: usize = 16;

/// Letters of a callback's encoding key, which DingTalk fixes.
const AES_KEY_LETTERS: usize = 43;

/// What can be changed, each apart from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationPart {
    /// Token and encoding key of the callback.
    CallbackKeys,
    /// The app's AppSecret.
    AppSecret,
}

/// What waits to be made to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationProgress {
    /// Callback keys wait.
    pub callback_keys: bool,
    /// An AppSecret waits.
    pub app_secret: bool,
}

impl RotationProgress {
    /// The parts that wait.
    pub fn waiting_parts(self) -> impl Iterator<Item = RotationPart> {
        [
            (self.callback_keys, RotationPart::CallbackKeys),
            (self.app_secret, RotationPart::AppSecret),
        ]
        .into_iter()
        .filter_map(|(waits, part)| waits.then_some(part))
    }
}

/// One binding whose secrets are changed, and what the steps work with.
pub struct RotationDesk {
    /// The binding.
    pub binding: BindingId,
    /// Its secrets.
    pub secrets: StagedSecretStore,
    /// Where DingTalk answers.
    pub endpoints: DingTalkEndpoints,
    /// Where DingTalk pushes to, if it is known.
    pub callback_url: Option<String>,
    /// DingTalk's network, and the callback's.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Spreads retries.
    pub jitter: Jitter,
    /// Keys.
    pub randomness: Arc<dyn Randomness>,
}

impl RotationDesk {
    /// What waits.
    ///
    /// # Errors
    /// [`BindError`] when the vault cannot be read.
    pub async fn read_progress(&self) -> Result<RotationProgress, BindError> {
        Ok(RotationProgress {
            callback_keys: self.find_proposed::<CallbackSecret>().await?.is_some(),
            app_secret: self.find_proposed::<DingTalkCredentials>().await?.is_some(),
        })
    }

    /// Stores new callback keys beside the current ones; the same again if some wait already. They are not proven yet.
    ///
    /// # Errors
    /// [`BindError`] when the vault cannot be read or written.
    pub async fn propose_callback_keys(&self) -> Result<CallbackSecret, BindError> {
        if let Some(waiting) = self.find_proposed().await? {
            return Ok(waiting);
        }
        let randomness = self.randomness.as_ref();
        let next = CallbackSecret {
            token: random_text(randomness, TOKEN_LETTERS).into(),
            aes_key: random_text(randomness, AES_KEY_LETTERS).into(),
            ..self.current_callback().await?
        };
        self.propose(&next).await?;
        Ok(next)
    }

    /// Stores another AppSecret of the same app beside the current one, in the place of one that waits. It is not proven yet.
    ///
    /// # Errors
    /// [`BindError`] when the vault cannot be read or written.
    pub async fn propose_app_secret(&self, app_secret: SecretString) -> Result<(), BindError> {
        // Read from the callback's secret: the credentials need not be readable here.
        let app_key = self.current_callback().await?.app_key;
        self.propose(&DingTalkCredentials {
            app_key,
            app_secret,
        })
        .await
    }

    /// Has what waits proven: by the callback, which opens an event under the new keys and answers under them; by DingTalk,
    /// which issues a token for the new AppSecret.
    ///
    /// # Errors
    /// [`BindError`] `nothing_pending`, or what the proof found; what counted before counts still, and what waits waits.
    pub async fn prove(&self, part: RotationPart) -> Result<(), BindError> {
        match part {
            RotationPart::CallbackKeys => {
                let next = self.proposed::<CallbackSecret>().await?;
                self.prove_callback_keys(&next).await
            }
            RotationPart::AppSecret => {
                let next = self.proposed::<DingTalkCredentials>().await?;
                self.prove_app_secret(&next).await
            }
        }
    }

    /// Makes what waits count. It has to be proven before.
    ///
    /// # Errors
    /// [`BindError`] `nothing_pending`, or the vault could not be read or written.
    pub async fn promote(&self, part: RotationPart) -> Result<(), BindError> {
        match part {
            RotationPart::CallbackKeys => self.promote_callback_keys().await,
            RotationPart::AppSecret => {
                self.proposed::<DingTalkCredentials>().await?;
                self.promote_secret::<DingTalkCredentials>().await
            }
        }
    }

    /// Takes back what waits; what counts stays.
    ///
    /// # Errors
    /// [`BindError`] `nothing_pending`, or the vault could not be written.
    pub async fn withdraw(&self, part: RotationPart) -> Result<(), BindError> {
        let withdrawn = match part {
            RotationPart::CallbackKeys => {
                self.secrets.withdraw::<CallbackSecret>(&self.binding).await
            }
            RotationPart::AppSecret => {
                self.secrets
                    .withdraw::<DingTalkCredentials>(&self.binding)
                    .await
            }
        };
        match withdrawn {
            Err(SecretError::Vault(VaultError::NotFound)) => Err(nothing_pending()),
            done => done.map_err(|err| BindError::from_state("taking back what waits", &err)),
        }
    }

    /// The former keys are accepted for a day from now on.
    async fn promote_callback_keys(&self) -> Result<(), BindError> {
        let next = self.proposed::<CallbackSecret>().await?;
        let current = self.current_callback().await?;
        // A promotion that was stopped in between left the keys counting already: nothing precedes them twice.
        if !next.has_same_keys(&current) {
            let until = self.clock.now().plus_millis(FORMER_KEYS_KEPT_MS);
            let next = CallbackSecret {
                app_key: current.app_key.clone(),
                accepts_seconds: current.accepts_seconds,
                ..next
            };
            self.propose(&next.following(&current, until)).await?;
        }
        self.promote_secret::<CallbackSecret>().await
    }

    async fn current_callback(&self) -> Result<CallbackSecret, BindError> {
        let secret = self.secrets.secrets.get_callback(&self.binding).await;
        secret.map_err(|err| BindError::from_state("reading the callback's keys", &err))
    }

    async fn find_proposed<S: StoredSecret>(&self) -> Result<Option<S>, BindError> {
        let found = self.secrets.find_proposed(&self.binding).await;
        found.map_err(|err| BindError::from_state("reading what waits", &err))
    }

    async fn proposed<S: StoredSecret>(&self) -> Result<S, BindError> {
        self.find_proposed().await?.ok_or_else(nothing_pending)
    }

    async fn propose<S: StoredSecret>(&self, next: &S) -> Result<(), BindError> {
        let proposed = self.secrets.propose(&self.binding, next).await;
        proposed.map_err(|err| BindError::from_state("storing what comes next", &err))
    }

    async fn promote_secret<S: StoredSecret>(&self) -> Result<(), BindError> {
        let promoted = self.secrets.promote::<S>(&self.binding).await;
        promoted.map_err(|err| BindError::from_state("promoting what waits", &err))
    }
}

/// There is nothing to prove, to promote or to take back.
#[must_use]
pub fn nothing_pending() -> BindError {
    BindError::from(Reason::new(ReasonCode::BindingNothingPending))
}
