//! Where tokens come from. Used by `token-refresh` and by the bind wizard only.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use directory::CorpId;
use http::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::call::{build_request, percent_encode};
use super::clock::{Clock, Jitter, with_jitter};
use super::config::Endpoints;
use super::lenient::{LenientText, read_number};
use super::retry::{
    BACK_OFF_MILLIS, TRIES_TRANSIENT, parse_json as parsed, refusal_kind, transport_error_kind,
};
use super::tokens::AccessToken;
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};
use outbound::Transport;

const ISSUE: &str = "oauth2/accessToken";
const ISSUE_OLD: &str = "gettoken";
const PROVE: &str = "oauth2/token";
const LIFETIME_MAX_S: u64 = 24 * 3600;
/// Below this a token would be asked for at every call.
const LIFETIME_MIN_S: u64 = 5;
/// Of a token whose life is not told, or told as none. If it lives shorter, its refusal renews it.
const LIFETIME_UNTOLD_S: u64 = 60;

/// Asks for tokens. Needs none itself.
#[derive(Clone)]
pub struct TokenApi {
    endpoints: Endpoints,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
}

/// A token and how long it lives.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// The token.
    pub token: AccessToken,
    /// Seconds from now, 5 to 86,400 and usually 7,200; 60 where DingTalk told none. The same token comes back, renewed,
    /// while it is valid.
    pub expires_in_s: u64,
}

