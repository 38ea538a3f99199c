//! The administration under `/__sandbox/`. Tests use it to perform acts, to plan faults and to
//! compare. Requests and responses are JSON.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::machine_time;
use super::server::ServerState;
use crate::world::{
    Act, ActOutcome, ArmedFault, CallRecord, Delivery, EventSubscription, Fault, Inbox,
    PushOutcome, Settings, SettingsChange, WorkMessage, WorldSummary, WorldTruth,
};

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/__sandbox/state", get(show_summary))
        .route("/__sandbox/world", get(show_truth))
        .route("/__sandbox/acts", post(perform_acts))
        .route(
            "/__sandbox/faults",
            get(list_faults).post(arm_faults).delete(disarm_faults),
        )
        .route("/__sandbox/log", get(list_calls).delete(clear_log))
        .route("/__sandbox/messages", get(list_messages))
        .route("/__sandbox/events", get(list_deliveries))
        .route(
            "/__sandbox/settings",
            get(show_settings).post(change_settings),
        )
        .route(
            "/__sandbox/subscription",
            get(show_subscription)
                .post(save_subscription)
                .delete(delete_subscription),
        )
        .route("/__sandbox/held", get(wait_for_held))
        .route("/__sandbox/release", post(release_held))
}

/// One value or a list of values.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(many) => many,
            Self::One(one) => vec![one],
        }
    }
}

fn refusal_response(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({"error": why}))).into_response()
}

async fn show_summary(State(face): State<ServerState>) -> Json<WorldSummary> {
    Json(face.world.lock().await.summary(machine_time()))
}

async fn show_truth(State(face): State<ServerState>) -> Json<WorldTruth> {
    Json(face.world.lock().await.truth())
}

/// Performs the acts and returns `{"acted":[…]}`. If DingTalk refuses one, the response is 409 with
/// DingTalk's code, and the acts before it stay done.
async fn perform_acts(State(face): State<ServerState>, Json(acts): Json<Value>) -> Response {
    // This is not an untagged enum, because serde's message would not name the wrong field of the
    // wrong act.
    let acts = match acts {
        Value::Array(acts) => acts,
        one => vec![one],
    };
    let mut acted: Vec<ActOutcome> = Vec::new();
    let mut refusal = None;
    for act in acts {
        let act: Act = match serde_json::from_value(act) {
            Ok(act) => act,
            Err(error) => {
                refusal = Some((
                    StatusCode::UNPROCESSABLE_ENTITY,
                    json!({"error": error.to_string(), "acted": acted}),
                ));
                break;
            }
        };
        match face.world.lock().await.act(machine_time(), act) {
            Ok(done) => acted.push(done),
            Err(no) => {
                let body = json!({"refused": {"code": no.code, "why": no.why}, "acted": acted});
                refusal = Some((StatusCode::CONFLICT, body));
                break;
            }
        }
    }
    face.save_world().await;
    match refusal {
        Some((status, body)) => (status, Json(body)).into_response(),
        None => Json(json!({"acted": acted})).into_response(),
    }
}

async fn list_faults(State(face): State<ServerState>) -> Json<Vec<ArmedFault>> {
    Json(face.world.lock().await.faults().to_vec())
}

async fn arm_faults(
    State(face): State<ServerState>,
    Json(faults): Json<OneOrMany<Fault>>,
) -> Json<Value> {
    let ids: Vec<u64> = {
        let mut world = face.world.lock().await;
        faults
            .into_vec()
            .into_iter()
            .map(|fault| world.arm(fault))
            .collect()
    };
    face.save_world().await;
    Json(json!({"ids": ids}))
}

#[derive(Deserialize)]
struct FaultQuery {
    id: Option<u64>,
}

async fn disarm_faults(
    State(face): State<ServerState>,
    Query(which): Query<FaultQuery>,
) -> Json<Value> {
    face.world.lock().await.disarm(which.id);
    face.save_world().await;
    Json(json!({}))
}

#[derive(Deserialize)]
struct LogQuery {
    /// Return only the calls after this number.
    after: Option<u64>,
    interface: Option<String>,
}

async fn list_calls(
    State(face): State<ServerState>,
    Query(query): Query<LogQuery>,
) -> Json<Vec<CallRecord>> {
    let world = face.world.lock().await;
    let wanted = |record: &&CallRecord| {
        query.after.is_none_or(|after| record.n > after)
            && query
                .interface
                .as_ref()
                .is_none_or(|interface| record.interface == *interface)
    };
    Json(world.log().filter(wanted).cloned().collect())
}

