//! The callback keys of bindings, kept in memory for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dingtalk::crypto::{CallbackCipher, Opened, Rejected, SignedQuery};
use directory::{BindingId, CorpId, Timestamp};
use secrecy::ExposeSecret;
use state::VaultError;
use state::vault::{BindingSecret, SecretError, Secrets};

/// Milliseconds that what was read is not asked for again (`reliability.md` §3.2).
const FRESH_MS: u64 = 5 * 60 * 1_000;
/// The same where there is no such binding: short, because it may be made any moment.
const ABSENT_MS: u64 = 10 * 1_000;
/// How long keys serve while the vault does not answer.
const STALE_MS: u64 = 24 * 60 * 60 * 1_000;
/// How long an unanswering vault is left alone while older keys serve.
const PAUSE_MS: u64 = 30 * 1_000;
/// How long the vault may take where older keys could serve.
const PATIENCE: Duration = Duration::from_millis(400);
/// Bindings kept at most: strangers can ask for any name.
const KEPT_MAX: usize = 512;

/// What one binding's callbacks are opened with.
pub(crate) struct Keys {
    pub(crate) corp: CorpId,
    current: CallbackCipher,
    previous: Option<CallbackCipher>,
}

impl Keys {
    /// From a binding's secret. Either owner key is accepted: which one DingTalk uses depends on where the address was
    /// registered (`dingtalk-api.md` §5.3).
    fn new(secret: &BindingSecret) -> Result<Self, dingtalk::crypto::InvalidKey> {
        let owners = [secret.app_key.clone(), secret.corp_id.as_str().to_owned()];
        let cipher = |token: &str, key: &str| CallbackCipher::new(token, key, &owners);
        let current = cipher(secret.callback_token.expose_secret(), secret.callback_aes_key.expose_secret())?;
        let previous = secret.previous_callback.as_ref();
        let previous =
            previous.map(|old| cipher(old.token.expose_secret(), old.aes_key.expose_secret())).transpose()?;
        Ok(Self { corp: secret.corp_id.clone(), current, previous })
    }

    /// Opens with the current or the previous keys; both are always tried, so that time does not tell which ones fit.
    pub(crate) fn open(
        &self,
        query: &SignedQuery,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(Opened, &CallbackCipher), Rejected> {
        let current = self.current.open(query, body, now);
        let previous =
            self.previous.as_ref().map(|cipher| cipher.open(query, body, now).map(|opened| (opened, cipher)));
        match (current, previous) {
            (Ok(opened), _) => Ok((opened, &self.current)),
            (Err(_), Some(Ok(with_previous))) => Ok(with_previous),
            (Err(rejected), _) => Err(rejected),
        }
    }
}

/// The keys could not be read, and none that could serve are in memory.
#[derive(Debug, thiserror::Error)]
#[error("the binding's keys could not be read")]
pub(crate) struct NoKeys;

#[derive(Clone)]
struct Kept {
    /// `None`: there is no such binding.
    keys: Option<Arc<Keys>>,
    read_at: Timestamp,
    /// When to ask again.
    until: Timestamp,
}

/// Keys by binding: fresh for five minutes, and for a day where the vault does not answer.
pub(crate) struct KeyCache {
    secrets: Secrets,
    kept: Mutex<HashMap<BindingId, Kept>>,
}

impl KeyCache {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self { secrets, kept: Mutex::default() }
    }

    /// The binding's keys; `Ok(None)` when there is no such binding.
    pub(crate) async fn of(&self, binding: &BindingId, now: Timestamp) -> Result<Option<Arc<Keys>>, NoKeys> {
        let kept = self.look(binding);
        if let Some(kept) = kept.as_ref().filter(|kept| now < kept.until && now >= kept.read_at) {
            return Ok(kept.keys.clone());
        }
        let usable = kept.filter(|kept| kept.keys.is_some() && now < after(kept.read_at, STALE_MS));
        match self.read(binding, usable.is_some()).await {
            Ok(keys) => {
                let until = after(now, if keys.is_some() { FRESH_MS } else { ABSENT_MS });
                self.keep(binding, Kept { keys: keys.clone(), read_at: now, until });
                Ok(keys)
            }
            Err(NoKeys) => {
                let kept = usable.ok_or(NoKeys)?;
                tracing::warn!(binding = %binding, "the vault did not answer; older keys of `{binding}` serve");
                self.keep(binding, Kept { until: after(now, PAUSE_MS), ..kept.clone() });
                Ok(kept.keys)
            }
        }
    }

    async fn read(&self, binding: &BindingId, hurry: bool) -> Result<Option<Arc<Keys>>, NoKeys> {
        let read = self.secrets.binding(binding);
        let secret = if hurry { tokio::time::timeout(PATIENCE, read).await.map_err(|_| NoKeys)? } else { read.await };
        match secret {
            Ok(secret) => {
                let keys = Keys::new(&secret).inspect_err(|why| {
                    tracing::error!(binding = %binding, "the callback keys of `{binding}` cannot work: {why}");
                });
                keys.map(|keys| Some(Arc::new(keys))).map_err(|_| NoKeys)
            }
            Err(SecretError::Vault(VaultError::NotFound)) => Ok(None),
            Err(why) => {
                tracing::error!(binding = %binding, "the secret of `{binding}` could not be read: {why}");
                Err(NoKeys)
            }
        }
    }

    fn look(&self, binding: &BindingId) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(binding).cloned()
    }

    /// Makes room by forgetting absent bindings first, then the longest unread one.
    fn keep(&self, binding: &BindingId, new: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX && !kept.contains_key(binding) {
            let oldest = kept.iter().min_by_key(|(_, old)| (old.keys.is_some(), old.read_at));
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                kept.remove(&oldest);
            }
        }
        kept.insert(binding.clone(), new);
    }
}

fn after(from: Timestamp, millis: u64) -> Timestamp {
    from.plus_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