/// Whether an app was shown to belong to a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyProof {
    /// DingTalk issued a token for exactly this company.
    Proven,
    /// This server does not know the endpoint that could prove it.
    Unprovable,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssuedAnswer {
    access_token: LenientText,
    expire_in: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct OldIssuedAnswer {
    access_token: LenientText,
    expires_in: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct OldAnswerHead {
    errcode: Option<LenientText>,
}

impl TokenApi {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(
        endpoints: Endpoints,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
    ) -> Self {
        Self {
            endpoints,
            transport,
            clock,
            jitter,
        }
    }

    /// The app's access token, from the v1.0 host or, where that does not know the path, from the old one.
    ///
    /// # Errors
    /// [`CredentialsRefused`](crate::DingTalkErrorKind::CredentialsRefused) for a wrong key or secret, and what any call can meet.
    pub async fn issue_token(
        &self,
        app_key: &str,
        secret: &SecretString,
    ) -> Result<IssuedToken, DingTalkError> {
        let body = json!({ "appKey": app_key, "appSecret": secret.expose_secret() });
        let uri = format!("{}/v1.0/oauth2/accessToken", self.endpoints.api);
        match self
            .ask_with_retry::<IssuedAnswer>(ISSUE, app_key, &uri, Some(&body))
            .await
        {
            Ok(issued) => issued_token(ISSUE, issued.access_token, issued.expire_in.as_deref()),
            Err(DingTalkError {
                trouble: DingTalkErrorKind::UnknownInterface,
                ..
            }) => self.issue_old_token(app_key, secret).await,
            Err(error) => Err(error),
        }
    }

    async fn issue_old_token(
        &self,
        app_key: &str,
        secret: &SecretString,
    ) -> Result<IssuedToken, DingTalkError> {
        let (key, secret) = (
            percent_encode(app_key),
            percent_encode(secret.expose_secret()),
        );
        let uri = format!(
            "{}/gettoken?appkey={key}&appsecret={secret}",
            self.endpoints.oapi
        );
        let issued = self
            .ask_with_retry::<OldIssuedAnswer>(ISSUE_OLD, app_key, &uri, None)
            .await?;
        issued_token(ISSUE_OLD, issued.access_token, issued.expires_in.as_deref())
    }

    /// Whether the app belongs to the company: only then does DingTalk issue a token under the company's own path.
    ///
    /// # Errors
    /// [`CompanyRefused`](crate::DingTalkErrorKind::CompanyRefused) when it does not (`unauthorized.client`, any other 400, or the
    /// lasting `unknownError` that a foreign CorpId gets), [`CredentialsRefused`](crate::DingTalkErrorKind::CredentialsRefused) for a
    /// wrong key or secret, and what any call can meet.
    pub async fn prove_company(
        &self,
        corp_id: &CorpId,
        app_key: &str,
        secret: &SecretString,
    ) -> Result<CompanyProof, DingTalkError> {
        let body = json!({
            "client_id": app_key,
            "client_secret": secret.expose_secret(),
            "grant_type": "client_credentials",
        });
        let uri = format!(
            "{}/v1.0/oauth2/{}/token",
            self.endpoints.api,
            percent_encode(corp_id.as_str())
        );
        match self
            .ask_with_retry::<OldIssuedAnswer>(PROVE, app_key, &uri, Some(&body))
            .await
        {
            Ok(_) => Ok(CompanyProof::Proven),
            Err(DingTalkError {
                trouble: DingTalkErrorKind::UnknownInterface,
                ..
            }) => Ok(CompanyProof::Unprovable),
            Err(DingTalkError {
                trouble: DingTalkErrorKind::Busy { code },
                ..
            }) if code == "unknownError" => Err(company_refused(code)),
            Err(DingTalkError {
                trouble: DingTalkErrorKind::Refused { code },
                ..
            }) => Err(company_refused(code)),
            // A code that is in no list, about the company by its name. Any other one is not known.
            Err(DingTalkError {
                trouble: DingTalkErrorKind::Unrecognised { code },
                ..
            }) if code.to_ascii_lowercase().contains("corp") => Err(company_refused(code)),
            Err(error) => Err(error),
        }
    }

    /// At most three tries. Asking for a token twice gives the same token, so every transient failure is tried again.
    async fn ask_with_retry<T: DeserializeOwned>(
        &self,
        interface: &'static str,
        app_key: &str,
        uri: &str,
        body: Option<&Value>,
    ) -> Result<T, DingTalkError> {
        let mut tried = 0;
        loop {
            let request = build_request(uri.to_owned(), body)
                .map_err(|trouble| DingTalkError::new(interface, trouble))?;
            let answer = self
                .transport
                .send(request)
                .await
                .map_err(transport_error_kind);
            let no_such_path = answer
                .as_ref()
                .is_ok_and(|answer| answer.status() == StatusCode::NOT_FOUND);
            let trouble = match answer.and_then(|answer| read_answer(&answer, app_key)) {
                Ok(content) => return Ok(content),
                Err(trouble) => trouble,
            };
            let again =
                trouble.is_transient() && !matches!(trouble, DingTalkErrorKind::Banned { .. });
            if !again || tried + 1 >= TRIES_TRANSIENT {
                // A page each time: another server's way of saying that it has no such path.
                let page = no_such_path && matches!(trouble, DingTalkErrorKind::Malformed { .. });
                let trouble = match page {
                    true => DingTalkErrorKind::UnknownInterface,
                    false => trouble,
                };
                return Err(DingTalkError::new(interface, trouble));
            }
            // A throttled token endpoint wants a second like any other.
            let throttled = matches!(trouble, DingTalkErrorKind::Throttled { .. });
            let pause = if throttled {
                1000
            } else {
                BACK_OFF_MILLIS << tried
            };
            tried += 1;
            self.clock.sleep(with_jitter(pause, &self.jitter)).await;
        }
    }
}

impl fmt::Debug for TokenApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenApi")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

/// Both generations: the old host says failure with HTTP 200.
fn read_answer<T: DeserializeOwned>(
    answer: &Response<Bytes>,
    app_key: &str,
) -> Result<T, DingTalkErrorKind> {
    let head = parsed::<OldAnswerHead>(answer)?;
    if !answer.status().is_success() || head.errcode.is_some_and(|errcode| errcode.0 != "0") {
        return Err(refusal_kind(answer, app_key));
    }
    parsed(answer).map_err(|_| DingTalkErrorKind::Malformed {
        what: ReplyFault::WrongType,
    })
}

fn issued_token(
    interface: &'static str,
    token: LenientText,
    lifetime: Option<&RawValue>,
) -> Result<IssuedToken, DingTalkError> {
    if token.0.is_empty() {
        let what = ReplyFault::InvalidId("a token that cannot be one");
        return Err(DingTalkError::new(
            interface,
            DingTalkErrorKind::Malformed { what },
        ));
    }
    Ok(IssuedToken {
        token: AccessToken::new(SecretString::from(token.0)),
        expires_in_s: lifetime_s(lifetime),
    })
}

fn lifetime_s(told: Option<&RawValue>) -> u64 {
    let seconds = told.and_then(|raw| read_number(raw).into_option());
    match seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
        None | Some(0) => LIFETIME_UNTOLD_S,
        Some(seconds) => seconds.clamp(LIFETIME_MIN_S, LIFETIME_MAX_S),
    }
}

fn company_refused(code: String) -> DingTalkError {
    DingTalkError::new(PROVE, DingTalkErrorKind::CompanyRefused { code })
}

#[cfg(test)]
mod tests;