async fn clear_log(State(face): State<ServerState>) -> Json<Value> {
    face.world.lock().await.clear_log();
    Json(json!({}))
}

#[derive(Deserialize)]
struct MessageQuery {
    userid: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MessageReply {
    All(Vec<WorkMessage>),
    Of(Inbox),
}

async fn list_messages(
    State(face): State<ServerState>,
    Query(whose): Query<MessageQuery>,
) -> Json<MessageReply> {
    let world = face.world.lock().await;
    Json(match whose.userid {
        Some(userid) => MessageReply::Of(world.inbox(&userid)),
        None => MessageReply::All(world.messages().to_vec()),
    })
}

async fn list_deliveries(State(face): State<ServerState>) -> Json<Vec<Delivery>> {
    Json(face.world.lock().await.deliveries().cloned().collect())
}

async fn show_settings(State(face): State<ServerState>) -> Json<Settings> {
    Json(face.world.lock().await.settings().clone())
}

async fn change_settings(
    State(face): State<ServerState>,
    Json(change): Json<SettingsChange>,
) -> Response {
    let changed = face
        .world
        .lock()
        .await
        .change_settings(machine_time(), &change);
    if let Err(error) = changed {
        return refusal_response(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string());
    }
    face.save_world().await;
    show_settings(State(face)).await.into_response()
}

async fn show_subscription(State(face): State<ServerState>) -> Json<Option<EventSubscription>> {
    Json(face.world.lock().await.subscription().cloned())
}

/// Saves a subscription as the console's button 保存 does: pushes `check_url`, and saves only if the
/// reply decrypts to `success`.
async fn save_subscription(
    State(face): State<ServerState>,
    Json(subscription): Json<EventSubscription>,
) -> Response {
    match check_and_save(&face, subscription).await {
        Ok(()) => Json(json!({"saved": true})).into_response(),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            Json(json!({"saved": false, "error": error.to_string()})),
        )
            .into_response(),
    }
}

/// A subscription was not saved.
#[derive(Debug, thiserror::Error)]
pub(super) enum SubscriptionError {
    /// The keys do not have the documented form.
    #[error("token has 3 to 63 letters and digits, aes_key has 43")]
    Malformed,
    /// The push of `check_url` was not accepted.
    #[error("{}", describe_check(.0))]
    Unconfirmed(PushOutcome),
}

fn describe_check(outcome: &PushOutcome) -> String {
    match outcome {
        PushOutcome::Unreachable { why } => format!("check_url could not be delivered: {why}"),
        PushOutcome::Refused { status, why } => {
            format!("check_url was answered with {status}: {why}")
        }
        PushOutcome::Accepted => "check_url was not accepted".into(),
    }
}

/// Saves a subscription if the receiver answers its `check_url`.
///
/// # Errors
/// [`SubscriptionError`] if the keys are malformed or the answer is not `success`.
pub(super) async fn check_and_save(
    face: &ServerState,
    subscription: EventSubscription,
) -> Result<(), SubscriptionError> {
    if !subscription.is_well_formed() {
        return Err(SubscriptionError::Malformed);
    }
    let check = {
        let mut world = face.world.lock().await;
        let owner = world.settings().owner;
        world.check_url(machine_time(), subscription, owner)
    };
    let outcome = face.pusher.push(&check.push).await;
    let saved = face.world.lock().await.record_url_check(check, &outcome);
    face.save_world().await;
    if saved {
        Ok(())
    } else {
        Err(SubscriptionError::Unconfirmed(outcome))
    }
}

async fn delete_subscription(State(face): State<ServerState>) -> Json<Value> {
    face.world.lock().await.remove_subscription();
    face.save_world().await;
    Json(json!({}))
}

#[derive(Deserialize)]
struct HeldQuery {
    wait_ms: Option<u64>,
}

/// Returns as soon as a call is held. Returns 0 after `wait_ms` (30,000 by default).
async fn wait_for_held(
    State(face): State<ServerState>,
    Query(patience): Query<HeldQuery>,
) -> Json<Value> {
    let patience = Duration::from_millis(patience.wait_ms.unwrap_or(30_000).min(600_000));
    Json(json!({"held": face.holds.wait_for_held(patience).await}))
}

async fn release_held(State(face): State<ServerState>) -> Json<Value> {
    Json(json!({"released": face.holds.release_all()}))
}
