//! Making the binding: everything proven first, then the secret, then the binding.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dingtalk::client::{
    AccessToken, CallRate, Client, ClientConfig, Clock, Endpoints, TokenApi, TokenHash, TokenSource,
};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, Timestamp};
use engine::bind::{self, BindError};
use runtime::{SystemClock, random_jitter};
use secrecy::ExposeSecret as _;
use state::store::{ControlKind, PutCondition, StoredItem};
use state::vault::{BindingSecret, SecretError};
use state::{Binding, VaultError};
use token_refresh::{RefreshReason, TOKEN_FAILURE_ID};

use super::internal_refusal;
use super::screen::Screen;
use super::target::{DingTalkApp, DingTalkTarget};
use crate::args::UpArgs;
use crate::http_front::HttpFront;
use crate::machine::Machine;
use crate::rotate::random_text;

/// How long `check_url` may take to come through the queue.
const CALLBACK_CONFIRMED_WITHIN: Duration = Duration::from_secs(10);

/// A binding that is stored, with the values that are pasted into DingTalk's console.
pub(crate) struct BoundCompany {
    pub(crate) binding: Binding,
    pub(crate) callback_url: String,
    pub(crate) token: String,
    pub(crate) aes_key: String,
    /// It was made just now.
    pub(crate) is_new: bool,
}

/// The token of a check: no function writes it anywhere.
struct OneToken(AccessToken);

#[async_trait]
impl TokenSource for OneToken {
    async fn current_token(&self) -> Result<AccessToken, DingTalkError> {
        Ok(self.0.clone())
    }

    async fn renew_token(&self, _refused: TokenHash) -> Result<AccessToken, DingTalkError> {
        Err(DingTalkError::new(
            "oauth2/accessToken",
            DingTalkErrorKind::TokenRefused {
                code: "40014".to_owned(),
            },
        ))
    }
}

/// Makes the binding of the target's company, or brings the stored one up to date.
pub(crate) async fn bind_company(
    args: &UpArgs,
    screen: &Screen,
    target: &DingTalkTarget,
    machine: &Machine,
    front: &HttpFront,
) -> Result<BoundCompany, BindError> {
    let bindings = machine
        .store
        .list_bindings()
        .await
        .map_err(|err| internal_refusal("reading the bindings", &err))?;
    let (ours, others): (Vec<_>, Vec<_>) = bindings
        .into_iter()
        .partition(|binding| binding.body.corp_id == target.app.corp_id);
    if !others.is_empty() && ours.is_empty() {
        return Err(BindError::from(Reason::new(
            ReasonCode::BindingOtherCompany,
        )));
    }
    let stored = ours.into_iter().next();
    if stored.is_none() || target.sandbox.is_none() {
        prove_app(args, screen, target, machine, stored.is_none()).await?;
        // What was refused before is not refused any more.
        let ended = machine
            .store
            .delete_control(
                &target.app.corp_id,
                ControlKind::Quarantine,
                TOKEN_FAILURE_ID,
            )
            .await;
        ended.map_err(|err| internal_refusal("forgetting the token's trouble", &err))?;
    }
    let is_new = stored.is_none();
    let (binding, secret) = match stored {
        Some(stored) => update_binding(args, target, machine, front, stored).await?,
        None => create_binding(args, target, machine, front).await?,
    };
    renew_token(machine, &binding).await?;
    Ok(BoundCompany {
        callback_url: front.callback_url(&binding.id),
        token: secret.callback_token.expose_secret().to_owned(),
        aes_key: secret.callback_aes_key.expose_secret().to_owned(),
        binding,
        is_new,
    })
}

