//! A deployed stack, and a company with a sandbox on this machine as its DingTalk.

use std::sync::Arc;

use checks::emulator::{Emulator, REGION, ROOT};
use directory::{BindingId, CorpId};
use runtime::SystemClock;
use runtime::variables::{
    AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
    OUTBOX_QUEUE_URL, REFUSED_TOKENS_QUEUE_URL, SECRETS_PREFIX, TABLES_PREFIX,
};
use runtime::worker::{self, Worker, WorkerConfig};
use sandbox::company::{AppCredentials, CompanySize};
use serde_json::{Value, json};
use state::store::PutCondition;
use state::vault::{BindingKeys, CallbackSecret, DingTalkCredentials, SecretStore};
use state::{Binding, DingTalkEndpoints, Queue};
use stories::company::QPS;
use stories::{LedgerSnapshot, SandboxCompany};

use crate::aws::BotoClient;
use crate::stack::DeployedStack;

/// The callback's token.
const TOKEN: &str = "TheStorysToken01";

/// The callback's encoding key.
const AES_KEY: &str = "TheStorysEncodingKeyOfFortyThreeLetters0123";

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
    /// Binds a company of `people` to the stack: stores its secrets in the vault and its binding in
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
        let worker = connect(emulator.url(), &stack, &AwsCredentials::root());
        let id = BindingId::new("b-cloud").expect("an id");
        let url = format!(
            "{}/_aws/execute-api/{}/callback/{id}",
            emulator.url(),
            stack.physical_id("Api")
        );
        let binding = binding(id, &keys, &url);
        store_secrets(&worker.secrets, &binding, keys, dingtalk.url()).await;
        worker
            .store
            .put_binding(&binding, PutCondition::New)
            .await
            .expect("the binding is stored");
        let subscription = json!({"callback_url": url, "token": TOKEN, "aes_key": AES_KEY});
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
    pub fn secrets(&self) -> &SecretStore {
        &self.worker.secrets
    }

    /// Returns the vault under other credentials.
    #[must_use]
    pub fn secrets_as(&self, credentials: &AwsCredentials) -> SecretStore {
        connect(self.emulator.url(), &self.stack, credentials).secrets
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

/// Credentials for AWS.
pub struct AwsCredentials {
    /// Access key.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
    /// Session token; the root has none.
    pub session_token: Option<String>,
}

impl AwsCredentials {
    fn root() -> Self {
        Self {
            access_key: ROOT.to_owned(),
            secret_key: ROOT.to_owned(),
            session_token: None,
        }
    }
}

/// As a worker is told, under any credentials.
fn connect(url: &str, stack: &DeployedStack, credentials: &AwsCredentials) -> Worker {
    let name = &stack.name;
    let variable = |variable: &str| match variable {
        AWS_REGION => Some(REGION.to_owned()),
        AWS_ACCESS_KEY_ID => Some(credentials.access_key.clone()),
        AWS_SECRET_ACCESS_KEY => Some(credentials.secret_key.clone()),
        AWS_SESSION_TOKEN => credentials.session_token.clone(),
        AWS_ENDPOINT_URL => Some(url.to_owned()),
        OUTBOX_QUEUE_URL => Some(stack.physical_id("Outbox").to_owned()),
        REFUSED_TOKENS_QUEUE_URL => Some(stack.physical_id("RefusedTokens").to_owned()),
        SECRETS_PREFIX => Some(format!("{name}/")),
        TABLES_PREFIX => Some(format!("{name}-")),
        _ => None,
    };
    let config = WorkerConfig::from_vars(&variable).expect("everything is set");
    worker::connect_worker(&config).expect("the TLS settings")
}

/// The company's three secrets, as whoever binds stores them.
async fn store_secrets(secrets: &SecretStore, binding: &Binding, keys: AppCredentials, url: &str) {
    let (id, app_key) = (&binding.id, keys.app_key);
    let callback = CallbackSecret {
        corp_id: binding.corp_id.clone(),
        app_key: app_key.clone(),
        token: TOKEN.into(),
        aes_key: AES_KEY.into(),
        previous: None,
        accepts_seconds: false,
    };
    let credentials = DingTalkCredentials {
        app_key,
        app_secret: keys.app_secret.into(),
    };
    let keys = BindingKeys {
        hash_key: runtime::random_bytes().expect("randomness"),
        seal_key: runtime::random_bytes().expect("randomness"),
        endpoints: Some(DingTalkEndpoints::at(url)),
    };
    let stored = "the secret is stored";
    secrets.put_callback(id, &callback).await.expect(stored);
    secrets
        .put_credentials(id, &credentials)
        .await
        .expect(stored);
    secrets.put_keys(id, &keys).await.expect(stored);
}

fn binding(id: BindingId, app: &AppCredentials, callback_url: &str) -> Binding {
    let corp = CorpId::new(&app.corp_id).expect("the sandbox's CorpId");
    let mut binding = Binding::new(id, corp);
    binding.agent_id = app.agent_id;
    binding.app_key.clone_from(&app.app_key);
    binding.calls_per_second = QPS;
    binding.callback_url = Some(callback_url.to_owned());
    binding.created_at = SystemClock.now();
    binding
}
