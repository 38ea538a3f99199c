//! The steps of each function, chosen so that it needs everything that its role allows.

mod changes;
mod credentials;
mod pause_and_plan;

use std::collections::BTreeSet;
use std::pin::Pin;

use changes::{
    another_sweep, push_departure, push_event, push_every_event, push_return, silent_changes,
    silent_departure, silent_return,
};
use credentials::{
    expire_token, first_token, good_credentials, refused_credentials, refused_token,
};
use directory::{RunId, UserId};
use message_push::batch::{OutboxBatch, OutboxPhase};
use message_push::{MessageContent, MessageDraft, compose_message};
use runtime::SystemClock;
use sandbox::world::{Act, ActOutcome};
use serde_json::{Value, json};
use state::store::{ControlKind, PutCondition};

use crate::stories::check_sides_equal;
use crate::world::CloudWorld;

pub(super) use credentials::{expire_stored_token, restore_secret};
pub(super) use pause_and_plan::set_paused;

/// Milliseconds. This is longer than any binding waits between two sweeps.
const DUE_MS: i64 = 8 * 24 * 3_600_000;

/// A started step. Its goal says when it is over.
type StepFuture<'a> = Pin<Box<dyn Future<Output = StepGoal> + 'a>>;

/// One step of an attempt. The number of the attempt keeps its data apart.
pub(super) type ProbeStep = fn(&CloudWorld, u32) -> StepFuture<'_>;

/// When a step is over.
#[derive(Debug, Clone)]
pub(super) enum StepGoal {
    /// The ledger equals DingTalk, and every queue is empty.
    Settled,
    /// The binding was swept after this moment, and every queue is empty.
    SweptAfter(directory::Timestamp),
    /// A valid token is stored.
    HasToken,
    /// An error of the token is stored.
    HasTokenError,
    /// The result of this message is known.
    MessageDone(String),
    /// A wake is deferred until writing resumes.
    WakeDeferred,
    /// This plan waits for an approval.
    Planned(RunId),
}

/// The functions by their logical ids, with their steps.
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
    /// Checks whether the goal is reached; returns why not yet.
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
                    Err("no valid token is stored".to_owned())
                }
            }
            Self::HasTokenError => token_trouble(world)
                .await?
                .map(|_| ())
                .ok_or("no error of the token is stored".to_owned()),
            Self::MessageDone(id) => {
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
            Self::WakeDeferred => pause_and_plan::check_wake_deferred(world).await,
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

/// Sends a message to a person, with a token that DingTalk refuses.
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
        StepGoal::MessageDone(format!("{id}.0000"))
    })
}

/// Invokes a function with the input that a rule of the template sends.
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

/// Makes the binding due and invokes the rule's function; returns since when it is due.
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
