//! Handles one call: admission, faults, the interface, and the log.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use directory::Timestamp;
use serde_json::{Value, json};

use super::admission::method_of;
use super::call_log::CallRecord;
use super::fault::FaultKind;
use super::params::CallParams;
use super::reply::{self, ApiError, Host};
use super::routes::{ApiRoute, CORP_TOKEN, corp_of, find_route};
use super::{CallReply, World};

impl World {
    /// Handles one call of an API of either host. The caller's address is the request's `IpAddr`
    /// extension, or 127.0.0.1.
    pub fn call(&mut self, now: Timestamp, request: &http::Request<Bytes>) -> CallReply {
        self.land_due_writes(now);
        let path = request.uri().path();
        let route = find_route(path);
        let interface = route.map_or(path, |route| route.path);
        let faults = self.faults.fire_matching(interface, false, &mut self.rng);
        if !faults.is_empty() {
            self.mark_changed();
        }
        let mut answer = CallReply {
            response: http::Response::new(Bytes::new()),
            delay: Duration::from_millis(self.settings.latency_ms),
            fault: None,
            check: None,
        };
        self.narrow_view(&faults);
        let params = CallParams::read(request);
        let banned = self
            .meters
            .check_ban(now, self.settings.ban_calls, self.settings.ban_ms);
        let outcome = match self.spoil_call(now, route, &faults, banned) {
            Some((response, outcome)) => {
                answer.response = response;
                outcome
            }
            None => self.answer_call(now, route, request, params.as_ref(), &mut answer),
        };
        let outcome = super::fault_effects::spoil_reply(&faults, &mut answer, params.as_ref().ok())
            .unwrap_or(outcome);
        self.seen = super::CallView::default();
        let throttled =
            outcome.starts_with("88/9000") || outcome == "88/90018" || outcome.contains("QpsLimit");
        self.log.add(CallRecord {
            n: 0,
            at: now.millis(),
            interface: interface.to_owned(),
            outcome,
            throttled,
            subject: params.ok().and_then(|params| params.call_subject()),
            faults: faults
                .iter()
                .map(|fault| fault.kind)
                .collect::<Vec<FaultKind>>(),
        });
        answer
    }

    fn answer_call(
        &mut self,
        now: Timestamp,
        route: Option<&ApiRoute>,
        request: &http::Request<Bytes>,
        params: Result<&CallParams, &ApiError>,
        answer: &mut CallReply,
    ) -> String {
        let host = route.map_or_else(|| host_of(request.uri().path()), |route| route.host);
        let request_id = self.next_request_id(host);
        let result = match (route, params) {
            (None, _) => Err(unknown_path(request.uri().path(), host)),
            (_, Err(error)) => Err(error.clone()),
            (Some(route), Ok(params)) => self.run_handler(now, route, request, params),
        };
        answer.check = self.pending_check.take();
        match result {
            Ok(fields) => {
                answer.response = reply::success_response(host, fields, &request_id);
                "0".into()
            }
            Err(error) => {
                let error = error_for_host(host, error);
                answer.response = error.to_response(host, &request_id);
                error.logged_code()
            }
        }
    }

    fn run_handler(
        &mut self,
        now: Timestamp,
        route: &ApiRoute,
        request: &http::Request<Bytes>,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let ip = request
            .extensions()
            .get::<IpAddr>()
            .map_or_else(|| "127.0.0.1".into(), ToString::to_string);
        let token = match route.host {
            Host::New => request
                .headers()
                .get("x-acs-dingtalk-access-token")
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned),
            Host::Gateway | Host::Plain => params.text("access_token"),
        };
        self.check_admission(
            now,
            route,
            token.as_deref().filter(|token| !token.is_empty()),
            &ip,
        )?;
        match corp_of(request.uri().path()) {
            Some(corp) if route.path == CORP_TOKEN => self.get_corp_token(now, params, corp),
            _ => (route.handler)(self, now, params),
        }
    }

    pub(super) fn auth_infos(
        &mut self,
        _now: Timestamp,
        _params: &CallParams,
    ) -> Result<Value, ApiError> {
        Ok(json!({"orgName": self.company.name, "authLevel": 1}))
    }
}

fn host_of(path: &str) -> Host {
    if path.starts_with("/topapi/") {
        Host::Gateway
    } else if path.starts_with("/v1.0/") || path.starts_with("/v2.0/") {
        Host::New
    } else {
        Host::Plain
    }
}

fn unknown_path(path: &str, host: Host) -> ApiError {
    match host {
        Host::Gateway => ApiError::UnknownMethod(method_of(path)),
        Host::New => ApiError::new(
            404,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        ),
        Host::Plain => ApiError::from_code(404),
    }
}

/// Converts a handler's plain error to the form of the host that was called.
fn error_for_host(host: Host, error: ApiError) -> ApiError {
    match (host, error) {
        (Host::New, ApiError::Plain { message, .. }) => {
            ApiError::new(400, "invalidParameter", message)
        }
        (_, error) => error,
    }
}
