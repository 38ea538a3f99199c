//! Proofs by experiment, of what is to count.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dingtalk::client::{Clock as _, TokenApi};
use dingtalk::crypto::CallbackCipher;
use directory::reason::{Reason, ReasonCode};
use engine::bind::{self, BindError};
use runtime::{SystemClock, random_jitter};
use secrecy::ExposeSecret as _;
use state::vault::BindingSecret;

use super::rotation_target::RotationTarget;
use crate::up::internal_refusal;

/// An event that every version takes for one that is nothing to it: acknowledged, and nobody is looked at.
const PROOF_EVENT: &str = r#"{"EventType":"bangding_rotation_proof"}"#;
/// How often the callback is asked: it reads keys anew every ten seconds at most.
const CALLBACK_TRIES: u32 = 10;
const RETRY_PAUSE: Duration = Duration::from_secs(2);

/// DingTalk issues a token for the AppSecret.
pub(super) async fn prove_app_secret(
    place: &RotationTarget,
    next: &BindingSecret,
) -> Result<(), BindError> {
    let api = TokenApi::new(
        place.endpoints.clone(),
        Arc::clone(&place.transport),
        Arc::new(SystemClock),
        random_jitter(),
    );
    let issued = bind::prove_credentials(&api, &next.app_key, &next.app_secret).await;
    issued.map(|_| ())
}

/// The callback opens an event under the keys, and answers under them.
pub(super) async fn prove_callback(
    place: &RotationTarget,
    next: &BindingSecret,
) -> Result<(), BindError> {
    let what = "proving the callback's keys";
    let Some(url) = &place.callback_url else {
        return Err(BindError::from(Reason::new(
            ReasonCode::BindingCallbackUrlUnknown,
        )));
    };
    let owners = [next.app_key.clone()];
    let (token, aes_key) = (
        next.callback_token.expose_secret(),
        next.callback_aes_key.expose_secret(),
    );
    let cipher =
        CallbackCipher::new(token, aes_key, &owners).map_err(|err| internal_refusal(what, &err))?;
    let mut why = String::new();
    for _ in 0..CALLBACK_TRIES {
        match push(place, &cipher, &next.app_key, url).await {
            Ok(said) if said == "success" => return Ok(()),
            Ok(said) => why = format!("it answered {said}"),
            Err(err) => why = err,
        }
        SystemClock.sleep(RETRY_PAUSE).await;
    }
    let cause = Reason::stored_text(why);
    Err(BindError::from(
        Reason::new(ReasonCode::BindingCallbackUnproven).cause(cause),
    ))
}

async fn push(
    place: &RotationTarget,
    cipher: &CallbackCipher,
    owner: &str,
    url: &str,
) -> Result<String, String> {
    let random = runtime::random_bytes().map_err(|err| err.to_string())?;
    let (query, body) = cipher.seal_push(PROOF_EVENT, owner, SystemClock.now(), random);
    let query = query
        .to_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .join("&");
    let request =
        http::Request::post(format!("{url}?{query}")).header("content-type", "application/json");
    let request = request
        .body(Bytes::from(body))
        .map_err(|err| err.to_string())?;
    let answer = place
        .transport
        .send(request)
        .await
        .map_err(|err| directory::text::describe_error(&err))?;
    if !answer.status().is_success() {
        return Err(format!(
            "the callback answered with {}",
            answer.status().as_u16()
        ));
    }
    cipher
        .open_reply(answer.body())
        .map_err(|_| "its answer is not under these keys".to_owned())
}
