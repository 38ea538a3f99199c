//! What each function is made to do, step by step, so that it needs everything that its role allows.

mod gate;

use std::collections::BTreeSet;
use std::pin::Pin;

use directory::wake::Target;
use directory::{RunId, Side, UserId, Wake};
use message_push::batch::{Batch, Phase};
use message_push::{Content, Draft, compose};
use runtime::SystemClock;
use sandbox::world::{Act, Acted};
use serde_json::{Value, json};
use state::queue::messages::{TokenRefusedMessage, WakeMessage};
use state::store::{Condition, ControlKind};
use state::vault::TokenSecret;

use crate::stories::is_same;
use crate::world::World;
pub(super) use gate::pause;

/// Longer than any binding waits between two sweeps.
const DUE_MS: i64 = 8 * 24 * 3_600_000;

/// A step that is begun; it is over when what it gave says so.
type Begun<'a> = Pin<Box<dyn Future<Output = Over> + 'a>>;

/// One step of an attempt, which has a number of its own.
pub(super) type Step = fn(&World, u32) -> Begun<'_>;

/// When a step is over.
#[derive(Debug, Clone)]
pub(super) enum Over {
    /// The ledger is what DingTalk is, and nothing waits in any queue.
    Settled,
    /// The binding was swept after this moment, and nothing waits.
    SweptAfter(directory::Timestamp),
    /// There is a token that serves.
    HasToken,
    /// There is trouble with the token, on record.
    HasTrouble,
    /// The result of this message is known.
    Told(String),
    /// A wake is laid aside until writing goes on.
    LaidAside,
    /// This plan waits for an approval.
    Planned(RunId),
}

/// The functions, by their logical ids, with what they are made to do.
pub(super) const PROBES: [(&str, &[Step]); 5] = [
    ("Callback", &[event]),
    ("Reconcile", &[events, departures, returns, gate::paused]),
    (
        "FullSync",
        &[
            silent_changes,
            silent_departure,
            another_sweep,
            silent_return,
            gate::plan,
            gate::applied,
            gate::paused,
            gate::resumed,
            gate::edited_in_the_ehr,
        ],
    ),
    ("TokenRefresh", &[first_token, refused_credentials, good_credentials, refused_token]),
    ("MessagePush", &[message]),
];

impl Over {
    /// Whether it is so now; why not yet.
    pub(super) async fn look(&self, world: &World) -> Result<(), String> {
        match self {
            Self::Settled => {
                idle(world).await?;
                is_same(world).await
            }
            Self::SweptAfter(moment) => {
                let stored = world.store().binding(&world.binding.id).await.map_err(|err| err.to_string())?;
                let swept = stored.and_then(|stored| stored.body.swept_at);
                swept.filter(|swept| swept > moment).ok_or("not swept yet")?;
                idle(world).await
            }
            Self::HasToken => {
                let token = world.secrets().tokens(&world.binding.id).await.map_err(|err| err.to_string())?;
                let trouble = trouble(world).await?;
                let serves = token.expires_at > SystemClock.now() && trouble.is_none();
                if serves { idle(world).await } else { Err("no token that serves".to_owned()) }
            }
            Self::HasTrouble => trouble(world).await?.map(|_| ()).ok_or("no trouble on record".to_owned()),
            Self::Told(id) => {
                let corp = &world.binding.corp_id;
                let stored = world.store().get_control::<Batch>(corp, ControlKind::Message, id).await;
                match stored.map_err(|err| err.to_string())?.map(|stored| stored.body.phase) {
                    Some(Phase::Done { .. }) => Ok(()),
                    phase => Err(format!("{phase:?}")),
                }
            }
            Self::LaidAside => gate::is_laid_aside(world).await,
            Self::Planned(id) => gate::is_made(world, id).await,
        }
    }
}

async fn trouble(world: &World) -> Result<Option<Value>, String> {
    let corp = &world.binding.corp_id;
    let stored = world.store().get_control::<Value>(corp, ControlKind::Quarantine, token_refresh::TROUBLE).await;
    Ok(stored.map_err(|err| err.to_string())?.map(|stored| stored.body))
}

