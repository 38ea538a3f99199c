//! Whose secrets are changed, and where they are kept.

use std::sync::Arc;

use desk::rotation::RotationDesk;
use directory::BindingId;
use directory::reason::{Reason, ReasonCode};
use engine::bind::BindError;
use outbound::HttpTransport;
use outbound::Transport;
use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::{SystemClock, random_bytes_or_abort, random_jitter, read_variable};
use state::vault::{StagedSecretStore, StagedVault};
use state::{Binding, Store, TableNames, is_loopback_url};

use super::args::RotateArgs;
use crate::embedded::{Database, DirectoryVault};
use crate::former_secrets::{self, FormerHome};
use crate::up::{internal_refusal, parse_endpoints};

/// A binding and its secrets.
struct RotationTarget {
    binding: BindingId,
    secrets: StagedSecretStore,
    callback_url: Option<String>,
}

/// The desk for the binding that the arguments name.
pub(super) async fn open_desk(args: &RotateArgs) -> Result<RotationDesk, BindError> {
    let target = match &args.stack {
        Some(stack) => RotationTarget::on_stack(args, stack)?,
        None => RotationTarget::on_machine(args).await?,
    };
    let keys = target.secrets.secrets.get_keys(&target.binding).await;
    let keys = keys.map_err(|err| internal_refusal("reading the binding's keys", &err))?;
    let endpoints = match &args.dingtalk_url {
        Some(url) => parse_endpoints(url)?,
        None => keys.dingtalk_endpoints(),
    };
    let callback_url = args.callback_url.clone().or(target.callback_url);
    let here =
        is_loopback_url(&endpoints.api) || callback_url.as_deref().is_some_and(is_loopback_url);
    Ok(RotationDesk {
        binding: target.binding,
        secrets: target.secrets,
        endpoints,
        callback_url,
        transport: make_transport(here)?,
        clock: Arc::new(SystemClock),
        jitter: random_jitter(),
        randomness: Arc::new(random_bytes_or_abort),
    })
}

impl RotationTarget {
    /// This machine's state. It may run beside `up`: of the tables it only reads, and the vault is a directory.
    async fn on_machine(args: &RotateArgs) -> Result<Self, BindError> {
        let file = args.data.join("state.db");
        if !file.exists() {
            let path = args.data.display().to_string();
            let missing = Reason::new(ReasonCode::MachineStateMissing).text("path", path);
            return Err(BindError::from(missing));
        }
        let vault = DirectoryVault::open(&args.data.join("vault"))
            .map_err(|err| internal_refusal("opening the vault", &err))?;
        let secrets = StagedSecretStore::new(Arc::new(vault), "local/");
        let database = Database::open(&file)
            .await
            .map_err(|err| internal_refusal("opening the state", &err))?;
        let store = Store::new(database.client(), TableNames::with_prefix("bangding-"), 0);
        let split =
            former_secrets::split_bindings(&store, &secrets, None, FormerHome::Machine).await;
        let bindings = store.list_bindings().await;
        _ = database.stop().await;
        split
            .map_err(|err| internal_refusal("splitting the secrets of the version before", &err))?;
        let bindings = bindings.map_err(|err| internal_refusal("reading the bindings", &err))?;
        let wanted = |one: &Binding| args.binding.as_ref().is_none_or(|id| *id == one.id);
        let binding = bindings.into_iter().map(|stored| stored.body).find(wanted);
        let binding =
            binding.ok_or_else(|| BindError::from(Reason::new(ReasonCode::BindingNone)))?;
        Ok(Self {
            secrets,
            callback_url: binding.callback_url,
            binding: binding.id,
        })
    }

    /// A stack on AWS, under the credentials and the region of the environment.
    fn on_stack(args: &RotateArgs, stack: &str) -> Result<Self, BindError> {
        let binding = args
            .binding
            .clone()
            .ok_or_else(|| BindError::from(Reason::new(ReasonCode::BindingIdNeeded)))?;
        let vault: Arc<dyn StagedVault> = stack_vault(&stack_settings()?)?;
        Ok(Self {
            secrets: StagedSecretStore::new(vault, format!("{stack}/")),
            callback_url: None,
            binding,
        })
    }
}

/// Region and credentials for AWS out of the environment.
pub(crate) fn stack_settings() -> Result<AwsSettings, BindError> {
    AwsSettings::from_vars(&read_variable, AwsTimeouts::WORKER).map_err(|err| no_aws(&err))
}

/// Secrets Manager, in the words of whoever deploys.
pub(crate) fn stack_vault(settings: &AwsSettings) -> Result<Arc<dyn StagedVault>, BindError> {
    let vault = settings
        .direct_clients()
        .and_then(|direct| direct.vault())
        .map_err(|err| no_aws(&err))?;
    Ok(Arc::new(vault))
}

/// AWS cannot be reached with what the environment says.
pub(crate) fn no_aws(err: &dyn std::error::Error) -> BindError {
    let cause = Reason::stored_text(directory::text::describe_error(err));
    BindError::from(Reason::new(ReasonCode::MachineAwsUnreachable).cause(cause))
}

fn make_transport(allow_loopback: bool) -> Result<Arc<dyn Transport>, BindError> {
    let transport = HttpTransport::new(allow_loopback)
        .map_err(|err| internal_refusal("making the HTTPS client", &err))?;
    Ok(Arc::new(transport))
}
