//! Proves by calls whether a module can work: permissions and the acting administrator. It costs one metered call per
//! interface and changes nothing.

use dingtalk::client::{AttendanceQuery, Client};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::UserId;
use jiff::civil::Date;

use crate::switch::Module;

/// What a probe found, interface by interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleProbe {
    /// Which module.
    pub module: Module,
    /// The permission or right that each call proves, and what came of it.
    pub found: Vec<(&'static str, ProbeOutcome)>,
}

/// What came of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// It answered.
    Proven,
    /// A permission is missing, or not published; with the link to ask for it.
    PermissionMissing {
        /// DingTalk's page.
        apply_link: String,
    },
    /// DingTalk refused the acting administrator: no right, or not in the company. The code is DingTalk's.
    ActingAdminRefused {
        /// DingTalk's code; `not_found` where it does not know the person.
        code: String,
    },
    /// The month's calls are used up.
    QuotaUsedUp,
    /// Nothing was proven: DingTalk was not reached, busy, or said something else.
    NotProven {
        /// The kind of trouble, as counters name it.
        key: &'static str,
    },
}

impl ModuleProbe {
    /// Whether everything was proven.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.found
            .iter()
            .all(|(_, outcome)| *outcome == ProbeOutcome::Proven)
    }
}

/// Probes a module in the name of this administrator, about one person and day.
pub async fn probe_module(
    client: &Client,
    module: Module,
    acting_admin: &UserId,
    sample: &UserId,
    day: Date,
) -> ModuleProbe {
    let people = std::slice::from_ref(sample);
    let query = AttendanceQuery {
        people,
        from: day,
        to: day,
        abroad: false,
    };
    let found = match module {
        Module::Attendance => vec![
            (
                "qyapi_get_attendance_data",
                outcome(client.list_punches(&query).await, false),
            ),
            (
                "qyapi_attendance_group_read",
                outcome(client.list_schedules(acting_admin, &query).await, true),
            ),
        ],
        Module::Leave => vec![(
            "qyapi_holiday_readonly",
            outcome(client.list_leave_types(acting_admin).await, true),
        )],
        Module::Approvals => vec![(
            "Workflow.Form.Read",
            outcome(client.list_managed_templates(acting_admin).await, true),
        )],
        // They ask DingTalk for nothing of their own.
        Module::Payroll | Module::SelfService | Module::Messages => Vec::new(),
    };
    ModuleProbe { module, found }
}

fn outcome<T>(answer: Result<T, DingTalkError>, acts: bool) -> ProbeOutcome {
    let Err(error) = answer else {
        return ProbeOutcome::Proven;
    };
    let key = error.trouble.counter_key();
    match error.trouble {
        DingTalkErrorKind::PermissionMissing { apply_link, .. } => {
            ProbeOutcome::PermissionMissing { apply_link }
        }
        DingTalkErrorKind::QuotaUsedUp => ProbeOutcome::QuotaUsedUp,
        DingTalkErrorKind::NotFound if acts => ProbeOutcome::ActingAdminRefused {
            code: "not_found".to_owned(),
        },
        DingTalkErrorKind::Refused { code } | DingTalkErrorKind::Unrecognised { code } if acts => {
            ProbeOutcome::ActingAdminRefused { code }
        }
        _ => ProbeOutcome::NotProven { key },
    }
}