async fn idle(world: &World) -> Result<(), String> {
    for queue in ["Wakes", "Sweeps", "RefusedTokens", "Outbox"] {
        match world.waiting(queue).await {
            0 => {}
            waiting => return Err(format!("{waiting} messages in {queue}")),
        }
    }
    Ok(())
}

/// One event.
fn event(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world.dingtalk.act(Act::Rename { userid, name: format!("改名{number}") }).await;
        Over::Settled
    })
}

/// Everything that DingTalk pushes, with a token that it refuses in between.
fn events(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        expire_token(world, "/topapi/v2/user/get").await;
        world.dingtalk.subscribe(&world.subscription).await;
        hire(world, number).await;
        let name = format!("部门{number}");
        world.dingtalk.act(Act::CreateDepartment { name, parent_id: 1 }).await;
        let userid = world.dingtalk.bystander(&[&somebody(number)]).await.userid;
        world.dingtalk.act(Act::Rename { userid, name: format!("改名{number}") }).await;
        Over::Settled
    })
}

/// Somebody leaves, and everything is to be looked at.
fn departures(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        world.dingtalk.act(Act::Leave { userid: somebody(number) }).await;
        let wake = Wake { side: Side::DingTalk, target: Target::Everything, because: "org_change".to_owned() };
        let (binding, corp) = (world.binding.id.clone(), world.binding.corp_id.clone());
        let message = WakeMessage { binding, corp, wake, signature_hash: format!("everything-{number}") };
        world.queue("Wakes").send(message.to_message().expect("a message")).await.expect("it is sent");
        Over::Settled
    })
}

/// The same person comes back under another `userid`: the pointer of the first one goes.
fn returns(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        let again = Act::Rehire { userid: somebody(number), same_userid: false, departments: vec![] };
        world.dingtalk.act(again).await;
        Over::Settled
    })
}

/// What only a sweep can find, asked for by the rule, with a token that DingTalk refuses in between.
fn silent_changes(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        silence(world).await;
        hire(world, number).await;
        let userid = world.dingtalk.bystander(&[&somebody(number)]).await.userid;
        world.dingtalk.act(Act::Rename { userid, name: format!("改名{number}") }).await;
        world.dingtalk.disarm().await;
        expire_token(world, "/topapi/v2/user/list").await;
        due(world).await;
        Over::Settled
    })
}

/// Somebody is gone, which two sweeps have to see.
fn silent_departure(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        silence(world).await;
        world.dingtalk.act(Act::Leave { userid: somebody(number) }).await;
        world.dingtalk.disarm().await;
        Over::SweptAfter(due(world).await)
    })
}

fn another_sweep(world: &World, _: u32) -> Begun<'_> {
    Box::pin(async move {
        due(world).await;
        Over::Settled
    })
}

/// The same person is back under another `userid`: the pointer of the first one goes.
fn silent_return(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        silence(world).await;
        let again = Act::Rehire { userid: somebody(number), same_userid: false, departments: vec![] };
        world.dingtalk.act(again).await;
        world.dingtalk.disarm().await;
        due(world).await;
        Over::Settled
    })
}

/// No token was ever made.
fn first_token(world: &World, _: u32) -> Begun<'_> {
    Box::pin(async move {
        let name = format!("{}/tokens/{}", world.stack.name, world.binding.id);
        let delete = json!({"SecretId": name, "ForceDeleteWithoutRecovery": true});
        // There may be none after an attempt that was stopped in the middle.
        _ = world.aws.call("secretsmanager", "delete_secret", delete).await;
        rule(world, "TokenRefresh").await;
        Over::HasToken
    })
}

/// The AppSecret was reset in DingTalk, and so was the one before.
fn refused_credentials(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        let mut secret = world.secrets().binding(&world.binding.id).await.expect("the secret");
        // Twice: the one before is tried too.
        for wrong in ["wrong", "wrong-too"] {
            secret.app_secret = format!("{wrong}-{number}").into();
            world.secrets().put_binding(&world.binding.id, &secret).await.expect("it is stored");
        }
        outlive(world).await;
        rule(world, "TokenRefresh").await;
        Over::HasTrouble
    })
}

