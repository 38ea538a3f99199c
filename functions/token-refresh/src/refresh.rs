//! Renewing one binding's token.

use std::fmt;
use std::sync::Arc;

use dingtalk::client::{IssuedToken, TokenApi};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::Timestamp;
use directory::reason::Reason;
use runtime::metrics;
use state::store::{ControlKind, PutCondition, StoredItem};
use state::vault::{SecretError, SecretStage, TokenSecret};
use state::{Binding, StoreError, VaultError, WriteError};

use crate::RefreshDeps;
use crate::credentials::CandidateCredentials;
use crate::token_failure::{TOKEN_FAILURE_ID, TokenFailure};

/// Hexadecimal digits of a token's hash that tell it from another: those that the client reports.
const HASH_DIGITS_MIN: usize = 16;

/// When a new token is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshReason {
    /// If the current one is past 80 % of its life, or there is none.
    Due,
    /// If the current one is that with this hash (16 to 64 hexadecimal digits of SHA-256), or there is none.
    Instead(String),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// A token was issued and stored.
    Renewed,
    /// The current one is good enough.
    NotNeeded,
    /// DingTalk refuses the credentials; kept with its reason, tried again tomorrow or with other credentials.
    Refused,
    /// The same, and it is not tomorrow yet: DingTalk was not asked.
    Waiting,
}

impl fmt::Display for RefreshOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Renewed => "renewed",
            Self::NotNeeded => "still good",
            Self::Refused => "the credentials are refused",
            Self::Waiting => "the credentials were refused, and the day is not over",
        })
    }
}

