//! The table of interfaces with their requirements, and the handling of a call.

use directory::Timestamp;
use serde_json::Value;

use super::World;
use super::params::CallParams;
use super::reply::{ApiError, Host};

/// Function that answers a call.
pub(super) type Handler = fn(&mut World, Timestamp, &CallParams) -> Result<Value, ApiError>;

/// An interface of DingTalk.
pub(super) struct ApiRoute {
    pub(super) path: &'static str,
    pub(super) host: Host,
    pub(super) needs_token: bool,
    pub(super) permission: Option<&'static str>,
    /// Counts against the monthly quota.
    pub(super) metered: bool,
    pub(super) handler: Handler,
}

pub(super) const CORP_TOKEN: &str = "/v1.0/oauth2/{corpId}/token";
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
    // `World::carry_out` passes the corp of the path on.
    free_route(CORP_TOKEN, Host::New, |world, now, params| {
        world.get_corp_token(now, params, "")
    }),
    free_route(
        "/v1.0/gateway/connections/open",
        Host::New,
        World::open_stream,
    ),
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
    contact_route(
        "/topapi/smartwork/hrm/roster/meta/get",
        HRM_PERMISSION,
        World::roster_layout,
    ),
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

pub(super) fn find_route(path: &str) -> Option<&'static ApiRoute> {
    let corp_token = corp_of(path).is_some();
    ROUTES
        .iter()
        .chain(super::work::WORK_ROUTES)
        .find(|route| route.path == path || (corp_token && route.path == CORP_TOKEN))
}

pub(super) fn corp_of(path: &str) -> Option<&str> {
    let corp = path.strip_prefix("/v1.0/oauth2/")?.strip_suffix("/token")?;
    (!corp.is_empty() && !corp.contains('/')).then_some(corp)
}
