//! Binding against the sandbox, on a machine of its own.

use std::path::Path;

use clap::Parser as _;
use sandbox::company::Size;
use sandbox::{RunningServer, Server, ServerConfig, Settings};
use state::Endpoints;
use token_refresh::TokenTrouble;

use super::super::target::App;
use super::*;
use crate::args::{Args, Command};
use crate::machine::Place;

async fn dingtalk(seed: u64) -> RunningServer {
    let size = Size { people: 5, departments: 2, seed, big_department: None };
    let config = ServerConfig { listener: None, port: 0, data: None, size, settings: Settings::default() };
    Server::start(config).await.unwrap()
}

/// Somebody's own credentials, for a DingTalk elsewhere.
async fn named(server: &RunningServer) -> Target {
    let keys = server.world.lock().await.company().credentials.clone();
    let app = App {
        corp_id: keys.corp_id.parse().unwrap(),
        agent_id: keys.agent_id,
        app_key: keys.app_key,
        app_secret: keys.app_secret.into(),
    };
    let endpoints = Endpoints { api: server.url.clone(), oapi: server.url.clone() };
    Target { app, endpoints, sandbox: None }
}

struct Stage {
    args: UpArgs,
    screen: Screen,
    machine: Machine,
    front: Front,
}

async fn stage(data: &Path) -> Stage {
    let args = Args::try_parse_from(["bangding", "up", "--json", "--data", data.to_str().unwrap()]).unwrap();
    let Command::Up(args) = args.command else { panic!("another command was read") };
    let place = Place { data: data.to_owned(), dynamodb: None, allow_loopback: true };
    let machine = Machine::start(&place).await.unwrap();
    let callback = callback::Deps::new(machine.secrets.clone(), machine.queues.wakes.clone());
    let front = Front::start(0, callback).await.unwrap();
    Stage { screen: Screen::new(&args), args, machine, front }
}

impl Stage {
    async fn bind(&self, target: &Target) -> Result<Bound, Refusal> {
        bind(&self.args, &self.screen, target, &self.machine, &self.front).await
    }
}

#[tokio::test]
async fn another_companys_app_is_refused_at_a_restart_too() {
    let (data, ours, theirs) = (tempfile::tempdir().unwrap(), dingtalk(1).await, dingtalk(2).await);
    let stage = stage(data.path()).await;
    let target = named(&ours).await;
    let bound = stage.bind(&target).await.unwrap();
    let foreign = named(&theirs).await;
    assert_ne!(target.app.corp_id, foreign.app.corp_id);

    let mixed = Target { app: App { corp_id: target.app.corp_id.clone(), ..foreign.app }, ..foreign };
    assert_eq!(stage.bind(&mixed).await.err().map(|refusal| refusal.code).as_deref(), Some("company_refused"));
    let kept = stage.machine.secrets.binding(&bound.binding.id).await.unwrap();
    assert_eq!(kept.app_key, target.app.app_key, "nothing of the other company was stored");
    assert!(!stage.bind(&target).await.unwrap().is_new);
}

#[tokio::test]
async fn a_start_with_credentials_replaces_the_token_of_other_ones_and_forgets_their_refusal() {
    let (data, server) = (tempfile::tempdir().unwrap(), dingtalk(1).await);
    let stage = stage(data.path()).await;
    let target = named(&server).await;
    let bound = stage.bind(&target).await.unwrap();
    let id = &bound.binding.id;

    // As if another app had served before: its key, its token, and DingTalk's refusal of today's credentials.
    let (secrets, corp) = (&stage.machine.secrets, &target.app.corp_id);
    let mut secret = secrets.binding(id).await.unwrap();
    secret.app_key = "dingformer".to_owned();
    secrets.put_binding(id, &secret).await.unwrap();
    let mut token = secrets.tokens(id).await.unwrap();
    let good = token.hash();
    token.token = "of-another-app".into();
    secrets.put_tokens(id, &token).await.unwrap();
    let now = SystemClock.now();
    let hash = state::vault::TokenSecret::hash_of(target.app.app_secret.expose_secret());
    let credentials = format!("{}#{}", target.app.app_key, &hash[..12]);
    let trouble = TokenTrouble::after("disabled", String::new(), credentials, None, now);
    let (kind, condition) = (ControlKind::Quarantine, Condition::Any);
    stage.machine.store.put_control(corp, kind, TROUBLE, &trouble, condition, None).await.unwrap();

    stage.bind(&target).await.unwrap();
    assert_eq!(secrets.binding(id).await.unwrap().app_key, target.app.app_key);
    assert_eq!(secrets.tokens(id).await.unwrap().hash(), good, "DingTalk gives the same one while it is valid");
    let kept = stage.machine.store.get_control::<TokenTrouble>(corp, kind, TROUBLE).await.unwrap();
    assert!(kept.is_none());
}