/// Why it may help to try again soon.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// A secret could not be read or written.
    #[error("a secret could not be reached")]
    Secret(#[source] SecretError),
    /// The state could not be read.
    #[error("the state could not be read")]
    Read(#[source] StoreError),
    /// The state could not be written.
    #[error("the state could not be written")]
    Write(#[source] WriteError),
    /// DingTalk did not answer, or not now.
    #[error("DingTalk gave no token")]
    DingTalk(#[source] DingTalkError),
}

/// Renews a binding's token if that is wanted and allowed.
///
/// # Errors
/// `RefreshError` where trying again soon can help; a lasting refusal is [`RefreshOutcome::Refused`].
pub async fn refresh_token(
    deps: &RefreshDeps,
    binding: &Binding,
    wanted: &RefreshReason,
) -> Result<RefreshOutcome, RefreshError> {
    let current = match deps.secrets.get_token(&binding.id).await {
        Ok(current) => Some(current),
        Err(SecretError::Vault(VaultError::NotFound)) => None,
        Err(why) => return Err(RefreshError::Secret(why)),
    };
    let now = deps.clock.now();
    if !current.is_none_or(|current| wanted.asks_to_replace(&current, now)) {
        return Ok(RefreshOutcome::NotNeeded);
    }
    let kept = deps
        .store
        .get_control::<TokenFailure>(&binding.corp_id, ControlKind::Quarantine, TOKEN_FAILURE_ID)
        .await;
    let kept = kept.map_err(RefreshError::Read)?;
    let candidates = CandidateCredentials::current_only(&deps.secrets, &binding.id).await;
    let mut candidates = candidates.map_err(RefreshError::Secret)?;
    if let Some(kept) = &kept {
        candidates
            .add_others(&deps.secrets, &binding.id)
            .await
            .map_err(RefreshError::Secret)?;
        if !kept.body.allows_attempt(&candidates.fingerprint(), now) {
            return Ok(RefreshOutcome::Waiting);
        }
    }
    match issue_with_candidates(deps, binding, &mut candidates).await? {
        Ok(issued) => store_renewed(deps, binding, issued, now, kept.is_some()).await,
        Err(error) => record_refusal(deps, binding, &error, candidates.fingerprint(), kept).await,
    }
}

/// A token for the first credentials that DingTalk takes; the inner error is its lasting refusal of the current ones.
/// The others are read only where they are needed.
async fn issue_with_candidates(
    deps: &RefreshDeps,
    binding: &Binding,
    candidates: &mut CandidateCredentials,
) -> Result<Result<IssuedToken, DingTalkError>, RefreshError> {
    let keys = deps.secrets.get_keys(&binding.id).await;
    let endpoints = keys.map_err(RefreshError::Secret)?.dingtalk_endpoints();
    let api = TokenApi::new(
        runtime::client_endpoints(&endpoints),
        Arc::clone(&deps.transport),
        Arc::clone(&deps.clock),
        Arc::clone(&deps.jitter),
    );
    let mut refusal = None;
    for place in 0.. {
        if place == 1 {
            candidates
                .add_others(&deps.secrets, &binding.id)
                .await
                .map_err(RefreshError::Secret)?;
        }
        let Some((stage, secret)) = candidates.iter().nth(place) else {
            break;
        };
        match api.issue_token(&secret.app_key, &secret.app_secret).await {
            Ok(issued) => {
                report_other_credentials(binding, *stage);
                return Ok(Ok(issued));
            }
            // What is wrong with the company or the network is as wrong with other credentials.
            Err(error)
                if !matches!(error.trouble, DingTalkErrorKind::CredentialsRefused { .. }) =>
            {
                return if is_lasting(&error.trouble) {
                    Ok(Err(error))
                } else {
                    Err(RefreshError::DingTalk(error))
                };
            }
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal
        .map(Err)
        .ok_or_else(|| RefreshError::Secret(SecretError::Vault(VaultError::NotFound)))
}

/// It works, and somebody has to finish what was begun: the alarm on what waits for a person says so.
fn report_other_credentials(binding: &Binding, stage: SecretStage) {
    if stage != SecretStage::Current {
        let id = &binding.id;
        metrics::record(metrics::QUARANTINED, 1.0);
        tracing::error!(
            binding = %id, credentials = stage.label(),
            "DingTalk refuses the current AppSecret of `{id}` and takes the {} one; finish the change with `bangding rotate`",
            if stage == SecretStage::Pending { "pending" } else { "previous" },
        );
    }
}

impl RefreshReason {
    fn asks_to_replace(&self, current: &TokenSecret, now: Timestamp) -> bool {
        match self {
            Self::Due => is_due(current, now),
            Self::Instead(hash) => {
                hash.len() >= HASH_DIGITS_MIN && current.hash().starts_with(hash.as_str())
            }
        }
    }
}

/// Past 80 % of its life.
fn is_due(current: &TokenSecret, now: Timestamp) -> bool {
    let life = current
        .expires_at
        .millis()
        .saturating_sub(current.issued_at.millis());
    now.millis() >= current.issued_at.millis().saturating_add(life / 5 * 4)
}

async fn store_renewed(
    deps: &RefreshDeps,
    binding: &Binding,
    issued: IssuedToken,
    now: Timestamp,
    had_trouble: bool,
) -> Result<RefreshOutcome, RefreshError> {
    // Counted from before the question, so that our clock never believes in a token for longer than DingTalk does.
    let life = i64::try_from(issued.expires_in_s)
        .unwrap_or(i64::MAX / 1_000)
        .saturating_mul(1_000);
    let token = issued.token.expose().into();
    let secret = TokenSecret {
        token,
        issued_at: now,
        expires_at: now.plus_millis(life),
    };
    deps.secrets
        .put_token(&binding.id, &secret)
        .await
        .map_err(RefreshError::Secret)?;
    if had_trouble {
        let removed = deps
            .store
            .delete_control(&binding.corp_id, ControlKind::Quarantine, TOKEN_FAILURE_ID)
            .await;
        removed.map_err(RefreshError::Read)?;
    }
    Ok(RefreshOutcome::Renewed)
}

async fn record_refusal(
    deps: &RefreshDeps,
    binding: &Binding,
    error: &DingTalkError,
    credentials: String,
    kept: Option<StoredItem<TokenFailure>>,
) -> Result<RefreshOutcome, RefreshError> {
    tracing::error!(binding = %binding.id, trouble = error.trouble.counter_key(), "no token for `{}`: {error}", binding.id);
    let earlier = kept.as_ref().map(|kept| &kept.body);
    let now = deps.clock.now();
    let trouble = TokenFailure::after_refusal(Reason::from(error), credentials, earlier, now);
    let condition = kept.as_ref().map_or(PutCondition::New, |kept| {
        PutCondition::Version(kept.version)
    });
    let put = deps.store.put_control(
        &binding.corp_id,
        ControlKind::Quarantine,
        TOKEN_FAILURE_ID,
        &trouble,
        condition,
        None,
    );
    match put.await {
        // Another instance was refused at the same time and says the same.
        Ok(_) | Err(WriteError::Stale | WriteError::Exists { .. }) => Ok(RefreshOutcome::Refused),
        Err(error) => Err(RefreshError::Write(error)),
    }
}

/// Whether only a person can change it.
fn is_lasting(trouble: &DingTalkErrorKind) -> bool {
    !trouble.is_transient() && !matches!(trouble, DingTalkErrorKind::UnknownOutcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_due_at_four_fifths_of_its_life() {
        let token = TokenSecret {
            token: "t".into(),
            issued_at: Timestamp(1_000),
            expires_at: Timestamp(8_201_000),
        };
        assert!(!is_due(&token, Timestamp(1_000 + 6_559_999)));
        assert!(is_due(&token, Timestamp(1_000 + 6_560_000)));
    }

    #[test]
    fn only_the_current_tokens_hash_asks_for_a_new_one_and_a_short_hash_never_does() {
        let token = TokenSecret {
            token: "abc".into(),
            issued_at: Timestamp(0),
            expires_at: Timestamp(7_200_000),
        };
        let instead = |hash: &str| {
            RefreshReason::Instead(hash.to_owned()).asks_to_replace(&token, Timestamp(0))
        };
        assert!(instead("ba7816bf8f01cfea"));
        assert!(instead(&token.hash()));
        assert!(!instead("ba7816bf8f01cfeb"));
        assert!(!instead("ba78") && !instead(""));
    }
}
