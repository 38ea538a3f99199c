//! The modules of a binding: what each needs, and which are on.

use std::collections::{BTreeMap, BTreeSet};

use directory::UserId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::quota::QuotaDomain;

/// A module (功能模块).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// 考勤.
    Attendance,
    /// 假期.
    Leave,
    /// 审批.
    Approvals,
    /// 薪资数据.
    Payroll,
    /// 员工自助.
    SelfService,
    /// 消息.
    Messages,
}

/// What an acting administrator must have the right to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActingRight {
    /// 考勤管理员.
    Attendance,
    /// An administrator with rights to OA approval.
    Approval,
}

/// What a module needs before it can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleNeeds {
    /// Permission points. Which of them count only once a version of the app is published is not listed anywhere: both
    /// causes are named.
    pub permissions: &'static [&'static str],
    /// The right of the acting administrator.
    pub acting: Option<ActingRight>,
    /// Modules that have to be on.
    pub modules: &'static [Module],
    /// What it spends.
    pub domains: &'static [QuotaDomain],
    /// Whether it needs the AgentId.
    pub agent_id: bool,
}

impl Module {
    /// Every module.
    pub const ALL: &'static [Self] = &[
        Self::Attendance,
        Self::Leave,
        Self::Approvals,
        Self::Payroll,
        Self::SelfService,
        Self::Messages,
    ];

    /// The word on the command line and in stored settings.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Attendance => "attendance",
            Self::Leave => "leave",
            Self::Approvals => "approvals",
            Self::Payroll => "payroll",
            Self::SelfService => "self-service",
            Self::Messages => "messages",
        }
    }

    /// The id of its name in the catalogue.
    #[must_use]
    pub fn text_id(self) -> String {
        format!("module-{}", self.key())
    }

    /// The module of this word.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|module| module.key() == key)
    }

    /// What it needs.
    #[must_use]
    pub fn needs(self) -> ModuleNeeds {
        use QuotaDomain as D;
        let nothing = ModuleNeeds {
            permissions: &[],
            acting: None,
            modules: &[],
            domains: &[],
            agent_id: false,
        };
        match self {
            Self::Attendance => ModuleNeeds {
                permissions: &["qyapi_get_attendance_data", "qyapi_attendance_group_read"],
                acting: Some(ActingRight::Attendance),
                domains: &[D::Rules, D::Schedules, D::Results, D::Punches, D::Holidays],
                ..nothing
            },
            Self::Leave => ModuleNeeds {
                permissions: &["qyapi_holiday_readonly"],
                acting: Some(ActingRight::Approval),
                domains: &[D::Rules, D::Balances],
                ..nothing
            },
            Self::Approvals => ModuleNeeds {
                permissions: &["Workflow.Instance.Read", "Workflow.Form.Read"],
                acting: Some(ActingRight::Approval),
                domains: &[D::Requests],
                ..nothing
            },
            // Leave and overtime count by the requests.
            Self::Payroll => ModuleNeeds {
                modules: &[Self::Attendance, Self::Leave, Self::Approvals],
                ..nothing
            },
            // The sign-in is exempt from the quota.
            Self::SelfService => ModuleNeeds {
                permissions: &["qyapi_base"],
                ..nothing
            },
            Self::Messages => ModuleNeeds {
                permissions: &["qyapi_base"],
                domains: &[D::Messages],
                agent_id: true,
                ..nothing
            },
        }
    }
}

/// A module that is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleState {
    /// The first day of which facts are read.
    pub history_from: Date,
    /// In whose name DingTalk is asked, where the module needs that.
    pub acting_admin: Option<UserId>,
}

/// The modules that are on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModuleSwitches(BTreeMap<Module, ModuleState>);

/// What a binding has, as far as it was proven.
#[derive(Debug, Clone, Default)]
pub struct Granted {
    /// Permission points that a call proved.
    pub permissions: BTreeSet<String>,
    /// Rights of people that a call proved.
    pub acting: BTreeMap<UserId, BTreeSet<ActingRight>>,
    /// Whether there is an AgentId.
    pub agent_id: bool,
}

