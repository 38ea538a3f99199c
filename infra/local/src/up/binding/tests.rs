//! Binding against the sandbox, on a machine of its own.

use std::path::Path;

use clap::Parser as _;
use desk::binding::BindingStep;
use sandbox::company::CompanySize;
use sandbox::{RunningServer, Server, ServerConfig, Settings};
use state::DingTalkEndpoints;
use state::store::{ControlKind, PutCondition};
use token_refresh::{TOKEN_FAILURE_ID, TokenFailure};

use super::super::target::DingTalkApp;
use super::*;
use crate::args::{Args, Command};
use crate::machine::MachineConfig;

async fn dingtalk(seed: u64) -> RunningServer {
    let size = CompanySize {
        people: 5,
        departments: 2,
        seed,
        big_department: None,
    };
    let config = ServerConfig {
        listener: None,
        port: 0,
        data: None,
        size,
        settings: Settings::default(),
    };
    Server::start(config).await.unwrap()
}

/// Somebody's own credentials, for a DingTalk elsewhere.
async fn remote_target(server: &RunningServer) -> DingTalkTarget {
    let keys = server.world.lock().await.company().credentials.clone();
    let app = DingTalkApp {
        corp_id: keys.corp_id.parse().unwrap(),
        agent_id: keys.agent_id,
        app_key: keys.app_key,
        app_secret: keys.app_secret.into(),
    };
    let endpoints = DingTalkEndpoints::at(&server.url);
    DingTalkTarget {
        app,
        endpoints,
        sandbox: None,
    }
}

struct BindingFixture {
    args: UpArgs,
    screen: Screen,
    machine: Machine,
    front: HttpFront,
}

async fn start_fixture(data: &Path) -> BindingFixture {
    let args = Args::try_parse_from(["bangding", "up", "--json", "--data", data.to_str().unwrap()])
        .unwrap();
    let Command::Up(args) = args.command else {
        panic!("another command was read")
    };
    let place = MachineConfig {
        data: data.to_owned(),
        dynamodb: None,
        allow_loopback: true,
    };
    let machine = Machine::start(&place).await.unwrap();
    let callback =
        callback::CallbackDeps::new(machine.secrets.clone(), machine.queues.wakes.clone());
    let front = HttpFront::start(0, callback).await.unwrap();
    BindingFixture {
        screen: Screen::new(&args),
        args,
        machine,
        front,
    }
}

impl BindingFixture {
    /// As if a start with this target had stored its credentials.
    async fn store_other_credentials(&self, target: &DingTalkTarget) {
        let order = BindingOrder {
            prove_again: false,
            ..binding_order(&self.args, target, &self.front)
        };
        let desk = binding_desk(&self.machine);
        let mut work = desk.take_up(order).await.unwrap();
        assert_eq!(work.next_step(), Some(BindingStep::StoreSecrets));
        work.perform_next().await.unwrap();
    }

    async fn bind(&self, target: &DingTalkTarget) -> Result<BoundCompany, BindError> {
        bind_company(&self.args, &self.screen, target, &self.machine, &self.front).await
    }
}

#[tokio::test]
async fn another_companys_app_is_refused_at_a_restart_too() {
    let (data, ours, theirs) = (
        tempfile::tempdir().unwrap(),
        dingtalk(1).await,
        dingtalk(2).await,
    );
    let stage = start_fixture(data.path()).await;
    let target = remote_target(&ours).await;
    let bound = stage.bind(&target).await.unwrap();
    let foreign = remote_target(&theirs).await;
    assert_ne!(target.app.corp_id, foreign.app.corp_id);

    let mixed = DingTalkTarget {
        app: DingTalkApp {
            corp_id: target.app.corp_id.clone(),
            ..foreign.app
        },
        ..foreign
    };
    assert_eq!(
        stage
            .bind(&mixed)
            .await
            .err()
            .and_then(|refusal| refusal.reason.inner().and_then(Reason::code)),
        Some(ReasonCode::DingTalkCompanyRefused)
    );
    let kept = stage
        .machine
        .secrets
        .get_credentials(&bound.binding.id)
        .await
        .unwrap();
    assert_eq!(
        kept.app_key, target.app.app_key,
        "nothing of the other company was stored"
    );
    assert!(!stage.bind(&target).await.unwrap().is_new);
}

#[tokio::test]
async fn a_start_with_credentials_replaces_the_token_of_other_ones_and_forgets_their_refusal() {
    let (data, server) = (tempfile::tempdir().unwrap(), dingtalk(1).await);
    let stage = start_fixture(data.path()).await;
    let target = remote_target(&server).await;
    let bound = stage.bind(&target).await.unwrap();
    let id = &bound.binding.id;

    // As if another app had served before: its key, its token, and DingTalk's refusal of today's credentials.
    let (secrets, corp) = (&stage.machine.secrets, &target.app.corp_id);
    let former = DingTalkTarget {
        app: DingTalkApp {
            app_key: "dingformer".to_owned(),
            ..remote_target(&server).await.app
        },
        ..remote_target(&server).await
    };
    stage.store_other_credentials(&former).await;
    let mut token = secrets.get_token(id).await.unwrap();
    let good = token.hash();
    token.token = "of-another-app".into();
    secrets.put_token(id, &token).await.unwrap();
    let now = SystemClock.now();
    let hash = state::vault::TokenSecret::hash_token(target.app.app_secret.expose_secret());
    let credentials = format!("{}#{}", target.app.app_key, &hash[..12]);
    let disabled = Reason::new(ReasonCode::DingTalkDisabled).text("code", "45028");
    let trouble = TokenFailure::after_refusal(disabled, credentials, None, now);
    let (kind, condition) = (ControlKind::Quarantine, PutCondition::Any);
    stage
        .machine
        .store
        .put_control(corp, kind, TOKEN_FAILURE_ID, &trouble, condition, None)
        .await
        .unwrap();

    stage.bind(&target).await.unwrap();
    assert_eq!(
        secrets.get_credentials(id).await.unwrap().app_key,
        target.app.app_key
    );
    assert_eq!(
        secrets.get_token(id).await.unwrap().hash(),
        good,
        "DingTalk gives the same one while it is valid"
    );
    let kept = stage
        .machine
        .store
        .get_control::<TokenFailure>(corp, kind, TOKEN_FAILURE_ID)
        .await
        .unwrap();
    assert!(kept.is_none());
}

#[tokio::test]
async fn a_binding_stopped_after_its_secrets_goes_on_with_the_same_keys() {
    let (data, server) = (tempfile::tempdir().unwrap(), dingtalk(1).await);
    let stage = start_fixture(data.path()).await;
    let target = remote_target(&server).await;
    let desk = binding_desk(&stage.machine);
    let order = || binding_order(&stage.args, &target, &stage.front);
    let mut work = desk.take_up(order()).await.unwrap();
    while work.next_step() != Some(BindingStep::StoreBinding) {
        work.perform_next().await.unwrap();
    }
    drop(work);
    let again = desk.take_up(order()).await.unwrap();
    assert_eq!(
        again.next_step(),
        Some(BindingStep::StoreBinding),
        "nothing is proven or stored twice"
    );
    assert!(stage.bind(&target).await.unwrap().is_new);
    let secrets = std::fs::read_dir(data.path().join("vault")).unwrap();
    let keys = secrets
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().contains("keys"));
    assert_eq!(keys.count(), 1, "one binding, one set of keys");
    assert!(!stage.bind(&target).await.unwrap().is_new);
}
