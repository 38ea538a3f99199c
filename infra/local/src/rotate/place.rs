//! Whose secret is rotated, and where it is kept.

use std::sync::Arc;

use dingtalk::client::Endpoints;
use directory::BindingId;
use engine::bind::Refusal;
use outbound::HttpTransport;
use outbound::Transport;
use runtime::aws::{Patience, Settings};
use runtime::variable;
use state::vault::{StagedSecrets, StagedVault};
use state::{Binding, Store, Tables};

use crate::args::RotateArgs;
use crate::embedded::{Database, DirectoryVault};
use crate::up::{internal, is_loopback, one_address};

/// A binding, its secrets, its DingTalk and its callback.
pub(super) struct Place {
    pub(super) binding: BindingId,
    pub(super) secrets: StagedSecrets,
    pub(super) endpoints: Endpoints,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) callback_url: Option<String>,
}

impl Place {
    pub(super) async fn of(args: &RotateArgs) -> Result<Self, Refusal> {
        let mut place = match &args.stack {
            Some(stack) => Self::stack(args, stack)?,
            None => Self::machine(args).await?,
        };
        if let Some(url) = &args.dingtalk_url {
            let state::Endpoints { api, oapi } = one_address(url)?;
            place.endpoints = Endpoints { api, oapi };
        }
        if args.callback_url.is_some() {
            place.callback_url.clone_from(&args.callback_url);
        }
        let here =
            [Some(&place.endpoints.api), place.callback_url.as_ref()].into_iter().flatten().any(|url| is_loopback(url));
        place.transport = transport(here)?;
        Ok(place)
    }

    /// This machine's state. It may run beside `up`: of the tables it only reads, and the vault is a directory.
    async fn machine(args: &RotateArgs) -> Result<Self, Refusal> {
        let file = args.data.join("state.db");
        let unbound = |why: String| {
            Refusal::new(
                "no_binding",
                "looking for the binding",
                why,
                "Run `bangding up` first, or give --data or --stack",
            )
        };
        if !file.exists() {
            return Err(unbound(format!("there is no state in {}", args.data.display())));
        }
        let database = Database::open(&file).await.map_err(|err| internal("opening the state", &err))?;
        let bindings = Store::new(database.client(), Tables::with_prefix("bangding-"), 0).bindings().await;
        _ = database.stop().await;
        let bindings = bindings.map_err(|err| internal("reading the bindings", &err))?;
        let wanted = |one: &Binding| args.binding.as_ref().is_none_or(|id| *id == one.id);
        let binding = bindings.into_iter().map(|stored| stored.body).find(wanted);
        let binding = binding.ok_or_else(|| unbound("no such company is bound".to_owned()))?;
        let vault =
            DirectoryVault::open(&args.data.join("vault")).map_err(|err| internal("opening the vault", &err))?;
        Ok(Self {
            secrets: StagedSecrets::new(Arc::new(vault), "local/"),
            endpoints: runtime::endpoints(&binding),
            callback_url: binding.callback_url,
            binding: binding.id,
            transport: transport(false)?,
        })
    }

    /// A stack on AWS, under the credentials and the region of the environment.
    fn stack(args: &RotateArgs, stack: &str) -> Result<Self, Refusal> {
        let remedy = "Set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for example from `aws configure export-credentials --format env`";
        let refused = |err: &dyn std::error::Error| {
            Refusal::new("no_aws", "reading the credentials for AWS", directory::text::with_causes(err), remedy)
        };
        let settings = Settings::from_vars(&variable, Patience::WORKER).map_err(|err| refused(&err))?;
        let vault = settings.direct().and_then(|direct| direct.vault()).map_err(|err| refused(&err))?;
        let vault: Arc<dyn StagedVault> = Arc::new(vault);
        let binding = args.binding.clone().ok_or_else(|| {
            Refusal::new(
                "no_binding",
                "looking for the binding",
                "--stack needs --binding",
                "Give the binding's id, which is the last part of its callback address",
            )
        })?;
        let state::Endpoints { api, oapi } = state::Endpoints::default();
        Ok(Self {
            secrets: StagedSecrets::new(vault, format!("{stack}/")),
            endpoints: Endpoints { api, oapi },
            callback_url: None,
            binding,
            transport: transport(false)?,
        })
    }
}

fn transport(allow_loopback: bool) -> Result<Arc<dyn Transport>, Refusal> {
    let transport = HttpTransport::new(allow_loopback).map_err(|err| internal("making the HTTPS client", &err))?;
    Ok(Arc::new(transport))
}
