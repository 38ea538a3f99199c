//! A deployed stack, and a company with a sandbox on this machine as its DingTalk.

use std::sync::Arc;

use checks::emulator::{Emulator, REGION, ROOT};
use directory::{BindingId, CorpId};
use local::up::{DingTalkApp, new_secret};
use runtime::SystemClock;
use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::variables::{AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_REGION, AWS_SECRET_ACCESS_KEY};
use runtime::worker::{self, Worker};
use sandbox::company::CompanySize;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use state::store::PutCondition;
use state::{Binding, Queue};
use stories::company::QPS;
use stories::{LedgerSnapshot, SandboxCompany};

use crate::aws::BotoClient;
use crate::stack::DeployedStack;

/// Everything that a story works with.
pub struct CloudWorld {
    /// The client of AWS, as the account's root.
    pub aws: BotoClient,
    /// The deployed stack.
    pub stack: DeployedStack,
    /// The sandbox.
    pub dingtalk: SandboxCompany,
    /// The company's binding, as it was stored.
    pub binding: Binding,
    /// Token and key of the callback, and its address.
    pub subscription: Value,
    worker: Worker,
    emulator: Emulator,
}

impl CloudWorld {
    /// Binds a company of `people` to the stack: stores its secret in the vault and its binding in
    /// the table.
    pub async fn bind(
        emulator: Emulator,
        aws: BotoClient,
        stack: DeployedStack,
        people: usize,
    ) -> Self {
        let size = CompanySize {
            people,
            departments: people.div_ceil(9),
            seed: 1,
            big_department: None,
        };
        let dingtalk = SandboxCompany::start_sized(size).await;
        let keys = dingtalk.credentials().await;
        let app = DingTalkApp {
            corp_id: CorpId::new(&keys.corp_id).expect("the sandbox's CorpId"),
            agent_id: keys.agent_id,
            app_key: keys.app_key.clone(),
            app_secret: keys.app_secret.clone().into(),
        };
        let worker = connect(emulator.url(), &stack);
        let id = BindingId::new("b-cloud").expect("an id");
        let secret = new_secret(&app).expect("randomness");
        let url = format!(
            "{}/_aws/execute-api/{}/callback/{id}",
            emulator.url(),
            stack.physical_id("Api")
        );
        let binding = binding(id, &app, &dingtalk, &url);
        worker
            .secrets
            .put_binding(&binding.id, &secret)
            .await
            .expect("the secret is stored");
        worker
            .store
            .put_binding(&binding, PutCondition::New)
            .await
            .expect("the binding is stored");
        let (token, aes_key) = (
            secret.callback_token.expose_secret(),
            secret.callback_aes_key.expose_secret(),
        );
        let subscription = json!({"callback_url": url, "token": token, "aes_key": aes_key});
        Self {
            aws,
            stack,
            dingtalk,
            binding,
            subscription,
            worker,
            emulator,
        }
    }

    /// Returns the tables.
    #[must_use]
    pub fn store(&self) -> &state::Store {
        &self.worker.store
    }

    /// Returns the vault.
    #[must_use]
    pub fn secrets(&self) -> &state::vault::SecretStore {
        &self.worker.secrets
    }

    /// Reads the ledger as it is now.
    pub async fn ledger(&self) -> LedgerSnapshot {
        let stored = self
            .store()
            .get_binding(&self.binding.id)
            .await
            .expect("the table answers");
        LedgerSnapshot::read_binding(
            self.store(),
            self.secrets(),
            stored.expect("the binding").body,
        )
        .await
    }

    /// Returns one of the stack's queues by its logical id, as the functions see it.
    #[must_use]
    pub fn queue(&self, logical: &str) -> Arc<dyn Queue> {
        self.worker.queue(self.stack.physical_id(logical))
    }

    /// Counts the messages in a queue, including those in flight.
    pub async fn count_waiting(&self, logical: &str) -> u64 {
        let ask = json!({"QueueUrl": self.stack.physical_id(logical), "AttributeNames": ["All"]});
        let said = self
            .aws
            .call("sqs", "get_queue_attributes", ask)
            .await
            .expect("the queue answers");
        let number = |name: &str| {
            said["Attributes"][name]
                .as_str()
                .and_then(|text| text.parse::<u64>().ok())
        };
        [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ]
        .into_iter()
        .filter_map(number)
        .sum()
    }

    /// Returns what a function logged so far, by its logical id.
    pub async fn log(&self, function: &str) -> String {
        let group = self.stack.physical_id(&format!("{function}Log"));
        let said = self
            .aws
            .call("logs", "filter_log_events", json!({"logGroupName": group}))
            .await
            .unwrap_or_default();
        let events = said["events"].as_array().cloned().unwrap_or_default();
        events
            .iter()
            .filter_map(|event| event["message"].as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Returns the emulator.
    #[must_use]
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }
}

fn connect(url: &str, stack: &DeployedStack) -> Worker {
    let variable = |name: &str| match name {
        AWS_REGION => Some(REGION.to_owned()),
        AWS_ACCESS_KEY_ID | AWS_SECRET_ACCESS_KEY => Some(ROOT.to_owned()),
        AWS_ENDPOINT_URL => Some(url.to_owned()),
        _ => None,
    };
    let settings =
        AwsSettings::from_vars(&variable, AwsTimeouts::WORKER).expect("everything is set");
    let name = &stack.name;
    let connected = worker::connect_worker(
        &settings,
        &format!("{name}-"),
        &format!("{name}/"),
        stack.physical_id("RefusedTokens"),
    );
    connected.expect("the TLS settings")
}

fn binding(
    id: BindingId,
    app: &DingTalkApp,
    dingtalk: &SandboxCompany,
    callback_url: &str,
) -> Binding {
    let mut binding = Binding::new(id, app.corp_id.clone());
    binding.agent_id = app.agent_id;
    binding.app_key.clone_from(&app.app_key);
    binding.endpoints.api = dingtalk.url().to_owned();
    binding.endpoints.oapi = dingtalk.url().to_owned();
    binding.calls_per_second = QPS;
    binding.callback_url = Some(callback_url.to_owned());
    binding.created_at = SystemClock.now();
    binding
}
