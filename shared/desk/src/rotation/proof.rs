//! Proofs by experiment, of what is to count.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dingtalk::client::{Endpoints, TokenApi};
use dingtalk::crypto::CallbackCipher;
use directory::reason::{Reason, ReasonCode};
use engine::bind::{self, BindError};
use secrecy::ExposeSecret as _;
use state::vault::{CallbackSecret, DingTalkCredentials};

use super::RotationDesk;
use crate::key_text::random_key;

/// An event that every version takes for one that is nothing to it: acknowledged, and nobody is looked at.
const PROOF_EVENT: &str = r#"{"EventType":"bangding_rotation_proof"}"#;
/// How often the callback is asked: it reads keys anew every ten seconds at most.
const CALLBACK_TRIES: u32 = 10;
const RETRY_PAUSE: Duration = Duration::from_secs(2);

impl RotationDesk {
    /// DingTalk issues a token for the AppSecret.
    pub(super) async fn prove_app_secret(
        &self,
        next: &DingTalkCredentials,
    ) -> Result<(), BindError> {
        let endpoints = Endpoints {
            api: self.endpoints.api.clone(),
            oapi: self.endpoints.oapi.clone(),
        };
        let api = TokenApi::new(
            endpoints,
            Arc::clone(&self.transport),
            Arc::clone(&self.clock),
            Arc::clone(&self.jitter),
        );
        let issued = bind::prove_credentials(&api, &next.app_key, &next.app_secret).await;
        issued.map(|_| ())
    }

    /// The callback opens an event under the keys, and answers under them.
    pub(super) async fn prove_callback_keys(&self, next: &CallbackSecret) -> Result<(), BindError> {
        let Some(url) = &self.callback_url else {
            return Err(BindError::from(Reason::new(
                ReasonCode::BindingCallbackUrlUnknown,
            )));
        };
        let owners = [next.app_key.clone()];
        let (token, aes_key) = (next.token.expose_secret(), next.aes_key.expose_secret());
        let cipher = CallbackCipher::new(token, aes_key, &owners)
            .map_err(|err| BindError::from_state("proving the callback's keys", &err))?;
        let mut why = String::new();
        for _ in 0..CALLBACK_TRIES {
            match self.push_proof(&cipher, &next.app_key, url).await {
                Ok(said) if said == "success" => return Ok(()),
                Ok(said) => why = format!("it answered {said}"),
                Err(err) => why = err,
            }
            self.clock.sleep(RETRY_PAUSE).await;
        }
        let unproven = Reason::new(ReasonCode::BindingCallbackUnproven);
        Err(BindError::from(unproven.cause(Reason::stored_text(why))))
    }

    async fn push_proof(
        &self,
        cipher: &CallbackCipher,
        owner: &str,
        url: &str,
    ) -> Result<String, String> {
        let random = random_key(self.randomness.as_ref());
        let (query, body) = cipher.seal_push(PROOF_EVENT, owner, self.clock.now(), random);
        let query = query
            .to_pairs()
            .map(|(name, value)| format!("{name}={value}"))
            .join("&");
        let request = http::Request::post(format!("{url}?{query}"))
            .header("content-type", "application/json")
            .body(Bytes::from(body))
            .map_err(|err| err.to_string())?;
        let answer = self
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
}
