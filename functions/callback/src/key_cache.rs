//! The callback keys of bindings, kept in memory for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use directory::{BindingId, Timestamp};
use state::VaultError;
use state::vault::{CallbackSecret, SecretError, SecretStage, SecretStore};

use crate::callback_keys::CallbackKeys;

/// Milliseconds that what was read is not asked for again.
const FRESH_MS: u64 = 5 * 60 * 1_000;
/// The same where there is no such binding: short, because it may be made any moment.
const ABSENT_MS: u64 = 10 * 1_000;
/// How often keys that did not fit are read anew, the pending ones among them: DingTalk pushes again after as long, so
/// that new keys work from the second push on, and strangers cannot make us ask the vault for each of theirs.
const AGAIN_MS: u64 = 10 * 1_000;
/// How long keys serve while the vault does not answer.
const STALE_MS: u64 = 24 * 60 * 60 * 1_000;
/// How long an unanswering vault is left alone while older keys serve.
const PAUSE_MS: u64 = 30 * 1_000;
/// How long the vault may take where older keys could serve.
const VAULT_TIMEOUT: Duration = Duration::from_millis(400);
/// Bindings kept at most: strangers can ask for any name.
const KEPT_MAX: usize = 512;

/// The keys could not be read, and none that could serve are in memory.
#[derive(Debug, thiserror::Error)]
#[error("the binding's keys could not be read")]
pub(crate) struct KeysUnavailableError;

#[derive(Clone)]
struct CachedKeys {
    /// `None`: there is no such binding.
    keys: Option<Arc<CallbackKeys>>,
    read_at: Timestamp,
    /// When to ask again.
    until: Timestamp,
    /// When keys that do not fit may be read anew.
    again: Timestamp,
}

/// Keys by binding: fresh for five minutes, and for a day where the vault does not answer.
pub(crate) struct KeyCache {
    secrets: SecretStore,
    kept: Mutex<HashMap<BindingId, CachedKeys>>,
}

impl KeyCache {
    pub(crate) fn new(secrets: SecretStore) -> Self {
        Self {
            secrets,
            kept: Mutex::default(),
        }
    }

    /// The binding's keys; `Ok(None)` when there is no such binding. The pending ones are among them where they were
    /// needed before.
    pub(crate) async fn for_binding(
        &self,
        binding: &BindingId,
        now: Timestamp,
    ) -> Result<Option<Arc<CallbackKeys>>, KeysUnavailableError> {
        let kept = self.cached_keys(binding);
        if let Some(kept) = kept
            .as_ref()
            .filter(|kept| now < kept.until && now >= kept.read_at)
        {
            return Ok(kept.keys.clone());
        }
        let again = kept
            .as_ref()
            .map_or(Timestamp::default(), |kept| kept.again);
        let usable =
            kept.filter(|kept| kept.keys.is_some() && now < millis_after(kept.read_at, STALE_MS));
        let pending = usable
            .as_ref()
            .and_then(|kept| kept.keys.as_ref())
            .is_some_and(|keys| keys.has_pending());
        match self.read_keys(binding, usable.is_some(), pending).await {
            Ok(keys) => {
                let until = millis_after(now, if keys.is_some() { FRESH_MS } else { ABSENT_MS });
                self.cache_keys(
                    binding,
                    CachedKeys {
                        keys: keys.clone(),
                        read_at: now,
                        until,
                        again,
                    },
                );
                Ok(keys)
            }
            Err(KeysUnavailableError) => {
                let kept = usable.ok_or(KeysUnavailableError)?;
                tracing::warn!(binding = %binding, "the vault did not answer; older keys of `{binding}` serve");
                self.cache_keys(
                    binding,
                    CachedKeys {
                        until: millis_after(now, PAUSE_MS),
                        ..kept.clone()
                    },
                );
                Ok(kept.keys)
            }
        }
    }

    /// The keys read anew, the pending ones among them, after a callback that none of the kept ones opened; `None` where
    /// that was done a moment ago, or the vault does not answer.
    pub(crate) async fn reread_binding(
        &self,
        binding: &BindingId,
        now: Timestamp,
    ) -> Option<Arc<CallbackKeys>> {
        let kept = self.cached_keys(binding).filter(|kept| now >= kept.again)?;
        let again = millis_after(now, AGAIN_MS);
        // Noted before the question, so that callbacks at the same time ask once.
        self.cache_keys(binding, CachedKeys { again, ..kept });
        let keys = self.read_keys(binding, true, true).await.ok()??;
        self.cache_keys(
            binding,
            CachedKeys {
                keys: Some(Arc::clone(&keys)),
                read_at: now,
                until: millis_after(now, FRESH_MS),
                again,
            },
        );
        Some(keys)
    }

    async fn read_keys(
        &self,
        binding: &BindingId,
        hurry: bool,
        pending: bool,
    ) -> Result<Option<Arc<CallbackKeys>>, KeysUnavailableError> {
        let read = self.read_secrets(binding, pending);
        let read = if hurry {
            tokio::time::timeout(VAULT_TIMEOUT, read)
                .await
                .map_err(|_| KeysUnavailableError)?
        } else {
            read.await
        };
        match read {
            Ok((secret, pending)) => {
                let keys = CallbackKeys::new(&secret, pending.as_ref()).inspect_err(|why| {
                    tracing::error!(binding = %binding, "the callback keys of `{binding}` cannot work: {why}");
                });
                keys.map(|keys| Some(Arc::new(keys)))
                    .map_err(|_| KeysUnavailableError)
            }
            Err(SecretError::Vault(VaultError::NotFound)) => Ok(None),
            Err(why) => {
                tracing::error!(binding = %binding, "the callback's secret of `{binding}` could not be read: {why}");
                Err(KeysUnavailableError)
            }
        }
    }

    async fn read_secrets(
        &self,
        binding: &BindingId,
        pending: bool,
    ) -> Result<(CallbackSecret, Option<CallbackSecret>), SecretError> {
        let current = self.secrets.get_callback(binding).await?;
        if !pending {
            return Ok((current, None));
        }
        match self.secrets.get_stage(binding, SecretStage::Pending).await {
            Ok(pending) => Ok((current, Some(pending))),
            Err(SecretError::Vault(VaultError::NotFound)) => Ok((current, None)),
            // The current keys were read and serve; what waits is asked for again when it is needed.
            Err(why) => {
                tracing::warn!(binding = %binding, "the callback's pending secret of `{binding}` could not be read: {why}");
                Ok((current, None))
            }
        }
    }

    fn cached_keys(&self, binding: &BindingId) -> Option<CachedKeys> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(binding)
            .cloned()
    }

    /// Makes room by forgetting absent bindings first, then the longest unread one.
    fn cache_keys(&self, binding: &BindingId, new: CachedKeys) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX && !kept.contains_key(binding) {
            let oldest = kept
                .iter()
                .min_by_key(|(_, old)| (old.keys.is_some(), old.read_at));
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                kept.remove(&oldest);
            }
        }
        kept.insert(binding.clone(), new);
    }
}

fn millis_after(from: Timestamp, millis: u64) -> Timestamp {
    from.plus_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
