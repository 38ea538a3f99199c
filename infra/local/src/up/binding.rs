//! Making the binding: the desk's steps, with what each says on the screen.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use desk::binding::{BindingDesk, BindingOrder, BindingSettings, StepOutcome, TokenRenewer as _};
use dingtalk::client::Clock;
use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, Timestamp};
use engine::bind::BindError;
use runtime::{SystemClock, random_bytes_or_abort, random_jitter};
use secrecy::ExposeSecret as _;
use state::Binding;

use super::args::UpArgs;
use super::ask_again::ask_again;
use super::internal_refusal;
use super::screen::Screen;
use super::target::DingTalkTarget;
use crate::http_front::HttpFront;
use crate::machine::Machine;
use crate::token_renewal::InProcessTokens;

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

/// Makes the binding of the target's company, or brings the stored one up to date.
pub(crate) async fn bind_company(
    args: &UpArgs,
    screen: &Screen,
    target: &DingTalkTarget,
    machine: &Machine,
    front: &HttpFront,
) -> Result<BoundCompany, BindError> {
    refuse_second_company(args, target, machine).await?;
    let desk = binding_desk(machine);
    let mut work = desk.take_up(binding_order(args, target, front)).await?;
    while let Some(outcome) = ask_again(screen, async || work.perform_next().await).await? {
        print_outcome(screen, target, &outcome);
    }
    let stored = work.read_stored().await?;
    Ok(BoundCompany {
        callback_url: front.callback_url(&stored.binding.id),
        token: stored.callback.token.expose_secret().to_owned(),
        aes_key: stored.callback.aes_key.expose_secret().to_owned(),
        binding: stored.binding,
        is_new: stored.is_new,
    })
}

/// A data directory holds one company.
async fn refuse_second_company(
    _args: &UpArgs,
    target: &DingTalkTarget,
    machine: &Machine,
) -> Result<(), BindError> {
    let bindings = machine
        .store
        .list_bindings()
        .await
        .map_err(|err| internal_refusal("reading the bindings", &err))?;
    let is_ours = |binding: &Binding| binding.corp_id == target.app.corp_id;
    if bindings.is_empty() || bindings.iter().any(|one| is_ours(&one.body)) {
        return Ok(());
    }
    Err(BindError::from(Reason::new(
        ReasonCode::BindingOtherCompany,
    )))
}

fn binding_desk(machine: &Machine) -> BindingDesk {
    BindingDesk {
        store: machine.store.clone(),
        secrets: machine.staged_secrets.clone(),
        transport: Arc::clone(&machine.transport),
        tokens: Arc::new(InProcessTokens(machine.token_refresh())),
        clock: Arc::new(SystemClock),
        jitter: random_jitter(),
        randomness: Arc::new(random_bytes_or_abort),
    }
}

fn binding_order(args: &UpArgs, target: &DingTalkTarget, front: &HttpFront) -> BindingOrder {
    let app = &target.app;
    BindingOrder {
        corp_id: app.corp_id.clone(),
        agent_id: app.agent_id,
        app_key: app.app_key.clone(),
        app_secret: app.app_secret.clone(),
        endpoints: target.endpoints.clone(),
        prove_again: target.sandbox.is_none(),
        settings: BindingSettings {
            callback_prefix: front.callback_prefix(),
            calls_per_second: args.qps,
            sweep_minutes: args.sweep_minutes,
            shadow: args.shadow,
            callback_seconds: args.callback_seconds,
            accept_scope: args.accept_scope,
        },
    }
}

fn print_outcome(screen: &Screen, target: &DingTalkTarget, outcome: &StepOutcome) {
    match outcome {
        StepOutcome::CredentialsProven => screen.print_credentials(),
        StepOutcome::CompanyProven(proven) => screen.print_company(&target.app.corp_id, *proven),
        StepOutcome::PermissionsProven(scope) => screen.print_scope(scope),
        StepOutcome::SecretsStored | StepOutcome::BindingStored | StepOutcome::TokenRenewed => {}
    }
}

/// Whatever token is stored may be another app's, or of before a reset: the stored credentials ask for theirs.
/// DingTalk answers with the same token while it is valid.
pub(crate) async fn renew_token(machine: &Machine, binding: &Binding) -> Result<(), BindError> {
    let tokens = InProcessTokens(machine.token_refresh());
    tokens.renew_token(binding).await
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
