//! The effects of faults, before a call is handled and in its answer.

use std::time::Duration;

use bytes::Bytes;
use directory::Timestamp;
use serde_json::{Value, json};

use super::fault::{Fault, FaultKind};
use super::params::CallParams;
use super::reply::{self, Host};
use super::routes::ApiRoute;
use super::settings::BanPage;
use super::{CallReply, TransportFault, World};

const HTML: &str =
    "<!DOCTYPE html><html><head><title>钉钉</title></head><body><h1>系统维护中</h1></body></html>";
const BAN_HTML: &str =
    "<!DOCTYPE html><html><body><p>亲，访问被拒绝，请稍后再试。punish: deny</p></body></html>";

impl World {
    /// Applies faults that narrow what the call sees or that invalidate tokens.
    pub(super) fn narrow_view(&mut self, faults: &[Fault]) {
        for fault in faults {
            match fault.kind {
                FaultKind::ExpireToken => self.tokens.forget(),
                FaultKind::HideMobile => self.seen.mobile_hidden = true,
                FaultKind::LateEffect => self.seen.late_ms = Some(fault.ms.unwrap_or(5000)),
                FaultKind::ShrinkScope => {
                    self.seen.scope = Some(fault.scope.clone().unwrap_or_default());
                }
                _ => {}
            }
        }
    }

    /// Returns the answer that a fault or a ban gives instead of the interface, with its name in
    /// the log.
    pub(super) fn spoil_call(
        &mut self,
        now: Timestamp,
        route: Option<&ApiRoute>,
        faults: &[Fault],
        banned: bool,
    ) -> Option<(http::Response<Bytes>, String)> {
        for fault in faults {
            match fault.kind {
                FaultKind::Throttle => return self.throttle_call(now, route, fault),
                FaultKind::Error500 => {
                    return Some((
                        reply::raw_response(500, "text/html", HTML.into()),
                        "500".into(),
                    ));
                }
                FaultKind::Empty200 => {
                    return Some((
                        reply::raw_response(200, "application/json", String::new()),
                        "empty200".into(),
                    ));
                }
                FaultKind::Html200 => {
                    return Some((
                        reply::raw_response(200, "text/html;charset=UTF-8", HTML.into()),
                        "html200".into(),
                    ));
                }
                FaultKind::HtmlPage => {
                    let (status, of) = (fault.status.unwrap_or(200), fault.content_type.as_deref());
                    let page = reply::raw_response(status, of.unwrap_or("text/html"), HTML.into());
                    return Some((page, format!("html {status}")));
                }
                FaultKind::ErrorCode => return Some(error_code_reply(route, fault)),
                FaultKind::LostRequest => {
                    return Some((
                        reply::raw_response(200, "application/json", String::new()),
                        "lost_request".into(),
                    ));
                }
                FaultKind::BanPage => {
                    self.meters
                        .ban_all(now.millis() + fault.ms.unwrap_or(self.settings.ban_ms));
                    return Some(self.ban_page(fault.html));
                }
                _ => {}
            }
        }
        banned.then(|| self.ban_page(false))
    }

    fn throttle_call(
        &mut self,
        now: Timestamp,
        route: Option<&ApiRoute>,
        fault: &Fault,
    ) -> Option<(http::Response<Bytes>, String)> {
        let route = route?;
        let error = self.throttled_error(route, now, fault.code.as_deref().unwrap_or("90018"));
        let request_id = self.next_request_id(route.host);
        Some((
            error.to_response(route.host, &request_id),
            error.logged_code(),
        ))
    }

