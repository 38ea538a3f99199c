//! Making a binding, step by step: everything is proven by experiment first, then the secrets are stored, then the binding.
//!
//! A step that succeeded is kept in `control` ([`BindingProgress`]). A program or a page that was closed in between goes on
//! with the next step as long as the app and its DingTalk are the same; the keys of a binding are made once and never again.

mod progress;
mod steps;

use std::sync::Arc;

use async_trait::async_trait;
use dingtalk::client::{Clock, IssuedToken, Jitter};
use directory::reason::{Reason, ReasonCode};
use directory::snapshot::AppScope;
use directory::{BindingId, CorpId};
use engine::bind::BindError;
use engine::ports::Randomness;
use outbound::Transport;
use secrecy::SecretString;
use state::store::{ControlKind, PutCondition};
use state::vault::{CallbackSecret, DingTalkCredentials, StagedSecretStore};
use state::{Binding, DingTalkEndpoints, Store};

use crate::key_text::random_text;
pub use progress::{BindingProgress, BindingStep};

/// The id of a corp's [`BindingProgress`] among its items of that kind.
const PROGRESS_ID: &str = "-";

/// What is to be bound.
#[derive(Clone)]
pub struct BindingOrder {
    /// The company.
    pub corp_id: CorpId,
    /// The app's AgentId.
    pub agent_id: i64,
    /// AppKey (Client ID).
    pub app_key: String,
    /// AppSecret (Client Secret).
    pub app_secret: SecretString,
    /// Where DingTalk answers, as the person said; DingTalk's own hosts by default.
    pub endpoints: DingTalkEndpoints,
    /// Whether a company that is bound already is proven again. It need not be where this very program made its DingTalk.
    pub prove_again: bool,
    /// What the binding says besides.
    pub settings: BindingSettings,
}

/// What a person may set of a binding when it is made or brought up to date.
#[derive(Debug, Clone)]
pub struct BindingSettings {
    /// What the callback's address begins with; the binding's id follows.
    pub callback_prefix: String,
    /// Calls per second and interface that DingTalk grants the app.
    pub calls_per_second: u32,
    /// Minutes between two sweeps.
    pub sweep_minutes: u32,
    /// Plans are made and nothing is written. `false` leaves the binding as it is.
    pub shadow: bool,
    /// Whether callbacks with a timestamp in seconds are accepted too. `None` leaves it as it is, which is "no" at first.
    pub callback_seconds: Option<bool>,
    /// The scope that the next sweep finds is accepted. `false` leaves the accepted one as it is.
    pub accept_scope: bool,
}

/// Has tokens made. On one machine it is a call, on AWS an invocation of `token-refresh`, which alone may write a token.
#[async_trait]
pub trait TokenRenewer: Send + Sync {
    /// The credentials were proven just now: a refusal of theirs that is on record does not count any more.
    ///
    /// # Errors
    /// The state could not be written.
    async fn forget_refusal(&self, binding: &Binding) -> Result<(), BindError>;

    /// Replaces whatever token is stored: it may be another app's.
    ///
    /// # Errors
    /// DingTalk gave none, or it could not be stored.
    async fn renew_token(&self, binding: &Binding) -> Result<(), BindError>;
}

/// What the steps work with.
#[derive(Clone)]
pub struct BindingDesk {
    /// Bindings, and how far they are.
    pub store: Store,
    /// Secrets to make and to change.
    pub secrets: StagedSecretStore,
    /// DingTalk's network.
    pub transport: Arc<dyn Transport>,
    /// Has tokens made.
    pub tokens: Arc<dyn TokenRenewer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Spreads retries.
    pub jitter: Jitter,
    /// Ids and keys.
    pub randomness: Arc<dyn Randomness>,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// DingTalk issued a token for AppKey and AppSecret.
    CredentialsProven,
    /// The app belongs to the company; `false`: this DingTalk has no way to prove it, and the first event will.
    CompanyProven(bool),
    /// Departments, members and every governed field can be read, within this scope.
    PermissionsProven(AppScope),
    /// Credentials, keys and callback keys are in the vault.
    SecretsStored,
    /// The binding is stored.
    BindingStored,
    /// A token is stored.
    TokenRenewed,
}

/// A binding being made or brought up to date.
pub struct BindingWork<'a> {
    desk: &'a BindingDesk,
    order: BindingOrder,
    progress: BindingProgress,
    /// It was stored before this order.
    former: Option<Binding>,
    /// Of the proof of the credentials, while it is in this process.
    issued: Option<IssuedToken>,
}

/// A binding that is stored, with the values that are pasted into DingTalk's console.
#[derive(Debug, Clone)]
pub struct StoredBinding {
    /// The binding.
    pub binding: Binding,
    /// What the callback opens events with.
    pub callback: CallbackSecret,
    /// It was made by this order.
    pub is_new: bool,
}

