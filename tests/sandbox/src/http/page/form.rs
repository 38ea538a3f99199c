//! Handles the forms of the page.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};

use super::faults::KINDS;
use super::language::PageLanguage;
use crate::http::admin::{SubscriptionError, check_and_save};
use crate::http::clock::machine_time;
use crate::http::server::ServerState;
use crate::world::{
    Act, EventSubscription, Fault, PERMISSIONS, PersonChanges, SettingsChange, percent_encode,
    query_pairs,
};

type Fields = HashMap<String, String>;

/// Returns the fields of the form, or `None` if a page of another site sent it.
fn form_fields(
    face: &ServerState,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<Vec<(String, String)>> {
    let origin = headers
        .get(http::header::ORIGIN)
        .and_then(|origin| origin.to_str().ok());
    let port = face.url.rsplit(':').next().unwrap_or_default();
    let ours = [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ];
    if origin.is_some_and(|origin| !ours.iter().any(|our| our == origin)) {
        return None;
    }
    Some(query_pairs(&String::from_utf8_lossy(body)))
}

pub(super) async fn submit_act(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(pairs) = form_fields(&face, &headers, &body) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let fields: Fields = pairs.into_iter().collect();
    let Some(act) = parse_act(&fields) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let back = match &act {
        Act::Leave { .. }
        | Act::Hire { .. }
        | Act::Rehire { .. }
        | Act::AcceptInvitation { .. }
        | Act::DeclineInvitation { .. } => "/?".to_owned(),
        _ => match fields.get("userid") {
            Some(userid) => format!("/__sandbox/page/person?userid={}&", percent_encode(userid)),
            None => "/__sandbox/page/departments?".to_owned(),
        },
    };
    let acted = face.world.lock().await.act(machine_time(), act);
    face.save_world().await;
    match acted {
        Ok(_) => Redirect::to(back.trim_end_matches(['?', '&'])).into_response(),
        Err(refusal) => Redirect::to(&format!(
            "{back}refused={}",
            percent_encode(&language.refusal(&refusal))
        ))
        .into_response(),
    }
}

fn parse_act(fields: &Fields) -> Option<Act> {
    let text = |name: &str| {
        fields
            .get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let dept = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
    let userid = text("userid").unwrap_or_default();
    Some(match fields.get("act")?.as_str() {
        "hire" => Act::Hire {
            name: text("name")?,
            departments: dept("dept").into_iter().collect(),
            fields: Box::default(),
            userid: None,
        },
        "rename" => Act::Rename {
            userid,
            name: text("name")?,
        },
        "move" => Act::Move {
            userid,
            departments: vec![dept("dept")?],
        },
        "promote" => Act::Promote {
            userid,
            title: text("title")?,
            dept_id: None,
        },
        "leave" => Act::Leave { userid },
        "rehire" => Act::Rehire {
            userid,
            same_userid: text("same").is_some(),
            departments: Vec::new(),
        },
        "accept_invitation" => Act::AcceptInvitation { userid },
        "decline_invitation" => Act::DeclineInvitation { userid },
        "set_manager" => Act::SetManager {
            userid,
            manager: text("manager"),
        },
        "set_employment" => Act::SetEmployment {
            userid,
            employee_type: text("employee_type")?.parse().ok()?,
        },
        "change_mobile" => {
            let fields = Box::new(PersonChanges {
                mobile: Some(text("mobile")?),
                ..PersonChanges::default()
            });
            Act::Change { userid, fields }
        }
        _ => return parse_department_act(fields),
    })
}

fn parse_department_act(fields: &Fields) -> Option<Act> {
    let name = || {
        fields
            .get("name")
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let dept = |field: &str| fields.get(field)?.trim().parse::<i64>().ok();
    Some(match fields.get("act")?.as_str() {
        "create_department" => Act::CreateDepartment {
            name: name()?,
            parent_id: dept("dept")?,
        },
        "rename_department" => Act::RenameDepartment {
            dept_id: dept("dept")?,
            name: name()?,
        },
        "move_department" => Act::MoveDepartment {
            dept_id: dept("dept")?,
            parent_id: dept("to")?,
        },
        "merge_departments" => Act::MergeDepartments {
            from: dept("dept")?,
            into: dept("to")?,
        },
        "delete_department" => Act::DeleteDepartment {
            dept_id: dept("dept")?,
        },
        _ => return None,
    })
}

pub(super) async fn submit_fault(
    State(face): State<ServerState>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(pairs) = form_fields(&face, &headers, &body) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let fields: Fields = pairs.into_iter().collect();
    let number = |name: &str| fields.get(name).and_then(|text| text.parse::<u64>().ok());
    if fields.contains_key("release") {
        face.holds.release_all();
    } else if fields.contains_key("clear") {
        face.world.lock().await.disarm(number("id"));
    } else if let Some((kind, ..)) = KINDS
        .iter()
        .find(|(_, key, ..)| fields.get("kind").is_some_and(|kind| kind == key))
    {
        let mut fault = Fault::new(*kind)
            .after(number("after").unwrap_or(0))
            .times(number("times"));
        fault.interface = fields
            .get("interface")
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty());
        face.world.lock().await.arm(fault);
    } else {
        return StatusCode::BAD_REQUEST.into_response();
    }
    face.save_world().await;
    Redirect::to("/__sandbox/page/faults").into_response()
}

pub(super) async fn submit_subscription(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(pairs) = form_fields(&face, &headers, &body) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let mut fields: Fields = pairs.into_iter().collect();
    let mut take = |name: &str| fields.remove(name).unwrap_or_default().trim().to_owned();
    let subscription = EventSubscription {
        url: take("url"),
        token: take("token"),
        aes_key: take("aes_key"),
        tags: Vec::new(),
    };
    let query = match check_and_save(&face, subscription).await {
        Ok(()) => String::new(),
        Err(error) => format!(
            "?refused={}",
            percent_encode(&describe_failure(language, &error))
        ),
    };
    Redirect::to(&format!("/__sandbox/page/events{query}")).into_response()
}

fn describe_failure(language: PageLanguage, error: &SubscriptionError) -> String {
    match error {
        SubscriptionError::Malformed => language
            .pick(
                "Token 为 3 到 63 位字母和数字，aes_key 为 43 位",
                "the token has 3 to 63 letters and digits, the aes_key has 43",
            )
            .to_owned(),
        SubscriptionError::Unconfirmed(outcome) => {
            let why = language.push_failure(outcome);
            language.pick(
                format!("check_url 没有确认：{why}"),
                format!("check_url was not confirmed: {why}"),
            )
        }
    }
}

pub(super) async fn submit_permissions(
    State(face): State<ServerState>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(on) = form_fields(&face, &headers, &body) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let (grant, revoke) = PERMISSIONS
        .iter()
        .map(|code| (*code).to_owned())
        .partition(|code| on.iter().any(|(name, value)| name == "on" && value == code));
    let change = SettingsChange {
        grant,
        revoke,
        ..SettingsChange::default()
    };
    let changed = face
        .world
        .lock()
        .await
        .change_settings(machine_time(), &change);
    face.save_world().await;
    match changed {
        Ok(()) => Redirect::to("/__sandbox/page/settings").into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
