//! The company that pushes events, and DingTalk's side of its cryptography.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dingtalk::crypto::CallbackCipher;
use directory::{BindingId, CorpId, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use state::vault::{CallbackSecret, SecretStore, Vault, VaultError};

use super::CallbackError;

/// First part of the secrets' names.
pub(super) const PREFIX: &str = "bench/";
/// The binding in the callback's address.
pub(super) const BINDING_ID: &str = "b-bench";
const CORP_ID: &str = "ding241f334c339e175b";
const APP_KEY: &str = "dingeqqpkv3a1b2c3d4e";
pub(super) const TOKEN: &str = "BenchToken0123456";
pub(super) const AES_KEY: &str = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij";

/// Keys, and events signed with them.
pub struct SigningCompany {
    cipher: CallbackCipher,
    stranger: CallbackCipher,
    /// The callback's secret, as the vault returns it.
    pub(super) secret: String,
}

/// A vault that only remembers what is put. It shows the stored form of a secret.
#[derive(Default)]
struct RememberingVault(Mutex<String>);

#[async_trait]
impl Vault for RememberingVault {
    async fn get(&self, _name: &str) -> Result<SecretString, VaultError> {
        Err(VaultError::NotFound)
    }

    async fn put(&self, _name: &str, value: SecretString) -> Result<(), VaultError> {
        if let Ok(mut kept) = self.0.lock() {
            value.expose_secret().clone_into(&mut kept);
        }
        Ok(())
    }
}

impl SigningCompany {
    /// Creates a company with new keys.
    ///
    /// # Errors
    /// [`CallbackError::Setup`] if the keys cannot be made.
    pub async fn new() -> Result<Self, CallbackError> {
        let cipher = |token| CallbackCipher::new(token, AES_KEY, &[APP_KEY.to_owned()]);
        let secret = CallbackSecret {
            corp_id: CorpId::new(CORP_ID).map_err(CallbackError::setup_error("the CorpId"))?,
            app_key: APP_KEY.to_owned(),
            token: TOKEN.into(),
            aes_key: AES_KEY.into(),
            previous: None,
            accepts_seconds: false,
        };
        let vault = Arc::new(RememberingVault::default());
        let id: BindingId = BINDING_ID
            .parse()
            .map_err(CallbackError::setup_error("the binding's id"))?;
        let put = SecretStore::new(Arc::clone(&vault) as Arc<dyn Vault>, PREFIX)
            .put_callback(&id, &secret)
            .await;
        put.map_err(CallbackError::setup_error("the callback's secret"))?;
        let secret = vault.0.lock().map(|kept| kept.clone()).unwrap_or_default();
        let invalid = CallbackError::setup_error("the callback's keys");
        let cipher_of_ours = cipher(TOKEN).map_err(&invalid)?;
        Ok(Self {
            cipher: cipher_of_ours,
            stranger: cipher("AStrangersToken").map_err(&invalid)?,
            secret,
        })
    }

    /// Returns the name of the secret in the vault.
    pub(super) fn secret_name() -> String {
        format!("{PREFIX}callback/{BINDING_ID}")
    }

    /// Returns an event about one person, signed at this moment. Another `n` gives another event.
    #[must_use]
    pub fn event(&self, n: u64, at: Timestamp) -> SignedPush {
        wire_push(&self.cipher, n, at)
    }

    /// Returns an event signed by a stranger who knows the address, the encoding key and the names,
    /// but not the token.
    #[must_use]
    pub fn forged(&self, n: u64, at: Timestamp) -> SignedPush {
        wire_push(&self.stranger, n, at)
    }

    /// Whether DingTalk accepts a function's answer as a success.
    #[must_use]
    pub fn is_success(&self, answer: &str) -> bool {
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
        let body = answer["body"].as_str().unwrap_or_default();
        // The libraries of the two peers write `timeStamp` too.
        answer["statusCode"] == 200
            && self
                .cipher
                .open_reply(body.as_bytes())
                .is_ok_and(|said| said == "success")
    }
}

/// A signed push.
#[derive(Debug, Clone)]
pub struct SignedPush {
    /// The request as API Gateway passes it on, payload format 2.0: about 1.6 kB.
    pub wire: String,
    /// SHA-256 of its signature, by which its wake is found in the queue.
    pub mark: String,
}

fn wire_push(cipher: &CallbackCipher, n: u64, at: Timestamp) -> SignedPush {
    let said = json!({
        "EventType": "user_modify_org", "CorpId": CORP_ID, "UserId": [format!("manager{:06}", n % 1_000_000)],
        "TimeStamp": at.millis().to_string(), "EventId": format!("{n:032x}"), "OptStaffId": "manager4220",
    });
    let mut random = [7; 32];
    random[..8].copy_from_slice(&n.to_be_bytes());
    random[16..24].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    let (query, body) = cipher.seal_push(&said.to_string(), APP_KEY, at, random);
    let mark = Sha256::digest(query.signature.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let query = query
        .to_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .join("&");
    let path = format!("/callback/{BINDING_ID}");
    let host = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
    let wire = json!({
        "version": "2.0", "routeKey": "POST /callback/{binding}", "rawPath": path, "rawQueryString": query,
        "headers": {
            "accept": "*/*", "accept-encoding": "gzip,deflate", "content-length": body.len().to_string(),
            "content-type": "application/json; charset=UTF-8", "host": host, "user-agent": "Apache-HttpClient/4.5.13 (Java/1.8)",
            "x-amzn-trace-id": "Root=1-67405a10-2d3c4b5a69788796a5b4c3d2", "x-forwarded-for": "203.119.0.1",
            "x-forwarded-port": "443", "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": host, "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.119.0.1",
                "userAgent": "Apache-HttpClient/4.5.13 (Java/1.8)",
            },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": "POST /callback/{binding}", "stage": "$default",
            "time": "22/Nov/2026:08:26:40 +0000", "timeEpoch": at.millis(),
        },
        "pathParameters": {"binding": BINDING_ID}, "body": body, "isBase64Encoded": false,
    });
    SignedPush {
        wire: wire.to_string(),
        mark,
    }
}
