//! The administration under `/__sandbox/`: what tests use to act, to misbehave and to compare. JSON in and out.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::machine_time;
use super::server::Face;
use crate::world::{
    Act, Acted, ArmedFault, CallRecord, Delivery, Fault, Inbox, Message, PushOutcome, Settings, SettingsChange,
    Subscription, Summary, Truth,
};

pub(super) fn routes() -> Router<Face> {
    Router::new()
        .route("/__sandbox/state", get(state))
        .route("/__sandbox/world", get(world))
        .route("/__sandbox/acts", post(acts))
        .route("/__sandbox/faults", get(faults).post(arm).delete(disarm))
        .route("/__sandbox/log", get(log).delete(clear_log))
        .route("/__sandbox/messages", get(messages))
        .route("/__sandbox/events", get(events))
        .route("/__sandbox/settings", get(settings).post(change_settings))
        .route("/__sandbox/subscription", get(subscription).post(subscribe).delete(unsubscribe))
        .route("/__sandbox/held", get(held))
        .route("/__sandbox/release", post(release))
}

/// One or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Some1<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> Some1<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(many) => many,
            Self::One(one) => vec![one],
        }
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({"error": why}))).into_response()
}

async fn state(State(face): State<Face>) -> Json<Summary> {
    Json(face.world.lock().await.summary(machine_time()))
}

async fn world(State(face): State<Face>) -> Json<Truth> {
    Json(face.world.lock().await.truth())
}

/// Answers `{"acted":[…]}`; a refusal is 409 with the code, and what was done before it stays done.
async fn acts(State(face): State<Face>, Json(acts): Json<Value>) -> Response {
    // Not an untagged enum: its message would not say which field of which act is wrong.
    let acts = match acts {
        Value::Array(acts) => acts,
        one => vec![one],
    };
    let mut acted: Vec<Acted> = Vec::new();
    let mut refusal = None;
    for act in acts {
        let act: Act = match serde_json::from_value(act) {
            Ok(act) => act,
            Err(error) => {
                refusal = Some((StatusCode::UNPROCESSABLE_ENTITY, json!({"error": error.to_string(), "acted": acted})));
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
    face.keep().await;
    match refusal {
        Some((status, body)) => (status, Json(body)).into_response(),
        None => Json(json!({"acted": acted})).into_response(),
    }
}

async fn faults(State(face): State<Face>) -> Json<Vec<ArmedFault>> {
    Json(face.world.lock().await.faults().to_vec())
}

async fn arm(State(face): State<Face>, Json(faults): Json<Some1<Fault>>) -> Json<Value> {
    let ids: Vec<u64> = {
        let mut world = face.world.lock().await;
        faults.into_vec().into_iter().map(|fault| world.arm(fault)).collect()
    };
    face.keep().await;
    Json(json!({"ids": ids}))
}

#[derive(Deserialize)]
struct Which {
    id: Option<u64>,
}

async fn disarm(State(face): State<Face>, Query(which): Query<Which>) -> Json<Value> {
    face.world.lock().await.disarm(which.id);
    face.keep().await;
    Json(json!({}))
}

#[derive(Deserialize)]
struct LogQuery {
    /// Only calls after this number.
    after: Option<u64>,
    interface: Option<String>,
}

async fn log(State(face): State<Face>, Query(query): Query<LogQuery>) -> Json<Vec<CallRecord>> {
    let world = face.world.lock().await;
    let wanted = |record: &&CallRecord| {
        query.after.is_none_or(|after| record.n > after)
            && query.interface.as_ref().is_none_or(|interface| record.interface == *interface)
    };
    Json(world.log().filter(wanted).cloned().collect())
}

async fn clear_log(State(face): State<Face>) -> Json<Value> {
    face.world.lock().await.clear_log();
    Json(json!({}))
}

#[derive(Deserialize)]
struct Whose {
    userid: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Mail {
    All(Vec<Message>),
    Of(Inbox),
}

async fn messages(State(face): State<Face>, Query(whose): Query<Whose>) -> Json<Mail> {
    let world = face.world.lock().await;
    Json(match whose.userid {
        Some(userid) => Mail::Of(world.inbox(&userid)),
        None => Mail::All(world.messages().to_vec()),
    })
}

async fn events(State(face): State<Face>) -> Json<Vec<Delivery>> {
    Json(face.world.lock().await.deliveries().cloned().collect())
}

async fn settings(State(face): State<Face>) -> Json<Settings> {
    Json(face.world.lock().await.settings().clone())
}

async fn change_settings(State(face): State<Face>, Json(change): Json<SettingsChange>) -> Response {
    let changed = face.world.lock().await.change_settings(machine_time(), &change);
    if let Err(error) = changed {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string());
    }
    face.keep().await;
    settings(State(face)).await.into_response()
}

async fn subscription(State(face): State<Face>) -> Json<Option<Subscription>> {
    Json(face.world.lock().await.subscription().cloned())
}

/// The console's 保存: pushes `check_url`, and saves only if the reply decrypts to `success`.
async fn subscribe(State(face): State<Face>, Json(subscription): Json<Subscription>) -> Response {
    match save(&face, subscription).await {
        Ok(()) => Json(json!({"saved": true})).into_response(),
        Err(why) => (StatusCode::BAD_REQUEST, Json(json!({"saved": false, "error": why}))).into_response(),
    }
}

/// Saves a subscription if its `check_url` is answered; the reason where it is not.
pub(super) async fn save(face: &Face, subscription: Subscription) -> Result<(), String> {
    if !subscription.is_well_formed() {
        return Err("token 为 3 到 63 位字母和数字，aes_key 为 43 位".into());
    }
    let check = {
        let mut world = face.world.lock().await;
        let owner = world.settings().owner;
        world.check_url(machine_time(), subscription, owner)
    };
    let outcome = face.pusher.push(&check.push).await;
    let saved = face.world.lock().await.checked(check, &outcome);
    face.keep().await;
    match outcome {
        _ if saved => Ok(()),
        PushOutcome::Unreachable { why } => Err(format!("check_url could not be delivered: {why}")),
        PushOutcome::Refused { status, why } => Err(format!("check_url was answered with {status}: {why}")),
        PushOutcome::Accepted => Err("check_url was not accepted".into()),
    }
}

async fn unsubscribe(State(face): State<Face>) -> Json<Value> {
    face.world.lock().await.unsubscribe();
    face.keep().await;
    Json(json!({}))
}

#[derive(Deserialize)]
struct Patience {
    wait_ms: Option<u64>,
}

/// Answers as soon as a call is held, or after `wait_ms` (30,000) with 0.
async fn held(State(face): State<Face>, Query(patience): Query<Patience>) -> Json<Value> {
    let patience = Duration::from_millis(patience.wait_ms.unwrap_or(30_000).min(600_000));
    Json(json!({"held": face.holds.wait(patience).await}))
}

async fn release(State(face): State<Face>) -> Json<Value> {
    Json(json!({"released": face.holds.release()}))
}
