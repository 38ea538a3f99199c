//! Whose secret is rotated, and where it is kept.

use std::sync::Arc;

use dingtalk::client::Endpoints;
use directory::BindingId;
use directory::reason::{Reason, ReasonCode};
use engine::bind::BindError;
use outbound::HttpTransport;
use outbound::Transport;
use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::read_variable;
use state::vault::{StagedSecretStore, StagedVault};
use state::{Binding, Store, TableNames};

use crate::args::RotateArgs;
use crate::embedded::{Database, DirectoryVault};
use crate::up::{internal_refusal, is_loopback, parse_endpoints};

/// A binding, its secrets, its DingTalk and its callback.
pub(super) struct RotationTarget {
    pub(super) binding: BindingId,
    pub(super) secrets: StagedSecretStore,
    pub(super) endpoints: Endpoints,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) callback_url: Option<String>,
}

impl RotationTarget {
    pub(super) async fn from_args(args: &RotateArgs) -> Result<Self, BindError> {
        let mut place = match &args.stack {
            Some(stack) => Self::stack(args, stack)?,
            None => Self::machine(args).await?,
        };
        if let Some(url) = &args.dingtalk_url {
            let state::DingTalkEndpoints { api, oapi } = parse_endpoints(url)?;
            place.endpoints = Endpoints { api, oapi };
        }
        if args.callback_url.is_some() {
            place.callback_url.clone_from(&args.callback_url);
        }
        let here = [Some(&place.endpoints.api), place.callback_url.as_ref()]
            .into_iter()
            .flatten()
            .any(|url| is_loopback(url));
        place.transport = transport(here)?;
        Ok(place)
    }

    /// This machine's state. It may run beside `up`: of the tables it only reads, and the vault is a directory.
    async fn machine(args: &RotateArgs) -> Result<Self, BindError> {
        let file = args.data.join("state.db");
        if !file.exists() {
            let path = args.data.display().to_string();
            let missing = Reason::new(ReasonCode::MachineStateMissing).text("path", path);
            return Err(BindError::from(missing));
        }
        let database = Database::open(&file)
            .await
            .map_err(|err| internal_refusal("opening the state", &err))?;
        let bindings = Store::new(database.client(), TableNames::with_prefix("bangding-"), 0)
            .list_bindings()
            .await;
        _ = database.stop().await;
        let bindings = bindings.map_err(|err| internal_refusal("reading the bindings", &err))?;
        let wanted = |one: &Binding| args.binding.as_ref().is_none_or(|id| *id == one.id);
        let binding = bindings.into_iter().map(|stored| stored.body).find(wanted);
        let binding =
            binding.ok_or_else(|| BindError::from(Reason::new(ReasonCode::BindingNone)))?;
        let vault = DirectoryVault::open(&args.data.join("vault"))
            .map_err(|err| internal_refusal("opening the vault", &err))?;
        Ok(Self {
            secrets: StagedSecretStore::new(Arc::new(vault), "local/"),
            endpoints: runtime::binding_endpoints(&binding),
            callback_url: binding.callback_url,
            binding: binding.id,
            transport: transport(false)?,
        })
    }

    /// A stack on AWS, under the credentials and the region of the environment.
    fn stack(args: &RotateArgs, stack: &str) -> Result<Self, BindError> {
        let refused = |err: &dyn std::error::Error| {
            let cause = Reason::stored_text(directory::text::describe_error(err));
            BindError::from(Reason::new(ReasonCode::MachineAwsUnreachable).cause(cause))
        };
        let settings = AwsSettings::from_vars(&read_variable, AwsTimeouts::WORKER)
            .map_err(|err| refused(&err))?;
        let vault = settings
            .direct_clients()
            .and_then(|direct| direct.vault())
            .map_err(|err| refused(&err))?;
        let vault: Arc<dyn StagedVault> = Arc::new(vault);
        let binding = args
            .binding
            .clone()
            .ok_or_else(|| BindError::from(Reason::new(ReasonCode::BindingIdNeeded)))?;
        let state::DingTalkEndpoints { api, oapi } = state::DingTalkEndpoints::default();
        Ok(Self {
            secrets: StagedSecretStore::new(vault, format!("{stack}/")),
            endpoints: Endpoints { api, oapi },
            callback_url: None,
            binding,
            transport: transport(false)?,
        })
    }
}

fn transport(allow_loopback: bool) -> Result<Arc<dyn Transport>, BindError> {
    let transport = HttpTransport::new(allow_loopback)
        .map_err(|err| internal_refusal("making the HTTPS client", &err))?;
    Ok(Arc::new(transport))
}
