//! Which DingTalk: a sandbox of our own, or the one that was named.

use std::path::Path;

use super::args::UpArgs;
use directory::CorpId;
use directory::reason::{Reason, ReasonCode};
use engine::bind::BindError;
use runtime::variables::{self, BANGDING_APP_SECRET};
use sandbox::company::CompanySize;
use sandbox::http::PageLanguage;
use sandbox::{RunningServer, Server, ServerConfig, Settings};
use secrecy::SecretString;
use state::vault::BindingKeys;
use state::{Binding, DingTalkEndpoints, is_loopback_url};

use super::pasted_value::clean_credential;
use crate::language::Language;

/// The app that is bound.
pub struct DingTalkApp {
    /// The company.
    pub corp_id: CorpId,
    /// The app's AgentId.
    pub agent_id: i64,
    /// AppKey (Client ID).
    pub app_key: String,
    /// AppSecret (Client Secret).
    pub app_secret: SecretString,
}

/// A DingTalk and an app in it.
pub(crate) struct DingTalkTarget {
    pub(crate) app: DingTalkApp,
    pub(crate) endpoints: DingTalkEndpoints,
    /// Our own, in this process.
    pub(crate) sandbox: Option<RunningServer>,
}

impl DingTalkTarget {
    pub(crate) async fn from_args(args: &UpArgs) -> Result<Self, BindError> {
        match (&args.corp_id, args.agent_id, &args.app_key) {
            (Some(corp), Some(agent_id), Some(app_key)) => {
                Self::from_credentials(args, corp, agent_id, app_key)
            }
            _ => Self::start_sandbox(args).await,
        }
    }

    fn from_credentials(
        args: &UpArgs,
        corp: &str,
        agent_id: i64,
        app_key: &str,
    ) -> Result<Self, BindError> {
        let corp_id = clean_credential(corp, "CorpId")?
            .parse::<CorpId>()
            .map_err(|_| BindError::from(Reason::new(ReasonCode::BindingCorpIdInvalid)))?;
        let endpoints = match &args.dingtalk_url {
            Some(url) => parse_endpoints(url)?,
            None => DingTalkEndpoints::default(),
        };
        let app = DingTalkApp {
            corp_id,
            agent_id,
            app_key: clean_credential(app_key, "AppKey")?,
            app_secret: read_app_secret()?,
        };
        Ok(Self {
            app,
            endpoints,
            sandbox: None,
        })
    }

    async fn start_sandbox(args: &UpArgs) -> Result<Self, BindError> {
        let size = CompanySize {
            people: args.people as usize,
            departments: args.departments as usize,
            seed: args.seed,
            big_department: None,
        };
        let settings = Settings {
            qps: args.qps,
            latency_ms: args.latency_ms,
            ..Settings::default()
        };
        let config = ServerConfig {
            listener: None,
            port: 0,
            data: Some(args.data.clone()),
            size,
            settings,
        };
        let server = Server::start(config)
            .await
            .map_err(|err| sandbox_failed(&err))?;
        server.set_page_language(page_language(args.lang));
        let keys = server.world.lock().await.company().credentials.clone();
        let app = DingTalkApp {
            corp_id: keys
                .corp_id
                .parse()
                .map_err(|err: directory::ids::InvalidId| sandbox_failed(&err))?,
            agent_id: keys.agent_id,
            app_key: keys.app_key,
            app_secret: keys.app_secret.into(),
        };
        let endpoints = parse_endpoints(&server.url)?;
        Ok(Self {
            app,
            endpoints,
            sandbox: Some(server),
        })
    }

    /// Whether this DingTalk is on this machine: only then may loopback be called.
    pub(crate) fn is_loopback(&self) -> bool {
        self.endpoints.is_loopback()
    }

    pub(crate) async fn stop(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }
}

/// The sandbox's page is in Chinese or English.
fn page_language(language: Language) -> PageLanguage {
    match language {
        Language::ZhCn | Language::ZhTw => PageLanguage::Zh,
        Language::En => PageLanguage::En,
    }
}

/// The sandbox that a bound company lives in, started again from its state; `None` where its DingTalk is another one.
pub(crate) async fn reopen_sandbox(
    data: &Path,
    binding: &Binding,
    keys: &BindingKeys,
) -> Result<Option<RunningServer>, BindError> {
    let here = keys.dingtalk_endpoints().is_loopback();
    if !here || !data.join(sandbox::http::FILE_NAME).is_file() {
        return Ok(None);
    }
    let settings = Settings {
        qps: binding.calls_per_second,
        ..Settings::default()
    };
    let size = CompanySize {
        people: 0,
        departments: 1,
        seed: 0,
        big_department: None,
    };
    let config = ServerConfig {
        listener: None,
        port: 0,
        data: Some(data.to_owned()),
        size,
        settings,
    };
    let server = Server::start(config)
        .await
        .map_err(|err| sandbox_failed(&err))?;
    let theirs = server
        .world
        .lock()
        .await
        .company()
        .credentials
        .app_key
        .clone();
    if theirs == binding.app_key {
        return Ok(Some(server));
    }
    server.shutdown().await;
    Ok(None)
}

fn sandbox_failed(err: &dyn std::error::Error) -> BindError {
    let cause = Reason::stored_text(directory::text::describe_error(err));
    BindError::from(Reason::new(ReasonCode::MachineSandboxFailed).cause(cause))
}

/// Both hosts at one address.
pub(crate) fn parse_endpoints(url: &str) -> Result<DingTalkEndpoints, BindError> {
    let url = url.trim().trim_end_matches('/');
    let known = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://").filter(|_| is_loopback_url(url)));
    if known.is_none_or(str::is_empty) {
        return Err(BindError::from(Reason::new(
            ReasonCode::BindingAddressInvalid,
        )));
    }
    Ok(DingTalkEndpoints::at(url))
}

/// The AppSecret, from the environment or typed without an echo. Never an argument, which others could read.
pub(crate) fn read_app_secret() -> Result<SecretString, BindError> {
    if let Some(secret) = variables::read_variable(BANGDING_APP_SECRET) {
        return clean_secret(&secret);
    }
    let missing = || BindError::from(Reason::new(ReasonCode::BindingSecretMissing));
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(missing());
    }
    match rpassword::prompt_password("AppSecret (Client Secret): ") {
        Ok(secret) if !secret.trim().is_empty() => clean_secret(&secret),
        Ok(_) | Err(_) => Err(missing()),
    }
}

fn clean_secret(pasted: &str) -> Result<SecretString, BindError> {
    clean_credential(pasted, "AppSecret").map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_loopback() {
        for good in [
            "https://api.example.com",
            "http://127.0.0.1:8080/",
            "http://localhost:1",
            "http://[::1]:9",
        ] {
            assert!(parse_endpoints(good).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1",
            "api.example.com",
            "https://",
            "",
            "http://127.0.0.1.evil.example",
        ] {
            assert_eq!(
                parse_endpoints(bad).unwrap_err().reason.code(),
                Some(ReasonCode::BindingAddressInvalid),
                "{bad}"
            );
        }
    }
}
