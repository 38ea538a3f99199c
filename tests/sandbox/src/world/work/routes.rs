//! The interfaces of attendance, leave and approvals, with their permissions. All are metered.

use super::super::World;
use super::super::reply::Host;
use super::super::routes::{ApiRoute, Handler};

const ATTENDANCE: &str = "qyapi_get_attendance_data";
const GROUPS: &str = "qyapi_attendance_group_read";
const LEAVE: &str = "qyapi_holiday_readonly";
const INSTANCES: &str = "Workflow.Instance.Read";
const FORMS: &str = "Workflow.Form.Read";

/// What an app needs for attendance, leave and approvals.
pub const WORK_PERMISSIONS: [&str; 5] = [ATTENDANCE, GROUPS, LEAVE, INSTANCES, FORMS];

const fn route(
    path: &'static str,
    host: Host,
    permission: &'static str,
    handler: Handler,
) -> ApiRoute {
    ApiRoute {
        path,
        host,
        needs_token: true,
        permission: Some(permission),
        metered: true,
        handler,
    }
}

/// The table.
pub(in crate::world) static WORK_ROUTES: &[ApiRoute] = &[
    route(
        "/attendance/list",
        Host::Plain,
        ATTENDANCE,
        World::list_attendance,
    ),
    route(
        "/attendance/listRecord",
        Host::Plain,
        ATTENDANCE,
        World::list_punch_records,
    ),
    route(
        "/topapi/attendance/schedule/listbyusers",
        Host::Gateway,
        GROUPS,
        World::list_schedules,
    ),
    route(
        "/topapi/attendance/shift/list",
        Host::Gateway,
        GROUPS,
        World::list_shifts,
    ),
    route(
        "/topapi/attendance/shift/query",
        Host::Gateway,
        GROUPS,
        World::read_shift,
    ),
    route(
        "/topapi/attendance/group/minimalism/list",
        Host::Gateway,
        GROUPS,
        World::list_attendance_groups,
    ),
    route(
        "/topapi/attendance/group/query",
        Host::Gateway,
        GROUPS,
        World::read_attendance_group,
    ),
    route(
        "/v1.0/attendance/holidays",
        Host::New,
        GROUPS,
        World::list_holidays,
    ),
    route(
        "/topapi/attendance/vacation/type/list",
        Host::Gateway,
        LEAVE,
        World::list_leave_types,
    ),
    route(
        "/topapi/attendance/vacation/quota/list",
        Host::Gateway,
        LEAVE,
        World::list_leave_quotas,
    ),
    route(
        "/v1.0/attendance/vacations/records/query",
        Host::New,
        LEAVE,
        World::list_leave_records,
    ),
    route(
        "/v1.0/workflow/processes/userVisibilities/templates",
        Host::New,
        FORMS,
        World::list_templates,
    ),
    route(
        "/v1.0/workflow/processes/managements/templates",
        Host::New,
        FORMS,
        World::list_managed_templates,
    ),
    route(
        "/v1.0/workflow/processes/instanceIds/query",
        Host::New,
        INSTANCES,
        World::list_instance_ids,
    ),
    route(
        "/v1.0/workflow/processInstances",
        Host::New,
        INSTANCES,
        World::read_instance,
    ),
];
