//! `bangding rotate`: other callback keys, or another AppSecret, without a moment in which an event or a call is refused.
//!
//! What comes next is stored beside what counts, proven, and only then made to count (`reliability.md` §3.2). While it
//! waits, the callback accepts both, and token-refresh falls back to it where DingTalk refuses what counts; afterwards the
//! former callback keys are accepted for a day, and the former AppSecret is tried last.

mod proof;
mod rotation_target;

use std::io::Write as _;

use base64::Engine as _;
use directory::reason::{Reason, ReasonCode};
use engine::bind::BindError;
use runtime::SystemClock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use state::VaultError;
use state::vault::{BindingSecret, PreviousCallbackKeys, SecretError, SecretStage};

use crate::args::{Language, RotateArgs, RotateStep};
use crate::up::internal_refusal;
use rotation_target::RotationTarget;

/// How long the callback accepts its former keys: DingTalk may still push what it signed with them.
const FORMER_KEYS_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// Runs a step and tells what is to be done next.
///
/// # Errors
/// [`BindError`]; what counted before counts still.
pub async fn run(args: &RotateArgs) -> Result<(), BindError> {
    let place = RotationTarget::from_args(args).await?;
    match args.step {
        RotateStep::Callback => rotate_callback(args, &place).await,
        RotateStep::AppSecret => rotate_app_secret(args, &place).await,
        RotateStep::Promote => promote_pending(args, &place).await,
    }
}

/// New callback keys in waiting; the same again if they wait already. Proven by the callback function itself.
async fn rotate_callback(args: &RotateArgs, place: &RotationTarget) -> Result<(), BindError> {
    let current = place.current_secret().await?;
    let mut next = place
        .pending_secret()
        .await?
        .unwrap_or_else(|| current.clone());
    if have_same_keys(&current, &next) {
        let text = |letters| {
            random_text(letters).map_err(|err| internal_refusal("making the callback's keys", &err))
        };
        next.callback_token = text(16)?.into();
        next.callback_aes_key = text(43)?.into();
        place.propose_secret(&next).await?;
    }
    proof::prove_callback(place, &next).await?;
    let (token, aes_key) = (
        next.callback_token.expose_secret(),
        next.callback_aes_key.expose_secret(),
    );
    say(
        args,
        &format!(
            "● 新的回调密钥已可用。请在开发者后台的「事件与回调」里填写并保存，然后运行 bangding rotate promote\n  token    {token}\n  aes_key  {aes_key}"
        ),
        &format!(
            "● The callback accepts its new keys. Paste them under Events and Callbacks in the developer console, save, then run: bangding rotate promote\n  token    {token}\n  aes_key  {aes_key}"
        ),
        &json!({"rotate": "callback", "stage": "pending", "token": token, "aes_key": aes_key}),
    );
    Ok(())
}

/// Another AppSecret: in waiting, proven by DingTalk, and made to count at once unless callback keys wait as well.
async fn rotate_app_secret(args: &RotateArgs, place: &RotationTarget) -> Result<(), BindError> {
    let secret = crate::up::read_app_secret()?;
    let current = place.current_secret().await?;
    let mut next = place
        .pending_secret()
        .await?
        .unwrap_or_else(|| current.clone());
    next.app_secret = secret;
    place.propose_secret(&next).await?;
    proof::prove_app_secret(place, &next).await?;
    if have_same_keys(&current, &next) {
        return promote_pending(args, place).await;
    }
    say(
        args,
        "● 新的 AppSecret 有效；回调密钥也在等待，请保存后运行 bangding rotate promote",
        "● DingTalk takes the new AppSecret. Callback keys wait as well: save them in the console, then run: bangding rotate promote",
        &json!({"rotate": "app-secret", "stage": "pending"}),
    );
    Ok(())
}

/// What waits is proven once more and counts from now on.
async fn promote_pending(args: &RotateArgs, place: &RotationTarget) -> Result<(), BindError> {
    let current = place.current_secret().await?;
    let Some(mut next) = place.pending_secret().await? else {
        return Err(BindError::from(Reason::new(
            ReasonCode::BindingNothingPending,
        )));
    };
    if current.app_secret.expose_secret() != next.app_secret.expose_secret() {
        proof::prove_app_secret(place, &next).await?;
    }
    if !have_same_keys(&current, &next) {
        proof::prove_callback(place, &next).await?;
        next.previous_callback = Some(PreviousCallbackKeys {
            token: current.callback_token.clone(),
            aes_key: current.callback_aes_key.clone(),
            until: SystemClock.now().plus_millis(FORMER_KEYS_KEPT_MS),
        });
        place.propose_secret(&next).await?;
    }
    place.promote_secret().await?;
    say(
        args,
        "● 新的凭证已启用；旧的回调密钥在 24 小时内仍被接受",
        "● The new credentials count. The former callback keys are accepted for another 24 hours",
        &json!({"rotate": "promote", "stage": "current"}),
    );
    Ok(())
}

fn have_same_keys(one: &BindingSecret, other: &BindingSecret) -> bool {
    one.callback_token.expose_secret() == other.callback_token.expose_secret()
        && one.callback_aes_key.expose_secret() == other.callback_aes_key.expose_secret()
}

impl RotationTarget {
    async fn current_secret(&self) -> Result<BindingSecret, BindError> {
        let secret = self.secrets.secrets.get_binding(&self.binding).await;
        secret.map_err(|err| internal_refusal("reading the binding's secret", &err))
    }

    async fn pending_secret(&self) -> Result<Option<BindingSecret>, BindError> {
        match self
            .secrets
            .secrets
            .get_binding_stage(&self.binding, SecretStage::Pending)
            .await
        {
            Ok(next) => Ok(Some(next)),
            Err(SecretError::Vault(VaultError::NotFound)) => Ok(None),
            Err(err) => Err(internal_refusal("reading what waits", &err)),
        }
    }

    async fn propose_secret(&self, next: &BindingSecret) -> Result<(), BindError> {
        let proposed = self.secrets.propose(&self.binding, next).await;
        proposed.map_err(|err| internal_refusal("storing what comes next", &err))
    }

    async fn promote_secret(&self) -> Result<(), BindError> {
        self.secrets
            .promote(&self.binding)
            .await
            .map_err(|err| internal_refusal("promoting the binding's secret", &err))
    }
}

/// Letters and digits, which is what DingTalk's console takes.
pub(crate) fn random_text(letters: usize) -> Result<String, runtime::RandomnessError> {
    let mut text = String::new();
    while text.len() < letters {
        let bytes = runtime::random_bytes::<64>()?;
        let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
        text.extend(
            base64
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(letters - text.len()),
        );
    }
    Ok(text)
}

fn say(args: &RotateArgs, zh: &str, en: &str, object: &Value) {
    let line = match args.lang {
        _ if args.json => object.to_string(),
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
    };
    // A closed pipe changes nothing that was done.
    _ = writeln!(std::io::stdout(), "{line}");
}
