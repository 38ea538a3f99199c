//! Attendance, leave and approvals: what DingTalk holds of them, and their interfaces. Every one of them counts against the
//! monthly quota.

mod approvals;
mod attendance;
mod book;
mod checks;
mod groups;
mod leave;
mod routes;
mod schedules;

pub use book::{
    GroupRecord, HolidayRecord, InstanceRecord, LeaveTypeRecord, PlanRecord, PunchOutcome,
    PunchRecord, QuotaRecord, ShiftRecord, TemplateRecord, WorkBook,
};
pub use routes::WORK_PERMISSIONS;

pub(super) use routes::WORK_ROUTES;

use super::World;

impl World {
    /// Attendance, leave and approvals.
    #[must_use]
    pub fn work(&self) -> &WorkBook {
        &self.work
    }

    /// Changes attendance, leave and approvals: a generated month, a punch that comes late, an administrator who goes.
    pub fn edit_work(&mut self, change: impl FnOnce(&mut WorkBook)) {
        change(&mut self.work);
        self.mark_changed();
    }

    /// How many calls of this month counted against the quota.
    #[must_use]
    pub fn metered_calls(&self) -> u64 {
        self.meters.metered_calls()
    }
}
