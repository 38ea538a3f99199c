//! Forms of the wizard, read into orders.

use std::collections::HashMap;

use crate::desk_port::{CredentialInput, WizardRequest};
use crate::wizard::{SyncDirection, WizardAnswer, WizardStep};

/// Credentials as they were typed, without the secret: shown again beside what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CredentialsTyped {
    pub corp_id: String,
    pub agent_id: String,
    pub app_key: String,
}

impl CredentialsTyped {
    pub(super) fn of(input: &CredentialInput) -> Self {
        Self {
            corp_id: input.corp_id.clone(),
            agent_id: input.agent_id.clone(),
            app_key: input.app_key.clone(),
        }
    }
}

/// The order that a step's form stands for; `None` for a form that the step does not have.
pub(super) fn read_request(
    step: WizardStep,
    form: &HashMap<String, String>,
) -> Option<WizardRequest> {
    let field = |name: &str| form.get(name).map(|value| value.trim().to_owned());
    let answer = match step {
        WizardStep::MakeApp => WizardAnswer::AppMade {
            is_published: match field("published")?.as_str() {
                "yes" => true,
                "waits" => false,
                _ => return None,
            },
        },
        WizardStep::ChooseEhr => WizardAnswer::EhrChosen(field("ehr")?),
        WizardStep::Credentials => {
            return Some(WizardRequest::Credentials(CredentialInput {
                corp_id: field("corp_id")?,
                agent_id: field("agent_id")?,
                app_key: field("app_key")?,
                app_secret: field("app_secret")?.into(),
            }));
        }
        WizardStep::Callback => {
            form.get("skip")?;
            WizardAnswer::CallbackSkipped
        }
        WizardStep::Direction => {
            WizardAnswer::DirectionChosen(match field("direction")?.as_str() {
                "dingtalk" => SyncDirection::DingtalkIsMaster,
                "ehr" => SyncDirection::EhrIsMaster,
                _ => return None,
            })
        }
        WizardStep::Report => WizardAnswer::ReportRead,
        WizardStep::Permissions
        | WizardStep::Authorise
        | WizardStep::Plan
        | WizardStep::Approve
        | WizardStep::Progress => return None,
    };
    Some(WizardRequest::Answer(answer))
}