impl BindingDesk {
    /// Takes an order up, where an earlier one for the same app and DingTalk stopped if there is one.
    ///
    /// # Errors
    /// [`BindError`] when the state cannot be read.
    pub async fn take_up(&self, order: BindingOrder) -> Result<BindingWork<'_>, BindError> {
        let bindings = self.store.list_bindings().await;
        let bindings =
            bindings.map_err(|err| BindError::from_state("reading the bindings", &err))?;
        let former = bindings
            .into_iter()
            .map(|stored| stored.body)
            .find(|binding| binding.corp_id == order.corp_id);
        let kept = self
            .store
            .get_control::<BindingProgress>(
                &order.corp_id,
                ControlKind::BindingProgress,
                PROGRESS_ID,
            )
            .await
            .map_err(|err| BindError::from_state("reading how far the binding is", &err))?;
        let kept = kept.map(|stored| stored.body);
        let id = match (&former, &kept) {
            (Some(former), _) => former.id.clone(),
            (None, Some(kept)) => kept.binding.clone(),
            (None, None) => self.new_id()?,
        };
        let progress = BindingProgress::take_up(id, fingerprint(&order), kept);
        let mut work = BindingWork {
            desk: self,
            order,
            progress,
            former,
            issued: None,
        };
        work.skip_needless_proofs();
        Ok(work)
    }

    fn new_id(&self) -> Result<BindingId, BindError> {
        let letters = random_text(self.randomness.as_ref(), 8).to_lowercase();
        format!("b-{letters}")
            .parse()
            .map_err(|err: directory::ids::InvalidId| {
                BindError::from_state("naming the binding", &err)
            })
    }
}

impl BindingWork<'_> {
    /// The step that comes next; `None`: all are done.
    #[must_use]
    pub fn next_step(&self) -> Option<BindingStep> {
        self.progress.next_step()
    }

    /// Does the next step and keeps that it is done; `None`: all are done. After an error the same step comes next.
    ///
    /// # Errors
    /// [`BindError`]: what was proven wrong, or what kept the step from being done. Before [`BindingStep::StoreSecrets`]
    /// nothing but the progress was written.
    pub async fn perform_next(&mut self) -> Result<Option<StepOutcome>, BindError> {
        let Some(step) = self.progress.next_step() else {
            return Ok(None);
        };
        let outcome = self.perform(step).await?;
        self.progress.mark_done(step);
        self.keep_progress().await?;
        Ok(Some(outcome))
    }

    /// What is stored once all steps are done.
    ///
    /// # Errors
    /// [`BindError`] when it cannot be read, or is not there yet.
    pub async fn read_stored(&self) -> Result<StoredBinding, BindError> {
        let what = "reading the binding";
        let id = &self.progress.binding;
        let stored = self.desk.store.get_binding(id).await;
        let stored = stored.map_err(|err| BindError::from_state(what, &err))?;
        let Some(stored) = stored else {
            return Err(BindError::from(Reason::new(ReasonCode::BindingUnknown)));
        };
        let callback = self.desk.secrets.secrets.get_callback(id).await;
        Ok(StoredBinding {
            binding: stored.body,
            callback: callback.map_err(|err| BindError::from_state(what, &err))?,
            is_new: self.former.is_none(),
        })
    }

    /// Permissions are proven at the first binding; the rest again at each, unless that is not wanted.
    fn skip_needless_proofs(&mut self) {
        if self.former.is_none() {
            return;
        }
        self.progress.mark_done(BindingStep::ProvePermissions);
        if !self.order.prove_again {
            self.progress.mark_done(BindingStep::ProveCredentials);
            self.progress.mark_done(BindingStep::ProveCompany);
        }
    }

    async fn keep_progress(&self) -> Result<(), BindError> {
        let kept = self.desk.store.put_control(
            &self.order.corp_id,
            ControlKind::BindingProgress,
            PROGRESS_ID,
            &self.progress,
            PutCondition::Any,
            None,
        );
        kept.await
            .map(|_| ())
            .map_err(|err| BindError::from_state("keeping how far the binding is", &err))
    }
}

/// Tells an order's app and DingTalk from others, without the AppSecret.
fn fingerprint(order: &BindingOrder) -> String {
    let DingTalkEndpoints { api, oapi } = &order.endpoints;
    let credentials = credentials(order).fingerprint();
    format!("{credentials} {} {api} {oapi}", order.agent_id)
}

fn credentials(order: &BindingOrder) -> DingTalkCredentials {
    DingTalkCredentials {
        app_key: order.app_key.clone(),
        app_secret: order.app_secret.clone(),
    }
}