/// Why a module is not switched on, or not off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchTrouble {
    /// A permission is not proven: not granted, or granted in a version of the app that is not published.
    #[error("the permission {0} is not granted, or not published with a version of the app")]
    PermissionMissing(&'static str),
    /// It names nobody in whose name DingTalk is asked.
    #[error("it names no acting administrator")]
    NoActingAdmin(ActingRight),
    /// Whoever it names lacks the right, or is not in the company any more.
    #[error("the acting administrator lacks the right, or has left")]
    ActingAdminLacks(ActingRight),
    /// Another module has to be on first.
    #[error("the module {} has to be on", .0.key())]
    NeedsModule(Module),
    /// Another module that is on needs it.
    #[error("the module {} needs it", .0.key())]
    NeededBy(Module),
    /// It needs the AgentId.
    #[error("it needs the AgentId")]
    NoAgentId,
}

impl SwitchTrouble {
    /// The id of its sentence in the catalogue, which takes the `permission` or the `module`'s name.
    #[must_use]
    pub fn text_id(&self) -> &'static str {
        match self {
            Self::PermissionMissing(_) => "switch-permission-missing",
            Self::NoActingAdmin(_) => "switch-no-acting-admin",
            Self::ActingAdminLacks(_) => "switch-acting-admin-lacks",
            Self::NeedsModule(_) => "switch-needs-module",
            Self::NeededBy(_) => "switch-needed-by",
            Self::NoAgentId => "switch-no-agent-id",
        }
    }
}

impl ModuleSwitches {
    /// The state of a module that is on.
    #[must_use]
    pub fn get(&self, module: Module) -> Option<&ModuleState> {
        self.0.get(&module)
    }

    /// The modules that are on.
    pub fn on(&self) -> impl Iterator<Item = (Module, &ModuleState)> {
        self.0.iter().map(|(module, state)| (*module, state))
    }

    /// Switches a module on, or changes its state.
    ///
    /// # Errors
    /// Everything that is in the way. Nothing has changed then.
    pub fn switch_on(
        &mut self,
        module: Module,
        state: ModuleState,
        granted: &Granted,
    ) -> Result<(), Vec<SwitchTrouble>> {
        let troubles = self.find_troubles(module, &state, granted);
        if troubles.is_empty() {
            self.0.insert(module, state);
            return Ok(());
        }
        Err(troubles)
    }

    /// Switches a module off. What it has read stays.
    ///
    /// # Errors
    /// The modules that need it.
    pub fn switch_off(&mut self, module: Module) -> Result<(), Vec<SwitchTrouble>> {
        let needing = self
            .0
            .keys()
            .filter(|one| one.needs().modules.contains(&module));
        let needing: Vec<SwitchTrouble> =
            needing.map(|one| SwitchTrouble::NeededBy(*one)).collect();
        if needing.is_empty() {
            self.0.remove(&module);
            return Ok(());
        }
        Err(needing)
    }

    /// The modules that ask DingTalk in the name of this person: they are to be told when the person leaves.
    #[must_use]
    pub fn acted_for_by(&self, user: &UserId) -> Vec<Module> {
        let acts = |state: &ModuleState| state.acting_admin.as_ref() == Some(user);
        let named = self.0.iter().filter(|(_, state)| acts(state));
        named.map(|(module, _)| *module).collect()
    }

    /// What is in the way of a module.
    #[must_use]
    pub fn find_troubles(
        &self,
        module: Module,
        state: &ModuleState,
        granted: &Granted,
    ) -> Vec<SwitchTrouble> {
        let needs = module.needs();
        let mut troubles = Vec::new();
        let missing = needs
            .permissions
            .iter()
            .filter(|one| !granted.permissions.contains(**one));
        troubles.extend(missing.map(|one| SwitchTrouble::PermissionMissing(one)));
        if let Some(right) = needs.acting {
            let rights = state
                .acting_admin
                .as_ref()
                .map(|user| granted.acting.get(user));
            match rights {
                None => troubles.push(SwitchTrouble::NoActingAdmin(right)),
                Some(Some(rights)) if rights.contains(&right) => {}
                Some(_) => troubles.push(SwitchTrouble::ActingAdminLacks(right)),
            }
        }
        let off = needs.modules.iter().filter(|one| !self.0.contains_key(one));
        troubles.extend(off.map(|one| SwitchTrouble::NeedsModule(*one)));
        if needs.agent_id && !granted.agent_id {
            troubles.push(SwitchTrouble::NoAgentId);
        }
        troubles
    }
}

#[cfg(test)]
mod tests;
