//! What each function is made to do, step by step, so that it needs everything that its role allows.

mod pause_and_plan;

use std::collections::BTreeSet;
use std::pin::Pin;

use directory::wake::WakeTarget;
use directory::{RunId, Side, UserId, Wake};
use message_push::batch::{OutboxBatch, OutboxPhase};
use message_push::{MessageContent, MessageDraft, compose_message};
use runtime::SystemClock;
use sandbox::world::{Act, ActOutcome};
use serde_json::{Value, json};
use state::queue::messages::{TokenRefusedMessage, WakeMessage};
use state::store::{ControlKind, PutCondition};
use state::vault::{DingTalkCredentials, TokenSecret};

use crate::stories::check_sides_equal;
use crate::world::CloudWorld;
pub(super) use pause_and_plan::set_paused;

/// Longer than any binding waits between two sweeps.
const DUE_MS: i64 = 8 * 24 * 3_600_000;

/// A step that is begun; it is over when what it gave says so.
type StepFuture<'a> = Pin<Box<dyn Future<Output = StepGoal> + 'a>>;

/// One step of an attempt, which has a number of its own.
pub(super) type ProbeStep = fn(&CloudWorld, u32) -> StepFuture<'_>;

/// When a step is over.
#[derive(Debug, Clone)]
pub(super) enum StepGoal {
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
pub(super) const PROBES: [(&str, &[ProbeStep]); 5] = [
    ("Callback", &[push_event]),
    (
        "Reconcile",
        &[
            push_every_event,
            push_departure,
            push_return,
            pause_and_plan::pause_and_push_event,
        ],
    ),
    (
        "FullSync",
        &[
            silent_changes,
            silent_departure,
            another_sweep,
            silent_return,
            pause_and_plan::make_plan,
            pause_and_plan::apply_plan,
            pause_and_plan::pause_and_push_event,
            pause_and_plan::resume_and_sweep,
            pause_and_plan::edited_in_the_ehr,
        ],
    ),
    (
        "TokenRefresh",
        &[
            first_token,
            refused_credentials,
            good_credentials,
            refused_token,
        ],
    ),
    ("MessagePush", &[send_message]),
];

impl StepGoal {
    /// Whether it is so now; why not yet.
    pub(super) async fn check_reached(&self, world: &CloudWorld) -> Result<(), String> {
        match self {
            Self::Settled => {
                check_queues_empty(world).await?;
                check_sides_equal(world).await
            }
            Self::SweptAfter(moment) => {
                let stored = world
                    .store()
                    .get_binding(&world.binding.id)
                    .await
                    .map_err(|err| err.to_string())?;
                let swept = stored.and_then(|stored| stored.body.swept_at);
                swept
                    .filter(|swept| swept > moment)
                    .ok_or("not swept yet")?;
                check_queues_empty(world).await
            }
            Self::HasToken => {
                let token = world
                    .secrets()
                    .get_token(&world.binding.id)
                    .await
                    .map_err(|err| err.to_string())?;
                let trouble = token_trouble(world).await?;
                let serves = token.expires_at > SystemClock.now() && trouble.is_none();
                if serves {
                    check_queues_empty(world).await
                } else {
                    Err("no token that serves".to_owned())
                }
            }
            Self::HasTrouble => token_trouble(world)
                .await?
                .map(|_| ())
                .ok_or("no trouble on record".to_owned()),
            Self::Told(id) => {
                let corp = &world.binding.corp_id;
                let stored = world
                    .store()
                    .get_control::<OutboxBatch>(corp, ControlKind::Message, id)
                    .await;
                match stored
                    .map_err(|err| err.to_string())?
                    .map(|stored| stored.body.phase)
                {
                    Some(OutboxPhase::Done { .. }) => Ok(()),
                    phase => Err(format!("{phase:?}")),
                }
            }
            Self::LaidAside => pause_and_plan::check_wake_deferred(world).await,
            Self::Planned(id) => pause_and_plan::check_plan_made(world, id).await,
        }
    }
}

async fn token_trouble(world: &CloudWorld) -> Result<Option<Value>, String> {
    let corp = &world.binding.corp_id;
    let stored = world
        .store()
        .get_control::<Value>(
            corp,
            ControlKind::Quarantine,
            token_refresh::TOKEN_FAILURE_ID,
        )
        .await;
    Ok(stored
        .map_err(|err| err.to_string())?
        .map(|stored| stored.body))
}

async fn check_queues_empty(world: &CloudWorld) -> Result<(), String> {
    for queue in ["Wakes", "Sweeps", "RefusedTokens", "Outbox"] {
        match world.count_waiting(queue).await {
            0 => {}
            waiting => return Err(format!("{waiting} messages in {queue}")),
        }
    }
    Ok(())
}

/// One event.
fn push_event(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{number}"),
            })
            .await;
        StepGoal::Settled
    })
}

