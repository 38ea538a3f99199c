//! The interfaces: which path needs what, and the way of a call through the world.

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
use super::{CallReply, World};

/// What answers a call.
type Handler = fn(&mut World, Timestamp, &CallParams) -> Result<Value, ApiError>;

/// An interface.
pub(super) struct ApiRoute {
    pub(super) path: &'static str,
    pub(super) host: Host,
    pub(super) needs_token: bool,
    pub(super) permission: Option<&'static str>,
    /// Counts against the monthly quota.
    pub(super) metered: bool,
    handler: Handler,
}

const CORP_TOKEN: &str = "/v1.0/oauth2/{corpId}/token";
const DEPARTMENTS_PERMISSION: &str = "qyapi_get_department_list";
const MEMBERS_PERMISSION: &str = "qyapi_get_department_member";
const MEMBER_PERMISSION: &str = "qyapi_get_member";
const HRM_PERMISSION: &str = "qyapi_hrm_read_user";
const BASE_PERMISSION: &str = "qyapi_base";
const WRITE: &str = super::settings::WRITE_PERMISSION;

const fn free_route(path: &'static str, host: Host, handler: Handler) -> ApiRoute {
    ApiRoute {
        path,
        host,
        needs_token: false,
        permission: None,
        metered: false,
        handler,
    }
}

const fn contact_route(path: &'static str, permission: &'static str, handler: Handler) -> ApiRoute {
    ApiRoute {
        path,
        host: Host::Gateway,
        needs_token: true,
        permission: Some(permission),
        metered: false,
        handler,
    }
}

const fn plain_route(path: &'static str, permission: &'static str, handler: Handler) -> ApiRoute {
    ApiRoute {
        path,
        host: Host::Plain,
        needs_token: true,
        permission: Some(permission),
        metered: false,
        handler,
    }
}

const fn message_route(path: &'static str, handler: Handler) -> ApiRoute {
    ApiRoute {
        path,
        host: Host::Gateway,
        needs_token: true,
        permission: Some(BASE_PERMISSION),
        metered: true,
        handler,
    }
}