    fn ban_page(&mut self, html: bool) -> (http::Response<Bytes>, String) {
        let page = if html || self.settings.ban_page == BanPage::Html {
            reply::raw_response(200, "text/html;charset=UTF-8", BAN_HTML.into())
        } else {
            let uuid = self.next_request_id(Host::Plain);
            let body =
                json!({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": uuid});
            reply::json_response(200, &body)
        };
        (page, "banned".into())
    }
}

/// Applies faults to a finished answer. Returns the new outcome if it has changed.
pub(super) fn spoil_reply(
    faults: &[Fault],
    answer: &mut CallReply,
    params: Option<&CallParams>,
) -> Option<String> {
    let mut outcome = None;
    for fault in faults {
        let ms = |default: u64| {
            fault
                .ms
                .and_then(|ms| u64::try_from(ms).ok())
                .unwrap_or(default)
        };
        match fault.kind {
            FaultKind::LosePage => edit_body(answer, |body| lose_rows(body, |rows| rows / 2)),
            FaultKind::EmptyList => edit_body(answer, |body| lose_rows(body, |_| 0)),
            FaultKind::RepeatCursor => {
                let asked = params
                    .and_then(|params| params.int("cursor").ok().flatten())
                    .unwrap_or(0);
                edit_body(answer, |body| repeat_cursor(body, asked));
            }
            FaultKind::OddField => edit_body(answer, |body| spoil_field(body, fault)),
            FaultKind::RepeatRow => edit_body(answer, |body| repeat_row(body, fault)),
            FaultKind::TruncatedJson => {
                let body = answer.response.body();
                *answer.response.body_mut() = body.slice(..body.len() / 2);
                outcome = Some("truncated_json".into());
            }
            FaultKind::SlowBody => {
                answer.fault = Some(TransportFault::SlowBody(Duration::from_millis(ms(30_000))));
            }
            FaultKind::LostConnection | FaultKind::LostRequest | FaultKind::LateEffect => {
                answer.fault = Some(TransportFault::LostConnection);
                outcome = Some(lost_outcome(fault.kind).into());
            }
            FaultKind::Hold => answer.fault = Some(TransportFault::Hold),
            _ => {}
        }
    }
    outcome
}

/// Returns the name in the log of a call without an answer.
fn lost_outcome(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::LostRequest => "lost_request",
        FaultKind::LateEffect => "late_effect",
        _ => "lost_connection",
    }
}

fn edit_body(answer: &mut CallReply, change: impl FnOnce(&mut Value)) {
    if let Ok(mut body) = serde_json::from_slice::<Value>(answer.response.body()) {
        change(&mut body);
        *answer.response.body_mut() = Bytes::from(body.to_string());
    }
}

/// Drops rows of a list without any sign in the answer.
fn lose_rows(body: &mut Value, kept: impl Fn(usize) -> usize) {
    let result = &mut body["result"];
    if let Some(rows) = result.as_array_mut() {
        rows.truncate(kept(rows.len()));
        return;
    }
    for name in ["list", "data_list", "userid_list", "dept_id_list"] {
        if let Some(rows) = result.get_mut(name).and_then(Value::as_array_mut) {
            rows.truncate(kept(rows.len()));
        }
    }
    if let Some(page) = result.as_object_mut() {
        page.remove("next_cursor");
        if page.contains_key("has_more") {
            page.insert("has_more".into(), json!(false));
        }
    }
}

fn repeat_cursor(body: &mut Value, asked: i64) {
    if let Some(page) = body["result"].as_object_mut() {
        page.insert("next_cursor".into(), json!(asked));
        page.insert("has_more".into(), json!(true));
    }
}

/// A code that a fault names, in the form of the call's host.
fn error_code_reply(route: Option<&ApiRoute>, fault: &Fault) -> (http::Response<Bytes>, String) {
    let code = fault.code.clone().unwrap_or_else(|| "-1".into());
    let new_host = route.is_some_and(|route| route.host == Host::New);
    let mut body = if new_host {
        json!({"code": code, "requestid": "r", "message": "x"})
    } else {
        let errcode = code
            .parse()
            .map_or_else(|_| json!(code), |code: i64| json!(code));
        json!({"errcode": errcode, "errmsg": "x", "request_id": "r"})
    };
    if let Some(sub_code) = &fault.sub_code {
        body["sub_code"] = json!(sub_code);
    }
    let status = fault.status.unwrap_or(if new_host { 400 } else { 200 });
    (reply::json_response(status, &body), code)
}

/// Every row of an answer; the answer's content, or the answer itself, where it has none.
fn rows_of(body: &mut Value) -> Vec<&mut Value> {
    const LISTS: [&str; 2] = ["list", "failed_list"];
    let content = if body.get("result").is_some() {
        &mut body["result"]
    } else {
        body
    };
    let list = LISTS.iter().find(|name| content[**name].is_array());
    let rows = match list {
        Some(name) => &mut content[*name],
        None => content,
    };
    match rows {
        Value::Array(rows) => rows.iter_mut().collect(),
        row => vec![row],
    }
}

fn is_row_of(row: &Value, id: Option<&str>) -> bool {
    let is_id = |name: &str| match &row[name] {
        Value::String(text) => id == Some(text),
        Value::Number(number) => id == Some(&number.to_string()),
        _ => false,
    };
    id.is_none() || ["userid", "dept_id", "userId"].into_iter().any(is_id)
}

fn spoil_field(body: &mut Value, fault: &Fault) {
    let Some(field) = &fault.field else { return };
    let rows = rows_of(body).into_iter();
    for row in rows.filter(|row| is_row_of(row, fault.id.as_deref())) {
        let Some(fields) = row.as_object_mut() else {
            continue;
        };
        match &fault.value {
            Some(value) => _ = fields.insert(field.clone(), value.0.clone()),
            None => _ = fields.remove(field),
        }
    }
}

fn repeat_row(body: &mut Value, fault: &Fault) {
    let result = &mut body["result"];
    let rows = if result.is_array() {
        result.as_array_mut()
    } else {
        result.get_mut("list").and_then(Value::as_array_mut)
    };
    if let Some(rows) = rows
        && let Some(row) = rows
            .iter()
            .find(|row| is_row_of(row, fault.id.as_deref()))
            .cloned()
    {
        rows.push(row);
    }
}