/// Everything that DingTalk pushes, with a token that it refuses in between.
fn push_every_event(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        expire_token(world, "/topapi/v2/user/get").await;
        world.dingtalk.subscribe(&world.subscription).await;
        hire(world, number).await;
        let name = format!("部门{number}");
        world
            .dingtalk
            .act(Act::CreateDepartment { name, parent_id: 1 })
            .await;
        let userid = world
            .dingtalk
            .bystander(&[&probe_userid(number)])
            .await
            .userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{number}"),
            })
            .await;
        StepGoal::Settled
    })
}

/// Somebody leaves, and everything is to be looked at.
fn push_departure(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        world
            .dingtalk
            .act(Act::Leave {
                userid: probe_userid(number),
            })
            .await;
        let wake = Wake {
            side: Side::DingTalk,
            target: WakeTarget::Everything,
            because: "org_change".to_owned(),
        };
        let (binding, corp) = (world.binding.id.clone(), world.binding.corp_id.clone());
        let message = WakeMessage {
            binding,
            corp,
            wake,
            signature_hash: format!("everything-{number}"),
        };
        world
            .queue("Wakes")
            .send(message.to_message().expect("a message"))
            .await
            .expect("it is sent");
        StepGoal::Settled
    })
}

/// The same person comes back under another `userid`: the pointer of the first one goes.
fn push_return(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let again = Act::Rehire {
            userid: probe_userid(number),
            same_userid: false,
            departments: vec![],
        };
        world.dingtalk.act(again).await;
        StepGoal::Settled
    })
}

/// What only a sweep can find, asked for by the rule, with a token that DingTalk refuses in between.
fn silent_changes(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        hire(world, number).await;
        let userid = world
            .dingtalk
            .bystander(&[&probe_userid(number)])
            .await
            .userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{number}"),
            })
            .await;
        world.dingtalk.disarm().await;
        expire_token(world, "/topapi/v2/user/list").await;
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

/// Somebody is gone, which two sweeps have to see.
fn silent_departure(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        world
            .dingtalk
            .act(Act::Leave {
                userid: probe_userid(number),
            })
            .await;
        world.dingtalk.disarm().await;
        StepGoal::SweptAfter(make_sweep_due(world).await)
    })
}

fn another_sweep(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

/// The same person is back under another `userid`: the pointer of the first one goes.
fn silent_return(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        let again = Act::Rehire {
            userid: probe_userid(number),
            same_userid: false,
            departments: vec![],
        };
        world.dingtalk.act(again).await;
        world.dingtalk.disarm().await;
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

/// No token was ever made.
fn first_token(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let name = format!("{}/tokens/{}", world.stack.name, world.binding.id);
        let delete = json!({"SecretId": name, "ForceDeleteWithoutRecovery": true});
        // There may be none after an attempt that was stopped in the middle.
        _ = world
            .aws
            .call("secretsmanager", "delete_secret", delete)
            .await;
        invoke_as_rule(world, "TokenRefresh").await;
        StepGoal::HasToken
    })
}

/// The AppSecret was reset in DingTalk, and so was the one before.
fn refused_credentials(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        // Twice: the one before is tried too.
        for wrong in ["wrong", "wrong-too"] {
            store_app_secret(world, format!("{wrong}-{number}")).await;
        }
        expire_stored_token(world).await;
        invoke_as_rule(world, "TokenRefresh").await;
        StepGoal::HasTrouble
    })
}

fn good_credentials(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        restore_secret(world).await;
        invoke_as_rule(world, "TokenRefresh").await;
        StepGoal::HasToken
    })
}