static ROUTES: &[ApiRoute] = &[
    free_route("/gettoken", Host::Plain, World::get_token),
    free_route(
        "/v1.0/oauth2/accessToken",
        Host::New,
        World::get_access_token,
    ),
    // The corp of the path is handed over by `World::carry_out`.
    free_route(CORP_TOKEN, Host::New, |world, now, params| {
        world.get_corp_token(now, params, "")
    }),
    plain_route("/auth/scopes", BASE_PERMISSION, World::auth_scopes),
    contact_route(
        "/topapi/v2/department/listsub",
        DEPARTMENTS_PERMISSION,
        World::list_subdepartments,
    ),
    contact_route(
        "/topapi/v2/department/listsubid",
        DEPARTMENTS_PERMISSION,
        World::list_subdepartment_ids,
    ),
    contact_route(
        "/topapi/v2/department/get",
        DEPARTMENTS_PERMISSION,
        World::department_get,
    ),
    contact_route(
        "/topapi/v2/department/listparentbydept",
        DEPARTMENTS_PERMISSION,
        World::list_parents_of_department,
    ),
    contact_route(
        "/topapi/v2/department/listparentbyuser",
        DEPARTMENTS_PERMISSION,
        World::list_parents_of_user,
    ),
    contact_route(
        "/topapi/v2/user/list",
        MEMBERS_PERMISSION,
        World::list_users,
    ),
    contact_route(
        "/topapi/user/listsimple",
        MEMBERS_PERMISSION,
        World::list_simple_users,
    ),
    contact_route(
        "/topapi/user/listid",
        MEMBER_PERMISSION,
        World::list_userids,
    ),
    contact_route("/topapi/v2/user/get", MEMBER_PERMISSION, World::get_user),
    contact_route(
        "/topapi/v2/user/getbymobile",
        "qyapi_get_member_by_mobile",
        World::get_user_by_mobile,
    ),
    contact_route(
        "/topapi/user/getbyunionid",
        MEMBER_PERMISSION,
        World::get_user_by_unionid,
    ),
    contact_route("/topapi/user/count", MEMBER_PERMISSION, World::count_users),
    contact_route(
        "/topapi/user/listadmin",
        MEMBER_PERMISSION,
        World::list_admins,
    ),
    contact_route(
        "/topapi/user/get_admin_scope",
        MEMBER_PERMISSION,
        World::admin_scope,
    ),
    contact_route(
        "/topapi/v2/department/create",
        WRITE,
        World::department_create,
    ),
    contact_route(
        "/topapi/v2/department/update",
        WRITE,
        World::department_update,
    ),
    contact_route(
        "/topapi/v2/department/delete",
        WRITE,
        World::department_delete,
    ),
    contact_route("/topapi/v2/user/create", WRITE, World::user_create),
    contact_route("/topapi/v2/user/update", WRITE, World::user_update),
    contact_route("/topapi/v2/user/delete", WRITE, World::user_delete),
    contact_route(
        "/topapi/role/list",
        DEPARTMENTS_PERMISSION,
        World::role_list,
    ),
    contact_route(
        "/topapi/smartwork/hrm/employee/queryonjob",
        HRM_PERMISSION,
        World::query_on_job,
    ),
    ApiRoute {
        metered: true,
        ..contact_route(
            "/topapi/smartwork/hrm/employee/v2/list",
            HRM_PERMISSION,
            World::query_legacy_roster,
        )
    },
    ApiRoute {
        host: Host::New,
        ..contact_route(
            "/v1.0/hrm/rosters/lists/query",
            HRM_PERMISSION,
            World::query_roster,
        )
    },
    plain_route(
        "/call_back/get_call_back_failed_result",
        BASE_PERMISSION,
        World::list_failed_events,
    ),
    plain_route(
        "/call_back/register_call_back",
        BASE_PERMISSION,
        World::register_callback,
    ),
    plain_route(
        "/call_back/update_call_back",
        BASE_PERMISSION,
        World::update_registration,
    ),
    plain_route(
        "/call_back/get_call_back",
        BASE_PERMISSION,
        World::get_registration,
    ),
    plain_route(
        "/call_back/delete_call_back",
        BASE_PERMISSION,
        World::delete_registration,
    ),
    message_route(
        "/topapi/message/corpconversation/asyncsend_v2",
        World::send_work_message,
    ),
    message_route(
        "/topapi/message/corpconversation/getsendprogress",
        World::send_progress,
    ),
    message_route(
        "/topapi/message/corpconversation/getsendresult",
        World::send_result,
    ),
    message_route("/topapi/message/corpconversation/recall", World::recall),
    ApiRoute {
        path: "/v1.0/contact/organizations/authInfos",
        host: Host::New,
        needs_token: true,
        permission: Some("Contact.Org.Read"),
        metered: false,
        handler: World::auth_infos,
    },
    plain_route("/user/get", MEMBER_PERMISSION, World::legacy_user),
    plain_route(
        "/department/list",
        DEPARTMENTS_PERMISSION,
        World::legacy_departments,
    ),
    plain_route(
        "/department/list_ids",
        DEPARTMENTS_PERMISSION,
        World::legacy_department_ids,
    ),
];

fn find_route(path: &str) -> Option<&'static ApiRoute> {
    let corp_token = corp_of(path).is_some();
    ROUTES
        .iter()
        .find(|route| route.path == path || (corp_token && route.path == CORP_TOKEN))
}

fn corp_of(path: &str) -> Option<&str> {
    let corp = path.strip_prefix("/v1.0/oauth2/")?.strip_suffix("/token")?;
    (!corp.is_empty() && !corp.contains('/')).then_some(corp)
}

impl World {
    /// One call of an API of either host. The caller's address is the request's `IpAddr` extension, or 127.0.0.1.
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

    fn auth_infos(&mut self, _now: Timestamp, _params: &CallParams) -> Result<Value, ApiError> {
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

/// A handler's plain error in the words of the host that was asked.
fn error_for_host(host: Host, error: ApiError) -> ApiError {
    match (host, error) {
        (Host::New, ApiError::Plain { message, .. }) => {
            ApiError::new(400, "invalidParameter", message)
        }
        (_, error) => error,
    }
}
