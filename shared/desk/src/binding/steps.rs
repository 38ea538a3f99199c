//! The steps of a binding, one function each.

use std::sync::Arc;

use async_trait::async_trait;
use dingtalk::client::{
    AccessToken, CallRate, Client, ClientConfig, Endpoints, IssuedToken, TokenApi, TokenHash,
    TokenSource,
};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use engine::bind::{self, BindError};
use state::store::PutCondition;
use state::vault::{BindingKeys, CallbackSecret};
use state::{Binding, DingTalkEndpoints};

use super::{BindingStep, BindingWork, StepOutcome, credentials};
use crate::key_text::{random_key, random_text};

/// Letters of a callback's token.
const TOKEN_LETTERS: usize = 16;

/// Letters of a callback's encoding key, which DingTalk fixes.
const AES_KEY_LETTERS: usize = 43;

impl BindingWork<'_> {
    pub(super) async fn perform(&mut self, step: BindingStep) -> Result<StepOutcome, BindError> {
        match step {
            BindingStep::ProveCredentials => self.prove_credentials().await,
            BindingStep::ProveCompany => self.prove_company().await,
            BindingStep::ProvePermissions => self.prove_permissions().await,
            BindingStep::StoreSecrets => self.store_secrets().await,
            BindingStep::StoreBinding => self.store_binding().await,
            BindingStep::RenewToken => self.renew_token().await,
        }
    }

    fn token_api(&self) -> TokenApi {
        TokenApi::new(
            self.client_endpoints(),
            Arc::clone(&self.desk.transport),
            Arc::clone(&self.desk.clock),
            Arc::clone(&self.desk.jitter),
        )
    }

    fn client_endpoints(&self) -> Endpoints {
        let DingTalkEndpoints { api, oapi } = self.order.endpoints.clone();
        Endpoints { api, oapi }
    }

    async fn issue_token(&self) -> Result<IssuedToken, BindError> {
        let order = &self.order;
        bind::prove_credentials(&self.token_api(), &order.app_key, &order.app_secret).await
    }

    async fn prove_credentials(&mut self) -> Result<StepOutcome, BindError> {
        self.issued = Some(self.issue_token().await?);
        Ok(StepOutcome::CredentialsProven)
    }

    async fn prove_company(&self) -> Result<StepOutcome, BindError> {
        let order = &self.order;
        let (api, key) = (self.token_api(), &order.app_key);
        let proven = bind::prove_company(&api, &order.corp_id, key, &order.app_secret).await?;
        Ok(StepOutcome::CompanyProven(proven))
    }

    async fn prove_permissions(&mut self) -> Result<StepOutcome, BindError> {
        // A step that goes on in another process asks again: DingTalk gives the same token while it is valid.
        let issued = match self.issued.take() {
            Some(issued) => issued,
            None => self.issue_token().await?,
        };
        let config = ClientConfig {
            endpoints: self.client_endpoints(),
            app_key: self.order.app_key.clone(),
            agent_id: Some(self.order.agent_id),
            pace: CallRate {
                calls_per_second: self.order.settings.calls_per_second,
                ..CallRate::default()
            },
        };
        let client = Client::new(
            config,
            Arc::clone(&self.desk.transport),
            Arc::clone(&self.desk.clock),
            Arc::new(OneToken(issued.token)),
            Arc::clone(&self.desk.jitter),
        );
        let scope = bind::prove_permissions(&client, &self.order.app_key).await?;
        Ok(StepOutcome::PermissionsProven(scope))
    }

    async fn store_secrets(&mut self) -> Result<StepOutcome, BindError> {
        self.store_keys().await?;
        self.store_callback().await?;
        self.store_credentials().await?;
        Ok(StepOutcome::SecretsStored)
    }

    /// The keys are made once: every hash in `directory` and every sealed value depends on them. The address may change.
    async fn store_keys(&self) -> Result<(), BindError> {
        let (secrets, id) = (&self.desk.secrets, &self.progress.binding);
        let refused = |err| BindError::from_state("storing the binding's keys", &err);
        let endpoints = Some(self.order.endpoints.clone())
            .filter(|endpoints| *endpoints != DingTalkEndpoints::default());
        let new = BindingKeys {
            hash_key: random_key(self.desk.randomness.as_ref()),
            seal_key: random_key(self.desk.randomness.as_ref()),
            endpoints: endpoints.clone(),
        };
        if self.former.is_none() && secrets.create(id, &new).await.map_err(refused)? {
            return Ok(());
        }
        let kept = secrets.secrets.get_keys(id).await.map_err(refused)?;
        if kept.endpoints == endpoints {
            return Ok(());
        }
        let moved = BindingKeys { endpoints, ..kept };
        secrets.secrets.put_keys(id, &moved).await.map_err(refused)
    }

    /// The callback's keys are made once; the app's key beside them, and what else it accepts, may change.
    async fn store_callback(&self) -> Result<(), BindError> {
        let (secrets, id) = (&self.desk.secrets, &self.progress.binding);
        let refused = |err| BindError::from_state("storing the callback's keys", &err);
        let randomness = self.desk.randomness.as_ref();
        let new = CallbackSecret {
            corp_id: self.order.corp_id.clone(),
            app_key: self.order.app_key.clone(),
            token: random_text(randomness, TOKEN_LETTERS).into(),
            aes_key: random_text(randomness, AES_KEY_LETTERS).into(),
            previous: None,
            accepts_seconds: self.order.settings.callback_seconds.unwrap_or_default(),
        };
        if self.former.is_none() && secrets.create(id, &new).await.map_err(refused)? {
            return Ok(());
        }
        let kept = secrets.secrets.get_callback(id).await.map_err(refused)?;
        let wanted = self.order.settings.callback_seconds;
        let accepts_seconds = wanted.unwrap_or(kept.accepts_seconds);
        if kept.app_key == self.order.app_key && kept.accepts_seconds == accepts_seconds {
            return Ok(());
        }
        let moved = CallbackSecret {
            app_key: self.order.app_key.clone(),
            accepts_seconds,
            ..kept
        };
        secrets
            .secrets
            .put_callback(id, &moved)
            .await
            .map_err(refused)
    }

    /// Without reading what is there: whoever binds may write credentials and need not be able to read them.
    async fn store_credentials(&mut self) -> Result<(), BindError> {
        let credentials = credentials(&self.order);
        let fingerprint = credentials.fingerprint();
        if self.progress.stored_credentials.as_ref() == Some(&fingerprint) {
            return Ok(());
        }
        let secrets = &self.desk.secrets.secrets;
        let put = secrets
            .put_credentials(&self.progress.binding, &credentials)
            .await;
        put.map_err(|err| BindError::from_state("storing the credentials", &err))?;
        self.progress.stored_credentials = Some(fingerprint);
        Ok(())
    }

    async fn store_binding(&self) -> Result<StepOutcome, BindError> {
        let store = &self.desk.store;
        let refused = |err| BindError::from_state("storing the binding", &err);
        // Whatever else it says stays: somebody may pause it this very moment.
        let change = |binding: &mut Binding| self.copy_settings(binding);
        let changed = store.change_binding(&self.progress.binding, change).await;
        if changed.map_err(refused)?.is_some() {
            return Ok(StepOutcome::BindingStored);
        }
        let mut binding = Binding::new(self.progress.binding.clone(), self.order.corp_id.clone());
        binding.created_at = self.desk.clock.now();
        self.copy_settings(&mut binding);
        let put = store.put_binding(&binding, PutCondition::New).await;
        put.map_err(refused)?;
        Ok(StepOutcome::BindingStored)
    }

    fn copy_settings(&self, binding: &mut Binding) {
        let settings = &self.order.settings;
        binding.agent_id = self.order.agent_id;
        binding.app_key.clone_from(&self.order.app_key);
        binding.calls_per_second = settings.calls_per_second;
        binding.sweep_minutes = settings.sweep_minutes;
        binding.callback_url = Some(format!("{}{}", settings.callback_prefix, binding.id));
        // The address may be another one, so that it has to be verified again.
        binding.callback_verified_at = None;
        binding.shadow |= settings.shadow;
        if settings.accept_scope {
            binding.accepted_scope = None;
        }
    }

    async fn renew_token(&self) -> Result<StepOutcome, BindError> {
        let stored = self.read_stored().await?;
        if self.former.is_none() || self.order.prove_again {
            self.desk.tokens.forget_refusal(&stored.binding).await?;
        }
        self.desk.tokens.renew_token(&stored.binding).await?;
        Ok(StepOutcome::TokenRenewed)
    }
}

/// The token of a proof: no function writes it anywhere.
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
