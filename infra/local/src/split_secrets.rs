//! `cloud split-secrets`: before an upgrade, the one secret that the version before kept per binding becomes three.
//!
//! The person who deploys does it, with their own credentials. No function may: it would keep the right to read and make
//! every secret for the sake of one upgrade.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use directory::BindingId;
use engine::bind::BindError;
use runtime::aws;
use state::vault::{SplitOutcome, StagedSecretStore};
use state::{Store, TableNames};

use crate::former_secrets::{self, FormerHome};
use crate::language::{Language, text};
use crate::rotate::rotation_target::{no_aws, stack_settings, stack_vault};
use crate::up::parse_endpoints;

/// `bangding cloud split-secrets`.
#[derive(Debug, Clone, ClapArgs)]
pub struct SplitSecretsArgs {
    /// The stack on AWS; region and credentials come from the environment
    #[arg(long)]
    pub stack: String,
    /// Where DingTalk answers, if the bindings name another address than its own
    #[arg(long)]
    pub dingtalk_url: Option<String>,
    /// This version is deployed: remove the secrets of the version before; they can be restored for 30 days
    #[arg(long)]
    pub remove_former: bool,
    /// The language of what is printed
    #[arg(long, value_enum, ignore_case = true, default_value = "zh-CN")]
    pub lang: Language,
}

/// Runs it.
pub(crate) async fn run(args: &SplitSecretsArgs) -> ExitCode {
    match split(args).await {
        Ok(found) => {
            print_found(&found, args.lang);
            if found
                .iter()
                .any(|(_, outcome)| *outcome == SplitOutcome::RotationWaits)
            {
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        Err(err) => crate::print_failure(&args.lang.describe(&err.reason)),
    }
}

async fn split(args: &SplitSecretsArgs) -> Result<Vec<(BindingId, SplitOutcome)>, BindError> {
    let settings = stack_settings()?;
    let sdk = settings.sdk_config().map_err(|err| no_aws(&err))?;
    let tables = TableNames::with_prefix(&format!("{}-", args.stack));
    let store = Store::new(aws::dynamodb_client(&sdk), tables, 0);
    let secrets = StagedSecretStore::new(stack_vault(&settings)?, format!("{}/", args.stack));
    let confirmed = args.dingtalk_url.as_deref().map(parse_endpoints);
    let confirmed = confirmed.transpose()?;
    let home = if args.remove_former {
        FormerHome::UpgradedStack
    } else {
        FormerHome::Stack
    };
    former_secrets::split_bindings(&store, &secrets, confirmed.as_ref(), home)
        .await
        .map_err(|err| BindError::from_state("splitting the secrets of the version before", &err))
}

fn print_found(found: &[(BindingId, SplitOutcome)], language: Language) {
    let mut lines: Vec<String> = found
        .iter()
        .map(|(binding, outcome)| format!("{binding}  {}", text!(language, outcome_id(*outcome))))
        .collect();
    if lines.is_empty() {
        lines.push(text!(language, "split-none"));
    }
    // A closed pipe changes nothing that was done.
    _ = writeln!(std::io::stdout(), "{}", lines.join("\n"));
}

fn outcome_id(outcome: SplitOutcome) -> &'static str {
    match outcome {
        SplitOutcome::Nothing => "split-nothing",
        SplitOutcome::Split => "split-done",
        SplitOutcome::RotationWaits => "split-rotation-waits",
        SplitOutcome::Kept => "split-kept",
        SplitOutcome::Removed => "split-removed",
    }
}