/// Whatever token is stored may be another app's, or of before a reset: this start's credentials ask for theirs.
/// DingTalk answers with the same token while it is valid.
pub(crate) async fn renew_token(machine: &Machine, binding: &Binding) -> Result<(), BindError> {
    let deps = machine.token_refresh();
    let wanted = match machine.secrets.get_token(&binding.id).await {
        Ok(current) => RefreshReason::Instead(current.hash()),
        Err(SecretError::Vault(VaultError::NotFound)) => RefreshReason::Due,
        Err(err) => return Err(internal_refusal("reading the stored token", &err)),
    };
    let ended = token_refresh::refresh_token(&deps, binding, &wanted).await;
    ended
        .map(|_| ())
        .map_err(|err| internal_refusal("asking for an access token", &err))
}

/// Credentials, company, permissions and scope, by experiment. Nothing is written.
///
/// The credentials may be another app's than at the last start, so that the company is proven each time.
async fn prove_app(
    args: &UpArgs,
    screen: &Screen,
    target: &DingTalkTarget,
    machine: &Machine,
    first: bool,
) -> Result<(), BindError> {
    let app = &target.app;
    let endpoints = Endpoints {
        api: target.endpoints.api.clone(),
        oapi: target.endpoints.oapi.clone(),
    };
    let api = TokenApi::new(
        endpoints.clone(),
        machine.transport.clone(),
        Arc::new(SystemClock),
        random_jitter(),
    );
    let issued = bind::prove_credentials(&api, &app.app_key, &app.app_secret).await?;
    screen.print_credentials();
    let proven = bind::prove_company(&api, &app.corp_id, &app.app_key, &app.app_secret).await?;
    screen.print_company(&app.corp_id, proven);
    if !first {
        return Ok(());
    }
    let config = ClientConfig {
        endpoints,
        app_key: app.app_key.clone(),
        agent_id: Some(app.agent_id),
        pace: CallRate {
            calls_per_second: args.qps,
            ..CallRate::default()
        },
    };
    let tokens = Arc::new(OneToken(issued.token));
    let client = Client::new(
        config,
        machine.transport.clone(),
        Arc::new(SystemClock),
        tokens,
        random_jitter(),
    );
    let scope = bind::prove_permissions(&client, &app.app_key).await?;
    screen.print_scope(&scope);
    Ok(())
}

/// The secret of a new binding: the app's credentials, and keys that nobody has seen before.
///
/// # Errors
/// [`runtime::NoRandomness`] when the machine has none.
pub fn new_secret(app: &DingTalkApp) -> Result<BindingSecret, runtime::RandomnessError> {
    Ok(BindingSecret {
        corp_id: app.corp_id.clone(),
        agent_id: app.agent_id,
        app_key: app.app_key.clone(),
        app_secret: app.app_secret.clone(),
        callback_token: random_text(16)?.into(),
        callback_aes_key: random_text(43)?.into(),
        hash_key: runtime::random_bytes::<32>()?,
        seal_key: runtime::random_bytes::<32>()?,
        previous_callback: None,
    })
}

async fn create_binding(
    args: &UpArgs,
    target: &DingTalkTarget,
    machine: &Machine,
    front: &HttpFront,
) -> Result<(Binding, BindingSecret), BindError> {
    let app = &target.app;
    let no_keys = |err| internal_refusal("making the binding's keys", &err);
    let id: BindingId = format!("b-{}", random_text(8).map_err(no_keys)?.to_lowercase())
        .parse()
        .map_err(|err: directory::ids::InvalidId| internal_refusal("naming the binding", &err))?;
    let secret = new_secret(app).map_err(no_keys)?;
    let mut binding = Binding::new(id, app.corp_id.clone());
    binding.created_at = SystemClock.now();
    copy_settings(&mut binding, args, target, front);
    machine
        .secrets
        .put_binding(&binding.id, &secret)
        .await
        .map_err(|err| internal_refusal("storing the secret", &err))?;
    let put = machine.store.put_binding(&binding, PutCondition::New).await;
    put.map_err(|err| internal_refusal("storing the binding", &err))?;
    Ok((binding, secret))
}

