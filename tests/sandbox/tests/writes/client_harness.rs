//! A sandbox with the permission to write, and a client that is bound to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dingtalk::DingTalkError;
use dingtalk::client::{
    AccessToken, CallOutcome, CallRate, Client, ClientConfig, Clock, Endpoints, MobileForm,
    NewPerson, PersonChange, PersonEntry, TokenApi, TokenHash, TokenSource, WrittenFields,
};
use directory::{DeptId, Field, FieldSet, FieldValue, FieldValues, Record, Timestamp, UserId};
use outbound::HttpTransport;
use sandbox::http::machine_time;
use sandbox::world::{Act, Fault, FaultKind, SettingsChange, WRITE_PERMISSION};
use sandbox::{RunningServer, Server, ServerConfig};
use secrecy::SecretString;
use serde_json::json;

pub(crate) struct ClientHarness {
    pub(crate) server: RunningServer,
    pub(crate) client: Client,
}

struct MachineClock;

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        machine_time()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

struct FixedToken(AccessToken);

#[async_trait]
impl TokenSource for FixedToken {
    async fn current_token(&self) -> Result<AccessToken, DingTalkError> {
        Ok(self.0.clone())
    }

    async fn renew_token(&self, _refused: TokenHash) -> Result<AccessToken, DingTalkError> {
        Ok(self.0.clone())
    }
}

/// Builds field values from text and references. `""` is shown and empty.
pub(crate) fn values(entries: &[(Field, &str)]) -> FieldValues {
    let mut values = FieldValues::new();
    for (field, text) in entries {
        match field.refers_to() {
            Some(_) => values.show_refs(
                *field,
                text.split(',')
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
            ),
            None if *field == Field::Order => {
                values.show(*field, text.parse().ok().map(FieldValue::Number));
            }
            None => values.show_text(
                *field,
                Some((*text).to_owned()).filter(|text| !text.is_empty()),
            ),
        }
    }
    values
}

pub(crate) fn userid(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

impl ClientHarness {
    pub(crate) async fn open() -> Self {
        Self::with_settings(json!({})).await
    }

    /// Starts a sandbox with these settings.
    pub(crate) async fn with_settings(settings: serde_json::Value) -> Self {
        let server = Server::start(ServerConfig::in_memory(30, 6, 2))
            .await
            .unwrap();
        let harness = Self {
            client: sandbox_client(&server).await,
            server,
        };
        harness
            .change_settings(json!({"qps": 0, "grant": [WRITE_PERMISSION]}))
            .await;
        harness.change_settings(settings).await;
        harness
    }

    pub(crate) async fn change_settings(&self, change: serde_json::Value) {
        let change: SettingsChange = serde_json::from_value(change).unwrap();
        self.server
            .world
            .lock()
            .await
            .change_settings(machine_time(), &change)
            .unwrap();
    }

    pub(crate) async fn arm(&self, fault: Fault) {
        self.server.world.lock().await.arm(fault);
    }

    pub(crate) async fn lose_call(&self, kind: FaultKind, interface: &str) {
        self.arm(Fault::new(kind).at(interface)).await;
    }

    pub(crate) async fn act(&self, act: Act) {
        self.server
            .world
            .lock()
            .await
            .act(machine_time(), act)
            .unwrap();
    }

    /// Returns a department below the root, with its name.
    pub(crate) async fn department_at(&self, at: usize) -> (DeptId, String) {
        let world = self.server.world.lock().await;
        let departments = world
            .company()
            .departments
            .values()
            .filter(|d| d.parent_id == Some(1));
        let found = departments
            .map(|d| (DeptId(d.dept_id), d.name.clone()))
            .nth(at);
        found.unwrap()
    }

    /// Returns a person who is no administrator and leads no department, as the client reads them.
    pub(crate) async fn ordinary_person(&self) -> Record {
        let id = {
            let world = self.server.world.lock().await;
            let mut people = world.company().people.values();
            people
                .find(|p| !p.is_admin() && !p.boss && p.departments.iter().all(|m| !m.leader))
                .unwrap()
                .userid
                .clone()
        };
        self.read(&id).await
    }

    pub(crate) async fn read(&self, id: &str) -> Record {
        self.client
            .read_person(&userid(id), FieldSet::PERSON)
            .await
            .unwrap()
    }

    /// Creates a person with these values and, if they are not among them, a name, a mobile and the
    /// root department.
    pub(crate) async fn create_person(
        &self,
        id: &str,
        values: &FieldValues,
    ) -> Result<CallOutcome<PersonEntry>, DingTalkError> {
        let userid = userid(id);
        let orders = BTreeMap::new();
        let person = NewPerson {
            userid: &userid,
            values,
            orders: &orders,
            mobile_form: MobileForm::Mainland,
        };
        self.client.create_person(&person).await
    }

    pub(crate) async fn update_person(
        &self,
        read: &Record,
        values: &FieldValues,
    ) -> Result<CallOutcome<WrittenFields>, DingTalkError> {
        let orders = BTreeMap::new();
        self.client
            .update_person(&PersonChange {
                read,
                values,
                orders: &orders,
            })
            .await
    }

    /// Returns the types of the events so far, each with whether an app caused it.
    pub(crate) async fn event_origins(&self) -> Vec<(String, bool)> {
        let world = self.server.world.lock().await;
        world
            .events_after(0)
            .map(|delivery| (delivery.event.kind.clone(), delivery.event.by_api))
            .collect()
    }

    /// Returns how often an interface was called.
    pub(crate) async fn count_calls(&self, interface: &str) -> usize {
        let world = self.server.world.lock().await;
        world
            .log()
            .filter(|record| record.interface == interface)
            .count()
    }
}

async fn sandbox_client(server: &RunningServer) -> Client {
    let pace = CallRate {
        calls_per_second: 500,
        burst: 50,
    };
    client_at(server, &server.url, pace).await
}

/// A client that reaches the sandbox at this address.
pub(crate) async fn client_at(server: &RunningServer, url: &str, pace: CallRate) -> Client {
    let keys = server.world.lock().await.company().credentials.clone();
    let endpoints = Endpoints {
        api: url.to_owned(),
        oapi: url.to_owned(),
    };
    let transport = Arc::new(HttpTransport::new(true).unwrap());
    let api = TokenApi::new(
        endpoints.clone(),
        transport.clone(),
        Arc::new(MachineClock),
        Arc::new(|| 0),
    );
    let issued = api
        .issue_token(&keys.app_key, &SecretString::from(keys.app_secret))
        .await
        .unwrap();
    let config = ClientConfig {
        endpoints,
        app_key: keys.app_key,
        agent_id: Some(keys.agent_id),
        pace,
    };
    Client::new(
        config,
        transport,
        Arc::new(MachineClock),
        Arc::new(FixedToken(issued.token)),
        Arc::new(|| 0),
    )
}