fn refused_token(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let token_hash = match world.secrets().get_token(&world.binding.id).await {
            Ok(token) => token.hash(),
            Err(_) => format!("none-{number}"),
        };
        let report = TokenRefusedMessage {
            binding: world.binding.id.clone(),
            token_hash,
        };
        world
            .queue("RefusedTokens")
            .send(report.to_message().expect("a message"))
            .await
            .expect("it is sent");
        StepGoal::HasToken
    })
}

/// A message to somebody, with a token that DingTalk refuses.
fn send_message(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        expire_token(world, "/topapi/message/corpconversation/asyncsend_v2").await;
        let userid = world.dingtalk.bystander(&[]).await.userid;
        let people = BTreeSet::from([UserId::new(&userid).expect("an id")]);
        let keys = world
            .secrets()
            .get_keys(&world.binding.id)
            .await
            .expect("the keys");
        let (id, content) = (
            format!("probe-{number}"),
            MessageContent::Text(format!("第{number}条")),
        );
        let draft = MessageDraft {
            binding: &world.binding,
            id: &id,
            people: &people,
            content,
        };
        let (outbox, nonce) = (
            world.queue("Outbox"),
            runtime::random_bytes().expect("randomness"),
        );
        let now = SystemClock.now();
        let composed = compose_message(
            world.store(),
            outbox.as_ref(),
            &keys.seal_key(),
            draft,
            now,
            nonce,
        )
        .await;
        composed.expect("it is composed");
        StepGoal::Told(format!("{id}.0000"))
    })
}

/// Puts the company's own credentials back.
pub(super) async fn restore_secret(world: &CloudWorld) {
    let app_secret = world.dingtalk.credentials().await.app_secret;
    store_app_secret(world, app_secret).await;
}

async fn store_app_secret(world: &CloudWorld, app_secret: String) {
    let credentials = DingTalkCredentials {
        app_key: world.binding.app_key.clone(),
        app_secret: app_secret.into(),
    };
    world
        .secrets()
        .put_credentials(&world.binding.id, &credentials)
        .await
        .expect("it is stored");
}

/// What a rule of the template sends to its function.
pub(super) async fn invoke_as_rule(world: &CloudWorld, function: &str) {
    let invoke = json!({
        "FunctionName": world.stack.physical_id(function), "InvocationType": "Event", "Payload": r#"{"trigger":"schedule"}"#,
    });
    world
        .aws
        .call("lambda", "invoke", invoke)
        .await
        .expect("it is invoked");
}

fn probe_userid(number: u32) -> String {
    format!("probe{number}")
}

async fn hire(world: &CloudWorld, number: u32) -> ActOutcome {
    let (name, userid) = (format!("新人{number}"), Some(probe_userid(number)));
    world
        .dingtalk
        .act(Act::Hire {
            name,
            departments: vec![],
            fields: Box::default(),
            userid,
        })
        .await
}

async fn lose_events(world: &CloudWorld) {
    let silence = json!({"kind": "event_never", "times": null});
    world
        .dingtalk
        .arm(serde_json::from_value(silence).expect("a fault"))
        .await;
}

async fn expire_token(world: &CloudWorld, interface: &str) {
    let fault = json!({"kind": "expire_token", "interface": interface, "times": 1});
    world
        .dingtalk
        .arm(serde_json::from_value(fault).expect("a fault"))
        .await;
}

/// Makes the binding due and has the rule ask; the moment since which it is due.
pub(super) async fn make_sweep_due(world: &CloudWorld) -> directory::Timestamp {
    let due = SystemClock.now().plus_millis(-DUE_MS);
    let stored = world
        .store()
        .get_binding(&world.binding.id)
        .await
        .expect("the table answers")
        .expect("the binding");
    let mut binding = stored.body;
    binding.swept_at = Some(due);
    world
        .store()
        .put_binding(&binding, PutCondition::Any)
        .await
        .expect("the binding is stored");
    invoke_as_rule(world, "FullSync").await;
    due
}

/// The token that is stored has had its time.
pub(super) async fn expire_stored_token(world: &CloudWorld) {
    let Ok(token) = world.secrets().get_token(&world.binding.id).await else {
        return;
    };
    let (issued_at, expires_at) = (
        SystemClock.now().plus_millis(-2 * DUE_MS),
        SystemClock.now().plus_millis(-DUE_MS),
    );
    let token = TokenSecret {
        issued_at,
        expires_at,
        ..token
    };
    world
        .secrets()
        .put_token(&world.binding.id, &token)
        .await
        .expect("it is stored");
}