/// Addresses, pace and credentials may have changed since the last start; everything else stays.
async fn update_binding(
    args: &UpArgs,
    target: &DingTalkTarget,
    machine: &Machine,
    front: &HttpFront,
    stored: StoredItem<Binding>,
) -> Result<(Binding, BindingSecret), BindError> {
    let binding = stored.body;
    let secret = machine.secrets.get_binding(&binding.id).await;
    let mut secret =
        secret.map_err(|err| internal_refusal("reading the binding's secret", &err))?;
    let app = &target.app;
    if (&secret.app_key, secret.agent_id) != (&app.app_key, app.agent_id)
        || secret.app_secret.expose_secret() != app.app_secret.expose_secret()
    {
        secret.app_secret = app.app_secret.clone();
        secret.app_key.clone_from(&app.app_key);
        secret.agent_id = app.agent_id;
        let put = machine.secrets.put_binding(&binding.id, &secret).await;
        put.map_err(|err| internal_refusal("storing the secret", &err))?;
    }
    // Whatever else it says stays: somebody may pause it this very moment.
    let change = |binding: &mut Binding| copy_settings(binding, args, target, front);
    let changed = machine.store.change_binding(&binding.id, change).await;
    let changed = changed.map_err(|err| internal_refusal("storing the binding", &err))?;
    Ok((changed.unwrap_or(binding), secret))
}

fn copy_settings(binding: &mut Binding, args: &UpArgs, target: &DingTalkTarget, front: &HttpFront) {
    binding.agent_id = target.app.agent_id;
    binding.app_key.clone_from(&target.app.app_key);
    binding.endpoints = target.endpoints.clone();
    binding.calls_per_second = args.qps;
    binding.sweep_minutes = args.sweep_minutes;
    binding.callback_url = Some(front.callback_url(&binding.id));
    // The address is another one after each start, so that it has to be verified again.
    binding.callback_verified_at = None;
    binding.shadow |= args.shadow;
    if args.accept_scope {
        binding.accepted_scope = None;
    }
}

/// Has the callback address verified where somebody can: our own sandbox plays the console's Save.
pub(crate) async fn confirm_callback(
    target: &DingTalkTarget,
    machine: &Machine,
    bound: &BoundCompany,
) -> Result<bool, BindError> {
    let Some(sandbox) = &target.sandbox else {
        return Ok(false);
    };
    let values = serde_json::json!({"url": bound.callback_url, "token": bound.token, "aes_key": bound.aes_key});
    let request = http::Request::post(format!("{}/__sandbox/subscription", sandbox.url))
        .header("content-type", "application/json")
        .body(Bytes::from(values.to_string()));
    let request = request.map_err(|err| internal_refusal("asking for the callback check", &err))?;
    let answer = machine.transport.send(request).await;
    let answer = answer.map_err(|err| internal_refusal("asking for the callback check", &err))?;
    if !answer.status().is_success() {
        return Err(BindError::from(Reason::new(
            ReasonCode::BindingCallbackUnconfirmed,
        )));
    }
    wait_until_verified(machine, &bound.binding.id, CALLBACK_CONFIRMED_WITHIN).await
}

/// Whether DingTalk verified the callback address; the mark comes through the queue.
pub(crate) async fn wait_until_verified(
    machine: &Machine,
    binding: &BindingId,
    within: Duration,
) -> Result<bool, BindError> {
    let millis = i64::try_from(within.as_millis()).unwrap_or(i64::MAX);
    let deadline: Timestamp = SystemClock.now().plus_millis(millis);
    while SystemClock.now() < deadline {
        let stored = machine
            .store
            .get_binding(binding)
            .await
            .map_err(|err| internal_refusal("reading the binding", &err))?;
        if stored.is_some_and(|stored| stored.body.callback_verified_at.is_some()) {
            return Ok(true);
        }
        Clock::sleep(&SystemClock, Duration::from_millis(100)).await;
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
