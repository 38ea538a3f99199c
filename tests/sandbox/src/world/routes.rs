//! The interfaces: which path needs what, and the way of a call through the world.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use directory::Timestamp;
use serde_json::{Value, json};

use super::fault::FaultKind;
use super::gate::method_of;
use super::log::CallRecord;
use super::params::Params;
use super::reply::{self, ApiError, Host};
use super::{Answer, World};

/// What answers a call.
type Handler = fn(&mut World, Timestamp, &Params) -> Result<Value, ApiError>;

/// An interface.
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) host: Host,
    pub(super) needs_token: bool,
    pub(super) permission: Option<&'static str>,
    /// Counts against the monthly quota (`dingtalk-api.md` §9.1).
    pub(super) metered: bool,
    handler: Handler,
}

const CORP_TOKEN: &str = "/v1.0/oauth2/{corpId}/token";
const DEPARTMENTS: &str = "qyapi_get_department_list";
const MEMBERS: &str = "qyapi_get_department_member";
const MEMBER: &str = "qyapi_get_member";
const HRM: &str = "qyapi_hrm_read_user";
const BASE: &str = "qyapi_base";
const WRITE: &str = super::settings::WRITE_PERMISSION;

const fn free(path: &'static str, host: Host, handler: Handler) -> Route {
    Route { path, host, needs_token: false, permission: None, metered: false, handler }
}

const fn contact(path: &'static str, permission: &'static str, handler: Handler) -> Route {
    Route { path, host: Host::Gateway, needs_token: true, permission: Some(permission), metered: false, handler }
}

const fn plain(path: &'static str, permission: &'static str, handler: Handler) -> Route {
    Route { path, host: Host::Plain, needs_token: true, permission: Some(permission), metered: false, handler }
}

const fn message(path: &'static str, handler: Handler) -> Route {
    Route { path, host: Host::Gateway, needs_token: true, permission: Some(BASE), metered: true, handler }
}

static ROUTES: &[Route] = &[
    free("/gettoken", Host::Plain, World::gettoken),
    free("/v1.0/oauth2/accessToken", Host::New, World::access_token),
    // The corp of the path is handed over by `World::carry_out`.
    free(CORP_TOKEN, Host::New, |world, now, params| world.corp_token(now, params, "")),
    plain("/auth/scopes", BASE, World::scopes),
    contact("/topapi/v2/department/listsub", DEPARTMENTS, World::listsub),
    contact("/topapi/v2/department/listsubid", DEPARTMENTS, World::listsubid),
    contact("/topapi/v2/department/get", DEPARTMENTS, World::department_get),
    contact("/topapi/v2/department/listparentbydept", DEPARTMENTS, World::listparentbydept),
    contact("/topapi/v2/department/listparentbyuser", DEPARTMENTS, World::listparentbyuser),
    contact("/topapi/v2/user/list", MEMBERS, World::user_list),
    contact("/topapi/user/listsimple", MEMBERS, World::listsimple),
    contact("/topapi/user/listid", MEMBER, World::listid),
    contact("/topapi/v2/user/get", MEMBER, World::user_get),
    contact("/topapi/v2/user/getbymobile", "qyapi_get_member_by_mobile", World::getbymobile),
    contact("/topapi/user/getbyunionid", MEMBER, World::getbyunionid),
    contact("/topapi/user/count", MEMBER, World::count),
    contact("/topapi/user/listadmin", MEMBER, World::listadmin),
    contact("/topapi/user/get_admin_scope", MEMBER, World::admin_scope),
    contact("/topapi/v2/department/create", WRITE, World::department_create),
    contact("/topapi/v2/department/update", WRITE, World::department_update),
    contact("/topapi/v2/department/delete", WRITE, World::department_delete),
    contact("/topapi/v2/user/create", WRITE, World::user_create),
    contact("/topapi/v2/user/update", WRITE, World::user_update),
    contact("/topapi/v2/user/delete", WRITE, World::user_delete),
    contact("/topapi/role/list", DEPARTMENTS, World::role_list),
    contact("/topapi/smartwork/hrm/employee/queryonjob", HRM, World::queryonjob),
    Route { metered: true, ..contact("/topapi/smartwork/hrm/employee/v2/list", HRM, World::employee_list) },
    Route { host: Host::New, ..contact("/v1.0/hrm/rosters/lists/query", HRM, World::roster) },
    plain("/call_back/get_call_back_failed_result", BASE, World::failed_result),
    plain("/call_back/register_call_back", BASE, World::register),
    plain("/call_back/update_call_back", BASE, World::update_registration),
    plain("/call_back/get_call_back", BASE, World::get_registration),
    plain("/call_back/delete_call_back", BASE, World::delete_registration),
    message("/topapi/message/corpconversation/asyncsend_v2", World::asyncsend),
    message("/topapi/message/corpconversation/getsendprogress", World::send_progress),
    message("/topapi/message/corpconversation/getsendresult", World::send_result),
    message("/topapi/message/corpconversation/recall", World::recall),
    Route {
        path: "/v1.0/contact/organizations/authInfos",
        host: Host::New,
        needs_token: true,
        permission: Some("Contact.Org.Read"),
        metered: false,
        handler: World::auth_infos,
    },
    plain("/user/get", MEMBER, World::legacy_user),
    plain("/department/list", DEPARTMENTS, World::legacy_departments),
    plain("/department/list_ids", DEPARTMENTS, World::legacy_department_ids),
];