fn good_credentials(world: &World, _: u32) -> Begun<'_> {
    Box::pin(async move {
        restore_secret(world).await;
        rule(world, "TokenRefresh").await;
        Over::HasToken
    })
}

fn refused_token(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        let token_hash = match world.secrets().tokens(&world.binding.id).await {
            Ok(token) => token.hash(),
            Err(_) => format!("none-{number}"),
        };
        let report = TokenRefusedMessage { binding: world.binding.id.clone(), token_hash };
        world.queue("RefusedTokens").send(report.to_message().expect("a message")).await.expect("it is sent");
        Over::HasToken
    })
}

/// A message to somebody, with a token that DingTalk refuses.
fn message(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        expire_token(world, "/topapi/message/corpconversation/asyncsend_v2").await;
        let userid = world.dingtalk.bystander(&[]).await.userid;
        let people = BTreeSet::from([UserId::new(&userid).expect("an id")]);
        let secret = world.secrets().binding(&world.binding.id).await.expect("the secret");
        let (id, content) = (format!("probe-{number}"), Content::Text(format!("第{number}条")));
        let draft = Draft { binding: &world.binding, id: &id, people: &people, content };
        let (outbox, nonce) = (world.queue("Outbox"), runtime::random().expect("randomness"));
        let now = SystemClock.now();
        let composed = compose(world.store(), outbox.as_ref(), &secret.seal_key(), draft, now, nonce).await;
        composed.expect("it is composed");
        Over::Told(format!("{id}.0000"))
    })
}

/// Puts the company's own credentials back.
pub(super) async fn restore_secret(world: &World) {
    let mut secret = world.secrets().binding(&world.binding.id).await.expect("the secret");
    secret.app_secret = world.dingtalk.credentials().await.app_secret.into();
    world.secrets().put_binding(&world.binding.id, &secret).await.expect("it is stored");
}

/// What a rule of the template sends to its function.
pub(super) async fn rule(world: &World, function: &str) {
    let invoke = json!({
        "FunctionName": world.stack.physical(function), "InvocationType": "Event", "Payload": r#"{"trigger":"schedule"}"#,
    });
    world.aws.call("lambda", "invoke", invoke).await.expect("it is invoked");
}

fn somebody(number: u32) -> String {
    format!("probe{number}")
}

async fn hire(world: &World, number: u32) -> Acted {
    let (name, userid) = (format!("新人{number}"), Some(somebody(number)));
    world.dingtalk.act(Act::Hire { name, departments: vec![], fields: Box::default(), userid }).await
}

async fn silence(world: &World) {
    let silence = json!({"kind": "event_never", "times": null});
    world.dingtalk.arm(serde_json::from_value(silence).expect("a fault")).await;
}

async fn expire_token(world: &World, interface: &str) {
    let fault = json!({"kind": "expire_token", "interface": interface, "times": 1});
    world.dingtalk.arm(serde_json::from_value(fault).expect("a fault")).await;
}

/// Makes the binding due and has the rule ask; the moment since which it is due.
pub(super) async fn due(world: &World) -> directory::Timestamp {
    let due = SystemClock.now().plus_millis(-DUE_MS);
    let stored = world.store().binding(&world.binding.id).await.expect("the table answers").expect("the binding");
    let mut binding = stored.body;
    binding.swept_at = Some(due);
    world.store().put_binding(&binding, Condition::Any).await.expect("the binding is stored");
    rule(world, "FullSync").await;
    due
}

/// The token that is stored has had its time.
pub(super) async fn outlive(world: &World) {
    let Ok(token) = world.secrets().tokens(&world.binding.id).await else { return };
    let (issued_at, expires_at) = (SystemClock.now().plus_millis(-2 * DUE_MS), SystemClock.now().plus_millis(-DUE_MS));
    let token = TokenSecret { issued_at, expires_at, ..token };
    world.secrets().put_tokens(&world.binding.id, &token).await.expect("it is stored");
}
