//! OA approvals: templates, and instances with their form values. Every call counts against the month's quota.

mod instances;
mod templates;

pub use instances::{
    ApprovalAction, ApprovalInstance, ApprovalStatus, ApprovalTask, FormValue, INSTANCE_USERS_MAX,
    INSTANCE_WINDOW_DAYS, InstanceIdsPage, InstanceQuery,
};
pub use templates::{ApprovalTemplate, ManagedTemplate, TemplatesPage};

#[cfg(test)]
mod tests;