fn route(path: &str) -> Option<&'static Route> {
    let corp_token = corp_of(path).is_some();
    ROUTES.iter().find(|route| route.path == path || (corp_token && route.path == CORP_TOKEN))
}

fn corp_of(path: &str) -> Option<&str> {
    let corp = path.strip_prefix("/v1.0/oauth2/")?.strip_suffix("/token")?;
    (!corp.is_empty() && !corp.contains('/')).then_some(corp)
}

impl World {
    /// One call of an API of either host. The caller's address is the request's `IpAddr` extension, or 127.0.0.1.
    pub fn call(&mut self, now: Timestamp, request: &http::Request<Bytes>) -> Answer {
        self.settle(now);
        let path = request.uri().path();
        let route = route(path);
        let interface = route.map_or(path, |route| route.path);
        let faults = self.faults.fire(interface, false, &mut self.rng);
        if !faults.is_empty() {
            self.touch();
        }
        let mut answer = Answer {
            response: http::Response::new(Bytes::new()),
            delay: Duration::from_millis(self.settings.latency_ms),
            fault: None,
            check: None,
        };
        self.see(&faults);
        let params = Params::read(request);
        let banned = self.meters.banned(now, self.settings.ban_calls, self.settings.ban_ms);
        let outcome = match self.spoiled(now, route, &faults, banned) {
            Some((response, outcome)) => {
                answer.response = response;
                outcome
            }
            None => self.carry_out(now, route, request, params.as_ref(), &mut answer),
        };
        let outcome = super::spoil::after(&faults, &mut answer, params.as_ref().ok()).unwrap_or(outcome);
        self.seen = super::Seen::default();
        let throttled = outcome.starts_with("88/9000") || outcome == "88/90018" || outcome.contains("QpsLimit");
        self.log.add(CallRecord {
            n: 0,
            at: now.millis(),
            interface: interface.to_owned(),
            outcome,
            throttled,
            subject: params.ok().and_then(|params| params.subject()),
            faults: faults.iter().map(|fault| fault.kind).collect::<Vec<FaultKind>>(),
        });
        answer
    }

    fn carry_out(
        &mut self,
        now: Timestamp,
        route: Option<&Route>,
        request: &http::Request<Bytes>,
        params: Result<&Params, &ApiError>,
        answer: &mut Answer,
    ) -> String {
        let host = route.map_or_else(|| host_of(request.uri().path()), |route| route.host);
        let request_id = self.request_id(host);
        let result = match (route, params) {
            (None, _) => Err(unknown(request.uri().path(), host)),
            (_, Err(error)) => Err(error.clone()),
            (Some(route), Ok(params)) => self.handle(now, route, request, params),
        };
        answer.check = self.pending_check.take();
        match result {
            Ok(fields) => {
                answer.response = reply::success(host, fields, &request_id);
                "0".into()
            }
            Err(error) => {
                let error = in_form_of(host, error);
                answer.response = error.response(host, &request_id);
                error.code()
            }
        }
    }

    fn handle(
        &mut self,
        now: Timestamp,
        route: &Route,
        request: &http::Request<Bytes>,
        params: &Params,
    ) -> Result<Value, ApiError> {
        let ip = request.extensions().get::<IpAddr>().map_or_else(|| "127.0.0.1".into(), ToString::to_string);
        let token = match route.host {
            Host::New => {
                request.headers().get("x-acs-dingtalk-access-token").and_then(|v| v.to_str().ok()).map(str::to_owned)
            }
            Host::Gateway | Host::Plain => params.text("access_token"),
        };
        self.admit(now, route, token.as_deref().filter(|token| !token.is_empty()), &ip)?;
        match corp_of(request.uri().path()) {
            Some(corp) if route.path == CORP_TOKEN => self.corp_token(now, params, corp),
            _ => (route.handler)(self, now, params),
        }
    }

    fn auth_infos(&mut self, _now: Timestamp, _params: &Params) -> Result<Value, ApiError> {
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

fn unknown(path: &str, host: Host) -> ApiError {
    match host {
        Host::Gateway => ApiError::UnknownMethod(method_of(path)),
        Host::New => ApiError::new(
            404,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        ),
        Host::Plain => ApiError::plain(404),
    }
}

/// A handler's plain error in the words of the host that was asked.
fn in_form_of(host: Host, error: ApiError) -> ApiError {
    match (host, error) {
        (Host::New, ApiError::Plain { message, .. }) => ApiError::new(400, "invalidParameter", message),
        (_, error) => error,
    }
}
